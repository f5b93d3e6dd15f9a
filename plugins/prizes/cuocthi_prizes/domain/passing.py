"""Who can have no prize of a list, and why: enough prizes by other lists, or a decision on the candidate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cuocthi_prizes.candidates.queries import corrected_units, set_aside
from cuocthi_prizes.models import PassedOverKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cuocthi.context import Context
    from cuocthi_prizes.queries import Candidate, Held, Part


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
