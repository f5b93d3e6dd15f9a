"""By when an answer is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cuocthi.clock import LOCAL_ZONE
from cuocthi_inquiries.settings import MAX_DAYS
from cuocthi_inquiries.working_days import answer_due


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=LOCAL_ZONE)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("asked", "days", "due"),
    [
        (local(2024, 9, 16, 8), 3, local(2024, 9, 19, 17)),  # Monday to Thursday
        (local(2024, 9, 20, 12), 1, local(2024, 9, 23, 17)),  # Friday to Monday
        (local(2024, 9, 20, 12), 3, local(2024, 9, 25, 17)),
        (local(2024, 9, 21, 9), 1, local(2024, 9, 23, 17)),  # Saturday to Monday
        (datetime(2024, 9, 15, 18, tzinfo=UTC), 1, local(2024, 9, 17, 17)),  # in Việt Nam it is Monday already
    ],
)
def test_the_weekend_does_not_count(asked: datetime, days: int, due: datetime) -> None:
    assert answer_due(asked, days) == due


moments = st.datetimes(datetime(2014, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is given


@given(moments, st.integers(1, MAX_DAYS))
def test_an_answer_is_due_on_a_working_day_after_so_many_of_them(asked: datetime, days: int) -> None:
    due = answer_due(asked, days).astimezone(LOCAL_ZONE)
    first = asked.astimezone(LOCAL_ZONE).date()
    between = [first + timedelta(days=n) for n in range(1, (due.date() - first).days + 1)]
    assert (due.weekday() < 5, due.hour) == (True, 17)
    assert sum(day.weekday() < 5 for day in between) == days


@given(moments, moments, st.integers(1, MAX_DAYS))
def test_who_asks_later_is_not_answered_earlier(one: datetime, other: datetime, days: int) -> None:
    earlier, later = sorted((one, other))
    assert answer_due(earlier, days) <= answer_due(later, days)
