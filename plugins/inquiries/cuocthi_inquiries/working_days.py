"""When an answer is due: working days as offices count them."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from cuocthi.clock import LOCAL_ZONE

_DAY = timedelta(days=1)
_SATURDAY = 5
_CLOSING_TIME = time(17)


def answer_due(asked_at: datetime, working_days: int) -> datetime:
    """Return when an answer is due: at 17h00 of the last of so many working days after the day of asking.

    Saturdays and Sundays do not count. Public holidays are not known here: they are decided anew each year.
    """
    day = asked_at.astimezone(LOCAL_ZONE).date()
    left = working_days
    while left:
        day += _DAY
        left -= day.weekday() < _SATURDAY
    return datetime.combine(day, _CLOSING_TIME, LOCAL_ZONE)
