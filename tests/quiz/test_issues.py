"""Issuing the approved set: two persons, one digest, papers drawn from it alone, sealed until the close."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.models import Division
from cuocthi.contributions import Role
from cuocthi.digest import digest
from cuocthi.errors import Closed, Conflict, DomainError
from cuocthi.standings.models import Confirmation
from cuocthi_quiz.contributed_bank import issue_section, readiness
from cuocthi_quiz.domain.attempts import candidates
from cuocthi_quiz.domain.bank import withdraw, write_question
from cuocthi_quiz.domain.contents import digest_of
from cuocthi_quiz.domain.issues import contents, discard, issue, opened_contents, put_in_force, sealed
from cuocthi_quiz.domain.review import approve
from cuocthi_quiz.models import Issued, Item, Question, Revision, RevisionState
from cuocthi_quiz.queries import issues as issue_queries
from cuocthi_quiz.settings import BlueprintRow

from .conftest import SETTINGS, Quiz, acting, approve_by_two, question

if TYPE_CHECKING:
    from cuocthi.context import Context
    from cuocthi_quiz.models import Issue

DECIDED = date(2024, 9, 10)


@pytest.fixture
def chair(quiz: Quiz) -> Context:
    return acting(quiz.ctx, quiz.make.member(quiz.campaign, Role.ORGANISING).id)


@pytest.fixture
def jury(quiz: Quiz) -> Context:
    return acting(quiz.ctx, quiz.make.member(quiz.campaign, Role.JURY).id)


def made(quiz: Quiz, chair: Context) -> Issue:
    return issue(chair, campaign=quiz.campaign, decision=" 12/QĐ-BTC ", decided_on=DECIDED)


def in_force(quiz: Quiz, chair: Context, jury: Context) -> Issue:
    found = made(quiz, chair)
    put_in_force(jury, campaign=quiz.campaign, issue=found)
    return found


def drawn(quiz: Quiz) -> dict[str, int]:
    return {candidate.key: candidate.revision_id for candidate in candidates(quiz.ctx, round_=quiz.round_)}


def named(quiz: Quiz, key: str) -> Question:
    return quiz.ctx.session.scalars(sa.select(Question).where(Question.key == key)).one()


def approved_later(quiz: Quiz, chair: Context, key: str) -> Revision:
    later = replace(chair, now=quiz.later(minutes=1).now)
    found = quiz.ctx.session.scalar(sa.select(Question).where(Question.key == key))
    revision = write_question(later, campaign=quiz.campaign, data=question(key, right=(3,)), question=found)
    approve_by_two(quiz, revision)
    return revision


def test_an_issue_comes_into_force_by_a_second_person(quiz: Quiz, chair: Context, jury: Context) -> None:
    found = made(quiz, chair)
    assert (found.number, found.decision, found.question_count, found.in_force_at) == (1, "12/QĐ-BTC", 8, None)
    with pytest.raises(Conflict):
        put_in_force(chair, campaign=quiz.campaign, issue=found)
    for _ in range(2):
        put_in_force(jury, campaign=quiz.campaign, issue=found)
    assert found.in_force_at == jury.now
    actions = quiz.ctx.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert actions == ["quiz:issue:make", "quiz:issue:confirm"]


def test_what_is_approved_later_waits_for_the_next_issue(quiz: Quiz, chair: Context, jury: Context) -> None:
    before = drawn(quiz)
    made(quiz, chair)
    assert drawn(quiz) == before
    put_in_force(jury, campaign=quiz.campaign, issue=issue_queries.issues(quiz.ctx, campaign_id=quiz.campaign.id)[0])
    new, reworded = approved_later(quiz, chair, "moi-1"), approved_later(quiz, chair, "de-1")
    assert drawn(quiz) == before
    items = readiness(quiz.ctx, campaign=quiz.campaign, address=lambda endpoint, **_: endpoint)
    assert [item.key for item in items if not item.done] == ["issue"]
    assert issue_queries.not_issued(quiz.ctx, campaign_id=quiz.campaign.id) == 2
    second = in_force(quiz, chair, jury)
    assert (second.number, second.question_count) == (2, 9)
    assert drawn(quiz) == before | {"moi-1": new.id, "de-1": reworded.id}


def test_what_is_withdrawn_is_drawn_no_more_though_it_was_issued(quiz: Quiz, chair: Context, jury: Context) -> None:
    in_force(quiz, chair, jury)
    withdraw(jury, campaign=quiz.campaign, question=named(quiz, "de-1"))
    assert "de-1" not in drawn(quiz)
    approved_later(quiz, chair, "de-1")
    assert "de-1" in drawn(quiz), "a question that is back is asked in its issued wording"


def test_papers_are_drawn_from_the_issue(quiz: Quiz, chair: Context, jury: Context) -> None:
    in_force(quiz, chair, jury)
    for key in ("de-1", "de-2", "de-3", "de-4", "de-5"):
        approved_later(quiz, chair, key)
    issued = set(quiz.ctx.session.scalars(sa.select(Issued.revision_id)))
    attempt = quiz.start()
    drawn_ = sa.select(Item.revision_id).where(Item.attempt_id == attempt.id)
    assert set(quiz.ctx.session.scalars(drawn_)) <= issued


def test_an_issue_that_an_open_round_could_not_be_drawn_from_stays_out(
    quiz: Quiz, chair: Context, jury: Context
) -> None:
    found = made(quiz, chair)
    quiz.ctx.session.commit()
    quiz.set(replace(SETTINGS, blueprint=(BlueprintRow("safety", SETTINGS.blueprint[0].difficulty, 6),)))
    with pytest.raises(Conflict):
        put_in_force(jury, campaign=quiz.campaign, issue=found)


def test_only_one_issue_waits_and_it_can_be_discarded(quiz: Quiz, chair: Context, jury: Context) -> None:
    found = made(quiz, chair)
    with pytest.raises(Conflict):
        made(quiz, jury)
    number = found.id
    discard(jury, campaign=quiz.campaign, issue=found)
    assert issue_queries.issue_of(quiz.ctx, campaign_id=quiz.campaign.id, issue_id=number) is None
    again = in_force(quiz, chair, jury)
    assert again.number == 2, "the digest of the first one may be known under its number"
    assert [one.number for one in issue_queries.issues(quiz.ctx, campaign_id=quiz.campaign.id)] == [2]
    with pytest.raises(Conflict):
        discard(jury, campaign=quiz.campaign, issue=again)


@pytest.mark.parametrize(
    ("decision", "day", "field"),
    [(" ", DECIDED, "decision"), ("x" * 201, DECIDED, "decision"), ("1/QĐ", date(1900, 1, 1), "decided_on")],
)
def test_an_issue_rests_on_a_decision(quiz: Quiz, chair: Context, decision: str, day: date, field: str) -> None:
    with pytest.raises(DomainError) as refused:
        issue(chair, campaign=quiz.campaign, decision=decision, decided_on=day)
    assert refused.value.field == field


def test_an_empty_bank_is_not_issued(quiz: Quiz, chair: Context) -> None:
    other = quiz.make.campaign(plugins=("quiz",))
    with pytest.raises(Conflict):
        issue(chair, campaign=other, decision="1/QĐ", decided_on=DECIDED)


def test_the_digest_is_of_what_the_questions_say(quiz: Quiz, chair: Context) -> None:
    found = made(quiz, chair)
    listed = issue_queries.revisions_of(quiz.ctx, issue_id=found.id)
    said = contents(listed, form=found.form)
    assert [one["question"] for one in said] == sorted(one["question"] for one in said)
    assert digest(said) == found.digest
    listed[0][1].explanation += " Thêm."
    assert digest(contents(listed, form=found.form)) != found.digest


@pytest.mark.parametrize(
    "changed", [{"explanation": "Khác"}, {"tags": "\nkhác"}, {"division_id": 1}, {"practice": True}]
)
def test_what_has_been_tampered_with_does_not_come_into_force(
    quiz: Quiz, chair: Context, jury: Context, changed: dict[str, Any]
) -> None:
    if "division_id" in changed:
        division = Division(campaign_id=quiz.campaign.id, key="tre", name="Trẻ")
        quiz.ctx.session.add(division)
        quiz.ctx.session.flush()
        changed = {"division_id": division.id}
    found = made(quiz, chair)
    if "practice" in changed:
        quiz.ctx.session.execute(sa.update(Question).values(for_practice=True))
    else:
        quiz.ctx.session.execute(sa.update(Revision).values(**changed))
    quiz.ctx.session.expire_all()
    with pytest.raises(Conflict, match="changed"):
        put_in_force(jury, campaign=quiz.campaign, issue=found)


def test_what_was_issued_in_the_first_form_is_made_again_in_it(quiz: Quiz, chair: Context, jury: Context) -> None:
    found = made(quiz, chair)
    first = contents(issue_queries.revisions_of(quiz.ctx, issue_id=found.id), form=1)
    assert {"division", "tags", "for_practice"}.isdisjoint(first[0])
    found.form, found.digest = 1, digest(first)
    quiz.ctx.session.execute(sa.update(Confirmation).values(digest=found.digest))
    put_in_force(jury, campaign=quiz.campaign, issue=found)
    over = quiz.at(quiz.round_.closes_at)
    assert digest(opened_contents(over, campaign=quiz.campaign, issue=found)) == found.digest


def test_who_approved_in_the_first_form_has_approved(quiz: Quiz) -> None:
    author, first, second = (acting(quiz.ctx, quiz.make.member(quiz.campaign).id) for _ in range(3))
    draft = write_question(author, campaign=quiz.campaign, data=question("moi-1"))
    approve(first, campaign=quiz.campaign, revision=draft)
    before = digest_of(draft, key="moi-1", topic="safety", form=1)
    quiz.ctx.session.execute(sa.update(Confirmation).values(digest=before))
    approve(second, campaign=quiz.campaign, revision=draft)
    assert draft.state is RevisionState.APPROVED


def test_an_issue_is_sealed_until_the_last_round_is_over(quiz: Quiz, chair: Context, jury: Context) -> None:
    found = in_force(quiz, chair, jury)
    assert sealed(quiz.ctx, campaign=quiz.campaign)
    with pytest.raises(Closed):
        opened_contents(quiz.ctx, campaign=quiz.campaign, issue=found)
    (section,) = issue_section(quiz.ctx, campaign=quiz.campaign)
    assert [row[-1] for row in section.rows] == [found.digest]
    over = quiz.at(quiz.round_.closes_at)
    assert digest(opened_contents(over, campaign=quiz.campaign, issue=found)) == found.digest


def test_nothing_is_published_of_an_issue_that_is_not_in_force(quiz: Quiz, chair: Context) -> None:
    made(quiz, chair)
    assert issue_section(quiz.ctx, campaign=quiz.campaign) == []
