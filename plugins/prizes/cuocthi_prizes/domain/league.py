"""The league of units in a round: who took part, how well, and which prizes their people and they themselves have."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.enrolments.models import Enrolment
from cuocthi.enrolments.participation import within
from cuocthi.standings.queries import adopted_ranking, unit_figures
from cuocthi.units.models import Unit
from cuocthi_prizes.models import Award, AwardList, AwardListState, UnitAward

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from cuocthi.context import Context
    from cuocthi.standings.queries import UnitFigures
    from cuocthi.timelines.models import Phase


@dataclass(frozen=True, slots=True)
class Row:
    """A unit by the adopted ranking of a round; ``winners`` of its persons have an individual prize of the round, and
    ``prizes`` names the collective ones that it has itself. Persons count for the unit with which they are enrolled,
    whichever they are awarded with.
    """

    figures: UnitFigures
    winners: int
    prizes: str


def league(ctx: Context, *, round_: Phase, units: Collection[int] | None) -> list[Row]:
    """Return the units of a round's adopted ranking, those of ``units`` alone if these are given, by their names.

    Prizes are those of adopted lists. Nothing while no ranking is adopted; four statements otherwise.
    """
    ranking = adopted_ranking(ctx, round_=round_)
    if ranking is None:
        return []
    winners = _winners(ctx, round_)
    prizes = _prizes(ctx, round_)
    return [
        Row(one, winners.get(one.unit_id, 0), "; ".join(prizes[one.unit_id]))
        for one in unit_figures(ctx, ranking=ranking)
        if units is None or one.unit_id in units
    ]


def units_below(ctx: Context, *, units: Sequence[Unit]) -> set[int]:
    """Return the keys of these units and of all that lie below them (one statement)."""
    return set(ctx.session.scalars(sa.select(Unit.id).where(within(units))))


def _winners(ctx: Context, round_: Phase) -> dict[int, int]:
    rows = ctx.session.execute(
        sa.select(Enrolment.unit_id, sa.func.count(Award.enrolment_id.distinct()))
        .join(Award, Award.enrolment_id == Enrolment.id)
        .join(AwardList, AwardList.id == Award.award_list_id)
        .where(AwardList.phase_id == round_.id, AwardList.state == AwardListState.ADOPTED)
        .group_by(Enrolment.unit_id)
    )
    return {unit_id: number for unit_id, number in rows}  # noqa: C416 - rows are Row objects, not tuples


def _prizes(ctx: Context, round_: Phase) -> defaultdict[int, list[str]]:
    rows = ctx.session.execute(
        sa.select(UnitAward.unit_id, UnitAward.title)
        .join(AwardList, AwardList.id == UnitAward.award_list_id)
        .where(AwardList.phase_id == round_.id, AwardList.state == AwardListState.ADOPTED)
        .order_by(AwardList.number, UnitAward.id)
    )
    found: defaultdict[int, list[str]] = defaultdict(list)
    for unit_id, title in rows:
        found[unit_id].append(title)
    return found
