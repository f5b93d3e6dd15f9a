"""A paper with a question of every type: each is answered in its own way, in one statement, and graded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cuocthi.errors import Closed, Missing
from cuocthi_quiz.domain import answers
from cuocthi_quiz.domain.bank_files import fill_bank
from cuocthi_quiz.domain.drawing import unpack
from cuocthi_quiz.domain.grading import grade_attempt
from cuocthi_quiz.domain.kinds import KINDS
from cuocthi_quiz.domain.kinds.base import Scoring
from cuocthi_quiz.domain.kinds.choice import Choice, Option
from cuocthi_quiz.domain.kinds.hotspot import Hotspot, Region
from cuocthi_quiz.domain.kinds.placing import Match, Order, Pair
from cuocthi_quiz.domain.kinds.written import AcceptedNumber, Number, Wording
from cuocthi_quiz.domain.responses import WAYS, Given, Way, is_complete, to_given, to_response
from cuocthi_quiz.models import Difficulty, Mark, QuestionType, Topic
from cuocthi_quiz.settings import BlueprintRow

from .conftest import SETTINGS, Quiz, question, right_response

if TYPE_CHECKING:
    from cuocthi_quiz.models import Attempt
    from cuocthi_quiz.queries.papers import PaperRow

BODIES = {
    QuestionType.SINGLE: Choice((Option("Sai 1"), Option("Đúng", True), Option("Sai 2")), keep_order=True),
    QuestionType.MULTIPLE: Choice(
        (Option("Đúng 1", True), Option("Sai 1"), Option("Đúng 2", True), Option("Sai 2")), scoring=Scoring.PARTIAL
    ),
    QuestionType.TRUE_FALSE: Choice((Option("Đúng"), Option("Sai", True))),
    QuestionType.NUMBER: Number((AcceptedNumber("63", "1"),), "tỉnh"),
    QuestionType.TEXT: Wording(("VNeID",)),
    QuestionType.ORDERING: Order(("Đăng nhập", "Chọn thủ tục", "Nộp hồ sơ", "Nhận kết quả"), Scoring.PARTIAL),
    QuestionType.MATCHING: Match((Pair("VNeID", "định danh"), Pair("VssID", "bảo hiểm")), ("thuế",), Scoring.PARTIAL),
    QuestionType.HOTSPOT: Hotspot(
        "cong-dvc", "Trang chủ", (Region("Đăng nhập", 800, 0, 200, 80, True), Region("Tìm kiếm", 100, 200, 500, 90))
    ),
}


@pytest.mark.parametrize(
    ("type_", "targets", "complete"),
    [
        (QuestionType.ORDERING, (2, 1, 3), True),
        (QuestionType.ORDERING, (1, 1, 1), False),
        (QuestionType.ORDERING, (2, 0, 3), False),
        (QuestionType.MATCHING, (1, 1, 2), True),
        (QuestionType.MATCHING, (0, 0, 2), False),
    ],
)
def test_what_is_placed_in_part_is_still_open(type_: QuestionType, targets: tuple[int, ...], *, complete: bool) -> None:
    response = to_response(Given.placing(targets), range(3))
    assert is_complete(response, type_, 3) is complete


@pytest.mark.parametrize("type_", QuestionType)
def test_what_was_not_answered_or_taken_back_is_open(type_: QuestionType) -> None:
    assert not is_complete("", type_, 3)


@pytest.fixture
def attempt(quiz: Quiz) -> Attempt:
    """A paper with one question of every type."""
    topic = Topic(campaign_id=quiz.campaign.id, key="skills", title="Kỹ năng", position=3)
    quiz.ctx.session.add(topic)
    quiz.ctx.session.flush()
    made = [replace(question(f"loai-{type_}".replace("_", "-"), topic="skills"), type=type_, body=body)
            for type_, body in BODIES.items()]  # fmt: skip
    fill_bank(quiz.ctx, campaign=quiz.campaign, topics=[topic], questions=made)
    quiz.set(replace(SETTINGS, blueprint=(BlueprintRow("skills", Difficulty.EASY, len(BODIES)),)))
    quiz.ctx.session.commit()
    return quiz.start()


def row_of(quiz: Quiz, attempt: Attempt, type_: QuestionType) -> PaperRow:
    return next(row for row in quiz.paper(attempt) if row.type is type_)


def give(quiz: Quiz, attempt: Attempt, row: PaperRow, response: str, sequence: int = 1) -> None:
    """Answer a question by a response as it is stored: in the order shown, as a person would."""
    shown = to_given(response, WAYS[row.type], unpack(row.option_order, row.option_count))
    quiz.answer(attempt, row.position, shown, sequence)


def graded(quiz: Quiz, attempt: Attempt) -> tuple[int | None, int | None]:
    quiz.hand_in(attempt)
    grade_attempt(quiz.ctx, attempt_id=attempt.id)
    quiz.ctx.session.refresh(attempt)
    return attempt.score, attempt.max_score


def test_everything_right_earns_everything(quiz: Quiz, attempt: Attempt) -> None:
    for row in quiz.paper(attempt):
        give(quiz, attempt, row, right_response(row))
    assert [row.response for row in quiz.paper(attempt)] == [right_response(row) for row in quiz.paper(attempt)]
    assert graded(quiz, attempt) == (8000, 8000)


def test_a_paper_left_empty_earns_nothing(quiz: Quiz, attempt: Attempt) -> None:
    assert graded(quiz, attempt) == (0, 8000)


def test_parts_earn_their_share(quiz: Quiz, attempt: Attempt) -> None:
    give(quiz, attempt, row_of(quiz, attempt, QuestionType.MULTIPLE), str(0b001))
    give(quiz, attempt, row_of(quiz, attempt, QuestionType.ORDERING), str(Given.placing([1, 2, 4, 3]).bits))
    give(quiz, attempt, row_of(quiz, attempt, QuestionType.MATCHING), str(Given.placing([0, 1]).bits))
    assert graded(quiz, attempt) == (500 + 500 + 500, 8000)


@pytest.mark.parametrize("type_", list(BODIES))
def test_every_type_is_saved_with_one_statement_and_taken_back_with_one(
    quiz: Quiz, attempt: Attempt, type_: QuestionType, statements: Callable[[], int]
) -> None:
    row = row_of(quiz, attempt, type_)
    right = to_given(right_response(row), WAYS[type_], unpack(row.option_order, row.option_count))
    place = quiz.place(attempt)
    statements()
    answers.save(quiz.ctx, place=place, position=row.position, given=right, sequence=1)
    answers.save(quiz.ctx, place=place, position=row.position, given=Given(WAYS[type_]), sequence=2)
    assert statements() == 2
    taken_back = row_of(quiz, attempt, type_)
    assert (taken_back.answered, taken_back.response) == (False, "")
    assert taken_back.history.endswith("@0;")


@pytest.mark.parametrize(
    ("type_", "wrong"),
    [
        (QuestionType.SINGLE, Given.choice(0b11)),
        (QuestionType.SINGLE, Given.choice(0b1000)),
        (QuestionType.SINGLE, Given.text("Đúng")),
        (QuestionType.SINGLE, Given.placing([1])),
        (QuestionType.HOTSPOT, Given.choice(0b11)),
        (QuestionType.HOTSPOT, Given.choice(0b100)),
        (QuestionType.ORDERING, Given.placing([5])),
        (QuestionType.ORDERING, Given.placing([0, 0, 0, 0, 1])),
        (QuestionType.ORDERING, Given.choice(1)),
        (QuestionType.MATCHING, Given.placing([4])),
        (QuestionType.MATCHING, Given.placing([1, 1, 1])),
        (QuestionType.NUMBER, Given.text("63")),
        (QuestionType.NUMBER, Given.choice(1)),
        (QuestionType.TEXT, Given.number("63")),
        (QuestionType.TEXT, Given(Way.PLACING, -1)),
    ],
)
def test_what_a_question_does_not_ask_for_is_refused(
    quiz: Quiz, attempt: Attempt, type_: QuestionType, wrong: Given
) -> None:
    row = row_of(quiz, attempt, type_)
    with pytest.raises(Missing):
        quiz.answer(attempt, row.position, wrong, 1)
    assert not row_of(quiz, attempt, type_).answered


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_the_statement_stores_what_the_order_of_the_paper_says(
    quiz: Quiz, attempt: Attempt, data: st.DataObject
) -> None:
    type_ = data.draw(st.sampled_from([QuestionType.MULTIPLE, QuestionType.ORDERING, QuestionType.MATCHING]))
    row = row_of(quiz, attempt, type_)
    if type_ is QuestionType.MULTIPLE:
        shown = Given.choice(data.draw(st.integers(0, 15)))
    else:
        target = st.integers(0, row.target_count)
        shown = Given.placing(data.draw(st.lists(target, min_size=row.option_count, max_size=row.option_count)))
    quiz.answer(attempt, row.position, shown, row.sequence + 1)
    stored = row_of(quiz, attempt, type_).response
    assert stored == to_response(shown, unpack(row.option_order, row.option_count))


def test_words_are_kept_in_the_history_as_they_were_given(quiz: Quiz, attempt: Attempt) -> None:
    row = row_of(quiz, attempt, QuestionType.TEXT)
    for sequence, words in enumerate(["VNe;ID@2 100%", "VNeID"], start=1):
        quiz.answer(attempt, row.position, Given.text(words), sequence)
        quiz.later(seconds=2)
    stored = row_of(quiz, attempt, QuestionType.TEXT)
    assert stored.response == "VNeID"
    assert stored.history == "VNe%3BID%402 100%25@0;VNeID@2000;"


def test_a_lost_reply_may_be_asked_for_again_whatever_the_type(quiz: Quiz, attempt: Attempt) -> None:
    for row in quiz.paper(attempt):
        give(quiz, attempt, row, right_response(row))
    quiz.at(attempt.deadline + timedelta(seconds=1))
    for row in quiz.paper(attempt):
        give(quiz, attempt, row, right_response(row))
    with pytest.raises(Closed):
        quiz.answer(attempt, row_of(quiz, attempt, QuestionType.TEXT).position, Given.text("khác"), 2)


def test_the_same_answer_of_many_is_marked_once(quiz: Quiz, attempt: Attempt) -> None:
    marked = []
    for _ in range(3):
        other = quiz.start()
        for row in quiz.paper(other):
            give(quiz, other, row, KINDS[row.type].mistake(row.content, row.key, 0))
        graded(quiz, other)
        marked.append(quiz.ctx.session.scalar(sa.select(sa.func.count()).select_from(Mark)))
    assert marked[0] == marked[1] == marked[2] == len(BODIES)
