"""Why one person stands before another, criterion by criterion."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from cuocthi.contributions import Direction
from cuocthi.standings.criteria import MISSING, RankedBy, criteria_of
from cuocthi.standings.models import TieMethod
from cuocthi.standings.placing import KEYS
from cuocthi.text import T

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.standings.models import Ranking, Standing, TieDecision
    from cuocthi.text import Text


class Verdict(StrEnum):
    """What one step of the comparison says about the first of two."""

    BETTER = "better"
    WORSE = "worse"
    EQUAL = "equal"


@dataclass(frozen=True, slots=True)
class Step:
    """One criterion applied to two standings; values in the measure's own unit, None for a missing one."""

    title: Text
    unit: str
    first: int | None
    second: int | None
    verdict: Verdict
    text: Text


@dataclass(frozen=True, slots=True)
class Explanation:
    """The steps up to the one that decided, and the conclusion in words."""

    steps: Sequence[Step]
    conclusion: Text


def explain(ranking: Ranking, first: Standing, second: Standing, decision: TieDecision | None = None) -> Explanation:
    """Say why ``first`` stands before ``second`` in ``ranking``, or does not.

    ``decision`` is the one on the tie they share, if there is one.
    """
    steps: list[Step] = []
    if first.qualified != second.qualified:
        steps.append(_qualification(first, second))
    else:
        for criterion, name in zip(criteria_of(ranking.criteria), KEYS, strict=False):
            steps.append(_compare(criterion, getattr(first, name), getattr(second, name)))
            if steps[-1].verdict is not Verdict.EQUAL:
                break
    return Explanation(steps, _conclusion(steps[-1], first, second, decision))


def _qualification(first: Standing, second: Standing) -> Step:
    values = int(first.qualified), int(second.qualified)
    text = T("Only one of the two meets the condition for winning.")
    return Step(T("Qualified"), "flag", *values, Verdict.BETTER if first.qualified else Verdict.WORSE, text)


def _compare(criterion: RankedBy, first: int, second: int) -> Step:
    if first == second:
        text = T("Both are equal here.")
        verdict = Verdict.EQUAL
    elif MISSING in (first, second):
        text = T("A missing value ranks last.")
        verdict = Verdict.BETTER if first < second else Verdict.WORSE
    else:
        highest = criterion.direction is Direction.HIGHEST
        text = T("The higher value is better.") if highest else T("The lower value is better.")
        verdict = Verdict.BETTER if first < second else Verdict.WORSE
    return Step(criterion.title, criterion.unit, criterion.value_of(first), criterion.value_of(second), verdict, text)


def _conclusion(last: Step, first: Standing, second: Standing, decision: TieDecision | None) -> Text:
    if last.verdict is Verdict.BETTER:
        return T("The first stands before the second by “%(criterion)s”.", criterion=last.title)
    if last.verdict is Verdict.WORSE:
        return T("The first stands behind the second by “%(criterion)s”.", criterion=last.title)
    return _tie_conclusion(first, second, decision)


def _tie_conclusion(first: Standing, second: Standing, decision: TieDecision | None) -> Text:
    if first.tie_place is None or second.tie_place is None or decision is None:
        return T("Both are equal by every criterion and share rank %(rank)s.", rank=first.rank)
    before = first.tie_place < second.tie_place
    if decision.method is TieMethod.LOT:
        if before:
            return T("Both are equal by every criterion; the lot that was drawn put the first before.")
        return T("Both are equal by every criterion; the lot that was drawn put the second before.")
    if before:
        return T("Both are equal by every criterion; the jury put the first before: %(reason)s", reason=decision.reason)
    return T("Both are equal by every criterion; the jury put the second before: %(reason)s", reason=decision.reason)
