"""A round of the quiz only for the best of another one: who begins, and who goes on whatever is adopted later."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from cuocthi.campaigns.settings import save_settings
from cuocthi.context import Actor
from cuocthi.contributions import ResultRow
from cuocthi.errors import Forbidden
from cuocthi.standings.criteria import RULES_OWNER, Admission, RankingRules
from cuocthi.standings.domain import adopt_ranking, build_ranking, submit_ranking
from cuocthi.standings.results import post_results
from cuocthi.testing.plugins import make_format
from cuocthi_quiz import contributed, plugin

from .conftest import SETTINGS, Quiz

if TYPE_CHECKING:
    from types import ModuleType

    from flask import Flask

    from cuocthi.enrolments.models import Enrolment
    from cuocthi.timelines.models import Phase


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [plugin, make_format("sprint")]


@pytest.fixture
def first(quiz: Quiz) -> Phase:
    """A round of another format before the quiz's own, whose best one is admitted to that."""
    quiz.campaign.plugins = ["quiz", "sprint"]
    earlier = quiz.make.round(quiz.campaign, "sprint", number=7, closes_at=quiz.ctx.now)
    rules = RankingRules(admission=Admission(earlier.key, best=1))
    save_settings(quiz.ctx, owner=RULES_OWNER, campaign=quiz.campaign, value=rules, round_=quiz.round_)
    return earlier


def adopt(quiz: Quiz, round_: Phase, *order: Enrolment) -> None:
    """Let two persons adopt a ranking of the round in which people stand in this order."""
    started = round_.opens_at
    rows = [
        ResultRow(one.id, "1", 1000 - place, 1000, 60_000, started, started + timedelta(minutes=1))
        for place, one in enumerate(order)
    ]
    post_results(quiz.ctx, campaign=quiz.campaign, round_=round_, source=round_.source, rows=rows)
    staff = [replace(quiz.ctx, actor=Actor(quiz.make.member(quiz.campaign).id)) for _ in range(2)]
    ranking = build_ranking(staff[0], campaign=quiz.campaign, round_=round_)
    submit_ranking(staff[0], ranking=ranking)
    for ctx in staff:
        adopt_ranking(ctx, ranking=ranking)


def test_whoever_began_goes_on_and_begins_again_when_a_correction_admits_another(
    quiz: Quiz, first: Phase, app: Flask
) -> None:
    quiz.set(replace(SETTINGS, attempts=2))
    one, other = quiz.person(), quiz.person()
    with app.test_request_context():
        adopt(quiz, first, one, other)
    attempt = quiz.start(one)
    with pytest.raises(Forbidden, match="your place there is 2"):
        quiz.start(other)

    with app.test_request_context():
        adopt(quiz, first, other, one)
    assert quiz.start(one) == attempt
    quiz.later(minutes=1)
    quiz.hand_in(attempt)
    (action,) = contributed.entry_actions(
        quiz.ctx, campaign=quiz.campaign, own=[quiz.round_], enrolment=one, address=lambda *_, **__: "/"
    )
    assert "another attempt" in str(action.title)
    assert quiz.start(one).number == 2
    assert quiz.start(other).number == 1
