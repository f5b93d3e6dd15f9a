"""What was published, for feed readers and portals: releases and news, the newest first, as Atom (RFC 4287)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from flask import g

from cuocthi.articles.addresses import page_of
from cuocthi.articles.queries import moments_ahead, news
from cuocthi.campaigns.views.caching import cached
from cuocthi.pictures.showing import html_with, shown
from cuocthi.text import T
from cuocthi.web.context import reading_context
from cuocthi.web.formats import iso
from cuocthi.web.links import public_link
from cuocthi.web.rendering import render
from cuocthi_publishing import queries
from cuocthi_publishing.domain.masking import purged
from cuocthi_publishing.views.blueprint import blueprint
from cuocthi_publishing.wording import say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from flask import Response

    from cuocthi.context import Context
    from cuocthi_publishing.models import Release

#: So many entries a feed has; readers keep what they have read.
_MOST = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a feed; its whole public address is its identity, too. ``content`` is its text as HTML."""

    address: str
    title: str
    moment: datetime
    summary: str = ""
    published: str = ""
    content: str = ""

    @property
    def updated(self) -> str:
        """The moment of its last change as RFC 3339 writes it."""
        return iso(self.moment)


@blueprint.page("/feed.xml", public=True)
def feed() -> Response:
    """List releases and news; of what was withdrawn only that it was."""
    ctx = reading_context()
    campaign_id = g.campaign.id
    moments = [*queries.moments_ahead(ctx, campaign_id=campaign_id), *moments_ahead(ctx, campaign_id=campaign_id)]
    return cached([], lambda: _feed(ctx), moments=moments)


def _feed(ctx: Context) -> Response:
    found = sorted([*_releases(ctx), *_news(ctx)], key=lambda entry: entry.moment, reverse=True)[:_MOST]
    response = render(
        "publishing/feed.xml",
        entries=found,
        address=public_link(".feed", slug=g.campaign.slug),
        home=public_link(".current", slug=g.campaign.slug),
        updated=found[0].updated if found else iso(g.campaign.created_at),
    )
    response.content_type = "application/atom+xml; charset=utf-8"
    return response


def _releases(ctx: Context) -> Iterator[Entry]:
    for release in queries.seen_releases(ctx, campaign_id=g.campaign.id, most=_MOST):
        address = public_link(".former", slug=g.campaign.slug, number=release.number)
        yield _release(release, address)


def _release(release: Release, address: str) -> Entry:
    language = g.campaign.language
    if release.withdrawn_at is not None:
        title = say(T("Release %(number)s was withdrawn", number=release.number), language)
        return Entry(address, title, release.withdrawn_at)
    title = say(T("Release %(number)s", number=release.number), language)
    return Entry(address, title, release.published_at or release.created_at, release.note)


def _news(ctx: Context) -> Iterator[Entry]:
    clean = partial(purged, public=g.campaign.support_phone)
    for one in news(ctx, campaign_id=g.campaign.id, most=_MOST):
        endpoint, values = page_of(one)
        pictures = {picture.key: picture for picture in one.article.pictures} if one.article else {}
        yield Entry(
            public_link(endpoint, slug=g.campaign.slug, **values),
            clean(one.title),
            one.changed_at,
            clean(one.summary),
            iso(one.at),
            html_with(clean(one.body), shown(pictures, _picture)),
        )


def _picture(name: str) -> str:
    return public_link("articles.picture", slug=g.campaign.slug, name=name)
