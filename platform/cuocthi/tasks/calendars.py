"""Somebody's tasks for a calendar (iCalendar, RFC 5545): to be taken over, as they stand."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from cuocthi.campaigns.models import Campaign
    from cuocthi.tasks.models import Task

_PRODUCT = "-//cuocthi//tasks//VI"


def calendar_of(campaign: Campaign, tasks: Sequence[Task], *, addresses: Mapping[int, str], now: datetime) -> bytes:
    """Return tasks as days of a calendar, each with the address of its page; one that is taken over again is the same.

    They are events, as most calendars of phones show no to-dos.
    """
    from icalendar import Calendar, Event  # noqa: PLC0415 - large, and rarely asked for

    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    for task in tasks:
        address = addresses[task.id]
        event = Event()
        event.add("uid", f"{campaign.slug}-task-{task.id}@{urlsplit(address).hostname or 'localhost'}")
        event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
        event.add("summary", f"{task.title} – {campaign.name}")
        event.add("description", "\n\n".join(filter(None, [task.note, address])))
        event.add("url", address)
        event.add("dtstart", task.due_on)
        event.add("dtend", task.due_on + timedelta(days=1))
        calendar.add_component(event)
    return bytes(calendar.to_ical())
