"""The address by which a reader of news ends it without signing in: whoever has the mail may."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from cuocthi.web.links import public_link

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign

#: The largest number that a row can have.
_LARGEST = 2**63 - 1


def stopping_link(campaign: Campaign, enrolment_id: int) -> str:
    """Return the public address at which one person ends the news of a campaign; it never expires."""
    return public_link("news.stop", slug=campaign.slug, token=_signer().dumps(enrolment_id))


def enrolment_of_token(token: str) -> int | None:
    """Return whose news a token of :func:`stopping_link` ends, or None if nobody signed it."""
    try:
        found = _signer().loads(token)
    except BadSignature:
        return None
    return found if isinstance(found, int) and 0 < found <= _LARGEST else None


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(cast("bytes", current_app.config["SECRET_KEY"]), salt="cuocthi-news")
