"""Groups that a file changes: what would no longer fit a row of the blueprint is told before anything is taken over."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.quiz.conftest import question

from cuocthi_quiz.domain.exchange.belonging import problems_of_group
from cuocthi_quiz.domain.questions import QuestionData

BANK = {key: replace(question(key), group="tin-nhan", group_text="Một tin nhắn.") for key in ("de-1", "de-2")}


@pytest.mark.parametrize(
    ("changed", "problems"), [({}, 0), ({"text": "Khác?"}, 0), ({"topic": "services"}, 1), ({"division": "tre"}, 1)]
)
def test_one_question_of_a_group_does_not_leave_its_topic_or_division_alone(
    changed: dict[str, Any], problems: int
) -> None:
    found = problems_of_group("tin-nhan", [replace(BANK["de-1"], **changed)], BANK)
    assert len(list(found)) == problems


def test_all_questions_of_a_group_may_go_to_another_topic_together() -> None:
    moved: list[QuestionData] = [replace(one, topic="services") for one in BANK.values()]
    assert list(problems_of_group("tin-nhan", moved, BANK)) == []
