"""To whom an announcement goes, and who has agreed to it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.campaigns.models import Campaign
from cuocthi.context import Context
from cuocthi.enrolments.models import Enrolment
from cuocthi.news.audience import recipients
from cuocthi.news.domain import (
    end_news,
)
from cuocthi.news.models import AnnouncementState, Audience, NewsConsent

from .conftest import Crowd, gets_news

if TYPE_CHECKING:
    from cuocthi.contributions import Browser
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User


def test_only_who_agreed_and_has_a_confirmed_address_gets_news(
    ctx: Context, crowd: Crowd, make: Factories, campaign: Campaign
) -> None:
    reached = crowd.join()
    crowd.join(agrees=False)
    crowd.join(confirmed=False)
    crowd.join("0912345678")
    ended, excluded, gone = crowd.join(), crowd.join(), crowd.join()
    end_news(ctx, enrolment=ended)
    excluded.state, excluded.excluded_reason = type(excluded.state).EXCLUDED, "Thành viên Ban Giám khảo"
    gone.user.active = False
    Crowd(ctx, make, crowd.vault, make.campaign("khac")).join("khac@example.vn")
    announcement = crowd.announce()
    figures = crowd.reach(announcement)
    assert (figures.meant, figures.without_consent, figures.without_address) == (6, 2, 3)
    assert crowd.send(announcement) == 1
    assert crowd.reached() == {reached.id}
    assert (announcement.state, announcement.reached, announcement.written) == (AnnouncementState.SENT, 1, 1)


def test_it_can_be_for_who_has_handed_in_nothing_and_for_one_units_people(
    ctx: Context, crowd: Crowd, make: Factories, campaign: Campaign
) -> None:
    campaign.plugins = ["relay"]
    province = make.unit("Tỉnh")
    district, elsewhere = make.unit("Huyện Vũ Thư", parent=province), make.unit("Huyện Kiến Xương", parent=province)
    commune = make.unit("Xã Minh Quang", parent=district)
    people = [crowd.join(unit=unit) for unit in (district, commune, commune, elsewhere)]
    for number, enrolment in enumerate(people):
        enrolment.code = f"{number}"
    ctx.session.flush()
    everybody, unfinished, of_unit = (
        {row[0] for row in ctx.session.execute(recipients(ctx, campaign=campaign, audience=audience, unit=unit))}
        for audience, unit in (
            (Audience.ENROLLED, None),
            (Audience.UNFINISHED, None),
            (Audience.UNFINISHED, district),
        )
    )
    ids = [enrolment.id for enrolment in people]
    assert everybody == set(ids)
    assert unfinished == {ids[1], ids[3]}
    assert of_unit == {ids[1]}


@pytest.mark.parametrize("agrees", [True, False])
def test_joining_asks_for_a_consent_of_its_own_which_is_not_ticked_before(
    ctx: Context, make: Factories, campaign: Campaign, sign_in: Callable[[User], Browser], *, agrees: bool
) -> None:
    make.round(campaign)
    unit = make.unit("Sở Khoa học và Công nghệ")
    user = make.user()
    browser = sign_in(user)
    page = browser.get(f"/c/thai-binh/join?unit={unit.code}")[1]
    (box,) = re.findall(r'<input[^>]*name="news"[^>]*>', page)
    assert "checked" not in box
    fields = {"unit": unit.code, "category": "official", "consent": "y", **({"news": "y"} if agrees else {})}
    hidden = dict(re.findall(r'<input[^>]*name="(consent_version)"[^>]*value="([^"]*)"', page))
    assert browser.post("/c/thai-binh/join", {**fields, **hidden})[0] == 200
    enrolment = ctx.session.scalars(sa.select(Enrolment).where(Enrolment.user_id == user.id)).one()
    assert gets_news(ctx, enrolment) == agrees


def test_my_page_ends_the_news_and_agrees_to_it_again(
    ctx: Context, crowd: Crowd, sign_in: Callable[[User], Browser]
) -> None:
    enrolment = crowd.join(agrees=False)
    browser = sign_in(enrolment.user)
    for answer, expected in (("yes", True), ("no", False), ("yes", True)):
        browser.get("/me")
        assert browser.post("/c/thai-binh/personal/news", {"agrees": answer})[0] == 200
        assert gets_news(ctx, enrolment) == expected
    consent = ctx.session.get_one(NewsConsent, enrolment.id)
    assert consent.withdrawn_at is None
