"""Unpacking archives that somebody sends, within bounds. Nothing that an archive says of itself is believed."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from enum import StrEnum

#: Other methods ask for dictionaries of any size before the first byte comes out.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
)


class Fault(StrEnum):
    """Why an archive is not unpacked: damaged or locked, too many parts, or too large."""

    UNREADABLE = "unreadable"
    PARTS = "parts"
    SIZE = "size"


class NotUnpacked(Exception):
    """An archive is not unpacked any further; ``fault`` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def unpacked(raw: bytes, *, most_parts: int, most_bytes: int) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the content of each file in a ZIP archive, one after the other, in its order.

    Names have strokes between folders, whatever wrote them. Raises NotUnpacked before anything is unpacked for more
    than ``most_parts`` files and folders, for a size beyond ``most_bytes`` that the archive itself tells, for other
    methods than plain and deflated, for a name that is there twice or leads out of the archive; and while it is
    unpacked as soon as more than ``most_bytes`` have come out, or something is damaged or locked. Archives within an
    archive stay packed.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            entries = archive.infolist()
            _check(entries, most_parts, most_bytes)
            left = most_bytes
            for entry in entries:
                if entry.is_dir():
                    continue
                with archive.open(entry) as part:
                    content = part.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise NotUnpacked(Fault.SIZE)
                yield _name(entry), content
    except _DAMAGED as error:
        raise NotUnpacked(Fault.UNREADABLE) from error


def _check(entries: list[zipfile.ZipInfo], most_parts: int, most_bytes: int) -> None:
    if len(entries) > most_parts:
        raise NotUnpacked(Fault.PARTS)
    if sum(entry.file_size for entry in entries) > most_bytes:
        raise NotUnpacked(Fault.SIZE)
    names = [_name(entry) for entry in entries]
    if len(set(names)) < len(names) or any(".." in name.split("/") for name in names):
        raise NotUnpacked(Fault.UNREADABLE)
    if any(entry.compress_type not in _METHODS for entry in entries):
        raise NotUnpacked(Fault.UNREADABLE)


def _name(entry: zipfile.ZipInfo) -> str:
    return entry.filename.replace("\\", "/").lstrip("/")
