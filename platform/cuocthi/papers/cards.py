"""Pictures that stand for an address where it is shared: 1200 by 630 pixels, drawn here, kept by what is on them."""

from __future__ import annotations

import os
import tempfile
from dataclasses import asdict, dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from threading import Lock

from cuocthi.digest import digest
from cuocthi.papers.typesetting import typeset
from cuocthi.web.theme import LIGHT_PAPER, light_tints

WIDTH, HEIGHT = 1200, 630
#: At so many pixels to an inch a point of the template is a pixel.
_PER_INCH = 72
_TEMPLATE = Path(__file__).with_name("card.typ")
#: Characters of the digest that tell one picture from another in an address.
_NAME = 20
#: So many pictures a process keeps, of some 60 kB each.
_KEPT = 32
_DRAWING = Lock()


@dataclass(frozen=True, slots=True)
class Card:
    """What is on a picture: a title, whose it is, and either figures or a line at its foot, or both.

    ``accent`` is the colour of the campaign, ``language`` that of all texts; ``facts`` are figures with what they
    count, four at the most. Long texts are set smaller.
    """

    title: str
    host: str
    accent: str
    language: str
    parent: str = ""
    eyebrow: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    foot: str = ""

    @property
    def name(self) -> str:
        """What tells this picture from any other, also from the same one as it was drawn by an earlier version."""
        return digest({**asdict(self), "template": _template_digest()})[:_NAME]

    @property
    def words(self) -> str:
        """What the picture says, for whoever does not see it."""
        facts = ", ".join(f"{value} {label}" for value, label in self.facts)
        return " · ".join(part for part in (self.host, self.title, self.eyebrow, facts, self.foot) if part)


@lru_cache(_KEPT)
def draw(card: Card) -> bytes:
    """Return the picture as PNG; the same card gives the same bytes. It takes some seconds of another process."""
    tints = light_tints(card.accent)
    colours = {"accent": tints.accent, "ink": tints.ink, "paper": LIGHT_PAPER}
    data = {**asdict(card), **colours}
    return typeset(_TEMPLATE.read_text("utf-8"), data, form="png", per_inch=_PER_INCH, few_colours=True)


def picture(folder: Path, card: Card) -> bytes:
    """Return the picture, drawn once and then kept as a file in ``folder``, which is made where it is missing."""
    path = folder / f"{card.name}.png"
    # One at a time: whoever waits finds it drawn.
    with _DRAWING:
        if not path.is_file():
            _keep(path, draw(card))
    return path.read_bytes()


def _keep(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
        file.write(content)
    os.replace(file.name, path)  # noqa: PTH105 - the same in one word


@lru_cache(1)
def _template_digest() -> str:
    return sha256(_TEMPLATE.read_bytes()).hexdigest()
