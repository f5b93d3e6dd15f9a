"""Reading the modules of a QR symbol from a picture, without anything but the standard library."""

from __future__ import annotations

import struct
import zlib

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
#: Channels by the colour type of a PNG.
_CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}
_DARK = 128

#: Lines of pixels; whether each is dark.
Picture = list[list[bool]]


def picture_of(png: bytes) -> Picture:
    """Decode a PNG of eight bits a channel, not interlaced."""
    assert png.startswith(_SIGNATURE)
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", png[16:29])
    assert (depth, interlaced) == (8, 0)
    channels = _CHANNELS[colour]
    data, at = b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += 12 + length
    raw, stride, before = zlib.decompress(data), width * channels, bytearray(width * channels)
    lines: Picture = []
    for row in range(height):
        start = row * (stride + 1)
        line = _unfiltered(raw[start], bytearray(raw[start + 1 : start + 1 + stride]), before, channels)
        lines.append([line[x * channels] < _DARK for x in range(width)])
        before = line
    return lines


def _unfiltered(kind: int, line: bytearray, above: bytearray, channels: int) -> bytearray:
    for at in range(len(line)):
        left = line[at - channels] if at >= channels else 0
        up, corner = above[at], above[at - channels] if at >= channels else 0
        guess = (0, left, up, (left + up) // 2, _nearest(left, up, corner))[kind]
        line[at] = (line[at] + guess) & 0xFF
    return line


def _nearest(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    return min((left, up, corner), key=lambda one: abs(guess - one))


def modules_of(picture: Picture, size: int) -> list[list[bool]]:
    """Return the ``size`` by ``size`` modules of the one QR symbol in a picture, found by its three corners."""
    corners = _corners(picture)
    assert len(corners) == 3, corners
    left, right = min(x for x, _ in corners), max(x for x, _ in corners)
    top, bottom = min(y for _, y in corners), max(y for _, y in corners)
    # The middles of the corners lie three and a half modules from the edges.
    across, down = (right - left) / (size - 7), (bottom - top) / (size - 7)
    return [
        [picture[round(top + (row - 3) * down)][round(left + (column - 3) * across)] for column in range(size)]
        for row in range(size)
    ]


def _corners(picture: Picture) -> list[tuple[float, float]]:
    """Return the middles of what looks like 1:1:3:1:1 both across and down; many lines of one are one."""
    found: list[tuple[float, float]] = []
    columns = list(zip(*picture, strict=True))
    for y, line in enumerate(picture):
        for middle, module in _likely(line):
            x = round(middle)
            downward = [(at, unit) for at, unit in _likely(columns[x]) if abs(at - y) < unit]
            if any(abs(unit - module) < module / 4 for _, unit in downward):
                spot = (middle, downward[0][0])
                if all(abs(spot[0] - a) + abs(spot[1] - b) > module for a, b in found):
                    found.append(spot)
    return found


def _likely(line: list[bool] | tuple[bool, ...]) -> list[tuple[float, float]]:
    """Return middle and module of every 1:1:3:1:1 of dark and light in a line."""
    edges = [0, *(at for at in range(1, len(line)) if line[at] != line[at - 1]), len(line)]
    found: list[tuple[float, float]] = []
    for first in range(len(edges) - 5):
        runs = [edges[first + n + 1] - edges[first + n] for n in range(5)]
        module = sum(runs) / 7
        fits = all(abs(run - module * ideal) <= module / 2 for run, ideal in zip(runs, (1, 1, 3, 1, 1), strict=True))
        if line[edges[first]] and module > 1 and fits:
            found.append(((edges[first + 2] + edges[first + 3] - 1) / 2, module))
    return found
