"""Small groups stay out, and nothing that is shown tells how many they are: not by one sum, not by several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise, product
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cuocthi.contributions import Column
from cuocthi_publishing.domain.masking import SMALLEST_GROUP
from cuocthi_publishing.domain.small_groups import NOT_SHOWN, without_small_groups
from cuocthi_publishing.domain.suppression import Key, Sum, is_small, parts_of, suppressed, total_of

few = st.integers(0, 9)


def rows(*values: int) -> dict[Key, int]:
    return dict(enumerate(values))


def hidden_rows(*values: int) -> list[int]:
    """Return the places of what is hidden among the rows of a table whose total is known."""
    found, _ = suppressed(rows(*values), [total_of(range(len(values)))])
    return sorted(found)


def check_nothing_can_be_computed(groups: Mapping[Key, Sequence[int]], atoms: Sequence[int], totals: list[Sum]) -> None:
    """Try every way in which hidden ``atoms`` could be by what is shown of them, of their ``groups`` and of ``totals``.

    Whoever reads the tables knows that what is hidden is at least one person.
    """
    values: dict[Key, int] = {**rows(*atoms), **{key: sum(atoms[one] for one in of) for key, of in groups.items()}}
    sums = [*totals, *(parts_of(key, of) for key, of in groups.items())]
    found, withheld = suppressed(values, sums)
    assert {key for key, value in values.items() if is_small(value)} <= found
    not_there = {key for one in withheld for key in one}
    unknown = [place for place in range(len(atoms)) if place in found or place in not_there]
    possible: dict[Key, set[int]] = {key: set() for key in found - not_there}
    for guess in product(range(1, sum(atoms) + 1), repeat=len(unknown)):
        told = dict(enumerate(atoms)) | dict(zip(unknown, guess, strict=True))
        grouped: dict[Key, int] = {**told, **{key: sum(told[one] for one in of) for key, of in groups.items()}}
        if sum(told.values()) == sum(atoms) and all(
            grouped[key] == values[key] for key in values if key not in found and key not in not_there
        ):
            for key, numbers in possible.items():
                numbers.add(grouped[key])
    for key, numbers in possible.items():
        assert len(numbers) > 1, f"{key!r} can be computed: {values}, hidden {found}"


# --- one table ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "hidden"),
    [
        ((12, 30, 7), []),
        ((12, 0, 7), []),
        ((12, 3, 7), [1, 2]),
        ((12, 2, 7, 2), [1, 2, 3]),
        ((12, 3, 7, 3), [1, 3]),
        ((12, 4, 7, 4), [1, 2, 3]),
        ((1, 1, 1, 1, 1, 20), [0, 1, 2, 3, 4, 5]),
        ((2, 2, 2, 20), [0, 1, 2, 3]),
    ],
    ids=[
        "no small group",
        "nobody is no small group",
        "one alone would be the rest of the total",
        "two that are fewer than five together",
        "two that are enough together",
        "two that can only be four each",
        "five that can only be one each",
        "three that can only be small, as each is one at least",
    ],
)
def test_what_is_hidden_beside_a_small_group(values: tuple[int, ...], hidden: list[int]) -> None:
    assert hidden_rows(*values) == hidden


def test_where_nothing_is_left_to_hide_the_table_is_withheld() -> None:
    for values in ((3, 0), (1, 1, 1, 1, 1), (2, 2)):
        _, withheld = suppressed(rows(*values), [total_of(range(len(values)))])
        assert withheld == [total_of(range(len(values)))]


def test_without_a_known_total_only_small_groups_are_hidden() -> None:
    assert suppressed(rows(12, 3, 7), [])[0] == {1}


@settings(max_examples=50, deadline=None)
@given(st.lists(few, min_size=1, max_size=4))
def test_no_hidden_row_follows_from_the_total(values: list[int]) -> None:
    check_nothing_can_be_computed({}, values, [total_of(range(len(values)))])


# --- columns of which each counts some of the persons of the one before ---------------------------------------------

Numbers = tuple[int, ...]
NESTED = [
    Column("registered", "Đăng ký", "integer", persons="registered"),
    Column("starters", "Bắt đầu", "integer", persons="starters", within="registered"),
    Column("finishers", "Nộp bài", "integer", persons="finishers", within="starters"),
]


def shown(*table: Numbers) -> list[list[str | int | None]]:
    """Return how rows of registered, starters and finishers are shown, whose totals are known."""
    return without_small_groups(NESTED, table)


def ways(hidden: int, left: Numbers) -> set[Numbers]:
    """Return the figures that the first of so many hidden rows can have, when they come to ``left`` together."""
    found = set()
    for one in product(*(range(most + 1) for most in left)):
        nested = one[0] >= 1 and all(wider >= narrower for wider, narrower in pairwise(one))
        rest = tuple(most - some for most, some in zip(left, one, strict=True))
        if nested and (ways_exist(hidden - 1, rest) if hidden > 1 else not any(rest)):
            found.add(one)
    return found


@cache
def ways_exist(hidden: int, left: Numbers) -> bool:
    """Tell whether so many rows can come to ``left`` together."""
    return bool(ways(hidden, left))


def test_what_is_hidden_in_one_of_nested_columns_is_hidden_in_all() -> None:
    # Shown, the 12 who began would be registered, too, and of 13 together only one would be left.
    assert shown((1, 0, 0), (12, 12, 12), (40, 38, 36)) == [[NOT_SHOWN] * 3, [NOT_SHOWN] * 3, [40, 38, 36]]


def test_columns_that_are_not_nested_hide_each_its_own() -> None:
    columns = [Column(key, key, "integer", persons=key) for key in ("now", "before")]
    assert without_small_groups(columns, [(3, 12), (9, 12), (20, 12)]) == [[NOT_SHOWN, 12], [NOT_SHOWN, 12], [20, 12]]


nested = st.tuples(st.integers(0, 9), st.integers(0, 9)).map(lambda pair: tuple(sorted(pair, reverse=True)))


@settings(max_examples=60, deadline=None)
@given(st.lists(nested, min_size=1, max_size=4))
def test_who_knows_that_columns_are_nested_cannot_bound_what_is_hidden(table: list[Numbers]) -> None:
    told = without_small_groups(NESTED[:2], table)
    hidden = [number for number, row in enumerate(told) if NOT_SHOWN in row]
    assert not [row for row in told if NOT_SHOWN in row and row != [NOT_SHOWN] * 2]
    assert not [row for number, row in enumerate(told) if number not in hidden and any(map(is_small, table[number]))]
    if hidden:
        left = tuple(sum(table[number][at] for number in hidden) for at in range(2))
        possible = ways(len(hidden), left)
        for at in range(2):
            numbers = {one[at] for one in possible}
            assert numbers == {0} or (len(numbers) > 1 and max(numbers) >= SMALLEST_GROUP), (table, told)


# --- several tables of the same persons -----------------------------------------------------------------------------


def test_the_sum_of_a_kind_does_not_give_its_smallest_unit_away() -> None:
    values = {"a": 3, "b": 9, "c": 40, "d": 50, "kind x": 12, "kind y": 90}
    sums = [parts_of("kind x", ["a", "b"]), parts_of("kind y", ["c", "d"]), total_of(["kind x", "kind y"])]
    assert suppressed(values, sums)[0] == {"a", "b"}


def test_a_hidden_kind_hides_a_unit_of_each_other_kind_that_is_hidden_with_it() -> None:
    values = {"a": 3, "c": 40, "d": 50, "kind x": 3, "kind y": 90}
    sums = [parts_of("kind x", ["a"]), parts_of("kind y", ["c", "d"]), total_of(["kind x", "kind y"])]
    assert suppressed(values, sums)[0] == {"a", "kind x", "kind y", "c"}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(few, st.sampled_from("xy"), st.sampled_from("pq")), min_size=1, max_size=4))
def test_no_hidden_value_follows_from_kinds_blocks_and_the_total_together(units: list[tuple[int, str, str]]) -> None:
    kinds, blocks = (sorted({unit[at] for unit in units}) for at in (1, 2))
    groups = {key: [place for place, unit in enumerate(units) if key in unit[1:]] for key in (*kinds, *blocks)}
    totals = [total_of(range(len(units))), total_of(kinds), total_of(blocks)]
    check_nothing_can_be_computed(groups, [unit[0] for unit in units], totals)


def test_thousands_of_units_take_no_time_to_speak_of() -> None:
    values: dict[Key, int] = {place: place * 7919 % 23 for place in range(4000)}
    sums: list[Sum] = []
    for name, number in (("kind", 9), ("block", 40)):
        for group in range(number):
            members = [place for place in range(4000) if place % number == group]
            values[name, group] = sum(values[place] for place in members)
            sums.append(parts_of((name, group), members))
        sums.append(total_of([(name, group) for group in range(number)]))
    begun = perf_counter()
    found, withheld = suppressed(values, sums)
    assert found
    assert not withheld
    assert perf_counter() - begun < 30
