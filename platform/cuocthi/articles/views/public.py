"""What everybody reads: the news, each item at its own address, reference material, and their pictures."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from flask import Response, abort, g, redirect
from flask_babel import gettext as _

from cuocthi.articles.addresses import address, page_of
from cuocthi.articles.models import ArticleKind, ArticleState
from cuocthi.articles.queries import (
    article_by_key,
    count_news,
    moments_ahead,
    news,
    of_announcement,
    public_announcement,
    reference_material,
    shown_file,
)
from cuocthi.articles.views.blueprint import as_shown, blueprint
from cuocthi.campaigns.views.caching import cached
from cuocthi.campaigns.views.sharing import shared
from cuocthi.documents.lines import document_line
from cuocthi.documents.models import DocumentKind
from cuocthi.documents.queries import documents
from cuocthi.files.domain import read
from cuocthi.rules.markdown import to_html
from cuocthi.rules.plain import to_plain
from cuocthi.timelines.queries import phases
from cuocthi.web.context import reading_context, registry
from cuocthi.web.links import public_link
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.articles.models import Article
    from cuocthi.articles.queries import NewsItem
    from cuocthi.context import Context
    from cuocthi.web.sharing import Shared

VIEW = "core:campaign:view"
PER_PAGE = 20
_GONE = 410
_LONGEST_LEAD = 240
#: So many of the newest titles say what the page of news is about.
_NEWS_SHARED = 3


@dataclass(frozen=True, slots=True)
class NewsLine:
    """A line of the list of news."""

    url: str
    title: str
    at: datetime
    lead: str


@blueprint.page("/news/", public=True, defaults={"number": 1})
@blueprint.page("/news/page/<int:number>", public=True, endpoint="news_page")
def all_news(number: int) -> Response:
    """List the news, the newest first, some on each page."""
    ctx = reading_context()

    def page() -> Response:
        pages = max(1, ceil(count_news(ctx, campaign_id=g.campaign.id) / PER_PAGE))
        if not 1 <= number <= pages:
            abort(404)
        found = news(ctx, campaign_id=g.campaign.id, most=PER_PAGE, after=(number - 1) * PER_PAGE)
        lines = [_line(item) for item in found]
        titles = " · ".join(line.title for line in lines[:_NEWS_SHARED])
        shared = _shared(ctx, "all_news" if number == 1 else "news_page", _("News"), titles, number=number)
        return render("articles/news.html", lines=lines, number=number, pages=pages, shared=shared)

    return _kept(ctx, page)


def _line(item: NewsItem) -> NewsLine:
    lead = item.summary or " ".join(to_plain(item.body).split())
    short = lead if len(lead) <= _LONGEST_LEAD else lead[:_LONGEST_LEAD].rsplit(" ", 1)[0] + " …"
    return NewsLine(address(item), item.title, item.at, short)


@blueprint.page("/news/<key>", public=True)
def article(key: str) -> AnyResponse:
    """Show news at their address; of what was withdrawn, that it was, and why."""
    return _article(key, ArticleKind.NEWS)


@blueprint.page("/reference/<key>", public=True)
def material(key: str) -> AnyResponse:
    """Show reference material at its address; of what was withdrawn, that it was, and why."""
    return _article(key, ArticleKind.REFERENCE)


def _article(key: str, kind: ArticleKind) -> AnyResponse:
    ctx = reading_context()
    found = article_by_key(ctx, campaign_id=g.campaign.id, key=key)
    if found is not None and found.state is ArticleState.WITHDRAWN:
        return render("articles/withdrawn.html", status=_GONE, article=found)
    if found is None or not found.is_public(ctx.now):
        abort(404)
    if found.kind is not kind:
        return redirect(address(found))
    return _kept(ctx, lambda: _page(ctx, found))


def _page(ctx: Context, found: Article) -> Response:
    others = reference_material(ctx, campaign_id=g.campaign.id) if found.kind is ArticleKind.REFERENCE else ()
    at = next((number for number, one in enumerate(others) if one.id == found.id), None)
    return render(
        "articles/article.html",
        shown=as_shown(found),
        before=others[at - 1] if at else None,
        after=others[at + 1] if at is not None and at + 1 < len(others) else None,
        address=address,
        shared=_shared(ctx, page_of(found)[0].partition(".")[2], found.title, found.summary, key=found.key),
    )


@blueprint.page("/news/mail/<int:announcement_id>", public=True)
def sent(announcement_id: int) -> Response:
    """Show an announcement that was sent and made public."""
    ctx = reading_context()
    found = public_announcement(ctx, campaign_id=g.campaign.id, announcement_id=announcement_id) or abort(404)

    def page() -> Response:
        item = of_announcement(found)
        shared = _shared(ctx, "sent", item.title, announcement_id=announcement_id)
        return render("articles/sent.html", item=item, html=to_html(found.body), shared=shared)

    return _kept(ctx, page)


@blueprint.page("/reference/", public=True)
def reference() -> Response:
    """List what there is to prepare with: articles in their order, then documents of the register."""
    ctx = reading_context()

    def page() -> Response:
        registered = documents(ctx, campaign_id=g.campaign.id, public_only=True)
        return render(
            "articles/reference.html",
            articles=reference_material(ctx, campaign_id=g.campaign.id),
            documents=[document_line(one) for one in registered if one.kind is DocumentKind.REFERENCE],
            address=address,
        )

    return _kept(ctx, page)


@blueprint.page("/pictures/<name>", public=True)
def picture(name: str) -> Response:
    """Hand out a picture that a public article shows, to staff any; ``name`` is its digest and its ending."""
    ctx = reading_context()
    sha256 = name.partition(".")[0]
    found = shown_file(ctx, campaign_id=g.campaign.id, sha256=sha256, to_staff=False)
    if found is not None:
        response = Response(read(registry().config.files, found), content_type=found.media_type)
        return _kept(ctx, lambda: _bare(response))
    found = shown_file(ctx, campaign_id=g.campaign.id, sha256=sha256, to_staff=True) if VIEW in g.permissions else None
    if found is None:
        abort(404)
    response = _bare(Response(read(registry().config.files, found), content_type=found.media_type))
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _bare(response: Response) -> Response:
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _shared(ctx: Context, endpoint: str, title: str, description: str = "", **place: str | int) -> Shared:
    """Return how a page shows itself where its address is shared: with the picture of the campaign."""
    return shared(
        phases(ctx, campaign_id=g.campaign.id),
        title=f"{title} · {g.campaign.name}",
        address=public_link(f"articles.{endpoint}", slug=g.campaign.slug, **place),
        description=description,
    )


def _kept(ctx: Context, page: Callable[[], Response]) -> Response:
    """Answer with a page that stays as it is until staff change something or an article's moment comes."""
    return cached([], page, moments=moments_ahead(ctx, campaign_id=g.campaign.id))
