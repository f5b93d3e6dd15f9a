"""Which options are shown as right once something was decided on a key: to the participant, and in the analysis."""

from __future__ import annotations

from typing import Any

import pytest

from cuocthi_quiz.domain.drawing import pack
from cuocthi_quiz.domain.item_analysis import ItemFigures
from cuocthi_quiz.domain.kinds import right_options
from cuocthi_quiz.models import QuestionType, Revision
from cuocthi_quiz.queries.item_analysis import Tally
from cuocthi_quiz.queries.papers import PaperRow
from cuocthi_quiz.views.item_analysis import option_counts
from cuocthi_quiz.views.shown import ShownQuestion, shown

CONTENT = {"options": ["a", "b", "c", "d"]}
FURTHER = {"right": [0], "also": [{"right": [2]}]}
EVERYBODY, VOID = {"right": [0], "everyone": True}, {"right": [0], "void": True}


def answered(option: int, key: dict[str, Any]) -> ShownQuestion:
    """The review of a question whose options stand in the order 3, 2, 1, 0, answered by the author's option."""
    order, response = pack((3, 2, 1, 0)), str(1 << option)
    return shown(PaperRow(1, order, False, QuestionType.SINGLE, "?", CONTENT, 4, 0, None, "", response, 1, None, key))


@pytest.mark.parametrize(
    ("key", "right"), [({"right": [1]}, {1}), (FURTHER, {0, 2}), (EVERYBODY, {0, 1, 2, 3}), (VOID, set())]
)
def test_all_that_was_accepted_is_right(key: dict[str, Any], right: set[int]) -> None:
    assert right_options(CONTENT, key) == right


def test_a_choice_that_was_accepted_later_is_shown_as_right() -> None:
    question = answered(2, FURTHER)
    assert question.right
    assert [(option.text, option.right, option.chosen) for option in question.options if option.right] == [
        ("c", True, True),
        ("a", True, False),
    ]


@pytest.mark.parametrize("key", [EVERYBODY, VOID])
def test_where_the_answer_made_no_difference_no_option_is_right_or_wrong(key: dict[str, Any]) -> None:
    question = answered(2, key)
    assert not question.judged
    assert not any(option.right for option in question.options)


@pytest.mark.parametrize(("key", "wrong"), [({"right": [0]}, "bcd"), (FURTHER, "bd"), (EVERYBODY, "")])
def test_the_analysis_counts_no_accepted_option_as_wrong(key: dict[str, Any], wrong: str) -> None:
    revision = Revision(type=QuestionType.SINGLE, content=CONTENT, key=key)
    tally = Tally(1, "4", 1000, 30, 0, 0, 10, 10)
    figures = ItemFigures(1, 30, 10, 10, 1.0, None, 0.0, (tally,))
    found = option_counts(revision, figures)
    assert "".join(name[-1] for name, _number, right in found if not right) == wrong
