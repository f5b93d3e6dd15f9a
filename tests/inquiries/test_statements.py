"""What the committee says to everybody: frequent questions and official information, on the public pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from cuocthi.contributions import Browser
from cuocthi.errors import Conflict, DomainError, Missing
from cuocthi_inquiries.domain.inquiries import reply
from cuocthi_inquiries.domain.statements import edit, move_up, publish, show
from cuocthi_inquiries.models import InquiryState, Statement, StatementKind
from cuocthi_inquiries.queries import statements

from .conftest import BASE, QUESTION, Counter, Office, on_one_database

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from cuocthi.users.models import User

SignIn = Callable[["User"], Browser]
FAQ, CORRECTION = StatementKind.FAQ, StatementKind.CORRECTION


def say(office: Office, heading: str, kind: StatementKind = FAQ, body: str = "Có.") -> Statement:
    return publish(office.staff, campaign=office.campaign, kind=kind, heading=heading, body=body)


def order(office: Office, *, published: bool = False) -> list[str]:
    found = statements(office.ctx, campaign_id=office.campaign.id, kind=FAQ, published=published)
    return [one.heading for one in found]


def test_frequent_questions_stand_in_the_order_that_they_are_given(office: Office) -> None:
    first, second, third = (say(office, heading) for heading in "ABC")
    move_up(office.staff, campaign=office.campaign, kind=FAQ, statement_id=third.id)
    assert order(office) == ["A", "C", "B"]
    move_up(office.staff, campaign=office.campaign, kind=FAQ, statement_id=third.id)
    move_up(office.staff, campaign=office.campaign, kind=FAQ, statement_id=third.id)
    assert order(office) == ["C", "A", "B"]
    show(office.staff, campaign=office.campaign, kind=FAQ, statement_id=first.id, published=False)
    assert (order(office, published=True), order(office)) == (["C", "B"], ["C", "A", "B"])
    show(office.staff, campaign=office.campaign, kind=FAQ, statement_id=first.id, published=True)
    assert order(office, published=True) == ["C", "A", "B"]
    assert second.published


def test_every_change_is_on_record_and_what_changes_nothing_is_not(office: Office) -> None:
    one = say(office, "A")
    for _ in range(2):
        edit(office.staff, campaign=office.campaign, kind=FAQ, statement_id=one.id, heading="A", body="Không.")
        show(office.staff, campaign=office.campaign, kind=FAQ, statement_id=one.id, published=False)
    assert [action for action, _ in office.log()] == [
        "inquiries:faq:publish",
        "inquiries:faq:edit",
        "inquiries:faq:withdraw",
    ]
    assert one.changed_at == office.ctx.now


def test_a_question_becomes_one_public_answer(office: Office, resident: User) -> None:
    inquiry = office.ask(resident)
    publish(office.staff, campaign=office.campaign, kind=FAQ, heading="A", body="B", inquiry_id=inquiry.id)
    with pytest.raises(Conflict):
        publish(office.staff, campaign=office.campaign, kind=FAQ, heading="A", body="B", inquiry_id=inquiry.id)
    elsewhere = office.make.campaign(plugins=("inquiries",))
    with pytest.raises(Missing):
        publish(office.staff, campaign=elsewhere, kind=FAQ, heading="A", body="B", inquiry_id=inquiry.id)


@on_one_database
@pytest.mark.parametrize(
    ("heading", "body", "field"), [("", "B", "heading"), ("A" * 401, "B", "heading"), ("A", " ", "body")]
)
def test_a_text_that_cannot_be_is_refused_at_its_field(office: Office, heading: str, body: str, field: str) -> None:
    with pytest.raises(DomainError) as refusal:
        say(office, heading, body=body)
    assert refusal.value.field == field


@on_one_database
def test_the_public_page_follows_at_once_and_shows_no_raw_html(office: Office, client: FlaskClient) -> None:
    office.ctx.session.commit()
    empty = client.get(BASE)
    assert "Chưa có câu hỏi thường gặp" in empty.text
    assert "Set-Cookie" not in empty.headers
    one = say(office, "Mất mạng có mất bài không?", body="Không.\n\n- Câu đã **lưu** vẫn còn.\n\n<img src=x onerror=y>")
    official = say(
        office, "Không có phí dự thi", CORRECTION, "Ban Tổ chức không thu phí. [Thể lệ](javascript:alert(1))"
    )
    office.ctx.session.commit()
    tag = {"If-None-Match": empty.headers["ETag"]}
    page = client.get(BASE, headers=tag).text
    assert "<strong>lưu</strong>" in page
    assert "<img" not in page
    assert 'href="javascript' not in page
    assert page.index("Không có phí dự thi") < page.index("Mất mạng có mất bài không?")
    front = client.get("/c/hoi-thi/").text
    assert f"{BASE}#faq-{one.id}" in front
    assert f"{BASE}#official-{official.id}" in front
    again = client.get(BASE)
    assert client.get(BASE, headers={"If-None-Match": again.headers["ETag"]}).status_code == 304
    show(office.staff, campaign=office.campaign, kind=FAQ, statement_id=one.id, published=False)
    office.ctx.session.commit()
    assert "Mất mạng" not in client.get(BASE).text + client.get("/c/hoi-thi/").text


def test_from_an_answered_question_to_the_public_page_by_the_pages(
    office: Office, resident: User, sign_in: SignIn, client: FlaskClient
) -> None:
    inquiry = office.ask(resident)
    reply(
        office.staff,
        campaign=office.campaign,
        inquiry_id=inquiry.id,
        state=InquiryState.ANSWERED,
        text="Chọn xã.",
        seen=None,
        vault=office.vault,
    )
    browser = sign_in(office.support)
    there = f"{BASE}staff/faq/new?inquiry_id={inquiry.id}"
    assert there in browser.get(f"{BASE}staff/questions/{inquiry.id}")[1]
    _, page = browser.get(there)
    assert (QUESTION in page, "Chọn xã." in page) == (True, True)
    fields = {"heading": "Chọn đơn vị nào khi đăng ký?", "body": "Người dân chọn xã nơi cư trú."}
    assert browser.post(there, {**fields, "body": ""})[0] == 422
    status, page = browser.post(there, fields)
    assert (status, fields["heading"] in page) == (200, True)
    assert fields["body"] in client.get(BASE).text
    (one,) = statements(office.ctx, campaign_id=office.campaign.id, kind=FAQ)
    office.ctx.session.commit()
    assert f"{BASE}staff/faq/{one.id}" in browser.get(f"{BASE}staff/questions/{inquiry.id}")[1]
    _, page = browser.get(f"{BASE}staff/faq/{one.id}")
    assert fields["body"] in page
    browser.post(f"{BASE}staff/faq/{one.id}", {**fields, "body": "Chọn nơi thường trú."})
    assert "Chọn nơi thường trú." in client.get(BASE).text
    browser.post(f"{BASE}staff/faq/{one.id}/withdraw", {})
    assert "Chọn nơi thường trú." not in client.get(BASE).text
    browser.post(f"{BASE}staff/faq/{one.id}/restore", {})
    assert "Chọn nơi thường trú." in client.get(BASE).text


@on_one_database
def test_official_information_is_for_the_organising_committee(office: Office, sign_in: SignIn) -> None:
    helper, organiser = sign_in(office.support), sign_in(office.organiser)
    assert helper.get(f"{BASE}staff/correction/")[0] == 403
    organiser.get(f"{BASE}staff/correction/new")
    assert organiser.post(f"{BASE}staff/correction/new", {"heading": "A", "body": "B"})[0] == 200


@on_one_database
def test_what_is_of_one_kind_is_not_reached_as_the_other(office: Office, sign_in: SignIn) -> None:
    official = say(office, "A", CORRECTION)
    helper = sign_in(office.support)
    helper.get("/me")
    for path, post in ((f"{official.id}", False), (f"{official.id}/withdraw", True)):
        address = f"{BASE}staff/faq/{path}"
        status, _ = helper.post(address, {}) if post else helper.get(address)
        assert status == 404


@on_one_database
@pytest.mark.parametrize("path", ["", "staff/faq/"])
def test_the_number_of_statements_is_constant(office: Office, sign_in: SignIn, statements: Counter, path: str) -> None:
    browser, counts = sign_in(office.support), []
    browser.get(BASE + path)  # from now on the address is known to be a public one
    for number in (1, 2):
        for _ in range(number):
            say(office, "A")
        office.ctx.session.commit()
        statements()
        # What was published just now is not answered from memory.
        browser.get(BASE + path)
        counts.append(statements())
    assert counts[0] == counts[1]
