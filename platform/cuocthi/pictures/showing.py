"""Texts as HTML with the pictures that they name: ``![](picture:key)``, in the size that the reader's screen needs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from cuocthi.pictures.models import MAX_KEY
from cuocthi.rules.markdown import PICTURE, to_html

if TYPE_CHECKING:
    from cuocthi.pictures.models import Picture

_NAMED = re.compile(rf"!\[[^\]]*\]\(\s*<?{PICTURE}([a-z0-9-]{{1,{MAX_KEY}}})")
_IMAGE = re.compile(rf'<img src="{PICTURE}([^"]*)" alt="([^"]*)">')
#: How wide a text is where there is room for more.
_SIZES = "(max-width: 46rem) 100vw, 44rem"


@dataclass(frozen=True, slots=True)
class Source:
    """A picture in one size, in pixels, and where it is."""

    url: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture as a page shows it: what it shows in words, and its files, the smallest first."""

    alt: str
    sources: Sequence[Source]


def named_in(texts: Iterable[str]) -> set[str]:
    """Return the keys of the pictures that Markdown texts show."""
    return {key for text in texts for key in _NAMED.findall(text)}


def shown(found: Mapping[str, Picture], address: Callable[[str], str]) -> dict[str, Shown]:
    """Return pictures by their keys as a page shows them; ``address`` leads to a file by its name."""
    return {
        key: Shown(picture.alt, [Source(address(file.name), file.width, file.height) for file in picture.files])
        for key, picture in found.items()
    }


def html_with(text: str, found: Mapping[str, Shown]) -> Markup:
    """Return Markdown as clean HTML with its pictures; one that is not there is said in its words."""
    html = to_html(text, pictures=True)
    return Markup(_IMAGE.sub(lambda match: _image(match[1], match[2], found), html))  # noqa: S704 - cleaned, and escaped below


def _image(key: str, words: str, found: Mapping[str, Shown]) -> str:
    picture = found.get(key)
    if picture is None:
        return words
    largest = picture.sources[-1]
    several = ", ".join(f"{escape(source.url)} {source.width}w" for source in picture.sources)
    responsive = f' srcset="{several}" sizes="{_SIZES}"' if len(picture.sources) > 1 else ""
    return (
        f'<img src="{escape(largest.url)}"{responsive} alt="{words or escape(picture.alt)}" '
        f'width="{largest.width}" height="{largest.height}" loading="lazy" decoding="async">'
    )
