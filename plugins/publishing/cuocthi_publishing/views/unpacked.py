"""Single files of a stored bundle: found in the archive by their exact name, sent as what they are."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import lru_cache
from os import SEEK_CUR
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

from flask import Response, request

from cuocthi.files.domain import content_of, path_of

if TYPE_CHECKING:
    from zipfile import ZipInfo

    from cuocthi.files.models import StoredFile

#: Files of more bytes than this are not kept in memory: they would drive hundreds of pages out of it.
MOST_KEPT = 512 * 1024
#: So many archives of a process stay open; reading the table of contents of a long one takes longer than a file in it.
_OPEN = 8
_BEGINNING = 16
#: The head of an entry in an archive: so many bytes, with the lengths of what follows it from here on.
_HEAD_BYTES, _LENGTHS_AT = 30, 26
_GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"

_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".pem": "application/x-pem-file",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
_ANYTHING = "application/octet-stream"
_PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_NO_PAGE = "sandbox; default-src 'none'"


@dataclass(frozen=True, slots=True)
class Member:
    """A file within an archive; ``tag`` tells its content from any other, ``size`` is in bytes."""

    archive: ZipFile
    name: str
    size: int
    tag: str


def member(folder: Path, stored: StoredFile, name: str) -> Member | None:
    """Return a file of a stored bundle by the exact name that it has there, None where there is none.

    ``folder`` is that of the stored files. Raises Missing if the bundle is gone from the disk or is not what it was.
    """
    archive = _opened(folder, stored.sha256, stored.name)
    try:
        found = archive.getinfo(name)
    except KeyError:
        return None
    return Member(archive, name, found.file_size, f"{stored.sha256[:_BEGINNING]}-{found.CRC:08x}")


def answer(found: Member) -> Response:
    """Return the file as an answer with its media type, or 304 where the browser has it already."""
    media_type = _MEDIA_TYPES.get(PurePosixPath(found.name).suffix, _ANYTHING)
    policy = _PAGE if media_type.startswith("text/html") else _NO_PAGE
    response = Response(content_type=media_type)
    response.set_etag(found.tag, weak=True)
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Security-Policy"] = policy
    # Whole lists of persons are for those who look for somebody here; the rest stands on pages of its own.
    response.headers["X-Robots-Tag"] = "noindex"
    if not request.if_none_match.contains_weak(found.tag):
        if found.size > MOST_KEPT:
            fill(response, found)
        else:
            response.set_data(found.archive.read(found.name))
    response.make_conditional(request)
    return response


def fill(response: Response, found: Member) -> None:
    """Put the file into an answer, compressed as it lies in the archive for whoever takes it so."""
    response.vary.add("Accept-Encoding")
    entry = found.archive.getinfo(found.name)
    if entry.compress_type == ZIP_DEFLATED and request.accept_encodings.quality("gzip") > 0:
        response.headers["Content-Encoding"] = "gzip"
        response.set_data(_as_gzip(Path(str(found.archive.filename)), entry))
    else:
        response.set_data(found.archive.read(found.name))


def _as_gzip(archive: Path, entry: ZipInfo) -> bytes:
    """Return an entry of an archive as a gzip file (RFC 1952): the same compressed bytes within another frame."""
    with archive.open("rb") as file:
        file.seek(entry.header_offset)
        head = file.read(_HEAD_BYTES)
        file.seek(sum(struct.unpack_from("<HH", head, _LENGTHS_AT)), SEEK_CUR)
        compressed = file.read(entry.compress_size)
    return _GZIP_HEAD + compressed + struct.pack("<LL", entry.CRC, entry.file_size & 0xFFFFFFFF)


@lru_cache(_OPEN)
def _opened(folder: Path, sha256: str, name: str) -> ZipFile:
    content_of(folder, sha256=sha256, name=name)
    return ZipFile(path_of(folder, sha256))
