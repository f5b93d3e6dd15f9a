"""What there is to read in a publication: documents, timeline, news and notices, as plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cuocthi.documents.queries import documents
from cuocthi.incidents.queries import decided
from cuocthi.news.queries import published_news
from cuocthi.timelines.extensions import granted
from cuocthi.timelines.queries import phases
from cuocthi.web.formats import iso

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase
    from cuocthi_publishing.domain.sections import Material

    Values = dict[str, Any]


def reading(ctx: Context, *, material: Material) -> dict[str, list[dict[str, Any]]]:
    """Return the timeline, and of documents, news and notices what the choice lets out; all texts are masked."""
    timeline, choice = phases(ctx, campaign_id=material.campaign.id), material.choice
    return {
        "phases": [_phase(phase, material) for phase in timeline] if not choice.groups else [],
        "documents": _documents(ctx, material) if choice.documents else [],
        "news": _news(ctx, material) if choice.news else [],
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
    text = material.masking.text
    return [
        {
            "symbol": text(document.symbol),
            "title": text(document.title),
            "issuer": text(document.issuer),
            "issued_on": document.issued_on.isoformat() if document.issued_on else None,
            "url": document.url,
        }
        for document in documents(ctx, campaign_id=material.campaign.id, public_only=True)
    ]


def _news(ctx: Context, material: Material) -> list[Values]:
    """Return what was announced to everybody, as Markdown, the newest first."""
    text = material.masking.text
    return [
        {"title": text(one.subject), "at": iso(one.started_at), "body": text(one.body)}
        for one in published_news(ctx, campaign_id=material.campaign.id)
        if one.started_at is not None
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
