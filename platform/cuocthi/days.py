"""Days on which something was issued or found, as people enter them: a slip of the finger is no day that can be."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from cuocthi.clock import LOCAL_ZONE
from cuocthi.errors import DomainError
from cuocthi.text import T

#: Before the Declaration of Independence nobody issued anything that a contest of today refers to.
EARLIEST = date(1945, 9, 2)
_AHEAD = timedelta(days=366)


def check_day(day: date, *, now: datetime, field: str) -> None:
    """Raise DomainError, with the ``field`` of the form, for a day before 1945-09-02 or over a year after ``now``."""
    latest = now.astimezone(LOCAL_ZONE).date() + _AHEAD
    if not EARLIEST <= day <= latest:
        message = T(
            "The day %(day)s cannot be meant. Please enter one from %(earliest)s to %(latest)s.",
            day=day,
            earliest=EARLIEST,
            latest=latest,
        )
        raise DomainError(message, field=field)
