"""The blueprint of the standings and what their pages share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g
from flask_babel import gettext as _

from cuocthi.clock import LOCAL_ZONE, from_micros
from cuocthi.errors import Missing
from cuocthi.standings.models import RankingState
from cuocthi.text import T
from cuocthi.timelines.models import PhaseKind
from cuocthi.timelines.queries import phase_of
from cuocthi.web import formats
from cuocthi.web.blueprint import CampaignBlueprint
from cuocthi.web.i18n import language

if TYPE_CHECKING:
    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase

pages = CampaignBlueprint("standings", "cuocthi.standings")

STATES = {
    RankingState.DRAFT: (T("Draft"), "plain"),
    RankingState.PROVISIONAL: (T("Provisional"), "warn"),
    RankingState.ADOPTED: (T("Adopted"), "ok"),
    RankingState.SUPERSEDED: (T("Superseded"), "plain"),
}


def round_or_404(ctx: Context, phase_id: int) -> Phase:
    """Return a round of the campaign at hand. Raises Missing."""
    found = phase_of(ctx, campaign_id=g.campaign.id, phase_id=phase_id)
    if found is None or found.kind is not PhaseKind.CONTEST:
        raise Missing(T("This round does not exist."))
    return found


def shown(value: int | None, unit: str) -> str:
    """Write a measure's value for people, exactly: no two different values may look the same."""
    if value is None:
        return _("missing")
    if unit == "points":
        return _exact(value, 1_000)
    if unit == "ms":
        minutes, rest = divmod(value, 60_000)
        return _(
            "%(minutes)s min %(seconds)s s", minutes=formats.number(minutes, language()), seconds=_exact(rest, 1_000)
        )
    if unit == "moment":
        moment = from_micros(value).astimezone(LOCAL_ZONE)
        fraction = f"{moment:.%f}".rstrip("0").rstrip(".") if moment.microsecond else ""
        return f"{moment:%H:%M:%S}{fraction} {formats.day(moment, language())}"
    if unit == "flag":
        return _("yes") if value else _("no")
    return formats.number(value, language())


def _exact(value: int, scale: int) -> str:
    whole, rest = divmod(value, scale)
    return formats.number(value / scale if rest else whole, language())
