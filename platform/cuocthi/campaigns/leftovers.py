"""Texts of a campaign held again that still name the earlier one: its years, its name, the body that held it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.campaigns.models import Campaign, SettingsVersion
from cuocthi.clock import LOCAL_ZONE
from cuocthi.committees.queries import committees
from cuocthi.rules.prose import OWNER as PROSE
from cuocthi.text import T, Text
from cuocthi.timelines.queries import phases_by_campaign

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase

#: The texts of a campaign's basics that may speak of a time, by their columns.
_BASICS: dict[str, Text] = {
    "name": T("Name of the contest"),
    "tagline": T("Line above the name"),
    "summary": T("In one or two sentences"),
    "purpose": T("Purpose"),
    "requirements": T("Requirements"),
    "content": T("What is asked about"),
    "audience": T("Who may take part"),
    "standing_office": T("Standing office of the organising committee"),
    "responsible": T("Responsible for the content"),
}
#: How much of a text is shown on either side of what it names.
_AROUND = 45


@dataclass(frozen=True, slots=True)
class Leftover:
    """A text that names the earlier campaign: where it stands, what it names, and the words around that.

    ``page`` is the endpoint of the page on which it is mended; ``part`` the plugin whose settings it belongs to.
    """

    place: Text
    named: str
    excerpt: str
    page: str
    part: str = ""


def leftovers(ctx: Context, *, campaign: Campaign) -> list[Leftover]:
    """Return the texts that still name the campaign which is held again; none for one that was not (four statements).

    Looked at are the basics, the timeline, the committees, the prose of the rules and the settings of the parts.
    """
    if campaign.earlier_id is None:
        return []
    earlier = ctx.session.get_one(Campaign, campaign.earlier_id)
    timelines = phases_by_campaign(ctx, campaign_ids=[campaign.id, earlier.id])
    own = timelines.get(campaign.id, [])
    named = _named(campaign, earlier, own, timelines.get(earlier.id, []))
    if named is None:
        return []
    return [
        Leftover(place, found[0], _excerpt(text, found), page, part)
        for place, text, page, part in _texts(ctx, campaign, own)
        if (found := named.search(unicodedata.normalize("NFC", text)))
    ]


def _named(
    campaign: Campaign, earlier: Campaign, own: Sequence[Phase], former: Sequence[Phase]
) -> re.Pattern[str] | None:
    """Return the pattern of what only the earlier campaign is called and when only it was held."""
    years = [rf"(?<!\d){year}(?![\d/])" for year in sorted(_years(former) - _years(own))]
    pairs = ((earlier.name, campaign.name), (earlier.host_name, campaign.host_name))
    # A name that goes on within the new one says nothing of the earlier time.
    names = [re.escape(unicodedata.normalize("NFC", old)) for old, new in pairs if old not in new]
    return re.compile("|".join([*names, *years]), re.IGNORECASE) if names or years else None


def _years(timeline: Sequence[Phase]) -> set[int]:
    edges = (edge for phase in timeline for edge in (phase.opens_at, phase.closes_at))
    return {edge.astimezone(LOCAL_ZONE).year for edge in edges}


def _texts(ctx: Context, campaign: Campaign, own: Sequence[Phase]) -> Iterator[tuple[Text, str, str, str]]:
    """Yield every text with its place, the page on which it is edited, and the part whose settings it is."""
    for column, label in _BASICS.items():
        yield label, getattr(campaign, column), "campaigns.basics", ""
    for title in campaign.categories.values():
        yield T("Categories of entrants"), title, "campaigns.categories", ""
    for phase in own:
        yield T("Phase “%(title)s”", title=phase.title), f"{phase.title}\n{phase.description}", "timelines.edit", ""
    for committee in committees(ctx, campaign_id=campaign.id):
        yield T("Committees"), committee.title, "committees.listing", ""
    for version in _newest_settings(ctx, campaign):
        info = ctx.hooks.plugins.get(version.owner)
        if version.owner == PROSE:
            yield from ((T("Rules"), text, "rules.draft", "") for text in _strings(version.values))
        elif info is not None and version.owner in campaign.plugins:
            place = T("Settings of “%(part)s”", part=info.title)
            yield from ((place, text, "campaigns.settings", version.owner) for text in _strings(version.values))


def _newest_settings(ctx: Context, campaign: Campaign) -> Sequence[SettingsVersion]:
    newest = (
        sa.select(sa.func.max(SettingsVersion.id))
        .where(SettingsVersion.campaign_id == campaign.id, SettingsVersion.phase_id.is_(None))
        .group_by(SettingsVersion.owner)
    )
    wanted = sa.select(SettingsVersion).where(SettingsVersion.id.in_(newest)).order_by(SettingsVersion.owner)
    return ctx.session.scalars(wanted).all()


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def _excerpt(text: str, found: re.Match[str]) -> str:
    whole = unicodedata.normalize("NFC", text)
    start, end = max(0, found.start() - _AROUND), min(len(whole), found.end() + _AROUND)
    words = " ".join(whole[start:end].split())
    return f"{'…' if start else ''}{words}{'…' if end < len(whole) else ''}"
