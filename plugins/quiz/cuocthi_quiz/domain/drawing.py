"""Drawing a paper: which questions, in which order, with which order of options. Pure and reproducible.

Everything follows from one seed, and from keys instead of rows' ids: whoever knows the campaign's draw key can draw
every paper again, in whatever order the bank was filled.

What is drawn are units: single questions, and groups as a whole. Each row of the blueprint in its turn takes, of the
units that fit it and are not on the paper yet, each with the same chance, as far as the rows after it can still be
filled (``domain/matching.py``).
"""

from __future__ import annotations

import hashlib
import hmac
import random
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from cuocthi_quiz.domain.matching import Fit, lacks, suffices
from cuocthi_quiz.domain.responses import BITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cuocthi_quiz.models import Difficulty
    from cuocthi_quiz.settings import BlueprintRow

Thing = TypeVar("Thing")

_MASK = (1 << BITS) - 1
#: Four options have 24 orders, six have 720.
_ORDERS_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class Membership:
    """That a question belongs to one wording of a group of so many, and its place there."""

    key: str
    place: int
    size: int
    wording: int = 1


@dataclass(frozen=True, slots=True)
class Candidate:
    """An approved revision as far as drawing needs it."""

    revision_id: int
    key: str
    topic: str
    difficulty: Difficulty
    option_count: int
    shuffled: bool
    tags: frozenset[str] = frozenset()
    division: str = ""
    group: Membership | None = None


def candidate(row: Sequence[Any]) -> Candidate:
    """Return a candidate from a row of the bank (``queries/bank.py``)."""
    *facts, tags, division, group, place, size, wording = row
    member = None if group is None else Membership(group, place, size, wording)
    whole: tuple[Any, ...] = (*facts, frozenset(tags.split("\n")[1:]), division or "", member)
    return Candidate(*whole)


@dataclass(frozen=True, slots=True)
class Unit:
    """What is drawn as a whole: a question, or all questions of a group in their order."""

    key: str
    questions: tuple[Candidate, ...]

    def fits(self, row: BlueprintRow) -> bool:
        """Tell whether a row of the blueprint may take it: it has the size, and what is asked holds for every part."""
        if len(self.questions) != row.together or row.only not in {"", self.key}:
            return False
        return all(
            row.topic in {"", question.topic}
            and row.difficulty in {None, question.difficulty}
            and (not row.tag or row.tag in question.tags)
            for question in self.questions
        )


@dataclass(frozen=True, slots=True)
class Drawn:
    """A question of a paper: the revision, and the author's places of its options in the order shown."""

    revision_id: int
    order: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shortage:
    """Rows of the blueprint that together need more questions than the bank has for them."""

    rows: tuple[BlueprintRow, ...]
    needed: int
    available: int


def seed(draw_key: str, *, round_key: str, contest_number: str, attempt: int) -> bytes:
    """Return the seed of one person's paper: an HMAC under the campaign's secret."""
    message = f"quiz:{round_key}:{contest_number}:{attempt}"
    return hmac.digest(draw_key.encode(), message.encode(), hashlib.sha256)


def common_seed(draw_key: str, *, round_key: str, division: str) -> bytes:
    """Return the seed of the questions that everybody of a division gets, where all get the same."""
    message = f"quiz:{round_key}:same:{division}"
    return hmac.digest(draw_key.encode(), message.encode(), hashlib.sha256)


def for_division(candidates: Iterable[Candidate], division: str) -> list[Candidate]:
    """Return what papers of a division (its key, or nothing) may be drawn with."""
    return [candidate for candidate in candidates if candidate.division in {"", division}]


def units(candidates: Iterable[Candidate]) -> list[Unit]:
    """Return what may be drawn, by key; of a group that is not complete nothing is."""
    found = []
    groups: defaultdict[tuple[str, int, int], list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        if candidate.group is None:
            found.append(Unit(candidate.key, (candidate,)))
        else:
            groups[candidate.group.key, candidate.group.size, candidate.group.wording].append(candidate)
    for (key, size, _wording), members in groups.items():
        if len(members) == size:
            found.append(Unit(key, tuple(sorted(members, key=_place))))
    return sorted(found, key=lambda unit: (unit.key, len(unit.questions)))


def _place(candidate: Candidate) -> int:
    return candidate.group.place if candidate.group else 0


def fitting(rows: Sequence[BlueprintRow], bank: Iterable[Unit]) -> list[Fit]:
    """Return which rows each unit fits; units of one kind are compared with the rows once."""
    named = {row.only for row in rows}
    known: dict[tuple[object, ...], Fit] = {}
    found = []
    for unit in bank:
        kind = (
            unit.key if unit.key in named else "",
            *((question.topic, question.difficulty, question.tags) for question in unit.questions),
        )
        if kind not in known:
            known[kind] = frozenset(at for at, row in enumerate(rows) if unit.fits(row))
        found.append(known[kind])
    return found


def shortages(rows: Sequence[BlueprintRow], bank: Iterable[Unit]) -> list[Shortage]:
    """Return which rows of the blueprint cannot be filled; none exactly if a paper can be drawn."""
    supply = Counter(fitting(rows, bank))
    return [
        Shortage(
            tuple(rows[at] for at in sorted(lack.rows)),
            sum(rows[at].number for at in lack.rows),
            lack.available * rows[min(lack.rows)].together,
        )
        for lack in lacks([row.draws for row in rows], supply)
    ]


@dataclass(frozen=True, slots=True)
class Supply:
    """What papers are drawn from, found once for many of them.

    ``fits`` tells of each unit which rows of the blueprint it fits, ``kinds`` how many units fit the same rows,
    ``pools`` of each row the places of the units that fit it.
    """

    rows: tuple[BlueprintRow, ...]
    units: tuple[Unit, ...]
    fits: tuple[Fit, ...]
    kinds: Counter[Fit]
    pools: tuple[tuple[int, ...], ...]


def supply(rows: Sequence[BlueprintRow], bank: Sequence[Unit]) -> Supply:
    """Return what papers are drawn from by these rows."""
    fits = tuple(fitting(rows, bank))
    pools = tuple(tuple(number for number, fit in enumerate(fits) if at in fit) for at in range(len(rows)))
    return Supply(tuple(rows), tuple(bank), fits, Counter(fits), pools)


def difficulties_of(drawn_from: Supply, *, papers: int) -> Counter[tuple[tuple[Difficulty, int], ...]]:
    """Return how many questions of each difficulty papers have, and how many of so many papers have just these.

    The papers are drawn with fixed seeds. Raises ValueError if the bank cannot fill the blueprint.
    """
    found: Counter[tuple[tuple[Difficulty, int], ...]] = Counter()
    for number in range(papers):
        chosen = choose(drawn_from, random.Random(number))  # noqa: S311 - an estimate, the same at every look
        numbers = Counter(question.difficulty for unit in chosen for question in unit.questions)
        found[tuple(sorted(numbers.items()))] += 1
    return found


def draw(drawn_from: Supply, seed_: bytes, *, common: bytes | None = None) -> list[Drawn]:
    """Return a paper in the order in which it is shown.

    The questions follow from the seed ``common`` where that is given, the orders always from the person's own. Options
    that are not shuffled keep their order. Raises ValueError if the bank cannot fill the blueprint.
    """
    chance = _chance(seed_)
    chosen = choose(drawn_from, chance if common is None else _chance(common))
    return [
        Drawn(question.revision_id, _order(question, chance))
        for unit in _shuffled(chosen, chance)
        for question in unit.questions
    ]


def draw_some(bank: Sequence[Unit], number: int, seed_: bytes) -> list[Drawn]:
    """Return so many questions of any kind, fewer if the next group would be too large or the bank is at its end."""
    chance = _chance(seed_)
    chosen: list[Drawn] = []
    for unit in _shuffled(bank, chance):
        if len(chosen) + len(unit.questions) <= number:
            chosen += [Drawn(question.revision_id, _order(question, chance)) for question in unit.questions]
    return chosen


def _chance(seed_: bytes) -> random.Random:
    return random.Random(int.from_bytes(seed_))  # noqa: S311 - the seed is secret and the draw must be repeatable


def choose(drawn_from: Supply, chance: random.Random) -> list[Unit]:
    """Return the units of a paper, row by row. Raises ValueError if there are too few."""
    left, needs = Counter(drawn_from.kinds), [row.draws for row in drawn_from.rows]
    chosen: dict[int, Unit] = {}
    for at, row in enumerate(drawn_from.rows):
        order = _in_random_order([number for number in drawn_from.pools[at] if number not in chosen], chance)
        while needs[at] and (number := next(order, -1)) >= 0:
            fit = drawn_from.fits[number]
            left[fit] -= 1
            needs[at] -= 1
            # What fits no other row is no loss to any.
            if len(fit) > 1 and not suffices(needs, left):
                left[fit] += 1
                needs[at] += 1
            else:
                chosen[number] = drawn_from.units[number]
        if needs[at]:
            msg = f"the bank has {row.draws - needs[at]} of {row.draws} for {row}"
            raise ValueError(msg)
    return list(chosen.values())


def _order(candidate: Candidate, chance: random.Random) -> tuple[int, ...]:
    places = range(candidate.option_count)
    return tuple(_shuffled(places, chance)) if candidate.shuffled else tuple(places)


def _in_random_order(things: Sequence[Thing], chance: random.Random) -> Iterator[Thing]:
    """Yield things in random order; chance is asked only for those that are taken.

    Only ``random()`` is promised to give the same numbers in every version of Python, so the shuffle is our own.
    """
    pool = list(things)
    for place in range(len(pool)):
        other = place + int(chance.random() * (len(pool) - place))
        pool[place], pool[other] = pool[other], pool[place]
        yield pool[place]


def _shuffled(things: Sequence[Thing], chance: random.Random) -> list[Thing]:
    return list(_in_random_order(things, chance))


def pack(order: Sequence[int]) -> int:
    """Return an order of options as one number, four bits for each place."""
    return sum(place << BITS * shown for shown, place in enumerate(order))


@lru_cache(_ORDERS_KEPT)
def unpack(packed: int, count: int) -> tuple[int, ...]:
    """Return the order of ``count`` options that :func:`pack` made a number of."""
    return tuple(packed >> BITS * shown & _MASK for shown in range(count))
