"""How the papers of a round may come out before anybody has taken it, so that its ties can be computed.

*Right answers*: of a paper with the blueprint's difficulties, by the Poisson-binomial distribution, for persons of each
ability (``domain/ability.py``); the more papers somebody takes, the more the able ones stand out. *Time used*:
log-normally distributed, as response times are (van der Linden, "A lognormal model for response times on test items",
Journal of Educational and Behavioral Statistics 31, 2006), cut off at the limit. *Moments*: half of the entries
anywhere in the round, a quarter each in its first and its last tenth, as entries pile up there. *Predictions*:
scattered around what comes out, half of them round numbers, as people guess.
"""

from __future__ import annotations

from math import exp, floor, log
from statistics import NormalDist
from typing import TYPE_CHECKING

from cuocthi.clock import to_micros
from cuocthi.contributions import Distribution, Expected, ExpectedEntries, ExpectedPersons
from cuocthi.standings.criteria import DURATION, FINISHED, FULL_MARKS, SCORE, STARTED
from cuocthi.text import T
from cuocthi_quiz.domain import drawing
from cuocthi_quiz.domain.ability import facilities
from cuocthi_quiz.domain.attempts import candidates, divisions_of, settings_of
from cuocthi_quiz.domain.blueprint import measured
from cuocthi_quiz.domain.results import PREDICTION_ERROR
from cuocthi_quiz.models import THOUSANDTHS
from cuocthi_quiz.queries import figures
from cuocthi_quiz.settings import Predicted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase
    from cuocthi_quiz.domain.blueprint import Knowledge
    from cuocthi_quiz.models import Difficulty
    from cuocthi_quiz.settings import QuizSettings, Target

#: Papers drawn to see how many questions of each difficulty they have.
_PAPERS = 24
_ENOUGH_PAPERS = 200
#: Where too few papers have been handed in to measure it: seconds for a question, and the spread of their logarithm.
_SECONDS, _SPREAD = 22.0, 0.45
#: The spread of the logarithm of predicted numbers, and of predicted shares in per cent.
_GUESSES, _GUESSED_SHARES = 0.7, 12.0
#: To how many per cent people round a share, and how many steps a moment of handing in is looked at by.
_ROUND_SHARE, _MOMENTS = 5, 20
_NORMAL = NormalDist()


def expect(ctx: Context, campaign: Campaign, round_: Phase, persons: int) -> Expected | None:
    """Return how the papers of so many persons may come out, None while the bank cannot fill them.

    With divisions each has as many persons. A handful of statements, however many persons there are.
    """
    settings, knowledge = settings_of(ctx, campaign=campaign, round_=round_), measured(ctx, campaign=campaign)
    bank = candidates(ctx, round_=round_)
    divisions = divisions_of(campaign)
    middle, spread, times = _times(ctx, campaign)
    started = _moments(round_)
    kinds: list[ExpectedPersons] = []
    for division in divisions:
        asked = settings.questions_for(division)
        known = _right_answers(settings, drawing.units(drawing.for_division(bank, division)), division, knowledge)
        if known is None:
            return None
        used = _duration(asked * middle, spread, settings.minutes * 60_000)
        common = {DURATION.key: used, STARTED.key: started, FINISHED.key: _finished(started, used)}
        kinds += [ExpectedPersons(weight / len(divisions), list(_entries(shares, common))) for weight, shares in known]
    basis = [_said(knowledge), times]
    if settings.prediction:
        everything = sum(
            kind.share * entry.share for kind in kinds for entry in kind.entries if entry.measures[FULL_MARKS.key].low
        )
        error = _error(settings.target, everything, persons)
        kinds = [
            ExpectedPersons(
                kind.share,
                [ExpectedEntries(one.share, {**one.measures, PREDICTION_ERROR: error}) for one in kind.entries],
            )
            for kind in kinds
        ]
        basis.append(T("Predictions are assumed to lie around the outcome, half of them on round numbers."))
    return Expected(kinds, basis)


def _entries(shares: Sequence[float], common: Mapping[str, Distribution]) -> Iterator[ExpectedEntries]:
    """Yield the papers of somebody with such shares of right answers: those with mistakes, those without."""
    asked = len(shares) - 1
    some = {count * THOUSANDTHS: share for count, share in enumerate(shares[:-1])}
    yield ExpectedEntries(1 - shares[-1], {SCORE.key: Distribution.of(some), FULL_MARKS.key: _NO, **common})
    full = Distribution.certain(asked * THOUSANDTHS)
    yield ExpectedEntries(shares[-1], {SCORE.key: full, FULL_MARKS.key: _YES, **common})


_NO, _YES = Distribution.certain(0), Distribution.certain(1)


# --- right answers --------------------------------------------------------------------------------------------------


def _right_answers(
    settings: QuizSettings, bank: list[drawing.Unit], division: str, knowledge: Knowledge
) -> list[tuple[float, list[float]]] | None:
    """Return for persons of each ability their share, and that of each number of right answers among their papers."""
    rows = settings.rows_for(division)
    if not rows or drawing.shortages(rows, bank):
        return None
    numbers = drawing.difficulties_of(drawing.supply(rows, bank), papers=_PAPERS)
    found = []
    for weight, chances in facilities(knowledge.facility, knowledge.spread):
        shares = [0.0] * (settings.questions_for(division) + 1)
        for paper, times in numbers.items():
            for count, share in enumerate(_poisson_binomial(paper, chances)):
                shares[count] += share * times / _PAPERS
        found.append((weight, shares))
    return found


def _poisson_binomial(paper: Sequence[tuple[Difficulty, int]], chances: Mapping[Difficulty, float]) -> list[float]:
    """Return for every number of right answers on a paper its chance, adding one question after the other."""
    found = [1.0]
    for difficulty, number in paper:
        right = chances[difficulty]
        for _ in range(number):
            found = [
                (found[count] if count < len(found) else 0.0) * (1 - right)
                + (found[count - 1] * right if count else 0.0)
                for count in range(len(found) + 1)
            ]
    return found


def _said(knowledge: Knowledge) -> Text:
    if knowledge.measured:
        return T("How many answers are right is measured on the papers marked so far.")
    return T("How many answers are right is assumed: too few papers have been marked to measure it.")


# --- times ----------------------------------------------------------------------------------------------------------


def _times(ctx: Context, campaign: Campaign) -> tuple[float, float, Text]:
    """Return the seconds that a question takes in the middle, the spread of their logarithm, and what they rest on."""
    ids = [number for number in (campaign.id, campaign.earlier_id) if number is not None]
    papers, mean, variance = figures.times_for_a_question(ctx, campaign_ids=ids)
    if papers < _ENOUGH_PAPERS or not mean:
        return _SECONDS, _SPREAD, T("The time used is assumed: too few papers have been handed in to measure it.")
    # The log-normal distribution with this mean and this variance.
    spread = log(1 + variance / mean**2) ** 0.5
    return mean * exp(-(spread**2) / 2), spread, T("The time used is measured on the papers handed in so far.")


def _duration(seconds: float, spread: float, limit: int) -> Distribution:
    """Return the time used in whole milliseconds: ``seconds`` in the middle; no ``limit`` is 0."""
    middle, width = log(1000 * seconds), spread or 1e-6
    most = limit or int(exp(middle + 9 * width))

    def upto(value: int) -> float:
        if value < 0:
            return 0.0
        return 1.0 if value >= most else _NORMAL.cdf((log(value + 1) - middle) / width)

    return Distribution(0, most, upto)


def _moments(round_: Phase) -> Distribution:
    """Return when persons begin, in microseconds."""
    opens, closes = to_micros(round_.opens_at), to_micros(round_.closes_at)

    def upto(value: int) -> float:
        at = min(max((value + 1 - opens) / (closes - opens), 0.0), 1.0)
        return at / 2 + min(at * 10, 1.0) / 4 + max(at * 10 - 9, 0.0) / 4

    return Distribution(opens, closes, upto)


def _finished(started: Distribution, used: Distribution) -> Distribution:
    """Return when persons hand in: they begin whenever they do, and use any of equally likely times."""
    times = [1000 * _quantile(used, (step + 0.5) / _MOMENTS) for step in range(_MOMENTS)]
    return Distribution(
        started.low + times[0],
        started.high + times[-1],
        lambda value: sum(started.upto(value - time) for time in times) / _MOMENTS,
    )


def _quantile(one: Distribution, share: float) -> int:
    """Return the smallest value that this share of entries does not exceed."""
    low, high = one.low, one.high
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if one.upto(middle) < share else (low, middle)
    return low


# --- predictions ----------------------------------------------------------------------------------------------------


def _error(target: Target, everything: float, persons: int) -> Distribution:
    """Return how far predictions are off, in thousandths, where such a share has everything right."""
    if target.what is Predicted.SHARE:
        outcome = 100 * everything
        exact = _shares_guessed(outcome, 10**-target.decimals)
        rounded = _shares_guessed(outcome, _ROUND_SHARE)
        return _off(outcome, exact, rounded, most=100)
    number = round(persons * everything) if target.what is Predicted.EVERYTHING_RIGHT else persons
    return _off(number, *_numbers_guessed(number), most=int(max(number, 1) * exp(9 * _GUESSES)))


def _off(
    outcome: float, exact: Callable[[float], float], rounded: Callable[[float], float], *, most: int
) -> Distribution:
    """Return the distance from the outcome; half of the guesses are exact, which with round ones says their share up
    to a value.
    """
    thousandths = round(outcome * THOUSANDTHS)

    def upto(error: int) -> float:
        if error < 0:
            return 0.0
        high, low = (thousandths + error) / THOUSANDTHS, (thousandths - error - 0.5) / THOUSANDTHS
        return sum(guessed(high) - guessed(low) for guessed in (exact, rounded)) / 2

    return Distribution(0, most * THOUSANDTHS, upto)


def _numbers_guessed(outcome: int) -> tuple[Callable[[float], float], Callable[[float], float]]:
    """Return the share of predicted numbers up to a value: of those meant exactly, and of those with two digits."""
    middle = log(max(outcome, 1))

    def below(value: float) -> float:
        return _NORMAL.cdf((log(value) - middle) / _GUESSES) if value > 0 else 0.0

    def exact(value: float) -> float:
        return below(floor(value) + 0.5)

    def rounded(value: float) -> float:
        step = 10 ** max(len(str(max(floor(value), 0))) - 2, 0) * 5
        return below((value // step) * step + step / 2)

    return exact, rounded


def _shares_guessed(outcome: float, step: float) -> Callable[[float], float]:
    """Return the share of predicted percentages up to a value, each rounded to a step."""
    guesses = NormalDist(outcome, _GUESSED_SHARES)

    def upto(value: float) -> float:
        if value < 0:
            return 0.0
        return 1.0 if value >= 100 else guesses.cdf((floor(value / step + 1e-9) + 0.5) * step)  # noqa: PLR2004 - per cent

    return upto
