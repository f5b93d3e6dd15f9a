"""What takes the place of a withdrawn release where it had been delivered: what it was, until when, and why not now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cuocthi.digest import canonical
from cuocthi.text import T
from cuocthi.web.formats import iso
from cuocthi_publishing.domain.pages import render_template
from cuocthi_publishing.outputs import look
from cuocthi_publishing.wording import say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from cuocthi_publishing.outputs.published import Published


@dataclass(frozen=True, slots=True)
class Tombstone:
    """From when until when a release was public, why it was withdrawn, and the number of the one that corrects it."""

    since: datetime
    until: datetime
    reason: str
    replaced_by: int | None


def build(published: Published, stone: Tombstone) -> Iterator[tuple[str, bytes]]:
    """Yield the one page there is, the same for machines, and what the page looks like; nothing of what was said."""
    number = published.snapshot["release"]["number"]
    values = {
        "release": number,
        "digest": published.digest,
        "published_at": iso(stone.since),
        "withdrawn_at": iso(stone.until),
        "reason": stone.reason,
        "replaced_by": stone.replaced_by,
    }
    title = say(T("Release %(number)s was withdrawn", number=number), published.language)
    page = render_template(
        published.snapshot,
        "publishing/bundle/tombstone.html",
        title=title,
        stone=stone,
        digest=published.digest,
        root="",
        script="",
    )
    yield "index.html", page.encode()
    yield "tombstone.json", canonical(values)
    yield from look.build(published)
