"""Days counted from the beginning or the end of a phase: they follow when the phase is moved or extended."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from cuocthi.contributions import Edge
from cuocthi.text import TN, T, Text
from cuocthi.timelines.localtime import day_and_time

if TYPE_CHECKING:
    from cuocthi.timelines.windows import Span

#: How many days a day may lie from the edge that it is counted from.
FARTHEST = 400


def edge_day(span: Span, edge: Edge) -> date:
    """Return the local day on which a phase begins or ends; an end at midnight is the end of the day before."""
    if edge is Edge.OPENED:
        return day_and_time(span.opens_at, closing=False)[0]
    return day_and_time(span.closes_at, closing=True)[0]


def day_from(span: Span, *, edge: Edge, days: int) -> date:
    """Return the day that lies so many ``days`` after an edge of a phase, before it if they are negative."""
    return edge_day(span, edge) + timedelta(days=days)


def days_from(span: Span, *, edge: Edge, day: date) -> int:
    """Return how many days ``day`` lies after an edge of a phase; the opposite of :func:`day_from`."""
    return (day - edge_day(span, edge)).days


def in_words(*, edge: Edge, days: int, phase: str) -> Text:
    """Return such a day in words: "3 days before “Vòng 1” ends"."""
    number = abs(days)
    if edge is Edge.OPENED:
        if days < 0:
            return TN(
                "%(count)s day before “%(phase)s” begins",
                "%(count)s days before “%(phase)s” begins",
                number,
                phase=phase,
            )
        if days > 0:
            return TN(
                "%(count)s day after “%(phase)s” begins", "%(count)s days after “%(phase)s” begins", number, phase=phase
            )
        return T("on the day on which “%(phase)s” begins", phase=phase)
    if days < 0:
        return TN(
            "%(count)s day before “%(phase)s” ends", "%(count)s days before “%(phase)s” ends", number, phase=phase
        )
    if days > 0:
        return TN("%(count)s day after “%(phase)s” ends", "%(count)s days after “%(phase)s” ends", number, phase=phase)
    return T("on the day on which “%(phase)s” ends", phase=phase)
