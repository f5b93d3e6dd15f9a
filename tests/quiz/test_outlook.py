"""How papers may come out: as the forecast says, within the limits of the round, the same at every look."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.quiz.conftest import SETTINGS, Quiz

from cuocthi.clock import to_micros
from cuocthi.standings.criteria import DURATION, FINISHED, FULL_MARKS, SCORE, STARTED
from cuocthi_quiz.domain.blueprint import measured, previews
from cuocthi_quiz.domain.outlook import expect
from cuocthi_quiz.domain.results import PREDICTION_ERROR
from cuocthi_quiz.settings import Predicted, QuizSettings, Target

if TYPE_CHECKING:
    from collections.abc import Callable

    from cuocthi.contributions import Expected

PERSONS = 20_000


def expected(quiz: Quiz, persons: int = PERSONS, seed: int = 0) -> Expected:
    found = expect(quiz.ctx, quiz.campaign, quiz.round_, persons, random.Random(seed))
    assert found is not None
    return found


def test_as_many_have_everything_right_as_the_forecast_says(quiz: Quiz) -> None:
    [preview] = previews(
        quiz.ctx, campaign=quiz.campaign, round_=quiz.round_, knowledge=measured(quiz.ctx, campaign=quiz.campaign)
    )
    assert preview.forecast is not None
    values = expected(quiz).values
    full = sum(one or 0 for one in values[FULL_MARKS.key])
    assert abs(full / PERSONS - preview.forecast.all_right) < 0.02
    assert all(
        (score == preview.questions * 1_000) == bool(everything)
        for score, everything in zip(values[SCORE.key], values[FULL_MARKS.key], strict=True)
    )


def test_times_lie_within_the_round_and_the_limit(quiz: Quiz) -> None:
    values = expected(quiz, 2_000).values
    limit = 15 * 60_000
    assert all(0 < (used or 0) <= limit for used in values[DURATION.key])
    opens, closes = to_micros(quiz.round_.opens_at), to_micros(quiz.round_.closes_at)
    assert all(opens <= (started or 0) < closes for started in values[STARTED.key])
    assert all(
        (finished or 0) - (started or 0) == (used or 0) * 1_000
        for started, finished, used in zip(values[STARTED.key], values[FINISHED.key], values[DURATION.key], strict=True)
    )


def test_predictions_are_off_by_whole_numbers_and_shares_by_their_decimals(quiz: Quiz) -> None:
    for target, finest in ((Target(), 1_000), (Target(Predicted.TAKING_PART), 1_000)):
        quiz.set(replace(SETTINGS, prediction=True, target=target))
        errors = expected(quiz, 500).values[PREDICTION_ERROR]
        assert all(error is not None and error >= 0 and error % finest == 0 for error in errors)
        assert len(set(errors)) > 20
    quiz.set(replace(SETTINGS, prediction=True, target=Target(Predicted.SHARE, decimals=1)))
    assert all(0 <= (error or 0) <= 100_000 for error in expected(quiz, 500).values[PREDICTION_ERROR])


def test_the_same_chance_gives_the_same_and_another_one_something_else(quiz: Quiz) -> None:
    assert expected(quiz, 300) == expected(quiz, 300)
    assert expected(quiz, 300).values != expected(quiz, 300, seed=1).values


def test_what_the_bank_cannot_fill_cannot_be_told(quiz: Quiz) -> None:
    quiz.set(QuizSettings())
    assert expect(quiz.ctx, quiz.campaign, quiz.round_, 10, random.Random(0)) is None


def test_the_number_of_statements_does_not_depend_on_the_persons(quiz: Quiz, statements: Callable[[], int]) -> None:
    expected(quiz, 10)
    statements()
    expected(quiz, 10)
    few = statements()
    expected(quiz, 3_000)
    assert 0 < statements() <= few
