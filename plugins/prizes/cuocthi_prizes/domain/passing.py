"""Decisions on candidates as lists take them: who can have no prize, and why, and who is awarded with which unit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.units.models import Unit
from cuocthi_prizes.candidates.queries import corrected_units, set_aside
from cuocthi_prizes.models import PassedOverKind
from cuocthi_prizes.queries import Among

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cuocthi.context import Context
    from cuocthi_prizes.queries import Candidate, Held, Part
    from cuocthi_prizes.settings import PrizeSet


@dataclass(frozen=True, slots=True)
class Passing:
    """Why somebody is passed over; of who has enough prizes, by which list the last one was given, and its name."""

    kind: PassedOverKind
    list_number: int = 0
    title: str = ""


def passings(ctx: Context, *, campaign_id: int, part: Part, enough: Mapping[int, Held]) -> dict[int, Passing]:
    """Return by enrolment who is passed over in lists of a set and round (one statement).

    ``enough`` are those who have all the prizes that the scheme allows. A decision on somebody says more than these.
    """
    counted = {
        person: Passing(PassedOverKind.ENOUGH, prize.list_number, prize.title) for person, prize in enough.items()
    }
    decided = {person: Passing(kind) for person, kind in set_aside(ctx, campaign_id=campaign_id, part=part).items()}
    return counted | decided


def among(ctx: Context, *, campaign_id: int, part: Part, prize_set: PrizeSet) -> Among:
    """Return whom of a ranking a set awards (two statements at most).

    Whoever is awarded with another unit by decision is in the block of that one.
    """
    moved = corrected_units(ctx, campaign_id=campaign_id, part=part) if prize_set.block else {}
    if not moved:
        return Among(prize_set.division, prize_set.block)
    named = {unit_id for unit_id, _ in moved.values()}
    found = sa.select(Unit.id).where(Unit.id.in_(named), Unit.block == prize_set.block)
    inside = set(ctx.session.scalars(found))
    moved_in = [person for person, (unit_id, _) in moved.items() if unit_id in inside]
    return Among(prize_set.division, prize_set.block, moved_in, sorted(moved.keys() - set(moved_in)))


def with_right_units(ctx: Context, *, campaign_id: int, part: Part, found: Sequence[Candidate]) -> list[Candidate]:
    """Return candidates with the units that were corrected by decision (one statement)."""
    right = corrected_units(ctx, campaign_id=campaign_id, part=part)
    if not right:
        return list(found)
    return [
        replace(one, unit_id=right[one.enrolment_id][0], unit_name=right[one.enrolment_id][1])
        if one.enrolment_id in right
        else one
        for one in found
    ]
