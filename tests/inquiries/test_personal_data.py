"""Who asked is told what was asked, and is forgotten with it; what was answered in public stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.contributions import Erasure, Person
from cuocthi_inquiries.domain.inquiries import reply
from cuocthi_inquiries.domain.personal_data import GONE, erase, export
from cuocthi_inquiries.models import InquiryState

from .conftest import QUESTION, Office

if TYPE_CHECKING:
    from cuocthi.users.models import User


def answer(office: Office, inquiry_id: int) -> None:
    reply(
        office.staff,
        campaign=office.campaign,
        inquiry_id=inquiry_id,
        state=InquiryState.ANSWERED,
        text="Chọn xã Đông Hoàng.",
        seen=None,
        vault=office.vault,
    )


def test_people_read_what_they_asked_and_nobody_elses(office: Office, resident: User) -> None:
    answer(office, office.ask(resident).id)
    office.ask(office.make.user(), "Khác")
    [part] = export(office.ctx, campaign=office.campaign, person=Person(resident.id, None))
    assert [row[0] for row in part.rows] == [QUESTION]
    assert part.rows[0][2] == "Chọn xã Đông Hoàng."
    assert part.kept is None


def test_who_withdraws_is_forgotten_with_the_question_and_the_reply_stays(office: Office, resident: User) -> None:
    answered, waiting = office.ask(resident), office.ask(resident)
    other, anonymous = office.ask(office.make.user()), office.ask(None)
    answer(office, answered.id)
    people = [Person(resident.id, None)]
    for _ in range(2):
        erase(office.ctx, campaign=office.campaign, people=people, erasure=Erasure.WITHDRAWAL)
    office.ctx.session.expire_all()
    for inquiry in (answered, waiting):
        assert (inquiry.user_id, inquiry.body, inquiry.search) == (None, GONE, "")
    assert (answered.state, answered.reply) == (InquiryState.ANSWERED, "Chọn xã Đông Hoàng.")
    assert (waiting.state, waiting.reply, waiting.replied_at) == (InquiryState.CLOSED, GONE, office.ctx.now)
    assert other.body == anonymous.body == QUESTION
    assert anonymous.contact is not None


def test_what_was_asked_with_an_account_that_was_merged_into_this_one_is_forgotten_too(
    office: Office, resident: User
) -> None:
    second = office.make.user()
    inquiry = office.ask(second)
    second.active, second.merged_into_id = False, resident.id
    erase(office.ctx, campaign=office.campaign, people=[Person(resident.id, None)], erasure=Erasure.WITHDRAWAL)
    office.ctx.session.expire_all()
    assert (inquiry.user_id, inquiry.body) == (None, GONE)


def test_after_a_campaigns_time_nobody_who_asked_is_known(office: Office, resident: User) -> None:
    asked = [office.ask(resident), office.ask(None)]
    erase(office.ctx, campaign=office.campaign, people=[], erasure=Erasure.RETENTION)
    office.ctx.session.expire_all()
    assert [(inquiry.user_id, inquiry.contact, inquiry.body) for inquiry in asked] == [(None, None, GONE)] * 2


def test_records_of_awards_are_none_of_its_business(office: Office, resident: User) -> None:
    inquiry = office.ask(resident)
    erase(office.ctx, campaign=office.campaign, people=[Person(resident.id, None)], erasure=Erasure.RECORDS)
    assert inquiry.body == QUESTION
