"""Which figures of small groups stay out of a publication, and which others with them: the one place for every output.

A group of fewer than :data:`~cuocthi_publishing.domain.masking.SMALLEST_GROUP` persons is not shown (*primary*
suppression). As totals are known, what is hidden could be computed from what is left; so further values are hidden with
it (*complementary* suppression, Hundepool et al., Statistical Disclosure Control, 2012, chapter 4), the smallest first,
until

* no hidden value follows from the known sums, neither from one nor from several of them together,
* what is hidden in a sum is at least a group of that size together,
* and bounds leave each hidden value open: it can still be that of a group of that size, and not all of a sum can be the
  most that a small group can be.

Nobody of a group is no small group: noughts are shown, unless the row counts the same persons in other columns, too
(:func:`suppressed_in_all`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from fractions import Fraction
from itertools import chain
from math import inf
from typing import Any

from cuocthi_publishing.domain.masking import SMALLEST_GROUP

#: So often bounds are drawn tighter by one another; in sums of persons more changes nothing.
_PASSES = 10

#: What tells a value from others: anything that can be a key.
Key = Any
#: What is known of values: each by its factor, together a number that everybody may know.
Sum = Mapping[Key, int]


def is_small(persons: int) -> bool:
    """Tell whether a group is so small that nothing is said of it."""
    return 0 < persons < SMALLEST_GROUP


def total_of(keys: Sequence[Key]) -> Sum:
    """Return that the sum of some values is known."""
    return dict.fromkeys(keys, 1)


def parts_of(whole: Key, parts: Sequence[Key]) -> Sum:
    """Return that one value is the sum of others."""
    return {whole: -1, **dict.fromkeys(parts, 1)}


def suppressed(
    values: Mapping[Key, int], sums: Sequence[Sum], small: frozenset[Key] = frozenset()
) -> tuple[frozenset[Key], list[Sum]]:
    """Return which values are not shown, and the sums whose values can be shown in no way, not even as hidden ones.

    ``values`` are persons, in an order that decides among equals; ``small`` are hidden beside those that are small by
    themselves. Of a sum that is returned nothing is shown at all: that there are just so many groups gives them away.
    """
    hidden = {key for key, value in values.items() if is_small(value)} | (small & values.keys())
    places = {key: place for place, key in enumerate(values)}
    withheld: list[Sum] = []
    open_sums = list(sums)
    while exposed := _exposed(values, open_sums, hidden):
        shown = [key for key in exposed if key not in hidden and values[key] > 0]
        if shown:
            hidden.add(min(shown, key=lambda key: (values[key], places[key])))
        else:
            withheld.append(exposed)
            open_sums.remove(exposed)
    return frozenset(hidden), withheld


def suppressed_in_all(
    columns: Sequence[Mapping[Key, int]], sums: Sequence[Sum], small: frozenset[Key] = frozenset()
) -> tuple[frozenset[Key], list[Sum]]:
    """Return what :func:`suppressed` does for columns of which each counts some of the persons of another.

    What is hidden in one of them is hidden in all, noughts too: who began is at least as many as who handed in, so that
    a number that is shown would bound the hidden one beside it. ``sums`` and ``small`` hold for every column.
    """
    hidden = small
    while True:
        found = [suppressed(values, sums, hidden) for values in columns]
        together = hidden.union(*(keys for keys, _ in found))
        if together == hidden:
            return hidden, [one for _, withheld in found for one in withheld]
        hidden = together


def _exposed(values: Mapping[Key, int], sums: Sequence[Sum], hidden: set[Key]) -> Sum | None:
    """Return a sum that gives a hidden value away, or helps to; None where there is none."""
    unknown = hidden - _known_noughts(values, sums, hidden)
    concerned = [(one, found) for one in sums if (found := [key for key in one if key in unknown])]
    for one, found in concerned:
        if _tells([values[key] for key in found], {one[key] for key in found}):
            return one
    told = _determined(values, [{key: one[key] for key in found} for one, found in concerned])
    told = _bounded(values, concerned) if told is None else told
    if told is None:
        return None
    # Whichever sum of it has something left to hide, else the first.
    its = [one for one, _ in concerned if told in one]
    return next((one for one in its if any(key not in hidden and values[key] > 0 for key in one)), its[0])


def _known_noughts(values: Mapping[Key, int], sums: Sequence[Sum], hidden: AbstractSet[Key]) -> set[Key]:
    """Return the hidden values of which everybody knows that they are nobody, as their sum is."""
    noughts: set[Key] = set()
    for one in sums:
        found = [key for key in one if key in hidden]
        if len({one[key] for key in found}) == 1 and not any(values[key] for key in found):
            noughts.update(found)
    return noughts


def _tells(found: Sequence[int], factors: AbstractSet[int]) -> bool:
    """Tell whether a sum by itself says too much of the values that are hidden in it, which it has by these factors."""
    if len(found) == 1:
        return True
    if len(factors) > 1:
        return False
    return sum(found) < SMALLEST_GROUP or set(found) == {SMALLEST_GROUP - 1}


def _determined(values: Mapping[Key, int], sums: Sequence[Sum]) -> Key | None:
    """Return a hidden group that follows from several sums together: by elimination it stands alone in one.

    Values that stand in the same sums by the same factors are told apart by none of them; each kind of them is one
    unknown, and only one that stands for a single value can be found out.
    """
    kinds: dict[tuple[tuple[int, int], ...], list[Key]] = defaultdict(list)
    for key in dict.fromkeys(chain.from_iterable(sums)):
        kinds[tuple((place, one[key]) for place, one in enumerate(sums) if key in one)].append(key)
    rows: list[dict[int, Fraction]] = [{} for _ in sums]
    for unknown, signature in enumerate(kinds):
        for place, factor in signature:
            rows[place][unknown] = Fraction(factor)
    members = list(kinds.values())
    for row in _reduced(rows):
        if len(row) == 1 and len(alike := members[next(iter(row))]) == 1 and values[alike[0]]:
            return alike[0]
    return None


def _reduced(rows: Sequence[dict[int, Fraction]]) -> list[dict[int, Fraction]]:
    """Return the rows of a system of equations in reduced echelon form (Gauss and Jordan)."""
    done: list[tuple[int, dict[int, Fraction]]] = []
    for row in rows:
        left = dict(row)
        for pivot, other in done:
            _subtract(left, other, left.get(pivot))
        if not left:
            continue
        pivot = next(iter(left))
        left = {key: value / left[pivot] for key, value in left.items()}
        for _, other in done:
            _subtract(other, left, other.get(pivot))
        done.append((pivot, left))
    return [row for _, row in done]


def _subtract(row: dict[int, Fraction], other: Mapping[int, Fraction], factor: Fraction | None) -> None:
    if not factor:
        return
    for key, value in other.items():
        row[key] = row.get(key, Fraction(0)) - factor * value
        if not row[key]:
            del row[key]


def _bounded(values: Mapping[Key, int], concerned: Sequence[tuple[Sum, list[Key]]]) -> Key | None:
    """Return a hidden group for which the sums leave one number only, or those of small groups only.

    Each that is hidden is one person at least, unless noughts are hidden with it.
    """
    hidden = dict.fromkeys(key for _, found in concerned for key in found)
    least: dict[Key, float] = dict.fromkeys(hidden, min((1, *(values[key] for key in hidden))))
    most: dict[Key, float] = dict.fromkeys(least, inf)
    for _ in range(_PASSES):
        narrowed = False
        for one, found in concerned:
            known = sum(one[key] * values[key] for key in found)
            # Upper ends as negative lower ends of the negative value: one way of adding for both.
            low = _Ends([least[key] if one[key] > 0 else -most[key] for key in found])
            high = _Ends([-most[key] if one[key] > 0 else least[key] for key in found])
            for place, key in enumerate(found):
                upper, lower = known - low.without(place), known + high.without(place)
                if one[key] < 0:
                    lower, upper = -upper, -lower
                if lower > least[key] or upper < most[key]:
                    least[key], most[key] = max(lower, least[key]), min(upper, most[key])
                    narrowed = True
                if values[key] and (least[key] == most[key] or most[key] < SMALLEST_GROUP):
                    return key
        if not narrowed:
            return None
    return None


class _Ends:
    """Lower ends of which each may be endless, and what all but one of them come to."""

    def __init__(self, ends: Sequence[float]) -> None:
        self._ends = ends
        self._endless = sum(1 for end in ends if end == -inf)
        self._sum = sum(end for end in ends if end != -inf)

    def without(self, place: int) -> float:
        """Return the sum of all ends but the one at ``place``."""
        own = self._ends[place]
        endless = self._endless - (own == -inf)
        return -inf if endless else self._sum - (0 if own == -inf else own)
