"""Who gets which prize: hand-checked cases, and what must hold for any ranking."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cuocthi_prizes.domain.allocation import allocate
from cuocthi_prizes.settings import Tier


@dataclass(frozen=True)
class Person:
    name: str
    rank: int
    tie_place: int | None = None
    score: int = 20_000
    max_score: int = 20_000


PLAN = (
    Tier("nhat", "Giải Nhất", 1, 1_000_000),
    Tier("nhi", "Giải Nhì", 2, 800_000),
    Tier("ba", "Giải Ba", 3, 500_000),
    Tier("khuyen-khich", "Giải Khuyến khích", 10, 300_000),
)


def people(*sizes: int) -> list[Person]:
    """Persons in groups of equals of the given sizes."""
    ranked: list[Person] = []
    for size in sizes:
        rank = len(ranked) + 1
        ranked += [Person(f"{rank}.{number}", rank) for number in range(size)]
    return ranked


def test_the_plan_of_2024_without_ties() -> None:
    allocation = allocate(PLAN, people(*[1] * 17))
    given_to = [(tier.key, person.rank) for tier, person in allocation.places]
    assert given_to == [
        ("nhat", 1),
        *[("nhi", rank) for rank in (2, 3)],
        *[("ba", rank) for rank in (4, 5, 6)],
        *[("khuyen-khich", rank) for rank in range(7, 17)],
    ]
    assert sum(tier.value for tier, _ in allocation.places) == 7_100_000
    assert not allocation.open_ties


def test_equals_within_a_tier_share_it_without_a_lot() -> None:
    assert not allocate(PLAN, people(1, 2, 3, 10, 1)).open_ties


@pytest.mark.parametrize(
    ("sizes", "rank", "tiers"),
    [
        ((2, 1), 1, ["nhat", "nhi"]),
        ((1, 3), 2, ["nhi", "ba"]),
        ((17,), 1, ["nhat", "nhi", "ba", "khuyen-khich"]),
        ((15, 2), 1, ["nhat", "nhi", "ba", "khuyen-khich"]),
    ],
)
def test_equals_across_a_boundary_are_left_open(sizes: tuple[int, ...], rank: int, tiers: list[str]) -> None:
    tie = allocate(PLAN, people(*sizes)).open_ties[0]
    assert (tie.rank, [tier.key for tier in tie.tiers]) == (rank, tiers)
    assert len(tie.persons) == sizes[0 if rank == 1 else 1]


def test_equals_at_the_last_prize_are_left_open() -> None:
    (tie,) = allocate(PLAN, people(*[1] * 15, 2)).open_ties
    assert (tie.rank, [tier.key for tier in tie.tiers]) == (16, ["khuyen-khich"])


def test_a_decided_order_closes_the_tie() -> None:
    decided = [replace(person, tie_place=place) for place, person in enumerate(people(2), start=1)]
    allocation = allocate(PLAN, decided)
    assert not allocation.open_ties
    assert [tier.key for tier, _ in allocation.places] == ["nhat", "nhi"]


def test_equals_below_the_prizes_are_nobodys_business() -> None:
    assert not allocate(PLAN[:1], people(1, 5)).open_ties


def test_with_too_few_persons_the_last_prizes_stay() -> None:
    allocation = allocate(PLAN, people(1, 1))
    assert [tier.key for tier, _ in allocation.places] == ["nhat", "nhi"]


tiers = st.lists(st.tuples(st.integers(1, 12), st.integers(0, 5_000_000)), min_size=0, max_size=6).map(
    lambda rows: [Tier(f"t{n}", f"Giải {n}", quantity, value) for n, (quantity, value) in enumerate(rows)]
)
groups = st.lists(st.tuples(st.integers(1, 9), st.booleans()), max_size=20)


def ranked(sizes: list[tuple[int, bool]]) -> list[Person]:
    """Persons in groups of equals, each group decided or not."""
    decided = [is_decided for size, is_decided in sizes for _ in range(size)]
    places = [place for size, _ in sizes for place in range(1, size + 1)]
    persons = people(*[size for size, _ in sizes])
    return [
        replace(person, tie_place=place if is_decided else None)
        for person, place, is_decided in zip(persons, places, decided, strict=True)
    ]


@given(tiers, groups)
def test_never_more_than_the_quantity_never_out_of_order(scheme: list[Tier], sizes: list[tuple[int, bool]]) -> None:
    persons = ranked(sizes)
    allocation = allocate(scheme, persons)
    counts = {tier.key: 0 for tier in scheme}
    for tier, _ in allocation.places:
        counts[tier.key] += 1
    assert all(counts[tier.key] <= tier.quantity for tier in scheme)
    # A better rank never gets a later tier, nobody is passed over, nobody gets two prizes.
    order = [scheme.index(tier) for tier, _ in allocation.places]
    assert order == sorted(order)
    assert [person for _, person in allocation.places] == persons[: len(allocation.places)]
    assert len(allocation.places) == min(len(persons), sum(tier.quantity for tier in scheme))
    assert len({person.name for _, person in allocation.places}) == len(allocation.places)


@given(tiers, groups)
def test_undecided_equals_with_different_prizes_are_open_ties(
    scheme: list[Tier], sizes: list[tuple[int, bool]]
) -> None:
    persons = ranked(sizes)
    allocation = allocate(scheme, persons)
    prize = {person.name: tier.key for tier, person in allocation.places}
    undecided = groupby((person for person in persons if person.tie_place is None), key=lambda person: person.rank)
    unequal = {rank for rank, equals in undecided if len({prize.get(person.name) for person in equals}) > 1}
    assert unequal == {tie.rank for tie in allocation.open_ties}


@given(tiers, st.integers(0, 80))
def test_the_sum_is_that_of_the_tiers_when_there_are_persons_enough(scheme: list[Tier], more: int) -> None:
    total = sum(tier.quantity for tier in scheme)
    allocation = allocate(scheme, people(*[1] * (total + more)))
    assert sum(tier.value for tier, _ in allocation.places) == sum(tier.cost for tier in scheme)
