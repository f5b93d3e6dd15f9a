"""What the kinds of units are called; a kind that stands here is translated, any other is shown as it was written."""

from __future__ import annotations

from cuocthi.text import T, Text

KINDS: dict[str, Text] = {
    "province": T("Province or city"),
    "department": T("Department of the province"),
    "agency": T("Agency or public body"),
    "union": T("Union or association"),
    "district": T("District"),
    "commune": T("Commune or ward"),
    "other": T("Stands for units that are not in the list"),
}

_COLUMNS: dict[str, Text] = {
    "name": T("Name"),
    "parent": T("Unit above"),
    "aliases": T("Other names"),
    "kind": T("Kind"),
    "block": T("Block"),
    "valid_from": T("There from"),
    "valid_to": T("No more from"),
    "successor": T("In its place stands"),
    "selectable": T("People may choose it"),
}


def column_title(column: str) -> Text | str:
    """Return what a column of a list is called where changes are told."""
    return _COLUMNS.get(column, column)


def kind_title(kind: str) -> Text | str:
    """Return what a kind is called."""
    return KINDS.get(kind, kind)
