"""The live page: persons and papers told apart, how saving goes, what hangs, and the units against their headcount."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from tests.quiz.conftest import Quiz, acting

from cuocthi.contributions import Role
from cuocthi.jobs.models import Job, JobState
from cuocthi.standings.decisions import exclude_entry
from cuocthi_quiz.models import SaveFigures
from cuocthi_quiz.queries import live

from .conftest import JSON, Reader, started

if TYPE_CHECKING:
    from cuocthi.enrolments.models import Enrolment


def numbers(page: str) -> dict[str, str]:
    """The figures of a page by what they are called."""
    pairs = re.findall(r"<div><dt>(.*?)</dt><dd>([0-9.,]+)", page)
    return dict(pairs)


def test_persons_and_papers_are_told_apart(quiz: Quiz) -> None:
    idle, working, done = quiz.person(), quiz.person(), quiz.person()
    quiz.start(working)
    first = quiz.start(done)
    quiz.hand_in(first)
    excluded = quiz.person()
    quiz.start(excluded)
    exclude_entry(acting(quiz.ctx, quiz.make.member(quiz.campaign).id), enrolment=excluded, reason="Ban Tổ chức")
    found = live.progress(quiz.ctx, round_=quiz.round_)
    assert (found.registered, found.starters, found.finishers) == (3, 2, 1)
    assert (found.begun, found.handed_in, found.open, found.near, found.overdue, found.ungraded) == (2, 1, 1, 0, 0, 1)
    assert idle.id
    assert live.progress(quiz.later(minutes=12), round_=quiz.round_).near == 1
    late = live.progress(quiz.later(minutes=12), round_=quiz.round_)
    assert (late.open, late.near, late.overdue) == (0, 0, 1)


def test_hours_without_anybody_are_told_too(quiz: Quiz) -> None:
    quiz.start()
    quiz.later(hours=3)
    attempt = quiz.start()
    quiz.hand_in(attempt)
    hours = live.hours(quiz.ctx, round_=quiz.round_)
    assert [(hour.begun, hour.handed_in) for hour in hours] == [(1, 0), (0, 0), (0, 0), (1, 1)]
    assert {hour.at.minute for hour in hours} == {0}


def test_excluded_persons_are_in_no_hour(quiz: Quiz) -> None:
    quiz.start()
    excluded = quiz.person()
    quiz.hand_in(quiz.start(excluded))
    exclude_entry(acting(quiz.ctx, quiz.make.member(quiz.campaign).id), enrolment=excluded, reason="Ban Tổ chức")
    assert [(hour.begun, hour.handed_in) for hour in live.hours(quiz.ctx, round_=quiz.round_)] == [(1, 0)]


def test_units_stand_against_those_entitled(quiz: Quiz) -> None:
    full, empty = quiz.make.unit("Sở Nội vụ"), quiz.make.unit("Sở Y tế")
    quiz.make.headcount(quiz.campaign, full, 4)
    quiz.make.headcount(quiz.campaign, empty, 10)
    for _ in range(2):
        quiz.make.enrolment(quiz.campaign, unit=full)
    finisher = quiz.make.enrolment(quiz.campaign, unit=full)
    quiz.hand_in(quiz.start(finisher))

    def found(**wanted: object) -> list[tuple[str, int, int, int, int, float | None]]:
        asked = {"search": "so", "state": "", "sort": "unit", "descending": False, "limit": 10, "offset": 0} | wanted
        rows, total = live.units(quiz.ctx, round_=quiz.round_, **asked)  # type: ignore[arg-type]
        assert total == len(rows)
        return [(r.unit, r.entitled, r.registered, r.starters, r.finishers, r.rate) for r in rows]

    of_full, of_empty = ("Sở Nội vụ", 4, 3, 1, 1, 25.0), ("Sở Y tế", 10, 0, 0, 0, 0.0)
    assert found(sort="rate", descending=True) == [of_full, of_empty]
    assert found(sort="entitled", descending=True) == [of_empty, of_full]
    assert found(state="none") == [of_empty]
    assert found(state="some") == [of_full]
    assert found(search="y te") == [of_empty]


def hanging(quiz: Quiz) -> list[str]:
    return [one.kind for one in live.hanging(quiz.ctx, round_=quiz.round_)]


def test_background_work_that_does_not_get_on_is_named(quiz: Quiz) -> None:
    assert hanging(quiz) == ["quiz.sweep"], "it has never been done"
    sweep = Job(kind="quiz.sweep", key="quiz.sweep", arguments={}, result={}, created_at=quiz.ctx.now)
    sweep.state = JobState.DONE
    other = Job(kind="core.x", key="x", campaign_id=quiz.campaign.id, arguments={}, result={}, created_at=quiz.ctx.now)
    quiz.ctx.session.add_all([sweep, other])
    quiz.ctx.session.flush()
    assert hanging(quiz) == []
    quiz.later(minutes=2)
    assert sorted(hanging(quiz)) == ["core.x", "quiz.sweep"]
    sweep.created_at = other.beat_at = quiz.ctx.now
    quiz.ctx.session.flush()
    assert hanging(quiz) == []
    other.state, other.finished_at = JobState.FAILED, quiz.ctx.now
    quiz.ctx.session.flush()
    assert hanging(quiz) == ["core.x"]


def test_answers_are_counted_by_what_became_of_them(
    quiz: Quiz, person: Enrolment, reader: Reader, staff: Reader
) -> None:
    _attempt, paper = started(quiz, person, reader)
    fields = {"position": 1, "choice": "2", "sequence": 2}
    reader.post(paper + "answer", fields, JSON)
    reader.post(paper + "answer", fields | {"choice": "1", "sequence": 1}, JSON)
    reader.post(paper + "answer", fields | {"choice": "99", "sequence": 3}, JSON)
    reader.post(paper + "answer", {"position": 1, "go": "2", "sequence": 1})
    quiz.later(seconds=11)
    reader.post(paper + "answer", fields | {"sequence": 4})
    rows = quiz.ctx.session.scalars(sa.select(SaveFigures)).all()
    assert [sum(column) for column in zip(*((r.saved, r.stale, r.refused) for r in rows), strict=True)] == [2, 1, 1]
    page = staff.get("staff/live/").text
    assert 'hx-trigger="every 30s"' in page
    quiz.ctx.session.commit()


def test_a_save_has_no_statement_more_for_being_counted(
    quiz: Quiz, person: Enrolment, reader: Reader, statements: Callable[[], int]
) -> None:
    _attempt, paper = started(quiz, person, reader)
    for sequence in (1, 2):
        reader.post(paper + "answer", {"position": 1, "choice": "2", "sequence": sequence}, JSON)
    statements()
    reader.post(paper + "answer", {"position": 1, "choice": "1", "sequence": 3}, JSON)
    assert statements() == 1


def test_the_page_and_its_fragment(quiz: Quiz, staff: Reader) -> None:
    quiz.hand_in(quiz.start())
    quiz.start()
    page = staff.get("staff/live/").text
    assert numbers(page)
    assert "<html" in page
    quiz.ctx.session.commit()
    part = staff.client.get(staff.base + "staff/live/", headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert "<html" not in part.text
    assert numbers(part.text) == numbers(page)


def test_the_figures_of_a_closed_round_stand_still(quiz: Quiz, staff: Reader) -> None:
    quiz.hand_in(quiz.start())
    quiz.at(quiz.round_.windows[0].closes_at + timedelta(hours=1))
    assert "every 30s" not in staff.get("staff/live/").text


def test_the_pages_take_the_same_statements_for_few_and_many(
    quiz: Quiz, staff: Reader, statements: Callable[[], int]
) -> None:
    counted = []
    for people in (1, 4):
        for _ in range(people):
            quiz.hand_in(quiz.start())
        found = []
        for path in ("staff/live/", "staff/live/units"):
            staff.get(path)
            statements()
            assert staff.get(path).status_code == 200
            found.append(statements())
        counted.append(found)
    assert counted[0] == counted[1]


def test_a_round_of_another_campaign_is_not_there(quiz: Quiz, staff: Reader) -> None:
    other = quiz.make.round(quiz.make.campaign(plugins=("quiz",)))
    assert staff.get(f"staff/live/?round={other.id}").status_code == 404
    assert staff.get(f"staff/live/units?round={other.id}").status_code == 404


def test_without_a_round_the_page_says_so(quiz: Quiz, sign_in: Callable[[int], Reader]) -> None:
    quiz.round_.source = None  # type: ignore[assignment]  # no round of the quiz any more
    for window in quiz.round_.windows:
        quiz.ctx.session.delete(window)
    quiz.ctx.session.delete(quiz.round_)
    staff = sign_in(quiz.make.member(quiz.campaign).id)
    assert staff.get("staff/live/").status_code == 200
    assert staff.get("staff/live/units").status_code == 404


@pytest.mark.parametrize(
    ("role", "status"), [(Role.TECHNICAL, 200), (Role.OVERSIGHT, 200), (Role.SUPPORT, 200), (Role.EDITORIAL, 403)]
)
def test_who_may_watch(quiz: Quiz, sign_in: Callable[[int], Reader], role: Role, status: int) -> None:
    reader = sign_in(quiz.make.member(quiz.campaign, role).id)
    assert reader.get("staff/live/").status_code == status
    assert reader.get("staff/live/units").status_code == status
