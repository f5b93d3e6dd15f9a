"""The state of a phase follows from its windows and the moment alone."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cuocthi.clock import LOCAL_ZONE
from cuocthi.errors import DomainError
from cuocthi.timelines.localtime import day_and_time, moment_on, parse_moment, write_moment
from cuocthi.timelines.windows import PhaseState, Times, last_edge, next_edge, open_span, passed_edges, phase_state

from .conftest import DAY, MICROSECOND

_moments = st.datetimes(
    datetime(2024, 1, 1),  # noqa: DTZ001 - Hypothesis adds the time zone
    datetime(2025, 1, 1),  # noqa: DTZ001 - as above
    timezones=st.just(UTC),
)


@st.composite
def _windows(draw: st.DrawFn) -> list[Times]:
    edges = draw(st.lists(_moments, min_size=2, max_size=8, unique=True))
    edges = sorted(edges)[: len(edges) // 2 * 2]
    return [Times(opens, closes) for opens, closes in zip(edges[::2], edges[1::2], strict=True)]


@given(_windows(), _moments)
def test_the_state_of_a_phase_follows_from_its_windows(windows: list[Times], now: datetime) -> None:
    state = phase_state(windows, now)

    inside = any(window.opens_at <= now < window.closes_at for window in windows)
    assert (state is PhaseState.OPEN) == inside
    assert (state is PhaseState.UPCOMING) == (now < windows[0].opens_at)
    assert (state is PhaseState.CLOSED) == (now >= windows[-1].closes_at)
    assert (open_span(windows, now) is not None) == inside


@given(_windows())
def test_a_window_holds_its_first_instant_and_not_its_last(windows: list[Times]) -> None:
    for window in windows:
        assert phase_state(windows, window.opens_at) is PhaseState.OPEN
        assert phase_state(windows, window.closes_at - MICROSECOND) is PhaseState.OPEN
        assert phase_state(windows, window.opens_at - MICROSECOND) is not PhaseState.OPEN
        assert phase_state(windows, window.closes_at) is not PhaseState.OPEN


@given(_windows(), _moments)
def test_the_state_changes_only_at_an_edge(windows: list[Times], now: datetime) -> None:
    coming, gone = next_edge(windows, now), last_edge(windows, now)

    if coming is not None:
        assert phase_state(windows, now) is phase_state(windows, coming - MICROSECOND)
        assert phase_state(windows, coming) is not phase_state(windows, now)
    if gone is not None:
        assert phase_state(windows, gone) is phase_state(windows, now)
    assert (coming is None) == (now >= windows[-1].closes_at)


@given(_windows(), _moments, _moments)
def test_edges_once_passed_stay_passed(windows: list[Times], one: datetime, other: datetime) -> None:
    earlier, later = sorted((one, other))

    assert passed_edges(windows, later)[: len(passed_edges(windows, earlier))] == passed_edges(windows, earlier)


def test_a_phase_without_windows_is_closed() -> None:
    assert phase_state([], DAY) is PhaseState.CLOSED
    assert passed_edges([], DAY) == ()


@pytest.mark.parametrize(
    ("clock", "hour"), [("17h00", 17), ("17h", 17), ("17:00", 17), ("9h", 9), ("00:00:00", 0), (" 17H00 ", 17)]
)
def test_times_of_day_are_read_as_people_write_them(clock: str, hour: int) -> None:
    assert moment_on(date(2024, 10, 5), clock) == datetime(2024, 10, 5, hour, tzinfo=LOCAL_ZONE)


def test_twenty_four_hours_is_the_next_midnight() -> None:
    assert moment_on(date(2024, 10, 9), "24h00") == datetime(2024, 10, 10, tzinfo=LOCAL_ZONE)
    assert day_and_time(datetime(2024, 10, 10, tzinfo=LOCAL_ZONE), closing=True) == (date(2024, 10, 9), "24:00")
    assert day_and_time(datetime(2024, 10, 10, tzinfo=LOCAL_ZONE), closing=False) == (date(2024, 10, 10), "00:00")


@pytest.mark.parametrize("clock", ["", "x", "25h00", "24h01", "12:60", "12:00:61", "-1h", "12h0", "noon"])
def test_what_is_no_time_of_day_is_refused(clock: str) -> None:
    with pytest.raises(DomainError):
        moment_on(date(2024, 10, 5), clock)


@pytest.mark.parametrize("text", ["", "2024-13-01 10:00", "05/10/2024 17:00", "2024-10-05", "2024-10-05 17:00 giờ"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(DomainError):
        parse_moment(text)


@given(_moments, st.booleans())
def test_moments_are_read_as_they_were_written(moment: datetime, closing: bool) -> None:  # noqa: FBT001 - drawn
    assert parse_moment(write_moment(moment, closing=closing)) == moment
