"""What lots answer: those of a round, who takes part in them, and which one orders a tie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.enrolments.models import Enrolment
from cuocthi.errors import Missing
from cuocthi.standings.lot_models import Lot, LotEntrant, LotPart, LotState
from cuocthi.standings.models import Ranking, Standing, TieDecision
from cuocthi.text import T
from cuocthi.users.models import User

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from cuocthi.context import Context

#: Two accounts that were merged are one person.
_PERSON = sa.func.coalesce(User.merged_into_id, User.id)


@dataclass(frozen=True, slots=True)
class GivenPart:
    """A part of a seed and whose it is; ``user_id`` is the account that stayed where several were merged."""

    part: LotPart
    user_id: int
    name: str


@dataclass(frozen=True, slots=True)
class ShownLot:
    """A lot with its parts, and where the audit log stood when its entrants were committed to."""

    lot: Lot
    parts: Sequence[GivenPart]
    after: int | None
    anchor: str


def lots_of(ctx: Context, *, phase_id: int) -> Sequence[Lot]:
    """Return all lots of a round, the newest first (one statement)."""
    return ctx.session.scalars(sa.select(Lot).where(Lot.phase_id == phase_id).order_by(Lot.number.desc())).all()


def lot_of(ctx: Context, *, phase_id: int, number: int) -> Lot:
    """Return one lot of a round as it is now. Raises Missing."""
    found = ctx.session.scalar(
        sa.select(Lot).where(Lot.phase_id == phase_id, Lot.number == number).execution_options(populate_existing=True)
    )
    if found is None:
        raise Missing(T("There is no lot %(number)s in this round.", number=number))
    return found


def shown_lots(ctx: Context, *, lots: Sequence[Lot], action: str) -> list[ShownLot]:
    """Return lots with their parts and the anchors of their beginnings (three statements).

    ``action`` is the act by which a lot was put on record when it was opened.
    """
    ids = [lot.id for lot in lots]
    given: dict[int, list[GivenPart]] = {}
    for one in _parts(ctx, ids):
        given.setdefault(one.part.lot_id, []).append(one)
    earlier = [lot.after_id for lot in lots if lot.after_id is not None]
    numbers = dict(ctx.session.execute(sa.select(Lot.id, Lot.number).where(Lot.id.in_(earlier))).all())
    events = ctx.session.execute(
        sa.select(AuditEvent.object_id, AuditEvent.id, AuditEvent.hash).where(
            AuditEvent.object_kind == "lot", AuditEvent.object_id.in_(ids), AuditEvent.action == action
        )
    )
    anchors = {object_id: f"{number}:{hash_}" for object_id, number, hash_ in events}
    return [
        ShownLot(lot, given.get(lot.id, []), numbers.get(lot.after_id or 0), anchors.get(lot.id, "")) for lot in lots
    ]


def parts_of(ctx: Context, *, lot: Lot) -> list[GivenPart]:
    """Return the parts given to a lot so far, by their numbers (one statement)."""
    return _parts(ctx, [lot.id])


def _parts(ctx: Context, lot_ids: Sequence[int]) -> list[GivenPart]:
    rows = ctx.session.execute(
        sa.select(LotPart, _PERSON, User.name)
        .join(User, User.id == LotPart.user_id)
        .where(LotPart.lot_id.in_(lot_ids))
        .order_by(LotPart.lot_id, LotPart.number)
    )
    return [GivenPart(part, user_id, name) for part, user_id, name in rows]


def entrants_of(ctx: Context, *, lot: Lot, limit: int | None = None) -> list[tuple[int, str, int | None]]:
    """Return (enrolment, contest number, place) of a lot's entrants, by place, then by number (one statement)."""
    rows = ctx.session.execute(
        sa.select(Enrolment.id, Enrolment.code, LotEntrant.place)
        .join(LotEntrant, LotEntrant.enrolment_id == Enrolment.id)
        .where(LotEntrant.lot_id == lot.id)
        .order_by(LotEntrant.place, Enrolment.code)
        .limit(limit)
    )
    return [(enrolment_id, code, place) for enrolment_id, code, place in rows]


def first_places(ctx: Context, *, lots: Sequence[Lot], limit: int) -> dict[int, list[tuple[int, str, int | None]]]:
    """Return by lot (enrolment, contest number, place) of the first ``limit`` in its order (one statement)."""
    rows = ctx.session.execute(
        sa.select(LotEntrant.lot_id, Enrolment.id, Enrolment.code, LotEntrant.place)
        .join(Enrolment, Enrolment.id == LotEntrant.enrolment_id)
        .where(LotEntrant.lot_id.in_([lot.id for lot in lots]), LotEntrant.place <= limit)
        .order_by(LotEntrant.lot_id, LotEntrant.place)
    )
    found: dict[int, list[tuple[int, str, int | None]]] = {}
    for lot_id, enrolment_id, code, place in rows:
        found.setdefault(lot_id, []).append((enrolment_id, code, place))
    return found


def sharing(ctx: Context, *, phase_id: int, enrolment_ids: Collection[int] | sa.Select[int]) -> list[tuple[Lot, int]]:
    """Return the lots of a round that hold any of these persons, with how many, the newest first (one statement)."""
    rows = ctx.session.execute(
        sa.select(Lot, sa.func.count())
        .join(LotEntrant, LotEntrant.lot_id == Lot.id)
        .where(Lot.phase_id == phase_id, LotEntrant.enrolment_id.in_(enrolment_ids))
        .group_by(Lot.id)
        .order_by(Lot.number.desc())
    )
    return [(lot, number) for lot, number in rows]


def tied_within(ctx: Context, *, ranking: Ranking, lot: Lot) -> list[int]:
    """Return the ranks of a ranking that are shared, and by nobody but entrants of a lot (one statement)."""
    # Looked up by their keys, as a lot holds few of those who stand in a ranking: SQLite would rather go through all
    # of them in the order of their ranks, which an index has.
    rank = Standing.rank + 0
    entrants = sa.select(LotEntrant.enrolment_id).where(LotEntrant.lot_id == lot.id)
    rows = ctx.session.scalars(
        sa.select(rank)
        .where(Standing.ranking_id == ranking.id, Standing.enrolment_id.in_(entrants), Standing.tied > 1)
        .group_by(rank)
        .having(sa.func.count() == sa.func.max(Standing.tied))
        .order_by(rank)
    )
    return list(rows)


def open_lots(ctx: Context, *, campaign_ids: Sequence[int]) -> list[tuple[Lot, int]]:
    """Return the open lots of these campaigns with how many parts they have, the oldest first (one statement)."""
    given = sa.select(sa.func.count()).where(LotPart.lot_id == Lot.id).scalar_subquery()
    rows = ctx.session.execute(
        sa.select(Lot, given).where(Lot.campaign_id.in_(campaign_ids), Lot.state == LotState.OPEN).order_by(Lot.id)
    )
    return [(lot, number) for lot, number in rows]


def recorders(ctx: Context, *, ranking: Ranking) -> set[int]:
    """Return who opened the lots, or gave the jury's word first, that order ties of a ranking (one statement)."""
    rows = ctx.session.scalars(
        sa.select(_PERSON)
        .join(Lot, Lot.opened_by == User.id)
        .join(TieDecision, TieDecision.lot_id == Lot.id)
        .where(TieDecision.ranking_id == ranking.id)
    )
    return set(rows)


def person_of(ctx: Context, *, user_id: int) -> int:
    """Return the account that stayed where a person has several."""
    return ctx.session.scalar(sa.select(_PERSON).where(User.id == user_id)) or user_id
