"""Lists of questions as Word documents: as people type them, so that they can be read, changed, and read in again."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from cuocthi.text import T
from cuocthi_quiz.domain.exchange.album import SHOWN, written
from cuocthi_quiz.domain.exchange.entries import entry_of
from cuocthi_quiz.domain.exchange.words import LABELS, LETTERS
from cuocthi_quiz.domain.pictures import ending_of, size_of

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
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
#: A pixel, and the breadth of a page's text, in the 914,400ths of an inch in which Word measures.
_PIXEL = 9_525
_PAGE = 5_760_000
_RELATION = f'<Relationship Id="rId1" Type="{_OFFICE}" Target="word/document.xml"/>'

_PARTS = {
    "[Content_Types].xml": (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="png" ContentType="image/png"/><Default Extension="jpg" ContentType="image/jpeg"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_MAIN}"/></Types>'
    ),
    "_rels/.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{_RELATION}</Relationships>',
}


def write_docx(
    questions: Sequence[QuestionData], topics: Mapping[str, str], pictures: Mapping[str, bytes] | None = None
) -> bytes:
    """Return a Word document of questions with the pictures they show; ``topics`` tells how each topic is called."""
    shown = _Shown(pictures or {})
    body = "".join(
        paragraph
        for number, question in enumerate(questions, start=1)
        for paragraph in _paragraphs(number, question, topics[question.topic], shown)
    )
    document = f'{_HEAD}<w:document xmlns:w="{_W}" xmlns:r="{_R}"><w:body>{body}</w:body></w:document>'
    return zipped({**_PARTS, "word/document.xml": document, **shown.parts()})


def zipped(contents: Mapping[str, str | bytes]) -> bytes:
    """Return contents as a zip archive, always the same for the same contents."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            raw = content.encode() if isinstance(content, str) else content
            archive.writestr(zipfile.ZipInfo(name, _MOMENT), raw, zipfile.ZIP_DEFLATED)
    return out.getvalue()


class _Shown:
    """The pictures of a document, numbered as it comes to show them."""

    def __init__(self, pictures: Mapping[str, bytes]) -> None:
        self._pictures = pictures
        self._count = 0
        self._used: dict[str, str] = {}

    def run(self, alternative: str, key: str) -> str:
        """Return a run that shows a picture, as wide as the page at most; its bare words if the bank has it not."""
        picture = self._pictures.get(key)
        size = size_of(picture) if picture else None
        if picture is None or size is None:
            return _run(f"![{alternative}](picture:{key})")
        self._count += 1
        self._used[key] = f"{key}{ending_of(picture)}"
        width, height = size
        across = min(width * _PIXEL, _PAGE)
        extent = f'cx="{across}" cy="{max(1, across * height // width)}"'
        named = f'id="{self._count}" name={quoteattr(key)}'
        return (
            f'<w:r><w:drawing><wp:inline xmlns:wp="{_DRAWING}/wordprocessingDrawing"><wp:extent {extent}/>'
            f"<wp:docPr {named} descr={quoteattr(alternative)}/>"
            f'<a:graphic xmlns:a="{_DRAWING}/main"><a:graphicData uri="{_DRAWING}/picture">'
            f'<pic:pic xmlns:pic="{_DRAWING}/picture"><pic:nvPicPr><pic:cNvPr {named}/><pic:cNvPicPr/></pic:nvPicPr>'
            f'<pic:blipFill><a:blip r:embed="{key}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
            f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {extent}/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
            "</a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
        )

    def parts(self) -> dict[str, str | bytes]:
        """Return the files of the pictures that are shown, and where each is found."""
        relations = "".join(
            f'<Relationship Id="{key}" Type="{_R}/image" Target="media/{file}"/>' for key, file in self._used.items()
        )
        files = {f"word/media/{file}": self._pictures[key] for key, file in self._used.items()}
        head = f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
        return {"word/_rels/document.xml.rels": f"{head}{relations}</Relationships>", **files}


def _paragraphs(number: int, question: QuestionData, topic: str, shown: _Shown) -> Iterator[str]:
    entry = entry_of(question, place=T("question %(number)s", number=number), topic=topic)
    fields = dict(entry.fields)
    right = fields.get("right", "")
    if fields.get("picture"):
        fields["picture"] = written("", fields["picture"])
    yield from _labelled(f"Câu {number}.", fields.pop("text"), shown)
    for letter, option in zip(LETTERS, entry.options, strict=False):
        yield from _labelled(f"{letter}.", option, shown, bold=letter in right.split(", "))
    names = ("right", *(name for name in LABELS if name != "right"))
    for name in names:
        if fields.get(name):
            yield from _labelled(f"{LABELS[name][0]}:", fields[name], shown)


def _labelled(label: str, text: str, shown: _Shown, *, bold: bool = False) -> Iterator[str]:
    """Yield a text as paragraphs; a single line break stays one within its paragraph."""
    first, *others = text.split("\n\n")
    yield _paragraph(_run(f"{label} ") + _runs(first, shown, bold=bold))
    yield from (_paragraph(_runs(other, shown, bold=bold)) for other in others)


def _runs(text: str, shown: _Shown, *, bold: bool) -> str:
    runs, begin = "", 0
    for picture in SHOWN.finditer(text):
        runs += _run(text[begin : picture.start()], bold=bold) + shown.run(picture[1], picture[2])
        begin = picture.end()
    return runs + _run(text[begin:], bold=bold)


def _paragraph(runs: str) -> str:
    return f"<w:p>{runs}</w:p>"


def _run(text: str, *, bold: bool = False) -> str:
    properties = "<w:rPr><w:b/></w:rPr>" if bold else ""
    lines = (f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in text.split("\n"))
    return f"<w:r>{properties}{'<w:br/>'.join(lines)}</w:r>"
