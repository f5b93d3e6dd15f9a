"""Drawing a paper: it follows the blueprint, from a seed and keys alone, whatever the order of the bank."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cuocthi_quiz.domain import drawing
from cuocthi_quiz.domain.drawing import (
    Candidate,
    Drawn,
    Membership,
    common_seed,
    pack,
    seed,
    shortages,
    units,
    unpack,
)
from cuocthi_quiz.models import MAX_OPTIONS, Difficulty
from cuocthi_quiz.settings import BlueprintRow

TOPICS = ["a", "b"]
BANK = [
    Candidate(number, f"{topic}-{difficulty}-{at:02}", topic, difficulty, count, shuffled)
    for number, (topic, difficulty, at, (count, shuffled)) in enumerate(
        (topic, difficulty, at, shape)
        for topic in TOPICS
        for difficulty in Difficulty
        for at, shape in enumerate([(4, True), (5, True), (2, False)] * 4)
    )
]
BLUEPRINT = [
    BlueprintRow("a", Difficulty.EASY, 5),
    BlueprintRow("a", Difficulty.HARD, 2),
    BlueprintRow("b", Difficulty.MEDIUM, 3),
]
BY_ID = {candidate.revision_id: candidate for candidate in BANK}


def draw(
    rows: Sequence[BlueprintRow], bank: Sequence[Candidate], seed_: bytes, *, common: bytes | None = None
) -> list[Drawn]:
    """A paper drawn from a bank."""
    return drawing.draw(drawing.supply(rows, units(bank)), seed_, common=common)


seeds = st.binary(min_size=32, max_size=32)
orders = st.integers(2, MAX_OPTIONS).flatmap(lambda count: st.permutations(range(count)))


@given(seeds)
def test_a_paper_has_what_the_blueprint_says_and_nothing_twice(seed_: bytes) -> None:
    drawn = [BY_ID[item.revision_id] for item in draw(BLUEPRINT, BANK, seed_)]
    assert len({candidate.key for candidate in drawn}) == 10
    for row in BLUEPRINT:
        cell = [c for c in drawn if (c.topic, c.difficulty) == (row.topic, row.difficulty)]
        assert len(cell) == row.number


@given(seeds, st.randoms(use_true_random=False))
def test_the_order_of_the_bank_and_its_ids_do_not_matter(seed_: bytes, shuffle: random.Random) -> None:
    bank = list(BANK)
    shuffle.shuffle(bank)
    renumbered = [
        Candidate(number, c.key, c.topic, c.difficulty, c.option_count, c.shuffled) for number, c in enumerate(bank)
    ]
    keys = [(BY_ID[item.revision_id].key, item.order) for item in draw(BLUEPRINT, BANK, seed_)]
    assert [(renumbered[item.revision_id].key, item.order) for item in draw(BLUEPRINT, renumbered, seed_)] == keys


@given(seeds)
def test_options_are_shuffled_unless_they_keep_their_order(seed_: bytes) -> None:
    for item in draw(BLUEPRINT, BANK, seed_):
        candidate = BY_ID[item.revision_id]
        assert sorted(item.order) == list(range(candidate.option_count))
        if not candidate.shuffled:
            assert item.order == (0, 1)


def test_every_question_and_every_order_has_the_same_chance() -> None:
    row = [BlueprintRow("a", Difficulty.EASY, 3)]
    times = dict.fromkeys((c.key for c in BANK if (c.topic, c.difficulty) == ("a", Difficulty.EASY)), 0)
    first = [0] * 4
    for number in range(4000):
        for item in draw(row, BANK, number.to_bytes(32)):
            candidate = BY_ID[item.revision_id]
            times[candidate.key] += 1
            if candidate.option_count == 4:
                first[item.order[0]] += 1
    assert all(850 < count < 1150 for count in times.values()), times
    assert max(first) - min(first) < sum(first) / 10, first


def test_seeds_differ_by_secret_round_person_and_attempt() -> None:
    usual = {"round_key": "r1", "contest_number": "A17", "attempt": 1}
    made = [
        seed("secret", **usual),  # type: ignore[arg-type]
        seed("another", **usual),  # type: ignore[arg-type]
        *(seed("secret", **{**usual, name: value}) for name, value in [("round_key", "r2"), ("contest_number", "A18")]),  # type: ignore[arg-type]
        seed("secret", round_key="r1", contest_number="A17", attempt=2),
    ]
    assert len(set(made)) == 5
    assert made[0] == seed("secret", **usual)  # type: ignore[arg-type]


def test_a_draw_is_the_same_for_ever() -> None:
    drawn = draw(BLUEPRINT, BANK, seed("bí mật", round_key="vong-1", contest_number="ABC123", attempt=1))
    told = [f"{BY_ID[item.revision_id].key}:{''.join(map(str, item.order))}" for item in drawn]
    assert told == EXPECTED


EXPECTED = [
    "a-easy-06:1230",
    "a-easy-00:2301",
    "a-easy-07:02431",
    "a-easy-01:03421",
    "a-hard-07:30124",
    "a-easy-02:01",
    "b-medium-02:01",
    "b-medium-11:01",
    "a-hard-04:13204",
    "b-medium-01:43201",
]


def test_a_bank_that_is_too_small_is_named() -> None:
    blueprint = [BlueprintRow("a", Difficulty.EASY, 13), BlueprintRow("c", Difficulty.EASY, 1)]
    found = shortages(blueprint, units(BANK))
    assert [(lack.rows[0].topic, lack.needed, lack.available) for lack in found] == [("a", 13, 12), ("c", 1, 0)]
    with pytest.raises(ValueError, match="12 of 13"):
        draw(blueprint, BANK, bytes(32))


def in_group(key: str, size: int, *, difficulty: Difficulty = Difficulty.EASY) -> list[Candidate]:
    """The questions of a group, the last one first."""
    return [
        Candidate(100 * size + place, f"{key}-{place}", "a", difficulty, 4, True, group=Membership(key, place, size))
        for place in range(size, 0, -1)
    ]


GROUPED = [*BANK, *in_group("chung", 3), *in_group("khac", 2)]


@given(seeds)
def test_a_group_is_drawn_whole_and_stands_together_in_its_order(seed_: bytes) -> None:
    rows = [*BLUEPRINT, BlueprintRow("a", number=3, together=3)]
    keys = [{c.revision_id: c.key for c in GROUPED}[item.revision_id] for item in draw(rows, GROUPED, seed_)]
    first = keys.index("chung-1")
    assert keys[first : first + 3] == ["chung-1", "chung-2", "chung-3"]
    assert not any(key.startswith("khac") for key in keys)


def test_a_group_that_is_not_complete_is_not_drawn_from() -> None:
    rest = [c for c in GROUPED if c.key != "chung-2"]
    (lack,) = shortages([BlueprintRow("a", number=3, together=3)], units(rest))
    assert (lack.needed, lack.available) == (3, 0)
    assert not any(unit.key.startswith("chung") for unit in units(rest))


@given(seeds)
def test_everybody_gets_what_a_row_names_and_nobody_twice(seed_: bytes) -> None:
    rows = [BlueprintRow("a", Difficulty.EASY, 11), BlueprintRow(only="a-easy-03"), BlueprintRow(only="b-hard-00")]
    keys = [BY_ID[item.revision_id].key for item in draw(rows, BANK, seed_)]
    assert len(set(keys)) == 13
    assert {"a-easy-03", "b-hard-00"} <= set(keys)


@given(seeds, seeds)
def test_all_may_have_the_same_questions_each_in_an_order_of_its_own(one: bytes, other: bytes) -> None:
    common = common_seed("bí mật", round_key="vong-1", division="")
    papers = [draw(BLUEPRINT, BANK, seed_, common=common) for seed_ in (one, other)]
    assert {item.revision_id for item in papers[0]} == {item.revision_id for item in papers[1]}
    assert one == other or papers[0] != papers[1]


@given(orders)
def test_an_order_is_packed_into_a_number(order: list[int]) -> None:
    assert list(unpack(pack(order), len(order))) == order
