"""Pictures of few colours made small: a PNG of 32 bits a pixel written anew with a palette (ISO/IEC 15948)."""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEAD = struct.Struct(">IIBBBBB")
_RGBA = (8, 6, 0, 0, 0)
_PALETTE = (8, 3, 0, 0, 0)
_PIXEL = 4
_MOST = 256
_SUB, _UP, _AVERAGE, _PAETH = 1, 2, 3, 4


def with_palette(picture: bytes) -> bytes:
    """Return a picture with the 256 colours that it has most of, every other one as the nearest of these.

    Raises ValueError for anything but a PNG of eight bits for red, green, blue and alpha, not interlaced; what it says
    of transparency is left out.
    """
    parts = _parts(picture)
    width, height, *form = _HEAD.unpack(parts[b"IHDR"])
    if tuple(form) != _RGBA:
        msg = f"not a picture of 32 bits a pixel: {form}"
        raise ValueError(msg)
    pixels = memoryview(b"".join(_rows(zlib.decompress(parts[b"IDAT"]), width * _PIXEL))).cast("I").tolist()
    places, palette = _palette(Counter(pixels))
    flat = bytes(map(places.__getitem__, pixels))
    rows = b"".join(b"\0" + flat[start : start + width] for start in range(0, width * height, width))
    head = _HEAD.pack(width, height, *_PALETTE)
    made = {b"IHDR": head, b"PLTE": palette, b"IDAT": zlib.compress(rows, 9), b"IEND": b""}
    return _SIGNATURE + b"".join(_part(kind, content) for kind, content in made.items())


def _parts(picture: bytes) -> dict[bytes, bytes]:
    """Return the content of each kind of part of a file."""
    if not picture.startswith(_SIGNATURE):
        msg = "not a PNG"
        raise ValueError(msg)
    found: dict[bytes, bytes] = {}
    at = len(_SIGNATURE)
    while at < len(picture):
        length, kind = struct.unpack_from(">I4s", picture, at)
        found[kind] = found.get(kind, b"") + picture[at + 8 : at + 8 + length]
        at += length + 12
    return found


def _part(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _rows(packed: bytes, length: int) -> Iterator[bytes]:
    """Yield the bytes of each row, which are written as differences from what stands left of and above them."""
    above = bytearray(length)
    for start in range(0, len(packed), length + 1):
        kind, row = packed[start], bytearray(packed[start + 1 : start + 1 + length])
        if kind == _SUB:
            for at in range(_PIXEL, length):
                row[at] = (row[at] + row[at - _PIXEL]) & 255
        elif kind == _UP:
            row = bytearray((value + other) & 255 for value, other in zip(row, above, strict=True))
        elif kind == _AVERAGE:
            for at in range(length):
                left = row[at - _PIXEL] if at >= _PIXEL else 0
                row[at] = (row[at] + (left + above[at]) // 2) & 255
        elif kind == _PAETH:
            _undo_paeth(row, above)
        yield bytes(row)
        above = row


def _undo_paeth(row: bytearray, above: bytearray) -> None:
    for at in range(_PIXEL):
        row[at] = (row[at] + above[at]) & 255
    for at in range(_PIXEL, len(row)):
        left, up, corner = row[at - _PIXEL], above[at], above[at - _PIXEL]
        to_left, to_up, to_corner = abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)
        if to_left <= to_up and to_left <= to_corner:
            nearest = left
        elif to_up <= to_corner:
            nearest = up
        else:
            nearest = corner
        row[at] = (row[at] + nearest) & 255


def _palette(counted: Counter[int]) -> tuple[dict[int, int], bytes]:
    """Return for each colour its place in the palette, and the palette."""
    colours = {value: value.to_bytes(_PIXEL, "little")[:3] for value in counted}
    chosen = list(dict.fromkeys(colours[value] for value, _ in counted.most_common(_MOST)))

    def nearest(colour: bytes) -> int:
        distances = [sum((one - other) ** 2 for one, other in zip(colour, kept, strict=True)) for kept in chosen]
        return distances.index(min(distances))

    known = {colour: place for place, colour in enumerate(chosen)}
    places = {value: known[colour] if colour in known else nearest(colour) for value, colour in colours.items()}
    return places, b"".join(chosen)
