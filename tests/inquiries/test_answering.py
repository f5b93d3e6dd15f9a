"""What the committees do with questions: list, answer, pass on, close; and what of it goes on record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.audit.domain import verify
from cuocthi.clock import to_micros
from cuocthi.committees.queries import committees
from cuocthi.contributions import Browser, Role
from cuocthi.errors import Conflict, DomainError, Missing
from cuocthi.messages.domain import content_of
from cuocthi.messages.models import Message
from cuocthi_inquiries.domain.inquiries import pass_on, reply, reveal_contact
from cuocthi_inquiries.models import InquiryState
from cuocthi_inquiries.queries import inquiry_of, waiting

from .conftest import BASE, QUESTION, Counter, Office, on_one_database

if TYPE_CHECKING:
    from cuocthi.committees.models import Committee
    from cuocthi.users.models import User
    from cuocthi_inquiries.models import Inquiry

SignIn = Callable[["User"], Browser]
ANSWER = "Bạn chọn xã, phường, thị trấn nơi cư trú."


def answer(office: Office, inquiry: Inquiry, text: str = ANSWER, state: InquiryState = InquiryState.ANSWERED) -> None:
    reply(
        office.staff,
        campaign=office.campaign,
        inquiry_id=inquiry.id,
        state=state,
        text=text,
        seen=inquiry.replied_at,
        vault=office.vault,
    )


def test_an_answer_can_be_corrected_and_each_of_them_is_on_record(office: Office, resident: User) -> None:
    inquiry = office.ask(resident)
    answer(office, inquiry)
    assert (inquiry.state, inquiry.reply, inquiry.replied_by) == (InquiryState.ANSWERED, ANSWER, office.support.id)
    answer(office, inquiry, "Bạn chọn nơi thường trú.")
    assert office.log() == [("inquiries:question:answer", office.support.id)] * 2
    assert verify(office.ctx) is None


def test_what_is_closed_says_why_and_can_be_answered_after_all(office: Office, resident: User) -> None:
    inquiry = office.ask(resident)
    answer(office, inquiry, "Câu hỏi không liên quan đến Cuộc thi.", InquiryState.CLOSED)
    with pytest.raises(Conflict):
        answer(office, inquiry, "Trùng lặp.", InquiryState.CLOSED)
    answer(office, inquiry)
    assert (inquiry.state, inquiry.reply) == (InquiryState.ANSWERED, ANSWER)


def test_an_answer_over_somebody_elses_is_refused(office: Office, resident: User) -> None:
    inquiry = office.ask(resident)
    answer(office, inquiry)
    with pytest.raises(Conflict):
        reply(
            office.by(office.organiser),
            campaign=office.campaign,
            inquiry_id=inquiry.id,
            state=InquiryState.ANSWERED,
            text="Khác",
            seen=None,
            vault=office.vault,
        )
    assert inquiry.reply == ANSWER


@on_one_database
def test_an_empty_answer_changes_nothing(office: Office, resident: User) -> None:
    inquiry = office.ask(resident)
    with pytest.raises(DomainError):
        answer(office, inquiry, "  ")
    assert (inquiry.state, office.log()) == (InquiryState.OPEN, [])


def test_a_question_is_passed_on_to_committees_that_answer_and_only_while_it_waits(
    office: Office, resident: User
) -> None:
    office.make.member(office.campaign, Role.JURY)
    office.make.member(office.campaign, Role.OVERSIGHT)
    keys = {committee.role: committee.key for committee in committees_of(office)}
    inquiry = office.ask(resident)
    for _ in range(2):
        pass_on(office.staff, campaign=office.campaign, inquiry_id=inquiry.id, committee=keys[Role.JURY])
    assert inquiry.committee == keys[Role.JURY]
    assert office.log() == [("inquiries:question:pass", office.support.id)]
    for wrong in (keys[Role.OVERSIGHT], "nowhere"):
        with pytest.raises(DomainError):
            pass_on(office.staff, campaign=office.campaign, inquiry_id=inquiry.id, committee=wrong)
    answer(office, inquiry)
    with pytest.raises(Conflict):
        pass_on(office.staff, campaign=office.campaign, inquiry_id=inquiry.id, committee=keys[Role.SUPPORT])


def committees_of(office: Office) -> Sequence[Committee]:
    return committees(office.ctx, campaign_id=office.campaign.id)


def test_looking_at_a_contact_goes_on_record(office: Office, resident: User) -> None:
    inquiry = office.ask(None, contact="0912 345 678")
    revealed = reveal_contact(office.staff, campaign=office.campaign, inquiry_id=inquiry.id, vault=office.vault)
    assert revealed == "+84912345678"
    assert office.log() == [("inquiries:question:contact", office.support.id)]
    own = office.ask(resident)
    with pytest.raises(Missing):
        reveal_contact(office.staff, campaign=office.campaign, inquiry_id=own.id, vault=office.vault)


def test_who_left_an_e_mail_address_gets_the_reply_there_and_nobody_else_a_message(
    office: Office, resident: User
) -> None:
    asked = [office.ask(None), office.ask(None, contact="0912 345 678"), office.ask(resident)]
    for inquiry in asked:
        answer(office, inquiry)
    (message,) = office.ctx.session.scalars(sa.select(Message))
    content = content_of(message, office.vault)
    said = " ".join(map(str, content.body))
    assert content.address == "chi.dao@example.vn"
    assert (QUESTION in said, ANSWER in said) == (True, True)
    assert str(asked[0].id) in str(content.subject)


@on_one_database
def test_a_question_of_another_campaign_is_not_there(office: Office, resident: User) -> None:
    inquiry = office.ask(resident)
    other = office.make.campaign(plugins=("inquiries",))
    assert inquiry_of(office.ctx, campaign_id=other.id, inquiry_id=inquiry.id) is None
    with pytest.raises(Missing):
        pass_on(office.staff, campaign=other, inquiry_id=inquiry.id, committee="x")


def test_those_that_are_late_are_counted(office: Office, resident: User) -> None:
    inquiry = office.ask(resident)
    assert waiting(office.ctx, campaign_id=office.campaign.id) == (1, 0)
    late = replace(office.ctx, now=inquiry.due_at)
    assert waiting(late, campaign_id=office.campaign.id) == (1, 1)
    answer(office, inquiry)
    assert waiting(late, campaign_id=office.campaign.id) == (0, 0)


# --- by the pages -----------------------------------------------------------------------------------------------------


def test_the_support_team_answers_by_the_pages(office: Office, resident: User, sign_in: SignIn) -> None:
    inquiry = office.ask(resident)
    inquiry.due_at = office.ctx.now
    browser = sign_in(office.support)
    _, page = browser.get("/c/hoi-thi/staff/")
    assert "1 quá hạn" in page
    assert "Đông Hoàng" in page
    _, page = browser.get(f"{BASE}staff/?state=overdue")
    assert f"{BASE}staff/questions/{inquiry.id}" in page
    there = f"{BASE}staff/questions/{inquiry.id}"
    assert QUESTION in browser.get(there)[1]
    status, page = browser.post(f"{there}/reply", {"seen": "", "text": ""})
    assert (status, "Vui lòng kiểm tra" in page) == (422, True)
    status, page = browser.post(f"{there}/reply", {"seen": "", "text": ANSWER})
    assert (status, ANSWER in page, "Người hỏi đã có thể đọc" in page) == (200, True, True)
    status, page = browser.post(f"{there}/reply", {"seen": "", "text": "Viết đè"})
    assert (status, "Viết đè" in page, "đã có người khác trả lời" in page.lower()) == (409, True, True)
    assert "Viết đè" in page
    office.ctx.session.refresh(inquiry)
    assert inquiry.reply == ANSWER
    seen = str(to_micros(inquiry.replied_at)) if inquiry.replied_at else ""
    office.ctx.session.commit()
    assert browser.post(f"{there}/reply", {"seen": seen, "text": "Sửa lại"})[0] == 200
    assert "Sửa lại" in sign_in(resident).get(f"{BASE}mine")[1]


@on_one_database
def test_closing_and_passing_on_by_the_pages(office: Office, resident: User, sign_in: SignIn) -> None:
    inquiry = office.ask(resident)
    key = next(committee.key for committee in committees_of(office) if committee.role is Role.ORGANISING)
    browser = sign_in(office.support)
    there = f"{BASE}staff/questions/{inquiry.id}"
    browser.get(there)
    assert browser.post(f"{there}/pass", {"committee": key})[0] == 200
    assert f"{BASE}staff/questions/{inquiry.id}" in browser.get(f"{BASE}staff/?committee={key}")[1]
    browser.get(there)
    status, page = browser.post(f"{there}/reply", {"seen": "", "text": "Trùng câu hỏi trước.", "act": "close"})
    assert (status, "Không trả lời" in page) == (200, True)
    office.ctx.session.refresh(inquiry)
    assert inquiry.state is InquiryState.CLOSED


@on_one_database
def test_the_contact_is_shown_once_asked_for(office: Office, sign_in: SignIn) -> None:
    inquiry = office.ask(None, contact="0912 345 678")
    browser = sign_in(office.support)
    there = f"{BASE}staff/questions/{inquiry.id}"
    assert "912345678" not in browser.get(there)[1]
    status, page = browser.post(f"{there}/contact", {})
    assert (status, "+84912345678" in page) == (200, True)
    assert "912345678" not in browser.get(there)[1]


def test_questions_are_found_without_accents(office: Office, resident: User, sign_in: SignIn) -> None:
    office.ask(resident)
    office.ask(None, "Khi nào công bố kết quả?")
    browser = sign_in(office.support)
    _, page = browser.get(f"{BASE}staff/?q=dong+hoang")
    assert ("Đông Hoàng" in page, "công bố kết quả" in page) == (True, False)


@on_one_database
@pytest.mark.parametrize("path", [f"{BASE}staff/", f"{BASE}mine", "/c/hoi-thi/personal", "/c/hoi-thi/staff/"])
def test_the_number_of_statements_is_constant(office: Office, sign_in: SignIn, statements: Counter, path: str) -> None:
    staff_page = "staff" in path
    person = office.support if staff_page else office.make.user()
    if not staff_page:
        office.make.enrolment(office.campaign, user=person)
    browser = sign_in(person)
    counts = []
    for number in (1, 2):
        for _ in range(number):
            office.ask(office.make.user() if staff_page else person)
        office.ctx.session.commit()
        browser.get(path)
        statements()
        assert browser.get(path)[0] == 200
        counts.append(statements())
    assert counts[0] == counts[1]
