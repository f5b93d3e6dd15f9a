"""The template of papers that comes along, as a DOCX file that an office program opens and anybody can change.

It is made from the measures of :mod:`.decree`. What stands between braces is filled in when a paper is drawn up:
``{{ … }}`` a text, ``{%p … %}`` a paragraph that only steers. ``{{p block.table|table }}`` is a whole table.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from cuocthi_publishing.reports import decree
from cuocthi_publishing.reports.docx_tables import CELL_STYLE

if TYPE_CHECKING:
    from docx.document import Document as Opened
    from docx.table import Table, _Cell
    from docx.text.paragraph import Paragraph

#: The widths of the two columns of the head, which is as wide as its names need, and of the foot.
_HEAD = (80, 91)
_FOOT = (75, decree.TEXT_WIDTH - 75)
_LEFT, _CENTER, _JUSTIFY = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY
#: Room for a signature, in points.
_SIGNATURE = 66
#: How long lines below names are: of the motto exactly its length, of others a third to a half.
_MOTTO_LINE = decree.MOTTO_EMS * decree.SIZE_MOTTO / 72 * 25.4
_ISSUER_LINE, _SUBJECT_LINE = 26, 50


def shipped() -> bytes:
    """Return the template."""
    document = Document()
    _clear(document)
    _sheet(document)
    _styles(document)
    _page_number(document)
    _head(document)
    _title(document)
    _blocks(document, "blocks")
    _foot(document)
    _annexes(document)
    document.core_properties.title = "{{ title }} – {{ subject }}"
    document.core_properties.author = "{{ issuer }}"
    document.core_properties.comments = ""
    document.core_properties.language = "vi-VN"
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


# --- the sheet and its styles -----------------------------------------------------------------------------------------


def _clear(document: Opened) -> None:
    body = document.element.body
    for child in list(body):
        if child.tag != qn("w:sectPr"):
            body.remove(child)


def _sheet(document: Opened) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(decree.PAGE_WIDTH), Mm(decree.PAGE_HEIGHT)
    section.top_margin, section.bottom_margin = Mm(decree.MARGIN_TOP), Mm(decree.MARGIN_BOTTOM)
    section.left_margin, section.right_margin = Mm(decree.MARGIN_LEFT), Mm(decree.MARGIN_RIGHT)
    # The page number stands in the margin.
    section.header_distance, section.footer_distance = Mm(10), Mm(10)
    section.different_first_page_header_footer = True
    start = OxmlElement("w:pgNumType")
    start.set(qn("w:start"), "1")
    section._sectPr.append(start)  # noqa: SLF001 - python-docx has no word for it


def _styles(document: Opened) -> None:
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = decree.FACE, Pt(decree.SIZE_TEXT)
    fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
    for letters in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(letters), decree.FACE)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "vi-VN")
    normal.element.get_or_add_rPr().append(language)
    normal.paragraph_format.space_before = normal.paragraph_format.space_after = Pt(0)
    normal.paragraph_format.line_spacing = 1
    text = _style(document, "PaperText", _JUSTIFY)
    text.paragraph_format.first_line_indent = Mm(decree.FIRST_LINE_INDENT)
    text.paragraph_format.space_after = Pt(decree.PARAGRAPH_SPACING)
    text.paragraph_format.line_spacing = decree.LINE_SPACING
    for name in ("PaperPart", "PaperPoint", "PaperArticle", "PaperBasis"):
        own = _style(document, name, _JUSTIFY, base="PaperText")
        own.font.bold = name in {"PaperPart", "PaperPoint"}
        own.font.italic = name == "PaperBasis"
        own.paragraph_format.keep_with_next = name in {"PaperPart", "PaperPoint"}
    caption = _style(document, "PaperCaption", _CENTER)
    caption.font.bold, caption.paragraph_format.keep_with_next = True, True
    caption.paragraph_format.space_before, caption.paragraph_format.space_after = Pt(3), Pt(4)
    cell = _style(document, CELL_STYLE, _LEFT)
    cell.font.size = Pt(decree.SIZE_TABLE)
    cell.paragraph_format.space_before = cell.paragraph_format.space_after = Pt(2)


def _style(document: Opened, name: str, alignment: WD_ALIGN_PARAGRAPH, *, base: str = "Normal") -> Any:
    style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles[base]
    style.paragraph_format.alignment = alignment
    return style


def _page_number(document: Opened) -> None:
    """Set page numbers in the middle of the top margin, from the second page on."""
    paragraph = document.sections[0].header.paragraphs[0]
    paragraph.alignment = _CENTER
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = paragraph.add_run()
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)  # noqa: SLF001 - as above
    # An empty header of its own keeps the first page without a number.
    document.sections[0].first_page_header.is_linked_to_previous = False


# --- head and title ---------------------------------------------------------------------------------------------------


def _head(document: Opened) -> None:
    left, right = _two_columns(document, _HEAD)
    _line(left, "{%p if superior %}")
    _line(left, "{{ superior }}", decree.SIZE_HEAD)
    _line(left, "{%p endif %}")
    _line(left, "{{ issuer }}", decree.SIZE_HEAD, bold=True)
    _rule(left.add_paragraph(), _HEAD[0], _ISSUER_LINE)
    _line(left, "{{ number }}", decree.SIZE_NUMBER)
    _line(right, decree.NATIONAL_TITLE, decree.SIZE_HEAD, bold=True)
    _line(right, decree.MOTTO, decree.SIZE_MOTTO, bold=True)
    _rule(right.add_paragraph(), _HEAD[1], _MOTTO_LINE)
    _line(right, "{{ place_and_date }}", decree.SIZE_DATE, italic=True)
    for cell in (left, right):
        _drop_first(cell)


def _title(document: Opened) -> None:
    _steered(document, "{{ title }}", bold=True, before=14)
    _steered(document, "{{ subject }}", bold=True)
    _rule(document.add_paragraph(), decree.TEXT_WIDTH, _SUBJECT_LINE)
    document.add_paragraph("{%p if addressee %}")
    _steered(document, "Kính gửi: {{ addressee }}", before=4, after=6)
    document.add_paragraph("{%p endif %}")
    document.add_paragraph("{%p if competence %}")
    _steered(document, "{{ competence }}", bold=True, before=4, after=6)
    document.add_paragraph("{%p endif %}")


def _steered(document: Opened, text: str, *, bold: bool = False, before: float = 0, after: float = 0) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = _CENTER
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(before), Pt(after)
    paragraph.paragraph_format.keep_with_next = True
    paragraph.add_run(text).bold = bold


# --- the text ---------------------------------------------------------------------------------------------------------

_STYLED = (("part", "PaperPart"), ("point", "PaperPoint"), ("basis", "PaperBasis"), ("caption", "PaperCaption"))


def _blocks(document: Opened, name: str) -> None:
    document.add_paragraph(f"{{%p for block in {name} %}}")
    for place, (kind, style) in enumerate(_STYLED):
        document.add_paragraph(f'{{%p {"elif" if place else "if"} block.kind == "{kind}" %}}')
        document.add_paragraph("{{ block.text }}", style)
    # What is signed stands with at least its last paragraph.
    for condition in ("loop.last and ", ""):
        document.add_paragraph(f'{{%p elif {condition}block.kind == "article" %}}')
        article = document.add_paragraph(style="PaperArticle")
        article.paragraph_format.keep_with_next = bool(condition)
        article.add_run("{{ block.lead }} ").bold = True
        article.add_run("{{ block.text }}")
    document.add_paragraph('{%p elif block.kind == "middle" %}')
    _steered(document, "{{ block.text }}", bold=True, before=6, after=6)
    document.add_paragraph('{%p elif block.kind == "table" %}')
    document.add_paragraph("{{p block.table|table }}")
    # Between two tables there has to be a paragraph.
    space = document.add_paragraph()
    space.paragraph_format.space_after = Pt(2)
    space.paragraph_format.line_spacing = Pt(6)
    document.add_paragraph("{%p elif loop.last %}")
    document.add_paragraph("{{ block.text }}", "PaperText").paragraph_format.keep_with_next = True
    document.add_paragraph("{%p else %}")
    document.add_paragraph("{{ block.text }}", "PaperText")
    document.add_paragraph("{%p endif %}")
    document.add_paragraph("{%p endfor %}")


# --- who signs, who receives ------------------------------------------------------------------------------------------


def _foot(document: Opened) -> None:
    document.add_paragraph("{%p if second %}")
    left, right = _two_columns(document, (decree.TEXT_WIDTH / 2, decree.TEXT_WIDTH / 2), before=True)
    _signature(left, "second")
    _signature(right, "signature")
    for cell in (left, right):
        _drop_first(cell)
        # Who receives it does not stand on a page of its own.
        for paragraph in cell.paragraphs:
            paragraph.paragraph_format.keep_with_next = True
    document.add_paragraph("{%p endif %}")
    left, right = _two_columns(document, _FOOT, before=True)
    _line(left, "Nơi nhận:", decree.SIZE_RECIPIENTS_TITLE, bold=True, italic=True, alignment=_LEFT)
    _line(left, "{%p for line in recipients %}")
    _line(left, "{{ line }}", decree.SIZE_RECIPIENTS, alignment=_LEFT)
    _line(left, "{%p endfor %}")
    _line(right, "{%p if not second %}")
    _signature(right, "signature")
    _line(right, "{%p endif %}")
    _line(right, "", decree.SIZE_TEXT)
    for cell in (left, right):
        _drop_first(cell)


def _signature(cell: _Cell, name: str) -> None:
    _line(cell, f"{{%p for line in {name}.lines %}}")
    _line(cell, "{{ line }}", decree.SIZE_TEXT, bold=True)
    _line(cell, "{%p endfor %}")
    _line(cell, f"{{{{ {name}.name }}}}", decree.SIZE_TEXT, bold=True, before=_SIGNATURE)


# --- annexes ----------------------------------------------------------------------------------------------------------


def _annexes(document: Opened) -> None:
    """Set each annex on pages of its own, counted from one: a section of the document begins with each."""
    document.add_paragraph("{%p for annex in annexes %}")
    _section_break(document)
    _steered(document, "{{ annex.number }}", bold=True)
    _steered(document, "{{ annex.title }}", bold=True)
    paragraph = document.add_paragraph()
    paragraph.alignment, paragraph.paragraph_format.space_after = _CENTER, Pt(8)
    paragraph.add_run("{{ annex.note }}").italic = True
    _blocks(document, "annex.blocks")
    document.add_paragraph("{%p endfor %}")


def _section_break(document: Opened) -> None:
    from copy import deepcopy  # noqa: PLC0415 - used here alone

    paragraph = document.add_paragraph()
    paragraph.paragraph_format.line_spacing = Pt(1)
    paragraph.add_run().font.size = Pt(1)
    paragraph._p.get_or_add_pPr().append(deepcopy(document.sections[-1]._sectPr))  # noqa: SLF001 - as above


# --- parts ------------------------------------------------------------------------------------------------------------


def _two_columns(document: Opened, widths: tuple[float, float], *, before: bool = False) -> tuple[_Cell, _Cell]:
    if before:
        space = document.add_paragraph().paragraph_format
        space.line_spacing, space.keep_with_next = Pt(8), True
    table = document.add_table(rows=1, cols=2)
    table.autofit, table.alignment = False, WD_TABLE_ALIGNMENT.CENTER
    _without_margins(table)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    cells = table.rows[0].cells
    for cell, width in zip(cells, widths, strict=True):
        cell.width = Mm(width)
    row = table.rows[0]._tr.get_or_add_trPr()  # noqa: SLF001 - as above
    row.append(OxmlElement("w:cantSplit"))
    return cells[0], cells[1]


def _without_margins(table: Table) -> None:
    margins = OxmlElement("w:tblCellMar")
    for side in ("w:left", "w:right"):
        margin = OxmlElement(side)
        margin.set(qn("w:w"), "0")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    properties = table._tbl.tblPr  # noqa: SLF001 - as above
    properties.insert(len(properties) - 1 if properties[-1].tag == qn("w:tblLook") else len(properties), margins)


def _line(
    cell: _Cell,
    text: str,
    size: float = decree.SIZE_TEXT,
    *,
    bold: bool = False,
    italic: bool = False,
    before: float = 0,
    alignment: WD_ALIGN_PARAGRAPH = _CENTER,
) -> None:
    paragraph = cell.add_paragraph()
    paragraph.alignment = alignment
    paragraph.paragraph_format.space_before = Pt(before)
    run = paragraph.add_run(text)
    run.font.size, run.bold, run.italic = Pt(size), bold, italic


def _drop_first(cell: _Cell) -> None:
    """Take away the empty paragraph with which a new cell comes."""
    first = cell.paragraphs[0]._p  # noqa: SLF001 - as above
    first.getparent().remove(first)


def _rule(paragraph: Paragraph, width: float, length: float) -> None:
    """Draw a line of this length, in millimetres, in the middle of a space that is ``width`` wide."""
    form = paragraph.paragraph_format
    form.left_indent = form.right_indent = Mm((width - length) / 2)
    form.space_before, form.space_after = Pt(2.5), Pt(2)
    form.line_spacing = Pt(5)
    form.keep_with_next = True
    borders = OxmlElement("w:pBdr")
    top = OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "0"), ("color", "000000")):
        top.set(qn(f"w:{name}"), value)
    borders.append(top)
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001 - as above
    properties.insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")
