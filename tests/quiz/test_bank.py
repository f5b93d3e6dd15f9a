"""The bank: drafts, what approval does to it, revisions that never change. Reviewing itself: test_review.py."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from cuocthi.audit.models import AuditEvent
from cuocthi.context import Context
from cuocthi.contributions import Role
from cuocthi.errors import Conflict, DomainError, InvalidData
from cuocthi_quiz.domain import blueprint
from cuocthi_quiz.domain.ability import USUAL
from cuocthi_quiz.domain.attempts import candidates
from cuocthi_quiz.domain.bank import add_topic, withdraw, write_question
from cuocthi_quiz.domain.blueprint import ASSUMED, Knowledge, measured, previews
from cuocthi_quiz.domain.grading import grade_round
from cuocthi_quiz.domain.kinds.choice import Choice, Option
from cuocthi_quiz.domain.questions import problems
from cuocthi_quiz.models import Difficulty, Question, QuestionType, Revision, RevisionState
from cuocthi_quiz.settings import BlueprintRow

from .conftest import SETTINGS, Quiz, acting, approve_by_two, question


@pytest.fixture
def author(quiz: Quiz) -> Context:
    return acting(quiz.ctx, quiz.make.member(quiz.campaign, Role.SUPPORT).id)


@pytest.fixture
def jury(quiz: Quiz) -> Context:
    return acting(quiz.ctx, quiz.make.member(quiz.campaign, Role.JURY).id)


def in_bank(quiz: Quiz) -> set[str]:
    return {candidate.key for candidate in candidates(quiz.ctx, round_=quiz.round_)}


def question_named(quiz: Quiz, key: str) -> Question:
    return quiz.ctx.session.scalars(sa.select(Question).where(Question.key == key)).one()


def test_a_new_wording_leaves_papers_and_bank_as_they_are_until_it_is_approved(quiz: Quiz, author: Context) -> None:
    attempt = quiz.start()
    key = quiz.paper(attempt)[0].question_key
    before = quiz.paper(attempt)
    data = question(key, topic="services" if key == "dvc-1" else "safety", right=(3,))
    draft = write_question(author, campaign=quiz.campaign, data=data, question=question_named(quiz, key))
    assert draft.number == 2
    approve_by_two(quiz, draft)
    assert quiz.paper(attempt) == before
    states = quiz.ctx.session.scalars(
        sa.select(Revision.state).join(Question).where(Question.key == key).order_by(Revision.number)
    ).all()
    assert states == [RevisionState.FORMER, RevisionState.APPROVED]


def test_writing_again_sets_the_former_draft_aside(quiz: Quiz, author: Context) -> None:
    first = write_question(author, campaign=quiz.campaign, data=question("moi-1"))
    second = write_question(
        author, campaign=quiz.campaign, data=question("moi-1", right=(2,)), question=question_named(quiz, "moi-1")
    )
    assert (first.state, second.number) == (RevisionState.FORMER, 2)
    with pytest.raises(Conflict):
        approve_by_two(quiz, first)
    approve_by_two(quiz, second)
    with pytest.raises(Conflict):
        approve_by_two(quiz, second)


@pytest.mark.parametrize("state", [RevisionState.DRAFT, RevisionState.APPROVED])
def test_the_database_holds_one_draft_and_one_approved_revision(
    quiz: Quiz, author: Context, state: RevisionState
) -> None:
    found = question_named(quiz, "de-1")
    for number in (5, 6):
        revision = Revision(
            question_id=found.id, number=number, state=state, topic_id=quiz.topics[0].id, difficulty=Difficulty.EASY,
            type=QuestionType.SINGLE, text="?", content={"options": ["a", "b"]}, key={"right": [0]},
            option_count=2, target_count=0, shuffled=True, explanation="",
            source="", true_as_of=question().true_as_of, search="", created_at=quiz.ctx.now, approved_at=quiz.ctx.now,
        )  # fmt: skip
        quiz.ctx.session.add(revision)
    with pytest.raises(IntegrityError):
        quiz.ctx.session.flush()


def test_a_withdrawn_question_is_drawn_no_more_but_stays_on_papers(quiz: Quiz, jury: Context) -> None:
    attempt = quiz.start()
    before = quiz.paper(attempt)
    withdraw(jury, campaign=quiz.campaign, question=question_named(quiz, "de-1"))
    assert "de-1" not in in_bank(quiz)
    assert quiz.paper(attempt) == before
    with pytest.raises(Conflict):
        withdraw(jury, campaign=quiz.campaign, question=question_named(quiz, "de-1"))


def test_nobody_withdraws_what_an_open_round_is_drawn_from(quiz: Quiz, jury: Context) -> None:
    quiz.ctx.session.commit()
    with pytest.raises(Conflict, match="is open and needs what would be gone"):
        withdraw(jury, campaign=quiz.campaign, question=question_named(quiz, "dvc-1"))
    quiz.ctx.session.rollback()
    assert "dvc-1" in in_bank(quiz)
    closed = replace(jury, now=quiz.round_.closes_at)
    withdraw(closed, campaign=quiz.campaign, question=question_named(quiz, "dvc-1"))
    assert "dvc-1" not in in_bank(quiz)


def test_what_is_done_to_the_bank_is_recorded(quiz: Quiz, author: Context, jury: Context) -> None:
    add_topic(author, campaign=quiz.campaign, key="ky-nang-so", title="Kỹ năng số")
    draft = write_question(author, campaign=quiz.campaign, data=question("moi-1", topic="ky-nang-so"))
    approve_by_two(quiz, draft)
    withdraw(jury, campaign=quiz.campaign, question=question_named(quiz, "moi-1"))
    actions = quiz.ctx.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert actions == [
        "quiz:topic:add",
        "quiz:question:write",
        "quiz:question:approve",
        "quiz:question:approve",
        "quiz:question:withdraw",
    ]


def test_a_key_is_taken_once(quiz: Quiz, author: Context) -> None:
    with pytest.raises(DomainError) as refused:
        write_question(author, campaign=quiz.campaign, data=question("de-1"))
    assert refused.value.field == "key"


def test_a_question_needs_a_known_topic(quiz: Quiz, author: Context) -> None:
    with pytest.raises(DomainError) as refused:
        write_question(author, campaign=quiz.campaign, data=question("moi-1", topic="nowhere"))
    assert refused.value.field == "topic"


SINGLE = question()
TWO = (Option("Đúng", True), Option("Sai"))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (replace(SINGLE, key="Câu 1"), "key"),
        (replace(SINGLE, key="a" * 61), "key"),
        (replace(SINGLE, text=""), "text"),
        (replace(SINGLE, explanation=""), "explanation"),
        (replace(SINGLE, source=""), "source"),
        (replace(SINGLE, text="x" * 4001), "text"),
        (replace(SINGLE, body=Choice(())), "body"),
        (replace(SINGLE, body=Choice((Option("một", True),))), "body"),
        (replace(SINGLE, body=Choice(tuple(Option(str(n), n == 0) for n in range(9)))), "body"),
        (replace(SINGLE, body=Choice((Option("một"), Option("hai")))), "body"),
        (replace(SINGLE, body=Choice((Option("một", True), Option("hai", True)))), "body"),
        (replace(SINGLE, body=Choice((Option("một", True), Option("một")))), "body"),
        (replace(SINGLE, body=Choice((Option("một", True), Option("")))), "body"),
        (replace(SINGLE, type=QuestionType.MULTIPLE, body=Choice((Option("một"), Option("hai")))), "body"),
        (replace(SINGLE, type=QuestionType.TRUE_FALSE), "body"),
        (replace(SINGLE, type=QuestionType.TRUE_FALSE, body=Choice((Option("Đ", True), Option("S", True)))), "body"),
    ],
)
def test_what_is_wrong_with_a_question_is_named(quiz: Quiz, author: Context, wrong: object, field: str) -> None:
    assert {name for name, _ in problems(wrong)} == {field}  # type: ignore[arg-type]
    with pytest.raises(InvalidData) as refused:
        write_question(author, campaign=quiz.campaign, data=wrong)  # type: ignore[arg-type]
    assert refused.value.problems


@pytest.mark.parametrize(
    "right",
    [
        SINGLE,
        replace(SINGLE, type=QuestionType.TRUE_FALSE, body=Choice(TWO)),
        replace(
            SINGLE, type=QuestionType.MULTIPLE, body=Choice(tuple(Option(o.text, True) for o in SINGLE.body.options))
        ),
    ],
)
def test_nothing_is_wrong_with_a_good_question(right: object) -> None:
    assert list(problems(right)) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(("key", "title"), [("Ký tự", "x"), ("safety", "x"), ("moi", " ")])
def test_a_topic_that_cannot_be_is_refused(quiz: Quiz, author: Context, key: str, title: str) -> None:
    with pytest.raises(DomainError):
        add_topic(author, campaign=quiz.campaign, key=key, title=title)


# --- the blueprint against the bank ---


def test_the_preview_names_what_is_missing(quiz: Quiz) -> None:
    knowledge = measured(quiz.ctx, campaign=quiz.campaign)
    (found,) = previews(quiz.ctx, campaign=quiz.campaign, round_=quiz.round_, knowledge=knowledge)
    assert found.problems == ()
    assert found.forecast is not None
    quiz.set(replace(SETTINGS, blueprint=(BlueprintRow("safety", Difficulty.HARD, 5),)))
    (found,) = previews(quiz.ctx, campaign=quiz.campaign, round_=quiz.round_)
    assert [str(problem) for problem in found.problems] == [
        "“Vòng 1” needs 5 questions (“An toàn dữ liệu”, hard), the bank has 2."
    ]
    assert [(kind.needed, kind.available) for kind in found.kinds] == [(5, 2)]
    assert found.forecast is None


def test_rows_that_overlap_are_named_together(quiz: Quiz) -> None:
    quiz.set(
        replace(SETTINGS, blueprint=(BlueprintRow("safety", number=5), BlueprintRow("safety", Difficulty.EASY, 3)))
    )
    (found,) = previews(quiz.ctx, campaign=quiz.campaign, round_=quiz.round_)
    assert [str(problem) for problem in found.problems] == [
        "“Vòng 1” needs 8 questions (“An toàn dữ liệu”; “An toàn dữ liệu”, easy), the bank has 7."
    ]


def test_an_empty_blueprint_is_a_problem(quiz: Quiz) -> None:
    quiz.set(replace(SETTINGS, blueprint=()))
    (found,) = previews(quiz.ctx, campaign=quiz.campaign, round_=quiz.round_)
    assert len(found.problems) == 1


def test_what_is_known_of_those_who_take_part_is_assumed_until_papers_tell(
    quiz: Quiz, monkeypatch: pytest.MonkeyPatch
) -> None:
    for right in (5, 5, 0, 0):
        attempt = quiz.start()
        quiz.answer_rightly(attempt, right)
        quiz.hand_in(attempt)
    grade_round(quiz.ctx, round_id=quiz.round_.id)
    assert measured(quiz.ctx, campaign=quiz.campaign) == Knowledge(ASSUMED, USUAL)
    monkeypatch.setattr(blueprint, "_ENOUGH_ANSWERS", 4)
    monkeypatch.setattr(blueprint, "_ENOUGH_PAPERS", 4)
    found = measured(quiz.ctx, campaign=quiz.campaign)
    assert (found.measured, found.spread_measured) == (True, True)
    assert found.facility == {**ASSUMED, Difficulty.EASY: 0.5, Difficulty.HARD: 0.5}
    assert found.spread > 2, "half of them know everything, and half nothing"
