"""Tables of a paper in the words of a DOCX file: borders, widths by share, a head that every page repeats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from markupsafe import Markup

from cuocthi_publishing.reports.decree import TEXT_WIDTH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Styles of paragraphs that a template may define; one that lacks them sets tables in its default style.
CELL_STYLE = "TableText"
#: Twentieths of a point in a millimetre.
_TWIPS = 1440 / 25.4
#: The width of the column of numbers, whose share is one, in millimetres.
_NUMBERS = 10
_BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
_MARGINS = "".join(f'<w:{side} w:w="70" w:type="dxa"/>' for side in ("left", "right"))


def table_xml(table: Mapping[str, Any]) -> Markup:
    """Return a table, as it stands in the data of a paper, for the place of a whole paragraph in the template."""
    columns = table["columns"]
    widths = [round(width * _TWIPS) for width in widths_of([share for _, _, share in columns])]
    alignments = [alignment for _, alignment, _ in columns]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    titles = [title for title, _, _ in columns]
    rows = [_row(titles, ["center"] * len(columns), widths, bold=True, head=True)]
    rows += [_row(row, alignments, widths) for row in table["rows"]]
    if table["total"]:
        rows.append(_row(table["total"], alignments, widths, bold=True))
    properties = (
        f'<w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{_BORDERS}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        f"<w:tblCellMar>{_MARGINS}</w:tblCellMar></w:tblPr>"
    )
    # What is joined here was escaped cell by cell.
    return Markup(f"<w:tbl>{properties}<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>")  # noqa: S704


def widths_of(shares: Sequence[int], whole: int = TEXT_WIDTH) -> list[float]:
    """Return the widths of columns in millimetres, ``whole`` together: a share of one is narrow."""
    rest = sum(share for share in shares if share > 1)
    left = whole - _NUMBERS * shares.count(1)
    return [_NUMBERS if share == 1 else left * share / rest for share in shares]


def _row(
    cells: Sequence[str], alignments: Sequence[str], widths: Sequence[int], *, bold: bool = False, head: bool = False
) -> str:
    properties = "<w:trPr><w:cantSplit/>" + ("<w:tblHeader/>" if head else "") + "</w:trPr>"
    made = (
        _cell(text, alignment, width, bold=bold)
        for text, alignment, width in zip(cells, alignments, widths, strict=True)
    )
    return f"<w:tr>{properties}{''.join(made)}</w:tr>"


def _cell(text: str, alignment: str, width: int, *, bold: bool) -> str:
    weight = "<w:rPr><w:b/><w:bCs/></w:rPr>" if bold else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr><w:pStyle w:val="{CELL_STYLE}"/><w:jc w:val="{alignment}"/></w:pPr>'
        f'<w:r>{weight}<w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p></w:tc>'
    )
