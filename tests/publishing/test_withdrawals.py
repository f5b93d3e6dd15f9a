"""Corrections say what they change, computed; what is withdrawn leaves a tombstone; nothing is rewritten."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from cuocthi.audit.models import AuditEvent
from cuocthi.committees.domain import discharge
from cuocthi.committees.models import Membership
from cuocthi.context import Actor
from cuocthi.errors import Conflict, DomainError, Forbidden, Missing
from cuocthi.files.models import StoredFile
from cuocthi.users.models import User
from cuocthi_publishing.domain import withdrawals
from cuocthi_publishing.domain.differences import MOST, differences
from cuocthi_publishing.domain.masking import HIDDEN
from cuocthi_publishing.domain.releases import publish
from cuocthi_publishing.domain.stored import snapshot_of
from cuocthi_publishing.jobs import build_bundle
from cuocthi_publishing.models import Release, Withdrawal
from cuocthi_publishing.queries import current_release, last_public
from cuocthi_publishing.settings import PublishSettings
from cuocthi_publishing.wording import speaker

from .conftest import NAMES, PHONE, Contest

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from cuocthi.clock import FixedClock

BASE = "/c/hoi-thi/publishing/"


def withdraw(contest: Contest, number: int, reason: str = "Nhầm danh sách.") -> Release:
    """Withdraw a release by both persons."""
    withdrawals.ask(contest.staff[0], campaign=contest.campaign, number=number, reason=reason)
    return withdrawals.confirm(contest.staff[1], campaign=contest.campaign, number=number)


# --- what a correction changes --------------------------------------------------------------------------------------


def test_a_correction_names_who_came_in_who_left_and_which_figures_changed(contest: Contest) -> None:
    contest.adopt()
    contest.publish()
    contest.adopt([20, 19, 1, 18, 17, 16, 15, 14])
    second = contest.publish("Chấm lại câu 7 sau kiến nghị.")
    changes = {part["title"]: part["lines"] for part in snapshot_of(second)["release"]["changes"]}
    awards = changes["Danh sách đạt giải"]
    unit = "Sở Thông tin và Truyền thông"
    assert awards == [
        f"Thêm: Giải 3 · {NAMES[3]} · {unit} · 333.333",
        f"Bỏ: Giải 3 · {HIDDEN} · {unit} · 333.333",
    ]


def test_a_correction_does_not_say_again_what_it_took_away(contest: Contest) -> None:
    contest.let_out(PublishSettings(depth=8, full_names=True))
    contest.adopt()
    first = contest.publish()
    child = contest.people[5]
    assert child.name in first.snapshot
    child.publishes_name = False
    second = contest.publish("Bỏ tên một em nhỏ.")
    lines = [line for part in snapshot_of(second)["release"]["changes"] for line in part["lines"]]
    assert any(HIDDEN in line for line in lines)
    assert child.name not in second.snapshot


def test_what_takes_the_place_of_a_withdrawn_release_tells_nothing_of_it(contest: Contest) -> None:
    contest.adopt()
    withdraw(contest, contest.publish().number)
    contest.adopt([20, 19, 1, 18, 17, 16, 15, 14])
    assert snapshot_of(contest.publish("Danh sách đúng."))["release"]["changes"] == []


def test_of_news_that_is_gone_only_the_number_is_told() -> None:
    former, now = (values([]) | {"news": [{"title": title}]} for title in ("Em An đoạt giải", "Lễ trao giải"))
    (part,) = differences(former, now, speaker("en"))
    assert part["lines"] == ["Added: Lễ trao giải", "1 entry was removed."]


def test_a_first_release_changes_nothing(contest: Contest) -> None:
    contest.adopt()
    assert snapshot_of(contest.publish())["release"]["changes"] == []
    assert snapshot_of(contest.publish("Không đổi số liệu."))["release"]["changes"] == []


def test_both_pages_say_what_changed(contest: Contest, client: FlaskClient) -> None:
    contest.adopt()
    contest.publish()
    contest.adopt([20, 19, 1, 18, 17, 16, 15, 14])
    contest.publish("Chấm lại câu 7.")
    contest.ctx.session.commit()
    page = client.get(BASE).text
    assert f"Thêm: Giải 3 · {NAMES[3]}" in page
    assert f"Bỏ: Giải 3 · {HIDDEN}" in page


rows = st.lists(
    st.tuples(st.sampled_from(["An", "Bình", "Chi"]), st.sampled_from(["X", "Y"]), st.integers(0, 9)), max_size=8
)


def values(found: list[tuple[str, str, int]]) -> dict[str, Any]:
    """A snapshot with one section of these rows."""
    kinds = (("who", "person"), ("unit", "unit"), ("points", "integer"))
    columns = [{"key": key, "title": key, "kind": kind} for key, kind in kinds]
    section = {"key": "list", "title": "List", "columns": columns, "rows": [list(row) for row in found]}
    empty: dict[str, Any] = {name: [] for name in ("figures", "documents", "news", "notices")}
    return {"campaign": {"language": "en"}, "sections": [section], **empty}


@given(rows, rows)
def test_there_are_no_differences_just_where_nothing_differs(
    before: list[tuple[str, str, int]], after: list[tuple[str, str, int]]
) -> None:
    found = differences(values(before), values(after), speaker("en"))
    if sorted(before) == sorted(after) and before == after:
        assert found == []
    lines = found[0]["lines"] if found else []
    if sorted(before) != sorted(after):
        assert lines
    added, removed = (sum(line.startswith(word) for line in lines) for word in ("Added", "Removed"))
    assert added - removed == len(after) - len(before)


def test_a_long_list_of_differences_is_cut() -> None:
    many = [(f"Người {number}", "X", number) for number in range(MOST + 5)]
    (part,) = differences(values([]), values(many), speaker("en"))
    assert (len(part["lines"]), part["lines"][-1]) == (MOST + 1, "and 5 more changes")


# --- withdrawing ----------------------------------------------------------------------------------------------------


def test_what_is_withdrawn_by_two_leaves_a_tombstone(
    contest: Contest, clock: FixedClock, client: FlaskClient, app: Flask
) -> None:
    contest.adopt()
    release = contest.publish()
    with app.app_context():
        build_bundle(contest.ctx, {"release_id": release.id}, lambda _done, _total: None)
    contest.ctx.session.commit()
    assert client.get(f"{BASE}release/1/bundle.zip").status_code == 200
    withdrawals.ask(contest.staff[0], campaign=contest.campaign, number=1, reason=f"Nhầm danh sách, gọi {PHONE}.")
    contest.ctx.session.commit()
    assert NAMES[0] in client.get(BASE).text
    contest.later(clock, minutes=3)
    withdrawals.confirm(contest.staff[1], campaign=contest.campaign, number=1)
    contest.ctx.session.commit()
    here = client.get(BASE)
    assert here.status_code == 200
    for path in ("release/1/", "release/1/awards", "awards"):
        answer = client.get(BASE + path)
        assert answer.status_code == 410
        assert "Bản công bố số 1 đã được thu hồi" in answer.text
    for text in (here.text, client.get(f"{BASE}release/1/").text):
        assert "12:03:00 ngày 20/09/2024" in text
        assert "Nhầm danh sách, gọi •••." in text
        assert release.digest in text
        assert NAMES[0] not in text
    data = client.get(f"{BASE}release/1/data.json")
    assert (data.status_code, data.json["reason"]) == (410, "Nhầm danh sách, gọi •••.")  # type: ignore[index]
    assert client.get(f"{BASE}release/1/bundle.zip").status_code == 410
    assert "Xem kết quả" not in client.get("/c/hoi-thi/").text


def test_a_bundle_that_was_for_everybody_is_no_more(contest: Contest) -> None:
    """Bundles of earlier versions of the platform were handed out as files for everybody."""
    contest.adopt()
    release = contest.publish()
    stored = StoredFile(campaign_id=contest.campaign.id, sha256="0" * 64, name="a.zip", media_type="application/zip",
                        size=1, permission="", created_at=contest.ctx.now)  # fmt: skip
    contest.ctx.session.add(stored)
    contest.ctx.session.flush()
    release.bundle_file_id = stored.id
    withdraw(contest, 1)
    assert stored.permission == "publishing:release:view"


def test_the_next_release_replaces_the_withdrawn_one_and_both_are_linked(contest: Contest, client: FlaskClient) -> None:
    contest.adopt()
    contest.publish()
    withdraw(contest, 1)
    assert current_release(contest.ctx, campaign_id=contest.campaign.id) is None
    with pytest.raises(DomainError, match="say what the new one changes"):
        contest.release()
    second = contest.publish("Công bố lại danh sách đúng.")
    assert snapshot_of(second)["release"]["replaces"]["number"] == 1
    contest.ctx.session.commit()
    assert f'href="{BASE}release/2/"' in client.get(f"{BASE}release/1/").text
    assert f'href="{BASE}release/1/"' in client.get(BASE).text


def test_withdrawing_a_correction_does_not_bring_back_what_it_corrected(contest: Contest, client: FlaskClient) -> None:
    contest.adopt()
    contest.publish()
    contest.publish("Sửa.")
    withdraw(contest, 2)
    newest = last_public(contest.ctx, campaign_id=contest.campaign.id)
    assert newest is not None
    assert (newest.number, newest.left_a_tombstone) == (2, True)
    contest.ctx.session.commit()
    assert "Bản công bố số 2 đã được thu hồi" in client.get(BASE).text
    assert client.get(f"{BASE}release/1/").status_code == 200


def test_a_withdrawal_takes_two_persons_and_a_reason(contest: Contest) -> None:
    contest.adopt()
    contest.publish()
    first, second = contest.staff
    with pytest.raises(DomainError, match="Say why") as refusal:
        withdrawals.ask(first, campaign=contest.campaign, number=1, reason=" ")
    assert refusal.value.field == "reason"
    with pytest.raises(Missing):
        withdrawals.confirm(second, campaign=contest.campaign, number=1)
    withdrawals.ask(first, campaign=contest.campaign, number=1, reason="Nhầm.")
    with pytest.raises(Forbidden, match="another person"):
        withdrawals.confirm(first, campaign=contest.campaign, number=1)
    with pytest.raises(Conflict, match="already"):
        withdrawals.ask(second, campaign=contest.campaign, number=1, reason="Nhầm.")
    withdrawals.drop(second, campaign=contest.campaign, number=1)
    assert current_release(contest.ctx, campaign_id=contest.campaign.id) is not None
    withdraw(contest, 1)
    with pytest.raises(Conflict):
        withdrawals.confirm(second, campaign=contest.campaign, number=1)
    with pytest.raises(Conflict, match="is not public"):
        withdrawals.ask(first, campaign=contest.campaign, number=1, reason="Nhầm.")
    acts = contest.ctx.session.scalars(sa.select(AuditEvent.action).where(AuditEvent.object_kind == "release")).all()
    assert acts.count("publishing:release:withdraw") == 4


def test_the_second_account_of_one_person_withdraws_nothing(contest: Contest) -> None:
    contest.adopt()
    made = contest.publish()
    withdrawals.ask(contest.staff[0], campaign=contest.campaign, number=made.number, reason="Sai")
    first, second = (contest.ctx.session.get_one(User, ctx.actor.user_id) for ctx in contest.staff)
    first.active, first.merged_into_id = False, second.id
    contest.ctx.session.flush()
    with pytest.raises(Forbidden, match="another person"):
        withdrawals.confirm(contest.staff[1], campaign=contest.campaign, number=made.number)


def test_the_word_of_somebody_who_was_discharged_does_not_count(contest: Contest) -> None:
    contest.adopt()
    contest.publish()
    third = replace(contest.ctx, actor=Actor(contest.make.member(contest.campaign).id))
    withdrawals.ask(third, campaign=contest.campaign, number=1, reason="Nhầm.")
    made = contest.release("Sửa.")
    for user_id in (third.actor.user_id, contest.staff[0].actor.user_id):
        seat = contest.ctx.session.scalars(sa.select(Membership).where(Membership.user_id == user_id)).one()
        discharge(contest.staff[1], campaign=contest.campaign, membership=seat)
    with pytest.raises(Conflict, match="discharged"):
        withdrawals.confirm(contest.staff[1], campaign=contest.campaign, number=1)
    with pytest.raises(Conflict, match="discharged"):
        publish(contest.staff[1], campaign=contest.campaign, number=made.number, digest=made.digest)


# --- what the database refuses --------------------------------------------------------------------------------------


def changes() -> dict[str, sa.Executable]:
    """Ways past the platform by which a published release could be rewritten."""
    return {
        "snapshot": sa.update(Release).values(snapshot="{}"),
        "digest": sa.update(Release).values(digest="0" * 64),
        "note": sa.update(Release).values(number=7),
        "moment": sa.text("UPDATE publishing_release SET published_at = published_at + 1"),
        "back to a draft": sa.text(
            "UPDATE publishing_release SET state = 'draft', confirmed_by = NULL, confirmed_at = NULL,"
            " published_at = NULL, bundle_file_id = NULL"
        ),
        "withdrawn by nobody": sa.text(
            "UPDATE publishing_release SET state = 'withdrawn', withdrawn_at = published_at + 5"
        ),
        "removed": sa.delete(Release),
    }


@pytest.mark.parametrize("way", changes())
def test_a_published_release_is_rewritten_by_no_statement(contest: Contest, way: str) -> None:
    contest.adopt()
    contest.publish()
    with pytest.raises(DBAPIError):
        contest.ctx.session.execute(changes()[way], execution_options={"synchronize_session": False})


def test_a_withdrawal_stays_as_it_was_decided(contest: Contest) -> None:
    contest.adopt()
    contest.publish()
    withdraw(contest, 1)
    contest.ctx.session.commit()
    for statement in (
        sa.update(Withdrawal).values(reason="Không rõ"),
        sa.delete(Withdrawal),
        sa.text("UPDATE publishing_release SET state = 'published', withdrawn_at = NULL"),
    ):
        with pytest.raises(DBAPIError):
            contest.ctx.session.execute(statement, execution_options={"synchronize_session": False})
        contest.ctx.session.rollback()
