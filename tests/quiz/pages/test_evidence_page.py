"""The jury's page about one person: who may see it, that looking is on record, and from where it is reached."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from tests.quiz.conftest import Quiz

from cuocthi.audit.models import AuditEvent
from cuocthi.contributions import Role
from cuocthi.standings.domain import build_ranking
from cuocthi_quiz.domain.grading import grade_round
from cuocthi_quiz.models import Attempt
from cuocthi_quiz.views.evidence import by_chance

from .conftest import Reader

if TYPE_CHECKING:
    from cuocthi.enrolments.models import Enrolment


@pytest.fixture
def handed_in(quiz: Quiz, person: Enrolment) -> Attempt:
    attempt = quiz.start(person)
    quiz.answer_rightly(attempt, 2)
    quiz.hand_in(attempt)
    grade_round(quiz.ctx, round_id=quiz.round_.id)
    return attempt


@pytest.fixture
def juror(quiz: Quiz, sign_in: Callable[[int], Reader]) -> Reader:
    return sign_in(quiz.make.member(quiz.campaign, Role.JURY).id)


def test_the_jury_reads_hints_that_decide_nothing(
    quiz: Quiz, person: Enrolment, handed_in: Attempt, juror: Reader
) -> None:
    number = person.id
    page = juror.get(f"staff/evidence/{number}")
    assert page.status_code == 200
    for part in ("speed", "similarity", "sharing", "burst"):
        assert f'<h2 id="{part}">' in page.text
        assert f'href="#{part}"' in page.text, "all four stand at the head, with how much they weigh"
    assert page.text.count("<table") == page.text.count("<caption")
    looks = sa.select(AuditEvent.object_id).where(AuditEvent.action == "quiz:evidence:view")
    assert quiz.ctx.session.scalars(looks).all() == [number]


def test_nothing_of_what_was_asked_stands_there(
    quiz: Quiz, person: Enrolment, handed_in: Attempt, juror: Reader
) -> None:
    assert "Câu hỏi de-" not in juror.get(f"staff/evidence/{person.id}").text


@pytest.mark.parametrize(
    ("role", "status"), [(Role.JURY, 200), (Role.OVERSIGHT, 200), (Role.ORGANISING, 403), (Role.SUPPORT, 403)]
)
def test_only_jury_and_oversight_see_it(
    quiz: Quiz,
    person: Enrolment,
    handed_in: Attempt,
    sign_in: Callable[[int], Reader],
    role: Role,
    status: int,
) -> None:
    reader = sign_in(quiz.make.member(quiz.campaign, role).id)
    assert reader.get(f"staff/evidence/{person.id}").status_code == status


def test_who_handed_nothing_in_has_no_such_page(quiz: Quiz, juror: Reader) -> None:
    assert juror.get(f"staff/evidence/{quiz.make.enrolment(quiz.campaign).id}").status_code == 404


def test_the_ranking_leads_there_those_who_may_look(
    quiz: Quiz, person: Enrolment, handed_in: Attempt, juror: Reader, staff: Reader
) -> None:
    quiz.at(quiz.round_.windows[0].closes_at)
    build_ranking(quiz.ctx, campaign=quiz.campaign, round_=quiz.round_)
    path = f"/c/{quiz.campaign.slug}/staff/rankings/{quiz.round_.id}/1/"
    there = f"/c/{quiz.campaign.slug}/quiz/staff/evidence/{person.id}?round={quiz.round_.id}"
    assert there in juror.get(path).text
    organisers = staff.get(path)
    assert person.name in organisers.text
    assert there not in organisers.text


@pytest.mark.parametrize(
    ("probability", "said"),
    [
        (1.0, "quite usual"),
        (0.5, "quite usual"),
        (0.01, "once in 100 cases"),
        (1e-9, "less than once in a million cases"),
    ],
)
def test_a_probability_is_said_in_words(probability: float, said: str) -> None:
    text = by_chance(probability)
    assert text.msgid % text.params == said
