"""Ordering persons who are equal by every criterion: by a lot that is drawn once, or by the jury's word.

A lot is committed to before it is drawn: the digest of the entrants' list is public, and says where the two parts of
the seed will come from. Two different persons give one part each, neither sees the other's before; with the second one
the order follows (:mod:`cuocthi.standings.drawing`). What is found to be wrong afterwards stays, and another lot with
its reason comes beside it. The jury's word takes two persons as well.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.campaigns.models import Campaign
from cuocthi.campaigns.settings import load_version
from cuocthi.database import UtcTime
from cuocthi.errors import Closed, Conflict, DomainError, Forbidden
from cuocthi.standings import drawing, lot_queries
from cuocthi.standings.confirmations import DECIDING, discharged, hold, withdraw_confirmations
from cuocthi.standings.criteria import RankingRules
from cuocthi.standings.decisions import checked_reason
from cuocthi.standings.integrity import SUBJECT
from cuocthi.standings.lot_models import PARTS, Lot, LotEntrant, LotPart, LotState
from cuocthi.standings.models import Ranking, RankingState, Standing, TieDecision, TieMethod
from cuocthi.standings.queries import latest_ranking, tied_codes
from cuocthi.standings.results import lock_result_set
from cuocthi.text import T
from cuocthi.timelines.models import Phase

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cuocthi.context import Context
    from cuocthi.text import Text

#: The act by which the entrants of a lot are committed to; from then on the public sees it.
OPENED = "core:lot:open"

#: How long a part has to be: some throws of dice or coins, or the digits of a public draw.
_SHORTEST, _LONGEST = 5, 200
#: How many contest numbers of an order the audit log holds; all of them follow from the seed.
_ON_RECORD = 100
#: Rankings whose ties can still be ordered.
_OPEN = (RankingState.DRAFT, RankingState.PROVISIONAL)


def open_lot(ctx: Context, *, ranking: Ranking, rank: int, sources: Sequence[str], reason: str = "") -> Lot:
    """Commit to the entrants of a lot among all who share ``rank`` in a provisional ranking; nothing is drawn yet.

    ``sources`` says where each of the two parts of the seed will come from. ``reason`` is needed where a lot among some
    of these persons has been drawn already: the new one comes beside it.

    Raises Conflict unless the ranking is the newest version and provisional, or while another lot among any of these
    persons is open; DomainError if nobody is tied there, or a source or a reason is missing; Forbidden without a
    person.
    """
    told = [drawing.written(source) for source in sources]
    if len(told) != PARTS or not all(told):
        raise DomainError(T("Please say of both parts where they will come from."), field="source_1")
    return _begin(ctx, ranking, rank, told, drawing.written(reason))


def propose_order(ctx: Context, *, ranking: Ranking, rank: int, order: Sequence[int], reason: str) -> Lot:
    """Say in which ``order`` the jury puts all who share ``rank`` (their enrolments); another person has to confirm it.

    Raises as :func:`open_lot` does, and DomainError without a reason or unless everybody has one place.
    """
    return _begin(ctx, ranking, rank, [], checked_reason(reason), list(order))


def _begin(  # noqa: PLR0917 - of this module alone
    ctx: Context,
    ranking: Ranking,
    rank: int,
    sources: list[str],
    reason: str,
    order: list[int] | None = None,
) -> Lot:
    """Commit to the entrants of a lot, or with an ``order`` to the jury's word."""
    method = TieMethod.LOT if order is None else TieMethod.JURY
    person = _person(ctx)
    round_ = ctx.session.get_one(Phase, ranking.phase_id)
    campaign = _take_turns(ctx, round_)
    ctx.session.refresh(ranking)
    newest = latest_ranking(ctx, round_=round_)
    if ranking.state is not RankingState.PROVISIONAL or newest is None or newest.id != ranking.id:
        message = T("Ties are decided in the newest version of a ranking, once it is submitted and not yet adopted.")
        raise Conflict(message)
    tied = tied_codes(ctx, ranking=ranking, rank=rank)
    if len(tied) < 2:  # noqa: PLR2004 - a tie has two
        raise DomainError(T("Nobody shares rank %(rank)s in this ranking.", rank=rank))
    if order is not None and sorted(order) != sorted(tied):
        raise DomainError(T("Please give every one of these persons a place of their own."), field="order")
    after = _earlier(ctx, round_, rank, tied)
    if after is not None:
        words = {"number": after.number}
        if not reason:
            message = T("Lot %(number)s was drawn among these persons. Another one needs a reason.", **words)
            raise DomainError(message, field="reason")
        reason = checked_reason(reason)
    number = max((lot.number for lot in lot_queries.lots_of(ctx, phase_id=round_.id)), default=0) + 1
    head = drawing.head_of(
        campaign=campaign.slug,
        round_=round_.key,
        number=number,
        version=ranking.number,
        digest=ranking.digest,
        rank=rank,
        sources=sources,
    )
    lot = Lot(
        campaign_id=campaign.id,
        phase_id=round_.id,
        number=number,
        method=method,
        version=ranking.number,
        rank=rank,
        persons=len(tied),
        head=head,
        sources=sources,
        entrants_digest=drawing.entrants_digest(head, tied.values()),
        reason=reason,
        after_id=None if after is None else after.id,
        opened_by=person,
        opened_at=ctx.now,
        parts_from=None if method is TieMethod.JURY else _parts_from(ctx, ranking),
    )
    ctx.session.add(lot)
    ctx.session.flush()
    rows = sa.select(sa.literal(lot.id), Standing.enrolment_id)
    chosen = rows.where(Standing.ranking_id == ranking.id, Standing.rank == rank)
    ctx.session.execute(sa.insert(LotEntrant).from_select(["lot_id", "enrolment_id"], chosen))
    if order is not None:
        _give_places(ctx, lot, order)
    if method is TieMethod.LOT:
        words = {"rank": rank, "number": number}
        summary = T("Committed to the entrants of lot %(number)s, at rank %(rank)s", **words)
    else:
        summary = T("Proposed the jury's order at rank %(rank)s", rank=rank)
    values = {"digest": lot.entrants_digest, "persons": lot.persons, "sources": sources, "reason": reason}
    _record(ctx, lot, OPENED, summary, **values)
    return lot


def _parts_from(ctx: Context, ranking: Ranking) -> datetime:
    """Return from when on parts of a lot that is opened now may be given, by the rules of the ranking."""
    rules = load_version(ctx, version_id=ranking.settings_version_id, schema=RankingRules)
    return ctx.now + timedelta(minutes=rules.lot_minutes)


def _earlier(ctx: Context, round_: Phase, rank: int, tied: dict[int, str]) -> Lot | None:
    """Return the newest lot drawn among two or more of these persons. Raises Conflict while one is open."""
    shared = lot_queries.sharing(ctx, phase_id=round_.id, enrolment_ids=list(tied))
    waiting = [lot for lot, _ in shared if lot.state is LotState.OPEN]
    waiting += [
        lot
        for lot in lot_queries.lots_of(ctx, phase_id=round_.id)
        if lot.state is LotState.OPEN and lot.rank == rank and lot not in waiting
    ]
    if waiting:
        message = T("Lot %(number)s is open: finish it or give it up first.", number=waiting[0].number)
        raise Conflict(message)
    drawn = [lot for lot, number in shared if lot.state is LotState.DRAWN and number > 1]
    return drawn[0] if drawn else None


# --- the two persons ------------------------------------------------------------------------------------------------


def give_part(ctx: Context, *, lot: Lot, number: int, part: str, nonce: str = "") -> bool:
    """Give one part (1 or 2) of the seed of an open lot; with the second one it is drawn. Tell whether it was.

    Public is the part's seal alone until then; its ``nonce`` is random unless a rehearsal, which is to come out the
    same each time, brings one. The order is put into every version of the ranking that is not adopted and in which
    these persons are equal; confirmations given before are void.

    Raises Closed before the time that the rules leave between opening a lot and its parts is over, Conflict if the part
    or this person's own is given already, the lot is not open any more, the ranking is
    adopted, or whoever gave the other part was discharged since; DomainError (field ``part``) if it is too short or
    long; Forbidden without a person.
    """
    person, campaign = _hold_open(ctx, lot, TieMethod.LOT)
    told = _checked_part(part)
    given = lot_queries.parts_of(ctx, lot=lot)
    if any(one.user_id == person for one in given):
        raise Conflict(T("You have given your part already; the other one must come from another person."))
    if number not in (1, PARTS) or any(one.part.number == number for one in given):
        raise Conflict(T("This part is given already. Please load the page again."))
    for one in given:
        _refuse_discharged(ctx, campaign, one.user_id)
    nonce = nonce or secrets.token_hex(16)
    seal = drawing.seal_of(lot.entrants_digest, number, nonce, told)
    values = {"number": number, "user_id": person, "part": told, "nonce": nonce, "seal": seal, "given_at": ctx.now}
    _insert_part(ctx, lot, values)
    words = {"number": lot.number, "part": number}
    _record(ctx, lot, "core:lot:part", T("Gave part %(part)s of the seed of lot %(number)s", **words), seal=seal)
    parts = {one.part.number: one.part.part for one in given} | {number: told}
    if len(parts) < PARTS:
        return False
    lot.seed = drawing.seed_of(lot.entrants_digest, [parts[at] for at in sorted(parts)])
    by_code = {code: enrolment_id for enrolment_id, code, _ in lot_queries.entrants_of(ctx, lot=lot)}
    if drawing.entrants_digest(lot.head, by_code) != lot.entrants_digest:
        raise Conflict(T("The entrants are not those that were committed to. Give this lot up and open another one."))
    _give_places(ctx, lot, [by_code[code] for code in drawing.order_of(lot.seed, by_code)])
    _close(ctx, lot, T("Drew lot %(number)s", number=lot.number), parts=[parts[at] for at in sorted(parts)])
    return True


def _insert_part(ctx: Context, lot: Lot, values: dict[str, object]) -> None:
    """Store a part if the time is there. Raises Closed before."""
    columns = LotPart.__table__.c
    literals = [sa.literal(value, columns[name].type) for name, value in values.items()]
    now = sa.literal(ctx.now, UtcTime())
    row = sa.select(Lot.id, *literals).where(
        Lot.id == lot.id, Lot.state == LotState.OPEN, sa.or_(Lot.parts_from.is_(None), Lot.parts_from <= now)
    )
    stored = ctx.session.scalar(sa.insert(LotPart).from_select(["lot_id", *values], row).returning(LotPart.id))
    if stored is None:
        words = {"when": lot.parts_from}
        raise Closed(T("Parts are entered from %(when)s on; until then the lot is only made public.", **words))


def confirm_order(ctx: Context, *, lot: Lot) -> None:
    """Confirm the jury's order as another person than the one who proposed it; it holds as a drawn lot does.

    Raises Conflict if it is not open any more, the ranking is adopted, or whoever proposed it was discharged since;
    Forbidden without a person and for the one who proposed it.
    """
    person, campaign = _hold_open(ctx, lot, TieMethod.JURY)
    proposed_by = lot_queries.person_of(ctx, user_id=lot.opened_by)
    if person == proposed_by:
        raise Forbidden(T("You proposed this order; another person has to confirm it."))
    _refuse_discharged(ctx, campaign, proposed_by)
    _close(ctx, lot, T("Confirmed the jury's order at rank %(rank)s", rank=lot.rank))


def abandon(ctx: Context, *, lot: Lot, reason: str) -> None:
    """Give up a lot that is open, for a reason that the public sees; the same persons can have another one.

    Nothing can be gained by it: whoever does it knows one part of the seed at most.

    Raises DomainError without a reason, Conflict if the lot is not open any more, Forbidden without a person.
    """
    person, _ = _hold_open(ctx, lot, lot.method)
    lot.state, lot.closed_by, lot.closed_at, lot.end_reason = (
        LotState.ABANDONED,
        person,
        ctx.now,
        checked_reason(reason),
    )
    ctx.session.flush()
    summary = T("Gave up lot %(number)s before it was drawn", number=lot.number)
    _record(ctx, lot, "core:lot:abandon", summary, reason=lot.end_reason)


def _hold_open(ctx: Context, lot: Lot, method: TieMethod) -> tuple[int, Campaign]:
    """Hold a lot that is still to be decided; return who acts and the campaign. Raises Conflict for any other."""
    person = _person(ctx)
    round_ = ctx.session.get_one(Phase, lot.phase_id)
    campaign = _take_turns(ctx, round_)
    ctx.session.refresh(lot)
    if lot.state is not LotState.OPEN or lot.method is not method:
        raise Conflict(T("This lot is not open any more. Please load the page again."))
    newest = latest_ranking(ctx, round_=round_)
    if newest is None or newest.state not in _OPEN:
        raise Conflict(T("The ranking of “%(round)s” is adopted; its order stays as it is.", round=round_.title))
    return person, campaign


def _refuse_discharged(ctx: Context, campaign: Campaign, user_id: int) -> None:
    if discharged(ctx, campaign_id=campaign.id, user_id=user_id, roles=DECIDING):
        message = T("Whoever acted first was discharged since. Give this lot up and open another one.")
        raise Conflict(message)


def _checked_part(part: str) -> str:
    told = drawing.written(part)
    if not _SHORTEST <= len(told) <= _LONGEST:
        message = T("A part has between %(least)s and %(most)s characters.", least=_SHORTEST, most=_LONGEST)
        raise DomainError(message, field="part")
    return told


def _person(ctx: Context) -> int:
    if ctx.actor.user_id is None:
        raise Forbidden(T("Only a person who is signed in can do this."))
    return lot_queries.person_of(ctx, user_id=ctx.actor.user_id)


def _take_turns(ctx: Context, round_: Phase) -> Campaign:
    """Let adoptions, lots and the building of this round's ranking wait for one another."""
    hold(ctx, campaign_id=round_.campaign_id)
    lock_result_set(ctx, round_=round_)
    return ctx.session.get_one(Campaign, round_.campaign_id)


def _give_places(ctx: Context, lot: Lot, order: Sequence[int]) -> None:
    one = sa.update(LotEntrant).where(LotEntrant.lot_id == lot.id, LotEntrant.enrolment_id == sa.bindparam("who"))
    places = [{"who": enrolment_id, "at": place} for place, enrolment_id in enumerate(order, start=1)]
    ctx.session.connection().execute(one.values(place=sa.bindparam("at")), places)


def _close(ctx: Context, lot: Lot, summary: Text, **more: object) -> None:
    lot.state, lot.closed_by, lot.closed_at = LotState.DRAWN, _person(ctx), ctx.now
    ctx.session.flush()
    withdrawn = 0
    rankings = sa.select(Ranking).where(Ranking.phase_id == lot.phase_id, Ranking.state.in_(_OPEN))
    for ranking in ctx.session.scalars(rankings.execution_options(populate_existing=True)).all():
        for rank in lot_queries.tied_within(ctx, ranking=ranking, lot=lot):
            _order(ctx, ranking, rank, lot)
            withdrawn += withdraw_confirmations(ctx, subject=SUBJECT, subject_id=ranking.id)
    order = [code for _, code, _ in lot_queries.entrants_of(ctx, lot=lot, limit=_ON_RECORD)]
    values = {"digest": lot.entrants_digest, "seed": lot.seed, "order": order, "confirmations_withdrawn": withdrawn}
    _record(ctx, lot, "core:lot:draw", summary, **more, **values)


# --- rankings -------------------------------------------------------------------------------------------------------


def order_ties(ctx: Context, *, ranking: Ranking) -> None:
    """Give the ties of a new draft the order of the lots that were drawn in its round.

    A lot holds where all who are equal are among its entrants, whoever of these has left; of several the newest counts.
    """
    decided: set[int] = set()
    for lot in lot_queries.lots_of(ctx, phase_id=ranking.phase_id):
        if lot.state is LotState.DRAWN:
            ranks = set(lot_queries.tied_within(ctx, ranking=ranking, lot=lot)) - decided
            for rank in sorted(ranks):
                _order(ctx, ranking, rank, lot)
            decided |= ranks


def _order(ctx: Context, ranking: Ranking, rank: int, lot: Lot) -> None:
    ctx.session.execute(
        sa.update(Standing)
        .where(
            Standing.ranking_id == ranking.id,
            Standing.rank == rank,
            LotEntrant.lot_id == lot.id,
            LotEntrant.enrolment_id == Standing.enrolment_id,
        )
        .values(tie_place=LotEntrant.place),
        execution_options={"synchronize_session": False},
    )
    for known in ctx.session.identity_map.values():
        if isinstance(known, Standing) and known.ranking_id == ranking.id and known.rank == rank:
            ctx.session.expire(known, ["tie_place"])
    decision = ctx.session.scalar(
        sa.select(TieDecision).where(TieDecision.ranking_id == ranking.id, TieDecision.rank == rank)
    ) or TieDecision(ranking_id=ranking.id, rank=rank)
    decision.method, decision.seed, decision.reason = lot.method, lot.seed, lot.reason
    decision.decided_by, decision.decided_at, decision.lot_id = lot.closed_by, lot.closed_at or ctx.now, lot.id
    ctx.session.add(decision)
    ctx.session.flush()


def lot_blockers(ctx: Context, *, ranking: Ranking) -> list[Text]:
    """Return that lots of the round are open, which stands against adopting its ranking."""
    return [
        T("Lot %(number)s is open: it has to be drawn or given up first.", number=lot.number)
        for lot in lot_queries.lots_of(ctx, phase_id=ranking.phase_id)
        if lot.state is LotState.OPEN
    ]


def refuse_recorder(ctx: Context, *, ranking: Ranking) -> None:
    """Refuse the second signature of whoever opened a lot of a ranking, or gave the jury's word first.

    Raises Forbidden.
    """
    if ctx.actor.user_id is not None and _person(ctx) in lot_queries.recorders(ctx, ranking=ranking):
        message = T(
            "You opened a lot, or proposed the jury's order, by which this ranking is ordered. You may confirm it "
            "first; the second confirmation must come from another person."
        )
        raise Forbidden(message)


def _record(ctx: Context, lot: Lot, action: str, summary: Text, **values: object) -> None:
    record(
        ctx,
        action=action,
        summary=summary,
        campaign=ctx.session.get_one(Campaign, lot.campaign_id),
        object_kind="lot",
        object_id=lot.id,
        after={name: value for name, value in values.items() if value not in ("", [])},
    )
