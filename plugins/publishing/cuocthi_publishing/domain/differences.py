"""What a correction changes, computed from the values of both releases and said in words, section by section.

It says nothing that the correction took away: a name that it does not show any more may be why there is a correction.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from cuocthi.text import TN, T
from cuocthi_publishing.domain.cells import NUMBERS, names_in, written
from cuocthi_publishing.domain.masking import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence

    from cuocthi.text import Text
    from cuocthi_publishing.domain.cells import Section, Value

    Say = Callable[[Text], str]
    Row = Sequence[Value]

_READING = (
    ("documents", T("Documents")),
    ("reference", T("Reference material")),
    ("news", T("News")),
    ("notices", T("Notices")),
)
#: So many changes of one section are named; the data of both releases have them all.
MOST = 60


def differences(former: Mapping[str, Any], now: Mapping[str, Any], say: Say) -> list[dict[str, Any]]:
    """Return what differs: for each part that does its title, and a line for each thing added, removed or changed.

    Rows are told apart by the contest number where there is one, else by what stands in them beside figures: whoever
    has another place or prize is the same person. Names that only the former one shows are left out, and so is what its
    news and notices said.
    """
    language = str(now["campaign"]["language"])
    parts = [
        (say(T("Figures")), list(_figures(former, now, say, language))),
        *_sections(_without_names(former["sections"], names_in(now["sections"])), now["sections"], say, language),
        *((say(title), list(_titles(former.get(name) or [], now.get(name) or [], say))) for name, title in _READING),
    ]
    return [{"title": title, "lines": _short(lines, say)} for title, lines in parts if lines]


def _short(lines: list[str], say: Say) -> list[str]:
    left = len(lines) - MOST
    if left <= 0:
        return lines
    return [*lines[:MOST], say(TN("and %(count)s more change", "and %(count)s more changes", left))]


def _figures(former: Mapping[str, Any], now: Mapping[str, Any], say: Say, language: str) -> Iterator[str]:
    before = {one["key"]: one for one in former["figures"]}
    after = {one["key"]: one for one in now["figures"]}
    for key in dict.fromkeys([*before, *after]):
        old, new = (found[key]["value"] if key in found else None for found in (before, after))
        if old != new:
            title = (after.get(key) or before[key])["title"]
            yield _from_to(title, written(old, "integer", language), written(new, "integer", language), say)


def _from_to(title: str, old: str, new: str, say: Say) -> str:
    return say(T("%(what)s: %(old)s → %(new)s", what=title, old=old, new=new))


def _titles(former: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]], say: Say) -> Iterator[str]:
    before, after = ([_title(one) for one in found] for found in (former, now))
    yield from (say(T("Added: %(what)s", what=title)) for title in after if title not in before)
    removed = sum(title not in after for title in before)
    if removed:
        yield say(TN("%(count)s entry was removed.", "%(count)s entries were removed.", removed))
    bodies = {_title(one): one.get("body") for one in former}
    changed = [_title(one) for one in now if bodies.get(_title(one), one.get("body")) != one.get("body")]
    yield from (say(T("Changed: %(what)s", what=title)) for title in changed)


def _title(one: Mapping[str, Any]) -> str:
    return " – ".join(part for part in (one.get("symbol"), one["title"], one.get("text")) if part)


def _without_names(sections: Iterable[Section], shown: Container[Value]) -> Iterator[Section]:
    """Yield sections in which only those names stand that are ``shown`` now as well."""
    for section in sections:
        people = {place for place, column in enumerate(section["columns"]) if column["kind"] == "person"}
        rows = [
            [HIDDEN if place in people and value not in shown else value for place, value in enumerate(row)]
            for row in section["rows"]
        ]
        yield {**section, "rows": rows}


def _sections(
    former: Iterable[Section], now: Iterable[Section], say: Say, language: str
) -> Iterator[tuple[str, list[str]]]:
    before = {one["key"]: one for one in former}
    after = {one["key"]: one for one in now}
    for key in dict.fromkeys([*after, *before]):
        if key not in before:
            yield after[key]["title"], [say(T("This part was added."))]
        elif key not in after:
            yield before[key]["title"], [say(T("This part was removed."))]
        else:
            yield after[key]["title"], list(_rows(before[key], after[key], say, language))


def _rows(before: Section, after: Section, say: Say, language: str) -> Iterator[str]:
    columns = [column for column in after["columns"] if column["key"] in {one["key"] for one in before["columns"]}]
    identity = _identity(columns)
    old, new = (_by_identity(found, identity) for found in (before, after))
    for name in dict.fromkeys([*new, *old]):
        was, became = old.get(name, []), new.get(name, [])
        for one, other in zip(was, became, strict=False):
            yield from _changed_cells(one, other, columns, say, language)
        yield from (say(T("Added: %(what)s", what=_said(row, columns, language))) for row in became[len(was) :])
        yield from (say(T("Removed: %(what)s", what=_said(row, columns, language))) for row in was[len(became) :])


def _identity(columns: Sequence[Mapping[str, str]]) -> list[str]:
    """Return the columns by which a row is the same in both: the contest number, the person and unit, or the texts."""
    keys = {column["key"]: column["kind"] for column in columns}
    if "code" in keys:
        return ["code"]
    people = [key for key, kind in keys.items() if kind in {"person", "unit"}]
    texts = [key for key, kind in keys.items() if kind not in NUMBERS]
    return people or texts or list(keys)[:1]


def _by_identity(section: Section, identity: Sequence[str]) -> dict[tuple[Value, ...], list[Mapping[str, Value]]]:
    keys = [column["key"] for column in section["columns"]]
    found: dict[tuple[Value, ...], list[Mapping[str, Value]]] = defaultdict(list)
    for values in section["rows"]:
        row = dict(zip(keys, values, strict=True))
        found[tuple(row.get(key) for key in identity)].append(row)
    return found


def _changed_cells(
    old: Mapping[str, Value],
    new: Mapping[str, Value],
    columns: Sequence[Mapping[str, str]],
    say: Say,
    language: str,
) -> Iterator[str]:
    changed = [column for column in columns if old[column["key"]] != new[column["key"]]]
    if changed:
        cells = [
            _from_to(
                column["title"],
                written(old[column["key"]], column["kind"], language),
                written(new[column["key"]], column["kind"], language),
                say,
            )
            for column in changed
        ]
        same = [column for column in columns if column not in changed]
        yield f"{_name(new, same or columns, language)} – {'; '.join(cells)}"


def _name(row: Mapping[str, Value], columns: Sequence[Mapping[str, str]], language: str) -> str:
    """Return what names a row: its texts that stayed, without them its first figure."""
    texts = [column for column in columns if column["kind"] not in NUMBERS] or columns[:1]
    return " · ".join(_cells(row, texts, language))


def _said(row: Mapping[str, Value], columns: Sequence[Mapping[str, str]], language: str) -> str:
    return " · ".join(_cells(row, columns, language))


def _cells(row: Mapping[str, Value], columns: Sequence[Mapping[str, str]], language: str) -> list[str]:
    known = [column for column in columns if row[column["key"]] not in {None, ""}]
    return [written(row[column["key"]], column["kind"], language) for column in known]
