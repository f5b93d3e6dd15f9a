"""Where articles, what else is among the news, and pictures are for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import g, url_for

from cuocthi.articles.models import ArticleKind
from cuocthi.articles.queries import NewsItem

if TYPE_CHECKING:
    from cuocthi.articles.models import Article

_PAGES = {ArticleKind.NEWS: "articles.article", ArticleKind.REFERENCE: "articles.material"}


def page_of(item: NewsItem | Article) -> tuple[str, dict[str, Any]]:
    """Return the endpoint and the values, beside the campaign's, of the page at which everybody reads something."""
    article = item.article if isinstance(item, NewsItem) else item
    if article is not None:
        return _PAGES[article.kind], {"key": article.key}
    return "articles.sent", {"announcement_id": item.id}


def address(item: NewsItem | Article) -> str:
    """Return where everybody reads an article, or something else that is among the news."""
    endpoint, values = page_of(item)
    return url_for(endpoint, slug=g.campaign.slug, **values)


def picture_address(name: str) -> str:
    """Return where the file of a picture is."""
    return url_for("articles.picture", slug=g.campaign.slug, name=name)
