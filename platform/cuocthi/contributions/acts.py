"""What moves a campaign on: acts of people, what stands in their way, what is to be done, and the edges of phases."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cuocthi.text import Text


class Act(StrEnum):
    """Acts of people that gates may refuse. The clock is never gated."""

    OPEN_CAMPAIGN = "open_campaign"
    ADOPT_RANKING = "adopt_ranking"
    ADOPT_AWARDS = "adopt_awards"
    PUBLISH = "publish"
    ARCHIVE = "archive"
    REMOVE_PHASE = "remove_phase"


@dataclass(frozen=True, slots=True)
class Blocker:
    """A reason why an act is refused, with the place where it can be mended."""

    key: str
    reason: Text
    url: str = ""
    order: int = 50


@dataclass(frozen=True, slots=True)
class ReadinessItem:
    """Something to be done before a campaign opens; an undone ``required`` item refuses the opening."""

    key: str
    title: Text
    done: bool
    detail: Text | None = None
    url: str = ""
    required: bool = True
    order: int = 50


@dataclass(frozen=True, slots=True)
class Duty:
    """Something that somebody on a committee has to do next in a campaign.

    Whoever holds ``permission`` may do it; ``committee`` is the key of the one committee, and ``user_id`` the one
    person, to whom it was given, where it was. ``late`` marks what is overdue, ``url`` is where it is done.
    """

    key: str
    campaign_id: int
    title: Text
    permission: str
    detail: Text | None = None
    url: str = ""
    committee: str = ""
    user_id: int | None = None
    late: bool = False
    order: int = 50


class Edge(StrEnum):
    """The two edges of a phase."""

    OPENED = "opened"
    CLOSED = "closed"
