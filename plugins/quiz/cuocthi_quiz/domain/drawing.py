"""Drawing a paper: which questions, in which order, with which order of options. Pure and reproducible.

Everything follows from one seed, and from keys instead of rows' ids: whoever knows the campaign's draw key can draw
every paper again, in whatever order the bank was filled.
"""

from __future__ import annotations

import hashlib
import hmac
import random
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from cuocthi_quiz.domain.responses import BITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cuocthi_quiz.models import Difficulty
    from cuocthi_quiz.settings import BlueprintRow

Thing = TypeVar("Thing")

_MASK = (1 << BITS) - 1


@dataclass(frozen=True, slots=True)
class Candidate:
    """An approved revision as far as drawing needs it."""

    revision_id: int
    key: str
    topic: str
    difficulty: Difficulty
    option_count: int
    shuffled: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    """A question of a paper: the revision, and the author's places of its options in the order shown."""

    revision_id: int
    order: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shortage:
    """A row of the blueprint that the bank cannot fill, and how many questions it has for it."""

    row: BlueprintRow
    available: int


def seed(draw_key: str, *, round_key: str, contest_number: str, attempt: int) -> bytes:
    """Return the seed of one person's paper: an HMAC under the campaign's secret."""
    message = f"quiz:{round_key}:{contest_number}:{attempt}"
    return hmac.digest(draw_key.encode(), message.encode(), hashlib.sha256)


def shortages(blueprint: Iterable[BlueprintRow], candidates: Iterable[Candidate]) -> list[Shortage]:
    """Return the rows of the blueprint for which there are too few candidates."""
    cells = _by_cell(candidates)
    rows = [Shortage(row, len(cells[row.topic, row.difficulty])) for row in blueprint]
    return [found for found in rows if found.available < found.row.number]


def draw(blueprint: Sequence[BlueprintRow], candidates: Iterable[Candidate], seed_: bytes) -> list[Drawn]:
    """Return a paper in the order in which it is shown.

    Options that are not shuffled keep their order. Raises ValueError if the bank cannot fill the blueprint.
    """
    cells = _by_cell(candidates)
    chance = random.Random(int.from_bytes(seed_))  # noqa: S311 - the seed is secret and the draw must be repeatable
    chosen: list[Candidate] = []
    for row in blueprint:
        cell = sorted(cells[row.topic, row.difficulty], key=lambda candidate: candidate.key)
        if len(cell) < row.number:
            msg = f"the bank has {len(cell)} of {row.number} questions for {row.topic}/{row.difficulty}"
            raise ValueError(msg)
        chosen += _shuffled(cell, chance, row.number)
    return [Drawn(candidate.revision_id, _order(candidate, chance)) for candidate in _shuffled(chosen, chance)]


def _by_cell(candidates: Iterable[Candidate]) -> defaultdict[tuple[str, Difficulty], list[Candidate]]:
    cells: defaultdict[tuple[str, Difficulty], list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        cells[candidate.topic, candidate.difficulty].append(candidate)
    return cells


def _order(candidate: Candidate, chance: random.Random) -> tuple[int, ...]:
    places = range(candidate.option_count)
    return tuple(_shuffled(places, chance)) if candidate.shuffled else tuple(places)


def _shuffled(things: Sequence[Thing], chance: random.Random, count: int | None = None) -> list[Thing]:
    """Return ``count`` things (default: all) in random order.

    Only ``random()`` is promised to give the same numbers in every version of Python, so the shuffle is our own.
    """
    pool = list(things)
    for place in range(len(pool) if count is None else count):
        other = place + int(chance.random() * (len(pool) - place))
        pool[place], pool[other] = pool[other], pool[place]
    return pool[:count]


def pack(order: Sequence[int]) -> int:
    """Return an order of options as one number, four bits for each place."""
    return sum(place << BITS * shown for shown, place in enumerate(order))


def unpack(packed: int, count: int) -> tuple[int, ...]:
    """Return the order of ``count`` options that :func:`pack` made a number of."""
    return tuple(packed >> BITS * shown & _MASK for shown in range(count))
