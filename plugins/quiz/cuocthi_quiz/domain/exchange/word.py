"""Word documents (.docx) as lines: typed lists, automatic numbers, tables; and lists of questions as documents."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cuocthi.text import T
from cuocthi_quiz.domain.exchange.album import PICTURE, Album, written
from cuocthi_quiz.domain.exchange.archives import is_archive, parse, parts
from cuocthi_quiz.domain.exchange.drafts import Content, Unreadable
from cuocthi_quiz.domain.exchange.html_text import SMALL, lowered, raised
from cuocthi_quiz.domain.exchange.lists import Line, Mark, is_list, read_list
from cuocthi_quiz.domain.exchange.sheets import is_table, read_rows
from cuocthi_quiz.domain.exchange.texts import decoded, plain, refuse_old_fonts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from xml.etree.ElementTree import Element

    from cuocthi.text import Text

_NO = frozenset({"0", "false", "none", "off"})
#: What is not there for the reader: deleted or moved away, shown twice, notes, fields' instructions.
_SKIPPED = frozenset({"del", "moveFrom", "Fallback", "instrText", "delText", "rPr", "pPr", "footnoteReference"})
_BLACK = frozenset({"auto", "000000", "FFFFFF", "windowText"})
_DARK = 0x60
_FORMULA = T("a formula is taken over as its letters only")


def fits(raw: bytes) -> bool:
    """Tell whether a text looks like a list of questions that somebody has typed."""
    return is_list(plain(decoded(raw)))


def read_docx(raw: bytes) -> Content:
    """Return what a Word document says: a list of questions, or tables with a question a row; or a list as plain text.

    Raises Unreadable.
    """
    return _read(parts(raw)) if is_archive(raw) else read_list(_typed(raw))


def _typed(raw: bytes) -> list[Line]:
    text = decoded(raw)
    refuse_old_fonts(text)
    return [Line(number, line) for number, line in enumerate(plain(text).split("\n"), start=1)]


def _read(found: Mapping[str, bytes]) -> Content:
    main = found.get("word/document.xml") or found.get("word/document2.xml")
    if main is None:
        raise Unreadable(T("This is no Word document. In Word, save it as “Word Document (.docx)”."))
    content = Content()
    numbering = _Numbering.of(found.get("word/numbering.xml"), found.get("word/styles.xml"))
    document = _Document(numbering, _Pictures.of(found, Album(content.pictures)))
    body = parse(main).find("body")
    if body is not None:
        document.read(body)
    refuse_old_fonts("\n".join(line.text for line in document.lines))
    for part in (read_list(document.lines), *map(read_rows, document.tables)):
        content.drafts += part.drafts
        content.problems += part.problems
    return content


# --- numbers that Word counts ---------------------------------------------------------------------------------------


@dataclass
class _Level:
    """A level of a list: how its numbers are written, in what text they stand, and where they begin."""

    form: str
    text: str
    start: int


@dataclass
class _Numbering:
    """The lists of a document, and how far each has counted."""

    lists: dict[str, dict[int, _Level]] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    restarts: dict[str, dict[int, int]] = field(default_factory=dict)
    styles: dict[str, tuple[str, int]] = field(default_factory=dict)
    counts: dict[tuple[str, int], int] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, numbering: bytes | None, styles: bytes | None) -> _Numbering:
        """Return what a document's parts say of its lists."""
        made = cls()
        if numbering:
            root = parse(numbering)
            for abstract in root.findall("abstractNum"):
                levels = {_number(level, "ilvl"): _level(level) for level in abstract.findall("lvl")}
                made.lists[abstract.get("abstractNumId", "")] = levels
            for num in root.findall("num"):
                made._add(num)
        for style in parse(styles).findall("style") if styles else ():
            found = style.find("pPr/numPr")
            if found is not None:
                made.styles[style.get("styleId", "")] = (_value(found, "numId"), int(_value(found, "ilvl") or 0))
        return made

    def _add(self, num: Element) -> None:
        key = num.get("numId", "")
        self.origins[key] = _value(num, "abstractNumId")
        overrides = num.findall("lvlOverride")
        starts = {_number(one, "ilvl"): _value(one, "startOverride") for one in overrides}
        self.restarts[key] = {level: int(start) for level, start in starts.items() if start.isdigit()}

    def label(self, paragraph: Element) -> str:
        """Return the label that Word shows before a paragraph, and count it."""
        found = paragraph.find("pPr/numPr")
        if found is not None:
            key, level = _value(found, "numId"), int(_value(found, "ilvl") or 0)
        else:
            style = paragraph.find("pPr/pStyle")
            key, level = self.styles.get(style.get("val", "") if style is not None else "", ("", 0))
        origin = self.origins.get(key)
        levels = self.lists.get(origin or "", {})
        if origin is None or level not in levels:
            return ""
        if key not in self.seen:
            self.seen.add(key)
            for at, start in self.restarts[key].items():
                self.counts[origin, at] = start - 1
        self.counts[origin, level] = self.counts.get((origin, level), levels[level].start - 1) + 1
        for deeper in levels:
            if deeper > level:
                self.counts.pop((origin, deeper), None)
        if levels[level].form in {"bullet", "none"}:
            return ""
        return re.sub(r"%([1-9])", lambda found: self._written(origin, int(found[1]) - 1), levels[level].text)

    def _written(self, origin: str, level: int) -> str:
        known = self.lists[origin].get(level)
        if known is None:
            return ""
        number = self.counts.get((origin, level), known.start)
        if known.form in {"upperLetter", "lowerLetter"}:
            letter = chr(ord("A") + (number - 1) % 26)
            return letter if known.form == "upperLetter" else letter.lower()
        return str(number)


def _level(node: Element) -> _Level:
    start = _value(node, "start")
    return _Level(_value(node, "numFmt"), _value(node, "lvlText"), int(start) if start.isdigit() else 1)


def _value(node: Element, name: str) -> str:
    found = node.find(name)
    return found.get("val", "") if found is not None else ""


def _number(node: Element, name: str) -> int:
    text = node.get(name, "0")
    return int(text) if text.isdigit() else 0


# --- pictures -------------------------------------------------------------------------------------------------------


@dataclass
class _Pictures:
    """The pictures of a document, by how its text refers to them."""

    album: Album
    files: dict[str, bytes] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, found: Mapping[str, bytes], album: Album) -> _Pictures:
        """Return those that stand in a document's parts."""
        relations = found.get("word/_rels/document.xml.rels")
        targets = {
            one.get("Id", ""): posixpath.normpath(posixpath.join("word", one.get("Target", "").lstrip("/")))
            for one in (parse(relations) if relations else ())
        }
        # Some programs name a target from the root of the archive, others from the document's folder.
        names = {key: name.removeprefix("word/") if name not in found else name for key, name in targets.items()}
        return cls(album, dict(found), names)

    def shown(self, drawing: Element, notes: list[Text]) -> str:
        """Return a drawing as texts of the bank show it; nothing, and a note, for one that cannot be taken."""
        references = [one.get("embed", "") for one in drawing.iter("blip")]
        references += [one.get("id", "") for one in drawing.iter("imagedata")]
        said = next(drawing.iter("docPr"), None)
        if not references:
            notes.append(PICTURE)
        keys = [self.album.shown(self.names.get(one, ""), self.files, notes) for one in references]
        return "".join(written(said.get("descr", "") if said is not None else "", key) for key in keys if key)


# --- paragraphs -----------------------------------------------------------------------------------------------------


@dataclass
class _Document:
    """The lines of a document, and its tables that have columns of questions."""

    numbering: _Numbering
    pictures: _Pictures
    lines: list[Line] = field(default_factory=list)
    tables: list[list[list[str]]] = field(default_factory=list)
    count: int = 0

    def read(self, node: Element) -> None:
        """Read what stands in a body or in a part of it that holds paragraphs."""
        for child in node:
            if child.tag == "p":
                self.lines += self._paragraph(child)
            elif child.tag == "tbl":
                self._table(child)
            elif child.tag not in _SKIPPED:
                self.read(child)

    def _paragraph(self, node: Element) -> Iterator[Line]:
        self.count += 1
        label = self.numbering.label(node)
        words = _Words(self.pictures)
        words.read(node)
        shown = f"{label} " if label else ""
        text, marks = shown + words.text, [frozenset[Mark]()] * len(shown) + words.marks
        start, lost = 0, tuple(words.lost)
        for at, piece in enumerate(text.split("\n")):
            end = start + len(piece)
            yield Line(self.count, piece, marks[start:end], at > 0, bool(label) and at == 0, lost if at == 0 else ())
            start = end + 1

    def _table(self, node: Element) -> None:
        """Read a table: one of questions is kept as such, of any other each row is a line, its cells apart by tabs."""
        rows = [[list(self._cell(cell)) for cell in row.iter("tc")] for row in node.findall("tr")]
        texts = [["\n".join(line.text for line in cell).strip() for cell in row] for row in rows]
        if is_table(texts):
            self.tables.append(texts)
            return
        for row in rows:
            if any(len(cell) > 1 for cell in row):
                self.lines += [line for cell in row for line in cell]
            else:
                self.lines.append(_side_by_side([cell[0] for cell in row if cell]))

    def _cell(self, cell: Element) -> Iterator[Line]:
        for paragraph in cell.iter("p"):
            yield from (line for line in self._paragraph(paragraph))


def _side_by_side(cells: Sequence[Line]) -> Line:
    text, marks, lost = "", list[frozenset[Mark]](), list["Text"]()
    for cell in cells:
        text += ("\t" if text else "") + cell.text
        marks += [frozenset[Mark]()] * (len(text) - len(marks) - len(cell.text)) + list(cell.marks)
        lost += cell.lost
    return Line(cells[0].number if cells else 0, text, marks, lost=tuple(lost))


@dataclass
class _Words:
    """The words of a paragraph with the marks of each letter."""

    pictures: _Pictures
    text: str = ""
    marks: list[frozenset[Mark]] = field(default_factory=list)
    lost: list[Text] = field(default_factory=list)

    def read(self, node: Element, marks: frozenset[Mark] = frozenset()) -> None:
        """Add the words of a node."""
        for child in node:
            if child.tag in _SKIPPED:
                continue
            match child.tag:
                case "r":
                    self.read(child, _marks(child))
                case "t":
                    self._add(self._placed(child.text or "", node.find("rPr/vertAlign")), marks)
                case "tab" | "ptab":
                    self._add("\t", marks)
                case "br" | "cr":
                    self._add("\n", marks)
                case "noBreakHyphen":
                    self._add("-", marks)
                case "drawing" | "pict" | "object":
                    self._draw(child, marks)
                case "oMath":
                    self._lose(_FORMULA)
                    self.read(child, marks)
                case _:
                    self.read(child, marks)

    def _placed(self, text: str, align: Element | None) -> str:
        """Return raised or lowered letters as those that Unicode has for them."""
        place = align.get("val") if align is not None else ""
        small = {"superscript": raised, "subscript": lowered}.get(place or "")
        if small is None:
            return text
        found = small(text)
        if found is None:
            self._lose(SMALL)
        return text if found is None else found

    def _draw(self, node: Element, marks: frozenset[Mark]) -> None:
        """Add a picture, or the words of text boxes."""
        boxes = list(node.iter("txbxContent"))
        for paragraph in boxes:
            self.read(paragraph, marks)
        if not boxes:
            self._add(self.pictures.shown(node, self.lost), marks)

    def _lose(self, what: Text) -> None:
        if what not in self.lost:
            self.lost.append(what)

    def _add(self, text: str, marks: frozenset[Mark]) -> None:
        words = plain(text)
        self.text += words
        self.marks += [marks] * len(words)


def _marks(run: Element) -> frozenset[Mark]:
    own = run.find("rPr")
    if own is None:
        return frozenset()
    style = own.find("rStyle")
    strong = style is not None and style.get("val", "").lower() in {"strong", "manh"}
    found = {
        Mark.BOLD: _on(own.find("b")) or strong,
        Mark.UNDERLINED: own.find("u") is not None and _on(own.find("u")),
        Mark.HIGHLIGHTED: _on(own.find("highlight")) or _filled(own.find("shd")),
        Mark.COLOURED: _coloured(own.find("color")),
    }
    return frozenset(mark for mark, is_set in found.items() if is_set)


def _on(node: Element | None) -> bool:
    return node is not None and node.get("val", "1") not in _NO


def _filled(node: Element | None) -> bool:
    return node is not None and node.get("fill", "auto") not in _BLACK


def _coloured(node: Element | None) -> bool:
    """Tell whether letters have a colour; black and dark grey are none."""
    value = node.get("val", "auto") if node is not None else "auto"
    if value in _BLACK or not re.fullmatch(r"[0-9A-Fa-f]{6}", value):
        return False
    return max(bytes.fromhex(value)) > _DARK
