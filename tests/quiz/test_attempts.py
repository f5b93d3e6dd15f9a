"""Attempts: one open at a time, a deadline fixed before the first question, handed in exactly once."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from cuocthi.campaigns.models import CampaignState
from cuocthi.context import Context
from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.errors import Closed, Conflict, Forbidden, Missing
from cuocthi.timelines.ending import close_now
from cuocthi.timelines.models import Phase
from cuocthi_quiz.domain import attempts, deadlines, grading, jobs
from cuocthi_quiz.domain.hand_ins import hand_in
from cuocthi_quiz.models import Attempt, HandIn, Item
from cuocthi_quiz.queries import papers as papers_queries
from cuocthi_quiz.settings import BlueprintRow

from .conftest import SETTINGS, Quiz

MINUTES = timedelta(minutes=1)


def test_a_paper_follows_the_blueprint_and_its_deadline_is_stored(quiz: Quiz) -> None:
    attempt = quiz.start()
    assert attempt.deadline == quiz.ctx.now + 15 * MINUTES
    assert [row.position for row in quiz.paper(attempt)] == [1, 2, 3, 4, 5]
    assert sorted(row.question_key.split("-")[0] for row in quiz.paper(attempt)) == ["de", "de", "de", "dvc", "kho"]


def test_a_late_starter_has_only_what_is_left_of_the_window(quiz: Quiz) -> None:
    quiz.at(quiz.round_.closes_at - 6 * MINUTES)
    assert quiz.start().deadline == quiz.round_.closes_at


def test_without_a_limit_the_paper_is_open_until_the_window_closes(quiz: Quiz) -> None:
    quiz.set(replace(SETTINGS, minutes=0))
    assert quiz.start().deadline == quiz.round_.closes_at


def test_starting_again_goes_on_with_the_open_paper(quiz: Quiz) -> None:
    person = quiz.person()
    first = quiz.start(person)
    quiz.later(minutes=3)
    assert quiz.start(person).id == first.id
    assert quiz.ctx.session.scalar(sa.select(sa.func.count()).select_from(Attempt)) == 1


def test_the_attempts_are_limited(quiz: Quiz) -> None:
    quiz.set(replace(SETTINGS, attempts=2))
    person = quiz.person()
    for number in (1, 2):
        attempt = quiz.start(person)
        assert attempt.number == number
        quiz.hand_in(attempt)
    with pytest.raises(Closed, match="2 attempts"):
        quiz.start(person)


def test_with_no_limit_there_is_always_another_attempt(quiz: Quiz) -> None:
    quiz.set(replace(SETTINGS, attempts=0))
    person = quiz.person()
    numbers = []
    for _ in range(4):
        attempt = quiz.start(person)
        numbers.append(attempt.number)
        quiz.hand_in(attempt)
    assert numbers == [1, 2, 3, 4]


def test_a_paper_whose_time_ran_out_does_not_bar_the_next(quiz: Quiz) -> None:
    quiz.set(replace(SETTINGS, attempts=2))
    person = quiz.person()
    first = quiz.start(person)
    quiz.later(minutes=16)
    assert quiz.start(person).number == 2
    assert (first.submitted_at, first.handed_in_by) == (first.deadline, HandIn.DEADLINE)


@pytest.mark.parametrize("edge", ["before", "at the close"])
def test_nobody_starts_outside_the_window(quiz: Quiz, edge: str) -> None:
    person = quiz.person()
    moment = quiz.round_.opens_at - timedelta(microseconds=1) if edge == "before" else quiz.round_.closes_at
    quiz.at(moment)
    with pytest.raises(Closed):
        quiz.start(person)


def test_who_is_excluded_does_not_start(quiz: Quiz) -> None:
    person = quiz.person()
    person.state, person.excluded_reason = EnrolmentState.EXCLUDED, "Thành viên Ban Tổ chức"
    with pytest.raises(Forbidden):
        quiz.start(person)


def test_nobody_starts_in_a_campaign_that_is_not_open(quiz: Quiz) -> None:
    quiz.campaign.state = CampaignState.ARCHIVED
    with pytest.raises(Closed):
        quiz.start()


def test_nobody_starts_in_a_round_of_another_campaign(quiz: Quiz) -> None:
    other = quiz.make.round(quiz.make.campaign(plugins=("quiz",)))
    person = quiz.person()
    with pytest.raises(Missing):
        attempts.start(quiz.ctx, campaign=quiz.campaign, round_=other, enrolment=person)


def test_without_enough_questions_nobody_loses_an_attempt(quiz: Quiz) -> None:
    quiz.set(replace(SETTINGS, blueprint=(BlueprintRow("safety", SETTINGS.blueprint[1].difficulty, 3),)))
    with pytest.raises(Conflict):
        quiz.start()
    assert quiz.ctx.session.scalar(sa.select(sa.func.count()).select_from(Attempt)) == 0


def test_a_started_paper_keeps_the_settings_it_was_made_under(quiz: Quiz) -> None:
    person = quiz.person()
    attempt = quiz.start(person)
    quiz.set(replace(SETTINGS, minutes=60, prediction=False))
    ctx = replace(quiz.ctx, actor=replace(quiz.ctx.actor, user_id=person.user_id))
    found, settings = attempts.own_attempt(ctx, campaign_id=attempt.campaign_id, attempt_id=attempt.id)
    assert (found.id, settings) == (attempt.id, SETTINGS)


def test_fifty_starts_at_once_make_one_attempt(quiz: Quiz) -> None:
    person = quiz.person()
    quiz.ctx.session.commit()
    engine = quiz.ctx.session.get_bind()
    assert isinstance(engine, sa.Engine)
    barrier, tokens, errors = threading.Barrier(50), [], []

    def start() -> None:
        with Session(engine) as session:
            ctx = Context(session, quiz.ctx.hooks, quiz.ctx.now)
            try:
                barrier.wait(timeout=60)
                campaign = session.get_one(type(quiz.campaign), quiz.campaign.id)
                attempt = attempts.start(
                    ctx,
                    campaign=campaign,
                    round_=session.get_one(Phase, quiz.round_.id),
                    enrolment=session.get_one(Enrolment, person.id),
                )
                tokens.append((attempt.id, attempt.token))
                session.commit()
            except Exception as error:  # noqa: BLE001 - the test lists whatever went wrong
                errors.append(error)

    threads = [threading.Thread(target=start) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(set(tokens)) == 1
    assert quiz.ctx.session.scalar(sa.select(sa.func.count()).select_from(Item)) == 5


# --- hand-in ---


def test_handing_in_twice_counts_once(quiz: Quiz) -> None:
    attempt = quiz.start()
    quiz.later(minutes=5)
    assert quiz.hand_in(attempt) is True
    submitted = attempt.submitted_at
    quiz.later(minutes=1)
    assert quiz.hand_in(attempt) is False
    assert (attempt.submitted_at, attempt.handed_in_by) == (submitted, HandIn.PARTICIPANT)


def test_handing_in_past_the_deadline_counts_as_at_the_deadline(quiz: Quiz) -> None:
    attempt = quiz.start()
    quiz.later(minutes=20)
    hand_in(quiz.ctx, attempt=attempt, token="another tab's")
    assert (attempt.submitted_at, attempt.handed_in_by) == (attempt.deadline, HandIn.DEADLINE)


def test_a_stale_tab_cannot_hand_in(quiz: Quiz) -> None:
    attempt = quiz.start()
    stale = attempt.token
    attempts.take_over(quiz.ctx, attempt=attempt)
    with pytest.raises(Conflict):
        hand_in(quiz.ctx, attempt=attempt, token=stale)
    assert attempt.is_open


def test_a_take_over_is_logged_and_remembers_the_token_before(quiz: Quiz) -> None:
    attempt = quiz.start()
    before = attempt.token
    token = attempts.take_over(quiz.ctx, attempt=attempt)
    quiz.ctx.session.refresh(attempt)
    assert (attempt.token, attempt.former_token) == (token, before)
    assert [entry.at for entry in papers_queries.take_overs(quiz.ctx, attempt_id=attempt.id)] == [quiz.ctx.now]


def test_a_paper_that_was_handed_in_is_not_taken_over(quiz: Quiz) -> None:
    attempt = quiz.start()
    quiz.hand_in(attempt)
    with pytest.raises(Closed):
        attempts.take_over(quiz.ctx, attempt=attempt)


def test_the_sweep_hands_in_what_is_overdue_exactly_once(quiz: Quiz) -> None:
    overdue, early = quiz.start(), quiz.start()
    quiz.hand_in(early)
    quiz.later(minutes=10)
    open_ = quiz.start()
    quiz.later(minutes=5)
    assert jobs.sweep(quiz.ctx, {}, lambda _done, _total: None) == {"handed_in": 1, "graded": 2}
    assert jobs.sweep(quiz.ctx, {}, lambda _done, _total: None) == {"handed_in": 0, "graded": 0}
    assert (overdue.submitted_at, overdue.handed_in_by) == (overdue.deadline, HandIn.DEADLINE)
    assert open_.is_open


def test_what_waits_is_graded_in_portions_each_kept_by_itself(quiz: Quiz, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grading, "PORTION", 2)
    for _ in range(5):
        attempt = quiz.start()
        hand_in(quiz.ctx, attempt=attempt, token=attempt.token)
    kept: list[int] = []
    graded = sa.select(sa.func.count()).where(Attempt.graded_at.is_not(None))
    assert grading.grade_ungraded(quiz.ctx, keep=lambda: kept.append(quiz.ctx.session.scalar(graded) or 0)) == 5
    assert kept == [2, 4, 5]
    assert grading.grade_ungraded(quiz.ctx, keep=lambda: kept.append(0)) == 0


def test_sweeps_at_once_hand_each_paper_in_once(quiz: Quiz) -> None:
    for _ in range(8):
        quiz.start()
    quiz.later(minutes=15)
    quiz.ctx.session.commit()
    engine = quiz.ctx.session.get_bind()
    assert isinstance(engine, sa.Engine)
    barrier, counts = threading.Barrier(6), []

    def sweep() -> None:
        with Session(engine) as session:
            ctx = Context(session, quiz.ctx.hooks, quiz.ctx.now)
            barrier.wait(timeout=60)
            counts.append(jobs.sweep(ctx, {}, lambda _done, _total: None)["handed_in"])
            session.commit()

    threads = [threading.Thread(target=sweep) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(counts), sum(counts)) == (6, 8)


# --- windows that move ---


def test_closing_the_round_now_ends_open_papers_now(quiz: Quiz) -> None:
    attempt = quiz.start()
    quiz.later(minutes=5)
    close_now(quiz.ctx, campaign=quiz.campaign, phase=quiz.round_, reason="Thử nghiệm")
    assert attempt.deadline == quiz.ctx.now
    jobs.finish_round(quiz.ctx, round_id=quiz.round_.id)
    assert (attempt.submitted_at, attempt.handed_in_by) == (quiz.ctx.now, HandIn.DEADLINE)
    assert attempt.score == 0


def test_an_extension_gives_back_what_the_close_had_cut_off(quiz: Quiz) -> None:
    closes_at = quiz.round_.closes_at
    quiz.at(closes_at - 6 * MINUTES)
    cut = quiz.start()
    quiz.round_.windows[0].closes_at = closes_at + timedelta(hours=1)
    assert deadlines.move_deadlines(quiz.ctx, round_id=quiz.round_.id) == 1
    assert cut.deadline == quiz.ctx.now + 15 * MINUTES


def test_an_extension_does_not_revive_a_paper_whose_time_ran_out(quiz: Quiz) -> None:
    attempt = quiz.start()
    deadline = attempt.deadline
    quiz.at(deadline)
    quiz.round_.windows[0].closes_at += timedelta(hours=1)
    assert deadlines.move_deadlines(quiz.ctx, round_id=quiz.round_.id) == 0
    assert attempt.deadline == deadline


def test_a_flag_is_set_and_taken_away_only_from_where_the_paper_is_open(quiz: Quiz) -> None:
    attempt = quiz.start()
    attempts.flag(quiz.ctx, attempt=attempt, token=attempt.token, position=2, flagged=True)
    assert [row.flagged for row in quiz.paper(attempt)] == [False, True, False, False, False]
    with pytest.raises(Conflict):
        attempts.flag(quiz.ctx, attempt=attempt, token="stale", position=2, flagged=False)
    attempts.flag(quiz.ctx, attempt=attempt, token=attempt.token, position=2, flagged=False)
    assert attempts.positions(quiz.paper(attempt)) == (0, 0, 5)
