"""The timeline as a calendar (iCalendar, RFC 5545) that people subscribe to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from icalendar import Calendar, Event

from cuocthi.clock import LOCAL_ZONE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.timelines.models import Phase
    from cuocthi.timelines.windows import Span

_PRODUCT = "-//cuocthi//timeline//VI"
#: How often a calendar should look again.
_REFRESH = timedelta(hours=6)


def calendar_of(campaign: Campaign, phases: Sequence[Phase], *, address: str, now: datetime) -> bytes:
    """Return a campaign's phases as a calendar, an event for each window; ``address`` is the campaign's public page.

    An event keeps its UID when its phase is renamed or moved, and its sequence grows with the campaign's version, so
    that subscribers see the change. Whole days are written as days, other moments in UTC.
    """
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", campaign.name)
    calendar.add("x-wr-timezone", str(LOCAL_ZONE))
    calendar.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    host = urlsplit(address).hostname or "localhost"
    for phase in phases:
        for number, window in enumerate(phase.windows, 1):
            event = Event()
            event.add("uid", f"{campaign.slug}-{phase.key}-{number}@{host}")
            event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
            event.add("sequence", campaign.version)
            event.add("summary", f"{phase.title} – {campaign.name}")
            event.add("description", "\n\n".join(filter(None, [phase.description, address])))
            event.add("url", address)
            _add_span(event, window)
            calendar.add_component(event)
    return bytes(calendar.to_ical())


def _add_span(event: Event, window: Span) -> None:
    opens, closes = (moment.astimezone(LOCAL_ZONE) for moment in (window.opens_at, window.closes_at))
    if opens.time() == closes.time() == datetime.min.time():
        event.add("dtstart", opens.date())
        event.add("dtend", closes.date())
        return
    event.add("dtstart", window.opens_at.astimezone(UTC))
    event.add("dtend", window.closes_at.astimezone(UTC))
