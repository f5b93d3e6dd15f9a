"""Collective prizes by formula: the formulas that contests use, checked by hand, and what holds for all of them."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cuocthi.campaigns.settings import SettingsError
from cuocthi_prizes.domain.formulas import Unit, give, place
from cuocthi_prizes.formula import Band, Formula, UnitMeasure, Weight
from cuocthi_prizes.settings import CollectiveTier

FULL = 20_000
FIRST, SECOND = CollectiveTier("nhat", "Giải Nhất", 1, 5_000_000), CollectiveTier("nhi", "Giải Nhì", 2, 3_000_000)


def unit(
    number: int, persons: int, headcount: int | None = 100, mean: int = 15_000, winners: int = 0, block: str = ""
) -> Unit:
    return Unit(number, block, persons, headcount, persons * mean, winners)


def ranks(formula: Formula, *units: Unit) -> dict[int, int | None]:
    return {one.unit.unit_id: one.rank for one in place(formula, units, max_score=FULL)}


def test_most_persons_taking_part() -> None:
    formula = Formula((UnitMeasure.PERSONS,))
    assert ranks(formula, unit(1, 40), unit(2, 70), unit(3, 40), unit(4, 5)) == {2: 1, 1: 2, 3: 2, 4: 4}


def test_most_persons_and_at_least_one_individual_prize() -> None:
    formula = Formula((UnitMeasure.PERSONS,), least_winners=1)
    assert ranks(formula, unit(1, 90), unit(2, 70, winners=1), unit(3, 40, winners=2)) == {2: 1, 3: 2, 1: None}


def test_most_winners_then_rate() -> None:
    formula = Formula((UnitMeasure.WINNERS, UnitMeasure.RATE))
    found = ranks(formula, unit(1, 50, 100, winners=2), unit(2, 30, 40, winners=2), unit(3, 99, 100, winners=1))
    assert found == {2: 1, 1: 2, 3: 3}


def test_rate_and_mean_weighted_within_blocks_and_a_floor() -> None:
    weights = (Weight(UnitMeasure.RATE, 60), Weight(UnitMeasure.MEAN, 40))
    formula = Formula((UnitMeasure.WEIGHTED,), weights, (Band(0, 500),))
    units = [
        unit(1, 50, 100, mean=20_000, block="Khối 1"),  # 0.6 · 0.5 + 0.4 · 1 = 0.7
        unit(2, 90, 100, mean=10_000, block="Khối 1"),  # 0.6 · 0.9 + 0.4 · 0.5 = 0.74
        unit(3, 49, 100, mean=20_000, block="Khối 1"),  # below half of its people
        unit(4, 60, 100, mean=8_000, block="Khối 2"),
    ]
    placed = place(formula, units, max_score=FULL)
    assert [(one.unit.unit_id, one.rank) for one in placed] == [(2, 1), (1, 2), (3, None), (4, 1)]
    assert placed[0].values == (60 * Fraction(9, 10) + 40 * Fraction(1, 2),)


def test_the_rate_that_is_needed_follows_from_the_size() -> None:
    formula = Formula((UnitMeasure.RATE,), bands=(Band(0, 300), Band(50, 250), Band(100, 200)))
    units = (unit(1, 14, 49), unit(2, 15, 49), unit(3, 13, 50), unit(4, 12, 50), unit(5, 20, 100), unit(6, 5, None))
    found = ranks(formula, *units)
    assert {number for number, rank in found.items() if rank is None} == {1, 4, 6}


def test_equal_units_that_cannot_all_have_the_prize_wait_for_a_decision() -> None:
    formula = Formula((UnitMeasure.PERSONS,))
    placed = place(formula, [unit(1, 70), unit(2, 50), unit(3, 50), unit(4, 50)], max_score=FULL)
    given, undecided = give([FIRST, SECOND], placed)
    assert [(one.tier.key, one.unit.unit_id) for one in given] == [("nhat", 1)]
    assert [(one.tier.key, [unit.unit_id for unit in one.units]) for one in undecided] == [("nhi", [2, 3, 4])]


def test_a_prize_of_a_block_goes_to_that_block() -> None:
    tiers = [CollectiveTier(f"k{block}", f"Giải Nhất Khối {block}", 1, 1, block=f"Khối {block}") for block in (1, 2)]
    formula = Formula((UnitMeasure.PERSONS,))
    units = [unit(1, 90, block="Khối 1"), unit(2, 80, block="Khối 1"), unit(3, 5, block="Khối 2")]
    given, undecided = give(tiers, place(formula, units, max_score=FULL))
    assert [(one.tier.key, one.unit.unit_id) for one in given] == [("k1", 1), ("k2", 3)]
    assert undecided == []


@pytest.mark.parametrize(
    "values",
    [
        {"by": (UnitMeasure.RATE, UnitMeasure.RATE)},
        {"by": (UnitMeasure.WEIGHTED,)},
        {"by": (UnitMeasure.RATE,), "weights": (Weight(UnitMeasure.RATE, 1),)},
        {"by": (UnitMeasure.RATE,), "bands": (Band(10, 100), Band(10, 200))},
    ],
)
def test_what_cannot_be_computed_is_refused(values: dict[str, tuple[object, ...]]) -> None:
    with pytest.raises(SettingsError):
        Formula(**values)  # type: ignore[arg-type]


units = st.lists(
    st.builds(
        unit,
        st.integers(1, 10_000),
        st.integers(0, 60),
        st.none() | st.integers(1, 80),
        st.integers(0, FULL),
        st.integers(0, 3),
        st.sampled_from(["", "Khối 1", "Khối 2"]),
    ),
    max_size=25,
    unique_by=lambda one: one.unit_id,
)
formulas = st.builds(
    lambda by, rate, winners: Formula(by, bands=(Band(0, rate),) if rate else (), least_winners=winners),
    st.lists(st.sampled_from(list(UnitMeasure)[:4]), min_size=1, max_size=4, unique=True).map(tuple),
    st.sampled_from([0, 300]),
    st.integers(0, 1),
)
tiers = st.lists(
    st.builds(
        lambda number, quantity, block: CollectiveTier(f"t{number}", "Giải", quantity, 1, block=block),
        st.integers(1, 1_000),
        st.integers(1, 4),
        st.sampled_from(["", "", "Khối 1"]),
    ),
    max_size=4,
    unique_by=lambda one: one.key,
)


@given(formulas, units, st.randoms(use_true_random=False))
def test_the_order_is_total_skips_nobody_and_does_not_hang_on_the_order_of_the_units(
    formula: Formula, found: list[Unit], chance: Random
) -> None:
    placed = place(formula, found, max_score=FULL)
    assert Counter(one.unit for one in placed) == Counter(found)
    for block in {one.block for one in found}:
        ranked = [one for one in placed if one.unit.block == block and one.rank is not None]
        assert sorted(one.rank or 0 for one in ranked) == [
            1 + sum(other.rank < one.rank for other in ranked if other.rank and one.rank) for one in ranked
        ]
    shuffled = list(found)
    chance.shuffle(shuffled)
    assert place(formula, shuffled, max_score=FULL) == placed


@given(formulas, units, tiers)
def test_no_quantity_is_exceeded_and_nobody_is_passed_over(
    formula: Formula, found: list[Unit], prizes: list[CollectiveTier]
) -> None:
    placed = {one.unit: one for one in place(formula, found, max_score=FULL)}
    given_, undecided = give(prizes, list(placed.values()))
    number = Counter(one.tier.key for one in given_)
    assert all(number[tier.key] <= tier.quantity for tier in prizes)
    assert len({one.unit for one in given_}) == len(given_)
    for one in given_:
        assert placed[one.unit].rank is not None
        assert one.tier.block in {"", one.unit.block}
    for open_ in undecided:
        assert len({placed[unit].values for unit in open_.units}) == 1
        assert not {one.unit for one in given_} & set(open_.units)
