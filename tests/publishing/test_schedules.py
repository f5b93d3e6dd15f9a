"""What goes out and from when: as deep as the issued rules say, and to the second."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from cuocthi.campaigns.settings import save_settings
from cuocthi.contributions import Erasure
from cuocthi.errors import Blocked, Conflict, DomainError
from cuocthi.jobs.models import Job
from cuocthi.jobs.work import run_job
from cuocthi.personal.erasing import erase_enrolments
from cuocthi.rules.domain import issue_rules
from cuocthi_publishing.domain.choice import Choice, Promise, promise_of
from cuocthi_publishing.domain.releases import call_off, default_choice, make, publish
from cuocthi_publishing.domain.stored import snapshot_of
from cuocthi_publishing.models import Release, ReleaseState
from cuocthi_publishing.queries import current_release, scheduled_release
from cuocthi_publishing.settings import OWNER, PublishSettings

from .conftest import NAMES, WINNERS, Contest

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from cuocthi.clock import FixedClock

BASE = "/c/hoi-thi/publishing/"
STATISTICS = ["funnel", "days", "hours", "categories"]


# --- what goes out --------------------------------------------------------------------------------------------------


def test_without_issued_rules_winners_are_named_and_nobody_else(contest: Contest) -> None:
    save_settings(contest.ctx, owner=OWNER, campaign=contest.campaign, value=PublishSettings(depth=5))
    contest.adopt()
    assert default_choice(contest.ctx, campaign=contest.campaign).depth == 0
    with pytest.raises(DomainError, match="let out winners only") as refusal:
        contest.release(choice=Choice(depth=1))
    assert refusal.value.field == "depth"


def test_no_release_goes_deeper_than_the_rules_that_were_issued(contest: Contest, clock: FixedClock) -> None:
    contest.let_out(PublishSettings(depth=4))
    contest.later(clock, minutes=1)
    save_settings(contest.ctx, owner=OWNER, campaign=contest.campaign, value=PublishSettings(depth=8))
    assert promise_of(contest.ctx, campaign=contest.campaign) == Promise(4)
    contest.adopt()
    with pytest.raises(DomainError, match="down to rank 4 at the most"):
        contest.release(choice=Choice(depth=5))
    made = contest.release(choice=Choice(depth=4))
    contest.later(clock, minutes=1)
    save_settings(contest.ctx, owner=OWNER, campaign=contest.campaign, value=PublishSettings(depth=2))
    issue_rules(contest.ctx, campaign=contest.campaign, write=str)
    with pytest.raises(Blocked) as refusal:
        publish(contest.staff[1], campaign=contest.campaign, number=made.number, digest=made.digest)
    assert [str(reason) for reason in refusal.value.reasons] == [
        "It goes deeper than the issued rules say: make a new one."
    ]


def test_a_whole_ranking_and_full_names_go_out_only_where_the_issued_rules_say_so(
    contest: Contest, clock: FixedClock
) -> None:
    contest.let_out(PublishSettings(depth=4))
    contest.later(clock, minutes=1)
    wanted = PublishSettings(everybody=True, full_names=True)
    save_settings(contest.ctx, owner=OWNER, campaign=contest.campaign, value=wanted)
    contest.adopt()
    by_default = default_choice(contest.ctx, campaign=contest.campaign)
    assert (by_default.places, by_default.full_names) == (4, False)
    for choice, field in [(Choice(everybody=True), "everybody"), (Choice(depth=4, full_names=True), "full_names")]:
        with pytest.raises(DomainError) as refusal:
            contest.release(choice=choice)
        assert refusal.value.field == field
    contest.later(clock, minutes=1)
    issue_rules(contest.ctx, campaign=contest.campaign, write=str)
    made = contest.release()
    assert [len(one["rows"]) for one in snapshot_of(made)["sections"] if one["page"] == "results"] == [8]
    contest.later(clock, minutes=1)
    contest.let_out(PublishSettings(depth=1000))
    with pytest.raises(Blocked) as blocked:
        publish(contest.staff[1], campaign=contest.campaign, number=made.number, digest=made.digest)
    assert "deeper than the issued rules" in str(blocked.value.reasons[0])


def test_sections_are_chosen_one_by_one(contest: Contest) -> None:
    contest.adopt()
    choice = Choice(awards=False, units=False, documents=False, news=False, notices=False, without=("sprint-fastest",))
    snapshot = snapshot_of(contest.release(choice=choice))
    assert [one["key"] for one in snapshot["sections"]] == STATISTICS
    assert snapshot["choice"]["without"] == ["sprint-fastest"]
    assert [snapshot[name] for name in ("documents", "news", "notices")] == [[], [], []]
    with pytest.raises(DomainError, match="at least one"):
        contest.release(choice=Choice(awards=False, units=False, statistics=False, documents=False, news=False,
                                      notices=False))  # fmt: skip


def test_what_shows_no_results_waits_for_none(contest: Contest) -> None:
    """Before anything is adopted, statistics tell how far the contest is; the gates of results are not asked."""
    contest.campaign.tagline = "not yet"
    choice = Choice(awards=False, units=False)
    snapshot = snapshot_of(contest.publish(choice=choice))
    assert {one["key"]: one["value"] for one in snapshot["figures"]} == {"registered": 8}
    assert [one["key"] for one in snapshot["sections"]] == [*STATISTICS, "sprint-fastest"]
    assert snapshot["sources"] == []
    with pytest.raises(Blocked):
        contest.release("Kết quả.")


# --- from when ------------------------------------------------------------------------------------------------------


def test_it_is_public_from_its_second_on_and_no_work_is_needed_for_it(
    contest: Contest, clock: FixedClock, client: FlaskClient
) -> None:
    contest.adopt()
    moment = contest.ctx.now + timedelta(hours=2, seconds=1)
    made = contest.publish(not_before=moment)
    contest.ctx.session.commit()
    assert (made.published_at, made.is_scheduled(contest.ctx.now)) == (moment, True)
    before = {path: client.get(path) for path in (BASE, f"{BASE}release/1/", f"{BASE}release/1/data.json")}
    for _asked_again in range(2):
        assert NAMES[0] not in client.get(BASE).text + client.get("/c/hoi-thi/").text
    assert [answer.status_code for answer in before.values()] == [200, 404, 404]
    clock.move_to(moment - timedelta(microseconds=1))
    assert NAMES[0] not in client.get(BASE).text
    clock.move_to(moment)
    after = client.get(BASE, headers={"If-None-Match": before[BASE].headers["ETag"]})
    assert (after.status_code, NAMES[0] in after.text) == (200, True)
    assert NAMES[0] in client.get(f"{BASE}release/1/").text
    assert client.get(f"{BASE}release/1/data.json").status_code == 200


def test_a_correction_that_waits_changes_nothing_before(
    contest: Contest, clock: FixedClock, client: FlaskClient
) -> None:
    contest.adopt()
    contest.publish()
    moment = contest.ctx.now + timedelta(days=1)
    contest.publish("Sửa tên một đơn vị.", not_before=moment)
    contest.ctx.session.commit()
    pages = [BASE, f"{BASE}release/1/"]
    assert not [page for page in pages if "Sửa tên" in client.get(page).text]
    clock.move_to(moment)
    assert not [page for page in pages if "Sửa tên" not in client.get(page).text]


def test_the_bundle_is_built_before_but_nobody_gets_it(
    contest: Contest, clock: FixedClock, client: FlaskClient, app: Flask
) -> None:
    contest.adopt()
    moment = contest.ctx.now + timedelta(hours=2)
    release = contest.publish(not_before=moment)
    job_id = contest.ctx.session.scalars(sa.select(Job.id)).one()
    contest.ctx.session.commit()
    assert run_job(app, job_id)
    contest.ctx.session.refresh(release)
    assert release.bundle_file_id
    contest.ctx.session.commit()
    stored = f"/c/hoi-thi/files/{release.bundle_file_id}/hoi-thi-1.zip"
    contest.ctx.session.commit()
    assert client.get(f"{BASE}release/1/bundle.zip").status_code == 404
    assert client.get(stored).status_code == 302  # to where staff sign in
    clock.move_to(moment)
    answer = client.get(f"{BASE}release/1/bundle.zip")
    assert (answer.status_code, answer.data[:2]) == (200, b"PK")
    again = client.get(f"{BASE}release/1/bundle.zip", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_while_one_waits_no_other_is_made_and_calling_it_off_leaves_no_trace_outside(
    contest: Contest, clock: FixedClock, client: FlaskClient
) -> None:
    contest.adopt()
    moment = contest.ctx.now + timedelta(hours=2)
    made = contest.publish(not_before=moment)
    with pytest.raises(Conflict, match="Call it off"):
        contest.release()
    call_off(contest.staff[0], campaign=contest.campaign, number=made.number, read_clock=clock.now)
    assert (made.state, made.was_called_off) == (ReleaseState.WITHDRAWN, True)
    with pytest.raises(Conflict):
        call_off(contest.staff[0], campaign=contest.campaign, number=made.number, read_clock=clock.now)
    contest.ctx.session.commit()
    clock.move_to(moment + timedelta(seconds=1))
    assert client.get(f"{BASE}release/1/").status_code == 404
    assert "chưa được công bố" in client.get(BASE).text
    contest.later(clock, seconds=1)
    following = contest.publish()
    assert (following.number, following.replaces_id, following.note) == (2, None, "")


def test_what_became_public_while_the_request_waited_is_not_called_off(contest: Contest, clock: FixedClock) -> None:
    contest.adopt()
    made = contest.publish(not_before=contest.ctx.now + timedelta(minutes=5))
    contest.later(clock, seconds=299)
    slow = contest.staff[0]
    clock.advance(timedelta(seconds=1))
    with pytest.raises(Conflict, match="does not wait"):
        call_off(slow, campaign=contest.campaign, number=made.number, read_clock=clock.now)
    assert (made.state, made.withdrawn_at) == (ReleaseState.PUBLISHED, None)


def test_what_is_public_is_not_called_off(contest: Contest, clock: FixedClock) -> None:
    contest.adopt()
    made = contest.publish()
    with pytest.raises(Conflict, match="does not wait"):
        call_off(contest.staff[0], campaign=contest.campaign, number=made.number, read_clock=clock.now)


def test_a_moment_that_is_over_is_no_moment(contest: Contest, clock: FixedClock) -> None:
    contest.adopt()
    with pytest.raises(DomainError, match="is over") as refusal:
        contest.release(not_before=contest.ctx.now)
    assert refusal.value.field == "day"
    moment = contest.ctx.now + timedelta(minutes=5)
    made = contest.release(not_before=moment)
    contest.later(clock, minutes=5)
    with pytest.raises(Blocked, match="cannot be published"):
        publish(contest.staff[1], campaign=contest.campaign, number=made.number, digest=made.digest)


def test_the_database_lets_no_release_out_too_early(contest: Contest) -> None:
    contest.adopt()
    moment = contest.ctx.now + timedelta(hours=2)
    made = make(contest.staff[0], campaign=contest.campaign, not_before=moment)
    second = contest.staff[1].actor.user_id
    early = {"state": "published", "confirmed_by": second, "confirmed_at": contest.ctx.now}
    with pytest.raises(DBAPIError):
        contest.ctx.session.execute(
            sa.update(Release).where(Release.id == made.id).values(**early, published_at=contest.ctx.now)
        )


def test_somebody_erased_while_a_release_waits_is_noticed(contest: Contest) -> None:
    contest.let_out(PublishSettings(depth=8))
    contest.adopt()
    made = contest.publish(not_before=contest.ctx.now + timedelta(hours=2))
    assert current_release(contest.ctx, campaign_id=contest.campaign.id) is None
    assert scheduled_release(contest.ctx, campaign_id=contest.campaign.id) is made
    last = contest.people[WINNERS]
    erase_enrolments(contest.ctx, campaign=contest.campaign, enrolment_ids=[last.id], erasure=Erasure.WITHDRAWAL)
    assert made.names_erased_at == contest.ctx.now
