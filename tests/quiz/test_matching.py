"""Overlapping rows: whether the bank suffices is found exactly, and what suffices can be drawn from every seed."""

from __future__ import annotations

import random
from collections import Counter
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from cuocthi_quiz.domain.drawing import Candidate, choose, shortages, supply, units
from cuocthi_quiz.domain.matching import Fit, lacks, suffices
from cuocthi_quiz.models import Difficulty
from cuocthi_quiz.settings import BlueprintRow

fits = st.frozensets(st.integers(0, 3), min_size=1)
supplies = st.dictionaries(fits, st.integers(0, 3), max_size=4)
needs = st.lists(st.integers(0, 3), min_size=4, max_size=4)


def by_trying(wanted: list[int], supply: dict[Fit, int]) -> bool:
    """Whether any way of handing things out fills all rows."""
    things = [fit for fit, count in supply.items() for _ in range(count)]
    if len(things) < sum(wanted):
        return False
    states = {tuple(wanted)}
    for fit in things:
        states |= {
            (*state[:row], state[row] - 1, *state[row + 1 :]) for state in states for row in fit if state[row] > 0
        }
    return (0, 0, 0, 0) in states


@given(needs, supplies)
def test_it_suffices_exactly_when_some_way_of_handing_out_does(wanted: list[int], supply: dict[Fit, int]) -> None:
    assert suffices(wanted, supply) == by_trying(wanted, supply)


@given(needs, supplies)
def test_what_is_missing_is_truly_missing(wanted: list[int], supply: dict[Fit, int]) -> None:
    for lack in lacks(wanted, supply):
        assert lack.needed == sum(wanted[row] for row in lack.rows) > lack.available
        assert lack.available == sum(count for fit, count in supply.items() if fit & lack.rows)


TAGS = ("mật khẩu", "lừa đảo")
BANK = [
    Candidate(number, f"q-{number:02}", topic, difficulty, 4, True, tags)
    for number, (topic, difficulty, tags) in enumerate(
        (topic, difficulty, tags)
        for topic, difficulty, tags in product(
            "ab", Difficulty, [frozenset(), frozenset({TAGS[0]}), frozenset(TAGS), frozenset()]
        )
    )
]
rows = st.builds(
    BlueprintRow,
    topic=st.sampled_from(["", "a", "b"]),
    difficulty=st.sampled_from([None, *Difficulty]),
    tag=st.sampled_from(["", *TAGS]),
    number=st.integers(1, 5),
)
blueprints = st.lists(rows, min_size=1, max_size=5, unique_by=lambda row: (row.topic, row.difficulty, row.tag))


@given(blueprints, st.integers(0, 2**32))
def test_rows_that_overlap_are_filled_from_every_seed_without_a_question_twice(
    blueprint: list[BlueprintRow], seed: int
) -> None:
    bank = units(BANK)
    if shortages(blueprint, bank):
        return
    drawn = choose(supply(blueprint, bank), random.Random(seed))
    assert max(Counter(unit.key for unit in drawn).values()) == 1
    at = 0
    for row in blueprint:
        assert all(unit.fits(row) for unit in drawn[at : at + row.number])
        at += row.number
    assert at == len(drawn)


def test_what_is_alike_has_the_same_chance_where_rows_overlap() -> None:
    blueprint = [BlueprintRow("a", tag="mật khẩu", number=2), BlueprintRow("a", Difficulty.EASY, 2)]
    drawn_from, times = supply(blueprint, units(BANK)), Counter[str]()
    for number in range(3000):
        times.update(unit.key for unit in choose(drawn_from, random.Random(number)))
    alike: dict[tuple[bool, bool], list[int]] = {}
    for candidate in BANK:
        if candidate.topic == "a" and (candidate.tags or candidate.difficulty is Difficulty.EASY):
            kind = (bool(candidate.tags), candidate.difficulty is Difficulty.EASY)
            alike.setdefault(kind, []).append(times[candidate.key])
    for counts in alike.values():
        assert min(counts) > 0
        assert max(counts) - min(counts) < 0.12 * max(counts) + 60, alike
