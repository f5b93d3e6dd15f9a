"""Moving a timeline to other days. Days move, times of day stay: "24h00" remains the end of a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

Move = Callable[[date], date]

_WEEK = timedelta(days=7)


def unmoved(day: date) -> date:
    """Leave a day where it is."""
    return day


def by_days(number: int) -> Move:
    """Move every day by a number of days, also a negative one."""
    return lambda day: day + timedelta(days=number)


def by_years(number: int) -> Move:
    """Move every day to the same day of another year; 29 February becomes the 28th where there is none."""

    def move(day: date) -> date:
        try:
            return day.replace(year=day.year + number)
        except ValueError:
            return day.replace(year=day.year + number, day=28)

    return move


def next_anniversary(day: date, today: date) -> date:
    """Return the first same day of a later year that is after ``today``."""
    years = max(1, today.year - day.year)
    same = by_years(years)(day)
    return same if same > today else by_years(years + 1)(day)


def onto(anchor: date, day: date, *, keep_weekdays: bool = False) -> Move:
    """Return the move that brings ``anchor`` onto ``day``, and all the rest along.

    Onto the same day of another year every day keeps its day of the month; otherwise all move by as many days. With
    ``keep_weekdays`` they move by the number of whole weeks that comes nearest, so that ``anchor`` may fall up to three
    days beside ``day``.
    """
    if keep_weekdays:
        return by_days(round((day - anchor) / _WEEK) * 7)
    if (day.month, day.day) == (anchor.month, anchor.day):
        return by_years(day.year - anchor.year)
    return by_days((day - anchor).days)
