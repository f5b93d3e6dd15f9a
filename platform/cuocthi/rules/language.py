"""Rules in the language of their campaign rather than of the reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from flask_babel import force_locale

from cuocthi.errors import Blocked
from cuocthi.rules.clauses import RANKING_CLAUSE
from cuocthi.rules.domain import compose, stored_clauses
from cuocthi.rules.queries import current_rules
from cuocthi.text import T
from cuocthi.web.i18n import translate

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text


def writer(language: str) -> Callable[[Text], str]:
    """Return a function that writes texts in ``language``; for :func:`cuocthi.rules.domain.compose`."""

    def write(text: Text) -> str:
        with force_locale(language):
            return translate(text)

    return write


def refuse_overtaken_rules(ctx: Context, *, campaign: Campaign) -> None:
    """Raise Blocked if a ranking would be adopted by other rules than those that people accepted."""
    reason = overtaken(ctx, campaign=campaign)
    if reason is not None:
        raise Blocked(T("This ranking cannot be adopted yet."), [reason])


def overtaken(ctx: Context, *, campaign: Campaign) -> Text | None:
    """Return why places would be given otherwise than the issued rules say, or None (also if none were issued)."""
    version = current_rules(ctx, campaign_id=campaign.id)
    if version is None:
        return None
    composed = stored_clauses(compose(ctx, campaign=campaign, write=writer(campaign.language)))
    if _order_of_places(version.clauses) == _order_of_places(composed):
        return None
    return T(
        "Places are given otherwise than version %(number)s of the rules says. "
        "Issue them anew or set the ranking back.",
        number=version.number,
    )


def _order_of_places(stored: Mapping[str, Any]) -> str | None:
    return next((clause["body"] for clause in stored["clauses"] if clause["key"] == RANKING_CLAUSE), None)
