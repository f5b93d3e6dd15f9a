"""The picture of a release, and how its pages show themselves where their addresses are shared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, g

from cuocthi.web.context import reading_context
from cuocthi.web.links import public_link
from cuocthi.web.sharing import Shared, send_picture
from cuocthi_publishing.domain.abridged import shown_of
from cuocthi_publishing.domain.pages import page_title
from cuocthi_publishing.outputs.picture import card_of
from cuocthi_publishing.views.blueprint import FIRST, blueprint, seen

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.papers.cards import Card
    from cuocthi_publishing.domain.snapshot import Snapshot

_GONE = 410


@blueprint.page("/release/<int:number>/picture/<name>.png", public=True)
def picture(number: int, name: str) -> AnyResponse:
    """Hand out the picture of a release; of a withdrawn one there is none any more."""
    release = seen(reading_context(), number)
    if release.left_a_tombstone:
        abort(_GONE)
    card = card_of(shown_of(release))
    return send_picture(card, name, _address(number, card))


def shared_at(first: str, other: str, key: str, number: int | None = None) -> Callable[[Snapshot], Shared]:
    """Return what says of a snapshot how a page of it shows itself; the arguments are those of ``address``."""
    place = {} if key == FIRST else {"key": key}
    endpoint = first if key == FIRST else other
    address = public_link(f"publishing.{endpoint}", slug=g.campaign.slug, number=number, **place)
    return lambda snapshot: _shared(snapshot, key, address)


def _shared(snapshot: Snapshot, key: str, address: str) -> Shared:
    card = card_of(snapshot)
    title = f"{page_title(snapshot, key)} · {snapshot['campaign']['name']}"
    facts = ", ".join(f"{value} {label}" for value, label in card.facts)
    description = ". ".join(part for part in (card.eyebrow, facts, card.foot) if part)
    return Shared(title, description, address, _address(snapshot["release"]["number"], card), card, kind="article")


def _address(number: int, card: Card) -> str:
    return public_link("publishing.picture", slug=g.campaign.slug, number=number, name=card.name)
