"""Moments as people in the contest's time zone write them, with "24h00" for the end of a day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from cuocthi.clock import LOCAL_ZONE
from cuocthi.errors import DomainError
from cuocthi.text import T
from cuocthi.timelines.models import Phase, PhaseKind
from cuocthi.timelines.moving import Move
from cuocthi.timelines.windows import Span, Times

_TIME = re.compile(r"(\d{1,2})(?:[h:](\d{2})?)?(?::(\d{2}(?:\.\d{1,6})?))?", re.ASCII)
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\S+)", re.ASCII)
_END_OF_DAY = 24


def moment_on(day: date, clock: str) -> datetime:
    """Return the moment of a local day and a time written "17h00", "17:00", "17:00:30" or "24h00".

    Raises DomainError if there is no such time.
    """
    found = _TIME.fullmatch(clock.strip().lower())
    if found is None:
        raise _unknown(clock)
    hour, minute, seconds = int(found[1]), int(found[2] or 0), float(found[3] or 0)
    over = timedelta()
    if hour == _END_OF_DAY and minute == 0 and seconds == 0:
        hour, over = 0, timedelta(days=1)
    if seconds >= 60:  # noqa: PLR2004 - seconds in a minute
        raise _unknown(clock)
    try:
        local = datetime.combine(day, time(hour, minute), LOCAL_ZONE)
        return (local + over + timedelta(seconds=seconds)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _unknown(clock) from error


def parse_moment(text: str) -> datetime:
    """Return the moment written "2024-10-05 17:00" in local time; raise DomainError if it is none."""
    found = _MOMENT.fullmatch(text.strip())
    try:
        day = date.fromisoformat(found[1]) if found else None
    except ValueError:
        day = None
    if found is None or day is None:
        raise DomainError(T("“%(text)s” is no moment; write it as 2024-10-05 17:00.", text=text))
    return moment_on(day, found[2])


def move_text(text: str, move: Move) -> str:
    """Return a moment's text with its day moved and its time of day as it is; raise DomainError if it is no moment."""
    parse_moment(text)
    day, clock = text.strip()[:10], text.strip()[10:]
    return f"{move(date.fromisoformat(day)).isoformat()}{clock}"


def first_day(phases: Sequence[Phase]) -> date | None:
    """Return the local day on which the first round opens, without a round the first phase; None without a phase."""
    rounds = [phase for phase in phases if phase.kind is PhaseKind.CONTEST]
    openings = [phase.opens_at for phase in rounds or phases]
    return day_and_time(min(openings), closing=False)[0] if openings else None


def move_span(span: Span, move: Move) -> Times:
    """Return a span with its days moved; a closing at midnight stays the end of its day."""
    opens_on, opens_time = day_and_time(span.opens_at, closing=False)
    closes_on, closes_time = day_and_time(span.closes_at, closing=True)
    return Times(moment_on(move(opens_on), opens_time), moment_on(move(closes_on), closes_time))


def day_and_time(moment: datetime, *, closing: bool) -> tuple[date, str]:
    """Return the local day and the time of a moment; a ``closing`` at midnight is 24:00 of the day before."""
    local = moment.astimezone(LOCAL_ZONE)
    if closing and local.time() == time():
        return local.date() - timedelta(days=1), "24:00"
    clock = f"{local:%H:%M}"
    if local.second or local.microsecond:
        clock += f":{local:%S}"
    if local.microsecond:
        clock += f".{local:%f}".rstrip("0")
    return local.date(), clock


def spoken(clock: str) -> str:
    """Write 17:00 as 17h00, the form in which it is read and entered."""
    return clock.replace(":", "h", 1)


def write_moment(moment: datetime, *, closing: bool) -> str:
    """Write a moment the way :func:`parse_moment` reads it."""
    day, clock = day_and_time(moment, closing=closing)
    return f"{day.isoformat()} {clock}"


def _unknown(clock: str) -> DomainError:
    return DomainError(T("“%(text)s” is no time of day; write it as 17h00.", text=clock))
