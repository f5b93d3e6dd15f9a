"""The scheme of prizes: what it adds up to, and what it refuses."""

from __future__ import annotations

import pytest

from cuocthi.campaigns.settings import SettingsError, structure, unstructure
from cuocthi.errors import InvalidData
from cuocthi_prizes.settings import MAIN, CollectiveTier, PrizeSettings, Tier, excess

PLAN = PrizeSettings(
    tiers=(
        Tier("nhat", "Giải Nhất", 1, 1_000_000),
        Tier("nhi", "Giải Nhì", 2, 800_000),
        Tier("ba", "Giải Ba", 3, 500_000),
        Tier("khuyen-khich", "Giải Khuyến khích", 10, 300_000),
    ),
    collective=(CollectiveTier("tap-the", "Giải tập thể"),),
)


def test_the_sum_of_the_plan() -> None:
    (only,) = PLAN.sets
    assert (only.key, only.individual_sum, only.collective_sum, only.cost) == (MAIN, 7_100_000, 0, 7_100_000)
    assert only.collective[0].is_open


@pytest.mark.parametrize(("allotted", "too_much"), [(0, 0), (7_100_000, 0), (7_000_000, 100_000)])
def test_the_excess_over_the_allotted_sum(allotted: int, too_much: int) -> None:
    assert excess(PLAN.sets[0].cost, allotted) == too_much


def test_a_scheme_survives_its_plain_form() -> None:
    assert structure(PrizeSettings, unstructure(PLAN)) == PLAN


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"key": "Nhất", "title": "Giải Nhất", "quantity": 1, "value": 1}, "key"),
        ({"key": "a" * 41, "title": "Giải Nhất", "quantity": 1, "value": 1}, "key"),
        ({"key": "nhat", "title": "  ", "quantity": 1, "value": 1}, "title"),
        ({"key": "nhat", "title": "Giải Nhất", "quantity": 0, "value": 1}, "quantity"),
        ({"key": "nhat", "title": "Giải Nhất", "quantity": 1, "value": -1}, "value"),
    ],
)
def test_a_tier_that_cannot_be_meant_is_refused(values: dict[str, object], field: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        Tier(**values)  # type: ignore[arg-type]  # on purpose
    assert refusal.value.field == field
    with pytest.raises(InvalidData):
        structure(PrizeSettings, {"tiers": [values]})


def test_two_tiers_with_one_code_are_refused() -> None:
    with pytest.raises(SettingsError, match="nhat"):
        PrizeSettings(tiers=PLAN.sets[0].tiers, collective=(CollectiveTier("nhat", "Nhất tập thể"),))


def test_unknown_fields_and_floats_are_refused_with_their_place() -> None:
    with pytest.raises(InvalidData) as refusal:
        structure(
            PrizeSettings,
            {"tiers": [{"key": "nhat", "title": "Giải Nhất", "quantity": 1, "value": 1.5}], "tax": 10},
        )
    problems = " ".join(map(str, refusal.value.problems))
    assert "tiers[0].value" in problems
    assert "tax" in problems
