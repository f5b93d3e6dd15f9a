"""How numbers, sums of money and moments are written for people, in the language of the page.

Pure functions with the language as an argument; :func:`filters` gives them to templates. Moments are shown in the
time zone of the contest, in the form Vietnamese offices write them.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from cuocthi.clock import LOCAL_ZONE

if TYPE_CHECKING:
    from collections.abc import Callable

VIETNAMESE = "vi"


def number(value: float, language: str) -> str:
    """Write a number with the marks of the language: 12.486 or 12,486; at most three decimals."""
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.3f}".rstrip("0").rstrip(".")
    return text.translate(str.maketrans(",.", ".,")) if language == VIETNAMESE else text


def money(amount: int, language: str) -> str:
    """Write a sum in đồng."""
    return f"{number(amount, language)} {'đồng' if language == VIETNAMESE else 'VND'}"


def day(moment: datetime | date, language: str) -> str:
    """Write a date, or a moment's date, with digits: 05/10/2024 in Vietnamese, 5 October 2024 in English."""
    local = moment.astimezone(LOCAL_ZONE) if isinstance(moment, datetime) else moment
    return f"{local:%d/%m/%Y}" if language == VIETNAMESE else f"{local.day} {_MONTHS[local.month - 1]} {local.year}"


def time_of_day(moment: datetime, language: str) -> str:
    """Write an hour and its minutes: 17h00 in Vietnamese, 17:00 in English."""
    local = moment.astimezone(LOCAL_ZONE)
    return f"{local:%H}h{local:%M}" if language == VIETNAMESE else f"{local:%H:%M}"


def moment(value: datetime, language: str) -> str:
    """Write a moment to the minute: 17h00 ngày 05/10/2024."""
    joint = " ngày " if language == VIETNAMESE else ", "
    return f"{time_of_day(value, language)}{joint}{day(value, language)}"


def until(value: datetime, language: str) -> str:
    """Write the end of a span to the minute; midnight ends the day before: 24h00 ngày 04/10/2024."""
    last = _last_day(value)
    if last == value.astimezone(LOCAL_ZONE).date():
        return moment(value, language)
    return f"24h00 ngày {day(last, language)}" if language == VIETNAMESE else f"24:00, {day(last, language)}"


def stamp(value: datetime, language: str) -> str:
    """Write a moment to the second: 10:32:05 ngày 05/10/2024."""
    joint = " ngày " if language == VIETNAMESE else ", "
    return f"{value.astimezone(LOCAL_ZONE):%H:%M:%S}{joint}{day(value, language)}"


def span(start: datetime, end: datetime, language: str) -> str:
    """Write a span of days: 15/9 – 05/10/2024; a span within a day is one date, and midnight ends the day before."""
    first, last = start.astimezone(LOCAL_ZONE).date(), _last_day(end)
    if first >= last:
        return day(last, language)
    if first.year != last.year:
        return f"{day(start, language)} – {day(last, language)}"
    shortened = f"{first:%d/%m}" if language == VIETNAMESE else f"{first.day} {_MONTHS[first.month - 1]}"
    return f"{shortened} – {day(last, language)}"


def time_left(left: timedelta | float, language: str, *, exact: bool = False) -> str:
    """Write how long is left, in the two largest units that matter: 3 ngày 4 giờ, 11 phút 42 giây.

    ``left`` is a duration or a number of seconds; below zero counts as zero. Seconds are written with ``exact`` or
    below an hour.
    """
    seconds = max(int(left.total_seconds() if isinstance(left, timedelta) else left), 0)
    parts = [seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60, seconds % 60]
    first = next((i for i, part in enumerate(parts) if part), 3)
    last = 3 if exact else first + 1
    words = [_unit(parts[i], i, language) for i in range(first, min(last + 1, 4)) if parts[i] or i == first or exact]
    return " ".join(words)


def iso(moment: datetime) -> str:
    """Write a moment for machines: ISO 8601 in UTC, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def filters(language: Callable[[], str]) -> dict[str, Callable[..., Any]]:
    """Return the template filters; ``language`` tells the language of the page being made."""

    def spoken(write: Callable[..., str]) -> Callable[..., str]:
        return lambda value, *args, **options: write(value, *args, language(), **options)

    named = {f.__name__: spoken(f) for f in (number, money, day, time_of_day, moment, until, stamp, span, time_left)}
    return {**named, "iso": iso}


def _last_day(end: datetime) -> date:
    """Return the last day of what ends then: midnight ends the day before."""
    local = end.astimezone(LOCAL_ZONE)
    return local.date() - timedelta(days=1) if local.time() == time() else local.date()


_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_UNITS = {VIETNAMESE: ("ngày", "giờ", "phút", "giây"), "en": ("day", "hour", "minute", "second")}


def _unit(count: int, place: int, language: str) -> str:
    word = _UNITS.get(language, _UNITS["en"])[place]
    plural = "s" if language != VIETNAMESE and count != 1 else ""
    return f"{count} {word}{plural}"
