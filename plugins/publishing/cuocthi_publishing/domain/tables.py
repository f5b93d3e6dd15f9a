"""A section of a publication as the snapshot holds it: plain values, without what small groups would tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cuocthi.text import T
from cuocthi_publishing.domain.masking import SMALLEST_GROUP
from cuocthi_publishing.domain.small_groups import NOT_SHOWN, without_small_groups

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cuocthi.contributions import PublicationSection
    from cuocthi.text import Text

    Section = dict[str, Any]


def as_section(
    found: PublicationSection, say: Callable[[Text], str], *, hidden: Mapping[str, frozenset[int]] | None = None
) -> Section:
    """Return a section for the snapshot; its texts and persons may be shown already, its numbers are looked at here.

    ``hidden`` is as for :func:`~cuocthi_publishing.domain.small_groups.without_small_groups`. ``say`` writes, in the
    language of the section, why something is not shown.
    """
    rows = without_small_groups(found.columns, found.rows, parts=found.parts, hidden=hidden)
    note = found.note
    if found.rows and not rows:
        note = say(T("So few persons are counted here that nothing can be shown of them."))
    elif any(NOT_SHOWN in row for row in rows):
        because = T(
            "%(mark)s: not shown, as it is about fewer than %(least)s persons or would give such a number away.",
            mark=NOT_SHOWN,
            least=SMALLEST_GROUP,
        )
        note = " ".join(filter(None, [note, say(because)]))
    return {
        "page": found.page,
        "key": found.key,
        "title": found.title,
        "note": note,
        "chart": found.chart,
        "drawn": list(found.drawn),
        "columns": [{"key": column.key, "title": column.title, "kind": column.kind} for column in found.columns],
        "rows": rows,
    }
