"""Practice: open as the settings say, answered rightly or wrongly at once, and nothing of it stored."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from tests.quiz.conftest import SETTINGS, Quiz, acting, approve_by_two, question, right_response, shown_bits

from cuocthi_quiz.domain.bank import write_question
from cuocthi_quiz.domain.practice import practice_paper
from cuocthi_quiz.models import Attempt, QuestionType
from cuocthi_quiz.settings import Practice

if TYPE_CHECKING:
    from flask.testing import FlaskClient

KEYS = [f"tap-{number}" for number in range(1, 4)]


@pytest.fixture
def practising(quiz: Quiz) -> Quiz:
    """A campaign in which everybody may practise with three questions."""
    author = acting(quiz.ctx, quiz.make.user().id)
    for key in KEYS:
        type_ = QuestionType.MULTIPLE if key == "tap-3" else QuestionType.SINGLE
        data = replace(question(key, type_=type_), for_practice=True)
        approve_by_two(quiz, write_question(author, campaign=quiz.campaign, data=data))
    quiz.set(replace(SETTINGS, practice=Practice.EVERYBODY, practice_questions=10))
    quiz.ctx.session.commit()
    return quiz


def address(quiz: Quiz, client: FlaskClient) -> str:
    quiz.ctx.session.commit()
    answer = client.get(f"/c/{quiz.campaign.slug}/quiz/practice/", follow_redirects=False)
    assert answer.status_code == 302
    return str(answer.location)


def test_only_questions_for_practice_are_asked(practising: Quiz, client: FlaskClient) -> None:
    page = client.get(address(practising, client)).text
    assert all(f"Câu hỏi {key}:" in page for key in KEYS)
    assert "Câu hỏi de-" not in page
    assert "Giải thích của" not in page


def test_right_answers_and_explanations_are_shown_at_once_and_nothing_is_stored(
    practising: Quiz, client: FlaskClient
) -> None:
    where = address(practising, client)
    page = client.get(where).text
    token = where.rsplit("/", 1)[1]
    rows = practice_paper(practising.ctx, campaign=practising.campaign, token=token, number=10)
    fields = [("paper", re.findall(r'name="paper" value="(\w+)"', page)[0])]
    for row in rows[:2]:
        bits = shown_bits(row, right_response(row))
        fields += [(f"q{row.position}-choice", str(at)) for at in range(8) if bits >> at & 1]
    practising.ctx.session.commit()
    done = client.get(where, query_string=fields).text
    assert "2 / 3" in done
    assert all(f"Giải thích của {key}." in done for key in KEYS)
    assert practising.ctx.session.scalar(sa.select(sa.func.count()).select_from(Attempt)) == 0


@pytest.mark.parametrize("field", [("q1-choice", "99"), ("q1-choice", "x"), ("q1-text", "a" * 999), ("q9-choice", "1")])
def test_what_cannot_be_an_answer_leaves_the_question_open(
    practising: Quiz, client: FlaskClient, field: tuple[str, str]
) -> None:
    where = address(practising, client)
    mark = re.findall(r'name="paper" value="(\w+)"', client.get(where).text)[0]
    done = client.get(where, query_string=[("paper", mark), field])
    assert done.status_code == 200
    assert "0 / 3" in done.text


def test_answers_to_another_paper_are_not_compared_with_this_one(practising: Quiz, client: FlaskClient) -> None:
    page = client.get(address(practising, client), query_string={"paper": "0" * 16}).text
    assert "Giải thích của" not in page
    assert "notice-info" in page


def test_nobody_practises_where_the_settings_do_not_say_so(practising: Quiz, client: FlaskClient) -> None:
    practising.set(replace(SETTINGS, practice=Practice.NOBODY))
    practising.ctx.session.commit()
    assert client.get(f"/c/{practising.campaign.slug}/quiz/practice/").status_code == 404
    assert "quiz/practice" not in client.get(f"/c/{practising.campaign.slug}/").text


def test_where_only_entrants_practise_others_are_led_to_registering(practising: Quiz, client: FlaskClient) -> None:
    practising.set(replace(SETTINGS, practice=Practice.ENTRANTS))
    practising.ctx.session.commit()
    assert "/join" in address(practising, client)


def test_the_way_to_practice_stands_on_the_campaigns_page(practising: Quiz, client: FlaskClient) -> None:
    assert "quiz/practice" in client.get(f"/c/{practising.campaign.slug}/").text
