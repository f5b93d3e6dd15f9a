"""How papers may come out: as the forecast says, within the limits of the round, as guesses fall."""

from __future__ import annotations

import random
from dataclasses import replace
from math import exp
from typing import TYPE_CHECKING

import pytest
from tests.quiz.conftest import SETTINGS, Quiz

from cuocthi.clock import to_micros
from cuocthi.standings.criteria import DURATION, FINISHED, FULL_MARKS, SCORE, STARTED
from cuocthi_quiz.domain.blueprint import measured, previews
from cuocthi_quiz.domain.outlook import expect
from cuocthi_quiz.domain.results import PREDICTION_ERROR
from cuocthi_quiz.settings import Predicted, QuizSettings, Target

if TYPE_CHECKING:
    from collections.abc import Callable

    from cuocthi.contributions import Distribution, Expected

PERSONS = 20_000


def expected(quiz: Quiz, persons: int = PERSONS) -> Expected:
    found = expect(quiz.ctx, quiz.campaign, quiz.round_, persons)
    assert found is not None
    return found


def one_of(found: Expected, key: str) -> Distribution:
    return found.persons[0].entries[0].measures[key]


def test_as_many_have_everything_right_as_the_forecast_says(quiz: Quiz) -> None:
    [preview] = previews(
        quiz.ctx, campaign=quiz.campaign, round_=quiz.round_, knowledge=measured(quiz.ctx, campaign=quiz.campaign)
    )
    assert preview.forecast is not None
    found = expected(quiz)
    assert sum(kind.share for kind in found.persons) == pytest.approx(1)
    full = 0.0
    for kind in found.persons:
        assert sum(entry.share for entry in kind.entries) == pytest.approx(1)
        for entry in kind.entries:
            everything, score = entry.measures[FULL_MARKS.key], entry.measures[SCORE.key]
            assert (score.low == preview.questions * 1_000) == bool(everything.low)
            full += kind.share * entry.share * everything.low
    assert full == pytest.approx(preview.forecast.all_right, abs=1e-6)


def test_who_knows_more_has_everything_right_more_often(quiz: Quiz) -> None:
    shares = [kind.entries[1].share for kind in expected(quiz).persons]
    assert shares == sorted(shares)
    assert shares[-1] > 2 * shares[len(shares) // 2]


def test_times_lie_within_the_round_and_the_limit(quiz: Quiz) -> None:
    found = expected(quiz)
    used, started, finished = (one_of(found, measure.key) for measure in (DURATION, STARTED, FINISHED))
    limit = 15 * 60_000
    assert (used.upto(-1), used.upto(limit), used.high) == (0, 1, limit)
    opens, closes = to_micros(quiz.round_.opens_at), to_micros(quiz.round_.closes_at)
    span = closes - opens
    assert (started.upto(opens - 1), started.upto(closes)) == (0, 1)
    assert [round(started.upto(opens + span * tenth // 10), 2) for tenth in (1, 5, 9)] == [0.3, 0.5, 0.7]
    assert (finished.upto(opens), finished.upto(closes + 1_000 * limit)) == (0, 1)
    for one in (used, started, finished):
        shares = [one.upto(one.low + (one.high - one.low) * step // 50) for step in range(51)]
        assert shares == sorted(shares)


@pytest.mark.parametrize("target", [Target(), Target(Predicted.TAKING_PART)])
def test_predicted_numbers_are_off_as_guesses_are(quiz: Quiz, target: Target) -> None:
    """Against guesses drawn by chance: log-normal around the outcome, every other one rounded to two digits."""
    quiz.set(replace(SETTINGS, prediction=True, target=target))
    found = expected(quiz)
    full = sum(
        kind.share * entry.share * entry.measures[FULL_MARKS.key].low
        for kind in found.persons
        for entry in kind.entries
    )
    outcome = PERSONS if target.what is Predicted.TAKING_PART else round(PERSONS * full)
    chance, off = random.Random(7), []
    for number in range(20_000):
        guess = round(outcome * exp(0.7 * chance.gauss(0, 1)))
        step = 10 ** max(len(str(guess)) - 2, 0) * 5 if number % 2 else 1
        off.append(abs(round(guess / step) * step - outcome) * 1_000)
    error = one_of(found, PREDICTION_ERROR)
    assert error.upto(-1) == 0
    for share in (0, outcome // 20, outcome // 4, outcome, 3 * outcome):
        within = sum(one <= share * 1_000 for one in off) / len(off)
        assert error.upto(share * 1_000) == pytest.approx(within, abs=0.015)


def test_predicted_shares_are_off_by_their_decimals(quiz: Quiz) -> None:
    quiz.set(replace(SETTINGS, prediction=True, target=Target(Predicted.SHARE, decimals=1)))
    error = one_of(expected(quiz), PREDICTION_ERROR)
    assert (error.upto(-1), error.upto(100_000)) == (0, 1)
    assert 0.1 < error.upto(5_000) < 0.6
    shares = [error.upto(step * 500) for step in range(200)]
    assert shares == sorted(shares)


def test_what_the_bank_cannot_fill_cannot_be_told(quiz: Quiz) -> None:
    quiz.set(QuizSettings())
    assert expect(quiz.ctx, quiz.campaign, quiz.round_, 10) is None


def test_the_number_of_statements_does_not_depend_on_the_persons(quiz: Quiz, statements: Callable[[], int]) -> None:
    expected(quiz, 10)
    statements()
    expected(quiz, 10)
    few = statements()
    expected(quiz, 3_000_000)
    assert 0 < statements() <= few
