"""The timeline as a calendar (iCalendar, RFC 5545) that people subscribe to.

The lines are written here one by one: a general library takes more than a millisecond for each event, and a timeline
may have a thousand.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cuocthi.clock import LOCAL_ZONE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.timelines.models import Phase, Window
    from cuocthi.timelines.windows import Span
    from cuocthi.units.models import Unit

_PRODUCT = "-//cuocthi//timeline//VI"
#: How often a calendar should look again.
_REFRESH = "PT6H"
#: How many octets a line has at most.
_LINE = 75
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


def calendar_of(
    campaign: Campaign, phases: Sequence[Phase], *, units: Mapping[int, Unit], address: str, now: datetime
) -> bytes:
    """Return a campaign's phases as a calendar, an event for each window; ``address`` is the campaign's public page.

    ``units`` are those that have windows of their own. An event keeps its UID when its phase is renamed or moved, and
    its sequence grows with the campaign's version, so that subscribers see the change. Whole days are written as days,
    other moments in UTC.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{_PRODUCT}",
        f"X-WR-CALNAME:{_text(campaign.name)}",
        f"X-WR-TIMEZONE:{LOCAL_ZONE}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{_REFRESH}",
    ]
    host = urlsplit(address).hostname or "localhost"
    for phase in phases:
        for place, window in _numbered(phase):
            unit = "" if window.unit_id is None else f" ({units[window.unit_id].name})"
            lines += [
                "BEGIN:VEVENT",
                f"UID:{campaign.slug}-{phase.key}-{place}@{host}",
                f"DTSTAMP:{_moment(now)}",
                f"SEQUENCE:{campaign.version}",
                f"SUMMARY:{_text(f'{phase.title}{unit} – {campaign.name}')}",
                f"DESCRIPTION:{_text(_description(phase, address))}",
                f"URL:{address}",
                *_span(window),
                "END:VEVENT",
            ]
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _description(phase: Phase, address: str) -> str:
    return f"{phase.description}\n\n{address}" if phase.description else address


def _numbered(phase: Phase) -> Iterator[tuple[str, Window]]:
    """Yield each window with what tells it from the others of its phase: its number, after that of its unit if any."""
    numbers: Counter[int | None] = Counter()
    for window in phase.windows:
        numbers[window.unit_id] += 1
        of_unit = "" if window.unit_id is None else f"{window.unit_id}-"
        yield f"{of_unit}{numbers[window.unit_id]}", window


def _span(window: Span) -> tuple[str, str]:
    opens, closes = (moment.astimezone(LOCAL_ZONE) for moment in (window.opens_at, window.closes_at))
    if opens.time() == closes.time() == datetime.min.time():
        return f"DTSTART;VALUE=DATE:{opens:%Y%m%d}", f"DTEND;VALUE=DATE:{closes:%Y%m%d}"
    return f"DTSTART:{_moment(window.opens_at)}", f"DTEND:{_moment(window.closes_at)}"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    return text.translate(_ESCAPES)


def _folded(line: str) -> bytes:
    """Return a line with its end, broken into lines that are not too long, never within a character."""
    rest = line.encode()
    parts = []
    while len(rest) > _LINE:
        end = _LINE
        while rest[end] & 0xC0 == 0x80:  # noqa: PLR2004 - an octet that continues a character
            end -= 1
        parts.append(rest[:end])
        rest = b" " + rest[end:]
    return b"\r\n".join([*parts, rest]) + b"\r\n"
