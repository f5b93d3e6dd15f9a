"""From adopted results to a release: what is refused, what the second person does, what stays for ever."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.models import CampaignState
from cuocthi.context import SYSTEM
from cuocthi.digest import digest
from cuocthi.errors import Blocked, Closed, Conflict, DomainError, Forbidden, Missing
from cuocthi.jobs.models import Job
from cuocthi.standings.decisions import exclude_entry
from cuocthi.testing.tampering import swap_ranks, unguard
from cuocthi.users.models import User
from cuocthi_publishing.domain.releases import make, publish, request_bundle
from cuocthi_publishing.domain.stored import snapshot_of
from cuocthi_publishing.models import Release, ReleaseState
from cuocthi_publishing.queries import current_release, draft_release, past_releases, successor
from cuocthi_publishing.settings import PublishSettings

from .conftest import NAMES, Contest


def reasons(refusal: pytest.ExceptionInfo[Blocked]) -> list[str]:
    return [str(reason) for reason in refusal.value.reasons]


def save(contest: Contest, settings: PublishSettings) -> None:
    contest.let_out(settings)


def section(release: Release, key: str) -> dict[str, object]:
    found: dict[str, object] = next(one for one in snapshot_of(release)["sections"] if one["key"] == key)
    return found


#: The sections of the units, and those of the statistics, of the contest that these tests publish.
UNITS, STATISTICS = ["participation", "units-round-1"], ["funnel", "days", "hours", "categories"]


# --- gates ----------------------------------------------------------------------------------------------------------


def test_nothing_is_published_before_a_ranking_is_adopted_and_all_reasons_are_given(contest: Contest) -> None:
    contest.campaign.tagline = "not yet"
    with pytest.raises(Blocked) as refusal:
        contest.release()
    assert reasons(refusal) == ["The award list has not been adopted yet.", "No ranking has been adopted yet."]
    assert draft_release(contest.ctx, campaign_id=contest.campaign.id) is None


def test_results_that_changed_since_are_not_published(contest: Contest) -> None:
    contest.adopt()
    contest.post([1] * len(NAMES))
    with pytest.raises(Blocked) as refusal:
        contest.release()
    assert len(reasons(refusal)) == 1
    assert "Results have changed" in reasons(refusal)[0]


def test_a_ranking_that_was_changed_past_the_platform_is_not_published(contest: Contest) -> None:
    ranking = contest.adopt()
    made = contest.release()
    swap_ranks(contest.ctx, ranking_id=ranking.id, first=1, second=2)
    with pytest.raises(Blocked, match="changed past the platform"):
        contest.release()
    with pytest.raises(Blocked, match="changed past the platform"):
        publish(contest.staff[1], campaign=contest.campaign, number=made.number, digest=made.digest)


def test_a_campaign_that_is_not_open_publishes_nothing(contest: Contest) -> None:
    contest.adopt()
    contest.campaign.state = CampaignState.DRAFT
    with pytest.raises(Closed):
        contest.release()


def test_the_system_publishes_nothing(contest: Contest) -> None:
    contest.adopt()
    with pytest.raises(Forbidden):
        make(replace(contest.ctx, actor=SYSTEM), campaign=contest.campaign)


# --- two persons ----------------------------------------------------------------------------------------------------


def test_the_second_person_publishes_and_the_bundle_is_asked_for(contest: Contest) -> None:
    contest.adopt()
    made = contest.release()
    version = contest.campaign.version
    first, second = contest.staff
    with pytest.raises(Forbidden, match="another person"):
        publish(first, campaign=contest.campaign, number=made.number, digest=made.digest)
    assert made.is_draft
    publish(second, campaign=contest.campaign, number=made.number, digest=made.digest)
    assert (made.state, made.confirmed_by) == (ReleaseState.PUBLISHED, second.actor.user_id)
    assert (made.created_by, made.published_at) == (first.actor.user_id, contest.ctx.now)
    assert contest.campaign.version == version + 1
    (job,) = contest.ctx.session.scalars(sa.select(Job))
    assert (job.kind, job.arguments) == ("publishing.bundle", {"release_id": made.id})
    with pytest.raises(Conflict, match="not a draft"):
        publish(second, campaign=contest.campaign, number=made.number, digest=made.digest)


def test_a_person_confirms_only_what_was_looked_at(contest: Contest) -> None:
    contest.adopt()
    made = contest.release()
    with pytest.raises(Conflict, match="looked at"):
        publish(contest.staff[1], campaign=contest.campaign, number=made.number, digest="0" * 64)
    with pytest.raises(Missing):
        publish(contest.staff[1], campaign=contest.campaign, number=9, digest=made.digest)


def test_the_database_holds_that_there_are_two_persons(contest: Contest) -> None:
    contest.adopt()
    made = contest.publish()
    with pytest.raises(IntegrityError):
        contest.ctx.session.execute(sa.update(Release).values(confirmed_by=made.created_by))


def test_the_second_account_of_one_person_is_no_second_person(contest: Contest) -> None:
    contest.adopt()
    made = contest.release()
    first, second = (contest.ctx.session.get_one(User, ctx.actor.user_id) for ctx in contest.staff)
    first.active, first.merged_into_id = False, second.id
    contest.ctx.session.flush()
    with pytest.raises(Forbidden, match="another person"):
        publish(contest.staff[1], campaign=contest.campaign, number=made.number, digest=made.digest)


def test_what_changed_after_the_draft_was_made_stops_it(contest: Contest) -> None:
    contest.adopt()
    made = contest.release()
    exclude_entry(contest.staff[0], enrolment=contest.people[0], reason="Thành viên Tổ Giúp việc")
    del contest.people[0]
    contest.adopt()
    with pytest.raises(Blocked) as refusal:
        publish(contest.staff[1], campaign=contest.campaign, number=made.number, digest=made.digest)
    assert "have changed since this release was made" in reasons(refusal)[0]
    contest.publish()
    assert current_release(contest.ctx, campaign_id=contest.campaign.id) is not made


def test_a_decision_that_came_after_the_draft_is_published_by_a_new_one(contest: Contest) -> None:
    contest.adopt()
    made = contest.release()
    contest.campaign.tagline = "final"
    with pytest.raises(Blocked) as refusal:
        publish(contest.staff[1], campaign=contest.campaign, number=made.number, digest=made.digest)
    assert "have changed since this release was made" in reasons(refusal)[0]
    official = contest.publish()
    assert "chờ quyết định" not in official.snapshot
    assert section(official, "awards-list-round-1")["note"] == (
        "3 giải, tổng trị giá 1.833.333 đồng. Căn cứ Biên bản họp số 07/BB-BTC ngày 01/10/2024; Quyết định số "
        "152/QĐ-STTTT ngày 09/10/2024 của Sở Thông tin và Truyền thông."
    )
    final = snapshot_of(official)["sources"][-1]
    assert (final["kind"], final["digest"]) == ("final_award_list", "f" * 64)
    assert final["title"] == "Danh sách đạt giải, chính thức theo Quyết định số 152/QĐ-STTTT"


def test_another_draft_withdraws_the_former(contest: Contest) -> None:
    contest.adopt()
    first, second = contest.release(), contest.release()
    assert (first.state, second.state) == (ReleaseState.DISCARDED, ReleaseState.DRAFT)
    with pytest.raises(Conflict):
        publish(contest.staff[1], campaign=contest.campaign, number=first.number, digest=first.digest)
    with pytest.raises(Conflict, match="published release"):
        request_bundle(contest.ctx, campaign=contest.campaign, release=second)


# --- corrections ----------------------------------------------------------------------------------------------------


def test_a_correction_says_what_changed_and_both_are_linked(contest: Contest) -> None:
    contest.adopt()
    first = contest.publish()
    with pytest.raises(DomainError, match="say what the new one changes") as refusal:
        contest.release("  ")
    assert refusal.value.field == "note"
    second = contest.publish("Sửa tên một đơn vị.")
    assert snapshot_of(second)["release"]["replaces"] == {"number": 1, "digest": first.digest}
    assert snapshot_of(second)["release"]["note"] == "Sửa tên một đơn vị."
    assert successor(contest.ctx, release=first) is second
    assert current_release(contest.ctx, campaign_id=contest.campaign.id) is second
    listed = past_releases(contest.ctx, campaign_id=contest.campaign.id, statistics=False, limit=None, offset=0)[0]
    assert [(one.release.number, one.replaces, one.replaced_by) for one in listed] == [
        (2, 1, None),
        (1, None, 2),
    ]


@pytest.mark.parametrize("column", ["snapshot", "digest", "note", "number", "created_by"])
def test_no_code_changes_a_release(contest: Contest, column: str) -> None:
    contest.adopt()
    made = contest.publish()
    setattr(made, column, {"number": 7, "created_by": contest.people[0].user_id}.get(column, "x"))
    with pytest.raises(PermissionError, match="corrected by a new release"):
        contest.ctx.session.flush()


def test_no_code_takes_a_publication_back_or_removes_it(contest: Contest) -> None:
    contest.adopt()
    made = contest.publish()
    made.state = ReleaseState.DRAFT
    with pytest.raises(PermissionError):
        contest.ctx.session.flush()
    contest.ctx.session.rollback()


def test_a_release_cannot_be_removed(contest: Contest) -> None:
    contest.adopt()
    contest.ctx.session.delete(contest.release())
    with pytest.raises(PermissionError, match="stay on record"):
        contest.ctx.session.flush()


def test_a_snapshot_changed_behind_our_back_is_not_shown(contest: Contest) -> None:
    contest.adopt()
    made = contest.publish()
    unguard(contest.ctx, "publishing_release")
    contest.ctx.session.execute(
        sa.update(Release).values(snapshot=sa.func.replace(Release.snapshot, "Giải 1", "Giải 2"))
    )
    contest.ctx.session.expire_all()
    with pytest.raises(Conflict, match="its digest differs"):
        snapshot_of(made)


def test_every_act_leaves_its_trace(contest: Contest) -> None:
    contest.adopt()
    made = contest.publish()
    events = contest.ctx.session.scalars(sa.select(AuditEvent).where(AuditEvent.object_kind == "release")).all()
    assert [event.action for event in events] == ["publishing:release:make", "publishing:release:publish"]
    assert [event.actor_id for event in events] == [ctx.actor.user_id for ctx in contest.staff]
    assert all(event.after["digest"] == made.digest for event in events)


# --- what stands in it ----------------------------------------------------------------------------------------------


def test_the_digest_is_that_of_the_canonical_values(contest: Contest) -> None:
    contest.adopt()
    made = contest.release()
    assert made.digest == digest(json.loads(made.snapshot))


def test_winners_only_by_default(contest: Contest) -> None:
    contest.adopt()
    made = contest.release()
    keys = [one["key"] for one in snapshot_of(made)["sections"]]
    assert keys == ["awards-list-round-1", *UNITS, *STATISTICS, "sprint-fastest"]
    awards = section(made, "awards-list-round-1")
    assert awards["rows"][0] == ["Giải 1", NAMES[0], "Sở Thông tin và Truyền thông", 1_000_000]  # type: ignore[index]
    assert awards["note"] == "3 giải, tổng trị giá 1.833.333 đồng. Kết quả đã được thông qua, chờ quyết định."
    assert not any(name in made.snapshot for name in NAMES[3:])


def test_a_ranking_goes_out_as_deep_as_the_settings_say(contest: Contest) -> None:
    contest.adopt()
    save(contest, PublishSettings(depth=4))
    rows = section(contest.release(), "standings-round-1")["rows"]
    code = contest.people[3].code
    assert len(rows) == 4  # type: ignore[arg-type]
    assert rows[0][2] == NAMES[0]  # type: ignore[index]
    assert rows[3] == [4, code, "Lê V*** Đ***", "Sở Thông tin và Truyền thông", 17_000, 61_500]  # type: ignore[index]


def test_who_shares_the_last_rank_that_goes_out_goes_out_too(contest: Contest) -> None:
    contest.let_out(PublishSettings(depth=4))
    contest.adopt([20, 19, 18, 17, 17, 17, 16, 15])
    found = next(one for one in snapshot_of(contest.release())["sections"] if one["page"] == "results")
    assert [row[0] for row in found["rows"]] == [1, 2, 3, 4, 4, 4]
    assert "đến hạng 4" in found["title"]


def test_figures_name_persons_and_entries_and_small_groups_keep_theirs(contest: Contest) -> None:
    contest.adopt()
    made = contest.release()
    figures = {one["key"]: one["value"] for one in snapshot_of(made)["figures"]}
    assert figures == {"registered": 8, "persons": 8, "entries": 8, "units": 2}
    units = section(made, "units-round-1")
    assert [column["key"] for column in units["columns"]] == [  # type: ignore[attr-defined]
        "unit", "persons", "entries", "headcount", "rate", "mean",
    ]  # fmt: skip
    assert units["rows"] == [
        ["Xã Minh Quang", "*", "*", None, "*", "*"],
        ["Sở Thông tin và Truyền thông", "*", "*", 12, "*", "*"],
    ]
    assert "dưới 5 người" in str(units["note"])


def test_an_excluded_person_is_nowhere(contest: Contest) -> None:
    exclude_entry(contest.staff[0], enrolment=contest.people[0], reason="Thành viên Tổ Giúp việc")
    excluded = contest.people.pop(0)
    contest.adopt()
    save(contest, PublishSettings(depth=10))
    made = contest.release()
    assert excluded.name not in made.snapshot
    assert excluded.code not in made.snapshot
    assert {one["key"]: one["value"] for one in snapshot_of(made)["figures"]}["registered"] == 7


@pytest.mark.parametrize(
    ("settings", "keys"),
    [
        (PublishSettings(units=False, statistics=False), ["awards-list-round-1"]),
        (PublishSettings(awards=False, statistics=False), UNITS),
        (PublishSettings(awards=False, depth=1, units=False, statistics=False), ["standings-round-1"]),
    ],
)
def test_only_the_chosen_sections_go_out(contest: Contest, settings: PublishSettings, keys: list[str]) -> None:
    contest.adopt()
    save(contest, settings)
    snapshot = snapshot_of(contest.release())
    assert [one["key"] for one in snapshot["sections"]] == keys
    assert snapshot["figures"] == []


def test_without_prizes_and_without_the_format_the_rest_goes_out(contest: Contest) -> None:
    contest.adopt()
    contest.campaign.plugins = ["publishing"]
    snapshot = snapshot_of(contest.release())
    assert [one["key"] for one in snapshot["sections"]] == [*UNITS, *STATISTICS]
    assert [one["kind"] for one in snapshot["sources"]] == ["ranking"]


def test_the_number_of_statements_does_not_grow_with_the_people(
    contest: Contest, statements: Callable[[], int]
) -> None:
    save(contest, PublishSettings(depth=100))
    contest.adopt()
    assert contest.campaign.divisions == []  # loaded once
    statements()
    contest.release()
    with_eight = statements()
    for _ in range(20):
        contest.people.append(contest.make.enrolment(contest.campaign))
    contest.adopt([10] * 28)
    statements()
    contest.release()
    assert statements() == with_eight + 1  # the former draft is withdrawn
