"""The one source of time.

Every decision about time binds the moment read here once per request, job or command; SQL clocks are never asked.
A rehearsal shifts the clock through a file in its scratch instance, which every process of it reads.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from pathlib import Path

#: The time zone in which the contest's people live and its rules are written.
LOCAL_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


class Clock(Protocol):
    """Anything that tells the time."""

    def now(self) -> datetime:
        """Return the present moment, timezone-aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(UTC)


class ShiftedClock:
    """The machine's clock moved by the offset that a file holds; without the file it is the machine's clock.

    The file is read at every call, so that a web server, a worker and a command move together.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def now(self) -> datetime:
        """Return the shifted moment in UTC."""
        return datetime.now(UTC) + self.offset

    @property
    def offset(self) -> timedelta:
        """How far the clock is shifted."""
        try:
            stored = json.loads(self._path.read_text("utf-8"))
        except FileNotFoundError:
            return timedelta()
        return timedelta(microseconds=int(stored["offset_us"]))

    def move_to(self, moment: datetime) -> None:
        """Write the offset that makes ``moment`` the present."""
        offset = moment - datetime.now(UTC)
        temporary = self._path.with_suffix(".new")
        temporary.write_text(json.dumps({"offset_us": offset // timedelta(microseconds=1)}), "utf-8")
        temporary.replace(self._path)


class FixedClock:
    """A clock that stands until it is moved; for tests and rehearsals within one process."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def now(self) -> datetime:
        """Return the moment it was set to."""
        return self._moment

    def move_to(self, moment: datetime) -> None:
        """Set the clock."""
        self._moment = moment

    def advance(self, by: timedelta) -> None:
        """Move the clock forward by ``by``."""
        self._moment += by


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def to_micros(moment: datetime) -> int:
    """Return a timezone-aware moment as microseconds since 1970 in UTC, the form in which times are stored."""
    if moment.tzinfo is None:
        msg = "a moment without a time zone cannot be stored"
        raise ValueError(msg)
    return (moment - EPOCH) // MICROSECOND


def from_micros(value: int) -> datetime:
    """Return the moment that :func:`to_micros` made ``value`` from, in UTC."""
    return EPOCH + timedelta(microseconds=value)
