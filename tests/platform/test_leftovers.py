"""A campaign held again points out the texts that still name the earlier one; none of them holds the opening up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from cuocthi.campaigns.copying import Edition, copy_campaign
from cuocthi.campaigns.leftovers import leftovers
from cuocthi.campaigns.lifecycle import readiness
from cuocthi.clock import LOCAL_ZONE
from cuocthi.contributions import Edge
from cuocthi.news.domain import AnnouncementFacts, write_announcement
from cuocthi.rules.writing import add_clause
from cuocthi.tasks.domain import TaskFacts, add_task
from cuocthi.timelines.models import PhaseKind
from cuocthi.timelines.moving import by_years

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

EDITION = Edition(
    slug="thi-2025", name="Cuộc thi Chuyển đổi số lần thứ hai", host_name="Sở Khoa học và Công nghệ", move=by_years(1)
)


@pytest.fixture
def earlier(ctx: Context, make: Factories) -> Campaign:
    campaign = make.campaign("thi-2024")
    campaign.name, campaign.host_name = "Cuộc thi tìm hiểu Chuyển đổi số", "Sở Thông tin và Truyền thông"
    campaign.summary = "Một hoạt động hưởng ứng Ngày Chuyển đổi số quốc gia năm 2024."
    campaign.purpose = "Theo Nghị quyết số 02-NQ/TU ngày 19/11/2021 và Kế hoạch số 15/2024/KH."
    campaign.audience = "Do sở thông tin và truyền thông mời."
    phase = make.phase(
        campaign,
        PhaseKind.CEREMONY,
        title="Tổng kết năm 2024",
        opens_at=datetime(2024, 10, 10, tzinfo=LOCAL_ZONE),
        closes_at=datetime(2024, 10, 11, tzinfo=LOCAL_ZONE),
    )
    facts = TaskFacts("Trình Kế hoạch năm 2024", phase, Edge.CLOSED)
    add_task(ctx, campaign=campaign, facts=facts)
    news = AnnouncementFacts("Còn 3 ngày", "Lễ tổng kết năm 2024 sắp tới.", phase=phase, edge=Edge.OPENED, days=-3)
    write_announcement(ctx, campaign=campaign, facts=news)
    add_clause(ctx, campaign=campaign, heading="Thưởng", body="Trao ngày 10/10/2024.", after="")
    return campaign


def test_years_names_and_hosts_of_the_earlier_time_are_found_where_they_stand(ctx: Context, earlier: Campaign) -> None:
    copy = copy_campaign(ctx, campaign=earlier, edition=EDITION)
    found = [(str(one.place), one.named, one.page) for one in leftovers(ctx, campaign=copy)]
    assert found == [
        ("In one or two sentences", "2024", "campaigns.basics"),
        ("Who may take part", "sở thông tin và truyền thông", "campaigns.basics"),
        ("Phase “Tổng kết năm 2024”", "2024", "timelines.edit"),
        ("Tasks", "2024", "tasks.listing"),
        ("Announcements", "2024", "news.listing"),
        ("Rules", "2024", "rules.draft"),
    ], "the number of an act and another year say nothing of the earlier time"
    assert leftovers(ctx, campaign=earlier) == []


def test_the_place_is_found_that_the_host_no_longer_has_also_in_addresses(ctx: Context, earlier: Campaign) -> None:
    earlier.host_name = "Sở Thông tin và Truyền thông tỉnh Thái Bình"
    earlier.host_parent = "Ủy ban nhân dân tỉnh Thái Bình"
    earlier.portal_url, earlier.summary = "https://sotttt.thaibinh.gov.vn/", "Trên địa bàn tỉnh Thái Bình."
    edition = replace(EDITION, host_name="Sở Khoa học và Công nghệ tỉnh Hưng Yên")
    copy = copy_campaign(ctx, campaign=earlier, edition=edition)
    found = {str(one.place): one.named for one in leftovers(ctx, campaign=copy)}
    assert found["In one or two sentences"] == "Thái Bình"
    assert found["Its superior body"] == "Thái Bình"
    assert found["Portal on which results are published"] == "thaibinh"
    copy.host_name = "Sở Khoa học và Công nghệ tỉnh Thái Bình"
    assert "Its superior body" not in {str(one.place) for one in leftovers(ctx, campaign=copy)}


def test_a_year_that_only_the_earlier_address_names_is_found(ctx: Context, earlier: Campaign) -> None:
    earlier.slug, earlier.summary = "thi-2023", "Cuộc thi năm 2023."
    copy = copy_campaign(ctx, campaign=earlier, edition=EDITION)
    assert "2023" in {one.named for one in leftovers(ctx, campaign=copy)}


def test_each_place_in_a_long_text_is_found_and_what_stands_together_once(ctx: Context, earlier: Campaign) -> None:
    earlier.purpose = f"Năm 2024 và quý IV/2024, tháng 10 năm 2024. {'Nâng cao nhận thức. ' * 5}Tổng kết năm 2024."
    copy = copy_campaign(ctx, campaign=earlier, edition=EDITION)
    excerpts = [one.excerpt for one in leftovers(ctx, campaign=copy) if str(one.place) == "Purpose"]
    assert len(excerpts) == 2
    assert excerpts[1].endswith("Tổng kết năm 2024.")


def test_a_name_that_goes_on_and_years_that_the_contest_still_has_are_none(ctx: Context, earlier: Campaign) -> None:
    edition = Edition(
        slug="thi-2", name=f"{earlier.name} đợt 2", host_name=earlier.host_name, move=by_years(0)
    )  # fmt: skip
    assert leftovers(ctx, campaign=copy_campaign(ctx, campaign=earlier, edition=edition)) == []


def test_they_are_recommended_to_be_mended_and_listed_with_their_places(
    ctx: Context, make: Factories, earlier: Campaign, sign_in: Callable[[User], Browser]
) -> None:
    copy = copy_campaign(ctx, campaign=earlier, edition=EDITION)
    items = {item.key: item for item in readiness(ctx, campaign=copy).items}
    assert (items["leftovers"].done, items["leftovers"].required) == (False, False)
    assert "leftovers" not in {item.key for item in readiness(ctx, campaign=earlier).items}
    browser = sign_in(make.member(copy))
    assert "/c/thi-2025/staff/leftovers" in browser.get("/c/thi-2025/staff/readiness")[1]
    page = browser.get("/c/thi-2025/staff/leftovers")[1]
    assert "<mark>2024</mark>" in page
    for address in ("basics", "timeline", "rules"):
        assert f'href="/c/thi-2025/staff/{address}"' in page


def test_it_takes_the_same_statements_for_any_number_of_texts(
    ctx: Context, make: Factories, earlier: Campaign, sign_in: Callable[[User], Browser], statements: Callable[[], int]
) -> None:
    copy = copy_campaign(ctx, campaign=earlier, edition=EDITION)
    browser = sign_in(make.member(copy))
    browser.get("/c/thi-2025/staff/leftovers")
    statements()
    browser.get("/c/thi-2025/staff/leftovers")
    before = statements()
    for number in range(3):
        later = datetime(2025, 3, 1 + number, tzinfo=LOCAL_ZONE)
        make.phase(copy, title=f"Năm 2024 lần {number}", opens_at=later, closes_at=later)
    ctx.session.commit()
    statements()
    assert browser.get("/c/thi-2025/staff/leftovers")[1].count("<mark>") == 9
    assert statements() == before
