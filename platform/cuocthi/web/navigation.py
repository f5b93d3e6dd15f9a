"""The staff navigation of a campaign: the core's entries and those of the enabled plugins, for who may see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import g, request, url_for

from cuocthi.contributions import NavItem
from cuocthi.text import Text
from cuocthi.web.context import reading_context, registry
from cuocthi.web.i18n import translate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cuocthi.campaigns.models import Campaign


@dataclass(frozen=True, slots=True)
class NavEntry:
    """A staff page of the core; the core's ``views`` modules list theirs in ``navigation``."""

    key: str
    title: Text
    endpoint: str
    permission: str
    order: int


@dataclass(frozen=True, slots=True)
class NavLink:
    """A link as the template shows it."""

    title: str
    url: str
    active: bool
    badge: int


class Navigation:
    """The links for the campaign and the reader at hand; collected when a template iterates over it."""

    def __init__(self, entries: Sequence[NavEntry]) -> None:
        self._entries = entries

    def __bool__(self) -> bool:
        return g.get("campaign") is not None

    def __iter__(self) -> Iterator[NavLink]:
        campaign: Campaign | None = g.get("campaign")
        if campaign is None:
            return
        items = [*self._core(campaign), *registry().hooks.collect(reading_context(), campaign, "nav_items", NavItem)]
        shown = sorted((item for item in items if item.permission in g.permissions), key=lambda item: item.order)
        active = _longest_match([item.url for item in shown])
        for item in shown:
            yield NavLink(translate(item.title), item.url, item.url == active, item.badge)

    def _core(self, campaign: Campaign) -> list[NavItem]:
        return [
            NavItem(entry.key, entry.title, url_for(entry.endpoint, slug=campaign.slug), entry.permission, entry.order)
            for entry in self._entries
        ]


def _longest_match(urls: list[str]) -> str:
    here = request.script_root + request.path
    return max((url for url in urls if here.startswith(url)), key=len, default="")
