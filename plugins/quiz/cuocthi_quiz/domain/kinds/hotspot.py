"""Pointing at a place in a picture, each place by its name too, so that it can be chosen without seeing or pointing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cuocthi.text import T
from cuocthi_quiz.domain.kinds.base import Json, Kind, Shape
from cuocthi_quiz.domain.kinds.choice import SingleChoice, text_problems
from cuocthi_quiz.models import MAX_OPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cuocthi.text import Text

#: Places are measured in thousandths of the picture's width and height.
_WHOLE = 1000


@dataclass(frozen=True, slots=True)
class Region:
    """A named rectangle of the picture, in thousandths of its width and height, and whether pointing at it is right."""

    name: str
    x: int
    y: int
    width: int
    height: int
    right: bool = False


@dataclass(frozen=True, slots=True)
class Hotspot:
    """A picture of the bank, what it shows in words, and its regions."""

    picture: str
    alternative: str
    regions: tuple[Region, ...]


class HotspotKind(Kind[Hotspot]):
    """One region of a picture is to be chosen; where several are right, any of them is."""

    body = Hotspot
    _choice = SingleChoice()

    def problems(self, body: Hotspot) -> Iterator[Text]:
        """Yield what is wrong with picture and regions."""
        if not body.picture:
            yield T("the picture is missing")
        if not body.alternative:
            yield T("the picture needs a description for those who cannot see it")
        if not 2 <= len(body.regions) <= MAX_OPTIONS:  # noqa: PLR2004 - a choice needs two
            yield T("a picture has 2 to %(most)s regions, not %(count)s", most=MAX_OPTIONS, count=len(body.regions))
        yield from text_problems([region.name for region in body.regions])
        for region in body.regions:
            if not _lies_inside(region):
                yield T("the region “%(name)s” does not lie inside the picture", name=region.name)
        if not any(region.right for region in body.regions):
            yield T("no region is marked as right")

    def texts(self, body: Hotspot) -> Iterator[str]:
        """Yield the description and the names of the regions."""
        yield body.alternative
        yield from (region.name for region in body.regions)

    def shape(self, body: Hotspot) -> Shape:
        """Return the number of regions, which stay where they are."""
        return Shape(len(body.regions))

    def stored(self, body: Hotspot) -> tuple[Json, Json]:
        """Return the picture with its regions, and the places of those that are right."""
        content = {
            "picture": body.picture,
            "alternative": body.alternative,
            "options": [region.name for region in body.regions],
            "regions": [[region.x, region.y, region.width, region.height] for region in body.regions],
        }
        return content, {"right": [place for place, region in enumerate(body.regions) if region.right]}

    def read(self, content: Json, key: Json) -> Hotspot:
        """Return the picture with its regions."""
        named = enumerate(zip(content["options"], content["regions"], strict=True))
        regions = tuple(
            Region(name, x, y, width, height, at in key["right"]) for at, (name, (x, y, width, height)) in named
        )
        return Hotspot(content["picture"], content["alternative"], regions)

    def points(self, content: Json, key: Json, response: str) -> int:
        """Return everything for any region that is right."""
        return self._choice.points(content, key, response)

    def right(self, content: Json, key: Json) -> str:
        """Return the first region that is right."""
        return self._choice.right(content, key)

    def key_for(self, content: Json, key: Json, response: str) -> Json:
        """Return that the regions chosen are right."""
        return self._choice.key_for(content, key, response)

    def mistake(self, content: Json, key: Json, pick: float) -> str:
        """Return a region that is not right."""
        return self._choice.mistake(content, key, pick)

    def words(self, content: Json, response: str) -> list[str]:
        """Return the name of the region."""
        return self._choice.words(content, response)


def _lies_inside(region: Region) -> bool:
    across = region.x >= 0 and region.width > 0 and region.x + region.width <= _WHOLE
    return across and region.y >= 0 and region.height > 0 and region.y + region.height <= _WHOLE
