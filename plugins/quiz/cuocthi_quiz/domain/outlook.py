"""How the papers of a round may come out before anybody has taken it, so that its ties can be counted.

*Right answers*: of a paper with the blueprint's difficulties, by the Poisson-binomial distribution, averaged over what
persons know (``domain/ability.py``). *Time used*: log-normally distributed, as response times are (van der Linden, "A
lognormal model for response times on test items", Journal of Educational and Behavioral Statistics 31, 2006), cut off
at the limit. *Moments*: half of the entries anywhere in the round, a quarter each in its first and its last tenth, as
entries pile up there. *Predictions*: scattered around what came out, half of them round numbers, as people guess.
"""

from __future__ import annotations

from math import exp, log
from typing import TYPE_CHECKING

from cuocthi.clock import to_micros
from cuocthi.contributions import Expected
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
    from collections.abc import Mapping, Sequence
    from random import Random

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


def expect(ctx: Context, campaign: Campaign, round_: Phase, persons: int, chance: Random) -> Expected | None:
    """Return how the papers of so many persons may come out, None while the bank cannot fill them.

    With divisions each has as many persons. A handful of statements, however many persons there are.
    """
    settings, knowledge = settings_of(ctx, campaign=campaign, round_=round_), measured(ctx, campaign=campaign)
    bank = candidates(ctx, round_=round_)
    divisions = divisions_of(campaign)
    counts: list[int] = []
    questions: list[int] = []
    for number, division in enumerate(divisions):
        shares = _right_answers(settings, drawing.units(drawing.for_division(bank, division)), division, knowledge)
        if shares is None:
            return None
        heads = persons * (number + 1) // len(divisions) - persons * number // len(divisions)
        counts += chance.choices(range(len(shares)), weights=shares, k=heads)
        questions += [settings.questions_for(division)] * heads
    right = [count == asked for count, asked in zip(counts, questions, strict=True)]
    durations, times = _durations(ctx, campaign, settings, questions, chance)
    started = _moments(round_, persons, chance)
    values: dict[str, Sequence[int | None]] = {
        SCORE.key: [count * THOUSANDTHS for count in counts],
        FULL_MARKS.key: [int(everything) for everything in right],
        DURATION.key: durations,
        STARTED.key: started,
        FINISHED.key: [moment + used * 1000 for moment, used in zip(started, durations, strict=True)],
    }
    basis = [_said(knowledge), times]
    if settings.prediction:
        values[PREDICTION_ERROR] = _errors(settings.target, sum(right), persons, chance)
        basis.append(T("Predictions are assumed to lie around the outcome, half of them on round numbers."))
    return Expected(values, basis)


# --- right answers --------------------------------------------------------------------------------------------------


def _right_answers(
    settings: QuizSettings, bank: list[drawing.Unit], division: str, knowledge: Knowledge
) -> list[float] | None:
    """Return for every number of right answers how many of all persons are expected to have it, as a share."""
    rows = settings.rows_for(division)
    if not rows or drawing.shortages(rows, bank):
        return None
    numbers = drawing.difficulties_of(drawing.supply(rows, bank), papers=_PAPERS)
    total = [0.0] * (settings.questions_for(division) + 1)
    for weight, chances in facilities(knowledge.facility, knowledge.spread):
        for paper, times in numbers.items():
            for count, share in enumerate(_poisson_binomial(paper, chances)):
                total[count] += weight * share * times / _PAPERS
    return total


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


def _durations(
    ctx: Context, campaign: Campaign, settings: QuizSettings, questions: Sequence[int], chance: Random
) -> tuple[list[int], Text]:
    """Return the time that each person uses, in milliseconds, and in words what that rests on."""
    ids = [number for number in (campaign.id, campaign.earlier_id) if number is not None]
    papers, mean, variance = figures.times_for_a_question(ctx, campaign_ids=ids)
    if papers < _ENOUGH_PAPERS or not mean:
        middle, spread = _SECONDS, _SPREAD
        said = T("The time used is assumed: too few papers have been handed in to measure it.")
    else:
        # The log-normal distribution with this mean and this variance.
        spread = log(1 + variance / mean**2) ** 0.5
        middle = mean * exp(-(spread**2) / 2)
        said = T("The time used is measured on the papers handed in so far.")
    limit = settings.minutes * 60_000 or None
    used = [int(1000 * asked * middle * exp(spread * chance.gauss(0, 1))) for asked in questions]
    return ([min(one, limit) for one in used] if limit else used), said


def _moments(round_: Phase, persons: int, chance: Random) -> list[int]:
    """Return when each person begins, in microseconds."""
    opens, closes = to_micros(round_.opens_at), to_micros(round_.closes_at)
    span = closes - opens
    found: list[int] = []
    for _ in range(persons):
        part, place = chance.random(), chance.random()
        share = place if part < 0.5 else place / 10 if part < 0.75 else 1 - place / 10  # noqa: PLR2004 - the quarters
        found.append(opens + int(span * share))
    return found


# --- predictions ----------------------------------------------------------------------------------------------------


def _errors(target: Target, right: int, persons: int, chance: Random) -> list[int | None]:
    """Return how far each prediction is off, in thousandths."""
    if target.what is Predicted.SHARE:
        outcome = 100 * right / persons if persons else 0.0
        finest = 10**-target.decimals
        return [_off(_share_guessed(outcome, finest, chance), outcome) for _ in range(persons)]
    number = right if target.what is Predicted.EVERYTHING_RIGHT else persons
    return [_off(_number_guessed(number, chance), number) for _ in range(persons)]


def _off(guessed: float, outcome: float) -> int:
    return abs(round(guessed * THOUSANDTHS) - round(outcome * THOUSANDTHS))


def _number_guessed(outcome: int, chance: Random) -> int:
    guessed = round(max(outcome, 1) * exp(_GUESSES * chance.gauss(0, 1)))
    if chance.random() < 0.5:  # noqa: PLR2004 - half of them
        step: int = 10 ** max(len(str(guessed)) - 2, 0) * 5
        return round(guessed / step) * step
    return guessed


def _share_guessed(outcome: float, finest: float, chance: Random) -> float:
    guessed = min(max(chance.gauss(outcome, _GUESSED_SHARES), 0.0), 100.0)
    step = 5 if chance.random() < 0.5 else finest  # noqa: PLR2004 - half of them
    return round(guessed / step) * step
