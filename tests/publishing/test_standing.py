"""Standing approvals: agreed to once by two, then one release for each moment, without results and without names."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.models import CampaignState, Headcount
from cuocthi.committees.domain import discharge
from cuocthi.committees.models import Membership
from cuocthi.context import SYSTEM, Actor, Context
from cuocthi.errors import Conflict, DomainError, Forbidden, Missing
from cuocthi.jobs.models import Job
from cuocthi.jobs.work import due_jobs, run_job
from cuocthi.text import T
from cuocthi.timelines.localtime import moment_on
from cuocthi.users.models import User
from cuocthi_publishing.contributed import duties
from cuocthi_publishing.domain import approvals, releases
from cuocthi_publishing.domain.sections import Material
from cuocthi_publishing.domain.stored import snapshot_of
from cuocthi_publishing.models import Approval, Release
from cuocthi_publishing.queries import current_release, current_statistics

from .conftest import NAMES, Contest

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

    from cuocthi.clock import FixedClock

BASE = "/c/hoi-thi/publishing/"
TODAY = date(2024, 9, 20)


def agree(contest: Contest, *, clocks: tuple[str, ...] = ("13h00",), days: int = 30) -> Approval:
    """Have both persons agree to statistics of all kinds, from today on."""
    approval = approvals.ask(
        contest.staff[0],
        campaign=contest.campaign,
        chosen=["core", "sprint"],
        clocks=clocks,
        first_day=TODAY,
        last_day=TODAY + timedelta(days=days),
    )
    return approvals.confirm(contest.staff[1], campaign=contest.campaign, approval_id=approval.id)


def at(contest: Contest, clock: FixedClock, day: date, time: str) -> int:
    """Let it be that moment, and the job run; return how many releases it made."""
    clock.move_to(moment_on(day, time))
    contest.later(clock)
    return approvals.make_due(replace(contest.ctx, actor=SYSTEM))


def made(contest: Contest) -> list[Release]:
    return list(contest.ctx.session.scalars(sa.select(Release).order_by(Release.number)))


def test_one_release_goes_out_for_each_moment(contest: Contest, clock: FixedClock) -> None:
    agree(contest, clocks=("13h00", "17:00:30"))
    assert at(contest, clock, TODAY, "12:59:59") == 0
    assert [at(contest, clock, TODAY, "13:00"), at(contest, clock, TODAY, "13:00:05")] == [1, 0]
    assert at(contest, clock, TODAY, "17:00:29") == 0
    assert at(contest, clock, TODAY, "17:00:33") == 1
    tomorrow = TODAY + timedelta(days=1)
    assert at(contest, clock, tomorrow, "13:00:01") == 1
    assert [release.number for release in made(contest)] == [1, 2, 3]
    first = made(contest)[0]
    assert (first.created_by, first.confirmed_by) == tuple(ctx.actor.user_id for ctx in contest.staff)
    assert (first.replaces_id, first.not_before) == (None, moment_on(TODAY, "13:00"))
    newest = current_statistics(contest.ctx, campaign_id=contest.campaign.id)
    assert newest is made(contest)[-1]
    assert current_release(contest.ctx, campaign_id=contest.campaign.id) is None


def test_moments_that_nobody_counted_at_are_not_made_up_for(contest: Contest, clock: FixedClock) -> None:
    agree(contest, clocks=("8h00", "13h00", "17h00"))
    assert at(contest, clock, TODAY + timedelta(days=1), "12:59") == 0
    assert at(contest, clock, TODAY + timedelta(days=2), "18:00") == 0
    assert at(contest, clock, TODAY + timedelta(days=3), "17:09") == 1
    (only,) = made(contest)
    assert only.not_before == moment_on(TODAY + timedelta(days=3), "17:00")
    assert only.published_at == contest.ctx.now


@pytest.mark.parametrize("error", [ValueError("ông A"), DomainError(T("Too few."))])
def test_what_cannot_be_made_is_put_on_record_once_and_holds_up_no_other_campaign(
    contest: Contest, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    broken = contest.make.campaign("hong", plugins=("sprint", "publishing"))
    both = [replace(contest.ctx, actor=Actor(contest.make.member(broken).id)) for _ in range(2)]
    terms = {"chosen": ["core"], "clocks": ["13h00"], "first_day": TODAY, "last_day": TODAY + timedelta(days=3)}
    asked = approvals.ask(both[0], campaign=broken, **terms)  # type: ignore[arg-type]
    approvals.confirm(both[1], campaign=broken, approval_id=asked.id)
    agree(contest)
    make = releases.add

    def breaks(ctx: Context, *, material: Material, **others: Any) -> Release:
        release = make(ctx, material=material, **others)
        if material.campaign is broken:
            raise error
        return release

    with monkeypatch.context() as patched:
        patched.setattr("cuocthi_publishing.domain.approvals.add", breaks)
        assert [at(contest, clock, TODAY, "13:00:01"), at(contest, clock, TODAY, "13:00:06")] == [1, 0]
    assert [release.campaign_id for release in made(contest)] == [contest.campaign.id]
    failed = contest.ctx.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "publishing:approval:fail"))
    assert len(failed.all()) == 1
    assert (asked.failed_at, asked.failure) == (
        moment_on(TODAY, "13:00"),
        "Too few." if isinstance(error, DomainError) else "ValueError",
    )
    assert [duty.key for duty in duties(contest.ctx, [broken])] == [f"approval-failed-{asked.id}"]
    assert at(contest, clock, TODAY, "13:00:11") == 1
    assert (asked.failed_at, asked.failure, duties(contest.ctx, [broken])) == (None, None, [])


def test_it_names_nobody_and_tells_no_results(contest: Contest, clock: FixedClock) -> None:
    contest.adopt()
    agree(contest)
    assert at(contest, clock, TODAY, "13:00") == 1
    (only,) = made(contest)
    snapshot = snapshot_of(only)
    # The section of the format has a column of persons, so that it stays out, contributed or not.
    assert [one["key"] for one in snapshot["sections"]] == ["funnel", "days", "hours", "categories"]
    assert [snapshot[name] for name in ("sources", "documents", "news", "notices")] == [[], [], [], []]
    assert snapshot["release"]["standing"] is True
    assert not [name for name in NAMES if name.split(maxsplit=1)[1] in only.snapshot]
    assert not [person.code for person in contest.people if person.code in only.snapshot]


def test_the_public_sees_it_until_results_are_out_and_beside_them_afterwards(
    contest: Contest, clock: FixedClock, client: FlaskClient
) -> None:
    agree(contest)
    assert at(contest, clock, TODAY, "13:00") == 1
    contest.ctx.session.commit()
    page = client.get(BASE).text
    assert "tự động theo lịch" in page
    assert "Bản công bố số 1" in page
    contest.adopt()
    results = contest.publish()
    assert (results.number, results.replaces_id) == (2, None)
    contest.ctx.session.commit()
    assert NAMES[0] in client.get(BASE).text
    assert at(contest, clock, TODAY + timedelta(days=1), "13:00") == 1
    contest.ctx.session.commit()
    page = client.get(BASE).text
    assert NAMES[0] in page
    assert f'href="{BASE}release/3/"' in page
    assert "tự động theo lịch" in client.get(f"{BASE}release/3/").text


def test_the_worker_does_it_by_itself(contest: Contest, clock: FixedClock, app: Flask) -> None:
    agree(contest)
    contest.ctx.session.commit()
    clock.move_to(moment_on(TODAY, "13:00:02"))
    for _round in range(2):
        for job_id in due_jobs(app, 20):
            run_job(app, job_id)
        clock.advance(timedelta(seconds=10))
    contest.ctx.session.expire_all()
    (only,) = made(contest)
    assert only.bundle_file_id
    standing = contest.ctx.session.scalars(sa.select(Job).where(Job.kind == "publishing.standing")).one()
    assert standing.state == "done"


def test_it_holds_only_after_two_persons_and_until_it_is_revoked(contest: Contest, clock: FixedClock) -> None:
    terms = {"chosen": ["core"], "clocks": ["13h00"], "first_day": TODAY, "last_day": TODAY + timedelta(days=3)}
    asked = approvals.ask(contest.staff[0], campaign=contest.campaign, **terms)  # type: ignore[arg-type]
    assert at(contest, clock, TODAY, "13:30") == 0
    with pytest.raises(Forbidden, match="another person"):
        approvals.confirm(contest.staff[0], campaign=contest.campaign, approval_id=asked.id)
    approvals.confirm(contest.staff[1], campaign=contest.campaign, approval_id=asked.id)
    with pytest.raises(Conflict):
        approvals.confirm(contest.staff[1], campaign=contest.campaign, approval_id=asked.id)
    assert at(contest, clock, TODAY, "13:40") == 0, "13h00 of today was over when it was confirmed"
    assert at(contest, clock, TODAY + timedelta(days=1), "13:00") == 1
    approvals.revoke(contest.staff[0], campaign=contest.campaign, approval_id=asked.id)
    with pytest.raises(Conflict):
        approvals.revoke(contest.staff[0], campaign=contest.campaign, approval_id=asked.id)
    assert at(contest, clock, TODAY + timedelta(days=2), "13:00") == 0
    with pytest.raises(Missing):
        approvals.revoke(contest.staff[0], campaign=contest.campaign, approval_id=asked.id + 1)


def test_it_ends_with_its_last_day_the_archiving_and_the_discharge_of_who_agreed(
    contest: Contest, clock: FixedClock
) -> None:
    agree(contest, days=2)
    contest.campaign.state = CampaignState.ARCHIVED
    assert at(contest, clock, TODAY, "13:00") == 0
    contest.campaign.state = CampaignState.OPEN
    contest.make.member(contest.campaign)
    seat = contest.ctx.session.scalars(
        sa.select(Membership).where(Membership.user_id == contest.staff[0].actor.user_id)
    ).one()
    assert at(contest, clock, TODAY, "13:01") == 1
    discharge(contest.staff[1], campaign=contest.campaign, membership=seat)
    assert at(contest, clock, TODAY + timedelta(days=1), "13:00") == 0
    assert at(contest, clock, TODAY + timedelta(days=3), "14:00") == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"chosen": []}, "groups"),
        ({"chosen": ["core", "awards"]}, "groups"),
        ({"clocks": ["", " "]}, "clocks"),
        ({"clocks": ["25h00"]}, "clocks"),
        ({"clocks": ["24h00"]}, "clocks"),
        ({"last_day": TODAY - timedelta(days=1)}, "last_day"),
        ({"first_day": TODAY - timedelta(days=9), "last_day": TODAY - timedelta(days=3)}, "last_day"),
        ({"last_day": TODAY + timedelta(days=500)}, "last_day"),
    ],
)
def test_terms_that_cannot_be_meant_are_refused(contest: Contest, change: dict[str, object], field: str) -> None:
    terms = {"chosen": ["core"], "clocks": ["11h00"], "first_day": TODAY, "last_day": TODAY, **change}
    with pytest.raises(DomainError) as refusal:
        approvals.ask(contest.staff[0], campaign=contest.campaign, **terms)  # type: ignore[arg-type]
    assert refusal.value.field == field


def test_two_accounts_of_one_person_agree_to_nothing(contest: Contest, clock: FixedClock) -> None:
    approval = agree(contest)
    first, second = (contest.ctx.session.get_one(User, ctx.actor.user_id) for ctx in contest.staff)
    first.active, first.merged_into_id = False, second.id
    contest.ctx.session.flush()
    terms = {"chosen": ["core"], "clocks": ["13h00"], "first_day": TODAY, "last_day": TODAY + timedelta(days=3)}
    asked = approvals.ask(contest.staff[0], campaign=contest.campaign, **terms)  # type: ignore[arg-type]
    with pytest.raises(Forbidden, match="another person"):
        approvals.confirm(contest.staff[1], campaign=contest.campaign, approval_id=asked.id)
    assert at(contest, clock, TODAY, "13:00") == 0
    assert approval.revoked_at is None


def test_what_was_ended_before_it_was_confirmed_cannot_be_confirmed(contest: Contest) -> None:
    terms = {"chosen": ["core"], "clocks": ["13h00"], "first_day": TODAY, "last_day": TODAY}
    asked = approvals.ask(contest.staff[0], campaign=contest.campaign, **terms)  # type: ignore[arg-type]
    approvals.revoke(contest.staff[0], campaign=contest.campaign, approval_id=asked.id)
    contest.ctx.session.commit()
    by_second = sa.update(Approval).values(confirmed_by=contest.staff[1].actor.user_id, confirmed_at=contest.ctx.now)
    with pytest.raises(DBAPIError, match="stays as it was"):
        contest.ctx.session.execute(by_second, execution_options={"synchronize_session": False})
    contest.ctx.session.rollback()


def rows_of(release: Release, key: str) -> dict[str, list[Any]]:
    section = next(one for one in snapshot_of(release)["sections"] if one["key"] == key)
    return {row[0]: row[1:] for row in section["rows"]}


def join(contest: Contest, number: int, category: str) -> None:
    """Enrol so many more people of a category, now."""
    for _ in range(number):
        person = contest.make.enrolment(contest.campaign, unit=contest.people[0].unit)
        person.category, person.enrolled_at = category, contest.ctx.now
    contest.ctx.session.flush()


def test_two_of_them_do_not_tell_who_came_in_between(contest: Contest, clock: FixedClock) -> None:
    agree(contest, clocks=("13h00", "14h00", "15h00", "16h00"))
    contest.ctx.session.execute(sa.delete(Headcount))
    for person in contest.people:
        person.category = "official"
    join(contest, 9, "resident")
    join(contest, 7, "")
    assert at(contest, clock, TODAY, "13:00:01") == 1
    join(contest, 1, "official")
    assert at(contest, clock, TODAY, "14:00:01") == 1
    join(contest, 2, "official")
    join(contest, 6, "resident")
    assert at(contest, clock, TODAY, "15:00:01") == 1
    join(contest, 2, "official")
    assert at(contest, clock, TODAY, "16:00:01") == 1
    shown = [[row[0] for row in rows_of(release, "categories").values()] for release in made(contest)]
    assert shown == [[8, 9, 7], [8, 9, 7], [8, 15, 7], [13, 15, 7]]
    persons = [next(iter(rows_of(release, "funnel").values()))[0] for release in made(contest)]
    assert persons == [24, 24, 33, 33]
    figures = [snapshot_of(release)["figures"][0]["value"] for release in made(contest)]
    assert figures == persons
    notes = [one["note"] for one in snapshot_of(made(contest)[1])["sections"] if one["key"] == "categories"]
    assert "dưới 5 người" in notes[0]


def test_where_one_row_alone_would_stand_the_table_does(contest: Contest, clock: FixedClock) -> None:
    agree(contest, clocks=("13h00", "14h00"))
    for person in contest.people:
        person.category = "official"
    join(contest, 9, "resident")
    assert at(contest, clock, TODAY, "13:00:01") == 1
    join(contest, 1, "official")
    join(contest, 6, "resident")
    assert at(contest, clock, TODAY, "14:00:01") == 1
    first, second = (rows_of(release, "categories") for release in made(contest))
    assert first == second


def test_who_is_the_first_few_of_a_category_does_not_hide_what_was_shown(contest: Contest, clock: FixedClock) -> None:
    agree(contest, clocks=("13h00", "14h00"))
    for person in contest.people:
        person.category = "official"
    assert at(contest, clock, TODAY, "13:00:01") == 1
    join(contest, 2, "resident")
    assert at(contest, clock, TODAY, "14:00:01") == 1
    assert [[row[0] for row in rows_of(release, "categories").values()] for release in made(contest)] == [[8], [8]]


def test_what_was_published_as_a_result_is_what_the_next_one_is_held_against(
    contest: Contest, clock: FixedClock
) -> None:
    for person in contest.people:
        person.category = "official"
    contest.adopt()
    contest.publish()
    agree(contest)
    join(contest, 3, "official")
    assert at(contest, clock, TODAY, "13:00:01") == 1
    assert [rows_of(release, "categories") for release in made(contest)][1] == rows_of(made(contest)[0], "categories")


def test_the_database_keeps_what_was_agreed_to(contest: Contest) -> None:
    agree(contest)
    contest.ctx.session.commit()
    for statement in (
        sa.update(Approval).values(last_day=TODAY + timedelta(days=99)),
        sa.update(Approval).values(groups=["core", "quiz"]),
        sa.update(Approval).values(confirmed_by=None, confirmed_at=None),
        sa.delete(Approval),
    ):
        with pytest.raises(DBAPIError):
            contest.ctx.session.execute(statement, execution_options={"synchronize_session": False})
        contest.ctx.session.rollback()


def test_statements_do_not_grow_with_the_people(
    contest: Contest, clock: FixedClock, statements: Callable[[], int]
) -> None:
    agree(contest)
    statements()
    at(contest, clock, TODAY, "13:00")
    with_eight = statements()
    for _ in range(20):
        contest.make.enrolment(contest.campaign)
    statements()
    at(contest, clock, TODAY + timedelta(days=1), "13:00")
    assert statements() <= with_eight


times = st.integers(0, 24 * 3600 - 1).map(lambda second: f"{second // 3600}:{second // 60 % 60:02}:{second % 60:02}")


@given(st.lists(times, min_size=1, max_size=4), st.integers(0, 5 * 24 * 3600))
def test_the_moment_that_is_due_is_the_last_that_has_come_and_is_near(clocks: list[str], seconds: int) -> None:
    begin = moment_on(TODAY, "0:00")
    approval = Approval(clocks=clocks, first_day=TODAY, last_day=TODAY + timedelta(days=2), confirmed_at=begin)
    now = begin + timedelta(seconds=seconds)
    due = approvals.due_moment(approval, now)
    days = [TODAY + timedelta(days=number) for number in range(3)]
    every = [moment_on(day, time) for day in days for time in clocks]
    past = [moment for moment in every if begin < moment <= now < moment + approvals.LATEST]
    assert due == max(past, default=None)
