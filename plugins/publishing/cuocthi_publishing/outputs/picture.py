"""The picture of a release, for where its address is shared: whose contest it is, and how much there is to tell."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from cuocthi.papers.cards import Card, draw
from cuocthi.text import TN, T
from cuocthi.web import formats
from cuocthi_publishing.domain.pages import shows_results
from cuocthi_publishing.wording import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cuocthi.text import Text
    from cuocthi_publishing.domain.snapshot import Snapshot
    from cuocthi_publishing.outputs.published import Published

PICTURE = "picture.png"

#: So many figures stand beside one another, these before others.
_MOST = 4
_FIGURES = ("persons", "registered", "units", "entries")


def build(published: Published) -> Iterator[tuple[str, bytes]]:
    """Yield the picture."""
    yield PICTURE, draw(card_of(published.snapshot))


def card_of(snapshot: Snapshot) -> Card:
    """Return what is on the picture of a release: nothing that its snapshot does not hold."""
    campaign, release = snapshot["campaign"], snapshot["release"]
    language = campaign["language"]
    return Card(
        title=campaign["name"],
        host=campaign["host_name"],
        accent=campaign["accent"],
        language=language,
        parent=campaign["host_parent"],
        eyebrow=say(_headline(snapshot), language),
        facts=tuple(_facts(snapshot, language))[:_MOST],
        foot=say(T("Figures as of %(moment)s", moment=datetime.fromisoformat(release["made_at"])), language),
    )


def _headline(snapshot: Snapshot) -> Text:
    release = snapshot["release"]
    if release["replaces"]:
        return T("Corrected results · release %(number)s", number=release["number"])
    if shows_results(snapshot):
        return T("Results · release %(number)s", number=release["number"])
    return T("Statistics · release %(number)s", number=release["number"])


def _facts(snapshot: Snapshot, language: str) -> Iterator[tuple[str, str]]:
    awards = sum(len(section["rows"]) for section in snapshot["sections"] if section["page"] == "awards")
    if awards:
        yield formats.number(awards, language), say(TN("award", "awards", awards), language)
    figures = {figure["key"]: figure for figure in snapshot["figures"]}
    for key in _FIGURES:
        if key in figures:
            yield formats.number(figures[key]["value"], language), figures[key]["title"]
