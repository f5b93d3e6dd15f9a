"""The quiz's commands: overdue papers handed in, papers graded again, and whether the bank fills the papers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.cli import main
from cuocthi_quiz.models import Attempt, Question
from cuocthi_quiz.settings import QuizSettings

if TYPE_CHECKING:
    from flask import Flask

    from cuocthi.clock import FixedClock

    from .conftest import Quiz

Call = Callable[..., tuple[int, str]]


@pytest.fixture
def call(app: Flask, quiz: Quiz) -> Call:
    def begin(*arguments: str) -> tuple[int, str]:
        quiz.ctx.session.commit()
        result = app.test_cli_runner().invoke(main, ["quiz", *arguments])
        quiz.ctx.session.expire_all()
        return result.exit_code, result.output

    return begin


def test_overdue_papers_are_handed_in_and_graded_once(call: Call, quiz: Quiz, clock: FixedClock) -> None:
    overdue, running = quiz.start(), None
    quiz.answer_rightly(overdue, 3)
    clock.advance(timedelta(minutes=15))
    quiz.at(clock.now())
    running = quiz.start()
    assert call("sweep") == (0, "handed in 1, graded 1\n")
    assert (overdue.score, overdue.max_score) == (3000, 5000)
    assert overdue.submitted_at == overdue.deadline
    assert running.submitted_at is None
    assert call("sweep") == (0, "handed in 0, graded 0\n")


def test_papers_are_graded_again(call: Call, quiz: Quiz) -> None:
    paper = quiz.start()
    quiz.answer_rightly(paper, 2)
    quiz.hand_in(paper)
    assert call("sweep") == (0, "handed in 0, graded 1\n")
    quiz.ctx.session.execute(sa.update(Attempt).values(score=0))
    assert call("regrade", quiz.campaign.slug) == (0, f"{quiz.round_.key}\t1\n")
    assert paper.score == 2000


def test_a_bank_that_cannot_fill_a_paper_is_found_in_words(call: Call, quiz: Quiz) -> None:
    number = quiz.ctx.session.scalar(sa.select(sa.func.count()).select_from(Question))
    assert call("check", quiz.campaign.slug) == (0, f"{number} approved questions\n")
    quiz.set(QuizSettings())
    status, output = call("check", quiz.campaign.slug)
    assert status == 1
    assert quiz.round_.title in output
    assert "The blueprint" not in output, "it speaks Vietnamese"


def test_an_unknown_campaign_is_refused(call: Call) -> None:
    for command in ("check", "regrade"):
        status, output = call(command, "nowhere")
        assert (status, "there is no campaign 'nowhere'" in output) == (2, True)
