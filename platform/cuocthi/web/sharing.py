"""How a public page shows itself where its address is shared: title, description and a picture (Open Graph)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Response, redirect, request

from cuocthi.papers.cards import Card, picture
from cuocthi.web.context import registry

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

_FOLDER = "pictures"
_FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Shared:
    """What ``sharing.html`` writes into the head of a page; all addresses are whole and public.

    ``card`` is the picture, and ``picture`` where it is.
    """

    title: str
    description: str
    address: str
    picture: str
    card: Card
    kind: str = "website"


def send_picture(card: Card, name: str, address: str) -> AnyResponse:
    """Answer with the picture of a card; an address that names another one leads to it, at ``address``.

    The address holds what is on the picture, so that whoever has it may keep it for ever.
    """
    if name != card.name:
        return redirect(address)
    response = Response(content_type="image/png")
    response.set_etag(card.name)
    response.headers["Cache-Control"] = _FOR_EVER
    # Other sites show it.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if not request.if_none_match.contains(card.name):
        response.set_data(picture(registry().config.instance / _FOLDER, card))
    return response.make_conditional(request)
