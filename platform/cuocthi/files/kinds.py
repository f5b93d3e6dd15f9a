"""Kinds of files: each known by the endings of its names, and by its content, which has to fit.

What a browser says of a file's type is whatever its machine was told, so nobody is asked but the file itself.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath

from cuocthi.errors import DomainError
from cuocthi.text import T

_ZIP_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
#: How no text begins: programs, scripts, and what the other kinds are known by.
_NO_TEXT = (b"MZ", b"\x7fELF", b"#!", b"%PDF-", *_ZIP_SIGNATURES)
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")

#: The end of an archive: so many bytes if it bears no remark, and where in them its table of contents' length stands.
_END, _TABLE_LENGTH = 22, slice(12, 16)
_LARGE_ARCHIVE = b"PK\x06\x07"
#: A document of a thousand parts needs half of it; more is not looked through.
_LONGEST_TABLE = 256 * 1024
_TYPES_OF_PARTS = "[Content_Types].xml"
_LONGEST_TYPES = 256 * 1024
_OVERRIDE = re.compile(rb"<Override\b[^<>]*>")
_ATTRIBUTE = re.compile(rb"\b(PartName|ContentType)\s*=\s*[\"']([^\"'<>]*)[\"']")
_OOXML = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: the media type it is handed out as, the endings of its names, and whether a content is one."""

    media_type: str
    endings: tuple[str, ...]
    fits: Callable[[bytes], bool]


def kind_of(name: str, content: bytes, kinds: Collection[Kind], *, field: str) -> Kind:
    """Return which of ``kinds`` a file is.

    Raises DomainError, with the ``field`` of the form, for an empty file, a name with another ending, or a content of
    another kind.
    """
    if not content:
        raise DomainError(T("The file is empty."), field=field)
    ending = PurePath(name).suffix.lower()
    found = next((kind for kind in kinds if ending in kind.endings), None)
    if found is None:
        endings = ", ".join(endings_of(kinds))
        message = T(
            "A file like “%(name)s” is not taken here. Please choose one of %(endings)s.", name=name, endings=endings
        )
        raise DomainError(message, field=field)
    if not found.fits(content):
        message = T(
            "The content of “%(name)s” is not what its ending says. Please save it anew as %(ending)s.",
            name=name,
            ending=ending,
        )
        raise DomainError(message, field=field)
    return found


def endings_of(kinds: Collection[Kind]) -> list[str]:
    """Return the endings of all of some kinds, for messages and for the choice of a file in a form."""
    return [ending for kind in kinds for ending in kind.endings]


def _begins(*signatures: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(signatures)


def _is_text(content: bytes) -> bool:
    if content.startswith(_NO_TEXT):
        return False
    try:
        text = content.decode("utf-16" if content.startswith(_UTF_16) else "utf-8")
    except UnicodeDecodeError:
        return False
    return "\0" not in text


def _is_office(main: bytes, content: bytes) -> bool:
    """Tell whether a content is a document of Office Open XML whose main part has the content type ``main``.

    A document with macros has another one. An archive can claim hours of work, so only what a document needs is done.
    """
    if not _has_short_table(content):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            types = archive.getinfo(_TYPES_OF_PARTS)
            if types.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                return False
            with archive.open(types) as part:
                listed = part.read(_LONGEST_TYPES)
            names = set(archive.namelist())
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, OSError, NotImplementedError, RuntimeError, ValueError):
        return False
    for override in _OVERRIDE.findall(listed):
        told = dict(_ATTRIBUTE.findall(override))
        if told.get(b"ContentType") == main:
            return told.get(b"PartName", b"").decode("utf-8", "replace").removeprefix("/") in names
    return False


def _has_short_table(content: bytes) -> bool:
    """Tell whether a content is an archive with a table of contents that is soon read, and nothing behind it."""
    end = content[-_END:]
    return (
        content.startswith(_ZIP_SIGNATURES[0])
        and end.startswith(_ZIP_SIGNATURES[1])
        and end.endswith(b"\0\0")
        and content[-_END - 20 : -_END - 16] != _LARGE_ARCHIVE
        and int.from_bytes(end[_TABLE_LENGTH], "little") <= _LONGEST_TABLE
    )


PDF = Kind("application/pdf", (".pdf",), _begins(b"%PDF-"))
DOCX = Kind(
    f"{_OOXML}.wordprocessingml.document",
    (".docx",),
    partial(_is_office, f"{_OOXML}.wordprocessingml.document.main+xml".encode()),
)
XLSX = Kind(
    f"{_OOXML}.spreadsheetml.sheet",
    (".xlsx",),
    partial(_is_office, f"{_OOXML}.spreadsheetml.sheet.main+xml".encode()),
)
PNG = Kind("image/png", (".png",), _begins(b"\x89PNG\r\n\x1a\n"))
JPEG = Kind("image/jpeg", (".jpg", ".jpeg"), _begins(b"\xff\xd8\xff"))
WEBP = Kind("image/webp", (".webp",), lambda content: content.startswith(b"RIFF") and content[8:12] == b"WEBP")
TEXT = Kind("text/plain", (".txt",), _is_text)
CSV = Kind("text/csv", (".csv",), _is_text)
ZIP = Kind("application/zip", (".zip",), _begins(*_ZIP_SIGNATURES))
