"""Whether a ranking still is what was built and confirmed: its digests, made again from the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.digest import canonical, digest
from cuocthi.enrolments.models import Enrolment
from cuocthi.errors import Blocked
from cuocthi.standings.canonical import digest_of_lines, line
from cuocthi.standings.criteria import criteria_of
from cuocthi.standings.models import Confirmation, Ranking, RankingState, Standing, TieDecision
from cuocthi.standings.placing import KEYS
from cuocthi.standings.planning import read_whole
from cuocthi.text import T

if TYPE_CHECKING:
    from cuocthi.context import Context
    from cuocthi.text import Text

#: The subject under which rankings are confirmed.
SUBJECT = "core:ranking"
#: The act of the second of the two persons.
ADOPTED = "core:ranking:adopt"
#: Under this name the audit log holds what the two persons confirmed.
CONFIRMED = "confirmed"


def digest_of_standings(ctx: Context, *, ranking: Ranking, first_form: bool = False) -> str:
    """Return the digest of everything about the places of a ranking that does not hang on how ties are decided.

    The ``first_form`` said less: rankings that were built before the present one are held to it. The rows are read
    through once; half a million take some seconds.
    """
    standing = Standing.__table__.c
    qualified = sa.case((standing.qualified, sa.literal(1)), else_=sa.literal(0))
    keys = [standing[name] for name in KEYS[: len(criteria_of(ranking.criteria))]]
    if first_form:
        held = [standing.rank, qualified, standing.entry_key, *keys]
    else:
        placed = (standing.rank, standing.tied, qualified, standing.entries, standing.entry_key)
        # Awards copy what was scored.
        held = [*placed, standing.score, standing.max_score, standing.duration_ms, *keys]
    row = line(Enrolment.__table__.c.code, *held)
    named = sa.select(row).join_from(Standing, Enrolment, Enrolment.id == Standing.enrolment_id)
    lines = named.where(standing.ranking_id == ranking.id)
    with read_whole(ctx.session, persons=ranking.persons):
        return digest_of_lines(ctx.session, lines, canonical(ranking.criteria) + b"\n")


def adoption_digest(ctx: Context, *, ranking: Ranking) -> str:
    """Return what two persons confirm: the ranking's digest and every decision on its ties."""
    decided = ctx.session.execute(
        sa.select(TieDecision.rank, TieDecision.method, TieDecision.seed, TieDecision.reason)
        .where(TieDecision.ranking_id == ranking.id)
        .order_by(TieDecision.rank)
    ).all()
    places = ctx.session.execute(
        sa.select(Standing.rank, Enrolment.code)
        .join(Enrolment, Enrolment.id == Standing.enrolment_id)
        .where(Standing.ranking_id == ranking.id, Standing.tie_place.is_not(None))
        .order_by(Standing.rank, Standing.tie_place)
    ).all()
    return digest([ranking.digest, [list(row) for row in decided], [list(row) for row in places]])


def intact_reasons(ctx: Context, *, ranking: Ranking) -> list[Text]:
    """Return in what a ranking is not what was built, confirmed and put on record; an empty list if it is.

    Everything is read again from the rows: the places against the ranking's digest, that digest with the order of ties
    against what each person confirmed, and, once it was adopted, against the audit log, whose chain is checked with
    ``cuocthi audit verify``. For half a million places it takes some seconds, so that pages which are merely looked at
    do not ask for it.
    """
    reasons: list[Text] = []
    # What the session holds may be older than what somebody wrote past it.
    ctx.session.flush()
    ctx.session.refresh(ranking)
    words = {"number": ranking.number}
    forms = (digest_of_standings(ctx, ranking=ranking, first_form=first) for first in (False, True))
    if ranking.digest not in forms:
        reasons.append(T("The places of version %(number)s are not those that were built.", **words))
    agreed = adoption_digest(ctx, ranking=ranking)
    given = ctx.session.scalars(
        sa.select(Confirmation.digest).where(Confirmation.subject == SUBJECT, Confirmation.subject_id == ranking.id)
    ).all()
    if any(one != agreed for one in given):
        reasons.append(T("Version %(number)s is not what was confirmed.", **words))
    if ranking.state in (RankingState.ADOPTED, RankingState.SUPERSEDED) and ranking.adopted_at is not None:
        reasons += _against_the_log(ctx, ranking, agreed)
    return reasons


def _against_the_log(ctx: Context, ranking: Ranking, agreed: str) -> list[Text]:
    told = ctx.session.scalar(
        sa.select(AuditEvent.after)
        .where(AuditEvent.object_kind == "ranking", AuditEvent.object_id == ranking.id, AuditEvent.action == ADOPTED)
        .order_by(AuditEvent.id)
        .limit(1)
    )
    if told is None:
        return [T("The audit log does not know that version %(number)s was adopted.", number=ranking.number)]
    if told.get("digest") != ranking.digest or told.get(CONFIRMED, agreed) != agreed:
        return [T("Version %(number)s is not the one whose adoption is on record.", number=ranking.number)]
    return []


def check_intact(ctx: Context, *, ranking: Ranking) -> None:
    """Refuse a ranking that is not what was built, confirmed and put on record (see :func:`intact_reasons`).

    Call it before a ranking is confirmed, and before anything is drawn up or published from an adopted one. Raises
    Blocked with every difference that was found.
    """
    reasons = intact_reasons(ctx, ranking=ranking)
    if reasons:
        raise Blocked(
            T(
                "This ranking was changed past the platform. Nothing may be made of it until that is cleared up: "
                "please inform the oversight body and check the audit log."
            ),
            reasons,
        )
