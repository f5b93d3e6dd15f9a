"""Who has had as many prizes as the scheme allows a person. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cuocthi_prizes.domain.awarded import Awarded
    from cuocthi_prizes.queries import Held
    from cuocthi_prizes.settings import PrizeSettings


def who_has_enough(scheme: PrizeSettings, of: Awarded, prizes: Iterable[Held]) -> dict[int, Held]:
    """Return by enrolment who can have no prize of this list, each with the prize that was counted last.

    ``prizes`` are those that people have by other adopted lists, the earliest first.
    """
    by_person: dict[int, list[Held]] = {}
    for prize in prizes:
        by_person.setdefault(prize.enrolment_id, []).append(prize)
    counted = {person: _counted(scheme, of, has) for person, has in by_person.items()}
    return {person: has[-1] for person, has in counted.items() if has}


def _counted(scheme: PrizeSettings, of: Awarded, has: Sequence[Held]) -> Sequence[Held]:
    """Return the prizes that use up what the scheme allows, none while it allows more."""
    set_key, phase_id = of.part
    of_set = [one for one in has if one.set_key == set_key]
    of_round = [one for one in has if one.phase_id == phase_id]
    if scheme.most_a_person and len(has) >= scheme.most_a_person:
        return has
    if scheme.once_a_round and of_round:
        return of_round
    if of.prize_set.most_a_person and len(of_set) >= of.prize_set.most_a_person:
        return of_set
    return ()
