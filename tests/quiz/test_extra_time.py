"""Extra time: in the deadline, no advantage in the ranking, known to few, and forgotten with the person."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.models import Campaign
from cuocthi.context import Context
from cuocthi.contributions import Erasure, Person
from cuocthi.enrolments.models import Enrolment
from cuocthi.errors import DomainError, Missing
from cuocthi.standings.models import Result
from cuocthi.timelines.models import Phase
from cuocthi_quiz.domain import extra_time, results
from cuocthi_quiz.domain.attempts import start
from cuocthi_quiz.domain.extra_time import More
from cuocthi_quiz.domain.personal_data import erase, export
from cuocthi_quiz.models import Attempt, ExtraTime

from .conftest import SETTINGS, Quiz

if TYPE_CHECKING:
    from cuocthi.security.personal_data import Vault

HALF = More(percent=50)
REASON = "Khiếm thị, dùng trình đọc màn hình"
MINUTE = timedelta(minutes=1)


def grant(quiz: Quiz, vault: Vault, person: Enrolment, more: More = HALF) -> None:
    extra_time.grant(quiz.ctx, campaign=quiz.campaign, enrolment=person, more=more, reason=REASON, vault=vault)


def test_a_paper_is_longer_by_what_was_granted(quiz: Quiz, vault: Vault) -> None:
    person = quiz.person()
    grant(quiz, vault, person)
    attempt = quiz.start(person)
    assert (attempt.minutes, attempt.extra_minutes) == (15, 8), "per cent are rounded up to whole minutes"
    assert attempt.deadline == quiz.ctx.now + 23 * MINUTE
    assert quiz.start().deadline == quiz.ctx.now + 15 * MINUTE


def test_an_open_paper_becomes_longer_too_and_never_shorter(quiz: Quiz, vault: Vault) -> None:
    attempt = quiz.start()
    person = quiz.ctx.session.get_one(Enrolment, attempt.enrolment_id)
    quiz.later(minutes=10)
    for more, extra in ((More(minutes=10), 10), (More(minutes=5), 10), (More(percent=100), 15)):
        grant(quiz, vault, person, more)
        assert attempt.deadline == attempt.started_at + (15 + extra) * MINUTE
    extra_time.withdraw(quiz.ctx, campaign=quiz.campaign, enrolment_id=person.id)
    assert attempt.extra_minutes == 15


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    limit=st.integers(0, 240),
    more=st.builds(More, percent=st.integers(1, 300)) | st.builds(More, minutes=st.integers(1, 1440)),
    left=st.integers(1, 400),
    granted_first=st.booleans(),
)
def test_the_deadline_is_the_longer_limit_or_the_close_of_the_round(
    quiz: Quiz, vault: Vault, *, limit: int, more: More, left: int, granted_first: bool
) -> None:
    start, closes_at = quiz.ctx.now, quiz.round_.closes_at
    with quiz.ctx.session.begin_nested() as example:
        quiz.set(replace(SETTINGS, minutes=limit))
        person = quiz.person()
        quiz.at(closes_at - left * MINUTE)
        if granted_first:
            grant(quiz, vault, person, more)
        attempt = quiz.start(person)
        if not granted_first:
            grant(quiz, vault, person, more)
            quiz.ctx.session.refresh(attempt)
        extra = more.minutes or -(-limit * more.percent // 100)
        longest = attempt.started_at + (limit + extra) * MINUTE
        assert attempt.deadline == (min(longest, closes_at) if limit else closes_at)
        example.rollback()
    quiz.at(start)


def test_moving_the_windows_keeps_the_extra_time(quiz: Quiz, vault: Vault) -> None:
    person = quiz.person()
    grant(quiz, vault, person)
    attempt = quiz.start(person)
    quiz.ctx.hooks.notify(quiz.ctx, quiz.campaign, "windows_changed", phase=quiz.round_)
    assert attempt.deadline == attempt.started_at + 23 * MINUTE


@pytest.mark.parametrize(("worked", "reported"), [(10, 10), (15, 15), (20, 15), (23, 15)])
def test_of_the_time_used_no_more_is_reported_than_the_limit_for_all(
    quiz: Quiz, vault: Vault, worked: int, reported: int
) -> None:
    person = quiz.person()
    grant(quiz, vault, person)
    attempt = quiz.start(person)
    quiz.later(minutes=worked)
    quiz.hand_in(attempt)
    results.refresh(quiz.ctx, campaign=quiz.campaign, round_=quiz.round_)
    assert quiz.ctx.session.scalars(sa.select(Result.duration_ms)).one() == reported * 60_000


def test_granting_and_withdrawing_are_on_record_without_the_reason(quiz: Quiz, vault: Vault) -> None:
    person = quiz.person()
    grant(quiz, vault, person)
    grant(quiz, vault, person, More(minutes=10))
    held = quiz.ctx.session.get_one(ExtraTime, person.id)
    assert extra_time.reason_of(held, vault=vault) == REASON
    assert REASON.encode() not in held.reason
    extra_time.withdraw(quiz.ctx, campaign=quiz.campaign, enrolment_id=person.id)
    assert extra_time.granted(quiz.ctx, enrolment_id=person.id) is None
    entries = quiz.ctx.session.scalars(sa.select(AuditEvent).where(AuditEvent.object_kind == "quiz_extra_time")).all()
    assert [(entry.before, entry.after) for entry in entries] == [
        ({}, {"percent": 50, "minutes": 0}),
        ({"percent": 50, "minutes": 0}, {"percent": 0, "minutes": 10}),
        ({"percent": 0, "minutes": 10}, {}),
    ]
    assert REASON not in str([entry.summary for entry in entries])


def test_what_cannot_be_granted_is_refused_and_changes_nothing(quiz: Quiz, vault: Vault) -> None:
    for percent, minutes in ((0, 0), (10, 10), (301, 0), (0, 1441), (-1, 0)):
        with pytest.raises(DomainError):
            More(percent, minutes)
    person = quiz.person()
    with pytest.raises(DomainError, match="reason"):
        extra_time.grant(quiz.ctx, campaign=quiz.campaign, enrolment=person, more=HALF, reason=" ", vault=vault)
    assert extra_time.granted(quiz.ctx, enrolment_id=person.id) is None
    with pytest.raises(Missing):
        extra_time.withdraw(quiz.ctx, campaign=quiz.campaign, enrolment_id=person.id)


def test_it_is_told_to_the_person_and_forgotten_with_the_person(quiz: Quiz, vault: Vault) -> None:
    enrolment = quiz.person()
    grant(quiz, vault, enrolment)
    person = Person(enrolment.user_id, enrolment.id)
    told = {part.key: part for part in export(quiz.ctx, campaign=quiz.campaign, person=person, vault=vault)}
    assert told["extra_time"].rows[0][2] == REASON
    erase(quiz.ctx, people=[person], erasure=Erasure.WITHDRAWAL)
    assert extra_time.granted(quiz.ctx, enrolment_id=enrolment.id) is None


# --- granted while the person starts, by another connection ---


@dataclass
class Other:
    """What another connection does meanwhile, until it has committed."""

    quiz: Quiz
    done: threading.Event = field(default_factory=threading.Event)
    errors: list[Exception] = field(default_factory=list)

    def begin(self, act: Callable[[Context], object]) -> threading.Thread:
        engine = self.quiz.ctx.session.get_bind()
        assert isinstance(engine, sa.Engine)

        def run() -> None:
            try:
                with Session(engine) as session:
                    act(replace(self.quiz.ctx, session=session))
                    session.commit()
            except Exception as error:  # noqa: BLE001 - the test looks at whatever went wrong
                self.errors.append(error)
            self.done.set()

        thread = threading.Thread(target=run)
        thread.start()
        return thread


@pytest.mark.parametrize("first", ["start", "grant"])
def test_extra_time_granted_at_the_moment_of_the_start_is_in_the_paper(quiz: Quiz, vault: Vault, first: str) -> None:
    person = quiz.person()
    quiz.ctx.session.commit()
    number, campaign_id, round_id = person.id, quiz.campaign.id, quiz.round_.id
    quiz.ctx.session.commit()

    def grants(ctx: Context) -> None:
        enrolment, campaign = ctx.session.get_one(Enrolment, number), ctx.session.get_one(Campaign, campaign_id)
        extra_time.grant(ctx, campaign=campaign, enrolment=enrolment, more=HALF, reason=REASON, vault=vault)

    def starts(ctx: Context) -> None:
        enrolment, campaign = ctx.session.get_one(Enrolment, number), ctx.session.get_one(Campaign, campaign_id)
        start(ctx, campaign=campaign, round_=ctx.session.get_one(Phase, round_id), enrolment=enrolment)

    mine, theirs = (starts, grants) if first == "start" else (grants, starts)
    other = Other(quiz)
    # All is done but committed when the other one begins; on SQLite it waits for the one writer.
    mine(quiz.ctx)
    thread = other.begin(theirs)
    assert not other.done.wait(timeout=1), "it waits for what is going on"
    quiz.ctx.session.commit()
    thread.join(timeout=60)
    assert other.errors == []
    attempt = quiz.ctx.session.scalars(sa.select(Attempt).execution_options(populate_existing=True)).one()
    assert (attempt.extra_minutes, attempt.deadline) == (8, attempt.started_at + 23 * MINUTE)
