"""What a DOCX file fetches from elsewhere when it is opened: other documents, pictures, data.

The parts are read as XML, whatever their encoding and however their characters are written. Links that somebody clicks
on are not meant.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.parsers import expat

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: The one kind of relationship that may lead out, transitional and strict.
_LINKS = frozenset(
    {
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink",
        "http://purl.oclc.org/ooxml/officeDocument/relationships/hyperlink",
    }
)
#: Fields that put something else into the document, by their first word.
_FETCHING = re.compile(r'\s*"?(?:INCLUDE\w*|IMPORT|DDE\w*|LINK|EMBED|DATABASE|RD)\b', re.IGNORECASE)
#: Other documents in the place of a paragraph, and letters that ask a data source.
_FOREIGN = frozenset({"altChunk", "subDoc", "mailMerge"})
_DRAWING = "urn:schemas-microsoft-com:vml"
#: Marks of an encoding, in whichever order of bytes, before what may be XML.
_BEFORE = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"


def fetches(parts: Iterable[tuple[str, bytes]]) -> bool:
    """Tell whether one of these parts of a document fetches something; so does what ought to be XML and is none."""
    return any(_fetches(content) for name, content in parts if _is_xml(name, content))


def _is_xml(name: str, content: bytes) -> bool:
    # What a part is, the document says by itself: its name need not tell.
    return name.lower().endswith((".rels", ".xml")) or content[:64].lstrip(_BEFORE).startswith(b"<")


def _fetches(content: bytes) -> bool:
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.begin
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.doctype
    try:
        parser.Parse(content, True)
    except expat.ExpatError:
        return True
    return reader.found or any(map(_FETCHING.match, reader.fields))


class _Reader:
    """Finds relationships that lead out and fields that fetch; a field's words may be divided among many elements."""

    def __init__(self) -> None:
        self.found = False
        #: The instructions of the fields that are open, the innermost last.
        self.fields = [""]
        self._in_instruction = False

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        values = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        self._in_instruction = local in {"instrText", "delInstrText"}
        if local == "Relationship":
            self.found |= _leads_out(values)
        elif local == "fldChar":
            self._turn(values.get("fldCharType", ""))
        elif local == "fldSimple":
            self.found |= bool(_FETCHING.match(values.get("instr", "")))
        self.found |= local in _FOREIGN or (namespace == _DRAWING and "src" in values)

    def end(self, _name: str) -> None:
        self._in_instruction = False

    def text(self, text: str) -> None:
        if self._in_instruction:
            self.fields[-1] += text

    def doctype(self, *_declared: object) -> None:
        # Entities could stand for anything, and no document of an office has them.
        self.found = True

    def _turn(self, kind: str) -> None:
        if kind == "begin":
            self.fields.append("")
        elif kind == "end":
            self.found |= bool(_FETCHING.match(self.fields.pop()))
            self.fields = self.fields or [""]


def _leads_out(values: Mapping[str, str]) -> bool:
    kind = values.get("Type", "")
    outside = values.get("TargetMode", "").strip().lower() == "external" or "://" in values.get("Target", "")
    return kind.endswith("/aFChunk") or (outside and kind not in _LINKS)
