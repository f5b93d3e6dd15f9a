"""The staff navigation of a campaign: links of the core and of the enabled plugins, in groups, for who may see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import g, request, url_for

from cuocthi.contributions import NavGroup, NavItem
from cuocthi.text import T, Text
from cuocthi.web.context import reading_context, registry
from cuocthi.web.i18n import translate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cuocthi.campaigns.models import Campaign

_TITLES = {
    NavGroup.SETTING_UP: T("Setting up"),
    NavGroup.PEOPLE: T("Registration and participation"),
    NavGroup.RUNNING: T("While it runs"),
    NavGroup.RESULTS: T("Results"),
    NavGroup.RECORDS: T("Records and system"),
}
#: The group that is open on a page that stands in none, by the campaign's state.
_NEXT = {"draft": NavGroup.SETTING_UP, "open": NavGroup.RUNNING, "archived": NavGroup.RESULTS}
#: With so few links nothing is folded.
_FEW = 8


@dataclass(frozen=True, slots=True)
class NavEntry:
    """A staff page of the core; the core's ``views`` modules list theirs in ``navigation``.

    ``also`` are the beginnings of further paths, below the overview's, on which the entry is the current one.
    """

    key: str
    title: Text
    endpoint: str
    permission: str
    order: int
    group: NavGroup
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NavLink:
    """A link as the template shows it."""

    title: str
    url: str
    active: bool
    badge: int


@dataclass(frozen=True, slots=True)
class NavSection:
    """A group as the template shows it; without ``title`` its links stand above the groups."""

    title: str
    links: tuple[NavLink, ...]
    open: bool

    @property
    def badge(self) -> int:
        """How much waits behind the links of the group, to be seen while it is closed."""
        return sum(link.badge for link in self.links)


class Navigation:
    """The groups of links for the campaign and the reader at hand; collected when a template iterates over it."""

    def __init__(self, entries: Sequence[NavEntry]) -> None:
        self._entries = entries

    def __bool__(self) -> bool:
        return g.get("campaign") is not None

    def __iter__(self) -> Iterator[NavSection]:
        campaign: Campaign | None = g.get("campaign")
        if campaign is None:
            return
        items = [*self._core(campaign), *registry().hooks.collect(reading_context(), campaign, "nav_items", NavItem)]
        shown = sorted((item for item in items if item.permission in g.permissions), key=lambda item: item.order)
        active = self._current(campaign, shown)
        unfolded = next((item.group for item in shown if item.url == active), NavGroup.OVERVIEW)
        if unfolded is NavGroup.OVERVIEW:
            unfolded = _NEXT[campaign.state]
        for group in NavGroup:
            links = tuple(
                NavLink(translate(item.title), item.url, item.url == active, item.badge)
                for item in shown
                if item.group is group
            )
            if links:
                title = translate(_TITLES[group]) if group in _TITLES else ""
                yield NavSection(title, links, open=group is unfolded or len(shown) <= _FEW)

    def _core(self, campaign: Campaign) -> list[NavItem]:
        return [
            NavItem(
                entry.key,
                entry.title,
                url_for(entry.endpoint, slug=campaign.slug),
                entry.permission,
                entry.order,
                group=entry.group,
            )
            for entry in self._entries
        ]

    def _current(self, campaign: Campaign, shown: Sequence[NavItem]) -> str:
        """Return the URL of the link to which the page at hand belongs, by the longest beginning; "" if to none."""
        home = url_for("campaigns.overview", slug=campaign.slug)
        here = request.script_root + request.path
        beginnings = {item.url: item.url for item in shown if item.url != home}
        for entry in self._entries:
            beginnings |= {home + path: url_for(entry.endpoint, slug=campaign.slug) for path in entry.also}
        found = max((beginning for beginning in beginnings if here.startswith(beginning)), key=len, default="")
        return home if here == home else beginnings.get(found, "")
