"""What two standing releases may tell together: figures that moved by a few persons only stand as they did before.

Nobody looks at such a release before it goes out, and there may be one every hour: of a figure that was 8 and is 9,
whoever reads both knows that one person came. So it stays 8 until five came or went, and so does whatever would give
that away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cuocthi.text import T
from cuocthi_publishing.domain.masking import SMALLEST_GROUP
from cuocthi_publishing.domain.small_groups import NOT_SHOWN
from cuocthi_publishing.domain.suppression import is_small

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cuocthi.text import Text
    from cuocthi_publishing.domain.cells import Section, Value

    Row = list[Value]

#: One row that stands as it did would be known from the total of all.
_LEAST_STANDING = 2
_COUNTED = "integer"


def held_back(
    content: Mapping[str, Any], seen: Sequence[Mapping[str, Any]], say: Callable[[Text], str]
) -> dict[str, Any]:
    """Return the sections and figures of ``content`` as they may go out after what was ``seen``, the newest first."""
    sections = _newest(seen, "sections")
    figures = _newest(seen, "figures")
    return {
        "sections": [
            _held(section, sections[section["key"]], say) if section["key"] in sections else section
            for section in content["sections"]
        ],
        "figures": [
            figures[figure["key"]]
            if figure["key"] in figures and _moved_little(figures[figure["key"]]["value"], figure["value"])
            else figure
            for figure in content["figures"]
        ],
    }


def _newest(seen: Sequence[Mapping[str, Any]], part: str) -> dict[str, Any]:
    """Return what everybody saw last of each section or figure, by its key."""
    return {one["key"]: one for snapshot in reversed(seen) for one in snapshot[part]}


def _moved_little(before: Value, now: Value) -> bool:
    """Tell whether two releases of a figure tell of a few persons: it moved by so many, or is hidden from now on."""
    if before == NOT_SHOWN:
        return False
    if now == NOT_SHOWN:
        return True
    return is_small(abs(_number(now) - _number(before)))


def _number(value: Value) -> int:
    return value if isinstance(value, int) else 0


def _held(section: Section, former: Section, say: Callable[[Text], str]) -> Section:
    """Return a section in which rows that moved by a few stand as in the former one; all of it where rows tell more."""
    now, before = _counts(section), _counts(former)
    little = {
        label
        for label in now.keys() | before.keys()
        for key in _keys(section) & _keys(former)
        if _moved_little(before.get(label, {}).get(key), now.get(label, {}).get(key))
    }
    if not little:
        return section
    standing = little | {label for label in now if now[label] == before.get(label)}
    alike = section["columns"] == former["columns"] and len(_keys(section)) == len(section["columns"]) - 1
    if not alike or len(standing) < _LEAST_STANDING:
        return {**former, "note": _noted(former["note"], say)}
    old = {row[0]: row for row in former["rows"]}
    rows = [old.get(row[0]) if row[0] in little else row for row in section["rows"]]
    gone = [row for label, row in old.items() if label in little and label not in now]
    return {**section, "note": _noted(section["note"], say), "rows": [*filter(None, rows), *gone]}


def _keys(section: Section) -> set[str]:
    return {column["key"] for column in section["columns"] if column["kind"] == _COUNTED}


def _counts(section: Section) -> dict[Value, dict[str, Value]]:
    """Return what is counted in each row, by what stands in its first column."""
    places = [(place, column["key"]) for place, column in enumerate(section["columns"]) if column["kind"] == _COUNTED]
    return {row[0]: {key: row[place] for place, key in places} for row in section["rows"]}


def _noted(note: str, say: Callable[[Text], str]) -> str:
    said = say(
        T(
            "Where fewer than %(least)s persons came or went since the figures before, those stand here still.",
            least=SMALLEST_GROUP,
        )
    )
    return note if said in note else " ".join(filter(None, [note, said]))
