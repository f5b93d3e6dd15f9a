"""Spans of time, and what they say about a moment. Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar

from cuocthi.contributions import Edge


class Span(Protocol):
    """A half-open span: it holds ``opens_at``, but not ``closes_at``."""

    @property
    def opens_at(self) -> datetime:
        """The first instant."""
        ...

    @property
    def closes_at(self) -> datetime:
        """The first instant after."""
        ...


class UnitSpan(Span, Protocol):
    """A span that may be of one unit."""

    @property
    def unit_id(self) -> int | None:
        """The unit for whose people alone it is, with all below it; None for everybody."""
        ...


AnySpan = TypeVar("AnySpan", bound=Span)
UnitWindow = TypeVar("UnitWindow", bound=UnitSpan)


@dataclass(frozen=True, slots=True)
class Times:
    """The span of a window before it is stored."""

    opens_at: datetime
    closes_at: datetime
    unit_id: int | None = None


def own_windows(windows: Sequence[UnitWindow], unit_path: str) -> list[UnitWindow]:
    """Return the windows that hold for people whose place in the tree is ``unit_path`` ("/1/17/203/").

    Of their own unit and those above it the nearest one that has windows decides, and its windows alone hold; those
    for everybody hold only where none of these units has any.
    """
    units = {window.unit_id for window in windows}
    above = (int(key) for key in reversed(unit_path.strip("/").split("/")) if key)
    nearest = next((unit_id for unit_id in above if unit_id in units), None)
    return [window for window in windows if window.unit_id == nearest]


class PhaseState(StrEnum):
    """What a phase is at a moment."""

    UPCOMING = "upcoming"
    OPEN = "open"
    BETWEEN = "between"
    CLOSED = "closed"


def phase_state(windows: Sequence[Span], now: datetime) -> PhaseState:
    """Return what a phase with these windows is at ``now``; a phase without windows is closed."""
    if any(window.opens_at <= now < window.closes_at for window in windows):
        return PhaseState.OPEN
    ahead = any(now < window.opens_at for window in windows)
    behind = any(window.closes_at <= now for window in windows)
    if ahead:
        return PhaseState.BETWEEN if behind else PhaseState.UPCOMING
    return PhaseState.CLOSED


def open_span(windows: Sequence[AnySpan], now: datetime) -> AnySpan | None:
    """Return the window that is open at ``now``, or None."""
    return next((window for window in windows if window.opens_at <= now < window.closes_at), None)


def next_edge(windows: Sequence[Span], now: datetime) -> datetime | None:
    """Return the next moment after ``now`` at which one of these windows opens or closes, or None."""
    edges = (edge for window in windows for edge in (window.opens_at, window.closes_at))
    return min((edge for edge in edges if edge > now), default=None)


def last_edge(windows: Sequence[Span], now: datetime) -> datetime | None:
    """Return the last moment up to ``now`` at which one of these windows opened or closed, or None."""
    edges = (edge for window in windows for edge in (window.opens_at, window.closes_at))
    return max((edge for edge in edges if edge <= now), default=None)


def passed_edges(windows: Sequence[Span], now: datetime) -> tuple[Edge, ...]:
    """Return which edges of the whole phase lie behind at ``now``, in their order; pauses between windows are none."""
    if not windows or now < min(window.opens_at for window in windows):
        return ()
    if now < max(window.closes_at for window in windows):
        return (Edge.OPENED,)
    return (Edge.OPENED, Edge.CLOSED)
