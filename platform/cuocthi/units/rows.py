"""Unit lists: what a row says, reading and writing them as the CSV of campaign files, with every problem named."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from cuocthi.errors import InvalidData
from cuocthi.text import T, Text
from cuocthi.units.tree import Contradiction, Place, contradictions

#: The columns every list has.
FIXED = ("code", "parent", "name", "kind", "block", "aliases")
#: The columns of lists that say from when to when a unit is there, and what takes its place.
DATED = ("valid_from", "valid_to", "successor")
ALIAS_MARK = "|"
_LONGEST = {"code": 80, "name": 200, "kind": 40, "block": 60}
_DAY_FORMATS = ("%Y-%m-%d", "%d/%m/%Y")
_SURPLUS = "…"
#: No unit has a billion people.
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Dates:
    """From when to when a unit is there (``valid_to`` is the first day without it); ``successor`` is a code."""

    valid_from: date | None = None
    valid_to: date | None = None
    successor: str = ""


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit of a list; ``parent`` is a code or empty, ``headcounts`` the people entitled by category.

    ``dates`` is None where the list says nothing about them.
    """

    code: str
    parent: str
    name: str
    kind: str = ""
    block: str = ""
    aliases: tuple[str, ...] = ()
    headcounts: Mapping[str, int] = field(default_factory=dict)
    dates: Dates | None = None


@dataclass(frozen=True, slots=True)
class CellProblem:
    """What is wrong with one cell of a row."""

    column: str
    text: Text


def read_rows(raw: bytes) -> list[UnitRow]:
    """Read a list from UTF-8 CSV; raise InvalidData with every problem and its line."""
    problems: list[Text] = []
    reader = csv.DictReader(io.StringIO(_text(raw)), restkey=_SURPLUS)
    header = tuple(reader.fieldnames or ())
    missing = [name for name in FIXED if name not in header]
    if missing:
        raise _invalid([T("line 1: the columns %(names)s are missing", names=", ".join(missing))])
    rows: list[UnitRow] = []
    for record in reader:
        line = str(reader.line_num)
        if _SURPLUS in record or None in record.values():
            problems.append(T("line %(line)s: the number of fields differs from the header", line=line))
        row, wrong = row_of({name: value or "" for name, value in record.items() if name != _SURPLUS})
        rows.append(row)
        problems += [T("line %(line)s: %(problem)s", line=line, problem=problem.text) for problem in wrong]
    problems += check_rows(rows)
    if problems:
        raise _invalid(problems)
    return rows


def row_of(record: Mapping[str, str]) -> tuple[UnitRow, list[CellProblem]]:
    """Return the unit of a record (values by column), and what is wrong with its cells.

    Columns that are neither :data:`FIXED` nor :data:`DATED` are categories of entrants with their headcounts.
    """
    values = {name: value.strip() for name, value in record.items()}
    problems: list[CellProblem] = []
    for name, most in _LONGEST.items():
        if len(values.get(name, "")) > most:
            text = T("“%(value)s…” is longer than %(most)s characters", value=values[name][:30], most=most)
            problems.append(CellProblem(name, text))
    row = UnitRow(
        values.get("code", ""),
        values.get("parent", ""),
        values.get("name", ""),
        values.get("kind", ""),
        values.get("block", ""),
        split_aliases(values.get("aliases", "")),
        dict(_counts(values, problems)),
        _dates(values, problems) if any(name in values for name in DATED) else None,
    )
    return row, problems


def split_aliases(text: str) -> tuple[str, ...]:
    """Return the aliases that a text names, in their order."""
    return tuple(alias.strip() for alias in text.split(ALIAS_MARK) if alias.strip())


def cells_of(rows: Sequence[UnitRow], categories: Sequence[str]) -> Iterator[list[str | int]]:
    """Yield the header of a list and its rows as cells; days and successors only where some unit has any."""
    dated = any(row.dates not in {None, Dates()} for row in rows)
    yield [*FIXED, *(DATED if dated else ()), *categories]
    for row in rows:
        dates = _written(row.dates or Dates()) if dated else ()
        counts = (row.headcounts.get(category, 0) for category in categories)
        yield [row.code, row.parent, row.name, row.kind, row.block, ALIAS_MARK.join(row.aliases), *dates, *counts]


def write_rows(rows: Sequence[UnitRow], categories: Sequence[str]) -> bytes:
    """Write a list as UTF-8 CSV with LF line ends; ``categories`` are the headcount columns in their order."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(cells_of(rows, categories))
    return out.getvalue().encode()


def check_rows(rows: Sequence[UnitRow]) -> list[Text]:
    """Return what is wrong with a list that stands alone: missing names, codes twice, circles, unknown parents."""
    # Of a code that stands twice, the first is looked at.
    tree = {row.code: place_of(row) for row in reversed(rows)}
    return [item.text for item in (*faults(rows), *contradictions(tree, dict.fromkeys(row.code for row in rows)))]


def faults(rows: Iterable[UnitRow]) -> Iterator[Contradiction]:
    """Yield which rows lack a code or a name, and which codes stand twice."""
    seen: set[str] = set()
    for row in rows:
        if not row.code or not row.name:
            text = T("unit “%(code)s”: code and name are both needed", code=row.code or row.name)
            yield Contradiction(row.code, "code" if not row.code else "name", text)
        if row.code in seen:
            yield Contradiction(row.code, "code", T("unit “%(code)s” stands in the list twice", code=row.code))
        seen.add(row.code)


def place_of(row: UnitRow) -> Place:
    """Return what the rules of the tree look at in a row."""
    dates = row.dates or Dates()
    return Place(row.name, row.parent, dates.valid_from, dates.valid_to, dates.successor)


def _counts(values: Mapping[str, str], problems: list[CellProblem]) -> Iterator[tuple[str, int]]:
    for category, value in values.items():
        if category in FIXED or category in DATED:
            continue
        raw = value or "0"
        if raw.isascii() and raw.isdigit() and len(raw) <= _DIGITS:
            yield category, int(raw)
        else:
            problems.append(CellProblem(category, T("“%(value)s” is no number of %(name)s", name=category, value=raw)))


def _dates(values: Mapping[str, str], problems: list[CellProblem]) -> Dates:
    days = {name: _day(name, values.get(name, ""), problems) for name in ("valid_from", "valid_to")}
    return Dates(days["valid_from"], days["valid_to"], values.get("successor", ""))


def _day(column: str, raw: str, problems: list[CellProblem]) -> date | None:
    if not raw:
        return None
    for form in _DAY_FORMATS:
        try:
            return datetime.strptime(raw, form).date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
    problems.append(CellProblem(column, T("“%(value)s” is no day; write it as 01/07/2025", value=raw)))
    return None


def _written(dates: Dates) -> tuple[str, str, str]:
    first, end = ("" if day is None else day.isoformat() for day in (dates.valid_from, dates.valid_to))
    return first, end, dates.successor


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _invalid([T("the list must be written in UTF-8")]) from error


def _invalid(problems: Sequence[Text]) -> InvalidData:
    return InvalidData(T("The list of units cannot be read."), problems)
