"""What there is to read in a publication: documents, timeline, news and notices, as plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cuocthi.articles.queries import news, reference_material
from cuocthi.documents.queries import documents
from cuocthi.incidents.queries import decided
from cuocthi.pictures.showing import named_in
from cuocthi.timelines.extensions import granted
from cuocthi.timelines.queries import phases
from cuocthi.web.formats import iso

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.articles.models import Article
    from cuocthi.articles.queries import NewsItem
    from cuocthi.context import Context
    from cuocthi.documents.models import Document
    from cuocthi.timelines.models import Phase
    from cuocthi_publishing.domain.sections import Material

    Values = dict[str, Any]


def reading(ctx: Context, *, material: Material) -> dict[str, list[dict[str, Any]]]:
    """Return the timeline, and of documents, news and notices what the choice lets out; all texts are masked.

    Reference material goes with the documents. ``pictures`` are those that the texts name, each in all its sizes, by
    the digests of their files.
    """
    timeline, choice = phases(ctx, campaign_id=material.campaign.id), material.choice
    items = news(ctx, campaign_id=material.campaign.id) if choice.news else []
    reference = reference_material(ctx, campaign_id=material.campaign.id) if choice.documents else []
    shown = [*(item.article for item in items if item.article), *reference]
    return {
        "phases": [_phase(phase, material) for phase in timeline] if not choice.groups else [],
        "documents": _documents(ctx, material) if choice.documents else [],
        "reference": [_reference(article, material) for article in reference],
        "news": [_item(item, material) for item in items],
        "pictures": _pictures(shown, material),
        "notices": _notices(ctx, material, timeline) if choice.notices else [],
    }


def _phase(phase: Phase, material: Material) -> Values:
    return {
        "key": phase.key,
        "kind": str(phase.kind),
        "title": material.masking.text(phase.title),
        "opens_at": iso(phase.opens_at),
        "closes_at": iso(phase.closes_at),
    }


def _documents(ctx: Context, material: Material) -> list[Values]:
    found = documents(ctx, campaign_id=material.campaign.id, public_only=True)
    return [_document(document, material) for document in found]


def _document(document: Document, material: Material) -> Values:
    text = material.masking.text
    return {
        "symbol": text(document.symbol),
        "title": text(document.title),
        "issuer": text(document.issuer),
        "issued_on": document.issued_on.isoformat() if document.issued_on else None,
        "url": document.url,
    }


def _item(item: NewsItem, material: Material) -> Values:
    """Return news as Markdown; ``changed_at`` is set where it was corrected."""
    text = material.masking.text
    return {
        "title": text(item.title),
        "at": iso(item.at),
        "changed_at": iso(item.changed_at) if item.changed_at != item.at else None,
        "summary": text(item.summary),
        "body": text(item.body),
    }


def _reference(article: Article, material: Material) -> Values:
    """Return reference material as Markdown, with the documents that stand below it."""
    text = material.masking.text
    named = [document for document in article.documents if document.public]
    return {
        "title": text(article.title),
        "summary": text(article.summary),
        "body": text(article.body),
        "documents": [_document(document, material) for document in named],
    }


def _pictures(articles: Sequence[Article], material: Material) -> list[Values]:
    found = {picture.key: picture for article in articles for picture in article.pictures}
    return [
        {
            "key": key,
            "alt": material.masking.text(found[key].alt),
            "files": [
                {"name": file.file.name, "sha256": file.file.sha256, "width": file.width, "height": file.height}
                for file in found[key].files
            ],
        }
        for key in sorted(found.keys() & named_in(article.body for article in articles))
    ]


def _notices(ctx: Context, material: Material, timeline: Sequence[Phase]) -> list[Values]:
    """Return how rounds were extended, and what was granted after incidents."""
    say, text, campaign_id = material.say, material.masking.text, material.campaign.id
    extended = granted(ctx, campaign_id=campaign_id)
    titles = {phase.id: phase.title for phase in timeline}
    found = [(phase.title, one.notice) for phase in timeline for one in extended.get(phase.id, ())]
    found += [
        (titles[one.round_id], one.incident.notice(one.persons))
        for one in decided(ctx, campaign_id=campaign_id)
        if one.round_id in titles
    ]
    return [{"title": text(title), "text": text(say(notice))} for title, notice in found]
