"""A roster as a unit hands it in: a sheet with names, and contacts and categories where the unit knows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cuocthi.errors import DomainError
from cuocthi.sheets.reading import read_sheets
from cuocthi.text import T, Text
from cuocthi.users.contacts import normalise_contact
from cuocthi.users.names import fold, normalise_name

if TYPE_CHECKING:
    from cuocthi.sheets.reading import Sheet

#: Of one unit; who has more people divides them among the units below it.
MOST = 10_000
#: How the columns are called, written without accents; the first word is the one in the template.
COLUMNS = {
    "name": ("name", "full name", "ho va ten", "ho ten"),
    "contact": ("contact", "phone", "dien thoai", "so dien thoai", "lien he", "dien thoai hoac thu dien tu"),
    "category": ("category", "doi tuong"),
}


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A person on a roster; ``contact`` as it was written, sound, or empty; ``category`` is a key of the campaign's."""

    name: str
    contact: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with a row, counted as the spreadsheet counts it."""

    row: int
    text: Text


def read_roster(raw: bytes, *, categories: Mapping[str, str]) -> tuple[list[RosterRow], list[RowProblem]]:
    """Return the people of an XLSX or CSV list, and everything that is wrong with it.

    Raises DomainError (field ``file``) for what is no list, or no list of names.
    """
    sheet, columns = _named_sheet(read_sheets(raw))
    keys = {fold(written): key for key, title in categories.items() for written in (key, str(title))}
    rows: list[RosterRow] = []
    problems = [RowProblem(1, T("cell %(cell)s is computed; please put in its value", cell=c)) for c in sheet.computed]
    seen: set[RosterRow] = set()
    for number, cells in enumerate(sheet.rows[1:], start=2):
        values = {key: cells[place].strip() if place < len(cells) else "" for key, place in columns.items()}
        if not any(values.values()):
            continue
        row, wrong = _row(values, keys)
        problems += [RowProblem(number, text) for text in wrong]
        if row in seen:
            message = T("%(name)s stands in the list twice; two namesakes need a contact each", name=row.name)
            problems.append(RowProblem(number, message))
        seen.add(row)
        rows.append(row)
    if len(rows) > MOST:
        raise DomainError(T("A roster may have at most %(most)s people.", most=MOST), field="file")
    if not rows:
        raise DomainError(T("The list names nobody."), field="file")
    return rows, problems


def _named_sheet(sheets: Sequence[Sheet]) -> tuple[Sheet, dict[str, int]]:
    """Return the first sheet with a column of names, and the place of each column that is known."""
    for sheet in sheets:
        headings = [fold(cell) for cell in sheet.rows[0]] if sheet.rows else []
        columns = {
            key: place for key, names in COLUMNS.items() for place, heading in enumerate(headings) if heading in names
        }
        if "name" in columns:
            return sheet, columns
    raise DomainError(T("The list has no column “Họ và tên” in its first row."), field="file")


def _row(values: Mapping[str, str], keys: Mapping[str, str]) -> tuple[RosterRow, list[Text]]:
    wrong: list[Text] = []
    name, contact, category = values["name"], values.get("contact", "").lstrip("'"), values.get("category", "")
    try:
        name = normalise_name(name)
    except DomainError as error:
        wrong.append(error.message)
    if contact:
        contact = _leading_zero(contact)
        try:
            normalise_contact(contact)
        except DomainError as error:
            wrong.append(error.message)
    if category and fold(category) not in keys:
        wrong.append(T("“%(value)s” is no category of this contest; the empty list names them", value=category[:60]))
    return RosterRow(name, contact, keys.get(fold(category), "")), wrong


def _leading_zero(contact: str) -> str:
    """Give a phone number its zero back, which spreadsheets drop from what they take for a number."""
    return f"0{contact}" if contact.isdigit() and len(contact) == 9 else contact  # noqa: PLR2004 - a mobile number
