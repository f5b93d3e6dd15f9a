"""Moving a timeline to other days: what a day becomes, and that times of day stay."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cuocthi.clock import LOCAL_ZONE
from cuocthi.errors import DomainError
from cuocthi.timelines.localtime import move_span, move_text, parse_moment
from cuocthi.timelines.moving import by_days, by_years, next_anniversary, onto
from cuocthi.timelines.windows import Times

days = st.dates(date(2000, 1, 1), date(2090, 12, 31))
moments = st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(anchor=days, day=days)
def test_the_anchor_falls_onto_the_day_that_was_chosen(anchor: date, day: date) -> None:
    assert onto(anchor, day)(anchor) == day


@given(anchor=days, day=days, other=days)
def test_the_days_of_the_week_can_be_kept(anchor: date, day: date, other: date) -> None:
    move = onto(anchor, day, keep_weekdays=True)
    assert move(other).weekday() == other.weekday()
    assert abs((move(anchor) - day).days) <= 3


@given(anchor=days, number=st.integers(-9, 9), other=days)
def test_onto_the_same_day_of_another_year_every_day_stays_what_it_is_called(
    anchor: date, number: int, other: date
) -> None:
    day = by_years(number)(anchor)
    if (day.month, day.day) != (anchor.month, anchor.day):  # there is no 29 February in that year
        return
    moved = onto(anchor, day)(other)
    assert moved.year == other.year + number
    assert moved.month == other.month
    assert moved.day == other.day or (other.month, other.day, moved.day) == (2, 29, 28)


@given(day=days, today=days)
def test_the_next_anniversary_is_the_first_one_to_come(day: date, today: date) -> None:
    found = next_anniversary(day, today)
    assert found > max(day, today)
    assert (found - max(day, today)).days <= 366
    assert (found.month, found.day) in {(day.month, day.day), (2, 28)}


@given(opens=moments, length=st.timedeltas(timedelta(seconds=1), timedelta(days=90)), number=st.integers(-800, 800))
def test_a_span_keeps_its_length_when_its_days_move(opens: datetime, length: timedelta, number: int) -> None:
    span = Times(opens, opens + length)
    moved = move_span(span, by_days(number))
    assert moved == Times(opens + timedelta(days=number), opens + length + timedelta(days=number))


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("2024-10-05 17h00", "2025-10-05 17h00"),
        ("2027-02-28 24:00", "2028-02-28 24:00"),
        ("2024-02-29 07:30", "2025-02-28 07:30"),
    ],
)
def test_the_end_of_a_day_stays_the_end_of_that_day(text: str, moved: str) -> None:
    assert move_text(text, by_years(1)) == moved
    opens = parse_moment("2024-01-01 00:00")
    span = move_span(Times(opens, parse_moment(text)), by_years(1))
    assert span.closes_at == parse_moment(moved)
    assert span.opens_at == datetime(2025, 1, 1, tzinfo=LOCAL_ZONE)


@pytest.mark.parametrize("text", ["", "5/10/2024 17h00", "2024-02-30 10:00", "2024-10-05 25h00"])
def test_what_is_no_moment_cannot_be_moved(text: str) -> None:
    with pytest.raises(DomainError):
        move_text(text, by_days(1))
