"""Decisions of people: who is left out and taken in again, and the order of those who are equal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.campaigns.models import Campaign
from cuocthi.committees.queries import has_sat
from cuocthi.committees.reading import revealing_reads
from cuocthi.enrolments import domain as enrolments
from cuocthi.errors import Conflict, DomainError, Forbidden
from cuocthi.standings import queries, ties
from cuocthi.standings.confirmations import hold, withdraw_confirmations
from cuocthi.standings.domain import SUBJECT
from cuocthi.standings.models import Decision, DecisionKind, RankingState, TieDecision, TieMethod
from cuocthi.text import T

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.context import Context
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.standings.models import Ranking
    from cuocthi.text import Text

_MAX_REASON = 400


def exclude_entry(ctx: Context, *, enrolment: Enrolment, reason: str) -> Decision:
    """Let a person's entries count no longer, from the next ranking on.

    Raises DomainError without a reason, Conflict if the person is excluded already.
    """
    hold(ctx, campaign_id=enrolment.campaign_id)
    enrolments.exclude(ctx, enrolment=enrolment, reason=reason)
    return _decide(ctx, enrolment, DecisionKind.EXCLUDE, reason, T("Excluded %(code)s", code=enrolment.code))


def restore_entry(ctx: Context, *, enrolment: Enrolment, reason: str) -> Decision:
    """Let an excluded person's entries count again, from the next ranking on.

    Raises DomainError without a reason, Conflict if the person is not excluded, Forbidden for whom a seat bars (there
    only :func:`cuocthi.standings.readmission.readmit` helps), for who knows questions according to the log, and for
    somebody who takes part under another number.
    """
    hold(ctx, campaign_id=enrolment.campaign_id)
    if enrolment.duplicate_of_id is not None:
        message = T("%(name)s takes part under another contest number already.", name=enrolment.name)
        raise Forbidden(message)
    if has_sat(ctx, campaign_id=enrolment.campaign_id, user_id=enrolment.user_id):
        message = T("%(name)s sits or sat on a committee of this contest and may not take part.", name=enrolment.name)
        raise Forbidden(message)
    if revealing_reads(ctx, campaign_id=enrolment.campaign_id, user_id=enrolment.user_id):
        message = T(
            "According to the log %(name)s knows questions of this contest. Who knows them may not take part in it.",
            name=enrolment.name,
        )
        raise Forbidden(message)
    enrolments.restore(ctx, enrolment=enrolment, reason=reason)
    return _decide(ctx, enrolment, DecisionKind.RESTORE, reason, T("Restored %(code)s", code=enrolment.code))


def _decide(ctx: Context, enrolment: Enrolment, kind: DecisionKind, reason: str, summary: Text) -> Decision:
    decision = Decision(
        campaign_id=enrolment.campaign_id,
        enrolment_id=enrolment.id,
        kind=kind,
        reason=checked_reason(reason),
        decided_by=ctx.actor.user_id,
        decided_at=ctx.now,
    )
    ctx.session.add(decision)
    ctx.session.flush()
    record(
        ctx,
        action=f"core:entry:{kind}",
        summary=summary,
        campaign=ctx.session.get_one(Campaign, enrolment.campaign_id),
        object_kind="enrolment",
        object_id=enrolment.id,
        after={"reason": decision.reason},
    )
    return decision


def decide_tie(
    ctx: Context,
    *,
    ranking: Ranking,
    rank: int,
    method: TieMethod,
    seed: str = "",
    order: Sequence[int] | None = None,
    reason: str,
) -> TieDecision:
    """Order the persons who share ``rank`` in a provisional ranking, by lot or by the jury.

    A lot needs a ``seed``; the jury gives ``order``, all of the group's enrolments. Deciding again replaces the
    earlier decision, and confirmations given before are void. Raises Conflict unless the ranking is provisional,
    DomainError if nobody is tied there, a person is missing from the order, or the seed or the reason is.
    """
    hold(ctx, campaign_id=ranking.campaign_id)
    ctx.session.refresh(ranking)
    if ranking.state is not RankingState.PROVISIONAL:
        raise Conflict(T("Ties are decided in a ranking that is submitted and not yet adopted."))
    written = checked_reason(reason)
    rows = queries.tied_rows(ctx, ranking=ranking, rank=rank)
    if len(rows) < 2:  # noqa: PLR2004 - a tie has two
        raise DomainError(T("Nobody shares rank %(rank)s in this ranking.", rank=rank))
    lot = method is TieMethod.LOT
    decided = ties.drawn(rows, seed) if lot else ties.ordered_by_jury(rows, order)
    decision = ctx.session.scalar(
        sa.select(TieDecision).where(TieDecision.ranking_id == ranking.id, TieDecision.rank == rank)
    ) or TieDecision(ranking_id=ranking.id, rank=rank)
    before = {"method": decision.method, "seed": decision.seed, "reason": decision.reason} if decision.id else {}
    decision.method, decision.seed, decision.reason = method, seed.strip() if lot else "", written
    decision.decided_by, decision.decided_at = ctx.actor.user_id, ctx.now
    ctx.session.add(decision)
    ctx.session.flush()
    by_id = {row.enrolment.id: row for row in rows}
    for place, person in enumerate(decided, start=1):
        by_id[person].standing.tie_place = place
    withdrawn = withdraw_confirmations(ctx, subject=SUBJECT, subject_id=ranking.id)
    record(
        ctx,
        action="core:tie:decide",
        summary=T("Decided the tie at rank %(rank)s", rank=rank),
        campaign=ctx.session.get_one(Campaign, ranking.campaign_id),
        object_kind="ranking",
        object_id=ranking.id,
        before=before,
        after={
            "method": method,
            "seed": decision.seed,
            "reason": written,
            "order": [by_id[person].enrolment.code for person in decided],
            "confirmations_withdrawn": withdrawn,
        },
    )
    return decision


def checked_reason(reason: str) -> str:
    """Return a reason as it is kept: in one line. Raises DomainError (field ``reason``) if there is none."""
    written = " ".join(reason.split())
    if not written:
        raise DomainError(T("Please give the reason; it is kept on record."), field="reason")
    if len(written) > _MAX_REASON:
        raise DomainError(T("The reason may have at most %(count)s characters.", count=_MAX_REASON), field="reason")
    return written
