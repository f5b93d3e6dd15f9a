"""How many will be equal: criteria tried on expected entries, against counting them one by one."""

from __future__ import annotations

from datetime import timedelta
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cuocthi.contributions import Direction, Expected, Measure, Role
from cuocthi.standings.criteria import DURATION, FULL_MARKS, SCORE, RankedBy
from cuocthi.standings.outlook import look, outlook
from cuocthi.testing.plugins import make_format
from cuocthi.text import T

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase
    from cuocthi.users.models import User

STYLE = Measure("style", T("Style"), "count", Direction.HIGHEST)


def expect(_ctx: Context, _campaign: Campaign, _round: Phase, persons: int, chance: Random) -> Expected | None:
    """Four scores and four times; nobody's style is like another's. One hundred persons cannot be told of."""
    if persons == 100:
        return None
    values = {
        SCORE.key: [chance.randrange(4) for _ in range(persons)],
        DURATION.key: [chance.randrange(4) for _ in range(persons)],
        STYLE.key: list(range(persons)),
    }
    return Expected(values, [T("Everything is assumed.")])


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [make_format("essays", measures=(STYLE,), expect=expect)]


@pytest.fixture
def round_(ctx: Context, make: Factories, campaign: Campaign) -> Phase:
    return make.round(campaign, "essays", opens_at=ctx.now + timedelta(days=1), closes_at=ctx.now + timedelta(days=9))


def by(measure: Measure, *, gate: bool = False) -> RankedBy:
    return RankedBy(measure.key, measure.title, measure.unit, measure.direction, gate)


def counted(places: Sequence[tuple[int, ...]], prizes: int) -> tuple[int, int, int]:
    """Count by hand: equal at the first place, equal where the last prize falls, prizes left for these."""
    if not prizes:
        return 0, 0, 0
    ordered = sorted(places)
    last = ordered[prizes - 1]
    return ordered.count(ordered[0]), ordered.count(last), prizes - sum(place < last for place in ordered)


persons = st.lists(
    st.tuples(st.booleans(), st.integers(0, 3), st.none() | st.integers(0, 3), st.integers(0, 9)),
    min_size=1,
    max_size=40,
)


@given(persons, st.integers(1, 12))
def test_what_is_undecided_is_what_counting_finds(
    entries: list[tuple[bool, int, int | None, int]], places: int
) -> None:
    everything, scores, times, styles = (list(column) for column in zip(*entries, strict=True))
    expected = Expected(
        {FULL_MARKS.key: [int(one) for one in everything], SCORE.key: scores, DURATION.key: times, STYLE.key: styles}
    )
    criteria = [by(FULL_MARKS, gate=True), by(SCORE), by(DURATION)]
    found = look(expected, criteria, [by(STYLE)], places=places)
    missing = 2**63 - 1
    qualified = [
        (-1, -score, missing if time is None else time, -style)
        for full, score, time, style in zip(everything, scores, times, styles, strict=True)
        if full
    ]
    prizes = min(places, len(qualified))
    assert found.qualified == len(qualified)
    for depth, after in enumerate((*found.after, *found.further), 1):
        assert (after.first, after.contested, after.left) == counted([one[:depth] for one in qualified], prizes)


@given(persons, st.integers(1, 12))
def test_one_more_criterion_never_leaves_more_undecided_at_the_first_place(
    entries: list[tuple[bool, int, int | None, int]], places: int
) -> None:
    _, scores, times, styles = (list(column) for column in zip(*entries, strict=True))
    expected = Expected({SCORE.key: scores, DURATION.key: times, STYLE.key: styles})
    found = look(expected, [by(SCORE), by(DURATION)], [by(STYLE)], places=places)
    firsts = [one.first for one in (*found.after, *found.further)]
    assert firsts == sorted(firsts, reverse=True)


def test_the_rounds_own_rules_are_tried(ctx: Context, campaign: Campaign, round_: Phase) -> None:
    found = outlook(ctx, campaign=campaign, round_=round_, persons=1_600, places=10)
    assert found is not None
    score, duration = found.after
    assert 300 < score.first < 500
    assert 60 < duration.first < 140
    assert (duration.contested, duration.left, duration.decided) == (duration.first, 10, False)
    [style] = found.further
    assert (style.first, style.contested, style.decided) == (1, 1, True)
    assert found == outlook(ctx, campaign=campaign, round_=round_, persons=1_600, places=10)


def test_of_what_cannot_be_told_nothing_is_told(ctx: Context, campaign: Campaign, round_: Phase) -> None:
    assert outlook(ctx, campaign=campaign, round_=round_, persons=100, places=10) is None


def test_the_page_says_what_is_undecided_and_what_would_decide(
    make: Factories, campaign: Campaign, round_: Phase, sign_in: Callable[[User], Browser]
) -> None:
    organiser = sign_in(make.member(campaign, Role.ORGANISING))
    address = f"/c/{campaign.slug}/staff/rankings/{round_.id}/outlook"
    status, page = organiser.get(address)
    assert (status, 'value="1000"' in page, "Sau tiêu chí" in page) == (200, True, False)
    status, page = organiser.get(f"{address}?persons=1600&places=10")
    assert status == 200
    for said in ("Các tiêu chí chưa phân định được", "Style", "Everything is assumed."):
        assert said in page
    status, page = organiser.get(f"{address}?persons=100&places=10")
    assert (status, "Chưa thể ước tính" in page) == (200, True)
    for wrong in ("persons=0&places=10", "persons=many&places=10", "persons=5000000&places=10", "places=3"):
        assert organiser.get(f"{address}?{wrong}")[0] == 422
