"""Item analysis: how questions did their work in a round, from counts and sums alone.

Classical test theory; the formulas and thresholds with their sources:

* *Facility*: mean share of the full points (Moodle's quiz statistics report, "facility index", with its reading of the
  two ends: at most 5 % "extremely difficult or something wrong with the question", at least 95 % "extremely easy").
* *Discrimination*: Pearson correlation of the points for the question with the points for the rest of the paper; for a
  question that is right or wrong this is the point-biserial correlation. The rest, so that a question does not
  correlate with itself (Henrysson 1963, "Correction of item-total correlations in item analysis", Psychometrika 28).
  Below 0.20 it is poor (Ebel & Frisbie, Essentials of Educational Measurement, 1991).
* *Upper and lower group*: 27 % at each end of the scores (Kelley 1939, "The selection of upper and lower groups for the
  validation of test items", J. Educ. Psych. 30). Equal scores stay together: the share nearest to 27 % is taken.
* *Wrong key suspected*: in the upper group more choose one wrong answer than earn the full points (Livingston & Dorans
  2004, "A graphical approach to item analysis", ETS RR-04-10, look at the same in curves).
* *Distractor that does not work*: chosen by fewer than 5 % (Haladyna & Downing 1993, "How many options is enough for a
  multiple-choice test item?", Educ. Psych. Meas. 53).
* *Left open often*: by 10 % or more; a convention of this program.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from math import sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cuocthi_quiz.queries.item_analysis import Tally

#: The share of each of the two groups.
KELLEY = 0.27
EASY, HARD = 0.95, 0.05
POOR = 0.20
IDLE = 0.05
OPEN = 0.10
#: Of fewer papers nothing is said in words; a convention of this program.
FEWEST = 50


class Flag(StrEnum):
    """What stands out at a question."""

    KEY = "key"
    NEGATIVE = "negative"
    POOR = "poor"
    EASY = "easy"
    HARD = "hard"
    OPEN = "open"
    IDLE = "idle"


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """How a question did. ``discrimination`` is None where points or rest scores are all the same."""

    revision_id: int
    papers: int
    lower: int
    upper: int
    facility: float
    discrimination: float | None
    omitted: float
    tallies: tuple[Tally, ...]


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far scores would come out alike with other questions, and by how many points they are uncertain.

    ``common`` tells which of two coefficients it is (:func:`reliability`). Both are None where nobody differs.
    """

    common: bool
    questions: float
    coefficient: float | None
    error: float | None


def cuts(distribution: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """Return the score up to which papers are in the lower group, and that from which they are in the upper one.

    ``distribution`` has (score, papers). None where all scores are equal, so that there are no groups.
    """
    ordered = sorted(distribution)
    if len(ordered) < 2:  # noqa: PLR2004 - two groups need two scores
        return None
    total = sum(papers for _, papers in ordered)
    lower, upper = _nearest(ordered[:-1], total), _nearest(ordered[:0:-1], total)
    return (lower, upper) if lower < upper else (ordered[0][0], ordered[-1][0])


def _nearest(ordered: Sequence[tuple[int, int]], total: int) -> int:
    """Return the score at which the share of the papers, counted from one end, is nearest to that of a group."""
    sums = accumulate(papers for _, papers in ordered)
    return min(zip(sums, ordered, strict=True), key=lambda pair: abs(pair[0] / total - KELLEY))[1][0]


def figures(tallies: Iterable[Tally], *, worths: Mapping[int, int]) -> list[ItemFigures]:
    """Return the figures of each question; ``worths`` are its full points, in thousandths, of those not void."""
    by_revision: dict[int, list[Tally]] = defaultdict(list)
    for tally in tallies:
        by_revision[tally.revision_id].append(tally)
    return [_figures(key, found, worths[key]) for key, found in by_revision.items() if worths.get(key)]


def _figures(revision_id: int, tallies: Sequence[Tally], worth: int) -> ItemFigures:
    papers = sum(tally.papers for tally in tallies)
    points = sum(tally.points * tally.papers for tally in tallies)
    return ItemFigures(
        revision_id,
        papers,
        sum(tally.lower for tally in tallies),
        sum(tally.upper for tally in tallies),
        points / (papers * worth),
        correlation(tallies),
        sum(tally.papers for tally in tallies if not tally.response) / papers,
        tuple(sorted(tallies, key=lambda tally: (-tally.papers, tally.response))),
    )


def correlation(tallies: Sequence[Tally]) -> float | None:
    """Return Pearson's correlation of the points for a question with those for the rest of the paper, or None.

    From exact sums, so that nothing is lost before the last step.
    """
    n = sum(tally.papers for tally in tallies)
    x = sum(tally.points * tally.papers for tally in tallies)
    xx = sum(tally.points**2 * tally.papers for tally in tallies)
    y = sum(tally.rest for tally in tallies)
    yy = sum(tally.rest_squares for tally in tallies)
    xy = sum(tally.points * tally.rest for tally in tallies)
    spread = (n * xx - x * x) * (n * yy - y * y)
    return (n * xy - x * y) / sqrt(spread) if spread > 0 else None


def reliability(
    distribution: Sequence[tuple[int, int]], items: Sequence[ItemFigures], tallies: Sequence[Tally]
) -> Reliability:
    """Return the coefficient of reliability of scores, and the standard error of measurement in points.

    Where all papers have the same questions it is Cronbach's alpha, which is KR-20 where questions are right or wrong
    (Cronbach 1951, Psychometrika 16; Kuder & Richardson 1937, Psychometrika 2). Where each person has questions of
    their own, drawn from a bank, alpha has no meaning: questions are nested in persons, and the coefficient of that
    design is 1 - MS(within) / MS(between) of the analysis of variance, which is KR-21 where questions are right or
    wrong (Lord 1955, "Sampling fluctuations resulting from the sampling of test items", Psychometrika 20; Brennan,
    Generalizability Theory, 2001, design i:p). It counts that one paper is harder than another as error, as it should.
    """
    papers = sum(count for _, count in distribution)
    answered = sum(tally.papers for tally in tallies)
    questions = answered / papers if papers else 0.0
    common = bool(items) and all(item.papers == papers for item in items)
    if papers < 2 or questions < 2:  # noqa: PLR2004 - nothing can differ
        return Reliability(common, questions, None, None)
    total = sum(score * count for score, count in distribution)
    squares = sum(score**2 * count for score, count in distribution)
    variance = (papers * squares - total * total) / (papers * (papers - 1))
    if variance <= 0:
        return Reliability(common, questions, None, None)
    within = _crossed(items, papers) if common else _nested(tallies, papers, questions, squares)
    coefficient = questions / (questions - 1) * (1 - within / variance) if common else 1 - within * questions / variance
    return Reliability(common, questions, coefficient, sqrt(max(0.0, variance * (1 - coefficient))) / 1000)


def _crossed(items: Sequence[ItemFigures], papers: int) -> float:
    """Return the sum of the questions' variances."""
    found = 0.0
    for item in items:
        x = sum(tally.points * tally.papers for tally in item.tallies)
        xx = sum(tally.points**2 * tally.papers for tally in item.tallies)
        found += (papers * xx - x * x) / (papers * (papers - 1))
    return found


def _nested(tallies: Sequence[Tally], papers: int, questions: float, squares: int) -> float:
    """Return the mean square of points within persons."""
    points_squares = sum(tally.points**2 * tally.papers for tally in tallies)
    return (points_squares - squares / questions) / (papers * (questions - 1))


def flags(item: ItemFigures, *, worth: int, choices: Mapping[str, int] | None = None) -> list[Flag]:
    """Return what stands out at a question, the gravest first; nothing for too few papers.

    ``choices`` count for each wrong option of a choice how many chose it.
    """
    if item.papers < FEWEST:
        return []
    right = sum(tally.upper for tally in item.tallies if tally.points == worth)
    wrong = max((tally.upper for tally in item.tallies if tally.response and tally.points < worth), default=0)
    weak = item.discrimination
    asked: list[tuple[Flag, bool]] = [
        (Flag.KEY, wrong > right),
        (Flag.NEGATIVE, weak is not None and weak < 0),
        (Flag.POOR, weak is not None and 0 <= weak < POOR and HARD < item.facility < EASY),
        (Flag.HARD, item.facility <= HARD),
        (Flag.EASY, item.facility >= EASY),
        (Flag.OPEN, item.omitted >= OPEN),
        (Flag.IDLE, any(number < IDLE * item.papers for number in (choices or {}).values()) and item.facility < EASY),
    ]
    return [flag for flag, holds in asked if holds]
