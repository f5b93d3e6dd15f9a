"""How many will be equal: what is computed, against counting one by one what chance draws, and against closed forms."""

from __future__ import annotations

import time
from bisect import bisect_right
from datetime import timedelta
from itertools import accumulate
from random import Random
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cuocthi.campaigns.settings import save_settings
from cuocthi.contributions import (
    Direction,
    Distribution,
    Expected,
    ExpectedEntries,
    ExpectedPersons,
    Measure,
    Role,
)
from cuocthi.standings.criteria import (
    DURATION,
    FULL_MARKS,
    RULES_OWNER,
    SCORE,
    Counted,
    RankedBy,
    RankingRules,
)
from cuocthi.standings.outlook import Equals, look, outlook
from cuocthi.testing.plugins import make_format
from cuocthi.text import T

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase
    from cuocthi.users.models import User

STYLE = Measure("style", T("Style"), "count", Direction.HIGHEST)
#: A table of values with their weights, None for a missing one.
Table = dict[int, float]


def even(number: int) -> Distribution:
    """As many of each number from 0."""
    return Distribution(0, number - 1, lambda value: min(max(value + 1, 0), number) / number)


def expect(_ctx: Context, _campaign: Campaign, _round: Phase, persons: int) -> Expected | None:
    """Four scores and four times; hardly anybody's style is like another's. One hundred persons cannot be told of."""
    if persons == 100:
        return None
    measures = {SCORE.key: even(4), DURATION.key: even(4), STYLE.key: even(10**9)}
    return Expected([ExpectedPersons(1.0, [ExpectedEntries(1.0, measures)])], [T("Everything is assumed.")])


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [make_format("essays", measures=(STYLE,), expect=expect)]


@pytest.fixture
def round_(ctx: Context, make: Factories, campaign: Campaign) -> Phase:
    return make.round(campaign, "essays", opens_at=ctx.now + timedelta(days=1), closes_at=ctx.now + timedelta(days=9))


def by(measure: Measure, *, gate: bool = False) -> RankedBy:
    return RankedBy(measure.key, measure.title, measure.unit, measure.direction, gate)


# --- against chance -------------------------------------------------------------------------------------------------

#: Weak and able persons: how often everything is right, scores otherwise, times by whether everything is right.
KINDS: dict[float, tuple[float, Table, Table]] = {
    0.7: (0.02, {1: 5, 2: 3, 3: 1}, {time: 1.0 + time % 3 for time in range(30)}),
    0.3: (0.30, {1: 1, 2: 3, 3: 5}, {time: 1.0 + time % 5 for time in range(40)}),
}
FULL = 4


def of_kinds() -> Expected:
    found = []
    for share, (full, scores, times) in KINDS.items():
        flags = ((full, 1, {FULL: 1.0}), (1 - full, 0, scores))
        found.append(
            ExpectedPersons(
                share,
                [
                    ExpectedEntries(
                        part,
                        {
                            FULL_MARKS.key: Distribution.certain(flag),
                            SCORE.key: Distribution.of(table),
                            DURATION.key: Distribution.of(times),
                            STYLE.key: even(5),
                        },
                    )
                    for part, flag, table in flags
                ],
            )
        )
    return Expected(found)


Entry = tuple[int, ...]


def drawn(chance: Random, entries: int) -> Entry:
    """The best entry of somebody as keys: everything right, score, time, style."""
    full, scores, times = chance.choices(list(KINDS.values()), weights=list(KINDS))[0]
    found = []
    for _ in range(entries):
        everything = chance.random() < full
        score = FULL if everything else pick(chance, scores)
        found.append((-int(everything), -score, pick(chance, times), -chance.randrange(5)))
    return min(found)


def pick(chance: Random, table: Table) -> int:
    values = list(table)
    sums = list(accumulate(table.values()))
    return values[bisect_right(sums, chance.random() * sums[-1])]


def counted(ordered: Sequence[Entry], places: int, depth: int) -> tuple[int, int, int, bool]:
    """Count by hand: equal at the first place, where the last prize falls, prizes left for these, whether decided."""
    if not ordered:
        return 0, 0, 0, True
    cut = [one[:depth] for one in ordered]
    prizes = min(places, len(cut))
    last = cut[prizes - 1]
    equal, left = cut.count(last), prizes - sum(one < last for one in cut)
    return cut.count(cut[0]), equal, left, equal <= left


@pytest.mark.parametrize(("persons", "places", "entries"), [(400, 12, 1), (400, 30, 3), (60, 5, 2)])
@pytest.mark.parametrize("gate", [True, False])
def test_it_is_what_chance_gives_on_average(persons: int, places: int, entries: int, gate: bool) -> None:  # noqa: FBT001
    """Within a twelfth of the mean of 300 seeded draws, or a person, and 8 in 100 of how often they decide."""
    chance, runs = Random(20240901), 300
    criteria = [by(FULL_MARKS, gate=True)] if gate else []
    criteria += [by(SCORE), by(DURATION)]
    skipped = 0 if gate else 1
    found = look(of_kinds(), criteria, [by(STYLE)], persons=persons, places=places, entries=entries)
    rows = (*found.after, *found.further)
    sums = [[0.0] * 4 for _ in rows]
    for _ in range(runs):
        people = [drawn(chance, entries)[skipped:] for _ in range(persons)]
        ordered = sorted(one for one in people if not gate or one[0] == -1)
        for depth, row in enumerate(sums, 1):
            for at, number in enumerate(counted(ordered, places, depth)):
                row[at] += number / runs
    for equals, (first, contested, left, decided) in zip(rows, sums, strict=True):
        assert equals.first == pytest.approx(first, rel=1 / 12, abs=0.85), equals
        assert equals.contested == pytest.approx(contested, rel=1 / 12, abs=0.85), equals
        assert equals.left == pytest.approx(left, rel=1 / 12, abs=0.85), equals
        assert equals.certainty == pytest.approx(100 * decided, abs=8), equals


# --- against closed forms -------------------------------------------------------------------------------------------

WEIGHTS = st.dictionaries(st.integers(0, 6), st.integers(1, 20), min_size=1)


@given(WEIGHTS, st.integers(1, 400), st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_as_many_are_equal_at_the_first_place_as_the_sum_over_all_places_says(
    weights: dict[int, int], persons: int, entries: int
) -> None:
    """The N persons are each among the first with the chance that nobody stands before: N Σ p (1 - q)^(N - 1)."""
    total, better, exact = sum(weights.values()), 0.0, 0.0
    for value in sorted(weights, reverse=True):
        upto = 1 - (1 - sum(weight for one, weight in weights.items() if one >= value) / total) ** entries
        exact += persons * (upto - better) * (1 - better) ** (persons - 1)
        better = upto
    expected = Expected([ExpectedPersons(1.0, [ExpectedEntries(1.0, {SCORE.key: Distribution.of(weights)})])])
    [found] = look(expected, [by(SCORE)], [], persons=persons, places=1, entries=entries).after
    assert found.first == pytest.approx(exact, rel=0.04, abs=0.6)
    assert found.contested == pytest.approx(exact, rel=0.04, abs=1.1)


@given(WEIGHTS, WEIGHTS, st.integers(1, 500), st.integers(1, 40), st.integers(1, 3))
@settings(max_examples=60, deadline=None)
def test_one_more_criterion_never_leaves_more_undecided(
    scores: dict[int, float], times: dict[int, float], persons: int, places: int, entries: int
) -> None:
    measures = {SCORE.key: Distribution.of(scores), DURATION.key: Distribution.of(times), STYLE.key: even(50)}
    expected = Expected([ExpectedPersons(1.0, [ExpectedEntries(1.0, measures)])])
    criteria, others = [by(SCORE), by(DURATION)], [by(STYLE)]
    found = look(expected, criteria, others, persons=persons, places=places, entries=entries)
    rows = (*found.after, *found.further)
    assert [one.first for one in rows] == sorted((one.first for one in rows), reverse=True)
    assert [one.certainty for one in rows] == sorted(one.certainty for one in rows)
    for one in rows:
        assert 1 <= one.left <= one.contested <= persons
        assert one.left <= min(places, persons)


def test_who_lacks_a_measure_stands_last_and_is_equal() -> None:
    half = Distribution(0, 9, lambda value: min(max(value + 1, 0), 10) / 20)
    expected = Expected([ExpectedPersons(1.0, [ExpectedEntries(1.0, {DURATION.key: half})])])
    [few] = look(expected, [by(DURATION)], [], persons=200, places=5).after
    [many] = look(expected, [by(DURATION)], [], persons=200, places=150).after
    assert few.contested == pytest.approx(10, abs=3)
    assert many.contested == pytest.approx(100, abs=3)
    [nothing] = look(expected, [by(SCORE)], [by(STYLE)], persons=200, places=150).after
    assert nothing == Equals(SCORE.title, 200, 200, 150, 0)


def test_nobody_can_win_where_nobody_has_everything_right() -> None:
    expected = Expected([ExpectedPersons(1.0, [ExpectedEntries(1.0, {SCORE.key: even(4)})])])
    found = look(expected, [by(FULL_MARKS, gate=True), by(SCORE)], [], persons=50, places=3)
    assert (found.qualified, [one.contested for one in found.after]) == (0, [0, 0])


def test_millions_take_no_longer_than_some() -> None:
    begun = time.process_time()
    found = look(of_kinds(), [by(SCORE), by(DURATION)], [by(STYLE)], persons=80_000_000, places=10_000, entries=7)
    assert time.process_time() - begun < 10
    assert found.after[0].first == pytest.approx(80_000_000 * (0.7 * (1 - 0.98**7) + 0.3 * (1 - 0.7**7)), rel=1e-3)


# --- of a round -----------------------------------------------------------------------------------------------------


def test_the_rounds_own_rules_are_tried(ctx: Context, campaign: Campaign, round_: Phase) -> None:
    found = outlook(ctx, campaign=campaign, round_=round_, persons=1_600, places=10)
    assert found is not None
    score, duration = found.after
    assert score.first == pytest.approx(400, abs=2)
    assert duration.first == pytest.approx(100, abs=2)
    assert (duration.contested, duration.left, duration.decided) == (duration.first, 10, False)
    [style] = found.further
    assert (style.first, style.contested, style.decided) == (1, 1, True)
    assert found == outlook(ctx, campaign=campaign, round_=round_, persons=1_600, places=10)


def test_several_entries_are_looked_at_only_where_the_best_counts(
    ctx: Context, campaign: Campaign, round_: Phase
) -> None:
    best = outlook(ctx, campaign=campaign, round_=round_, persons=1_600, places=10, entries=3)
    assert best is not None
    assert best.after[0].first == pytest.approx(1_600 * (1 - 0.75**3), abs=2)
    save_settings(ctx, owner=RULES_OWNER, campaign=campaign, value=RankingRules(counted=Counted.FIRST))
    first = outlook(ctx, campaign=campaign, round_=round_, persons=1_600, places=10, entries=3)
    assert first is not None
    assert first.entries == 1
    assert first.after[0].first == pytest.approx(400, abs=2)


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
    assert organiser.get(f"{address}?persons=5000000&places=10&entries=3")[0] == 200
    status, page = organiser.get(f"{address}?persons=100&places=10")
    assert (status, "Chưa thể ước tính" in page) == (200, True)
    for wrong in ("persons=0&places=10", "persons=many&places=10", "persons=10&places=3&entries=0", "places=3"):
        assert organiser.get(f"{address}?{wrong}")[0] == 422
