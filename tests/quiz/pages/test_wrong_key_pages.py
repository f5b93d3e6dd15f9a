"""The pages on which two persons decide on a wrong key: what it changes stands there before anybody confirms it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from tests.quiz.conftest import SETTINGS, Quiz

from cuocthi.contributions import Role
from cuocthi.enrolments.models import Enrolment
from cuocthi.jobs.models import Job, JobState
from cuocthi_quiz.domain import jobs
from cuocthi_quiz.domain.grading import grade_round
from cuocthi_quiz.models import Item, KeyChange, QuestionType, Revision

from .conftest import Reader

if TYPE_CHECKING:
    from cuocthi_quiz.models import Attempt


@pytest.fixture
def second(quiz: Quiz, sign_in: Callable[[int], Reader]) -> Reader:
    return sign_in(quiz.make.member(quiz.campaign, Role.JURY).id)


def papers(quiz: Quiz, *rights: int) -> list[Attempt]:
    """Graded papers with so many right answers each."""
    handed_in = []
    for right in rights:
        attempt = quiz.start()
        quiz.answer_rightly(attempt, right)
        quiz.hand_in(attempt)
        handed_in.append(attempt)
    grade_round(quiz.ctx, round_id=quiz.round_.id)
    quiz.ctx.session.commit()
    return handed_in


def common_revision(quiz: Quiz, attempt: Attempt) -> Revision:
    """The question of the topic that has only one: it stands on every paper."""
    chosen = sa.select(Revision).join(Item, Item.revision_id == Revision.id)
    return quiz.ctx.session.scalars(
        chosen.where(Item.attempt_id == attempt.id, Revision.type == QuestionType.TRUE_FALSE)
    ).one()


def propose(quiz: Quiz, reader: Reader, revision: Revision, remedy: str = "void") -> str:
    """Propose on the page; the address of the proposal's page."""
    address = f"staff/questions/revisions/{revision.id}/key"
    reader.get(address)
    fields = {"remedy": remedy, "reason": "Văn bản đã được thay thế.", "document": "05/TB-BTC"}
    page = reader.post(address, fields)
    assert page.status_code == 200
    quiz.ctx.session.rollback()
    return page.request.path


def work_it_out(quiz: Quiz) -> KeyChange:
    change = quiz.ctx.session.scalars(sa.select(KeyChange).order_by(KeyChange.id.desc())).first()
    assert change is not None
    jobs.look_ahead_of(quiz.ctx, {"key": change.id}, lambda _done, _total: None)
    quiz.ctx.session.commit()
    return change


def test_a_proposal_is_looked_ahead_before_a_second_person_can_confirm_it(
    quiz: Quiz, staff: Reader, second: Reader
) -> None:
    handed_in = papers(quiz, 5, 3)
    revision = common_revision(quiz, handed_in[0])
    address = propose(quiz, staff, revision)
    waiting = second.get(address)
    assert 'hx-trigger="load delay:2s"' in waiting.text
    assert "/confirm" not in waiting.text
    assert second.post(f"{address}/confirm", {"seen": ""}).status_code == 409
    change = work_it_out(quiz)
    known = second.get(address)
    assert change.preview_digest in known.text
    assert 'hx-trigger="load delay:2s"' not in known.text
    assert "/confirm" not in staff.get(address).text
    second.get(address)
    assert second.post(f"{address}/confirm", {"seen": "0" * 64}).status_code == 409
    second.get(address)
    done = second.post(f"{address}/confirm", {"seen": change.preview_digest})
    assert done.status_code == 200
    quiz.ctx.session.expire_all()
    assert revision.key_number == 1


def test_it_says_whose_place_changes(quiz: Quiz, staff: Reader) -> None:
    (first,), last = papers(quiz, 5), quiz.start()
    # The only question that the second got wrong, and that both had, is void: both have everything right.
    for row in quiz.paper(last):
        right = quiz.right(last, row.position)
        quiz.answer(last, row.position, 3 - right if row.type is QuestionType.TRUE_FALSE else right)
    quiz.hand_in(last)
    grade_round(quiz.ctx, round_id=quiz.round_.id)
    address = propose(quiz, staff, common_revision(quiz, last))
    change = work_it_out(quiz)
    (told,) = change.preview["rounds"]
    page = staff.get(address)
    assert told["persons"] == 2
    assert str(quiz.round_.title) in page.text
    names = {first.enrolment_id, last.enrolment_id}
    assert told["moves"]
    assert {move["enrolment_id"] for move in told["moves"]} <= names
    for move in told["moves"]:
        assert quiz.ctx.session.get_one(Enrolment, move["enrolment_id"]).code in page.text
    # Nothing rests on the ranking here, and the page says so.
    assert told["impacts"] == []


def test_work_that_failed_is_said_and_can_be_asked_for_again(quiz: Quiz, staff: Reader) -> None:
    handed_in = papers(quiz, 5)
    address = propose(quiz, staff, common_revision(quiz, handed_in[0]))
    quiz.ctx.session.execute(sa.update(Job).values(state=JobState.FAILED, message="…"))
    quiz.ctx.session.commit()
    page = staff.get(address)
    assert 'hx-trigger="load delay:2s"' not in page.text
    staff.post(f"{address}/look-ahead")
    states = quiz.ctx.session.scalars(sa.select(Job.state).order_by(Job.id)).all()
    assert states == [JobState.FAILED, JobState.QUEUED]
    assert staff.post(f"{address}/withdraw").status_code == 200


def test_a_preview_that_no_longer_holds_says_so(quiz: Quiz, staff: Reader, second: Reader) -> None:
    handed_in = papers(quiz, 5)
    address = propose(quiz, staff, common_revision(quiz, handed_in[0]))
    work_it_out(quiz)
    assert "/confirm" in second.get(address).text
    quiz.set(replace(SETTINGS, minutes=45))
    page = second.get(address)
    assert "/confirm" not in page.text
    assert f"{address}/look-ahead" in page.text


@pytest.mark.parametrize("path", ["staff/items/", "staff/items/{revision}"])
def test_figures_say_that_papers_are_being_marked_again(quiz: Quiz, staff: Reader, second: Reader, path: str) -> None:
    handed_in = papers(quiz, 5, 4)
    revision = common_revision(quiz, handed_in[0])
    address, path = propose(quiz, staff, revision, "everyone"), path.format(revision=revision.id)
    change = work_it_out(quiz)
    assert "đang được chấm lại" not in staff.get(path).text
    second.get(address)
    second.post(f"{address}/confirm", {"seen": change.preview_digest})
    assert "đang được chấm lại" in staff.get(path).text
    jobs.mark_again(quiz.ctx, {"key": change.id}, lambda _done, _total: None)
    quiz.ctx.session.commit()
    assert "đang được chấm lại" not in staff.get(path).text


@pytest.mark.parametrize("path", ["staff/questions/keys", "{address}", "staff/items/", "staff/items/{revision}"])
def test_pages_take_the_same_statements_for_few_and_many(
    quiz: Quiz, staff: Reader, statements: Callable[[], int], path: str
) -> None:
    handed_in = papers(quiz, 5, 4)
    revision = common_revision(quiz, handed_in[0])
    address = propose(quiz, staff, revision)
    work_it_out(quiz)
    path = path.format(address=address, revision=revision.id)

    def taken() -> int:
        staff.get(path)
        statements()
        staff.get(path)
        return statements()

    few = taken()
    papers(quiz, 0, 1, 2, 3, 4, 5)
    work_it_out(quiz)
    assert taken() == few


def test_who_sees_no_papers_sees_numbers_and_no_names(
    quiz: Quiz, staff: Reader, sign_in: Callable[[int], Reader]
) -> None:
    first, last = papers(quiz, 5, 4)
    item = quiz.ctx.session.get_one(Item, (last.id, 5))
    address = propose(quiz, staff, quiz.ctx.session.get_one(Revision, item.revision_id))
    work_it_out(quiz)
    support = sign_in(quiz.make.member(quiz.campaign, Role.SUPPORT).id)
    page, codes = (
        support.get(address),
        [quiz.ctx.session.get_one(Enrolment, one.enrolment_id).code for one in (first, last)],
    )
    assert page.status_code == 200
    assert str(quiz.round_.title) in page.text
    assert not any(code in page.text for code in codes)
    assert any(code in staff.get(address).text for code in codes)
    assert support.get(f"{address}?export=csv").status_code == 403
    assert staff.get(f"{address}?export=csv").status_code == 200
