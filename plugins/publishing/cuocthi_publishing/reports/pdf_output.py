"""Papers as PDF: the template that comes along, and the measures of the form that every template is given."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cuocthi.papers.typesetting import ALL, ONE, typeset
from cuocthi_publishing.reports import decree

if TYPE_CHECKING:
    from cuocthi_publishing.reports.content import Paper

SHIPPED = Path(__file__).parent / "typst" / "paper.typ"

#: The measures of the form: sizes in points, widths in millimetres.
FORM: dict[str, Any] = {
    name.lower(): getattr(decree, name)
    for name in (
        "PAGE_WIDTH",
        "PAGE_HEIGHT",
        "MARGIN_TOP",
        "MARGIN_BOTTOM",
        "MARGIN_LEFT",
        "MARGIN_RIGHT",
        "SIZE_HEAD",
        "SIZE_MOTTO",
        "SIZE_NUMBER",
        "SIZE_DATE",
        "SIZE_TEXT",
        "SIZE_RECIPIENTS_TITLE",
        "SIZE_RECIPIENTS",
        "SIZE_TABLE",
        "FIRST_LINE_INDENT",
        "PARAGRAPH_SPACING",
        "LINE_SPACING",
        "NATIONAL_TITLE",
        "MOTTO",
    )
}


def typeset_paper(paper: Paper, *, template: str | None = None, picture: bool = False, many: bool = False) -> bytes:
    """Return a paper as PDF, by ``template`` or the one that comes along; its first page as a ``picture``.

    ``many`` allows the time of work in the background. Raises NotTypeset for a template with a mistake.
    """
    text = SHIPPED.read_text("utf-8") if template is None else template
    data = {**paper.as_data(), "form": FORM}
    return typeset(text, data, form="png" if picture else "pdf", bounds=ALL if many else ONE)
