"""How the entries of a round may come out before it opens: distributions of measures, over kinds of persons."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cuocthi.text import Text


@dataclass(frozen=True, slots=True, eq=False)
class Distribution:
    """How a measure comes out: whole numbers from ``low`` to ``high``.

    ``upto`` returns the share of entries whose value is no more than a number: 0 below ``low``, from ``high`` on 1, or
    less where values are missing.
    """

    low: int
    high: int
    upto: Callable[[int], float]

    @classmethod
    def of(cls, weights: Mapping[int, float]) -> Distribution:
        """Return the distribution of some values by their weights (at least one is positive)."""
        values = sorted(weights)
        sums = [0.0, *accumulate(weights[value] for value in values)]
        return cls(values[0], values[-1], lambda value: sums[bisect_right(values, value)] / sums[-1])

    @classmethod
    def certain(cls, value: int) -> Distribution:
        """Return the distribution of a value that is known."""
        return cls.of({value: 1.0})


@dataclass(frozen=True, slots=True)
class ExpectedEntries:
    """Entries in which measures are independent of one another: so large a ``share`` of a person's.

    ``measures`` are the core's and the format's own, by their keys; one that is not there is missing.
    """

    share: float
    measures: Mapping[str, Distribution]


@dataclass(frozen=True, slots=True)
class ExpectedPersons:
    """Persons of one kind, so large a ``share`` of all; each entry of theirs is one of ``entries``, by chance."""

    share: float
    entries: Sequence[ExpectedEntries]


@dataclass(frozen=True, slots=True)
class Expected:
    """How entries of a round may come out: what may happen, not what will.

    The shares of ``persons``, and of the entries of each, add up to one. ``basis`` says in words what it rests on: what
    was measured, what is assumed.
    """

    persons: Sequence[ExpectedPersons]
    basis: Sequence[Text] = ()
