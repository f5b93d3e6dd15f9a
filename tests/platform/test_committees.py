"""Committees: set up, filled and emptied; who sits on one takes part in nothing, and somebody always organises."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.committees.domain import discharge, seat, set_up_committee
from cuocthi.committees.models import Committee, Membership
from cuocthi.committees.queries import roles_in, seats_by_role
from cuocthi.contributions import Role
from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.errors import Conflict, DomainError

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.clock import FixedClock
    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

STAFF = "/c/thai-binh/staff/committees"


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    return make.campaign("thai-binh")


@pytest.fixture
def head(make: Factories, campaign: Campaign) -> User:
    return make.member(campaign, user=make.user("Phạm Thị Thu Hà"))


@pytest.fixture
def organiser(head: User, sign_in: Callable[[User], Browser]) -> Browser:
    browser = sign_in(head)
    assert browser.get(f"{STAFF}/new")[0] == 200
    return browser


def jury(ctx: Context, campaign: Campaign) -> Committee:
    return set_up_committee(ctx, campaign=campaign, key="bgk", role=Role.JURY, title="Ban Giám khảo")


def actions(ctx: Context) -> list[str]:
    ctx.session.expire_all()
    found = list(ctx.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)))
    ctx.session.rollback()
    return found


# --- seats ---


def test_a_role_lasts_as_long_as_the_seat(ctx: Context, make: Factories, campaign: Campaign, head: User) -> None:
    user, committee = make.user(), jury(ctx, campaign)
    membership = seat(ctx, campaign=campaign, committee=committee, user=user, position="Thư ký")
    assert roles_in(ctx, campaign_id=campaign.id, user_id=user.id) == {Role.JURY}
    assert roles_in(ctx, campaign_id=make.campaign("khac").id, user_id=user.id) == frozenset()
    with pytest.raises(Conflict):
        seat(ctx, campaign=campaign, committee=committee, user=user)
    discharge(ctx, campaign=campaign, membership=membership)
    assert roles_in(ctx, campaign_id=campaign.id, user_id=user.id) == frozenset()
    with pytest.raises(Conflict):
        discharge(ctx, campaign=campaign, membership=membership)
    seat(ctx, campaign=campaign, committee=committee, user=user)
    assert seats_by_role(ctx, campaign_id=campaign.id) == {Role.ORGANISING: 1, Role.JURY: 1}


def test_the_last_organiser_cannot_be_discharged(ctx: Context, make: Factories, campaign: Campaign, head: User) -> None:
    own = ctx.session.scalars(sa.select(Membership).where(Membership.user_id == head.id)).one()
    seat(ctx, campaign=campaign, committee=jury(ctx, campaign), user=make.user())
    with pytest.raises(Conflict):
        discharge(ctx, campaign=campaign, membership=own)
    # A second seat of the same person is no second organiser.
    make.member(campaign, user=head)
    make.member(campaign)
    discharge(ctx, campaign=campaign, membership=own)
    assert own.ended_at == ctx.now


def test_a_committee_needs_a_title_and_a_key_of_its_own(ctx: Context, campaign: Campaign) -> None:
    jury(ctx, campaign)
    with pytest.raises(Conflict):
        jury(ctx, campaign)
    with pytest.raises(DomainError) as refused:
        set_up_committee(ctx, campaign=campaign, key="x", role=Role.JURY, title=" ")
    assert refused.value.field == "title"


# --- on the pages ---


def test_a_committee_is_set_up_and_changed(ctx: Context, campaign: Campaign, organiser: Browser) -> None:
    form = {"title": "Ban Giám khảo", "decision": "Quyết định số 15/QĐ-BTC", "role": "jury"}
    for wrong in ({"title": " "}, {"title": "x" * 201}, {"role": "king"}, {"role": ""}, {"decision": "x" * 201}):
        status, page = organiser.post(f"{STAFF}/new", {**form, **wrong})
        assert (status, "has-error" in page) == (422, True), wrong
    assert actions(ctx) == []
    assert organiser.post(f"{STAFF}/new", form)[0] == 200
    assert organiser.post(f"{STAFF}/new", form)[0] == 200, "two may have one title"
    keys = ctx.session.scalars(sa.select(Committee.key).where(Committee.role == Role.JURY).order_by(Committee.id)).all()
    number = ctx.session.scalar(sa.select(sa.func.max(Committee.id)))
    ctx.session.rollback()
    assert keys == ["ban-giam-khao", "ban-giam-khao-2"]
    assert organiser.post(f"{STAFF}/{number}", {"title": "", "decision": ""})[0] == 422
    status, page = organiser.post(f"{STAFF}/{number}", {"title": "Ban Giám khảo vòng 2", "decision": ""})
    assert (status, "Ban Giám khảo vòng 2" in page) == (200, True)
    assert actions(ctx) == ["core:committee:set_up", "core:committee:set_up", "core:committee:edit"]


def test_somebody_who_takes_part_is_found_warned_of_and_excluded_by_the_appointment(
    ctx: Context, make: Factories, campaign: Campaign, organiser: Browser
) -> None:
    entrant = make.user("Nguyễn Thị Đào", contact="0912345645")
    make.enrolment(campaign, user=entrant)
    committee = jury(ctx, campaign).id
    ctx.session.commit()
    number, address = entrant.id, f"{STAFF}/{committee}/appoint"
    for search in ("dao", "ĐÀO nguyen", "0912 345 645"):
        page = organiser.get(f"{address}?q={search}")[1]
        assert f'name="user_id" value="{number}"' in page, search
        assert "badge" in page, search
    assert "0912" not in organiser.get(f"{address}?q=dao")[1], "no contact is shown"
    assert f'value="{number}"' not in organiser.get(f"{address}?q=lan")[1]
    status, page = organiser.post(address, {"user_id": str(number), "position": "Ủy viên"})
    assert (status, "Nguyễn Thị Đào" in page) == (200, True)
    ctx.session.expire_all()
    enrolment = ctx.session.scalars(sa.select(Enrolment)).one()
    assert (enrolment.state, enrolment.excluded_reason) == (
        EnrolmentState.EXCLUDED,
        "Ban Giám khảo: thành viên không được dự thi",
    )
    ctx.session.rollback()
    before = actions(ctx)
    assert organiser.post(address, {"user_id": str(number)})[0] == 422, "the seat is taken by the same person"
    assert actions(ctx) == before


def test_nobody_is_appointed_who_is_not_there(ctx: Context, campaign: Campaign, organiser: Browser) -> None:
    committee = jury(ctx, campaign).id
    ctx.session.commit()
    before = actions(ctx)
    for user_id in ("", "0", "abc", "²", "9" * 30, "-1"):
        assert organiser.post(f"{STAFF}/{committee}/appoint", {"user_id": user_id})[0] == 404, user_id
    assert actions(ctx) == before


def test_a_seat_ends_and_with_it_what_its_holder_may_do(
    ctx: Context,
    make: Factories,
    campaign: Campaign,
    organiser: Browser,
    sign_in: Callable[[User], Browser],
    clock: FixedClock,
) -> None:
    juror = make.member(campaign, Role.JURY)
    own = sign_in(juror)
    assert own.get(f"{STAFF}/")[0] == 200
    number = ctx.session.scalars(sa.select(Membership.id).where(Membership.user_id == juror.id)).one()
    ctx.session.rollback()
    clock.advance(timedelta(minutes=1))
    address = f"{STAFF}/seats/{number}/end"
    assert organiser.get(address)[0] == 200
    assert organiser.post(address, {})[0] == 200
    assert own.get(f"{STAFF}/")[0] == 403
    status, page = organiser.post(address, {})
    assert (status, "error-page" in page) == (409, True)
    assert actions(ctx).count("core:committee:discharge") == 1


def test_the_last_organiser_is_told_why_the_seat_stays(ctx: Context, organiser: Browser, head: User) -> None:
    number = ctx.session.scalars(sa.select(Membership.id).where(Membership.user_id == head.id)).one()
    ctx.session.rollback()
    status, page = organiser.post(f"{STAFF}/seats/{number}/end", {})
    assert status == 409
    assert "Đây là thành viên cuối cùng của Ban Tổ chức" in page
    assert organiser.get(f"{STAFF}/")[0] == 200
    assert actions(ctx) == []


def test_committees_and_seats_of_another_campaign_are_not_found(
    ctx: Context, make: Factories, organiser: Browser
) -> None:
    other = make.campaign("khac")
    member = make.member(other, Role.JURY)
    committee = ctx.session.scalars(sa.select(Committee.id).where(Committee.campaign_id == other.id)).one()
    number = ctx.session.scalars(sa.select(Membership.id).where(Membership.user_id == member.id)).one()
    ctx.session.commit()
    for address in (f"{STAFF}/{committee}", f"{STAFF}/{committee}/appoint", f"{STAFF}/seats/{number}/end"):
        assert organiser.get(address)[0] == 404
        assert organiser.post(address, {"user_id": "1", "title": "x"})[0] == 404
    assert actions(ctx) == []


def test_the_list_takes_the_same_statements_for_any_number(
    ctx: Context, make: Factories, campaign: Campaign, organiser: Browser, statements: Callable[[], int]
) -> None:
    statements()
    organiser.get(f"{STAFF}/")
    one = statements()
    for _ in range(3):
        make.member(campaign, Role.JURY)
    ctx.session.commit()
    statements()
    organiser.get(f"{STAFF}/")
    assert statements() == one
