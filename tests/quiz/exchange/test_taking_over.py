"""Files of questions on their way into the bank: what they would do, and that all of it is done or none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from tests.quiz.conftest import Quiz, acting, question

from cuocthi.audit.models import AuditEvent
from cuocthi.contributions import Role
from cuocthi.errors import Conflict, InvalidData, Missing
from cuocthi.text import T
from cuocthi_quiz.domain import review
from cuocthi_quiz.domain.bank import add_topic, withdraw, write_question
from cuocthi_quiz.domain.exchange.drafts import Content, Draft, Problem
from cuocthi_quiz.domain.exchange.formats import FORMATS
from cuocthi_quiz.domain.exchange.plan import Choices, Plan, Verdict, make_plan
from cuocthi_quiz.domain.exchange.taking_over import KEPT, forget_waiting, hand_in, plan_of, take_over, waiting_import
from cuocthi_quiz.domain.kinds.choice import Choice, Option
from cuocthi_quiz.domain.kinds.written import Wording
from cuocthi_quiz.domain.questions import QuestionData, data_of
from cuocthi_quiz.models import Difficulty, Question, QuestionType, RemarkKind, RevisionState, WaitingImport
from cuocthi_quiz.queries.exchange import newest_revisions

if TYPE_CHECKING:
    from collections.abc import Callable

    from cuocthi.context import Context

#: Where no test without pictures puts anything.
FOLDER = Path("/nowhere")
CHOICES = Choices("safety", Difficulty.EASY, "Xem nguồn.", "Luật An ninh mạng, Điều 8", date(2024, 9, 1))


def draft(number: int = 1, **said: object) -> Draft:
    """What a file may say of a question: its text and its options, and no more."""
    options = (Option(f"Đúng {number}", right=True), Option(f"Sai {number}"))
    plain = Draft(T("row %(row)s", row=number), QuestionType.SINGLE, f"Câu mới {number}?", Choice(options))
    return replace(plain, **said)  # type: ignore[arg-type]


def said_by(data: QuestionData, number: int = 1) -> Draft:
    """A file that says a question of the bank again."""
    names = ("key", "topic", "difficulty", "type", "text", "body", "explanation", "source", "true_as_of")
    return draft(number, **{name: getattr(data, name) for name in names})


def planned(quiz: Quiz, *drafts: Draft, choices: Choices = CHOICES) -> Plan:
    return make_plan(quiz.ctx, campaign=quiz.campaign, content=Content(list(drafts)), choices=choices)


def author(quiz: Quiz) -> Context:
    return acting(quiz.ctx, quiz.make.member(quiz.campaign, Role.ORGANISING).id)


def waiting(quiz: Quiz, ctx: Context, *drafts: Draft, choices: Choices = CHOICES) -> WaitingImport:
    content = Content(list(drafts))
    format_ = FORMATS["xlsx"]
    return hand_in(
        ctx, campaign=quiz.campaign, name="cau-hoi.xlsx", raw=b"PK", format_=format_, content=content, choices=choices
    )


def taken_over(quiz: Quiz, ctx: Context, *drafts: Draft, choices: Choices = CHOICES) -> Plan:
    found = waiting(quiz, ctx, *drafts, choices=choices)
    digest = plan_of(ctx, campaign=quiz.campaign, waiting=found).digest
    return take_over(ctx, campaign=quiz.campaign, token=found.token, digest=digest, folder=FOLDER)


def bank(quiz: Quiz) -> dict[str, tuple[RevisionState, QuestionData]]:
    found = newest_revisions(quiz.ctx, campaign_id=quiz.campaign.id)
    return {
        question.key: (revision.state, data_of(revision, key=question.key, topic=topic))
        for question, revision, topic in found
    }


def test_what_a_file_does_not_say_is_chosen(quiz: Quiz) -> None:
    plan = planned(quiz, draft(1), draft(2, topic="Dịch vụ công trực tuyến", difficulty=Difficulty.HARD))
    first, second = (item.data for item in plan.planned)
    assert (first.topic, first.difficulty, first.explanation) == ("safety", Difficulty.EASY, "Xem nguồn.")
    assert (second.topic, second.difficulty) == ("services", Difficulty.HARD)
    assert {item.verdict for item in plan.planned} == {Verdict.NEW}
    assert plan.problems == []


def test_questions_without_a_key_get_the_next_number_of_their_topic(quiz: Quiz) -> None:
    write_question(quiz.ctx, campaign=quiz.campaign, data=question("safety-007"))
    plan = planned(quiz, draft(1), draft(2, key="safety-009"), draft(3), draft(4, topic="services"))
    assert [item.data.key for item in plan.planned] == ["safety-010", "safety-009", "safety-011", "services-001"]


def test_the_same_file_again_changes_nothing(quiz: Quiz) -> None:
    ctx = author(quiz)
    taken_over(quiz, ctx, draft(1), draft(2))
    again = taken_over(quiz, ctx, draft(1), draft(2))
    assert [item.verdict for item in again.planned] == [Verdict.SAME, Verdict.SAME]
    assert [key for key in bank(quiz) if key.startswith("safety")] == ["safety-001", "safety-002"]


def test_a_question_is_found_again_by_its_words_or_by_its_key(quiz: Quiz) -> None:
    taken_over(quiz, author(quiz), draft(1))
    _, data = bank(quiz)["safety-001"]
    options = data.body.options
    other_key = draft(1, body=Choice((Option(options[1].text, right=True), Option(options[0].text))))
    reworded = draft(1, key="safety-001", text="Câu viết lại?")
    for changed in (other_key, reworded):
        (item,) = planned(quiz, changed).planned
        assert (item.data.key, item.verdict) == ("safety-001", Verdict.REWORDED)


def test_what_the_bank_knows_of_a_question_stays_where_the_file_is_silent(quiz: Quiz) -> None:
    (item,) = planned(quiz, draft(1, key="kho-1")).planned
    assert item.verdict is Verdict.REWORDED
    assert item.data.difficulty is Difficulty.HARD
    assert item.data.explanation == "Giải thích của kho-1."


def test_questions_said_in_the_same_way_are_the_same_whatever_spaces_a_program_left_in_them(quiz: Quiz) -> None:
    _, data = bank(quiz)["de-1"]
    assert [item.verdict for item in planned(quiz, said_by(data)).planned] == [Verdict.SAME]


def test_unknown_topics_are_named_or_added(quiz: Quiz) -> None:
    drafts = (draft(1, topic="Chữ ký số"), draft(2, topic="chu ky so"), draft(3, topic="an toan du lieu"))
    plan = planned(quiz, *drafts)
    assert [str(problem.place) for problem in plan.problems] == ["row 1"]
    adding = replace(CHOICES, add_topics=True)
    taken_over(quiz, author(quiz), *drafts, choices=adding)
    assert [data.topic for _, data in bank(quiz).values()][-3:] == ["chu-ky-so", "chu-ky-so", "safety"]


def test_a_question_whose_topic_is_unknown_is_not_told_that_it_names_none(quiz: Quiz) -> None:
    plan = planned(quiz, draft(1, topic="Chữ ký số"), draft(2), choices=replace(CHOICES, topic=""))
    assert [(str(problem.place), str(problem.text).split("”")[0]) for problem in plan.problems] == [
        ("row 1", "there is no topic “Chữ ký số"),
        ("row 2", "the question names no topic; please choose one"),
    ]


def test_answers_that_are_the_same_here_become_one_with_a_word(quiz: Quiz) -> None:
    place = draft(1, type=QuestionType.TEXT, body=Wording(("Ha Noi", "Hà Nội", "Thăng Long", "hà nội")))
    (item,) = taken_over(quiz, author(quiz), place).planned
    assert item.data.body == Wording(("Hà Nội", "Thăng Long"))
    assert [str(note) for note in item.notes] == [
        "accepted answers that count as the same here became one; these stay: “Hà Nội”, “Thăng Long”"
    ]
    assert [item.verdict for item in planned(quiz, place).planned] == [Verdict.SAME]
    strict = replace(place, text="Câu khác?", body=Wording(("Hà Nội", "Ha Noi"), accents_matter=True))
    (item,) = planned(quiz, strict).planned
    assert (item.data.body, item.notes) == (strict.body, ()), "where accents matter they are two answers"


def test_everything_wrong_is_said_and_nothing_is_taken(quiz: Quiz) -> None:
    ctx = author(quiz)
    before = bank(quiz)
    empty = draft(2, text="", body=Choice((Option("A", right=True),)))
    found = waiting(quiz, ctx, draft(1), empty, draft(3, key="moi"), draft(4, key="moi"))
    plan = plan_of(ctx, campaign=quiz.campaign, waiting=found)
    assert [str(problem.place) for problem in plan.problems] == ["row 2", "row 2", "row 4"]
    with pytest.raises(InvalidData) as refused:
        take_over(ctx, campaign=quiz.campaign, token=found.token, digest=plan.digest, folder=FOLDER)
    assert len(refused.value.problems) == 3
    assert bank(quiz) == before


def test_problems_of_reading_stand_against_it_too(quiz: Quiz) -> None:
    content = Content([draft(1)], [Problem(T("row %(row)s", row=9), T("no option is marked as right"))])
    plan = make_plan(quiz.ctx, campaign=quiz.campaign, content=content, choices=CHOICES)
    assert [str(problem.place) for problem in plan.problems] == ["row 9"]


def test_questions_that_cannot_be_taken_are_left_out_if_somebody_wishes_so(quiz: Quiz) -> None:
    essay = Problem(T("line %(line)s", line=9), T("no option is marked as right"), alone=True)
    short = draft(2, body=Choice((Option("A", right=True),)), topic="services")
    ctx = author(quiz)
    content = Content([draft(1), short], [essay])
    format_ = FORMATS["moodle"]
    found = hand_in(
        ctx, campaign=quiz.campaign, name="a.xml", raw=b"<quiz/>", format_=format_, content=content, choices=CHOICES
    )
    whole = plan_of(ctx, campaign=quiz.campaign, waiting=found)
    assert (len(whole.problems), whole.unusable, whole.left_out) == (2, 2, [])

    plan = plan_of(ctx, campaign=quiz.campaign, waiting=found, leave_out=True)
    assert (plan.problems, [item.data.key for item in plan.planned]) == ([], ["safety-001"])
    assert [str(problem.place) for problem in plan.left_out] == ["line 9", "row 2"]

    said = {"campaign": quiz.campaign, "token": found.token, "folder": FOLDER, "digest": plan.digest}
    take_over(ctx, leave_out=True, **said)  # type: ignore[arg-type]  # each is of its own type
    assert [key for key in bank(quiz) if key.startswith("safety")] == ["safety-001"]
    event = quiz.ctx.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "quiz:question:import")).one()
    assert event.after is not None
    assert event.after["left_out"] == 2


def test_what_is_not_taken_over_of_many_questions_is_told_of_the_whole_file(quiz: Quiz) -> None:
    content = Content([draft(1)], notes=[T("hints are not taken over")])
    ctx, format_ = author(quiz), FORMATS["moodle"]
    found = hand_in(
        ctx, campaign=quiz.campaign, name="a.xml", raw=b"<quiz/>", format_=format_, content=content, choices=CHOICES
    )
    notes = plan_of(ctx, campaign=quiz.campaign, waiting=found).notes
    assert [(str(note.place), str(note.text)) for note in notes] == [("the whole file", "hints are not taken over")]


def test_what_concerns_more_than_one_question_is_never_left_out(quiz: Quiz) -> None:
    computed = Problem(T("cell %(cell)s", cell="B3"), T("the cell is computed; please put in its value"))
    content = Content([draft(1), draft(2, topic="Chữ ký số")], [computed])
    plan = make_plan(quiz.ctx, campaign=quiz.campaign, content=content, choices=CHOICES, leave_out=True)
    assert [str(problem.place) for problem in plan.problems] == ["cell B3", "row 2"]
    assert (plan.unusable, plan.left_out) == (0, [])


def test_what_is_taken_over_are_drafts_by_the_importer_and_on_record(quiz: Quiz) -> None:
    ctx = author(quiz)
    _, before = bank(quiz)["de-1"]
    taken_over(quiz, ctx, draft(1), said_by(replace(before, text="Câu viết lại?")), said_by(bank(quiz)["de-2"][1]))
    now = bank(quiz)
    assert now["safety-001"][0] is RevisionState.DRAFT
    assert now["de-1"] == (RevisionState.DRAFT, replace(before, text="Câu viết lại?", draft=True))
    assert now["de-2"][0] is RevisionState.APPROVED
    revisions = quiz.ctx.session.scalars(sa.select(Question).where(Question.key == "de-1")).one().revisions
    assert [(one.number, one.state) for one in revisions] == [(1, RevisionState.APPROVED), (2, RevisionState.DRAFT)]
    assert revisions[1].author_id == ctx.actor.user_id
    event = quiz.ctx.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "quiz:question:import")).one()
    assert event.actor_id == ctx.actor.user_id
    assert event.after is not None
    assert (event.after["new"], event.after["reworded"], event.after["same"]) == (["safety-001"], ["de-1"], ["de-2"])


def test_a_draft_that_was_sent_back_is_answered_by_the_wording_of_a_file(quiz: Quiz) -> None:
    revision = write_question(author(quiz), campaign=quiz.campaign, data=question("moi-1"))
    jury = acting(quiz.ctx, quiz.make.member(quiz.campaign, Role.JURY).id)
    remark = review.send_back(jury, campaign=quiz.campaign, revision=revision, reason="Thiếu số hiệu văn bản")
    assert remark.kind is RemarkKind.SENT_BACK
    taken_over(quiz, author(quiz), draft(1, key="moi-1"))
    quiz.ctx.session.refresh(remark)
    quiz.ctx.session.refresh(revision)
    assert remark.resolved_at is not None
    assert revision.state is RevisionState.FORMER


def test_a_withdrawn_question_comes_back_as_a_draft(quiz: Quiz) -> None:
    found = quiz.ctx.session.scalars(sa.select(Question).where(Question.key == "de-5")).one()
    withdraw(quiz.ctx, campaign=quiz.campaign, question=found)
    plan = taken_over(quiz, author(quiz), said_by(bank(quiz)["de-5"][1]))
    assert [item.verdict for item in plan.planned] == [Verdict.REWORDED]
    assert bank(quiz)["de-5"][0] is RevisionState.DRAFT


def test_a_bank_that_has_changed_is_looked_at_again(quiz: Quiz) -> None:
    ctx = author(quiz)
    found = waiting(quiz, ctx, draft(1))
    digest = plan_of(ctx, campaign=quiz.campaign, waiting=found).digest
    write_question(quiz.ctx, campaign=quiz.campaign, data=question("safety-001"))
    with pytest.raises(Conflict):
        take_over(ctx, campaign=quiz.campaign, token=found.token, digest=digest, folder=FOLDER)


def test_a_file_waits_for_who_chose_it_once_and_for_a_day(quiz: Quiz) -> None:
    ctx, other = author(quiz), author(quiz)
    older = waiting(quiz, ctx, draft(1)).token
    token = waiting(quiz, ctx, draft(2)).token
    for stranger, wanted in ((other, token), (ctx, older)):
        with pytest.raises(Missing):
            waiting_import(stranger, campaign=quiz.campaign, token=wanted)
    digest = plan_of(
        ctx, campaign=quiz.campaign, waiting=waiting_import(ctx, campaign=quiz.campaign, token=token)
    ).digest
    take_over(ctx, campaign=quiz.campaign, token=token, digest=digest, folder=FOLDER)
    with pytest.raises(Missing):
        take_over(ctx, campaign=quiz.campaign, token=token, digest=digest, folder=FOLDER)
    token = waiting(quiz, ctx, draft(3)).token
    late = replace(ctx, now=ctx.now + KEPT + timedelta(seconds=1))
    with pytest.raises(Missing):
        waiting_import(late, campaign=quiz.campaign, token=token)
    assert forget_waiting(late) == 1


def test_long_files_take_the_same_statements(quiz: Quiz, statements: Callable[[], int]) -> None:
    ctx = author(quiz)
    add_topic(ctx, campaign=quiz.campaign, key="other", title="Khác")
    counted = []
    for numbers in (range(1, 3), range(10, 40)):
        known = bank(quiz)
        rewritten = [said_by(replace(known[f"de-{at}"][1], text=f"{numbers}{at}"), at) for at in range(1, 3)]
        found = waiting(quiz, ctx, *(draft(number) for number in numbers), *rewritten)
        digest = plan_of(ctx, campaign=quiz.campaign, waiting=found).digest
        ctx.session.commit()
        statements()
        take_over(ctx, campaign=quiz.campaign, token=found.token, digest=digest, folder=FOLDER)
        counted.append(statements())
    assert counted[0] == counted[1]
