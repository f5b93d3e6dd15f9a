"""Arithmetic with colours: contrast after WCAG 2.2, and OKLCH, whose lightness is the eye's."""

from __future__ import annotations

import math
import re

_HEX = re.compile(r"#[0-9a-f]{6}", re.ASCII)

#: Where the linear foot of sRGB's transfer curve ends, encoded and linear (IEC 61966-2-1).
_FOOT_ENCODED, _FOOT_LINEAR = 0.04045, 0.0031308
#: How far a channel may lie outside sRGB before the colour counts as outside; less than half a step of 255.
_TOLERANCE = 0.0005
_CHROMA_STEP = 0.004


def normalised(accent: str) -> str:
    """Return a colour as ``#rrggbb`` in lower case; raises ``ValueError`` when it is none."""
    colour = accent.strip().lower()
    if not _HEX.fullmatch(colour):
        msg = f"not a colour of the form #rrggbb: {accent!r}"
        raise ValueError(msg)
    return colour


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two ``#rrggbb`` colours after WCAG 2.2, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _linear(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return _decoded(red), _decoded(green), _decoded(blue)


def _decoded(value: float) -> float:
    return value / 12.92 if value <= _FOOT_ENCODED else float(((value + 0.055) / 1.055) ** 2.4)


def _encoded(value: float) -> float:
    return value * 12.92 if value <= _FOOT_LINEAR else float(1.055 * value ** (1 / 2.4) - 0.055)


def _luminance(colour: str) -> float:
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def to_oklch(colour: str) -> tuple[float, float, float]:
    """Return lightness (0 to 1), chroma and hue (radians) of an sRGB colour, after Björn Ottosson's OKLab."""
    r, g, b = _linear(colour)
    long = math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    middle = math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    short = math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    lightness = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    green_red = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    blue_yellow = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return lightness, math.hypot(green_red, blue_yellow), math.atan2(blue_yellow, green_red)


def from_oklch(lightness: float, chroma: float, hue: float) -> str:
    """Return the nearest sRGB colour of that lightness and hue; chroma is lowered until it exists."""
    while True:
        channels = _channels(lightness, chroma, hue)
        if chroma <= 0 or all(-_TOLERANCE <= channel <= 1 + _TOLERANCE for channel in channels):
            return "#" + "".join(f"{round(_encoded(min(max(c, 0.0), 1.0)) * 255):02x}" for c in channels)
        chroma = max(chroma - _CHROMA_STEP, 0.0)


def _channels(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    green_red, blue_yellow = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * green_red + 0.2158037573 * blue_yellow) ** 3
    middle = (lightness - 0.1055613458 * green_red - 0.0638541728 * blue_yellow) ** 3
    short = (lightness - 0.0894841775 * green_red - 1.2914855480 * blue_yellow) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
