"""The two colours of a portal on the page that it frames: its accent, on its ground, only where they can be read."""

from __future__ import annotations

from dataclasses import dataclass

from cuocthi.web.colour import contrast, normalised
from cuocthi.web.theme import LIGHT_PAPER, light_tints

#: WCAG 2.2 AA, of text on its ground.
LEAST_CONTRAST = 4.5
#: The inks of the light and of the dark page; where neither can be read on a ground, black or white can.
_INKS = ("#16232b", "#e9eef0", "#000000", "#ffffff")


@dataclass(frozen=True, slots=True)
class Colours:
    """Two colours of the form ``#rrggbb`` that can be read on one another."""

    accent: str
    ground: str

    @property
    def name(self) -> str:
        """How they stand in an address."""
        return f"{self.accent[1:]}-{self.ground[1:]}"

    @property
    def ink(self) -> str:
        """The colour of text: the first ink that can be read on the ground."""
        return next(ink for ink in _INKS if contrast(ink, self.ground) >= LEAST_CONTRAST)


def colours(accent: str, ground: str, *, campaign: str) -> Colours | None:
    """Return the colours that a portal asks for, with or without ``#``; one that it leaves out is the campaign's.

    ``campaign`` is the campaign's own colour. Returns None where there is none, one is no colour, or one cannot be read
    on the other.
    """
    if not accent.strip() and not ground.strip():
        return None
    try:
        chosen = Colours(
            _colour(accent) if accent.strip() else light_tints(campaign).accent,
            _colour(ground) if ground.strip() else LIGHT_PAPER,
        )
    except ValueError:
        return None
    return chosen if contrast(chosen.accent, chosen.ground) >= LEAST_CONTRAST else None


def stylesheet(chosen: Colours) -> str:
    """Return the custom properties that give the framed page these colours, by day and by night."""
    same = (
        (chosen.ground, ("paper", "card", "sunk", "on-accent", "accent-tint")),
        (chosen.accent, ("accent", "accent-hover", "accent-ink", "warm")),
        (chosen.ink, ("ink", "soft", "edge")),
        (f"{chosen.ink}40", ("line", "accent-line")),
    )
    values = ";".join(f"--{name}:{value}" for value, names in same for name in names)
    return f":root[data-theme=light]{{{values}}}\n"


def _colour(text: str) -> str:
    return normalised(f"#{text.strip().removeprefix('#')}")
