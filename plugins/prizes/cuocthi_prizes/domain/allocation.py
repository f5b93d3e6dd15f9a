"""Which of the ranked persons gets which prize. Pure: the same ranking and tiers always give the same awards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from cuocthi_prizes.settings import Ties

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

    @property
    def score(self) -> int:
        """The points reached."""
        ...

    @property
    def max_score(self) -> int:
        """The points that could be reached."""
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
    """Who gets what, in order; ``open_ties`` must be empty before anything is awarded.

    ``settled`` tells whether persons behind those given could not change it any more.
    """

    places: tuple[tuple[Tier, Person], ...]
    open_ties: tuple[OpenTie[Person], ...]
    settled: bool = True


def allocate(
    tiers: Sequence[Tier], persons: Sequence[Person], *, entrants: int = 0, ties: Ties = Ties.DECIDE
) -> Allocation[Person]:
    """Give the prizes of ``tiers``, in their order, to ``persons`` ordered by rank and, among equals, by tie place.

    A tier goes to those who are first among whoever has none yet and reaches its threshold; ``entrants`` is how many
    persons are in the ranking, for tiers that are a share of them. If only the first persons of a ranking are given,
    ask ``settled``. With fewer persons than prizes the last prizes stay unawarded.
    """
    places: list[tuple[Tier, Person]] = []
    cut: set[int] = set()
    rest, settled = list(persons), True
    for tier in tiers:
        limit = tier.limit(entrants)
        eligible = [person for person in rest if tier.is_reached(person.score, person.max_score)]
        taken = eligible if limit is None else eligible[:limit]
        settled = settled and _is_settled(taken, eligible, limit, persons, ties)
        if taken and len(eligible) > len(taken) and _undecided(taken[-1], eligible[len(taken)]):
            last = taken[-1].rank
            if ties is Ties.SHARE:
                taken = [person for person in eligible if person.rank <= last]
            else:
                cut.add(last)
        places += [(tier, person) for person in taken]
        gone = {id(person) for person in taken}
        rest = [person for person in rest if id(person) not in gone]
    return Allocation(tuple(places), tuple(_open_tie(rank, persons, places) for rank in sorted(cut)), settled)


def _undecided(last: Ranked, next_: Ranked) -> bool:
    return last.rank == next_.rank and (last.tie_place is None or next_.tie_place is None)


def _is_settled(
    taken: Sequence[Ranked], eligible: Sequence[Ranked], limit: int | None, persons: Sequence[Ranked], ties: Ties
) -> bool:
    """Tell whether a tier is full, and whoever may have to share or to be compared with its last person is known."""
    if limit is None or len(taken) < limit:
        return False
    if not taken or persons[-1].rank > taken[-1].rank:
        return True
    return len(eligible) > limit and (ties is Ties.DECIDE or not _undecided(taken[-1], eligible[limit]))


def _open_tie(rank: int, persons: Sequence[Person], places: Sequence[tuple[Tier, Person]]) -> OpenTie[Person]:
    equals = tuple(person for person in persons if person.rank == rank)
    tiers = dict.fromkeys(tier for tier, person in places if person.rank == rank)
    return OpenTie(rank, equals, tuple(tiers))
