"""The statistics behind the evidence, without a database."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

#: The width of the middle half of a normal distribution, in standard deviations.
_MIDDLE_HALF = 1.349


def at_least(number: int, probabilities: Sequence[float]) -> float:
    """Return how probable it is that ``number`` or more of independent events happen (0 to 1).

    Exact: the tail of the Poisson-binomial distribution, by adding one event after the other.
    """
    chances = [1.0]
    for probability in probabilities:
        happens = [0.0, *(chance * probability for chance in chances)]
        chances = [chance * (1 - probability) + more for chance, more in zip([*chances, 0.0], happens, strict=True)]
    return min(sum(chances[number:]), 1.0)


def corrected(probability: float, comparisons: int) -> float:
    """Return the probability that among so many comparisons any looks like this by chance (Bonferroni)."""
    return min(probability * comparisons, 1.0)


@dataclass(frozen=True, slots=True)
class Usual:
    """How long something usually takes, in milliseconds: the quartiles, and of how many it was taken."""

    lower: int
    median: int
    upper: int
    number: int

    def place(self, milliseconds: int) -> float | None:
        """Return by how many standard deviations of the logarithm a time is below (-) or above (+) the median.

        Times are taken as lognormal: W. J. van der Linden, A Lognormal Model for Response Times on Test Items, Journal
        of Educational and Behavioral Statistics 31 (2006) 181-204. The deviation follows from the quartiles, which a
        few strange times do not move. None where all take the same time.
        """
        if not 0 < self.lower < self.upper or milliseconds <= 0:
            return None
        deviation = (math.log(self.upper) - math.log(self.lower)) / _MIDDLE_HALF
        return (math.log(milliseconds) - math.log(self.median)) / deviation


def quartiles(values: Iterable[int]) -> Usual | None:
    """Return the quartiles by nearest rank, None of nothing."""
    ordered = sorted(values)
    if not ordered:
        return None
    lower, median, upper = (ordered[rank - 1] for rank in ranks(len(ordered)))
    return Usual(lower, median, upper, len(ordered))


def ranks(number: int) -> tuple[int, int, int]:
    """Return at which places, from 1, the quartiles of so many ordered values stand."""
    return (number + 3) // 4, (number + 1) // 2, (3 * number + 3) // 4


def times(changes: Mapping[int, Sequence[int]]) -> dict[int, int]:
    """Return how long each question was looked at before its first answer, in milliseconds, by its position.

    ``changes`` has the moments of all answers to a question, in milliseconds since the start. The time runs from
    whatever was answered before, to whichever question.
    """
    moments = sorted(set(chain([0], *changes.values())))
    before = dict(zip(moments[1:], moments, strict=False))
    firsts = {position: min(given) for position, given in changes.items() if given}
    return {position: first - before.get(first, 0) for position, first in firsts.items()}
