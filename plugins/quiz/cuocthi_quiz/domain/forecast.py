"""What can be told of papers before anybody has drawn one: what neighbours share, and how many get everything right.

Two papers drawn independently by a row that takes n of N units: any unit is on a paper with the chance n/N, so that the
papers share n²/N units on average, and none with the chance C(N-n, n) / C(N, n) (the hypergeometric distribution). Rows
that share no unit are independent: what they share adds up, the chances of sharing nothing multiply.

Everything right: a person who answers a question rightly with the chance f, each independently, has a paper all right
with the product over its questions. Averaged over the C(N, n) selections of a row this is e(n) / C(N, n), where e(n) is
the elementary symmetric polynomial of the units' chances. The number of right answers on one paper follows the
Poisson-binomial distribution (Poisson, "Recherches sur la probabilité des jugements", 1837) and this is its last term;
the number of persons with everything right is the sum over persons, on average their number times the chance. As
persons differ in what they know, the chance is averaged over their abilities (``domain/ability.py``): were all taken to
know equally much, far fewer would be expected to have everything right than do.

Where units fit several rows both are counted on papers that are drawn with fixed seeds.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from itertools import combinations
from math import comb, prod
from typing import TYPE_CHECKING

from cuocthi_quiz.domain.ability import facilities
from cuocthi_quiz.domain.drawing import choose, supply

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cuocthi_quiz.domain.drawing import Supply, Unit
    from cuocthi_quiz.models import Difficulty
    from cuocthi_quiz.settings import BlueprintRow

#: How many papers are drawn where there is no formula; each pair of them is compared.
PAPERS = 120


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is expected of two papers and of one.

    ``shared`` is the mean number of questions that two papers share, ``some`` the chance that they share any,
    ``all_right`` the chance that one has everything right. ``exact`` tells that formulas gave it, not drawn papers.
    """

    shared: float
    some: float
    all_right: float
    exact: bool


def forecast(
    rows: Sequence[BlueprintRow],
    bank: Sequence[Unit],
    facility: Mapping[Difficulty, float],
    *,
    spread: float = 0.0,
    same_questions: bool = False,
) -> Forecast:
    """Return what is expected of papers; ``facility`` tells how likely a question of a difficulty is answered rightly.

    ``spread`` tells how far persons differ in what they know, in logits; with 0 they do not. The bank must be able to
    fill the rows.
    """
    pools = [[unit for unit in bank if unit.fits(row)] for row in rows]
    drawn_from = supply(rows, bank)
    exact = all(len(fit) <= 1 for fit in drawn_from.kinds)
    drawn = [] if exact else [_paper(drawn_from, number) for number in range(PAPERS)]
    shared, some = _shared(rows, pools) if exact else _shared_by(drawn)
    all_right = sum(
        weight * (_formula(rows, pools, chances) if exact else _counted(drawn, chances))
        for weight, chances in facilities(facility, spread)
    )
    if same_questions:
        return Forecast(float(sum(row.number for row in rows)), 1.0, all_right, exact)
    return Forecast(shared, some, all_right, exact)


def _paper(drawn_from: Supply, number: int) -> list[Unit]:
    return choose(drawn_from, random.Random(number))  # noqa: S311 - an estimate, the same at every look


def _shared(rows: Sequence[BlueprintRow], pools: Sequence[Sequence[Unit]]) -> tuple[float, float]:
    mean, none = 0.0, 1.0
    for row, pool in zip(rows, pools, strict=True):
        mean += row.together * row.draws**2 / len(pool)
        none *= comb(len(pool) - row.draws, row.draws) / comb(len(pool), row.draws)
    return mean, 1 - none


def _shared_by(papers: Sequence[Sequence[Unit]]) -> tuple[float, float]:
    sizes = {unit.key: len(unit.questions) for paper in papers for unit in paper}
    pairs = comb(len(papers), 2)
    times = Counter(unit.key for paper in papers for unit in paper)
    mean = sum(sizes[key] * comb(count, 2) for key, count in times.items()) / pairs
    keys = [{unit.key for unit in paper} for paper in papers]
    return mean, sum(not one.isdisjoint(other) for one, other in combinations(keys, 2)) / pairs


def _formula(
    rows: Sequence[BlueprintRow], pools: Sequence[Sequence[Unit]], facility: Mapping[Difficulty, float]
) -> float:
    return prod(_all_right(row, pool, facility) for row, pool in zip(rows, pools, strict=True))


def _counted(papers: Sequence[Sequence[Unit]], facility: Mapping[Difficulty, float]) -> float:
    return sum(prod(_right(unit, facility) for unit in paper) for paper in papers) / len(papers)


def _right(unit: Unit, facility: Mapping[Difficulty, float]) -> float:
    return prod(facility[question.difficulty] for question in unit.questions)


def _all_right(row: BlueprintRow, pool: Sequence[Unit], facility: Mapping[Difficulty, float]) -> float:
    """Return e(n) / C(N, n), adding one unit after the other to all selections."""
    units = [_right(unit, facility) for unit in pool]
    if len(set(units)) == 1:
        return units[0] ** row.draws
    sums = [1.0] + [0.0] * row.draws
    for chance in units:
        for size in range(row.draws, 0, -1):
            sums[size] += sums[size - 1] * chance
    return sums[row.draws] / comb(len(pool), row.draws)


def tie(persons: int, all_right: float) -> float:
    """Return the chance that two or more of so many persons get everything right, each independently."""
    nobody = (1 - all_right) ** persons
    return 1 - nobody - persons * all_right * (1 - all_right) ** max(persons - 1, 0)
