"""What is decided on candidates, shown of them, and forgotten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from cuocthi.clock import LOCAL_ZONE
from cuocthi.contributions import Erasure, Person
from cuocthi.errors import Blocked, Closed, Conflict, DomainError
from cuocthi.testing.factories import Factories
from cuocthi_prizes.candidates import asking, conflicts, decisions, personal_data
from cuocthi_prizes.candidates.contributed import duties, panels
from cuocthi_prizes.candidates.models import CandidateCheck, Way
from cuocthi_prizes.candidates.paying import paid_how
from cuocthi_prizes.domain.award_lists import draw_up
from cuocthi_prizes.domain.clauses import rule_clauses
from cuocthi_prizes.outputs.settings import OutputSettings
from cuocthi_prizes.outputs.workbooks import Source, payments
from cuocthi_prizes.settings import Check

from .conftest import PLAN, TIERS
from .staging import ACCOUNT, DOCUMENT, LATE, NUMBER, Staging, late, number_of


def test_the_next_list_names_the_right_unit_and_the_ranking_stays(stage: Staging, make: Factories) -> None:
    staged = stage()
    unit = make.unit("Sở Khoa học và Công nghệ")
    before = staged.draft.awards[0].unit_name
    decisions.correct_unit(staged.ctx, **staged.who(0), unit=unit, reason="Khai nhầm đơn vị", by=DOCUMENT)
    with pytest.raises(Conflict):
        decisions.correct_unit(staged.ctx, **staged.who(0), unit=unit, reason="Lần nữa", by=DOCUMENT)
    with pytest.raises(Blocked):
        staged.adopt()
    staged.draw()
    assert (staged.draft.awards[0].unit_id, staged.draft.awards[0].unit_name) == (unit.id, unit.name)
    assert staged.contest.people[0].unit_name == before
    staged.adopt()


def test_a_decision_needs_reason_and_document(stage: Staging) -> None:
    staged = stage()
    for reason, by in (("", DOCUMENT), ("Đã xem", None)):
        with pytest.raises(DomainError):
            decisions.keep(staged.ctx, **staged.who(0), reason=reason, by=by)
    with pytest.raises(DomainError):
        decisions.document(staged.ctx, number="12/BB", day=None)
    with pytest.raises(DomainError):
        decisions.document(staged.ctx, number="", day=date(2024, 10, 1))
    assert decisions.document(staged.ctx, number=" ", day=None) is None
    made = decisions.keep(staged.ctx, **staged.who(0), reason="Đã xem", by=DOCUMENT)
    assert (made.document_number, made.document_date) == ("12/BB-BTC", DOCUMENT.day)


def test_who_is_named_again_is_asked_anew_and_has_the_full_time(stage: Staging) -> None:
    staged = stage(answer_days=7)
    staged.ask()
    staged.answer(1)
    today = staged.ctx.now.astimezone(LOCAL_ZONE).date()
    last = staged.contest.people[15]
    staged.contest.save(replace(PLAN, answer_days=7, sets=(replace(PLAN.sets[0], tiers=TIERS[:3]),)))
    staged.draw()
    assert last.id not in staged.awarded
    assert (staged.candidacy(15).asked_at, staged.candidacy(15).answer_by) == (None, None)
    # Who has answered, or is named still, keeps the deadline.
    assert staged.candidacy(1).answer_by is not None
    assert staged.candidacy(3).answer_by is not None
    with pytest.raises(Closed):
        staged.answer(15)

    over = replace(staged.ctx, now=staged.ctx.now + timedelta(days=12))
    staged.contest.save(replace(PLAN, answer_days=7))
    staged.draft = draw_up(over, campaign=staged.contest.campaign)
    with pytest.raises(Conflict):
        decisions.pass_over(over, **staged.who(15), **LATE)
    asking.ask(over, **staged.here, until=None, post=None)
    answer_by = staged.candidacy(15).answer_by
    assert answer_by is not None
    assert answer_by.astimezone(LOCAL_ZONE).date() == today + timedelta(days=12 + 8)


def test_a_candidate_finds_it_on_the_own_page_and_staff_who_is_late(stage: Staging) -> None:
    staged = stage(answer_days=7)
    campaign = staged.contest.campaign
    assert panels(staged.own(0), campaign) == []
    staged.ask()
    (panel,) = panels(staged.own(0), campaign)
    assert panel.values["asked"][0].title == "Giải Nhất"
    assert panels(staged.own(16), campaign) == []
    assert duties(staged.ctx, [campaign]) == []
    (duty,) = duties(replace(staged.ctx, now=staged.ctx.now + late(staged)), [campaign])
    assert duty.late


def test_staff_owe_nothing_where_the_scheme_sets_no_time(stage: Staging) -> None:
    staged = stage()
    staged.ask(staged.ctx.now.astimezone(LOCAL_ZONE).date())
    assert duties(replace(staged.ctx, now=staged.ctx.now + timedelta(days=30)), [staged.contest.campaign]) == []


def test_what_was_ruled_is_told_to_the_person_and_of_whom_is_not(stage: Staging, make: Factories) -> None:
    staged = stage()
    person = staged.contest.people[0]
    member = make.member(staged.contest.campaign, user=make.user(person.name))
    reason = "Khác bà Mận ở Sở Nội vụ"
    conflicts.rule(staged.ctx, **staged.who(0), user_id=member.id, same=False, reason=reason, vault=staged.vault)
    (told,) = personal_data.export(
        staged.ctx,
        campaign=staged.contest.campaign,
        person=Person(person.user_id, person.id),
        vault=lambda: staged.vault,
    )
    ((at, what, words),) = told.rows
    assert (at, str(what), words) == (staged.ctx.now, "Ruled on who it is: another person", "")


def test_how_people_are_paid_is_kept_of_those_awarded_alone(stage: Staging) -> None:
    staged = stage(answer_days=1)
    staged.ask()
    for place in range(16):
        staged.answer(place)
        staged.check(place)
    campaign, people = staged.contest.campaign, staged.contest.people
    persons = [Person(one.user_id, one.id) for one in people]
    told = personal_data.export(staged.ctx, campaign=campaign, person=persons[0], vault=lambda: staged.vault)
    assert told[0].rows[0][2:] == (NUMBER, "190345678901", ACCOUNT.bank, ACCOUNT.holder)
    assert told[0].kept

    asking.decline(staged.own(0), campaign=campaign, candidacy_id=staged.candidacy(0).id)
    staged.draw()
    staged.ask()
    staged.answer(16)
    staged.adopt()
    for erasure in (Erasure.WITHDRAWAL, Erasure.RETENTION):
        personal_data.erase(staged.ctx, campaign=campaign, people=persons, erasure=erasure)
    assert staged.candidacy(0).details is None
    assert staged.candidacy(1).details is not None
    words = dict(staged.ctx.session.execute(sa.select(CandidateCheck.enrolment_id, CandidateCheck.how)).all())
    assert (words[people[0].id], words[people[1].id]) == ("", "Gặp trực tiếp")

    personal_data.erase(staged.ctx, campaign=campaign, people=[], erasure=Erasure.RECORDS)
    assert staged.candidacy(1).details is None
    assert set(staged.ctx.session.scalars(sa.select(CandidateCheck.how))) == {""}


def test_the_gate_takes_the_same_statements_for_any_number_of_candidates(
    stage: Staging, statements: Callable[[], int]
) -> None:
    staged = stage(candidate_checks=(Check.IDENTITY,), answer_days=3)
    staged.ask()
    staged.check(0)

    def counted() -> int:
        staged.ctx.session.expire_all()
        staged.obstacles()
        statements()
        staged.obstacles()
        return statements()

    one = counted()
    for place in range(1, 15):
        staged.check(place)
        staged.answer(place)
    assert counted() == one


def test_the_rules_say_what_is_asked_of_candidates(stage: Staging) -> None:
    stage()
    (plain,) = rule_clauses(PLAN, "vi")
    demanded = replace(PLAN, candidate_checks=(Check.IDENTITY,), answer_days=7)
    (clause,) = rule_clauses(demanded, "vi")
    assert "đối chiếu nhân thân" in clause.body
    assert "ít nhất 7 ngày" in clause.body
    assert "đối chiếu" not in plain.body
    (english,) = rule_clauses(demanded, "en")
    assert "at least 7 days" in english.body


def test_the_list_of_payments_says_in_full_how_people_are_paid(stage: Staging, app: Flask) -> None:
    staged = stage()
    staged.ask(staged.ctx.now.astimezone(LOCAL_ZONE).date())
    staged.answer(0)
    staged.answer(1, way=Way.CASH)
    staged.adopt()
    details = paid_how(staged.ctx, award_list=staged.draft, vault=staged.vault)
    source = Source(staged.contest.campaign, staged.draft, None, OutputSettings(), details)
    with app.test_request_context():
        (_title, rows), _basis = payments(source)
    by_name = {row[1]: row[-6:] for row in rows}
    first, second, third = (one.name for one in staged.contest.people[:3])
    assert by_name[first] == [NUMBER, None, "190345678901", ACCOUNT.bank, ACCOUNT.holder, None]
    assert by_name[second][0] == number_of(1)
    assert by_name[second][1:5] == [None] * 4
    assert by_name[third] == [None] * 6
