"""Unit lists as CSV: reading with every problem named, and writing the same form."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cuocthi.errors import InvalidData
from cuocthi.text import T, Text

#: The columns every list has; further columns are categories of entrants with their headcounts.
FIXED = ("code", "parent", "name", "kind", "block", "aliases")
_ALIAS_MARK = "|"
_SURPLUS = "…"
#: No unit has a billion people.
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit of a list; ``parent`` is a code or empty, ``headcounts`` the people entitled by category."""

    code: str
    parent: str
    name: str
    kind: str = ""
    block: str = ""
    aliases: tuple[str, ...] = ()
    headcounts: Mapping[str, int] = field(default_factory=dict)


def read_rows(raw: bytes) -> list[UnitRow]:
    """Read a list from UTF-8 CSV; raise InvalidData with every problem and its line."""
    problems: list[Text] = []
    reader = csv.DictReader(io.StringIO(_text(raw)), restkey=_SURPLUS)
    header = tuple(reader.fieldnames or ())
    missing = [name for name in FIXED if name not in header]
    if missing:
        raise _invalid([T("line 1: the columns %(names)s are missing", names=", ".join(missing))])
    categories = [name for name in header if name not in FIXED]
    rows = [_row(reader.line_num, record, categories, problems) for record in reader]
    problems += check_rows(rows)
    if problems:
        raise _invalid(problems)
    return rows


def write_rows(rows: Iterable[UnitRow], categories: Sequence[str]) -> bytes:
    """Write a list as UTF-8 CSV with LF line ends; ``categories`` are the headcount columns in their order."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*FIXED, *categories])
    for row in rows:
        counts = [row.headcounts.get(category, 0) for category in categories]
        writer.writerow([row.code, row.parent, row.name, row.kind, row.block, _ALIAS_MARK.join(row.aliases), *counts])
    return out.getvalue().encode()


def check_rows(rows: Sequence[UnitRow]) -> list[Text]:
    """Return what is wrong with a list as a whole: codes given twice, unknown parents, circles, missing names."""
    problems: list[Text] = []
    parents: dict[str, str] = {}
    for row in rows:
        if not row.code or not row.name:
            problems.append(T("unit “%(code)s”: code and name are both needed", code=row.code or row.name))
        if row.code in parents:
            problems.append(T("unit “%(code)s” stands in the list twice", code=row.code))
        parents[row.code] = row.parent
    problems += [
        T("unit “%(code)s”: its parent “%(parent)s” is not in the list", code=row.code, parent=row.parent)
        for row in rows
        if row.parent and row.parent not in parents
    ]
    problems += [T("unit “%(code)s” lies below itself", code=code) for code in parents if _in_a_circle(code, parents)]
    return problems


def _in_a_circle(code: str, parents: Mapping[str, str]) -> bool:
    seen: set[str] = set()
    above = parents[code]
    while above and above not in seen:
        if above == code:
            return True
        seen.add(above)
        above = parents.get(above, "")
    return False


def _row(line: int, record: Mapping[str, str | None], categories: Sequence[str], problems: list[Text]) -> UnitRow:
    values = {name: (value or "").strip() for name, value in record.items() if name != _SURPLUS}
    if _SURPLUS in record or None in record.values():
        problems.append(T("line %(line)s: the number of fields differs from the header", line=str(line)))
    counts: dict[str, int] = {}
    for category in categories:
        raw = values[category] or "0"
        if raw.isascii() and raw.isdigit() and len(raw) <= _DIGITS:
            counts[category] = int(raw)
        else:
            text = T("line %(line)s: “%(value)s” is no number of %(name)s", line=str(line), name=category, value=raw)
            problems.append(text)
    aliases = tuple(alias.strip() for alias in values["aliases"].split(_ALIAS_MARK) if alias.strip())
    return UnitRow(values["code"], values["parent"], values["name"], values["kind"], values["block"], aliases, counts)


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _invalid([T("the list must be written in UTF-8")]) from error


def _invalid(problems: Sequence[Text]) -> InvalidData:
    return InvalidData(T("The list of units cannot be read."), problems)
