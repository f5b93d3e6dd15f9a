"""Taking an appointment back: only an error, only unseen questions, only two persons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.audit.models import AuditEvent
from cuocthi.committees.domain import discharge, set_up_committee
from cuocthi.committees.queries import has_sat
from cuocthi.committees.reading import EXPORT
from cuocthi.context import Actor, Context
from cuocthi.contributions import Permission, Role
from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.errors import Blocked, Conflict, DomainError, Forbidden
from cuocthi.plugins.hookspecs import hookimpl
from cuocthi.plugins.info import PluginInfo
from cuocthi.plugins.manager import Hooks
from cuocthi.standings.appointments import appoint
from cuocthi.standings.decisions import exclude_entry, restore_entry
from cuocthi.standings.readmission import barred, readmit
from cuocthi.text import T

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.committees.models import Membership
    from cuocthi.contributions import Browser
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

MISTAKEN = "Quyết định ghi nhầm người trùng tên (Biên bản số 03/BB-BTC)"


class Secrets:
    """A plugin whose questions nobody who takes part may see."""

    info = PluginInfo("secrets", T("Secrets"), "1.0.0")

    @staticmethod
    @hookimpl
    def register_permissions() -> list[Permission]:
        return [Permission("secrets:question:view", T("Read the questions"), frozenset({Role.JURY}), reveals=True)]


@dataclass
class Case:
    """Somebody who took part and was then put on the jury, and two organisers."""

    ctx: Context
    campaign: Campaign
    enrolment: Enrolment
    seat: Membership
    organisers: tuple[User, User]

    def by(self, number: int) -> Context:
        return replace(self.ctx, actor=Actor(self.organisers[number].id))

    def said(self, number: int, reason: str = MISTAKEN) -> int:
        return readmit(self.by(number), enrolment=self.enrolment, reason=reason)

    def state(self) -> EnrolmentState:
        return self.enrolment.state

    def end(self) -> None:
        discharge(self.ctx, campaign=self.campaign, membership=self.seat)

    def does(self, action: str) -> None:
        record(
            replace(self.ctx, actor=Actor(self.enrolment.user_id)),
            action=action,
            summary=T("Read a question and its key"),
            campaign=self.campaign,
            object_kind="question",
            object_id=1,
        )


@pytest.fixture
def case(ctx: Context, make: Factories) -> Case:
    ctx = replace(ctx, hooks=Hooks([Secrets]))  # type: ignore[list-item]
    campaign = make.campaign("thai-binh", plugins=("secrets",))
    organisers = (make.member(campaign), make.member(campaign))
    enrolment = make.enrolment(campaign, user=make.user("Nguyễn Thị Đào"))
    jury = set_up_committee(ctx, campaign=campaign, key="bgk", role=Role.JURY, title="Ban Giám khảo")
    seat = appoint(ctx, campaign=campaign, committee=jury, user=enrolment.user)
    assert enrolment.state is EnrolmentState.EXCLUDED
    return Case(ctx, campaign, enrolment, seat, organisers)


def refused(case: Case, number: int = 0) -> list[str]:
    with pytest.raises(Blocked) as blocked:
        case.said(number)
    return [str(reason) for reason in blocked.value.reasons]


def test_the_word_of_two_persons_brings_the_entry_back(case: Case) -> None:
    case.end()
    assert case.said(0) == 1
    assert case.state() is EnrolmentState.EXCLUDED
    assert case.said(1) == 2
    assert case.state() is EnrolmentState.ACTIVE
    assert case.seat.annulled_at == case.ctx.now
    assert not has_sat(case.ctx, campaign_id=case.campaign.id, user_id=case.enrolment.user_id)
    actions = case.ctx.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert actions[-3:] == ["core:entry:readmit", "core:entry:readmit", "core:entry:restore"]


def test_one_person_is_not_two(case: Case) -> None:
    case.end()
    case.said(0)
    with pytest.raises(Conflict):
        case.said(0)
    assert case.state() is EnrolmentState.EXCLUDED


def test_another_reason_begins_anew(case: Case) -> None:
    case.end()
    case.said(0)
    assert case.said(1, "Người được cử đã từ chối trước khi nhận nhiệm vụ") == 1
    assert case.state() is EnrolmentState.EXCLUDED
    assert case.said(0, "Người được cử đã từ chối trước khi nhận nhiệm vụ") == 2


def test_who_still_sits_there_is_not_readmitted(case: Case) -> None:
    assert refused(case) == ["Nguyễn Thị Đào still sits on “Ban Giám khảo”."]


@pytest.mark.parametrize("action", ["secrets:question:view", "secrets:question:write", EXPORT])
def test_who_had_live_questions_before_the_eyes_stays_out(case: Case, action: str) -> None:
    case.does(action)
    case.end()
    (reason,) = refused(case)
    assert "access to live questions" in reason
    assert case.state() is EnrolmentState.EXCLUDED
    assert case.seat.annulled_at is None


def test_a_look_between_the_two_words_is_found(case: Case) -> None:
    case.end()
    case.said(0)
    case.does("secrets:question:view")
    assert refused(case, 1)


def test_what_others_read_and_what_reveals_nothing_does_not_count(case: Case) -> None:
    case.does("core:campaign:edit")
    record(
        case.by(1),
        action="secrets:question:view",
        summary=T("Read a question and its key"),
        campaign=case.campaign,
        object_kind="question",
        object_id=1,
    )
    case.end()
    found = barred(case.ctx, enrolment=case.enrolment)
    assert found is not None
    assert list(found.obstacles) == []


def test_what_cannot_be_told_stands_against_it(case: Case) -> None:
    case.end()
    case.campaign.plugins = ["secrets", "gone"]
    assert refused(case) == ["“gone” is not installed, so nobody can tell what it showed."]


def test_it_needs_a_reason_and_an_appointment(case: Case, make: Factories) -> None:
    case.end()
    with pytest.raises(DomainError) as without:
        case.said(0, " ")
    assert without.value.field == "reason"
    other = make.enrolment(case.campaign)
    exclude_entry(case.ctx, enrolment=other, reason="Vi phạm Thể lệ")
    with pytest.raises(Conflict):
        readmit(case.by(0), enrolment=other, reason=MISTAKEN)
    with pytest.raises(Forbidden):
        restore_entry(case.by(0), enrolment=case.enrolment, reason=MISTAKEN)


def test_whom_an_error_seated_twice_needs_two_words_again(case: Case) -> None:
    case.end()
    case.said(0)
    case.said(1)
    again = appoint(case.ctx, campaign=case.campaign, committee=case.seat.committee, user=case.enrolment.user)
    discharge(case.ctx, campaign=case.campaign, membership=again)
    assert case.state() is EnrolmentState.EXCLUDED
    assert (case.said(0), case.said(1)) == (1, 2)
    assert case.state() is EnrolmentState.ACTIVE


# --- on the pages, without the plugin of above ---


def test_the_page_says_what_stands_against_it_and_takes_two_words(
    ctx: Context, make: Factories, sign_in: Callable[[User], Browser]
) -> None:
    campaign = make.campaign("thai-binh")
    first, second = make.member(campaign), make.member(campaign)
    enrolment = make.enrolment(campaign, user=make.user("Nguyễn Thị Đào"))
    jury = set_up_committee(ctx, campaign=campaign, key="bgk", role=Role.JURY, title="Ban Giám khảo")
    seat = appoint(ctx, campaign=campaign, committee=jury, user=enrolment.user)
    ctx.session.commit()
    address = f"/c/thai-binh/staff/exclusions/{enrolment.id}"
    browser = sign_in(first)
    page = browser.get(address)[1]
    assert ("Ban Giám khảo" in page, 'name="reason"' in page) == (True, False)
    browser.get("/me")  # for the token of its forms
    assert browser.post(address, {"reason": MISTAKEN})[0] == 422
    discharge(ctx, campaign=campaign, membership=seat)
    ctx.session.commit()
    assert 'name="reason"' in browser.get(address)[1]
    assert browser.post(address, {"reason": ""})[0] == 422
    assert browser.post(address, {"reason": MISTAKEN})[0] == 200
    assert 'name="reason"' not in browser.get(address)[1], "the same person has said it"
    other = sign_in(second)
    page = other.get(address)[1]
    assert (first.name in page, MISTAKEN in page) == (True, True)
    assert other.post(address, {"reason": MISTAKEN})[0] == 200
    ctx.session.expire_all()
    assert ctx.session.get_one(Enrolment, enrolment.id).state is EnrolmentState.ACTIVE
    assert other.get("/c/thai-binh/staff/committees/")[1].count("cử nhầm") == 1


@pytest.mark.parametrize("edition", ["earlier", "later"])
def test_questions_that_were_read_in_another_edition_of_the_campaign_count(
    case: Case, make: Factories, edition: str
) -> None:
    other = make.campaign("nam-khac", plugins=("secrets",))
    between = make.campaign("nam-giua", plugins=("secrets",))
    first, last = (other, case.campaign) if edition == "earlier" else (case.campaign, other)
    between.earlier_id, last.earlier_id = first.id, between.id
    case.end()
    make.campaign("cuoc-thi-khac", plugins=("secrets",))
    record(
        replace(case.ctx, actor=Actor(case.enrolment.user_id)),
        action="secrets:question:view",
        summary=T("Read a question and its key"),
        campaign=other,
        object_kind="question",
        object_id=1,
    )
    (reason,) = refused(case)
    assert "access to live questions" in reason
