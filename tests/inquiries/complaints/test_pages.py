"""The pages of complaints: of who complains, of the committees, of everybody; and what they keep to themselves."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.contributions import RuleClause
from cuocthi.testing.browsing import browser_over
from cuocthi.users.domain import start_session
from cuocthi_inquiries.domain import handling
from cuocthi_inquiries.domain.evidence import Sent
from cuocthi_inquiries.models import Complaint, ComplaintState, Outcome

from .conftest import BASE, BODY, PDF_FILE, STAFF, Desk, SignIn, on_one_database

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from cuocthi.clock import FixedClock

pytestmark = on_one_database
Counter = Callable[[], int]


def token_in(page: str) -> str:
    found = re.search(r'name="token"[^>]*value="([^"]+)"', page)
    assert found
    return found[1]


def test_somebody_complains_from_the_provisional_results_and_keeps_the_receipt(desk: Desk, sign_in: SignIn) -> None:
    desk.ctx.session.commit()
    browser = sign_in(desk.people[0].user)
    page = browser.get(f"/c/hoi-thi/rankings/{desk.round.id}/")[1]
    assert "Kiến nghị được tiếp nhận đến" in page
    assert f"complaints/new?round={desk.round.id}" in page
    status, page = browser.get(f"{BASE}new?round={desk.round.id}")
    assert status == 200
    fields = {"token": token_in(page), "round": str(desk.round.id), "about": "result", "body": BODY, "code": ""}
    status, page = browser.post(f"{BASE}new", {**fields, "body": ""})
    assert (status, "Vui lòng kiểm tra" in page) == (422, True)
    status, page = browser.post(f"{BASE}new", {**fields, "code": "khong-co"})
    assert (status, BODY in page) == (422, True), "what was written is kept"
    status, page = browser.post(f"{BASE}new", fields)
    assert (status, "KN-2024-0001" in page, BODY in page) == (200, True, True)
    browser.post(f"{BASE}new", fields)
    desk.ctx.session.rollback()
    (complaint,) = desk.ctx.session.scalars(sa.select(Complaint)).all()
    assert "KN-2024-0001" in browser.get("/c/hoi-thi/personal")[1]
    stranger = sign_in(desk.people[1].user)
    assert stranger.get(f"{BASE}{complaint.id}")[0] == 404
    status, page = sign_in(desk.people[0].user).get(f"{BASE}{complaint.id}")
    assert status == 200


def test_it_is_taken_back_on_its_page(desk: Desk, sign_in: SignIn) -> None:
    complaint = desk.file()
    desk.ctx.session.commit()
    browser = sign_in(desk.people[0].user)
    assert "Rút kiến nghị KN-2024-0001" in browser.get(f"{BASE}{complaint.id}")[1]
    status, page = browser.post(f"{BASE}{complaint.id}/withdraw", {})
    assert (status, "Bạn đã rút kiến nghị" in page) == (200, True)
    assert browser.post(f"{BASE}{complaint.id}/withdraw", {})[0] == 409


def test_late_ones_are_told_before_they_are_written_and_refused_in_words(
    desk: Desk, app: Flask, clock: FixedClock
) -> None:
    desk.settings(complaint_late=False)
    client = signed_in(app, desk)
    page = client.get(f"{BASE}new").text
    crumb = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert crumb
    fields = {"token": token_in(page), "round": str(desk.round.id), "about": "ranking", "body": BODY}
    clock.advance(timedelta(hours=48))
    assert "không còn tiếp nhận kiến nghị" in client.get(f"{BASE}new").text
    answer = client.post(f"{BASE}new", data={**fields, "csrf_token": crumb[1]})
    assert (answer.status_code, BODY in answer.text, "chưa được gửi đi" in answer.text) == (422, True, True)


def test_files_come_along_and_only_the_sender_and_the_committees_open_them(desk: Desk, sign_in: SignIn) -> None:
    complaint = desk.file(files=[Sent("ảnh chụp.pdf", PDF_FILE)])
    file_id = complaint.files[0].file_id
    address, there = f"{BASE}{complaint.id}/files/{file_id}", f"/c/hoi-thi/files/{file_id}/ảnh chụp.pdf"
    content = (200, PDF_FILE.decode())
    sender = sign_in(desk.people[0].user)
    assert sender.get(address) == content
    assert sender.get(there)[0] == 403, "that way is for the committees"
    assert sign_in(desk.people[1].user).get(address)[0] == 404
    supporter = sign_in(desk.supporter)
    assert supporter.get(there) == content
    assert supporter.get(address)[0] == 404


def test_what_is_handed_out_is_not_kept_by_browsers(desk: Desk, app: Flask) -> None:
    complaint = desk.file(files=[Sent("a.pdf", PDF_FILE)])
    answer = signed_in(app, desk).get(f"{BASE}{complaint.id}/files/{complaint.files[0].file_id}")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Content-Disposition"].startswith("attachment")


def signed_in(app: Flask, desk: Desk) -> FlaskClient:
    """The first of the people, in a client that sends files."""
    client = app.test_client()
    token = start_session(desk.ctx, user_id=desk.people[0].user_id, device="test", hours=200)
    desk.ctx.session.commit()
    browser_over(client, session_token=token)
    return client


def test_a_file_is_sent_by_the_form(desk: Desk, app: Flask) -> None:
    client = signed_in(app, desk)
    page = client.get(f"{BASE}new").text
    crumb = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert crumb
    fields = {"token": token_in(page), "round": str(desk.round.id), "about": "award", "body": BODY}
    files = [(io.BytesIO(PDF_FILE), f"{number}.pdf") for number in range(2)]
    answer = client.post(f"{BASE}new", data={**fields, "csrf_token": crumb[1], "evidence": files})
    assert answer.status_code == 303
    desk.ctx.session.rollback()
    assert [held.file.name for held in desk.ctx.session.scalars(sa.select(Complaint)).one().files] == ["0.pdf", "1.pdf"]


def test_who_does_not_take_part_is_told_where_to_write(desk: Desk, sign_in: SignIn) -> None:
    desk.ctx.session.commit()
    browser = sign_in(desk.make.user())
    desk.ctx.session.commit()
    status, page = browser.get(f"{BASE}new")
    assert (status, "Chỉ người dự thi" in page, "Sở Thông tin" in page) == (200, True, True)
    browser.get("/me")
    assert browser.post(f"{BASE}new", {})[0] == 409


def test_everybody_sees_number_state_and_dates_and_nothing_else(desk: Desk, client: FlaskClient) -> None:
    desk.ctx.session.commit()
    assert "Chưa có kiến nghị nào." in client.get(BASE).text
    desk.file(code=desk.people[1].code)
    desk.ctx.session.commit()
    page = client.get(BASE).text
    assert "KN-2024-0001" in page
    assert "Đã tiếp nhận" in page
    for secret in (BODY, desk.people[0].name, desk.people[0].code, desk.people[1].code, desk.round.title):
        assert secret not in page


# --- committees ---


def test_one_is_given_written_sent_back_approved_and_read_by_its_sender(desk: Desk, sign_in: SignIn) -> None:
    complaint = desk.file()
    desk.ctx.session.commit()
    address = f"{STAFF}{complaint.id}"
    organiser = sign_in(desk.organiser)
    assert BODY in organiser.get(address)[1]
    status, page = organiser.post(f"{address}/assign", {"seen": "", "handler": str(desk.supporter.id)})
    assert (status, "Đang giải quyết" in page) == (200, True)
    supporter = sign_in(desk.supporter)
    assert "Viết trả lời" in supporter.get(address)[1]
    written = {"seen": "", "outcome": "upheld", "text": "Đã kiểm tra nhật ký, bài nộp lúc 16h58."}
    assert supporter.post(f"{address}/answer", {**written, "text": ""})[0] == 422
    status, page = supporter.post(f"{address}/answer", written)
    assert (status, "Chờ duyệt" in page) == (200, True)
    assert "16h58, sai" not in page
    desk.ctx.session.rollback()
    sender = sign_in(desk.people[0].user)
    assert "Đã kiểm tra nhật ký" not in sender.get(f"{BASE}{complaint.id}")[1], "it is not given yet"
    juror = sign_in(desk.jurors[0])
    page = juror.get(address)[1]
    seen = re.search(r'name="seen"[^>]*value="(\d+)"', page)
    assert seen
    assert juror.post(f"{address}/send-back", {"seen": seen[1], "reason": ""})[0] == 422
    assert juror.post(f"{address}/approve", {"seen": "1"})[0] == 409
    status, page = juror.post(f"{address}/approve", {"seen": seen[1]})
    assert (status, "Đã trả lời" in page) == (200, True)
    page = sign_in(desk.people[0].user).get(f"{BASE}{complaint.id}")[1]
    assert "Đã kiểm tra nhật ký" in page
    assert "Chấp nhận kiến nghị" in page


def test_that_one_was_read_is_on_record_also_where_a_form_came_back(desk: Desk, sign_in: SignIn) -> None:
    complaint = desk.file()
    desk.ctx.session.commit()
    complaint_id = complaint.id
    looks = sa.select(AuditEvent.object_id).where(AuditEvent.action == "inquiries:complaint:view")
    browser = sign_in(desk.jurors[0])
    browser.get(STAFF)
    assert BODY not in browser.get(STAFF)[1]
    assert desk.ctx.session.scalars(looks).all() == []
    desk.ctx.session.rollback()
    browser.get("/me")
    status, page = browser.post(f"{STAFF}{complaint_id}/touched", {"codes": "khong-co"})
    assert (status, BODY in page) == (422, True)
    assert desk.ctx.session.scalars(looks).all() == [complaint_id]


def test_one_from_paper_is_registered_by_staff(desk: Desk, sign_in: SignIn) -> None:
    desk.ctx.session.commit()
    browser = sign_in(desk.supporter)
    page = browser.get(f"{STAFF}new")[1]
    fields = {
        "token": token_in(page),
        "round": str(desk.round.id),
        "about": "award",
        "body": BODY,
        "sender": "Bà Nguyễn Hoàng Phương Thảo Anh, thôn Đông, xã Đông Hoàng",
        "came_on": "2024-09-20",
    }
    assert browser.post(f"{STAFF}new", {**fields, "came_on": "2024-09-21"})[0] == 422
    status, page = browser.post(f"{STAFF}new", fields)
    assert (status, "KN-2024-0001" in page, "Bà Nguyễn Hoàng Phương Thảo Anh" in page) == (200, True, True)
    assert sign_in(desk.people[0].user).get(f"{STAFF}new")[0] == 403


def test_two_persons_declare_on_the_page_that_it_touches_no_candidate(desk: Desk, sign_in: SignIn) -> None:
    complaint = desk.file()
    desk.ctx.session.commit()
    address = f"{STAFF}{complaint.id}/harmless"
    first = sign_in(desk.jurors[0])
    first.get(f"{STAFF}{complaint.id}")
    assert first.post(address, {"reason": ""})[0] == 422
    assert first.post(address, {"reason": "Cách giải xa"})[0] == 200
    assert first.post(address, {"reason": "Cách giải xa"})[0] == 409
    second = sign_in(desk.jurors[1])
    second.get(f"{STAFF}{complaint.id}")
    assert "Không ảnh hưởng người được giải" in second.post(address, {})[1]
    assert second.post(address, {"act": "back"})[0] == 200
    desk.ctx.session.expire_all()
    assert desk.ctx.session.get_one(Complaint, complaint.id).harmless_at is None


def test_lists_take_the_same_number_of_statements_whatever_is_in_them(
    desk: Desk, sign_in: SignIn, statements: Counter
) -> None:
    supporter, counts = sign_in(desk.supporter), []
    supporter.get(BASE)  # from now on the address is known to be a public one
    for people in (desk.people[:1], desk.people[1:]):
        for person in people:
            desk.file(person)
        desk.ctx.session.commit()
        statements()
        assert supporter.get(STAFF)[0] == 200
        counts.append(statements())
        assert supporter.get(BASE)[0] == 200
        counts.append(statements())
    assert counts[:2] == counts[2:]


def test_the_list_is_narrowed(desk: Desk, sign_in: SignIn) -> None:
    first = desk.file()
    second = desk.assign(desk.file(desk.people[1]), desk.jurors[0])
    handling.answer(
        desk.by(desk.jurors[0]),
        campaign=desk.campaign,
        complaint_id=second.id,
        outcome=Outcome.UPHELD,
        text="Đồng ý",
        files=[],
        seen=None,
        folder=desk.config.files,
        post=desk.post,
    )
    desk.ctx.session.commit()
    browser = sign_in(desk.organiser)
    for query, found in (
        ("state=received", {first.name}),
        ("state=approval", {second.name}),
        ("state=overdue", set()),
        (f"round={desk.round.id}", {first.name, second.name}),
    ):
        page = browser.get(f"{STAFF}?{query}")[1]
        assert set(re.findall(r">(KN-2024-\d+)</a>", page)) == found, query


def test_how_complaints_are_taken_is_set_and_stands_in_the_rules(desk: Desk, sign_in: SignIn) -> None:
    desk.ctx.session.commit()
    browser = sign_in(desk.organiser)
    address = "/c/hoi-thi/staff/settings/inquiries"
    browser.get(address)
    fields = {"anonymous": "y", "working_days": "3", "addresses": "", "complaint_extra_hours": "12"}
    fields |= {"complaint_award_hours": "24", "complaint_working_days": "7"}
    assert browser.post(address, fields)[0] == 200
    desk.ctx.session.rollback()
    clauses = desk.ctx.hooks.collect(desk.ctx, desk.campaign, "rule_clauses", RuleClause, write=str)
    body = next(clause.body for clause in clauses if clause.key == "complaints")
    for said in ("12 more hours", "24 hours after the awards", "is not taken", "within 7 working days", "not adopted"):
        assert said in body


def test_a_state_that_is_through_offers_nothing_any_more(desk: Desk, sign_in: SignIn) -> None:
    complaint = desk.file()
    complaint.state, complaint.withdrawn_at = ComplaintState.WITHDRAWN, desk.ctx.now
    desk.ctx.session.commit()
    page = sign_in(desk.organiser).get(f"{STAFF}{complaint.id}")[1]
    assert "Phân công giải quyết" not in page
    assert "Xác nhận không ảnh hưởng" not in page
