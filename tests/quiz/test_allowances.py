"""How many attempts are left and when the next one may begin: held against a plain model, and against many at once."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from cuocthi.campaigns.models import Campaign
from cuocthi.contributions import EntryAction
from cuocthi.enrolments.models import Enrolment
from cuocthi.errors import Closed, DomainError
from cuocthi.timelines.models import Phase
from cuocthi_quiz import contributed
from cuocthi_quiz.domain import attempts, clauses
from cuocthi_quiz.domain.allowances import allowance, refusal, span_of
from cuocthi_quiz.models import Attempt
from cuocthi_quiz.settings import QuizSettings, Span

from .conftest import SETTINGS, Quiz

if TYPE_CHECKING:
    from collections.abc import Sequence

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
BEGIN = datetime(2024, 9, 16, 3, tzinfo=UTC)


# --- the rule against a plain model ---

_made = st.lists(st.tuples(st.integers(0, 40 * 60), st.integers(0, 60), st.booleans()), max_size=6)
_rules = st.builds(
    QuizSettings,
    attempts=st.integers(0, 3),
    attempts_in=st.sampled_from(Span),
    attempts_in_contest=st.integers(0, 5),
    cooldown=st.sampled_from([0, 30, 24 * 60, 3 * 24 * 60]),
)


def papers(steps: Sequence[tuple[int, int, bool]]) -> list[Attempt]:
    """Papers one after the other: so many minutes of waiting, so many of work, and whether it counts."""
    found, moment = [], BEGIN
    for number, (waited, worked, counts) in enumerate(steps, start=1):
        started = moment + timedelta(minutes=waited)
        moment = started + timedelta(minutes=worked)
        found.append(
            Attempt(
                id=number,
                number=number,
                started_at=started,
                submitted_at=moment,
                deadline=moment,
                set_aside_reason="" if counts else "mất điện",
            )
        )
    return found


def may_begin(rules: QuizSettings, made: Sequence[Attempt], elsewhere: int, at: datetime) -> bool:
    """The rule in the words of the Thể lệ, asked of one moment."""
    counting = [attempt for attempt in made if attempt.counts]

    def day(moment: datetime) -> tuple[int, ...]:
        local = moment.astimezone(HANOI)
        if rules.attempts_in is Span.WEEK:
            return local.isocalendar()[:2]
        return (local.year, local.month, local.day) if rules.attempts_in is Span.DAY else ()

    used = [attempt for attempt in counting if day(attempt.started_at) == day(at)]
    if rules.attempts and len(used) >= rules.attempts:
        return False
    if rules.attempts_in_contest and len(counting) + elsewhere >= rules.attempts_in_contest:
        return False
    ends = [attempt.submitted_at for attempt in counting if attempt.submitted_at]
    return not ends or at >= ends[-1] + timedelta(minutes=rules.cooldown)


@settings(max_examples=400, deadline=None)
@given(_rules, _made, st.integers(0, 3), st.integers(0, 8 * 24 * 60))
def test_the_allowance_says_what_the_rules_say(
    rules: QuizSettings, steps: Sequence[tuple[int, int, bool]], elsewhere: int, waited: int
) -> None:
    made = papers(steps)
    last = made[-1].submitted_at if made else BEGIN
    assert last is not None
    now = last + timedelta(minutes=waited)
    found = allowance(rules, made=made, elsewhere=elsewhere, now=now)
    assert found.allows(now) is may_begin(rules, made, elsewhere, now)
    if found.begins_at is None:
        later = (now + timedelta(hours=6 * step) for step in range(60))
        assert not any(may_begin(rules, made, elsewhere, at) for at in later)
    elif found.begins_at > now:
        assert may_begin(rules, made, elsewhere, found.begins_at)
        assert not may_begin(rules, made, elsewhere, found.begins_at - timedelta(microseconds=1))


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 15 * 365 * 24 * 60).map(lambda minutes: BEGIN + timedelta(minutes=minutes)))
def test_days_and_weeks_are_those_of_vietnam_and_follow_without_a_gap(moment: datetime) -> None:
    for span, days in ((Span.DAY, 1), (Span.WEEK, 7)):
        found = span_of(span, moment)
        assert found is not None
        first, after = found
        assert first <= moment < after
        assert after - first == timedelta(days=days), "no day is longer or shorter than another"
        assert first.astimezone(HANOI).strftime("%H:%M:%S") == "00:00:00"
        assert span_of(span, after - timedelta(microseconds=1)) == found
        assert span_of(span, after) == (after, after + timedelta(days=days))
    week = span_of(Span.WEEK, moment)
    assert week is not None
    assert week[0].astimezone(HANOI).isoweekday() == 1


def test_an_attempt_in_place_of_another_counts_where_that_one_did() -> None:
    """It was set aside on Sunday, and made again on Monday: this week's attempt is still there."""
    sunday = datetime(2024, 9, 22, 3, tzinfo=UTC)
    lost, again = papers([(0, 5, False), (0, 5, True)])
    lost.started_at, again.started_at, again.replaces_id = sunday, sunday + timedelta(days=1), lost.id
    rules = QuizSettings(attempts=1, attempts_in=Span.WEEK)
    now = sunday + timedelta(days=1, hours=1)
    assert allowance(rules, made=[lost, again], elsewhere=0, now=now).left == 1
    assert allowance(rules, made=[lost, again], elsewhere=0, now=sunday + timedelta(hours=1)).left == 0


# --- at the start ---


def finish(quiz: Quiz, person: Enrolment) -> Attempt:
    attempt = quiz.start(person)
    quiz.hand_in(attempt)
    return attempt


def refused(quiz: Quiz, person: Enrolment) -> str:
    with pytest.raises(Closed) as error:
        quiz.start(person)
    return str(error.value.message)


def test_one_a_week_begins_anew_on_monday(quiz: Quiz) -> None:
    quiz.set(replace(SETTINGS, attempts_in=Span.WEEK))
    person = quiz.person()
    finish(quiz, person)
    week = span_of(Span.WEEK, quiz.ctx.now)
    assert week is not None
    quiz.round_.windows[0].closes_at = week[1] + timedelta(days=7)
    quiz.ctx.session.flush()
    assert "of this week" in refused(quiz, person)
    quiz.at(week[1] - timedelta(microseconds=1))
    assert "of this week" in refused(quiz, person)
    quiz.at(week[1])
    assert quiz.start(person).number == 2


def test_between_two_attempts_there_is_a_pause(quiz: Quiz) -> None:
    quiz.set(replace(SETTINGS, attempts=0, cooldown=30))
    person = quiz.person()
    finish(quiz, person)
    quiz.later(minutes=30, microseconds=-1)
    assert "pause" in refused(quiz, person)
    quiz.later(microseconds=1)
    assert quiz.start(person).number == 2


def test_the_pause_runs_from_the_deadline_of_a_paper_that_nobody_handed_in(quiz: Quiz) -> None:
    quiz.set(replace(SETTINGS, attempts=0, cooldown=30))
    person = quiz.person()
    quiz.start(person)
    quiz.later(minutes=44)
    assert "pause" in refused(quiz, person)
    quiz.later(minutes=1)
    assert quiz.start(person).number == 2


def test_if_the_round_closes_before_that_is_said(quiz: Quiz) -> None:
    quiz.set(replace(SETTINGS, attempts=0, cooldown=7 * 24 * 60))
    person = quiz.person()
    finish(quiz, person)
    quiz.at(quiz.round_.closes_at - timedelta(minutes=20))
    assert "closes before" in refused(quiz, person)


def action(quiz: Quiz, person: Enrolment, round_: Phase) -> EntryAction:
    found = contributed.entry_actions(
        quiz.ctx, campaign=quiz.campaign, own=[quiz.round_, round_], enrolment=person, address=lambda name, **_: name
    )
    return next(item for item in found if item.round_id == round_.id)


def test_a_limit_over_all_rounds_holds_in_each_of_them(quiz: Quiz) -> None:
    quiz.set(replace(SETTINGS, attempts=0, attempts_in_contest=2))
    second = quiz.make.round(quiz.campaign, number=2)
    person = quiz.person()
    finish(quiz, person)
    assert action(quiz, person, second).primary
    other = attempts.start(quiz.ctx, campaign=quiz.campaign, round_=second, enrolment=person)
    quiz.hand_in(other)
    assert "all your 2 attempts in this contest" in refused(quiz, person)
    assert "in this contest" in str(action(quiz, person, second).detail)
    other.set_aside_reason = "mất điện"
    quiz.ctx.session.flush()
    assert quiz.start(person).number == 2, "what was set aside does not count"


def test_fifty_starts_in_two_rounds_at_once_make_one_attempt(quiz: Quiz) -> None:
    quiz.set(replace(SETTINGS, attempts_in_contest=1))
    second = quiz.make.round(quiz.campaign, number=2)
    person = quiz.person()
    quiz.ctx.session.commit()
    engine = quiz.ctx.session.get_bind()
    assert isinstance(engine, sa.Engine)
    barrier, begun, others = threading.Barrier(50), set[int](), list[BaseException]()

    def start(round_id: int) -> None:
        with Session(engine) as session:
            ctx = replace(quiz.ctx, session=session)
            try:
                barrier.wait(timeout=60)
                attempt = attempts.start(
                    ctx,
                    campaign=session.get_one(Campaign, quiz.campaign.id),
                    round_=session.get_one(Phase, round_id),
                    enrolment=session.get_one(Enrolment, person.id),
                )
                begun.add(attempt.id)
                session.commit()
            except (Closed, TimeoutError):
                # On a slow machine somebody may wait too long for the one writer of SQLite; that, too, is no attempt.
                session.rollback()
            except (DomainError, sa.exc.SQLAlchemyError) as error:
                others.append(error)

    rounds = [quiz.round_.id, second.id] * 25
    threads = [threading.Thread(target=start, args=(round_id,)) for round_id in rounds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert others == []
    assert len(begun) == 1
    assert quiz.ctx.session.scalar(sa.select(sa.func.count()).select_from(Attempt)) == 1


# --- in words ---


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (replace(SETTINGS, attempts=1, attempts_in=Span.WEEK), "1 attempt a week in the round; a week begins"),
        (replace(SETTINGS, attempts=7, attempts_in=Span.DAY), "7 attempts a day in the round"),
        (replace(SETTINGS, attempts=0), "any number of attempts"),
        (replace(SETTINGS, attempts_in_contest=20), "at most 20 attempts"),
        (replace(SETTINGS, cooldown=60), "may begin 60 minutes after"),
    ],
)
def test_the_rules_print_what_the_software_does(rules: QuizSettings, said: str) -> None:
    assert any(said in str(text) for text in clauses.attempts_rules(rules))


def test_who_may_begin_is_refused_nothing() -> None:
    allowed = allowance(QuizSettings(), made=[], elsewhere=0, now=BEGIN)
    assert refusal(QuizSettings(), allowed, now=BEGIN, closes_at=BEGIN) is None
