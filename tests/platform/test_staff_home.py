"""The staff's first page: each campaign with how it stands, what is to be done next, and by whom."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.committees.models import Committee, Membership
from cuocthi.context import Actor, Context
from cuocthi.contributions import Duty, Edge, Permission, Role
from cuocthi.errors import ContractError
from cuocthi.news.domain import AnnouncementFacts, write_announcement
from cuocthi.news.models import AnnouncementState
from cuocthi.plugins.manager import Hooks
from cuocthi.tasks.domain import TaskFacts, add_task
from cuocthi.testing.plugins import make_format
from cuocthi.text import T
from cuocthi.timelines.extensions import propose_extension

if TYPE_CHECKING:
    from cuocthi.contributions import Browser
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

HOME = "/staff/"


def relay(**marks: str) -> ModuleType:
    """A format whose batons have to be handed over; campaigns whose tagline says so break it."""

    def register_permissions() -> list[Permission]:
        return [Permission("relay:baton:give", T("Hand batons over"), frozenset({Role.JURY}))]

    def duties(campaigns: Sequence[Campaign]) -> list[Duty]:
        if any(campaign.tagline == "broken" for campaign in campaigns):
            raise RuntimeError("no batons")
        keys = ["baton", "baton"] if marks.get("twice") else ["baton"]
        title = T("Hand the baton over")
        return [Duty(key, one.id, title, "relay:baton:give", url="/x", late=True) for one in campaigns for key in keys]

    return make_format("relay", register_permissions, duties)


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [relay()]


@pytest.fixture
def organiser(make: Factories) -> User:
    return make.user("Phạm Thị Thu Hà")


def campaign_of(make: Factories, organiser: User, slug: str, **values: object) -> Campaign:
    """Make a campaign with the organiser and a jury of somebody else."""
    campaign = make.campaign(slug, plugins=("relay",), **values)  # type: ignore[arg-type]
    make.member(campaign, user=organiser)
    make.member(campaign, Role.JURY)
    return campaign


def committee_of(ctx: Context, campaign: Campaign, user: User) -> Committee:
    seated = sa.select(Committee).join(Membership).where(Membership.user_id == user.id)
    return ctx.session.scalars(seated.where(Committee.campaign_id == campaign.id)).one()


def section(page: str, campaign: Campaign) -> str:
    """The part of the first page that is about one campaign, in words."""
    found = re.search(rf'aria-labelledby="campaign-{campaign.id}">(.*?)</section>', page, re.DOTALL)
    assert found
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


def test_each_campaign_says_what_is_to_be_done_and_by_whom(
    ctx: Context, make: Factories, organiser: User, sign_in: Callable[[User], Browser]
) -> None:
    first, second = (campaign_of(make, organiser, slug) for slug in ("thai-binh", "hung-yen"))
    round_ = make.round(first, "relay")
    titles = {
        committee.role: committee.title
        for committee in ctx.session.scalars(sa.select(Committee).where(Committee.campaign_id == first.id))
    }
    other = make.member(first)
    propose_extension(
        replace(ctx, actor=Actor(other.id)),
        campaign=first,
        phase=round_,
        closes_at=round_.closes_at + timedelta(days=1),
        symbol="15/TB-BTC",
        issued_on=ctx.now.date(),
        reason="Bão",
    )
    facts = TaskFacts(
        "Gửi thư mời", round_, Edge.OPENED, 1, committee=committee_of(ctx, first, organiser), user=organiser
    )
    add_task(ctx, campaign=first, facts=facts)
    page = sign_in(organiser).get(HOME)[1]
    words = section(page, first)
    assert "Gia hạn" in words or "gia hạn" in words
    assert "Gửi thư mời Phạm Thị Thu Hà" in words
    assert f"Hand the baton over {titles[Role.JURY]}" in words
    assert words.index("Hand the baton over") < words.index("gia hạn"), "what is overdue stands first"
    assert "Gửi thư mời" not in section(page, second)


def test_a_closed_round_asks_for_its_ranking(
    make: Factories, ctx: Context, organiser: User, sign_in: Callable[[User], Browser]
) -> None:
    first, _second = (campaign_of(make, organiser, slug) for slug in ("thai-binh", "hung-yen"))
    make.round(first, "relay", opens_at=ctx.now - timedelta(days=2), closes_at=ctx.now - timedelta(days=1))
    assert "Lập và kiểm tra bảng xếp hạng" in section(sign_in(organiser).get(HOME)[1], first)


def test_a_draft_says_what_it_lacks_in_a_part_of_its_own(
    make: Factories, organiser: User, sign_in: Callable[[User], Browser]
) -> None:
    draft = campaign_of(make, organiser, "nhap", state=CampaignState.DRAFT)
    campaign_of(make, organiser, "thai-binh")
    browser = sign_in(organiser)
    page = browser.get(HOME)[1]
    address = "/c/nhap/staff/preparation"
    assert f'hx-get="{address}"' in page
    assert f'href="{address}"' in page, "without a script it is a link"
    status, part = browser.get(address)
    assert (status, "/c/nhap/staff/readiness" in part) == (200, True)
    assert section(page, draft)


def test_who_may_only_see_figures_and_what_is_archived_has_nothing_to_do(
    ctx: Context, make: Factories, organiser: User, sign_in: Callable[[User], Browser]
) -> None:
    archived = campaign_of(make, organiser, "xong", state=CampaignState.ARCHIVED)
    urged = make.campaign("huyen", plugins=("relay",))
    make.member(urged, Role.COORDINATING, user=organiser)
    page = sign_in(organiser).get(HOME)[1]
    assert "Hand the baton over" not in page
    assert 'href="/c/huyen/staff/participation/"' in page
    assert section(page, archived)


def test_an_announcement_that_was_not_sent_in_time_is_named(
    ctx: Context, make: Factories, organiser: User, sign_in: Callable[[User], Browser]
) -> None:
    first, _second = (campaign_of(make, organiser, slug) for slug in ("thai-binh", "hung-yen"))
    announcement = write_announcement(ctx, campaign=first, facts=AnnouncementFacts("Còn 3 ngày", "Chữ"))
    announcement.state, announcement.confirmed_at = AnnouncementState.MISSED, ctx.now
    announcement.confirmed_by_id = organiser.id
    assert "“Còn 3 ngày”" in section(sign_in(organiser).get(HOME)[1], first)


def test_the_overview_holds_the_steps_of_plugins_and_the_tasks_too(
    ctx: Context, make: Factories, organiser: User, sign_in: Callable[[User], Browser]
) -> None:
    campaign = campaign_of(make, organiser, "thai-binh")
    phase = make.phase(campaign)
    add_task(ctx, campaign=campaign, facts=TaskFacts("In giấy khen", phase, Edge.CLOSED))
    page = sign_in(organiser).get("/c/thai-binh/staff/")[1]
    assert "Hand the baton over" in page
    assert "In giấy khen" in page


def test_a_plugin_that_fails_is_left_out_and_named(
    ctx: Context, make: Factories, organiser: User, sign_in: Callable[[User], Browser]
) -> None:
    first, second = (campaign_of(make, organiser, slug) for slug in ("thai-binh", "hung-yen"))
    first.tagline = "broken"
    browser = sign_in(organiser)
    status, page = browser.get(HOME)
    assert (status, "Hand the baton over" in page) == (200, False)
    assert "no batons" in browser.get(f"/c/{second.slug}/staff/health")[1]


def test_a_key_stands_once_in_each_campaign(ctx: Context, make: Factories) -> None:
    campaigns = [make.campaign(plugins=("relay",)) for _ in range(2)]
    found = Hooks([relay()]).collect_among(ctx, [*campaigns, make.campaign()], "duties", Duty)
    assert [duty.campaign_id for duty in found] == [campaign.id for campaign in campaigns]
    with pytest.raises(ContractError, match="twice"):
        Hooks([relay(twice="yes")]).collect_among(ctx, campaigns, "duties", Duty)


def test_it_takes_as_many_statements_for_three_campaigns_as_for_one(
    ctx: Context,
    make: Factories,
    organiser: User,
    sign_in: Callable[[User], Browser],
    statements: Callable[[], int],
) -> None:
    organiser.is_admin = True
    campaign_of(make, organiser, "nhap", state=CampaignState.DRAFT)
    counted = []
    for number in (1, 2):
        for index in range(number):
            campaign = campaign_of(make, organiser, f"hoi-thi-{number}-{index}")
            make.round(campaign, "relay", closes_at=ctx.now - timedelta(days=1))
            committee = committee_of(ctx, campaign, organiser)
            facts = TaskFacts("Việc", make.phase(campaign), Edge.CLOSED, committee=committee, user=organiser)
            add_task(ctx, campaign=campaign, facts=facts)
        browser = sign_in(organiser)
        browser.get(HOME)
        statements()
        assert browser.get(HOME)[0] == 200
        counted.append(statements())
    assert counted[0] == counted[1]
    assert counted[0] < 15
