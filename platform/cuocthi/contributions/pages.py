"""What stands on the pages of a campaign: links, figures, parts of pages, and what one can do now."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from cuocthi.text import Text


class NavGroup(StrEnum):
    """Where a link stands in the staff navigation: the groups, in the order of the organisers' way.

    The links of ``OVERVIEW`` stand above the groups, without a heading.
    """

    OVERVIEW = "overview"
    SETTING_UP = "setting_up"
    PEOPLE = "people"
    RUNNING = "running"
    RESULTS = "results"
    RECORDS = "records"


@dataclass(frozen=True, slots=True)
class NavItem:
    """A link in a group of the campaign's staff navigation; shown to holders of ``permission``."""

    key: str
    title: Text
    url: str
    permission: str
    order: int = 50
    badge: int = 0
    group: NavGroup = NavGroup.RUNNING


@dataclass(frozen=True, slots=True)
class Fact:
    """A short figure with its words for the head of the campaign's page ("20 questions", "and one prediction")."""

    key: str
    value: Text
    label: Text
    order: int = 50


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a page.

    Inline: ``template`` (in the plugin's own folder) with ``values``. Lazy: ``url`` alone, fetched after the page,
    with a link as fallback; a failing lazy panel fails alone.
    """

    key: str
    title: Text
    template: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""
    order: int = 50


@dataclass(frozen=True, slots=True)
class EntryAction:
    """What one enrolled person can do in a round now: start, go on, see the result, or why nothing.

    Without ``url`` it is a statement (``detail`` says why). ``primary`` marks the one big button.
    """

    key: str
    round_id: int
    title: Text
    detail: Text | None = None
    url: str = ""
    primary: bool = False
    order: int = 50


@dataclass(frozen=True, slots=True)
class PublicPage:
    """A page of a campaign that search engines may show: its whole public address, and when it changed, if known."""

    url: str
    changed_at: datetime | None = None
