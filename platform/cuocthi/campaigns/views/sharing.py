"""The picture of a campaign, and how its public pages show themselves where their addresses are shared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g

from cuocthi.campaigns.views.blueprints import blueprint
from cuocthi.papers.cards import Card
from cuocthi.timelines.models import PhaseKind
from cuocthi.timelines.queries import phases
from cuocthi.web import formats
from cuocthi.web.context import reading_context
from cuocthi.web.links import public_link
from cuocthi.web.sharing import Shared, send_picture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.campaigns.models import Campaign
    from cuocthi.timelines.models import Phase


@blueprint.page("/picture/<name>.png", public=True)
def picture(name: str) -> AnyResponse:
    """Hand out the picture of the campaign; the address of a former one leads to that of now."""
    card = _card(g.campaign, phases(reading_context(), campaign_id=g.campaign.id))
    return send_picture(card, name, _address(card))


def shared(timeline: Sequence[Phase], *, title: str, address: str, description: str = "") -> Shared:
    """Return how a public page of the campaign shows itself: under its title, with the picture of the campaign.

    Without a ``description`` it says what the campaign is about.
    """
    card = _card(g.campaign, timeline)
    return Shared(title, description or g.campaign.summary or card.words, address, _address(card), card)


def _address(card: Card) -> str:
    return public_link("campaigns.picture", slug=g.campaign.slug, name=card.name)


def _card(campaign: Campaign, timeline: Sequence[Phase]) -> Card:
    rounds = [phase for phase in timeline if phase.kind is PhaseKind.CONTEST]
    return Card(
        title=campaign.name,
        host=campaign.host_name,
        accent=campaign.accent,
        language=campaign.language,
        parent=campaign.host_parent,
        eyebrow=campaign.tagline,
        foot=_days(rounds, campaign.language) if rounds else campaign.standing_office,
    )


def _days(rounds: Sequence[Phase], language: str) -> str:
    opens, closes = (round_.opens_at for round_ in rounds), (round_.closes_at for round_ in rounds)
    return formats.span(min(opens), max(closes), language)
