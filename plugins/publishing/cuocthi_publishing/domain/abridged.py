"""What of a release its pages show: its snapshot without the far ends of long lists.

The snapshot of a release with 100,000 names takes a third of a second and a hundred megabytes to read. Pages show some
hundred rows of such a list, so that they are made of this, which is written down with the release and as unchangeable.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cuocthi.digest import canonical
from cuocthi_publishing.domain.stored import snapshot_of
from cuocthi_publishing.lists.pages import COUNT, first_rows, is_long
from cuocthi_publishing.models import Abridged

if TYPE_CHECKING:
    from cuocthi.context import Context
    from cuocthi_publishing.domain.cells import Section
    from cuocthi_publishing.domain.snapshot import Snapshot
    from cuocthi_publishing.models import Release


def keep_abridged(ctx: Context, *, release: Release, snapshot: Snapshot) -> None:
    """Write down what the pages of a new release show."""
    ctx.session.add(Abridged(release_id=release.id, content=canonical(abridged(snapshot)).decode()))
    ctx.session.flush()


def shown_of(release: Release) -> Snapshot:
    """Return what the pages of a release show (one statement); of an old release it is made of its snapshot."""
    if release.abridged is None:
        return abridged(snapshot_of(release))
    values: Snapshot = json.loads(release.abridged.content)
    return values


def abridged(snapshot: Snapshot) -> Snapshot:
    """Return a snapshot whose long lists end after the rows that their pages show, with the number of all."""
    return {**snapshot, "sections": [_abridged(section) for section in snapshot["sections"]]}


def _abridged(section: Section) -> Section:
    if not is_long(section):
        return section
    return {**section, "rows": first_rows(section), COUNT: len(section["rows"])}
