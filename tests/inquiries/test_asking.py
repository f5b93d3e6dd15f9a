"""Asking: from the own account or with a contact, once, not too often; and reading the reply."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from cuocthi.campaigns.models import CampaignState
from cuocthi.campaigns.settings import save_settings
from cuocthi.clock import LOCAL_ZONE
from cuocthi.contributions import Browser
from cuocthi.errors import Closed, Conflict, DomainError, Forbidden
from cuocthi.security.personal_data import Undecipherable
from cuocthi_inquiries import queries
from cuocthi_inquiries.domain.inquiries import MAX_WAITING, reply, reveal_contact
from cuocthi_inquiries.models import MAX_QUESTION, Inquiry, InquiryState
from cuocthi_inquiries.settings import OWNER, InquirySettings

from .conftest import BASE, QUESTION, Office, on_one_database

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from cuocthi.users.models import User

SignIn = Callable[["User"], Browser]
CONTACT = "0912 345 678"


def stored(office: Office) -> list[Inquiry]:
    office.ctx.session.rollback()
    return list(office.ctx.session.scalars(sa.select(Inquiry).execution_options(populate_existing=True)))


# --- what is taken ----------------------------------------------------------------------------------------------------


def test_a_question_is_due_as_many_working_days_later_as_the_campaign_promises(office: Office, resident: User) -> None:
    inquiry = office.ask(resident)
    assert inquiry.due_at.astimezone(LOCAL_ZONE).strftime("%d/%m %Hh") == "25/09 17h"
    save_settings(office.staff, owner=OWNER, campaign=office.campaign, value=InquirySettings(working_days=1))
    office.ctx.session.expire(inquiry)
    assert inquiry.due_at.astimezone(LOCAL_ZONE).day == 25, "what was promised stays"
    assert office.ask(resident).due_at.astimezone(LOCAL_ZONE).day == 23


def test_the_same_form_sent_twice_asks_once(office: Office, resident: User) -> None:
    first = office.ask(resident, token="once")
    assert office.ask(resident, "Gửi lại", token="once") is first
    assert first.body == QUESTION


def test_nobody_can_pile_up_questions_and_an_answer_makes_room(office: Office, resident: User) -> None:
    asked = [office.ask(resident) for _ in range(MAX_WAITING)]
    with pytest.raises(Conflict):
        office.ask(resident)
    office.ask(office.make.user())  # others are not limited by it
    reply(
        office.staff,
        campaign=office.campaign,
        inquiry_id=asked[0].id,
        state=InquiryState.ANSWERED,
        text="Chọn xã.",
        seen=None,
        vault=office.vault,
    )
    assert office.ask(resident).is_open


@on_one_database
@pytest.mark.parametrize("body", ["", "  \n ", "x" * (MAX_QUESTION + 1)])
def test_a_question_that_cannot_be_is_refused_at_its_field(office: Office, resident: User, body: str) -> None:
    with pytest.raises(DomainError) as refusal:
        office.ask(resident, body)
    assert refusal.value.field == "body"


@on_one_database
def test_a_contact_that_cannot_be_is_refused_at_its_field(office: Office) -> None:
    with pytest.raises(DomainError) as refusal:
        office.ask(None, contact="gọi tôi nhé")
    assert refusal.value.field == "contact"


@on_one_database
def test_where_one_must_sign_in_strangers_are_refused(office: Office, resident: User) -> None:
    save_settings(office.staff, owner=OWNER, campaign=office.campaign, value=InquirySettings(anonymous=False))
    with pytest.raises(Forbidden):
        office.ask(None)
    assert office.ask(resident).is_open


@on_one_database
def test_in_an_archived_campaign_nothing_is_asked_any_more(office: Office, resident: User) -> None:
    office.campaign.state, office.campaign.archived_at = CampaignState.ARCHIVED, office.ctx.now
    with pytest.raises(Closed):
        office.ask(resident)


def test_the_database_holds_no_contact_in_clear_and_none_that_was_moved_to_another_question(office: Office) -> None:
    one, other = office.ask(None, contact=CONTACT), office.ask(None)
    assert one.contact
    for form in (b"912345678", b"912 345 678"):
        assert form not in one.contact
    other.contact = one.contact
    office.ctx.session.flush()
    with pytest.raises(Undecipherable):
        reveal_contact(office.staff, campaign=office.campaign, inquiry_id=other.id, vault=office.vault)


def test_who_asked_is_a_user_or_has_a_contact(office: Office, resident: User) -> None:
    inquiry = office.ask(None)
    inquiry.user_id = resident.id
    with pytest.raises(sa.exc.IntegrityError):
        office.ctx.session.flush()


# --- by the pages -----------------------------------------------------------------------------------------------------


def form_of(client: FlaskClient) -> dict[str, str]:
    page = client.get(f"{BASE}ask").text
    return {name: re.search(rf'name="{name}"[^>]*value="([^"]+)"', page)[1] for name in ("csrf_token", "token")}  # type: ignore[index]


def send(client: FlaskClient, form: dict[str, str], **fields: str) -> TestResponse:
    return client.post(f"{BASE}ask", data={**form, "body": QUESTION, "contact": CONTACT, **fields})


def test_somebody_without_an_account_asks_and_reads_the_answer_at_the_address_given(
    office: Office, client: FlaskClient
) -> None:
    office.ctx.session.commit()
    form = form_of(client)
    answers = [send(client, form) for _ in range(2)]
    there = answers[0].headers["Location"]
    assert [(answer.status_code, answer.headers["Location"]) for answer in answers] == [(302, there)] * 2
    (inquiry,) = stored(office)
    page = client.get(there).text
    assert "Câu hỏi của bạn đã được gửi tới Ban Tổ chức." in page
    assert "17h00 ngày 25/09/2024" in page
    assert 'content="noindex"' in page
    reply(
        office.staff,
        campaign=office.campaign,
        inquiry_id=inquiry.id,
        state=InquiryState.ANSWERED,
        text="Bạn chọn **xã Đông Hoàng**. <script>alert(1)</script>",
        seen=None,
        vault=office.vault,
    )
    office.ctx.session.commit()
    page = client.get(there).text
    assert "<strong>xã Đông Hoàng</strong>" in page
    assert "<script>alert" not in page
    assert client.get(f"{BASE}asked/another").status_code == 404
    office.make.campaign("khac", plugins=("inquiries",))
    office.ctx.session.commit()
    assert client.get(there.replace("hoi-thi", "khac")).status_code == 404


@on_one_database
def test_what_somebody_typed_is_shown_as_text(office: Office, client: FlaskClient) -> None:
    office.ctx.session.commit()
    there = send(client, form_of(client), body="<b>Đậm</b>\nhai dòng").headers["Location"]
    assert "&lt;b&gt;Đậm&lt;/b&gt;<br>hai dòng" in client.get(there).text


@on_one_database
def test_a_form_with_mistakes_comes_back_with_them_and_with_what_was_typed(office: Office, client: FlaskClient) -> None:
    office.ctx.session.commit()
    answer = send(client, form_of(client), contact="không có")
    assert answer.status_code == 422
    assert "Vui lòng nhập số điện thoại (10 chữ số) hoặc địa chỉ thư điện tử." in answer.text
    assert QUESTION in answer.text
    assert stored(office) == []


@on_one_database
def test_who_has_signed_in_needs_no_contact_and_finds_the_question_among_the_own_ones(
    office: Office, resident: User, sign_in: SignIn
) -> None:
    browser = sign_in(resident)
    _, page = browser.get(f"{BASE}ask")
    assert 'name="contact"' not in page
    token = re.search(r'name="token"[^>]*value="([^"]+)"', page)
    assert token
    status, page = browser.post(f"{BASE}ask", {"token": token[1], "body": QUESTION, "contact": CONTACT})
    assert (status, QUESTION in page) == (200, True)
    (inquiry,) = stored(office)
    assert (inquiry.user_id, inquiry.contact) == (resident.id, None)
    assert QUESTION in browser.get("/c/hoi-thi/personal")[1]
    other = sign_in(office.make.user())
    assert QUESTION not in other.get(f"{BASE}mine")[1]


@on_one_database
def test_a_network_sends_only_so_many_questions_an_hour_and_people_with_accounts_go_on(
    office: Office, resident: User, client: FlaskClient, sign_in: SignIn
) -> None:
    office.ctx.session.commit()
    form = form_of(client)
    assert send(client, form, contact="x").status_code == 422, "what was refused does not count"
    for number in range(20):
        assert send(client, form, token=f"{form['token'][:-2]}{number:02}").status_code == 302
    refused = send(client, form)
    assert refused.status_code == 429
    assert "đăng nhập để đặt câu hỏi" in refused.text
    browser = sign_in(resident)
    _, page = browser.get(f"{BASE}ask")
    token = re.search(r'name="token"[^>]*value="([^"]+)"', page)
    assert token
    assert browser.post(f"{BASE}ask", {"token": token[1], "body": QUESTION})[0] == 200
    assert len(stored(office)) == 21


@on_one_database
def test_where_strangers_may_not_ask_they_are_led_to_sign_in(office: Office, client: FlaskClient) -> None:
    save_settings(office.staff, owner=OWNER, campaign=office.campaign, value=InquirySettings(anonymous=False))
    office.ctx.session.commit()
    assert client.get(f"{BASE}ask").headers["Location"].startswith("/sign-in?next=")
    assert client.post(f"{BASE}ask", data={}).status_code == 400


@on_one_database
def test_an_archived_campaign_says_that_it_takes_no_questions(office: Office, client: FlaskClient) -> None:
    office.campaign.state, office.campaign.archived_at = CampaignState.ARCHIVED, office.ctx.now
    office.ctx.session.commit()
    answer = client.get(f"{BASE}ask")
    assert (answer.status_code, "đã được lưu trữ" in answer.text) == (409, True)
    assert f"{BASE}ask" not in client.get(BASE).text


def test_two_forms_at_the_same_moment_ask_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the other transaction stores between our look and our insert is found, not stored again."""
    first, looks, look = office.ask(None, token="once"), [None], queries.inquiry_by_token

    def late(*arguments: Any, **named: Any) -> Inquiry | None:
        return looks.pop() if looks else look(*arguments, **named)

    monkeypatch.setattr("cuocthi_inquiries.domain.inquiries.inquiry_by_token", late)
    assert office.ask(None, token="once") is first
    assert looks == []
