"""In which order awards are read out, called and listed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cuocthi.users.names import collation_key, sort_key
from cuocthi_prizes.models import Award, UnitAward

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cuocthi_prizes.models import AwardList


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is called to receive a prize, in all lists alike: a person with a unit, or a unit (``collective``).

    ``turn`` counts the calls to the stage: all prizes of one kind are handed over in one. ``in_kind`` is what is given
    beside the value; ``award`` is where it stands.
    """

    turn: int
    title: str
    value: int
    in_kind: str
    name: str
    unit: str
    collective: bool
    award: Award | UnitAward


def in_ceremony_order(award_list: AwardList, *, lowest_first: bool) -> list[Recipient]:
    """Return all who receive a prize, prize by prize from the lowest or from the highest, then the units alike.

    Within one kind of prize people stand in the order of Vietnamese names, units in the order of theirs.
    """
    # The list itself keeps the awards of persons in their places.
    persons = _kinds(award_list.awards)
    units = _kinds(sorted(award_list.unit_awards, key=lambda award: (-award.value, award.id)))
    found: list[Recipient] = []
    turn = 0
    for kinds in (persons, units):
        for kind in reversed(kinds) if lowest_first else kinds:
            turn += 1
            found += sorted((recipient_of(award, turn=turn) for award in kind), key=_by_name)
    return found


def by_name(recipients: Iterable[Recipient]) -> list[Recipient]:
    """Return the same by their names, people before units."""
    return sorted(recipients, key=lambda one: (one.collective, *_by_name(one)))


def _kinds(awards: Iterable[Award | UnitAward]) -> list[list[Award | UnitAward]]:
    """Return the awards, highest first, in groups of the same kind of prize, wherever in the list they stand."""
    groups: dict[tuple[str, str, int], list[Award | UnitAward]] = {}
    for award in awards:
        groups.setdefault((award.tier, award.title, award.value), []).append(award)
    return list(groups.values())


def recipient_of(award: Award | UnitAward, *, turn: int = 0) -> Recipient:
    """Return who receives an award, by itself or in a turn."""
    if isinstance(award, Award):
        name, unit, in_kind, collective = award.recipient, award.unit_name, award.in_kind, False
    else:
        name, unit, in_kind, collective = award.unit_name, "", "", True
    return Recipient(turn, award.title, award.value, in_kind, name, unit, collective, award)


def _by_name(one: Recipient) -> tuple[str, str, int]:
    return (collation_key(one.name) if one.collective else sort_key(one.name)), one.unit, one.award.id
