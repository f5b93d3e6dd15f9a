"""Rounds that come again and again: from a pattern to the windows of each round. Pure: no database, no clock."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import count as counting
from itertools import islice, pairwise
from typing import TYPE_CHECKING

from cuocthi.errors import DomainError
from cuocthi.text import T
from cuocthi.timelines.localtime import moment_on
from cuocthi.timelines.windows import Times

if TYPE_CHECKING:
    from collections.abc import Iterator

#: How many rounds are made at once.
MOST_ROUNDS = 200
#: How many days a round of a pattern lasts at most.
LONGEST = 366
_WEEK = 7
_DAY = timedelta(days=1)
#: A weekday that comes a fifth time in a month is meant as the month's last.
_FIFTH = 5


class Rhythm(StrEnum):
    """How one round follows the other."""

    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    MONTH_WEEKDAYS = "month_weekdays"


@dataclass(frozen=True, slots=True)
class Pattern:
    """``number`` rounds in a rhythm, the first of which opens on ``first``.

    A round is open from ``opens`` on its first day until ``closes`` on the day ``days`` days later (0: the same day);
    both are times of day as people write them, with "24h00" for the end of a day. With ``weekdays`` (0 is Monday) it is
    open only on these days of that span, from ``opens`` to ``closes`` on each. In the rhythm of DAYS every day, or
    every one of the ``weekdays``, is a round of its own. MONTHS keeps the day of the month, or its last day where there
    is none; MONTH_WEEKDAYS keeps the weekday and its place in the month ("the second Monday").
    """

    rhythm: Rhythm
    first: date
    number: int
    opens: str
    closes: str
    days: int = 0
    weekdays: frozenset[int] = frozenset()


def windows_of(pattern: Pattern) -> list[list[Times]]:
    """Return the windows of every round, in their order; no two of them overlap.

    Raises DomainError, with the field of the pattern it belongs to, for numbers out of bounds, what is no time of day,
    a round without a day, or rounds that would overlap.
    """
    if not 1 <= pattern.number <= MOST_ROUNDS:
        raise DomainError(T("Between 1 and %(most)s rounds can be made at once.", most=MOST_ROUNDS), field="number")
    if not 0 <= pattern.days <= LONGEST:
        raise DomainError(T("A round lasts between 0 and %(most)s days.", most=LONGEST), field="days")
    try:
        rounds = [_round(pattern, day) for day in islice(_first_days(pattern), pattern.number)]
    except (ValueError, OverflowError) as error:
        raise DomainError(T("The rounds would lie beyond the calendar."), field="first") from error
    _refuse_overlaps([window for windows in rounds for window in windows])
    return rounds


def _first_days(pattern: Pattern) -> Iterator[date]:
    first = pattern.first
    for step in counting():
        if pattern.rhythm is Rhythm.WEEKS:
            yield first + step * _WEEK * _DAY
        elif pattern.rhythm is Rhythm.MONTHS:
            yield _in_month(first, step)
        elif pattern.rhythm is Rhythm.MONTH_WEEKDAYS:
            yield _same_weekday(first, step)
        elif not pattern.weekdays or (first + step * _DAY).weekday() in pattern.weekdays:
            yield first + step * _DAY


def _month(day: date, step: int) -> tuple[int, int]:
    """Return year and month of the month that is ``step`` months after a day's."""
    year, month = divmod(day.year * 12 + day.month - 1 + step, 12)
    return year, month + 1


def _in_month(day: date, step: int) -> date:
    year, month = _month(day, step)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _same_weekday(day: date, step: int) -> date:
    year, month = _month(day, step)
    first_weekday, length = calendar.monthrange(year, month)
    days = range(1 + (day.weekday() - first_weekday) % _WEEK, length + 1, _WEEK)
    place = (day.day - 1) // _WEEK + 1
    return date(year, month, days[-1] if place >= _FIFTH else days[place - 1])


def _round(pattern: Pattern, first: date) -> list[Times]:
    if pattern.rhythm is Rhythm.DAYS or not pattern.weekdays:
        return [_window(pattern, first, first + pattern.days * _DAY)]
    span = (first + number * _DAY for number in range(pattern.days + 1))
    windows = [_window(pattern, day, day) for day in span if day.weekday() in pattern.weekdays]
    if not windows:
        raise DomainError(T("A round of this length has none of these weekdays."), field="weekdays")
    return windows


def _window(pattern: Pattern, opens_on: date, closes_on: date) -> Times:
    window = Times(_moment(opens_on, pattern.opens, "opens"), _moment(closes_on, pattern.closes, "closes"))
    if window.opens_at >= window.closes_at:
        raise DomainError(T("A round must open before it closes."), field="closes")
    return window


def _moment(day: date, clock: str, field: str) -> datetime:
    try:
        return moment_on(day, clock)
    except DomainError as error:
        raise DomainError(error.message, field=field) from error


def _refuse_overlaps(windows: list[Times]) -> None:
    for earlier, later in pairwise(windows):
        if later.opens_at < earlier.closes_at:
            message = T("One round would still be open when the next one opens at %(opens)s.", opens=later.opens_at)
            raise DomainError(message, field="days")
