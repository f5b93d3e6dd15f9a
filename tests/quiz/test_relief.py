"""What an incident grants to papers: more minutes, or a fresh attempt; by two persons, for exactly those it reaches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.context import Actor, Context
from cuocthi.contributions import ReliefKind
from cuocthi.enrolments.models import Enrolment
from cuocthi.errors import Closed, Conflict, DomainError
from cuocthi.incidents.domain import confirm_incident, propose_incident
from cuocthi.incidents.incident import Incident
from cuocthi.incidents.queries import TooLate, decided, granted_to, too_late, undecided
from cuocthi.standings.domain import adoption_blockers, build_ranking, submit_ranking
from cuocthi.standings.models import Result
from cuocthi.timelines.ending import close_now
from cuocthi.timelines.localtime import write_moment
from cuocthi.users.models import User
from cuocthi_quiz.domain import jobs, results
from cuocthi_quiz.domain.deadlines import move_deadlines
from cuocthi_quiz.domain.release import has_closed
from cuocthi_quiz.queries import figures as figures_queries
from cuocthi_quiz.settings import QuizSettings

from .conftest import SETTINGS, Quiz

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from cuocthi.contributions import Browser

MINUTES = timedelta(minutes=1)


@dataclass
class Office:
    """Two organisers who decide on what an incident grants."""

    quiz: Quiz
    organisers: tuple[int, int]

    def by(self, number: int) -> Context:
        return replace(self.quiz.ctx, actor=Actor(self.organisers[number]))

    def propose(self, incident: Incident, number: int = 0) -> bool:
        quiz = self.quiz
        return propose_incident(self.by(number), campaign=quiz.campaign, round_=quiz.round_, incident=incident)

    def grant(self, incident: Incident) -> None:
        self.propose(incident)
        waiting = undecided(self.quiz.ctx, campaign_id=self.quiz.campaign.id)[self.quiz.round_.id]
        quiz = self.quiz
        assert confirm_incident(self.by(1), campaign=quiz.campaign, round_=quiz.round_, proposal_id=waiting.id), (
            "the second person puts it into force"
        )
        quiz.ctx.session.expire_all()


@pytest.fixture
def office(quiz: Quiz) -> Office:
    return Office(quiz, (quiz.make.member(quiz.campaign).id, quiz.make.member(quiz.campaign).id))


def incident(
    kind: ReliefKind = ReliefKind.MORE_TIME,
    *,
    until: datetime,
    minutes: int = 10,
    during: tuple[datetime, datetime] | None = None,
    **chosen: object,
) -> Incident:
    return Incident(
        kind=kind,
        until=write_moment(until, closing=True),
        symbol="15/TB-BTC",
        issued_on="2024-09-19",
        reason="Mất điện diện rộng",
        minutes=minutes if kind is ReliefKind.MORE_TIME else 0,
        begins=write_moment(during[0], closing=False) if during else "",
        ends=write_moment(during[1], closing=False) if during else "",
        **chosen,  # type: ignore[arg-type]
    )


def more(quiz: Quiz, *people: Enrolment, minutes: int = 10) -> Incident:
    codes = tuple(person.code for person in people)
    return incident(until=quiz.round_.closes_at, minutes=minutes, codes=codes)


def fresh(quiz: Quiz, *people: Enrolment, until: datetime | None = None) -> Incident:
    codes = tuple(person.code for person in people)
    return incident(ReliefKind.FRESH_ENTRY, until=until or quiz.round_.closes_at, codes=codes)


# --- two persons ---


def test_one_person_changes_nothing_and_the_second_puts_it_into_force(quiz: Quiz, office: Office) -> None:
    person = quiz.person()
    attempt = quiz.start(person)
    ends = attempt.deadline

    assert not office.propose(more(quiz, person))
    assert attempt.deadline == ends
    assert decided(quiz.ctx, campaign_id=quiz.campaign.id) == []
    waiting = undecided(quiz.ctx, campaign_id=quiz.campaign.id)[quiz.round_.id]
    with pytest.raises(Conflict):
        confirm_incident(office.by(0), campaign=quiz.campaign, round_=quiz.round_, proposal_id=waiting.id)

    assert office.propose(more(quiz, person), 1), "who proposes the same confirms it"
    assert attempt.deadline == ends + 10 * MINUTES
    (found,) = decided(quiz.ctx, campaign_id=quiz.campaign.id)
    assert (found.persons, found.incident.symbol) == (1, "15/TB-BTC")
    assert [one.reason for one in granted_to(quiz.ctx, enrolment_id=person.id)] == ["Mất điện diện rộng"]
    events = quiz.ctx.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id)).all()
    assert [event.action for event in events] == ["core:incident:propose", "core:incident:grant"]
    assert events[-1].after["persons"] == 1


def test_granting_the_same_twice_grants_it_once(quiz: Quiz, office: Office) -> None:
    person = quiz.person()
    attempt = quiz.start(person)
    office.grant(more(quiz, person))
    assert office.propose(more(quiz, person)), "it is in force already"
    assert attempt.deadline == attempt.started_at + 25 * MINUTES


# --- more time ---


def test_only_open_papers_of_those_chosen_get_more_time(quiz: Quiz, office: Office) -> None:
    chosen, done, other = quiz.person(), quiz.person(), quiz.person()
    open_, handed_in, untouched = quiz.start(chosen), quiz.start(done), quiz.start(other)
    quiz.hand_in(handed_in)

    office.grant(more(quiz, chosen, done))

    assert open_.deadline == open_.started_at + 25 * MINUTES
    assert untouched.deadline == untouched.started_at + 15 * MINUTES
    assert handed_in.submitted_at == quiz.ctx.now
    (found,) = decided(quiz.ctx, campaign_id=quiz.campaign.id)
    assert found.persons == 1


def test_for_whom_minutes_come_too_late_is_said_before_anybody_confirms(quiz: Quiz, office: Office) -> None:
    chosen, done, absent = quiz.person(), quiz.person(), quiz.person()
    quiz.start(chosen)
    quiz.hand_in(quiz.start(done))

    def late(wanted: Incident) -> TooLate | None:
        return too_late(quiz.ctx, campaign=quiz.campaign, round_=quiz.round_, incident=wanted)

    assert late(more(quiz, chosen, done, absent)) == TooLate(1, [done.code])
    assert late(more(quiz, chosen, absent)) is None
    assert late(fresh(quiz, chosen, done)) is None, "a fresh entry reaches them"
    office.grant(more(quiz, chosen, done))
    office.grant(fresh(quiz, done))
    assert late(more(quiz, chosen, done)) is None


def test_more_time_reaches_beyond_the_end_of_the_round_only_as_far_as_stated(quiz: Quiz, office: Office) -> None:
    closes_at = quiz.round_.closes_at
    quiz.at(closes_at - 5 * MINUTES)
    person = quiz.person()
    attempt = quiz.start(person)

    office.grant(incident(until=closes_at + 7 * MINUTES, minutes=30, codes=(person.code,)))

    assert attempt.deadline == closes_at + 7 * MINUTES
    quiz.at(closes_at + 6 * MINUTES)
    assert quiz.answer(attempt, 1, 1) == quiz.ctx.now, "the deadline of the statement that saves has moved too"
    assert not has_closed(quiz.ctx, round_=quiz.round_), "keys are not shown while somebody is at it"
    quiz.at(closes_at + 7 * MINUTES)
    with pytest.raises(Closed):
        quiz.answer(attempt, 2, 1)
    assert has_closed(quiz.ctx, round_=quiz.round_)


def test_an_extension_afterwards_keeps_what_was_granted(quiz: Quiz, office: Office) -> None:
    quiz.at(quiz.round_.closes_at - 5 * MINUTES)
    person = quiz.person()
    attempt = quiz.start(person)
    office.grant(more(quiz, person))
    assert attempt.deadline == quiz.round_.closes_at, "no more than the incident states"

    quiz.round_.windows[0].closes_at += timedelta(hours=1)
    move_deadlines(quiz.ctx, round_id=quiz.round_.id)
    assert attempt.deadline == attempt.started_at + 25 * MINUTES


def test_closing_the_round_now_ends_what_was_granted(quiz: Quiz, office: Office) -> None:
    person, other = quiz.person(), quiz.person()
    attempt, done = quiz.start(person), quiz.start(other)
    quiz.hand_in(done)
    office.grant(more(quiz, person))
    office.grant(fresh(quiz, other, until=quiz.round_.closes_at + timedelta(days=1)))

    quiz.later(minutes=20)
    close_now(quiz.ctx, campaign=quiz.campaign, phase=quiz.round_, reason="Thử nghiệm")

    assert attempt.deadline == quiz.ctx.now
    with pytest.raises(Closed):
        quiz.start(other)


def test_entries_open_during_the_incident_are_found_by_its_time(quiz: Quiz, office: Office) -> None:
    before, during = quiz.person(), quiz.person()
    early = quiz.start(before)
    quiz.later(minutes=5)
    quiz.hand_in(early)
    begins = quiz.later(minutes=1).now
    touched = quiz.start(during)
    ends = quiz.later(minutes=4).now

    office.grant(incident(ReliefKind.FRESH_ENTRY, until=quiz.round_.closes_at, during=(begins, ends)))

    assert (early.counts, touched.counts) == (True, False)
    assert touched.submitted_at == quiz.ctx.now


def test_a_unit_is_meant_with_all_below_it(quiz: Quiz, office: Office) -> None:
    district = quiz.make.unit()
    commune = quiz.make.unit(parent=district)
    theirs = quiz.make.enrolment(quiz.campaign, unit=commune)
    attempt, other = quiz.start(theirs), quiz.start()

    office.grant(incident(until=quiz.round_.closes_at, unit_id=district.id, unit=district.name))

    assert (attempt.relief_minutes, other.relief_minutes) == (10, 0)


# --- a fresh attempt ---


def test_the_attempt_before_is_kept_but_does_not_count(quiz: Quiz, office: Office) -> None:
    person = quiz.person()
    old = quiz.start(person)
    quiz.answer_rightly(old, 5)
    with_reason = fresh(quiz, person)

    office.grant(with_reason)

    assert (old.counts, old.submitted_at) == (False, quiz.ctx.now)
    assert "Mất điện" in old.set_aside_reason
    quiz.later(minutes=1)
    new = quiz.start(person)
    assert (new.number, new.replaces_id) == (2, old.id), "though the rules allow a single attempt"
    assert new.deadline == new.started_at + 15 * MINUTES
    quiz.hand_in(new)
    with pytest.raises(Closed):
        quiz.start(person)

    quiz.at(quiz.round_.closes_at)
    results.refresh(quiz.ctx, campaign=quiz.campaign, round_=quiz.round_)
    posted = quiz.ctx.session.scalars(sa.select(Result)).all()
    assert [(row.entry_key, row.score) for row in posted] == [("2", 0)], "the paper with everything right was set aside"
    quiz.ctx.session.expire_all()
    assert old.score == 5000, "it is graded for the record"
    finishers = quiz.ctx.session.scalars(figures_queries.finishers(campaign_id=quiz.campaign.id)).all()
    assert list(finishers) == [person.id]


def test_it_may_be_begun_after_the_round_until_the_stated_moment_and_adoption_waits(quiz: Quiz, office: Office) -> None:
    closes_at = quiz.round_.closes_at
    person, late = quiz.person(), quiz.person()
    for one in (person, late):
        quiz.hand_in(quiz.start(one))
    quiz.at(closes_at + timedelta(hours=1))
    until = closes_at + timedelta(days=1)
    office.grant(fresh(quiz, person, late, until=until))

    new = quiz.start(person)
    assert new.deadline == new.started_at + 15 * MINUTES
    quiz.hand_in(new)
    assert quiz.start(late).is_open
    ranking = build_ranking(quiz.ctx, campaign=quiz.campaign, round_=quiz.round_)
    submit_ranking(quiz.ctx, ranking=ranking)
    waits = adoption_blockers(quiz.ctx, campaign=quiz.campaign, round_=quiz.round_, ranking=ranking)
    assert any("to which an incident granted more time" in str(reason) for reason in waits)

    quiz.at(until)
    jobs.finish_round(quiz.ctx, round_id=quiz.round_.id)
    with pytest.raises(Closed):
        quiz.start(person)
    waits = adoption_blockers(quiz.ctx, campaign=quiz.campaign, round_=quiz.round_, ranking=ranking)
    assert not any("granted" in str(reason) for reason in waits)


# --- refusals ---


@pytest.mark.parametrize(
    "wrong",
    [
        {"codes": ()},
        {"codes": ("KHONGCO1",)},
        {"minutes": 0},
        {"minutes": 601},
        {"reason": " "},
        {"symbol": ""},
        {"issued_on": "2030-01-01"},
        {"until": "2024-09-01 10:00"},
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    quiz: Quiz, office: Office, wrong: dict[str, object]
) -> None:
    person = quiz.person()
    attempt = quiz.start(person)
    with pytest.raises(DomainError):
        office.propose(replace(more(quiz, person), **wrong))  # type: ignore[arg-type]
    assert undecided(quiz.ctx, campaign_id=quiz.campaign.id) == {}
    assert attempt.relief_until is None


def test_nobody_with_an_open_paper_means_nothing_to_grant(quiz: Quiz, office: Office) -> None:
    person = quiz.person()
    quiz.hand_in(quiz.start(person))
    with pytest.raises(DomainError, match="has an entry"):
        office.propose(more(quiz, person))


def test_granting_takes_as_many_statements_for_three_as_for_one(
    quiz: Quiz, office: Office, statements: Callable[[], int]
) -> None:
    quiz.set(QuizSettings(blueprint=SETTINGS.blueprint, minutes=15, attempts=1))

    def taken(number: int, minutes: int) -> int:
        people = [quiz.person() for _ in range(number)]
        for person in people:
            quiz.start(person)
        office.propose(more(quiz, *people, minutes=minutes))
        waiting = undecided(quiz.ctx, campaign_id=quiz.campaign.id)[quiz.round_.id]
        quiz.ctx.session.expire_all()
        by = office.by(1)
        statements()
        confirm_incident(by, campaign=quiz.campaign, round_=quiz.round_, proposal_id=waiting.id)
        return statements()

    taken(1, 4)  # what is loaded once
    assert taken(1, 5) == taken(3, 6)


# --- pages ---


def test_the_person_and_everybody_are_told(
    quiz: Quiz, office: Office, client: FlaskClient, sign_in: Callable[[User], Browser]
) -> None:
    person, done = quiz.person(), quiz.person()
    attempt = quiz.start(person)
    quiz.hand_in(quiz.start(done))
    quiz.ctx.session.commit()
    first, second = (sign_in(quiz.ctx.session.get_one(User, organiser)) for organiser in office.organisers)
    address = f"/c/{quiz.campaign.slug}/staff/timeline/{quiz.round_.id}/incidents"
    form = {
        "kind": "more_time",
        "minutes": "10",
        "until_on": "2024-09-25",
        "until": "12h00",
        "codes": f"{person.code.lower()} {done.code}",
    }
    assert first.get(address)[0] == 200
    status, page = first.post(address, {**form, "preview": "1"})
    assert (status, "This would reach 1 person" in page or "1 người" in page) == (200, True)
    assert "không được thêm phút" in page
    assert first.post(address, form)[0] == 422, "without a document"
    document = {"symbol": "15/TB-BTC", "issued_on": "2024-09-19", "reason": "Mất điện diện rộng"}
    assert first.post(address, {**form, **document})[0] == 200
    quiz.ctx.session.expire_all()
    waiting = undecided(quiz.ctx, campaign_id=quiz.campaign.id)[quiz.round_.id]
    quiz.ctx.session.rollback()
    assert all(words in second.get(address)[1] for words in ("Xác nhận và gia hạn", "không được thêm phút"))
    status, page = second.post(f"{address}/confirm", {"proposal": str(waiting.id)})
    assert status == 200

    quiz.ctx.session.expire_all()
    assert attempt.relief_minutes == 10
    quiz.ctx.session.rollback()
    assert "Mất điện diện rộng" in client.get(f"/c/{quiz.campaign.slug}/").get_data(as_text=True)
    entrant = sign_in(person.user)
    assert "Mất điện diện rộng" in entrant.get(f"/c/{quiz.campaign.slug}/personal")[1]
    paper = f"/c/{quiz.campaign.slug}/quiz/paper/{attempt.id}/{attempt.token}/1"
    assert "Mất điện diện rộng" in entrant.get(paper)[1]
