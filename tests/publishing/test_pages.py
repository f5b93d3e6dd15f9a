"""The pages: what everybody sees before and after, the preview, and the way of a release through two persons."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.contributions import Browser, Role
from cuocthi.files.models import StoredFile
from cuocthi.jobs.models import Job, JobState
from cuocthi.jobs.work import run_job
from cuocthi.testing.browsing import browser_over
from cuocthi.testing.tampering import unguard
from cuocthi.timelines.localtime import moment_on
from cuocthi.timelines.models import PhaseKind
from cuocthi.users.domain import start_session
from cuocthi_publishing.domain import withdrawals
from cuocthi_publishing.domain.stored import snapshot_of
from cuocthi_publishing.jobs import build_bundle
from cuocthi_publishing.models import Approval, Release
from cuocthi_publishing.outputs.registry import OUTPUTS

from .conftest import NAMES, Contest
from .test_standing import TODAY, agree, at

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from cuocthi.clock import FixedClock

BASE = "/c/hoi-thi/publishing/"
#: The form for a new release with everything ticked, as it comes by default.
EVERYTHING = {
    **dict.fromkeys(("awards", "units", "statistics", "documents", "news", "notices"), "y"),
    "depth": "0",
    "sections": "sprint-fastest",
}


@pytest.fixture
def sign_in(contest: Contest, app: Flask) -> Callable[[int], Browser]:
    """Browsers in which somebody has signed in."""

    def signed_in(user_id: int) -> Browser:
        token = start_session(contest.ctx, user_id=user_id, device="test", hours=24)
        contest.ctx.session.commit()
        return browser_over(app.test_client(), session_token=token)

    return signed_in


@pytest.fixture
def persons(contest: Contest, sign_in: Callable[[int], Browser]) -> tuple[Browser, Browser]:
    """The two organisers' browsers."""
    first, second = (sign_in(ctx.actor.user_id or 0) for ctx in contest.staff)
    return first, second


def only_release(contest: Contest) -> Release:
    release = contest.ctx.session.scalars(sa.select(Release).execution_options(populate_existing=True)).one()
    # Ends the transaction, so that the pages can write again.
    contest.ctx.session.commit()
    return release


# --- before ---------------------------------------------------------------------------------------------------------


def test_before_there_is_a_release_the_page_says_when_to_expect_it(contest: Contest, client: FlaskClient) -> None:
    contest.ctx.session.commit()
    page = client.get(BASE).text
    assert "Kết quả chưa được công bố." in page
    assert "sau khi Ban Tổ chức thông qua" in page
    start = contest.ctx.now + timedelta(days=3)
    contest.make.phase(contest.campaign, PhaseKind.JUDGING, closes_at=start + timedelta(hours=1))
    contest.make.phase(contest.campaign, PhaseKind.CEREMONY, opens_at=start, closes_at=start + timedelta(days=1))
    contest.campaign.version += 1
    contest.ctx.session.commit()
    assert "Dự kiến công bố lúc 12h00 ngày 23/09/2024." in client.get(BASE).text


def test_a_draft_is_not_public(contest: Contest, client: FlaskClient) -> None:
    contest.adopt()
    contest.release()
    contest.ctx.session.commit()
    assert "chưa được công bố" in client.get(BASE).text
    assert client.get(f"{BASE}release/1/").status_code == 404
    assert NAMES[0] not in client.get("/c/hoi-thi/").text


@pytest.mark.parametrize("path", ["releases", "releases/1/", "releases/1/units", "releases/1/file"])
def test_staff_pages_are_for_staff(contest: Contest, sign_in: Callable[[int], Browser], app: Flask, path: str) -> None:
    contest.adopt()
    contest.release()
    stranger = sign_in(contest.people[0].user_id)
    assert app.test_client().get(BASE + path).headers["Location"].startswith("/sign-in?")
    assert stranger.get(BASE + path)[0] == 403


def test_who_only_helps_makes_releases_but_does_not_publish(
    contest: Contest, sign_in: Callable[[int], Browser], app: Flask
) -> None:
    contest.adopt()
    helper = sign_in(contest.make.member(contest.campaign, Role.SUPPORT).id)
    helper.get(f"{BASE}releases")
    status, page = helper.post(f"{BASE}releases", EVERYTHING)
    assert (status, "Đã lập bản công bố số 1" in page, "Xác nhận và công bố" in page) == (200, True, False)
    assert helper.post(f"{BASE}releases/1/confirm", {"digest": only_release(contest).digest})[0] == 403
    watching = sign_in(contest.make.member(contest.campaign, Role.OVERSIGHT).id)
    watching.get("/me")
    assert watching.post(f"{BASE}releases", EVERYTHING)[0] == 403


# --- a release through two persons ----------------------------------------------------------------------------------


def test_from_the_release_to_the_bundle_by_forms_alone(
    contest: Contest, persons: tuple[Browser, Browser], app: Flask, client: FlaskClient
) -> None:
    first, second = persons
    assert "Chưa có bảng xếp hạng nào được thông qua." in first.get(f"{BASE}releases")[1]
    contest.adopt()
    contest.ctx.session.commit()
    first.get(f"{BASE}releases")
    status, page = first.post(f"{BASE}releases", EVERYTHING)
    assert (status, "cần một người khác xác nhận" in page, "Xác nhận và công bố" in page) == (200, True, False)
    digest = only_release(contest).digest
    assert first.post(f"{BASE}releases/1/confirm", {"digest": digest})[0] == 403
    assert "Xác nhận và công bố" in second.get(f"{BASE}releases")[1]
    assert second.post(f"{BASE}releases/1/confirm", {"digest": "0" * 64})[0] == 409
    status, page = second.post(f"{BASE}releases/1/confirm", {"digest": digest})
    assert (status, "Đã công bố bản số 1" in page, "Gói công bố đang được tạo" in page) == (200, True, True)
    job = contest.ctx.session.scalars(sa.select(Job).where(Job.kind == "publishing.bundle")).one()
    contest.ctx.session.commit()
    assert run_job(app, job.id)
    assert client.get(f"{BASE}releases/1/file").status_code == 302
    _, page = second.get(f"{BASE}releases")
    assert "Tải gói công bố" in page
    public = client.get(BASE).text
    assert NAMES[0] in public
    assert digest in public
    assert f'href="{BASE}release/1/bundle.zip"' in public
    bundle = client.get(f"{BASE}release/1/bundle.zip")
    assert "hoi-thi-1.zip" in bundle.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(bundle.data)) as archive:
        assert archive.read("data.json").decode() == only_release(contest).snapshot


def test_a_correction_without_its_note_is_sent_back(contest: Contest, persons: tuple[Browser, Browser]) -> None:
    contest.adopt()
    contest.publish()
    contest.ctx.session.commit()
    first, _ = persons
    first.get(f"{BASE}releases")
    status, page = first.post(f"{BASE}releases", {**EVERYTHING, "note": " "})
    assert status == 422
    assert "vui lòng nêu bản mới thay đổi gì và vì sao" in page
    status, page = first.post(f"{BASE}releases", {**EVERYTHING, "note": "x" * 401})
    assert status == 422


def test_a_form_without_its_token_changes_nothing(contest: Contest, app: Flask) -> None:
    contest.adopt()
    token = start_session(contest.ctx, user_id=contest.staff[0].actor.user_id or 0, device="test", hours=1)
    contest.ctx.session.commit()
    client = app.test_client()
    browser_over(client, session_token=token)
    assert client.post(f"{BASE}releases", data={}).status_code == 400
    assert contest.ctx.session.scalar(sa.select(sa.func.count()).select_from(Release)) == 0


# --- what everybody sees afterwards ---------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["", "awards", "units", "statistics", "documents"])
def test_the_preview_is_what_everybody_sees(
    contest: Contest, persons: tuple[Browser, Browser], client: FlaskClient, key: str
) -> None:
    contest.adopt()
    made = contest.release()
    contest.ctx.session.commit()
    before = article(persons[1].get(f"{BASE}releases/1/{key}")[1])
    persons[1].get(f"{BASE}releases")
    persons[1].post(f"{BASE}releases/1/confirm", {"digest": made.digest})
    after = article(client.get(BASE + key).text)
    assert before.replace(f"{BASE}releases/1/", BASE) == after
    assert made.digest in after


def test_what_ends_at_midnight_ends_on_the_day_before(contest: Contest, client: FlaskClient) -> None:
    ceremony = moment_on(date(2024, 10, 10), "00:00"), moment_on(date(2024, 10, 10), "24:00")
    contest.make.phase(contest.campaign, PhaseKind.CEREMONY, opens_at=ceremony[0], closes_at=ceremony[1])
    contest.adopt()
    contest.publish()
    contest.ctx.session.commit()
    assert "<dd>10/10/2024</dd>" in client.get(f"{BASE}documents").text


def article(page: str) -> str:
    start, end = page.index("<article"), page.index("</article>")
    return page[start:end]


def test_both_releases_of_a_correction_lead_to_one_another(contest: Contest, client: FlaskClient) -> None:
    contest.adopt()
    contest.publish()
    contest.publish("Sửa tên một đơn vị.")
    contest.ctx.session.commit()
    new, old = client.get(BASE).text, client.get(f"{BASE}release/1/").text
    assert "Đây là bản đính chính." in new
    assert f'<a href="{BASE}release/1/">' in new
    assert "Bản công bố này đã được đính chính." in old
    assert f'<a href="{BASE}release/2/">' in old
    for page in (new, old):
        assert "Sửa tên một đơn vị." in page
    assert f'href="{BASE}release/1/units"' in old


def test_what_changes_after_the_publication_is_said_on_its_pages_and_changes_nothing_there(
    contest: Contest, client: FlaskClient, persons: tuple[Browser, Browser]
) -> None:
    contest.adopt()
    contest.publish()
    contest.ctx.session.commit()
    said = "Có thay đổi sau khi công bố"
    before = client.get(BASE).text
    assert said not in before + persons[0].get(f"{BASE}releases")[1]
    contest.post([1] * len(contest.people))
    contest.campaign.renew_pages()
    contest.ctx.session.commit()
    after = client.get(BASE).text
    assert said in after
    assert "căn cứ của nó đã thay đổi" in after
    assert article(after) == article(before)
    assert said in persons[0].get(f"{BASE}releases")[1]
    contest.adopt([1] * len(contest.people))
    contest.ctx.session.commit()
    assert "Đã có phiên bản khác của bảng xếp hạng" in client.get(BASE).text
    contest.publish("Chấm lại sau kiến nghị.")
    contest.ctx.session.commit()
    assert said not in client.get(BASE).text


def test_a_page_without_sections_is_not_there(contest: Contest, client: FlaskClient) -> None:
    contest.campaign.plugins = ["sprint", "publishing"]
    contest.adopt()
    contest.publish()
    contest.ctx.session.commit()
    assert client.get(f"{BASE}awards").status_code == 404
    assert f'href="{BASE}awards"' not in client.get(BASE).text
    assert client.get(f"{BASE}units").status_code == 200
    contest.campaign.plugins = ["sprint", "honours"]
    contest.ctx.session.commit()
    assert client.get(BASE).status_code == 404


def test_public_pages_carry_a_tag_and_no_cookie(contest: Contest, app: Flask) -> None:
    contest.adopt()
    release = contest.publish()
    contest.ctx.session.commit()
    client = app.test_client()
    first = client.get(BASE)
    assert "Set-Cookie" not in first.headers
    assert "csrf" not in first.text
    tag = first.headers["ETag"]
    again = client.get(BASE, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    with app.app_context():
        build_bundle(contest.ctx, {"release_id": release.id}, lambda _done, _total: None)
    contest.ctx.session.commit()
    changed = client.get(BASE, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert "bundle.zip" in changed.text


def test_the_campaign_page_leads_to_the_results_once_published(contest: Contest, client: FlaskClient) -> None:
    contest.ctx.session.commit()
    assert "Xem kết quả" not in client.get("/c/hoi-thi/").text
    contest.adopt()
    contest.publish()
    contest.ctx.session.commit()
    page = client.get("/c/hoi-thi/").text
    assert "Kết quả được công bố lúc 12h00 ngày 20/09/2024." in page
    assert f'href="{BASE}"' in page


def test_a_reader_of_english_reads_the_campaigns_language_inside(contest: Contest, client: FlaskClient) -> None:
    contest.adopt()
    contest.publish()
    contest.ctx.session.commit()
    page = client.get(f"{BASE}awards?lang=en", follow_redirects=True).text
    assert '<html lang="en"' in page
    assert '<article lang="vi">' in page
    assert "Danh sách đạt giải" in page


@pytest.mark.parametrize("path", ["", "units", "release/1/", "releases"])
def test_the_number_of_statements_is_constant(
    contest: Contest,
    persons: tuple[Browser, Browser],
    statements: Callable[[], int],
    path: str,
) -> None:
    contest.adopt()
    contest.publish()
    contest.ctx.session.commit()
    persons[0].get(BASE + path)
    statements()
    persons[0].get(BASE + path)
    one = statements()
    contest.publish("Thêm lần nữa.")
    contest.publish("Và lần nữa.")
    contest.ctx.session.commit()
    statements()
    persons[0].get(BASE + path)
    assert statements() == one


# --- the background work --------------------------------------------------------------------------------------------


def test_building_twice_keeps_one_file(contest: Contest, app: Flask) -> None:
    contest.adopt()
    release = contest.publish()
    contest.ctx.session.commit()
    steps: list[tuple[int, int]] = []
    with app.app_context():
        answers = [
            build_bundle(contest.ctx, {"release_id": release.id}, lambda done, total: steps.append((done, total)))
            for _ in range(2)
        ]
    assert answers == [{"release": 1, "file": release.bundle_file_id}] * 2
    assert contest.ctx.session.scalar(sa.select(sa.func.count()).select_from(StoredFile)) == 1
    assert steps[-1] == (len(OUTPUTS), len(OUTPUTS))


def test_nothing_is_held_while_a_bundle_is_made(contest: Contest, app: Flask) -> None:
    """It may take a minute, in which others save their answers."""
    contest.adopt()
    release = contest.publish()
    held: list[bool] = []
    with app.app_context():
        build_bundle(
            contest.ctx,
            {"release_id": release.id},
            lambda _done, _total: held.append(contest.ctx.session.in_transaction()),
        )
    assert set(held) == {False}


def test_a_bundle_that_failed_can_be_asked_for_again(
    contest: Contest, persons: tuple[Browser, Browser], app: Flask
) -> None:
    contest.adopt()
    release = contest.publish()
    kept = release.snapshot
    unguard(contest.ctx, "publishing_release")
    contest.ctx.session.execute(sa.update(Release).values(snapshot="{}"))
    contest.ctx.session.commit()
    job = contest.ctx.session.scalars(sa.select(Job)).one()
    contest.ctx.session.commit()
    run_job(app, job.id)
    contest.ctx.session.refresh(job)
    assert job.state is JobState.FAILED
    contest.ctx.session.execute(sa.update(Release).values(snapshot=kept))
    contest.ctx.session.commit()
    persons[0].get(f"{BASE}releases")
    status, page = persons[0].post(f"{BASE}releases/1/bundle", {})
    assert status == 200
    assert "Tạo gói công bố" in page
    newest = contest.ctx.session.scalars(sa.select(Job).order_by(Job.id.desc())).first()
    contest.ctx.session.commit()
    assert newest is not None
    run_job(app, newest.id)
    assert only_release(contest).bundle_file_id is not None
    assert snapshot_of(only_release(contest))["release"]["number"] == 1


# --- choosing, scheduling, withdrawing, by forms --------------------------------------------------------------------


def test_what_was_chosen_goes_out_at_the_moment_that_was_entered(
    contest: Contest, persons: tuple[Browser, Browser], clock: FixedClock, client: FlaskClient
) -> None:
    contest.adopt()
    contest.ctx.session.commit()
    first, second = persons
    page = first.get(f"{BASE}releases")[1]
    assert "Nhanh nhất" in page
    assert "Theo thể lệ đã ban hành, chỉ công bố người đạt giải." in page
    chosen = {"awards": "y", "depth": "0", "day": "2024-09-20", "clock": "17:00:30"}
    assert (
        "vui lòng chọn ngày" in first.post(f"{BASE}releases", {"awards": "y", "depth": "0", "clock": "17h"})[1].lower()
    )
    assert first.post(f"{BASE}releases", {**chosen, "clock": "11h59"})[0] == 422
    assert first.post(f"{BASE}releases", {**chosen, "depth": "3"})[0] == 422
    assert first.post(f"{BASE}releases", {"depth": "0"})[0] == 422
    status, page = first.post(f"{BASE}releases", chosen)
    assert (status, "Công bố lúc 17:00:30 ngày 20/09/2024, không sớm hơn." in page) == (200, True)
    release = only_release(contest)
    assert [one["page"] for one in snapshot_of(release)["sections"]] == ["awards"]
    contest.ctx.session.commit()
    second.get(f"{BASE}releases")
    status, page = second.post(f"{BASE}releases/1/confirm", {"digest": release.digest})
    assert (status, "tự động được công bố đúng thời điểm" in page, "Dừng công bố" in page) == (200, True, True)
    assert NAMES[0] not in client.get(BASE).text
    clock.move_to(datetime(2024, 9, 20, 10, 0, 30, tzinfo=UTC))
    assert NAMES[0] in client.get(BASE).text
    assert second.post(f"{BASE}releases/1/call-off", {})[0] == 409


def test_a_release_is_withdrawn_by_forms_of_two(
    contest: Contest, persons: tuple[Browser, Browser], client: FlaskClient
) -> None:
    contest.adopt()
    contest.publish()
    contest.ctx.session.commit()
    first, second = persons
    assert "Thu hồi bản công bố số 1" in first.get(f"{BASE}releases/1/withdrawal")[1]
    assert first.post(f"{BASE}releases/1/withdrawal", {"reason": ""})[0] == 422
    status, page = first.post(f"{BASE}releases/1/withdrawal", {"reason": "Nhầm danh sách."})
    assert (status, "Có đề nghị thu hồi bản công bố số 1" in page) == (200, True)
    assert f"{BASE}releases/1/withdrawal/confirm" not in page
    assert f"{BASE}releases/1/withdrawal/confirm" in second.get(f"{BASE}releases")[1]
    status, page = second.post(f"{BASE}releases/1/withdrawal/confirm", {})
    assert (status, "Đã thu hồi bản công bố số 1" in page) == (200, True)
    assert "Nhầm danh sách." in client.get(BASE).text
    assert NAMES[0] in first.get(f"{BASE}releases/1/")[1], "staff still see what it was"


def test_statistics_are_agreed_to_by_forms_of_two(contest: Contest, persons: tuple[Browser, Browser]) -> None:
    contest.ctx.session.commit()
    first, second = persons
    assert "Chưa có lịch công bố định kỳ." in first.get(f"{BASE}standing")[1]
    terms = {"groups": "core", "clocks": "11h00, 17h30", "first_day": "2024-09-20", "last_day": "2024-10-05"}
    assert first.post(f"{BASE}standing", {**terms, "clocks": "11g"})[0] == 422
    status, page = first.post(f"{BASE}standing", terms)
    assert (status, "11h00, 17h30" in page, "chờ người thứ hai xác nhận" in page) == (200, True, True)
    approval_id = contest.ctx.session.scalars(sa.select(Approval.id)).one()
    contest.ctx.session.commit()
    assert first.post(f"{BASE}standing/{approval_id}/confirm", {})[0] == 403
    second.get(f"{BASE}standing")
    status, page = second.post(f"{BASE}standing/{approval_id}/confirm", {})
    assert (status, "đang áp dụng" in page) == (200, True)
    status, page = second.post(f"{BASE}standing/{approval_id}/revoke", {})
    assert (status, "chấm dứt lúc" in page) == (200, True)


def test_everybody_finds_the_keys_and_how_to_check(contest: Contest, client: FlaskClient, app: Flask) -> None:
    contest.adopt()
    release = contest.publish()
    with app.app_context():
        build_bundle(contest.ctx, {"release_id": release.id}, lambda _done, _total: None)
    contest.ctx.session.commit()
    keys = client.get(f"{BASE}keys.json").json
    assert keys
    assert keys[-1]["id"] == release.signed_with
    page = client.get(f"{BASE}check").text
    assert keys[-1]["pem"] in page
    assert f"#{BASE}keys.json" in page
    assert release.digest in page


def test_old_releases_and_withdrawals_are_found_however_many_statistics_went_out(
    contest: Contest, persons: tuple[Browser, Browser], monkeypatch: pytest.MonkeyPatch, clock: FixedClock
) -> None:
    contest.adopt()
    first = contest.publish()
    agree(contest, clocks=tuple(f"{hour}h00" for hour in range(24)))
    withdrawals.ask(contest.staff[0], campaign=contest.campaign, number=first.number, reason="Sai tên một người.")
    monkeypatch.setattr("cuocthi_publishing.views.releases._PER_PAGE", 2)
    for hour in (13, 14, 15):
        assert at(contest, clock, TODAY, f"{hour}:00:01") == 1
    contest.ctx.session.commit()
    page = persons[1].get(f"{BASE}releases")[1]
    assert "Bản công bố số 1</strong>" in page
    assert "Sai tên một người." in page
    assert "Bản công bố số 2</strong>" not in page
    assert "Bản công bố số 2</strong>" in persons[1].get(f"{BASE}releases?statistics-page=2")[1]
