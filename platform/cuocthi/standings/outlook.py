"""How many will be equal: what a round's criteria will leave undecided, computed before it opens.

A contest format says how entries may come out (``ContestFormat.expect``): kinds of persons, and the distribution of
each measure. Nothing is drawn by chance, and nothing is counted person by person, so that millions take no longer.

*Best of several entries.* With L the share of a person's entries that stand no further behind than a place in the order
of the criteria, the best of n entries does so with the chance 1 - (1 - L)^n. The mean of that over the kinds of persons
is G. Persons of one kind are independent; that good persons have good entries each time is what kinds are for.

*Places.* G turns the order of N persons into that of N independent numbers, uniform between 0 and 1; persons who are
equal share an interval [a, b) (the probability integral transform, with chance within the interval). The number u at
place P has the Beta distribution (P, N - P + 1); given u, the P - 1 before it are uniform below it, the N - P behind it
above (David and Nagaraja, "Order Statistics", 3rd edition 2003, chapter 2). Of those before it (P - 1)(u - a)/u are
expected to equal it, of those behind it (N - P)(b - u)/(1 - u), and none of these does with the chance
((1 - b)/(1 - u))^(N - P). These are exact; their means over u are sums over equal steps. Where gates decide who can
win, N is the expected number of those who can.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from math import exp, log, log1p, prod, sqrt
from typing import TYPE_CHECKING

from cuocthi.campaigns.settings import load_settings
from cuocthi.contributions import ContestFormat, Direction, Distribution
from cuocthi.standings.criteria import (
    FULL_MARKS,
    MISSING,
    RULES_OWNER,
    Counted,
    RankedBy,
    RankingRules,
    measures_of,
    resolve,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import Expected
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase

#: More than a country has; only a slip of the hand is beyond.
MOST_PERSONS = 1_000_000_000
MOST_PLACES = 10_000
MOST_ENTRIES = 1_000
#: Steps over the distribution of a place, and how many standard deviations they reach below and above its mean.
_STEPS, _BELOW, _ABOVE = 128, 5, 9
#: Where fewer others are expected to be equal, nothing further is compared.
_NOBODY = 0.01
#: What more likely than not is, and all of something, in per cent.
_HALF, _ALL = 50, 100


@dataclass(frozen=True, slots=True)
class Equals:
    """What is undecided after a criterion: ``first`` persons are equal at the first place, ``contested`` at the last.

    ``contested`` is 1 where somebody has the last place alone, and so many persons where they are equal across it; for
    these there are ``left`` places. All are what is expected on average. ``certainty`` is how likely nobody who is
    equal with others is left without a place, in per cent.
    """

    title: Text
    first: int
    contested: int
    left: int
    certainty: int

    @property
    def decided(self) -> bool:
        """Whether that is more likely than not."""
        return self.certainty >= _HALF


@dataclass(frozen=True, slots=True)
class Outlook:
    """What ``persons`` may come out like: ``qualified`` of them can win, and what each criterion leaves undecided.

    ``entries`` is how many of a person's entries were looked at for the best one. ``further`` is what would be
    undecided with one more criterion at the end, for each measure that is none yet.
    """

    persons: int
    entries: int
    qualified: int
    places: int
    after: tuple[Equals, ...]
    further: tuple[Equals, ...]
    basis: tuple[Text, ...]


def outlook(
    ctx: Context, *, campaign: Campaign, round_: Phase, persons: int, places: int, entries: int = 1
) -> Outlook | None:
    """Return what a round's ranking may leave undecided among ``persons`` for so many ``places``; nothing is stored.

    Each person has so many ``entries``, of which one is looked at unless the best counts. None where the round's format
    cannot tell how entries may come out, or cannot yet. Raises InvalidData if the round's rules cannot be used.
    """
    rules = load_settings(ctx, owner=RULES_OWNER, schema=RankingRules, campaign=campaign, round_=round_).value
    measures = measures_of(ctx, source=round_.source)
    criteria = resolve(rules, measures)
    used = {criterion.key for criterion in criteria}
    others = [
        RankedBy(one.key, one.title, one.unit, one.direction, gate=False)
        for one in measures.values()
        if one.key not in used and one.key != FULL_MARKS.key
    ]
    expected = _expected(ctx, campaign, round_, persons)
    if expected is None:
        return None
    tried = entries if rules.counted is Counted.BEST else 1
    return look(expected, criteria, others, persons=persons, places=places, entries=tried)


def _expected(ctx: Context, campaign: Campaign, round_: Phase, persons: int) -> Expected | None:
    formats = [item for _, item in ctx.hooks.boot("register_formats", ContestFormat) if item.source == round_.source]
    expect = next((item.expect for item in formats if item.expect is not None), None)
    return None if expect is None else expect(ctx, campaign, round_, persons)


def look(
    expected: Expected,
    criteria: Sequence[RankedBy],
    others: Sequence[RankedBy],
    *,
    persons: int,
    places: int,
    entries: int = 1,
) -> Outlook:
    """Return what ``criteria`` leave undecided among so many persons, and what each of ``others`` would change.

    The best of ``entries`` counts. A measure that the format says nothing of is missing for everybody; no criterion is
    told of that is one of ``others`` then.
    """
    known = {key for kind in expected.persons for entry in kind.entries for key in entry.measures}
    others = [one for one in others if one.key in known]
    order = _Order(criteria, others, entries, _kinds(expected, criteria, merged=entries == 1), _NOBODY / persons)
    qualified = round(persons * order.whole)
    prizes = min(places, qualified)
    titles = [one.title for one in (*criteria, *others)]
    if prizes:
        first = _at(order, 1, qualified)
        last = _at(order, prizes, qualified) if prizes > 1 else first
        rows = [_equals(*row) for row in zip(titles, first, last, strict=True)]
    else:
        rows = [Equals(title, 0, 0, 0, _ALL) for title in titles]
    after, further = rows[: len(criteria)], rows[len(criteria) :]
    return Outlook(persons, entries, qualified, places, tuple(after), tuple(further), tuple(expected.basis))


# --- the order of the criteria --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Kind:
    """Persons of one kind among whom a cell is looked for: ``before`` it is such a share of their entries, in it are
    ``parts``, each a share with its measures.
    """

    share: float
    before: float
    parts: Sequence[tuple[float, Mapping[str, Distribution]]]


@dataclass(frozen=True, slots=True)
class _Cell:
    """Persons who are equal by some criteria: the interval of G that they share, and their entries by kind."""

    begin: float
    end: float
    kinds: Sequence[_Kind]

    def holds(self, point: float) -> bool:
        """Tell whether a point of G lies in the interval."""
        return self.begin <= point < self.end


_NOWHERE = _Cell(0.0, 0.0, ())


def _kinds(expected: Expected, criteria: Sequence[RankedBy], *, merged: bool) -> list[_Kind]:
    """Return the kinds of persons with those of their entries that can win.

    ``merged`` into one where each person has one entry, for then it does not matter whose it is.
    """
    gates = {criterion.key: Distribution.certain(1) for criterion in criteria if criterion.gate}
    found = [
        _Kind(
            kind.share,
            0.0,
            [
                (entry.share * prod(_set(entry.measures.get(key)) for key in gates), {**entry.measures, **gates})
                for entry in kind.entries
            ],
        )
        for kind in expected.persons
    ]
    if not merged:
        return found
    return [_Kind(1.0, 0.0, [(kind.share * share, measures) for kind in found for share, measures in kind.parts])]


def _set(flag: Distribution | None) -> float:
    return flag.upto(1) - flag.upto(0) if flag else 0.0


@dataclass(frozen=True, slots=True)
class _Order:
    """The order of the best of so many ``entries`` of each person, by ``criteria``; ``others`` may come after them.

    Cells with less than the share ``fine`` of all persons are compared no further.
    """

    criteria: Sequence[RankedBy]
    others: Sequence[RankedBy]
    entries: int
    kinds: Sequence[_Kind]
    fine: float

    @property
    def whole(self) -> float:
        """The share of persons who can win."""
        return 1 - sum(kind.share * (1 - sum(share for share, _ in kind.parts)) ** self.entries for kind in self.kinds)

    def cells(self, points: Iterable[float]) -> Iterator[list[_Cell]]:
        """Yield for each of some points of G the cell it lies in after each criterion, and with each of the others."""
        path: list[_Cell] = []
        ends = [_NOWHERE] * len(self.others)
        for point in points:
            kept = next((depth for depth, cell in enumerate(path) if not cell.holds(point)), len(path))
            if kept < len(self.criteria):
                del path[kept:]
                ends = [_NOWHERE] * len(self.others)
            for criterion in self.criteria[kept:]:
                path.append(self._cell(criterion, path[-1] if path else _Cell(0.0, 1.0, self.kinds), point))
            ends = [
                end if end.holds(point) else self._cell(other, path[-1], point)
                for other, end in zip(self.others, ends, strict=True)
            ]
            yield path + ends

    def _cell(self, criterion: RankedBy, within: _Cell, point: float) -> _Cell:
        """Return the cell of a point among persons who are equal so far; whoever lacks the measure stands last."""
        if within.end - within.begin < self.fine:
            return within
        parts_of = [_by_distribution(kind, criterion.key) for kind in within.kinds]
        grouped = [
            (kind.share, 1 - kind.before, list(parts.items()))
            for kind, parts in zip(within.kinds, parts_of, strict=True)
        ]
        named = {one for _, _, parts in grouped for one, _ in parts}
        known = [one for one in named if one is not None]

        def upto(key: int) -> float:
            reached = {one: _reaching(one, criterion, key) for one in named}
            return 1 - sum(
                share * max(behind - sum([part * reached[one] for one, part in parts]), 0.0) ** self.entries
                for share, behind, parts in grouped
            )

        bounds = [-one.high if criterion.direction is Direction.HIGHEST else one.low for one in known]
        ends = [-one.low if criterion.direction is Direction.HIGHEST else one.high for one in known]
        key = MISSING
        if known and upto(max(ends)) > point:
            keys = range(min(bounds), max(ends) + 1)
            key = keys[bisect_right(keys, point, key=upto)]
        return _Cell(upto(key - 1), upto(key), [_inside(kind, criterion, key) for kind in within.kinds])


def _by_distribution(kind: _Kind, key: str) -> dict[Distribution | None, float]:
    """Return the entries of a kind by how a measure comes out in them: many parts have the same distribution."""
    found: dict[Distribution | None, float] = defaultdict(float)
    for share, measures in kind.parts:
        found[measures.get(key)] += share
    return found


def _reaching(one: Distribution | None, criterion: RankedBy, key: int) -> float:
    """Return the share of entries that stand no further behind than a key (smaller is better) by a criterion."""
    if key >= MISSING:
        return 1.0
    if one is None:
        return 0.0
    if criterion.direction is Direction.LOWEST:
        return one.upto(key)
    return one.upto(one.high) - one.upto(-key - 1)


def _inside(kind: _Kind, criterion: RankedBy, key: int) -> _Kind:
    """Return what of a kind is equal by one more criterion, at this key, and what is before it."""
    found = [
        (
            share,
            _reaching(measures.get(criterion.key), criterion, key - 1),
            _reaching(measures.get(criterion.key), criterion, key),
            measures,
        )
        for share, measures in kind.parts
    ]
    before = kind.before + sum(share * below for share, below, _, _ in found)
    parts = [(share * (upto - below), measures) for share, below, upto, measures in found if upto > below]
    return _Kind(kind.share, before, parts)


# --- places ---------------------------------------------------------------------------------------------------------

#: How many are expected to equal the person at a place of those before it, and of those behind it; the chance of none
#: behind it.
_Equal = tuple[float, float, float]


def _at(order: _Order, place: int, of: int) -> list[_Equal]:
    """Return who equals the person at a place, of so many who can win, after each criterion and with each other."""
    steps = _steps(place, of)
    whole = order.whole
    rows = [
        [
            [weight * one for one in _equal(u, cell.begin / whole, min(cell.end / whole, 1.0), place, of)]
            for cell in cells
        ]
        for (u, weight), cells in zip(steps, order.cells(u * whole for u, _ in steps), strict=True)
    ]
    sums = [[sum(numbers) for numbers in zip(*column, strict=True)] for column in zip(*rows, strict=True)]
    return [(before, behind, none) for before, behind, none in sums]


def _steps(place: int, of: int) -> list[tuple[float, float]]:
    """Return numbers that the Beta distribution of a place may give, each with its weight."""
    mean = place / (of + 1)
    deviation = sqrt(mean * (1 - mean) / (of + 2))
    low, high = max(0.0, mean - _BELOW * deviation), min(1.0, mean + _ABOVE * deviation)
    points = [low + (high - low) * (step + 0.5) / _STEPS for step in range(_STEPS)]
    logs = [(place - 1) * log(u) + (of - place) * log1p(-u) for u in points]
    weights = [exp(one - max(logs)) for one in logs]
    return [(u, weight / sum(weights)) for u, weight in zip(points, weights, strict=True)]


def _equal(u: float, begin: float, end: float, place: int, of: int) -> _Equal:
    """Return who equals the person at a place whose number is u, in a cell from ``begin`` to ``end``."""
    behind, further = of - place, max(end - u, 0.0) / (1 - u)
    none = (1 - further) ** behind if behind else 1.0
    return (place - 1) * max(u - begin, 0.0) / u, behind * further, none


def _equals(title: Text, first: _Equal, last: _Equal) -> Equals:
    before, behind, none = last
    certainty = round(_ALL * none)
    left = 1 + round(before)
    contested = left + max(round(behind), int(certainty < _HALF))
    return Equals(title, 1 + round(first[1]), contested, left, certainty)
