"""For search engines: which pages there are (sitemaps.org), and that they are the only ones of interest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, abort

from cuocthi.campaigns.sitemap import public_pages
from cuocthi.campaigns.views.blueprints import home
from cuocthi.campaigns.views.caching import cached
from cuocthi.web.context import reading_context
from cuocthi.web.formats import iso
from cuocthi.web.links import public_link
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from cuocthi.contributions import PublicPage

#: So many addresses one file has at the most, by the protocol.
MOST = 50_000
_XML = "application/xml; charset=utf-8"


@home.page("/sitemap.xml", public=True)
def sitemap() -> Response:
    """List all public pages, or the files that list them where there are more than one file may have."""
    return cached([], _sitemap)


@home.page("/sitemap-<int:number>.xml", public=True)
def sitemap_part(number: int) -> Response:
    """List one part of the public pages."""
    return cached([], lambda: _part(number))


@home.page("/robots.txt", public=True)
def robots() -> Response:
    """Say where the public pages are listed, and that pages for one person are of no interest."""
    return _sent("campaigns/robots.txt", "text/plain; charset=utf-8", sitemap=public_link("home.sitemap"))


def _sitemap() -> Response:
    pages = _pages()
    if len(pages) <= MOST:
        return _listed(pages)
    count = -(-len(pages) // MOST)
    parts = [public_link("home.sitemap_part", number=number) for number in range(1, count + 1)]
    return _sent("campaigns/sitemaps.xml", _XML, parts=parts)


def _part(number: int) -> Response:
    pages = _pages()
    found = pages[(number - 1) * MOST : number * MOST] if len(pages) > MOST and number > 0 else []
    return _listed(found) if found else abort(404)


def _pages() -> list[PublicPage]:
    return public_pages(reading_context(), address=public_link)


def _listed(pages: list[PublicPage]) -> Response:
    entries = [(page.url, iso(page.changed_at) if page.changed_at else "") for page in pages]
    return _sent("campaigns/sitemap.xml", _XML, entries=entries)


def _sent(template: str, content_type: str, **values: Any) -> Response:
    response = render(template, **values)
    response.content_type = content_type
    return response
