"""Which of the ranked persons gets which prize. Pure: the same ranking and tiers always give the same awards."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi_prizes.settings import Tier


class Ranked(Protocol):
    """Somebody with a rank; ``tie_place`` orders those who share it, once a lot or the jury has decided."""

    @property
    def rank(self) -> int:
        """The rank, 1 for the best."""
        ...

    @property
    def tie_place(self) -> int | None:
        """The decided order among equals, None while they are undecided."""
        ...


Person = TypeVar("Person", bound=Ranked)


@dataclass(frozen=True, slots=True)
class OpenTie(Generic[Person]):
    """Equals of whom some would get another prize than others, or none: nobody may choose but a lot or the jury.

    ``persons`` are all equals among those given; ``tiers`` the prizes in question, without the empty-handed.
    """

    rank: int
    persons: tuple[Person, ...]
    tiers: tuple[Tier, ...]


@dataclass(frozen=True, slots=True)
class Allocation(Generic[Person]):
    """Who gets what, in order; ``open_ties`` must be empty before anything is awarded."""

    places: tuple[tuple[Tier, Person], ...]
    open_ties: tuple[OpenTie[Person], ...]


def allocate(tiers: Sequence[Tier], persons: Sequence[Person]) -> Allocation[Person]:
    """Give the prizes of ``tiers``, in their order, to ``persons`` ordered by rank and, among equals, by tie place.

    ``persons`` must hold at least one more than there are prizes, if there is one, or else a tie at the last prize
    cannot be seen. With fewer persons than prizes the last prizes stay unawarded.
    """
    prizes = [tier for tier in tiers for _ in range(tier.quantity)]
    open_ties: list[OpenTie[Person]] = []
    start = 0
    for rank, group in groupby(persons, key=lambda person: person.rank):
        equals = tuple(group)
        contested = prizes[start : start + len(equals)]
        if contested and _differs(contested, len(equals)) and any(person.tie_place is None for person in equals):
            open_ties.append(OpenTie(rank, equals, tuple(dict.fromkeys(contested))))
        start += len(equals)
    return Allocation(tuple(zip(prizes, persons, strict=False)), tuple(open_ties))


def _differs(contested: Sequence[Tier], persons: int) -> bool:
    """Tell whether equals would get different prizes, or some of them none."""
    return len(contested) < persons or len(set(contested)) > 1
