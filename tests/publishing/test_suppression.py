"""Small groups stay out, and nothing that is shown tells how many they are: not by one sum, not by several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    ],
    ids=[
        "no small group",
        "nobody is no small group",
        "one alone would be the rest of the total",
        "two that are fewer than five together",
        "two that are enough together",
        "two that can only be four each",
        "five that can only be one each",
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
