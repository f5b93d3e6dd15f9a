"""Rounds that come again and again: a pattern makes as many as asked for, on the days and at the hours asked for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cuocthi.clock import LOCAL_ZONE
from cuocthi.errors import DomainError
from cuocthi.timelines.localtime import day_and_time, moment_on
from cuocthi.timelines.patterns import MOST_ROUNDS, Pattern, Rhythm, windows_of
from cuocthi.timelines.windows import Times

MONDAY, TUESDAY, THURSDAY, SUNDAY = 0, 1, 3, 6
days = st.dates(date(2000, 1, 1), date(2090, 12, 31))
clocks = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=LOCAL_ZONE).astimezone(UTC)  # type: ignore[arg-type, misc]


@st.composite
def patterns(draw: st.DrawFn) -> Pattern:
    """Patterns whose rounds have room for one another."""
    rhythm = draw(st.sampled_from(Rhythm))
    longest = {Rhythm.DAYS: 0, Rhythm.WEEKS: 6}.get(rhythm, 26)
    opens, closes = sorted(draw(st.lists(clocks, min_size=2, max_size=2, unique=True)))
    length = draw(st.integers(0, longest))
    # A span of a week has every day of the week.
    some = st.frozensets(st.integers(0, 6))
    weekdays = draw(some) if rhythm is Rhythm.DAYS or length >= 6 else frozenset[int]()
    number = draw(st.integers(1, 40))
    return Pattern(rhythm, draw(days), number, opens, draw(st.sampled_from([closes, "24h00"])), length, weekdays)


@given(patterns())
def test_there_are_as_many_rounds_as_asked_for_and_none_overlap(pattern: Pattern) -> None:
    rounds = windows_of(pattern)

    assert len(rounds) == pattern.number
    windows = [window for windows in rounds for window in windows]
    assert all(window.opens_at < window.closes_at for window in windows)
    assert all(earlier.closes_at <= later.opens_at for earlier, later in pairwise(windows))


@given(patterns())
def test_every_window_opens_and_closes_at_the_local_times_asked_for(pattern: Pattern) -> None:
    for windows in windows_of(pattern):
        for window in windows:
            opens_on, _ = day_and_time(window.opens_at, closing=False)
            closes_on, _ = day_and_time(window.closes_at, closing=True)
            assert window == Times(moment_on(opens_on, pattern.opens), moment_on(closes_on, pattern.closes))


@given(patterns())
def test_a_round_is_open_only_on_the_days_of_the_week_asked_for(pattern: Pattern) -> None:
    opening = [day_and_time(window.opens_at, closing=False)[0] for windows in windows_of(pattern) for window in windows]

    assert opening[0] >= pattern.first
    if pattern.weekdays:
        assert {day.weekday() for day in opening} <= pattern.weekdays
    if not pattern.weekdays:
        assert opening[0] == pattern.first


@given(patterns())
def test_the_rhythm_is_kept(pattern: Pattern) -> None:
    firsts = [day_and_time(windows[0].opens_at, closing=False)[0] for windows in windows_of(pattern)]
    months = [day.year * 12 + day.month for day in firsts]

    if pattern.rhythm is Rhythm.WEEKS:
        assert all(later - earlier == timedelta(days=7) for earlier, later in pairwise(firsts))
    elif pattern.rhythm in {Rhythm.MONTHS, Rhythm.MONTH_WEEKDAYS} and not pattern.weekdays:
        assert all(later - earlier == 1 for earlier, later in pairwise(months))
    if pattern.rhythm is Rhythm.MONTHS and not pattern.weekdays:
        assert all(day.day == pattern.first.day or (day + timedelta(days=1)).day == 1 for day in firsts)
    if pattern.rhythm is Rhythm.MONTH_WEEKDAYS and not pattern.weekdays:
        assert {day.weekday() for day in firsts} == {pattern.first.weekday()}


def test_sixteen_weeks_from_monday_to_monday() -> None:
    rounds = windows_of(Pattern(Rhythm.WEEKS, date(2024, 9, 2), 16, "10h00", "09h00", 7))

    assert rounds[0] == [Times(local(2024, 9, 2, 10), local(2024, 9, 9, 9))]
    assert rounds[15] == [Times(local(2024, 12, 16, 10), local(2024, 12, 23, 9))]


def test_a_round_on_every_tuesday_thursday_and_sunday() -> None:
    pattern = Pattern(
        Rhythm.DAYS, date(2024, 9, 2), 4, "8h00", "20h00", weekdays=frozenset({TUESDAY, THURSDAY, SUNDAY})
    )

    opening = [window.opens_at for (window,) in windows_of(pattern)]

    assert opening == [local(2024, 9, 3, 8), local(2024, 9, 5, 8), local(2024, 9, 8, 8), local(2024, 9, 10, 8)]


def test_weekly_rounds_that_are_open_only_on_some_days() -> None:
    weekdays = frozenset({TUESDAY, THURSDAY, SUNDAY})

    first, second = windows_of(Pattern(Rhythm.WEEKS, date(2024, 9, 2), 2, "8h00", "24h00", 6, weekdays))

    assert [window.opens_at for window in first] == [local(2024, 9, 3, 8), local(2024, 9, 5, 8), local(2024, 9, 8, 8)]
    assert first[-1].closes_at == local(2024, 9, 9)
    assert second[0].opens_at == local(2024, 9, 10, 8)


def test_one_week_in_each_month() -> None:
    rounds = windows_of(Pattern(Rhythm.MONTHS, date(2024, 11, 1), 3, "0h00", "24h00", 6))

    assert rounds == [
        [Times(local(2024, 11, 1), local(2024, 11, 8))],
        [Times(local(2024, 12, 1), local(2024, 12, 8))],
        [Times(local(2025, 1, 1), local(2025, 1, 8))],
    ]


def test_a_day_that_a_month_does_not_have_is_its_last() -> None:
    rounds = windows_of(Pattern(Rhythm.MONTHS, date(2024, 1, 31), 3, "8h", "17h"))

    assert [windows[0].opens_at for windows in rounds] == [
        local(2024, 1, 31, 8),
        local(2024, 2, 29, 8),
        local(2024, 3, 31, 8),
    ]


@pytest.mark.parametrize(
    ("first", "then"),
    [(date(2024, 9, 9), date(2024, 10, 14)), (date(2024, 9, 30), date(2024, 10, 28))],
    ids=["the second Monday", "the last Monday"],
)
def test_the_same_weekday_of_each_month(first: date, then: date) -> None:
    rounds = windows_of(Pattern(Rhythm.MONTH_WEEKDAYS, first, 2, "8h", "17h"))

    assert [day_and_time(windows[0].opens_at, closing=False)[0] for windows in rounds] == [first, then]


FIRST = date(2024, 9, 2)


@pytest.mark.parametrize(
    ("pattern", "field"),
    [
        (Pattern(Rhythm.WEEKS, FIRST, 0, "8h", "9h"), "number"),
        (Pattern(Rhythm.WEEKS, FIRST, MOST_ROUNDS + 1, "8h", "9h"), "number"),
        (Pattern(Rhythm.WEEKS, FIRST, 2, "8h", "9h", -1), "days"),
        (Pattern(Rhythm.WEEKS, FIRST, 2, "8h", "9h", 7), "days"),
        (Pattern(Rhythm.DAYS, FIRST, 2, "8h", "9h", 1), "days"),
        (Pattern(Rhythm.WEEKS, FIRST, 2, "25h", "9h"), "opens"),
        (Pattern(Rhythm.WEEKS, FIRST, 2, "8h", "sáng"), "closes"),
        (Pattern(Rhythm.WEEKS, FIRST, 2, "10h", "10h"), "closes"),
        (Pattern(Rhythm.WEEKS, FIRST, 2, "8h", "9h", 2, frozenset({SUNDAY})), "weekdays"),
        (Pattern(Rhythm.MONTHS, date(9999, 12, 1), 2, "8h", "9h"), "first"),
        (Pattern(Rhythm.DAYS, date(9999, 12, 31), 2, "8h", "9h"), "first"),
    ],
)
def test_a_pattern_that_makes_no_sense_is_refused_at_its_field(pattern: Pattern, field: str) -> None:
    with pytest.raises(DomainError) as refused:
        windows_of(pattern)

    assert refused.value.field == field
