"""What the pages of articles have in common: the blueprint, and an article as it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cuocthi.articles.addresses import picture_address
from cuocthi.documents.lines import document_line
from cuocthi.pictures.showing import html_with, shown
from cuocthi.web.blueprint import CampaignBlueprint

if TYPE_CHECKING:
    from collections.abc import Iterable

    from markupsafe import Markup

    from cuocthi.articles.models import Article
    from cuocthi.documents.lines import DocumentLine
    from cuocthi.pictures.models import Picture
    from cuocthi.pictures.showing import Shown

blueprint = CampaignBlueprint("articles", "cuocthi.articles")


@dataclass(frozen=True, slots=True)
class ShownArticle:
    """An article as a page shows it: its text as HTML, and the documents below it."""

    article: Article
    html: Markup
    documents: list[DocumentLine]


def as_shown(article: Article) -> ShownArticle:
    """Return an article as everybody sees it."""
    lines = [document_line(document) for document in article.documents if document.public]
    return ShownArticle(article, html_with(article.body, shown_pictures(article.pictures)), lines)


def shown_pictures(pictures: Iterable[Picture]) -> dict[str, Shown]:
    """Return pictures by their keys, with their addresses here."""
    return shown({picture.key: picture for picture in pictures}, picture_address)
