"""How far those who take part differ in what they know, and what that means for questions answered rightly.

The Rasch model (Rasch, "Probabilistic Models for Some Intelligence and Attainment Tests", 1960) with abilities that are
normally distributed over persons: a person of ability z answers a question rightly with the chance
1 / (1 + exp(b - s z)). Given the ability, answers are independent; over persons they are not, as who knows more gets
more right together. The ``spread`` s is the standard deviation of ability in logits, z is standard normal. The
difficulty b is such that, over all persons, the known share answers rightly (Bock and Lieberman, "Fitting a response
model for n dichotomously scored items", Psychometrika 35, 1970, have this marginal model).

Integrals over the normal distribution are sums over equal steps from -6 to 6: by the trapezoidal rule, which is exact
to many digits for such smooth functions that vanish at both ends.
"""

from __future__ import annotations

from functools import lru_cache
from math import exp
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cuocthi_quiz.models import Difficulty

#: The spread where too few papers have been marked to measure it: what is usual among adults of mixed schooling lies
#: about here, and models are commonly scaled to it.
USUAL = 1.0
#: No spread beyond this is believed: it would say that everybody knows either nothing or all.
_WIDEST = 4.0
_STEPS = 48
_HALVINGS = 40
#: No share is taken for impossible or certain, however few answers say so.
_SURE = 1e-4


def _normal() -> list[tuple[float, float]]:
    points = [-6 + 12 * step / _STEPS for step in range(_STEPS + 1)]
    weights = [exp(-point * point / 2) for point in points]
    return [(point, weight / sum(weights)) for point, weight in zip(points, weights, strict=True)]


#: Abilities with their weights.
PERSONS = _normal()


def facilities(facility: Mapping[Difficulty, float], spread: float) -> list[tuple[float, dict[Difficulty, float]]]:
    """Return for persons of each ability their weight, and how likely they answer questions of a difficulty rightly."""
    if not spread:
        return [(1.0, dict(facility))]
    return [
        (weight, {difficulty: chance(share, spread, ability) for difficulty, share in facility.items()})
        for ability, weight in PERSONS
    ]


def chance(share: float, spread: float, ability: float) -> float:
    """Return how likely somebody of an ability answers a question rightly that this share of all answers rightly."""
    return _chance(spread * ability - _difficulty(share, spread))


def spread_of(numbers: Mapping[Difficulty, float], facility: Mapping[Difficulty, float], variance: float) -> float:
    """Return the spread under which the numbers of right answers vary as they were seen to.

    ``numbers`` is how many questions of each difficulty a paper has on average, ``variance`` that of the right answers
    over papers. Less than chance alone would give is no spread.
    """
    return _solved(lambda spread: _variance(numbers, facility, spread), variance, 0.0, _WIDEST)


def _variance(numbers: Mapping[Difficulty, float], facility: Mapping[Difficulty, float], spread: float) -> float:
    """Return the variance of right answers: on average that of a person, and that of what persons may expect."""
    within = squared = mean = 0.0
    for weight, chances in facilities(facility, spread):
        expected = sum(number * chances[difficulty] for difficulty, number in numbers.items())
        within += weight * sum(
            number * chances[difficulty] * (1 - chances[difficulty]) for difficulty, number in numbers.items()
        )
        mean += weight * expected
        squared += weight * expected**2
    return within + squared - mean**2


@lru_cache(maxsize=64)
def _difficulty(share: float, spread: float) -> float:
    """Return the difficulty in logits at which this share of all persons answers rightly."""
    wanted = min(max(share, _SURE), 1 - _SURE)

    def wrong(difficulty: float) -> float:
        return 1 - sum(weight * _chance(spread * ability - difficulty) for ability, weight in PERSONS)

    return _solved(wrong, 1 - wanted, -40.0, 40.0)


def _solved(rising: Callable[[float], float], wanted: float, low: float, high: float) -> float:
    """Return where a rising function has a value, between two bounds; the nearer bound if it has it nowhere."""
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < wanted else (low, middle)
    return (low + high) / 2


def _chance(logit: float) -> float:
    return 1 / (1 + exp(-logit)) if logit >= 0 else exp(logit) / (1 + exp(logit))
