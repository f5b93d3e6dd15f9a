"""The pages on which announcements are written, tried and watched."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.campaigns.models import Campaign
from cuocthi.clock import LOCAL_ZONE
from cuocthi.context import Context
from cuocthi.contributions import Edge, Role
from cuocthi.messages.models import Message
from cuocthi.news.domain import (
    AnnouncementFacts,
    discard_announcement,
    write_announcement,
)
from cuocthi.news.models import Announcement
from cuocthi.timelines.models import Phase

from .conftest import STAFF, Crowd, work

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from cuocthi.clock import FixedClock
    from cuocthi.contributions import Browser
    from cuocthi.security.personal_data import Vault
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User


@pytest.fixture
def organiser(make: Factories, campaign: Campaign, vault: Vault, ctx: Context) -> User:
    found = make.member(campaign, user=make.user("Phạm Thị Thu Hà", contact="ha@example.vn"))
    found.contacts[0].verified_at = ctx.now
    return found


def the_announcement(ctx: Context) -> Announcement:
    """The only one; the test's own transaction ends, so that pages can go on writing."""
    found = ctx.session.scalars(sa.select(Announcement)).one()
    ctx.session.commit()
    return found


def form(**changes: str) -> dict[str, str]:
    fields = {"subject": "Còn 3 ngày", "body": "Hãy dự thi.", "audience": "enrolled", "timing": "at_once"}
    return {**fields, **changes}


def test_staff_write_look_try_and_send_it_and_everybody_reads_it(
    app: Flask,
    ctx: Context,
    crowd: Crowd,
    organiser: User,
    client: FlaskClient,
    sign_in: Callable[[User], Browser],
) -> None:
    for _ in range(3):
        crowd.join()
    crowd.join("0912345678")
    browser = sign_in(organiser)
    browser.get(f"{STAFF}new")
    status, page = browser.post(f"{STAFF}new", form(subject=""))
    assert (status, "errors-summary" in page) == (422, True)
    status, page = browser.post(f"{STAFF}new", form(is_public="y"))
    assert "3 người nhận được" in page
    here = f"{STAFF}{the_announcement(ctx).id}"
    assert browser.post(f"{here}/try", {})[0] == 200
    assert ctx.session.scalars(sa.select(Message.user_id)).all() == [organiser.id]
    ctx.session.commit()
    assert "Còn 3 ngày" not in client.get("/c/thai-binh/").text
    assert browser.post(f"{here}/send", {"seen": "another"})[0] == 409
    seen = re.search(r'name="seen" value="(\w+)"', browser.get(here)[1]) or pytest.fail("no digest")
    assert browser.post(f"{here}/send", {"seen": seen[1]})[0] == 200
    work(app, ctx, "core.news")
    page = browser.get(here)[1]
    assert '<progress value="3" max="3"' in page
    assert "Còn 3 ngày" in client.get("/c/thai-binh/").text
    assert "Hãy dự thi." in client.get("/c/thai-binh/news/").text
    assert "Hãy dự thi." in client.get(f"/c/thai-binh/news/mail/{here.rpartition('/')[2]}").text
    assert browser.post(f"{here}/send", {"seen": seen[1]})[0] == 409
    assert browser.post(f"{here}/edit", form())[0] in {409, 422}
    assert browser.get(STAFF)[0] == 200


def test_a_time_counted_from_a_phase_is_entered_and_shown_in_words(
    ctx: Context, crowd: Crowd, organiser: User, round_: Phase, sign_in: Callable[[User], Browser]
) -> None:
    browser = sign_in(organiser)
    browser.get(f"{STAFF}new")
    missing = form(timing="stated", days="3")
    assert browser.post(f"{STAFF}new", missing)[0] == 422
    fields = form(timing="counted", days="3", relation="before-closed", phase=str(round_.id), clock="07h30")
    status, page = browser.post(f"{STAFF}new", fields)
    assert status == 200
    assert "07h30 ngày 02/10/2024" in page
    announcement = the_announcement(ctx)
    assert (announcement.days, announcement.edge, announcement.clock) == (-3, Edge.CLOSED, "07:30")
    status, page = browser.get(f"{STAFF}{announcement.id}/edit")
    assert 'value="07h30"' in page
    stated = form(timing="stated", send_on="2024-09-21", send_time="24h00")
    assert browser.post(f"{STAFF}{announcement.id}/edit", stated)[0] == 200
    ctx.session.expire_all()
    assert announcement.due_at == datetime(2024, 9, 22, tzinfo=LOCAL_ZONE)
    ctx.session.commit()
    assert browser.post(f"{STAFF}{announcement.id}/discard", {})[0] == 200
    assert ctx.session.scalar(sa.select(sa.func.count()).select_from(Announcement)) == 0


def test_a_stale_page_of_a_discarded_draft_saves_into_no_other_one(
    ctx: Context, campaign: Campaign, organiser: User, sign_in: Callable[[User], Browser]
) -> None:
    discarded = write_announcement(ctx, campaign=campaign, facts=AnnouncementFacts("Tin cũ", "Chữ"))
    browser = sign_in(organiser)
    browser.get(f"{STAFF}{discarded.id}/edit")
    discard_announcement(ctx, campaign=campaign, announcement=discarded)
    another = write_announcement(ctx, campaign=campaign, facts=AnnouncementFacts("Tin mới", "Chữ"))
    ctx.session.commit()
    assert browser.post(f"{STAFF}{discarded.id}/edit", form(subject="Tin cũ, sửa lại"))[0] == 404
    ctx.session.refresh(another)
    assert another.subject == "Tin mới"


def test_who_may_write_may_not_send(
    ctx: Context, crowd: Crowd, make: Factories, campaign: Campaign, sign_in: Callable[[User], Browser]
) -> None:
    announcement = write_announcement(ctx, campaign=campaign, facts=AnnouncementFacts("Tin", "Chữ"))
    browser = sign_in(make.member(campaign, Role.EDITORIAL))
    page = browser.get(f"{STAFF}{announcement.id}")[1]
    assert f"{announcement.id}/edit" in page
    assert f"{announcement.id}/send" not in page
    assert browser.post(f"{STAFF}{announcement.id}/send", {})[0] == 403


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_takes_a_constant_number_of_statements(
    ctx: Context,
    make: Factories,
    campaign: Campaign,
    organiser: User,
    sign_in: Callable[[User], Browser],
    statements: Callable[[], int],
    clock: FixedClock,
    number: int,
) -> None:
    for _ in range(number):
        facts = AnnouncementFacts("Tin", "Chữ", unit=make.unit(), phase=make.phase(campaign), edge=Edge.CLOSED)
        write_announcement(ctx, campaign=campaign, facts=facts)
    browser = sign_in(organiser)
    browser.get(STAFF)
    statements()
    assert browser.get(STAFF)[0] == 200
    assert statements() == 2
