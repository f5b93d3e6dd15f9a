"""Archives and XML of other systems, read within bounds and without entities."""

from __future__ import annotations

import re
from html.entities import html5
from xml.etree import ElementTree as ET
from xml.parsers import expat

from cuocthi.files.unpacking import Fault, NotUnpacked, unpacked
from cuocthi.text import T
from cuocthi_quiz.domain.exchange.drafts import Unreadable
from cuocthi_quiz.domain.exchange.texts import declared

#: What all parts of an archive may unpack to, in bytes, and how many there may be.
_MOST_UNPACKED = 64 * 2**20
_MOST_PARTS = 10_000
_TOO_LARGE = T("The file unpacks to far more than questions need. Nothing was read.")
_DAMAGED = T("The file is damaged, or of another kind than its name says.")
_DEEPEST = 200
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,30});")
_OF_XML = frozenset({"amp", "lt", "gt", "quot", "apos"})


class Node(ET.Element):
    """An element that knows in which line of its file it begins."""

    line = 0


def line_of(node: ET.Element) -> int:
    """Return the line of its file in which an element begins."""
    return node.line if isinstance(node, Node) else 0


def parse(raw: bytes) -> Node:
    """Return the root of an XML document. Raises Unreadable for what is none, for entities, and for deep nesting."""
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler = lambda tag, attributes: reader.start(tag, attributes, parser.CurrentLineNumber)
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.builder.data
    parser.EntityDeclHandler = _refuse_entities
    try:
        parser.Parse(_ENTITY.sub(_letter, declared(raw)), True)
    except expat.ExpatError as error:
        message = T("The XML is damaged at line %(line)s: %(reason)s", line=error.lineno, reason=str(error))
        raise Unreadable(message) from error
    root = reader.builder.close()
    if not isinstance(root, Node):  # pragma: no cover - the factory makes no other
        raise TypeError(root)
    return root


class _Reader:
    """Builds the tree of elements."""

    def __init__(self) -> None:
        self.builder = ET.TreeBuilder(element_factory=Node)
        self._depth = 0

    def start(self, tag: str, attributes: dict[str, str], line: int) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise Unreadable(T("The XML nests more deeply than questions do."))
        node = self.builder.start(_tag(tag), {_tag(name): value for name, value in attributes.items()})
        if isinstance(node, Node):
            node.line = line

    def end(self, tag: str) -> None:
        self._depth -= 1
        self.builder.end(_tag(tag))


def _tag(name: str) -> str:
    """Return a name without its namespace: files of one format differ in it, never in the names themselves."""
    return name.rpartition("}")[2]


def _letter(found: re.Match[str]) -> str:
    """Return the letter that HTML calls so; what XML itself knows, and what nobody knows, stays."""
    return found[0] if found[1] in _OF_XML else html5.get(f"{found[1]};", found[0])


def _refuse_entities(*_declaration: object) -> None:
    raise Unreadable(T("The XML declares entities, which no file of questions needs. Nothing was read."))


def parts(raw: bytes) -> dict[str, bytes]:
    """Return the files of a zip archive by their names. Raises Unreadable for a damaged or an outsized one."""
    try:
        return dict(unpacked(raw, most_parts=_MOST_PARTS, most_bytes=_MOST_UNPACKED))
    except NotUnpacked as error:
        raise Unreadable(_DAMAGED if error.fault is Fault.UNREADABLE else _TOO_LARGE) from error


def is_archive(raw: bytes) -> bool:
    """Tell whether a file begins like a zip archive."""
    return raw.startswith(b"PK\x03\x04")
