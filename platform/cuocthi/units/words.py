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


def kind_title(kind: str) -> Text | str:
    """Return what a kind is called."""
    return KINDS.get(kind, kind)
