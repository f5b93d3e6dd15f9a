"""Who has had as many prizes as the scheme allows a person, or a unit. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cuocthi_prizes.queries import Held, UnitHeld
    from cuocthi_prizes.settings import PrizeSet, PrizeSettings


def who_has_enough(
    scheme: PrizeSettings, prize_set: PrizeSet, phase_id: int, prizes: Iterable[Held]
) -> dict[int, Held]:
    """Return by enrolment who can have no prize of the set in this round, each with the prize that was counted last.

    ``prizes`` are those that people have by other adopted lists, the earliest first.
    """
    by_person: dict[int, list[Held]] = {}
    for prize in prizes:
        by_person.setdefault(prize.enrolment_id, []).append(prize)
    counted = {person: _counted(scheme, prize_set, phase_id, has) for person, has in by_person.items()}
    return {person: has[-1] for person, has in counted.items() if has}


def units_with_enough(scheme: PrizeSettings, phase_id: int, prizes: Iterable[UnitHeld]) -> dict[int, UnitHeld]:
    """Return by unit which can have no collective prize in this round, each with the prize that was counted last.

    ``prizes`` are those that units have by other adopted lists, the earliest first.
    """
    by_unit: dict[int, list[UnitHeld]] = {}
    for prize in prizes:
        by_unit.setdefault(prize.unit_id, []).append(prize)
    found = {}
    for unit_id, has in by_unit.items():
        of_round = [one for one in has if one.phase_id == phase_id]
        if scheme.most_a_unit and len(has) >= scheme.most_a_unit:
            found[unit_id] = has[-1]
        elif scheme.unit_once_a_round and of_round:
            found[unit_id] = of_round[-1]
    return found


def _counted(scheme: PrizeSettings, prize_set: PrizeSet, phase_id: int, has: Sequence[Held]) -> Sequence[Held]:
    """Return the prizes that use up what the scheme allows, none while it allows more."""
    of_set = [one for one in has if one.set_key == prize_set.key]
    of_round = [one for one in has if one.phase_id == phase_id]
    if scheme.most_a_person and len(has) >= scheme.most_a_person:
        return has
    if scheme.once_a_round and of_round:
        return of_round
    if prize_set.most_a_person and len(of_set) >= prize_set.most_a_person:
        return of_set
    return ()
