"""Lists of questions as Word documents: as people type them, so that they can be read, changed, and read in again."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from cuocthi.text import T
from cuocthi_quiz.domain.exchange.entries import entry_of
from cuocthi_quiz.domain.exchange.words import LABELS, LETTERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cuocthi_quiz.domain.questions import QuestionData

#: Archives bear the moment at which they are made; this one is the earliest, so that equal contents are equal files.
_MOMENT = (1980, 1, 1, 0, 0, 0)
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
_RELATION = f'<Relationship Id="rId1" Type="{_OFFICE}" Target="word/document.xml"/>'

_PARTS = {
    "[Content_Types].xml": (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_MAIN}"/></Types>'
    ),
    "_rels/.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{_RELATION}</Relationships>',
}


def write_docx(questions: Sequence[QuestionData], topics: Mapping[str, str]) -> bytes:
    """Return a Word document of questions; ``topics`` tells how each topic is called."""
    body = "".join(
        paragraph
        for number, question in enumerate(questions, start=1)
        for paragraph in _paragraphs(number, question, topics[question.topic])
    )
    document = f'{_HEAD}<w:document xmlns:w="{_W}"><w:body>{body}</w:body></w:document>'
    return zipped({**_PARTS, "word/document.xml": document})


def zipped(contents: Mapping[str, str]) -> bytes:
    """Return texts as a zip archive, always the same for the same texts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(zipfile.ZipInfo(name, _MOMENT), content.encode(), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _paragraphs(number: int, question: QuestionData, topic: str) -> Iterator[str]:
    entry = entry_of(question, place=T("question %(number)s", number=number), topic=topic)
    fields = dict(entry.fields)
    right = fields.get("right", "")
    yield from _labelled(f"Câu {number}.", fields.pop("text"))
    for letter, option in zip(LETTERS, entry.options, strict=False):
        yield from _labelled(f"{letter}.", option, bold=letter in right.split(", "))
    names = ("right", *(name for name in LABELS if name != "right"))
    for name in names:
        if fields.get(name):
            yield from _labelled(f"{LABELS[name][0]}:", fields[name])


def _labelled(label: str, text: str, *, bold: bool = False) -> Iterator[str]:
    """Yield a text as paragraphs; a single line break stays one within its paragraph."""
    first, *others = text.split("\n\n")
    yield _paragraph(_run(f"{label} ") + _run(first, bold=bold))
    yield from (_paragraph(_run(other, bold=bold)) for other in others)


def _paragraph(runs: str) -> str:
    return f"<w:p>{runs}</w:p>"


def _run(text: str, *, bold: bool = False) -> str:
    properties = "<w:rPr><w:b/></w:rPr>" if bold else ""
    lines = (f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in text.split("\n"))
    return f"<w:r>{properties}{'<w:br/>'.join(lines)}</w:r>"
