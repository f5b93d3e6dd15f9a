"""Reviewing drafts: two approvals by others than the author, remarks, sending back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.context import Actor
from cuocthi.contributions import Role
from cuocthi.errors import Conflict, DomainError, Forbidden
from cuocthi.merging.domain import merge_people
from cuocthi.merging.planning import plan_merger
from cuocthi_quiz.contributed_bank import duties
from cuocthi_quiz.domain.attempts import candidates
from cuocthi_quiz.domain.bank import withdraw, write_question
from cuocthi_quiz.domain.review import approve, remark, resolve, send_back
from cuocthi_quiz.models import Question, Remark, RemarkKind, RevisionState
from cuocthi_quiz.queries import bank as bank_queries
from cuocthi_quiz.queries.review import Stage, approvals, remarks

from .conftest import Quiz, acting, approve_by_two, question

if TYPE_CHECKING:
    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault
    from cuocthi_quiz.models import Revision


def member(quiz: Quiz, role: Role = Role.JURY) -> Context:
    return acting(quiz.ctx, quiz.make.member(quiz.campaign, role).id)


@pytest.fixture
def author(quiz: Quiz) -> Context:
    return member(quiz, Role.SUPPORT)


@pytest.fixture
def first(quiz: Quiz) -> Context:
    return member(quiz)


@pytest.fixture
def second(quiz: Quiz) -> Context:
    return member(quiz)


@pytest.fixture
def draft(quiz: Quiz, author: Context) -> Revision:
    return write_question(author, campaign=quiz.campaign, data=question("moi-1"))


def reworded(quiz: Quiz, author: Context, draft: Revision) -> Revision:
    data = question("moi-1", right=(2,))
    return write_question(author, campaign=quiz.campaign, data=data, question=draft.question)


def stage_of(quiz: Quiz, key: str = "moi-1") -> Stage:
    (row,) = bank_queries.questions(quiz.ctx, campaign_id=quiz.campaign.id, search=key)[0]
    return row.stage


def in_bank(quiz: Quiz) -> set[str]:
    return {candidate.key for candidate in candidates(quiz.ctx, round_=quiz.round_)}


# --- approval ---


def test_two_persons_other_than_the_author_take_a_draft_into_the_bank(
    quiz: Quiz, author: Context, first: Context, second: Context, draft: Revision
) -> None:
    assert stage_of(quiz) is Stage.DRAFT
    with pytest.raises(Forbidden):
        approve(author, campaign=quiz.campaign, revision=draft)
    approve(first, campaign=quiz.campaign, revision=draft)
    assert (stage_of(quiz), draft.state) == (Stage.ONE_APPROVAL, RevisionState.DRAFT)
    assert "moi-1" not in in_bank(quiz)
    approve(second, campaign=quiz.campaign, revision=draft)
    assert stage_of(quiz) is Stage.IN_BANK
    assert "moi-1" in in_bank(quiz)
    assert (draft.approved_by, draft.approved_at) == (second.actor.user_id, second.now)
    assert [given.user_id for given in approvals(quiz.ctx, question_id=draft.question_id)] == [
        first.actor.user_id,
        second.actor.user_id,
    ]


def test_the_system_approves_nothing(quiz: Quiz, draft: Revision) -> None:
    with pytest.raises(Forbidden):
        approve(quiz.ctx, campaign=quiz.campaign, revision=draft)


def test_one_person_approves_once_however_often(quiz: Quiz, first: Context, second: Context, draft: Revision) -> None:
    for _ in range(3):
        approve(first, campaign=quiz.campaign, revision=draft)
    assert draft.state is RevisionState.DRAFT
    for _ in range(2):
        approve(second, campaign=quiz.campaign, revision=draft)
    actions = quiz.ctx.session.scalars(sa.select(AuditEvent.action)).all()
    assert actions.count("quiz:question:approve") == 2


def test_two_accounts_of_one_person_are_one_approver(
    quiz: Quiz, first: Context, second: Context, draft: Revision, vault: Vault
) -> None:
    approve(first, campaign=quiz.campaign, revision=draft)
    kept, merged = second.actor.user_id, first.actor.user_id
    assert kept is not None and merged is not None  # noqa: PT018
    one_person(quiz, vault, kept, merged)
    approve(second, campaign=quiz.campaign, revision=draft)
    assert draft.state is RevisionState.DRAFT


def test_an_author_under_another_account_is_the_author(
    quiz: Quiz, author: Context, first: Context, draft: Revision, vault: Vault
) -> None:
    kept, merged = first.actor.user_id, author.actor.user_id
    assert kept is not None and merged is not None  # noqa: PT018
    one_person(quiz, vault, kept, merged)
    with pytest.raises(Forbidden):
        approve(first, campaign=quiz.campaign, revision=draft)


def one_person(quiz: Quiz, vault: Vault, kept: int, merged: int) -> None:
    staff = replace(quiz.ctx, actor=Actor(quiz.make.user(admin=True).id))
    expected = plan_merger(staff, kept_id=kept, merged_id=merged, vault=vault).digest
    merge_people(
        staff, campaign=None, kept_id=kept, merged_id=merged, expected=expected, reason="Một người", vault=vault
    )


def test_a_new_wording_begins_without_the_approvals_of_the_old_one(
    quiz: Quiz, author: Context, first: Context, second: Context, draft: Revision
) -> None:
    approve(first, campaign=quiz.campaign, revision=draft)
    newer = reworded(quiz, author, draft)
    assert stage_of(quiz) is Stage.DRAFT
    with pytest.raises(Conflict):
        approve(second, campaign=quiz.campaign, revision=draft)
    approve(second, campaign=quiz.campaign, revision=newer)
    assert stage_of(quiz) is Stage.ONE_APPROVAL


def test_what_was_withdrawn_is_approved_by_nobody(quiz: Quiz, first: Context, draft: Revision) -> None:
    withdraw(first, campaign=quiz.campaign, question=draft.question)
    assert stage_of(quiz) is Stage.FORMER
    with pytest.raises(Conflict):
        approve(first, campaign=quiz.campaign, revision=draft)


# --- remarks ---


def test_remarks_are_open_until_somebody_has_seen_to_them(
    quiz: Quiz, author: Context, first: Context, draft: Revision
) -> None:
    said = remark(first, campaign=quiz.campaign, revision=draft, kind=RemarkKind.COMMENT, text=" Câu dài quá. ")
    later = replace(first, now=quiz.later(minutes=1).now)
    remark(later, campaign=quiz.campaign, revision=draft, kind=RemarkKind.PROPOSAL, text="Điều nào đúng?")
    assert stage_of(quiz) is Stage.COMMENTED
    found = remarks(quiz.ctx, question_id=draft.question_id)
    assert [(row.remark.text, row.number, row.resolver) for row in found] == [
        ("Câu dài quá.", 1, None),
        ("Điều nào đúng?", 1, None),
    ]
    for row in found:
        for _ in range(2):
            resolve(author, campaign=quiz.campaign, remark=row.remark, revision=draft)
    assert (said.resolved_by, stage_of(quiz)) == (author.actor.user_id, Stage.DRAFT)


def test_a_remark_that_is_sent_twice_is_one(quiz: Quiz, first: Context, draft: Revision) -> None:
    for _ in range(2):
        remark(first, campaign=quiz.campaign, revision=draft, kind=RemarkKind.COMMENT, text="Câu dài quá.")
    assert quiz.ctx.session.scalar(sa.select(sa.func.count()).select_from(Remark)) == 1


@pytest.mark.parametrize("text", ["", "  \n", "x" * 4001])
def test_a_remark_says_something_within_bounds(quiz: Quiz, first: Context, draft: Revision, text: str) -> None:
    with pytest.raises(DomainError) as refused:
        remark(first, campaign=quiz.campaign, revision=draft, kind=RemarkKind.COMMENT, text=text)
    assert refused.value.field == "text"


def test_a_remark_may_be_open_while_others_approve(
    quiz: Quiz, first: Context, second: Context, draft: Revision
) -> None:
    remark(first, campaign=quiz.campaign, revision=draft, kind=RemarkKind.COMMENT, text="Đúng, nên bổ sung nguồn.")
    approve(first, campaign=quiz.campaign, revision=draft)
    approve(second, campaign=quiz.campaign, revision=draft)
    assert stage_of(quiz) is Stage.IN_BANK


# --- sending back ---


def test_a_draft_that_was_sent_back_needs_a_new_wording(
    quiz: Quiz, author: Context, first: Context, second: Context, draft: Revision
) -> None:
    approve(first, campaign=quiz.campaign, revision=draft)
    said = send_back(second, campaign=quiz.campaign, revision=draft, reason="Nguồn đã hết hiệu lực")
    assert stage_of(quiz) is Stage.SENT_BACK
    assert approvals(quiz.ctx, question_id=draft.question_id) == []
    for approver in (first, second):
        with pytest.raises(Conflict):
            approve(approver, campaign=quiz.campaign, revision=draft)
    newer = reworded(quiz, author, draft)
    quiz.ctx.session.refresh(said)
    assert (said.resolved_at, said.resolved_by) == (author.now, author.actor.user_id)
    approve_by_two(quiz, newer)
    assert stage_of(quiz) is Stage.IN_BANK


def test_only_who_sent_a_draft_back_takes_it_up_again(
    quiz: Quiz, author: Context, first: Context, draft: Revision
) -> None:
    said = send_back(first, campaign=quiz.campaign, revision=draft, reason="Chưa rõ")
    with pytest.raises(Forbidden):
        resolve(author, campaign=quiz.campaign, remark=said, revision=draft)
    resolve(first, campaign=quiz.campaign, remark=said, revision=draft)
    approve_by_two(quiz, draft)
    assert stage_of(quiz) is Stage.IN_BANK


def test_what_is_in_the_bank_is_not_sent_back(quiz: Quiz, first: Context, draft: Revision) -> None:
    approve_by_two(quiz, draft)
    with pytest.raises(Conflict):
        send_back(first, campaign=quiz.campaign, revision=draft, reason="Muộn rồi")


# --- what is shown and put on record ---


def test_each_stage_is_a_duty_of_those_who_may_act(
    quiz: Quiz, author: Context, first: Context, draft: Revision
) -> None:
    def asked() -> list[tuple[str, str]]:
        found = duties(quiz.ctx, campaigns=[quiz.campaign], address=lambda _, **values: str(values["state"]))
        return [(duty.url, duty.permission) for duty in found]

    assert asked() == [("draft", "quiz:question:approve")]
    approve(first, campaign=quiz.campaign, revision=draft)
    assert asked() == [("one_approval", "quiz:question:approve")]
    remark(first, campaign=quiz.campaign, revision=draft, kind=RemarkKind.COMMENT, text="Xem lại phương án B")
    assert asked() == [("commented", "quiz:question:edit")]
    send_back(first, campaign=quiz.campaign, revision=draft, reason="Sai nguồn")
    assert asked() == [("sent_back", "quiz:question:edit")]
    withdraw(first, campaign=quiz.campaign, question=draft.question)
    assert asked() == []


def test_the_review_is_recorded_without_what_was_said(
    quiz: Quiz, author: Context, first: Context, draft: Revision
) -> None:
    said = remark(first, campaign=quiz.campaign, revision=draft, kind=RemarkKind.PROPOSAL, text="Bí mật")
    resolve(author, campaign=quiz.campaign, remark=said, revision=draft)
    send_back(first, campaign=quiz.campaign, revision=draft, reason="Bí mật")
    events = quiz.ctx.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id)).all()
    assert [event.action for event in events] == [
        "quiz:question:write",
        "quiz:question:propose",
        "quiz:question:resolve",
        "quiz:question:send_back",
    ]
    assert not any("Bí mật" in str((event.after, event.params)) for event in events)
    assert {event.object_id for event in events} == {
        quiz.ctx.session.scalar(sa.select(Question.id).where(Question.key == "moi-1"))
    }
