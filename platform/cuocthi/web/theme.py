"""A campaign's colour scheme, derived from its one accent colour.

The organisers choose a colour; what is set on the page are tints of its hue that keep the contrast of WCAG 2.2 AA
(4.5:1 for text) on every surface of the light and the dark page. Colours are worked on in OKLCH, whose lightness is
the eye's: hue stays, lightness moves until the contrast suffices, chroma yields where sRGB ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from cuocthi.web.colour import contrast, from_oklch, normalised, to_oklch

DEFAULT_ACCENT = "#0a5f66"

#: The surfaces of the stylesheet that the accent has to be read on; ``tokens`` in cuocthi.css, held equal by a test.
LIGHT_PAPER, LIGHT_CARD = "#fbfaf6", "#ffffff"
DARK_PAPER, DARK_CARD = "#10181b", "#182225"

_TEXT_CONTRAST = 4.5
_STRONG_CONTRAST = 7.0


@dataclass(frozen=True, slots=True)
class Tints:
    """The accent on one kind of page.

    ``accent`` is for links, filled buttons and marks; ``hover`` for the same under the pointer; ``on_accent`` is the
    text on both; ``ink`` is accent-coloured text on ``tint``, the faint surface; ``line`` is a border on it.
    """

    accent: str
    hover: str
    on_accent: str
    ink: str
    tint: str
    line: str


@lru_cache(maxsize=64)
def light_tints(accent: str) -> Tints:
    """Derive the tints for the light page from one colour; raises ``ValueError`` when it is none."""
    lightness, chroma, hue = to_oklch(normalised(accent))
    tint = from_oklch(0.955, min(chroma, 0.09) * 0.22, hue)
    base = _adjusted(
        min(lightness, 0.62), chroma, hue, on=(LIGHT_PAPER, LIGHT_CARD, tint), wanted=_TEXT_CONTRAST, direction=-1
    )
    return Tints(
        accent=base,
        hover=_shifted(base, -0.06),
        on_accent=LIGHT_CARD,
        ink=_adjusted(0.38, min(chroma, 0.11), hue, on=(tint,), wanted=_STRONG_CONTRAST, direction=-1),
        tint=tint,
        line=from_oklch(0.84, min(chroma, 0.12) * 0.5, hue),
    )


@lru_cache(maxsize=64)
def dark_tints(accent: str) -> Tints:
    """Derive the tints for the dark page from one colour; raises ``ValueError`` when it is none."""
    _, chroma, hue = to_oklch(normalised(accent))
    tint = from_oklch(0.285, min(chroma, 0.06) * 0.6, hue)
    base = _adjusted(0.78, min(chroma, 0.13), hue, on=(DARK_PAPER, DARK_CARD, tint), wanted=_TEXT_CONTRAST, direction=1)
    return Tints(
        accent=base,
        hover=_shifted(base, 0.05),
        on_accent=_adjusted(0.24, min(chroma, 0.04), hue, on=(base,), wanted=_TEXT_CONTRAST, direction=-1),
        ink=_adjusted(0.9, min(chroma, 0.06), hue, on=(tint,), wanted=_STRONG_CONTRAST, direction=1),
        tint=tint,
        line=from_oklch(0.42, min(chroma, 0.08) * 0.7, hue),
    )


def theme_css(accent: str) -> str:
    """Return the custom properties that give a page the colour; raises ``ValueError`` when it is none."""
    light, dark = _properties(light_tints(accent)), _properties(dark_tints(accent))
    return (
        f":root{{{light}}}\n"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}\n"
        f":root[data-theme=dark]{{{dark}}}\n"
    )


def _properties(tints: Tints) -> str:
    values = {
        "accent": tints.accent,
        "accent-hover": tints.hover,
        "on-accent": tints.on_accent,
        "accent-ink": tints.ink,
        "accent-tint": tints.tint,
        "accent-line": tints.line,
    }
    return ";".join(f"--{name}:{value}" for name, value in values.items())


def _adjusted(
    lightness: float, chroma: float, hue: float, *, on: tuple[str, ...], wanted: float, direction: int
) -> str:
    """Darken (-1) or lighten (1) a colour until it reads on every surface."""
    while True:
        colour = from_oklch(lightness, chroma, hue)
        if min(contrast(colour, surface) for surface in on) >= wanted or not 0 < lightness < 1:
            return colour
        lightness += 0.01 * direction


def _shifted(colour: str, by: float) -> str:
    lightness, chroma, hue = to_oklch(colour)
    return from_oklch(min(max(lightness + by, 0.0), 1.0), chroma, hue)
