"""How saving answers is counted: in memory first, whole minutes in the database, quantiles that are never too good."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from cuocthi_quiz.domain.save_figures import (
    CLASSES,
    KEPT_FOR,
    Tally,
    class_of,
    forget_old,
    lately,
    longest_in,
    quantile,
    write,
)
from cuocthi_quiz.models import Outcome, SaveFigures

from .conftest import Quiz

if TYPE_CHECKING:
    from collections.abc import Sequence

SECOND = timedelta(seconds=1)


@pytest.fixture
def now(quiz: Quiz) -> datetime:
    return quiz.ctx.now.replace(second=30, microsecond=0)


def write_down(quiz: Quiz, tally: Tally, now: datetime) -> int:
    """Write what is due, as a server does after an answer has been sent; return how many minutes."""
    quiz.ctx.session.commit()
    rows = tally.due(now=now)
    if rows:
        write(quiz.ctx.session.get_bind(), rows)  # type: ignore[arg-type]  # the session is bound to an engine
        tally.written(rows)
    quiz.ctx.session.commit()
    return len(rows)


@given(st.floats(0.001, 10_000))
def test_a_class_is_at_most_nineteen_per_cent_wide(milliseconds: float) -> None:
    longest = longest_in(class_of(milliseconds))
    assert milliseconds <= longest * 1.000001
    assert milliseconds < 0.26 or longest < milliseconds * 1.19


def test_what_takes_longest_falls_into_the_last_class() -> None:
    assert class_of(1e9) == CLASSES - 1


@given(st.lists(st.floats(0.3, 10_000), min_size=1), st.sampled_from([0.5, 0.95, 0.99]))
def test_a_quantile_is_never_shorter_than_what_it_stands_for(times: Sequence[float], share: float) -> None:
    spread = [0] * CLASSES
    for one in times:
        spread[class_of(one)] += 1
    found = quantile(spread, share)
    assert found is not None
    assert sum(one <= found * 1.000001 for one in times) >= share * len(times)


def test_without_saves_there_is_no_quantile() -> None:
    assert quantile([0] * CLASSES, 0.5) is None


def test_a_minute_is_written_whole_however_often(quiz: Quiz, now: datetime) -> None:
    tally = Tally()
    for passed in range(0, 120, 5):
        moment = now + passed * SECOND
        tally.count(now=moment, outcome=Outcome.SAVED, milliseconds=3)
        write_down(quiz, tally, moment)
    write_down(quiz, tally, now + 140 * SECOND)
    stored = quiz.ctx.session.execute(sa.select(SaveFigures.minute, SaveFigures.saved)).all()
    assert {minute.minute: saved for minute, saved in stored} == {now.minute: 6, now.minute + 1: 12, now.minute + 2: 6}


def test_it_is_written_after_ten_seconds_at_the_earliest_and_only_what_is_new(quiz: Quiz, now: datetime) -> None:
    tally = Tally()
    tally.count(now=now, outcome=Outcome.SAVED, milliseconds=1)
    assert write_down(quiz, tally, now) == 1
    tally.count(now=now + 9 * SECOND, outcome=Outcome.SAVED, milliseconds=1)
    assert write_down(quiz, tally, now + 9 * SECOND) == 0
    assert write_down(quiz, tally, now + 10 * SECOND) == 1
    assert write_down(quiz, tally, now + 20 * SECOND) == 0


def test_a_late_answer_finds_the_others_of_its_minute(quiz: Quiz, now: datetime) -> None:
    tally = Tally()
    tally.count(now=now, outcome=Outcome.SAVED, milliseconds=1)
    write_down(quiz, tally, now + 40 * SECOND)
    tally.count(now=now, outcome=Outcome.SAVED, milliseconds=60_000)
    write_down(quiz, tally, now + 60 * SECOND)
    assert quiz.ctx.session.scalars(sa.select(SaveFigures.saved)).all() == [2]


def test_what_could_not_be_written_is_written_next_time_within_bounds(quiz: Quiz, now: datetime) -> None:
    tally = Tally()
    for minute in range(40):
        tally.count(now=now + 60 * minute * SECOND, outcome=Outcome.FAILED, milliseconds=1)
        tally.due(now=now + 60 * minute * SECOND)
    assert write_down(quiz, tally, now + 3600 * SECOND) == 15


def test_processes_are_added_up(quiz: Quiz, now: datetime) -> None:
    for milliseconds in (1, 10, 100):
        tally = Tally()
        for outcome in (Outcome.SAVED, Outcome.SAVED, Outcome.CLOSED):
            tally.count(now=now, outcome=outcome, milliseconds=milliseconds)
        write_down(quiz, tally, now)
    found = lately(quiz.at(now))
    assert (found.total, found.outcomes[Outcome.SAVED], found.outcomes[Outcome.CLOSED]) == (9, 6, 3)
    assert found.p50 == pytest.approx(10, rel=0.19)
    assert found.p99 == pytest.approx(100, rel=0.19)
    assert lately(quiz.later(minutes=16)).total == 0


def test_old_figures_are_forgotten(quiz: Quiz, now: datetime) -> None:
    tally = Tally()
    tally.count(now=now, outcome=Outcome.SAVED, milliseconds=1)
    write_down(quiz, tally, now)
    assert forget_old(quiz.at(now + KEPT_FOR - 60 * SECOND)) == 0
    assert forget_old(quiz.later(minutes=1)) == 1
