"""Whether questions are still true: ends of validity, looking again, what an earlier campaign leaves to be done."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.copying import Edition, copy_campaign
from cuocthi.clock import LOCAL_ZONE
from cuocthi.contributions import Act, Role
from cuocthi.errors import Conflict, DomainError, Forbidden
from cuocthi.timelines.moving import by_years, unmoved
from cuocthi.timelines.queries import rounds
from cuocthi_quiz import contributed, contributed_bank
from cuocthi_quiz.domain.attempts import candidates
from cuocthi_quiz.domain.bank import withdraw, write_question
from cuocthi_quiz.domain.deadlines import last_day
from cuocthi_quiz.domain.validity import bounds, confirm_true, end_validity, lift_ending, resting_on
from cuocthi_quiz.models import Ending, Question, Revision, RevisionState
from cuocthi_quiz.queries import validity as validity_queries

from .conftest import Quiz, acting, approve_by_two, question

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context


@pytest.fixture
def jury(quiz: Quiz) -> Context:
    return acting(quiz.ctx, quiz.make.member(quiz.campaign, Role.JURY).id)


@pytest.fixture
def chair(quiz: Quiz) -> Context:
    return acting(quiz.ctx, quiz.make.member(quiz.campaign, Role.JURY).id)


def drawn(quiz: Quiz) -> set[str]:
    return {candidate.key for candidate in candidates(quiz.ctx, round_=quiz.round_)}


def named(quiz: Quiz, *keys: str) -> list[int]:
    found = sa.select(Question.id).where(Question.campaign_id == quiz.campaign.id, Question.key.in_(keys))
    return list(quiz.ctx.session.scalars(found))


def approved_ids(ctx: Context, campaign: Campaign) -> dict[str, int]:
    rows = ctx.session.execute(
        sa.select(Question.key, Revision.id)
        .join(Revision, Revision.question_id == Question.id)
        .where(Question.campaign_id == campaign.id, Revision.state == RevisionState.APPROVED)
    )
    return {row[0]: row[1] for row in rows}


# --- ends of validity ---


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_a_span_that_ends_at_midnight_ends_with_the_day_before(day: date) -> None:
    midnight = datetime.combine(day, time(), LOCAL_ZONE)
    assert last_day(midnight) == day - timedelta(days=1)
    assert last_day(midnight + timedelta(hours=17)) == day


def test_a_question_is_drawn_as_long_as_it_holds_until_the_round_closes(quiz: Quiz, jury: Context) -> None:
    closes = last_day(quiz.round_.closes_at)
    end_validity(
        jury, campaign=quiz.campaign, question_ids=named(quiz, "de-1"), valid_until=closes, replaced_by="Nghị định mới"
    )
    assert "de-1" in drawn(quiz)
    end_validity(
        jury,
        campaign=quiz.campaign,
        question_ids=named(quiz, "de-1"),
        valid_until=closes - timedelta(days=1),
        replaced_by="",
    )
    assert "de-1" not in drawn(quiz)
    (first, second) = quiz.ctx.session.scalars(
        sa.select(AuditEvent).where(AuditEvent.action == "quiz:question:end_validity").order_by(AuditEvent.id)
    )
    assert (first.after["questions"], first.after["replaced_by"]) == (["de-1"], "Nghị định mới")
    assert second.after["valid_until"] == (closes - timedelta(days=1)).isoformat()


def test_papers_that_are_drawn_keep_it(quiz: Quiz, jury: Context) -> None:
    attempt = quiz.start()
    before = quiz.paper(attempt)
    end_validity(
        jury, campaign=quiz.campaign, question_ids=named(quiz, "de-1"), valid_until=date(2024, 9, 1), replaced_by=""
    )
    assert quiz.paper(attempt) == before


def test_an_open_round_keeps_what_it_needs(quiz: Quiz, jury: Context) -> None:
    ids = named(quiz, "dvc-1")
    quiz.ctx.session.commit()
    with pytest.raises(Conflict):
        end_validity(jury, campaign=quiz.campaign, question_ids=ids, valid_until=date(2024, 9, 1), replaced_by="")
    quiz.ctx.session.rollback()
    assert "dvc-1" in drawn(quiz)


def test_an_end_is_taken_back_once(quiz: Quiz, jury: Context) -> None:
    end_validity(
        jury, campaign=quiz.campaign, question_ids=named(quiz, "de-1"), valid_until=date(2024, 9, 1), replaced_by=""
    )
    found = quiz.ctx.session.scalars(sa.select(Question).where(Question.key == "de-1")).one()
    for _ in range(2):
        lift_ending(jury, campaign=quiz.campaign, question=found)
    assert "de-1" in drawn(quiz)
    actions = quiz.ctx.session.scalars(sa.select(AuditEvent.action)).all()
    assert actions.count("quiz:question:lift_ending") == 1


def test_a_wording_written_afterwards_is_drawn_again(quiz: Quiz, jury: Context) -> None:
    draft = write_question(jury, campaign=quiz.campaign, data=question("de-2"), question=one(quiz, "de-2"))
    end_validity(
        jury,
        campaign=quiz.campaign,
        question_ids=named(quiz, "de-1", "de-2"),
        valid_until=date(2024, 9, 1),
        replaced_by="",
    )
    assert {"de-1", "de-2"}.isdisjoint(drawn(quiz))
    approve_by_two(quiz, draft)
    later = replace(jury, now=quiz.later(minutes=1).now)
    newer = write_question(later, campaign=quiz.campaign, data=question("de-1"), question=one(quiz, "de-1"))
    approve_by_two(quiz, newer)
    assert "de-1" in drawn(quiz)
    assert "de-2" not in drawn(quiz), "this wording is from before"


def test_correcting_an_end_leaves_what_was_written_since_then_in_the_draw(quiz: Quiz, jury: Context) -> None:
    ids, day = named(quiz, "de-1"), date(2024, 9, 1)
    end_validity(jury, campaign=quiz.campaign, question_ids=ids, valid_until=day, replaced_by="Nghị định mới")
    later = replace(jury, now=quiz.later(minutes=1).now)
    newer = write_question(later, campaign=quiz.campaign, data=question("de-1"), question=one(quiz, "de-1"))
    approve_by_two(quiz, newer)
    later = replace(jury, now=quiz.later(minutes=1).now)
    for corrected in (day, day + timedelta(days=1)):
        end_validity(
            later, campaign=quiz.campaign, question_ids=ids, valid_until=corrected, replaced_by="Nghị định số 1"
        )
        assert "de-1" in drawn(quiz)
    end_validity(later, campaign=quiz.campaign, question_ids=ids, valid_until=date(2024, 8, 1), replaced_by="")
    assert "de-1" not in drawn(quiz), "an earlier end is something new"
    befores = quiz.ctx.session.scalars(
        sa.select(AuditEvent.before).where(AuditEvent.action == "quiz:question:end_validity").order_by(AuditEvent.id)
    ).all()
    assert befores[:2] == [{}, {"de-1": ["2024-09-01", "Nghị định mới"]}]


def one(quiz: Quiz, key: str) -> Question:
    return quiz.ctx.session.scalars(
        sa.select(Question).where(Question.campaign_id == quiz.campaign.id, Question.key == key)
    ).one()


@pytest.mark.parametrize("document", ["13/2023/NĐ-CP", "nghi dinh so 13/2023", "NGHỊ ĐỊNH"])
def test_questions_are_found_by_the_document_they_rest_on(quiz: Quiz, document: str) -> None:
    assert len(resting_on(quiz.ctx, campaign=quiz.campaign, document=document)) == 8
    assert resting_on(quiz.ctx, campaign=quiz.campaign, document="Luật khác") == []
    assert resting_on(quiz.ctx, campaign=quiz.campaign, document=" ") == []


def test_a_number_is_found_as_a_whole(quiz: Quiz) -> None:
    for revision in quiz.ctx.session.scalars(sa.select(Revision)):
        revision.source = "Nghị định số 113/2023/NĐ-CP"
    quiz.ctx.session.flush()
    for document, number in (("13/2023", 0), ("113/202", 0), ("113/2023", 8), ("số 113", 8)):
        assert len(resting_on(quiz.ctx, campaign=quiz.campaign, document=document)) == number


@pytest.mark.parametrize(("keys", "day"), [((), date(2024, 9, 1)), (("de-1",), date(1900, 1, 1))])
def test_an_end_needs_a_question_and_a_day_that_can_be_meant(
    quiz: Quiz, jury: Context, keys: tuple[str, ...], day: date
) -> None:
    with pytest.raises(DomainError):
        end_validity(jury, campaign=quiz.campaign, question_ids=named(quiz, *keys), valid_until=day, replaced_by="")
    assert quiz.ctx.session.scalar(sa.select(sa.func.count()).select_from(Ending)) == 0


def test_what_belongs_to_another_campaign_is_left_alone(quiz: Quiz, jury: Context) -> None:
    other = quiz.make.campaign(plugins=("quiz",))
    with pytest.raises(DomainError):
        end_validity(
            jury, campaign=other, question_ids=named(quiz, "de-1"), valid_until=date(2024, 9, 1), replaced_by=""
        )
    with pytest.raises(DomainError):
        confirm_true(
            jury,
            campaign=other,
            revision_ids=approved_ids(quiz.ctx, quiz.campaign).values(),
            true_as_of=date(2024, 9, 20),
        )


def test_of_many_rounds_those_to_come_are_looked_at_until_the_last_day(quiz: Quiz, jury: Context) -> None:
    first = quiz.round_
    opens = first.closes_at + timedelta(days=7)
    second = quiz.make.round(quiz.campaign, opens_at=opens, closes_at=opens + timedelta(days=7), number=2)
    ends = last_day(second.closes_at) - timedelta(days=1)
    end_validity(jury, campaign=quiz.campaign, question_ids=named(quiz, "de-1"), valid_until=ends, replaced_by="")
    found = bounds(quiz.ctx, campaign=quiz.campaign)
    assert found is not None
    assert (found.until, found.last) == (last_day(first.closes_at), last_day(second.closes_at))
    assert keys_of(quiz.ctx, quiz.campaign) == ["de-1"]
    quiz.at(first.closes_at)
    found = bounds(quiz.ctx, campaign=quiz.campaign)
    assert found is not None
    assert found.until == found.last == last_day(second.closes_at)


# --- held again ---


@pytest.fixture
def again(quiz: Quiz) -> Campaign:
    """The campaign of the fixture, held again two years later."""
    quiz.make.member(quiz.campaign)

    edition = Edition("lan-sau", "Lần sau", "Lần sau", by_years(2))
    return copy_campaign(quiz.ctx, campaign=quiz.campaign, edition=edition)


def keys_of(ctx: Context, campaign: Campaign) -> list[str]:
    asked = bounds(ctx, campaign=campaign)
    assert asked is not None
    rows = validity_queries.affected(ctx, campaign_id=campaign.id, since=asked.since, until=asked.last)
    assert len(rows) == validity_queries.count_affected(
        ctx, campaign_id=campaign.id, since=asked.since, until=asked.last
    )
    return sorted(row.key for row in rows)


def closed_by(ctx: Context, campaign: Campaign) -> list[str]:
    found = contributed.blockers(
        ctx, campaign=campaign, act=Act.OPEN_CAMPAIGN, round_=None, address=lambda endpoint, **_: endpoint
    )
    return [blocker.key for blocker in found]


def test_a_campaign_held_again_stays_closed_until_two_persons_have_looked(quiz: Quiz, again: Campaign) -> None:
    ctx = quiz.ctx
    assert keys_of(ctx, quiz.campaign) == []
    assert len(keys_of(ctx, again)) == 8
    assert closed_by(ctx, again) == ["validity"]
    first, second = (acting(quiz.later(days=400), quiz.make.member(again, Role.JURY).id) for _ in range(2))
    ids = approved_ids(ctx, again)
    day = first.now.date()
    for _ in range(2):
        confirm_true(first, campaign=again, revision_ids=ids.values(), true_as_of=day)
    assert len(keys_of(quiz.ctx, again)) == 8, "one person alone does not do"
    confirm_true(second, campaign=again, revision_ids=[ids["de-1"]], true_as_of=day)
    assert "de-1" not in keys_of(quiz.ctx, again)
    confirm_true(second, campaign=again, revision_ids=ids.values(), true_as_of=day)
    assert keys_of(quiz.ctx, again) == []
    assert closed_by(quiz.ctx, again) == []


def test_what_is_not_true_any_more_is_reworded_or_withdrawn(quiz: Quiz, again: Campaign) -> None:
    first, second = (acting(quiz.later(days=400), quiz.make.member(again, Role.JURY).id) for _ in range(2))
    ids, day = approved_ids(quiz.ctx, again), first.now.date()
    for who in (first, second):
        confirm_true(who, campaign=again, revision_ids=ids.values(), true_as_of=day)
    found = quiz.ctx.session.scalars(
        sa.select(Question).where(Question.campaign_id == again.id, Question.key.in_(["de-1", "de-2"]))
    ).all()
    end_validity(first, campaign=again, question_ids=[one.id for one in found], valid_until=day, replaced_by="Luật mới")
    assert keys_of(quiz.ctx, again) == ["de-1", "de-2"], "looking again does not help what is not in force"
    withdraw(first, campaign=again, question=found[0])
    assert keys_of(quiz.ctx, again) == ["de-2"]
    assert closed_by(quiz.ctx, again) == ["validity"]


def test_a_first_campaign_is_only_told(quiz: Quiz) -> None:
    for revision in quiz.ctx.session.scalars(sa.select(Revision)):
        revision.true_as_of = date(2020, 1, 1)
    quiz.ctx.session.flush()
    items = contributed_bank.readiness(quiz.ctx, campaign=quiz.campaign, address=lambda endpoint, **_: endpoint)
    assert [(item.key, item.required) for item in items if not item.done] == [("validity", False)]
    assert closed_by(quiz.ctx, quiz.campaign) == []


def test_what_is_known_of_truth_goes_along(quiz: Quiz, jury: Context, chair: Context) -> None:
    later = date(2024, 9, 19)
    ids = approved_ids(quiz.ctx, quiz.campaign)
    for who, day in ((jury, later), (chair, date(2024, 9, 20))):
        confirm_true(who, campaign=quiz.campaign, revision_ids=[ids["de-1"]], true_as_of=day)
    end_validity(
        jury, campaign=quiz.campaign, question_ids=named(quiz, "de-2"), valid_until=date(2024, 12, 31), replaced_by="A"
    )
    edition = Edition("lan-nua", "Lần nữa", "Lần nữa", unmoved)
    copy = copy_campaign(quiz.ctx, campaign=quiz.campaign, edition=edition)
    rows = dict(
        quiz.ctx.session.execute(
            sa.select(Question.key, Revision.true_as_of)
            .join(Revision, Revision.question_id == Question.id)
            .where(Question.campaign_id == copy.id, Question.key.in_(["de-1", "de-2"]))
        ).all()
    )
    assert rows == {"de-1": later, "de-2": date(2024, 9, 15)}
    (ending,) = validity_queries.endings(quiz.ctx, campaign_id=copy.id).values()
    assert (ending.valid_until, ending.replaced_by) == (date(2024, 12, 31), "A")
    assert rounds(quiz.ctx, campaign_id=copy.id)


def test_nobody_knows_the_future_and_no_machine_knows_anything(quiz: Quiz, jury: Context) -> None:
    ids = approved_ids(quiz.ctx, quiz.campaign).values()
    with pytest.raises(DomainError):
        confirm_true(jury, campaign=quiz.campaign, revision_ids=ids, true_as_of=date(2024, 9, 21))
    with pytest.raises(Forbidden):
        confirm_true(quiz.ctx, campaign=quiz.campaign, revision_ids=ids, true_as_of=date(2024, 9, 20))
    with pytest.raises(DomainError):
        confirm_true(jury, campaign=quiz.campaign, revision_ids=[], true_as_of=date(2024, 9, 20))
