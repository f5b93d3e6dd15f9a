"""The rules of the tree: what would contradict itself, whoever or whatever list brings it about.

The rules look at codes, names and days only, so that a change can be judged before anything is written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cuocthi.text import TN, T, Text

#: The chain of keys of a unit stands in one column of bounded length.
MAX_DEPTH = 30
#: How many of the units that stand in the way are named.
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Place:
    """Where a unit stands in the tree and in time; ``parent`` and ``successor`` are codes, or empty.

    ``valid_from`` is its first day, ``valid_to`` the first day on which it is no more.
    """

    name: str
    parent: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str = ""

    def outlives(self, day: date) -> bool:
        """Tell whether the unit is still there on ``day``."""
        return self.valid_to is None or self.valid_to > day


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What is wrong with one unit, and in which column of a list."""

    code: str
    column: str
    text: Text


def contradictions(tree: Mapping[str, Place], codes: Iterable[str]) -> Iterator[Contradiction]:
    """Yield what is wrong with the units ``codes`` of a tree, in their order. Time grows with the tree, not faster."""
    looked_at = list(codes)
    parents = {code: place.parent for code, place in tree.items()}
    circular = _circular(parents)
    returning = _circular({code: place.successor for code, place in tree.items()})
    deep = _too_deep(parents, circular)
    below = _left_below(tree, set(looked_at))
    for code in looked_at:
        place = tree[code]
        if code in circular:
            yield Contradiction(code, "parent", T("unit “%(code)s” lies below itself", code=code))
        elif code in deep:
            text = T("unit “%(code)s” lies deeper than %(most)s levels", code=code, most=MAX_DEPTH)
            yield Contradiction(code, "parent", text)
        yield from _about_parent(tree, code, place)
        yield from _about_days(code, place, below.get(code, []))
        if code in returning:
            yield Contradiction(code, "successor", T("unit “%(code)s” would succeed itself", code=code))
        yield from _about_successor(tree, code, place)


def _about_parent(tree: Mapping[str, Place], code: str, place: Place) -> Iterator[Contradiction]:
    if not place.parent:
        return
    parent = tree.get(place.parent)
    if parent is None:
        text = T("unit “%(code)s”: its parent “%(parent)s” is not in the list", code=code, parent=place.parent)
        yield Contradiction(code, "parent", text)
    elif parent.valid_to is not None and place.outlives(parent.valid_to):
        text = T(
            "“%(name)s” would lie below “%(parent)s”, which ends on %(day)s",
            name=place.name,
            parent=parent.name,
            day=_written(parent.valid_to),
        )
        yield Contradiction(code, "parent", text)


def _about_days(code: str, place: Place, below: Sequence[str]) -> Iterator[Contradiction]:
    if place.valid_to is None:
        return
    if place.valid_from is not None and place.valid_from >= place.valid_to:
        yield Contradiction(code, "valid_to", T("“%(name)s” would end before it begins", name=place.name))
    if below:
        text = TN(
            "“%(name)s” cannot end: %(count)s unit still lies below it (%(named)s)",
            "“%(name)s” cannot end: %(count)s units still lie below it (%(named)s)",
            len(below),
            name=place.name,
            named=", ".join(below[:_NAMED]) + (", …" if len(below) > _NAMED else ""),
        )
        yield Contradiction(code, "valid_to", text)


def _about_successor(tree: Mapping[str, Place], code: str, place: Place) -> Iterator[Contradiction]:
    if not place.successor:
        return
    successor = tree.get(place.successor)
    if successor is None:
        text = T("unit “%(code)s”: its successor “%(successor)s” does not exist", code=code, successor=place.successor)
        yield Contradiction(code, "successor", text)
    elif place.valid_to is None:
        text = T("“%(name)s” has a successor but no last day", name=place.name)
        yield Contradiction(code, "valid_to", text)
    elif not successor.outlives(place.valid_to) and successor.valid_to != place.valid_to:
        text = T(
            "“%(successor)s” has ended before “%(name)s” and cannot succeed it",
            successor=successor.name,
            name=place.name,
        )
        yield Contradiction(code, "successor", text)
    elif successor.valid_from is not None and successor.valid_from > place.valid_to:
        text = T(
            "“%(successor)s” begins after the end of “%(name)s”; nobody would stand for it between",
            successor=successor.name,
            name=place.name,
        )
        yield Contradiction(code, "successor", text)


def _left_below(tree: Mapping[str, Place], looked_at: set[str]) -> Mapping[str, list[str]]:
    """Name, by parent, the units that outlive it; those that are looked at themselves say so in their own words."""
    found = defaultdict[str, list[str]](list)
    for code, place in tree.items():
        parent = tree.get(place.parent)
        if code in looked_at or parent is None or parent.valid_to is None:
            continue
        if place.outlives(parent.valid_to):
            found[place.parent].append(place.name)
    return found


def _circular(following: Mapping[str, str]) -> set[str]:
    """Return the codes that are reached again by following; each code is visited once."""
    found: set[str] = set()
    begun: dict[str, str] = {}
    for start in following:
        walk: list[str] = []
        code = start
        while code in following and code not in begun:
            begun[code] = start
            walk.append(code)
            code = following[code]
        if begun.get(code) == start and code in walk:
            found.update(walk[walk.index(code) :])
    return found


def _too_deep(parents: Mapping[str, str], circular: set[str]) -> set[str]:
    depths: dict[str, int] = dict.fromkeys(circular, 0)
    for start in parents:
        walk: list[str] = []
        code = start
        while code in parents and code not in depths:
            walk.append(code)
            code = parents[code]
        depth = depths.get(code, 0)
        for step in reversed(walk):
            depth += 1
            depths[step] = depth
    return {code for code, depth in depths.items() if depth > MAX_DEPTH}


def _written(day: date) -> str:
    return f"{day:%d/%m/%Y}"
