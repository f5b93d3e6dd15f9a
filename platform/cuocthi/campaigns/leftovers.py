"""Texts of a campaign held again that still name the earlier one: its years, its name, who held it, and where."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.campaigns.models import Campaign, SettingsVersion
from cuocthi.clock import LOCAL_ZONE
from cuocthi.committees.queries import committees
from cuocthi.news.queries import announcements
from cuocthi.rules.prose import OWNER as PROSE
from cuocthi.tasks.queries import tasks
from cuocthi.text import T, Text
from cuocthi.timelines.queries import phases_by_campaign
from cuocthi.users.names import fold

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
    "host_parent": T("Its superior body"),
    "standing_office": T("Standing office of the organising committee"),
    "responsible": T("Responsible for the content"),
    "portal_url": T("Portal on which results are published"),
    "consent_text": T("Words of consent"),
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
    """Return the texts that still name the campaign which is held again; none for one that was not (six statements).

    Looked at are the basics, the timeline, the committees, tasks and announcements, the prose of the rules and the
    settings of the parts.
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
        Leftover(place, found[0], _excerpt(found), page, part)
        for place, text, page, part in _texts(ctx, campaign, own)
        for found in _apart(named.finditer(unicodedata.normalize("NFC", text)))
    ]


def _named(
    campaign: Campaign, earlier: Campaign, own: Sequence[Phase], former: Sequence[Phase]
) -> re.Pattern[str] | None:
    """Return the pattern of what only the earlier campaign is called and when only it was held."""
    gone = _years(earlier, former) - _years(campaign, own)
    years = [rf"(?<!\d){year}(?![\d/])" for year in sorted(gone)]
    bodies = ((earlier.host_name, campaign.host_name), (earlier.host_parent, campaign.host_parent))
    places = [(place, new) for old, new in bodies if (place := _place(old))]
    # A name that goes on within the new one says nothing of the earlier time.
    pairs = [(earlier.name, campaign.name), bodies[0], *places]
    names = [unicodedata.normalize("NFC", old) for old, new in pairs if old not in new]
    # In addresses a place is written without accents and spaces.
    names += [fold(place).replace(" ", "") for place, new in places if place not in new]
    parts = [*map(re.escape, names), *years]
    return re.compile("|".join(parts), re.IGNORECASE) if parts else None


def _years(campaign: Campaign, timeline: Sequence[Phase]) -> set[int]:
    """Return when a campaign is held, by its timeline, its name and its address."""
    edges = (edge for phase in timeline for edge in (phase.opens_at, phase.closes_at))
    named = re.findall(r"(?<!\d)20\d\d(?!\d)", f"{campaign.name} {campaign.slug}")
    return {edge.astimezone(LOCAL_ZONE).year for edge in edges} | {int(year) for year in named}


def _place(body: str) -> str:
    """Return the place with which the name of a body ends: "Thái Bình" of "Sở Nội vụ tỉnh Thái Bình", or nothing."""
    words = body.split()
    last = list(takewhile(lambda word: word[0].isupper(), reversed(words)))
    return " ".join(reversed(last)) if 1 < len(last) < len(words) else ""


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
    for task in tasks(ctx, campaign_ids=[campaign.id]):
        yield T("Tasks"), f"{task.title}\n{task.note}", "tasks.listing", ""
    for news in announcements(ctx, campaign_id=campaign.id):
        yield T("Announcements"), f"{news.subject}\n{news.body}", "news.listing", ""
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


def _apart(matches: Iterable[re.Match[str]]) -> Iterator[re.Match[str]]:
    """Yield the matches of a text of which one is not within the excerpt around another."""
    shown = -1
    for found in matches:
        if found.start() > shown:
            yield found
            shown = found.end() + _AROUND


def _excerpt(found: re.Match[str]) -> str:
    whole = found.string
    start, end = max(0, found.start() - _AROUND), min(len(whole), found.end() + _AROUND)
    words = " ".join(whole[start:end].split())
    return f"{'…' if start else ''}{words}{'…' if end < len(whole) else ''}"
