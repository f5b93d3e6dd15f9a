"""Single files of a stored bundle: found in the archive by their exact name, sent as what they are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from zipfile import ZipFile

from flask import Response, request

from cuocthi.files.domain import content_of, path_of

if TYPE_CHECKING:
    from pathlib import Path

    from cuocthi.files.models import StoredFile

#: Files of more bytes than this are not kept in memory: they would drive hundreds of pages out of it.
MOST_KEPT = 512 * 1024
#: So many archives of a process stay open; reading the table of contents of a long one takes longer than a file in it.
_OPEN = 8
_BEGINNING = 16

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
        response.set_data(found.archive.read(found.name))
    response.make_conditional(request)
    return response


@lru_cache(_OPEN)
def _opened(folder: Path, sha256: str, name: str) -> ZipFile:
    content_of(folder, sha256=sha256, name=name)
    return ZipFile(path_of(folder, sha256))
