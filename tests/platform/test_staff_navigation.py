"""The staff navigation: which groups there are, what stands in them, and where one is."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from cuocthi.campaigns.models import CampaignState
from cuocthi.contributions import NavGroup, NavItem, Permission, Role
from cuocthi.testing.plugins import make_plugin
from cuocthi.text import T

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.contributions import Browser
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

    SignIn = Callable[[User], Browser]

GROUPS = ["Thiết lập", "Đăng ký, dự thi", "Điều hành", "Kết quả", "Nhật ký, hệ thống"]


def relay() -> ModuleType:
    """A plugin with a link that names no group, and one among the results where something waits."""

    def register_permissions() -> list[Permission]:
        return [Permission("relay:baton:give", T("Hand batons over"), frozenset({Role.ORGANISING}))]

    def nav_items() -> list[NavItem]:
        return [
            NavItem("batons", T("Batons"), "/batons", "relay:baton:give"),
            NavItem("times", T("Times"), "/times", "relay:baton:give", 1, 3, NavGroup.RESULTS),
        ]

    return make_plugin("relay", register_permissions, nav_items)


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [relay()]


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    return make.campaign("thi", plugins=("relay",))


def column(page: str) -> str:
    """The navigation as it stands beside a page; the drawer of a phone has the same."""
    return page.split('<div class="staff-side">', 1)[1].split("</nav>", 1)[0]


def groups(page: str) -> dict[str, tuple[bool, list[str]]]:
    """Each group with whether it is unfolded, and its links."""
    found = re.findall(
        r'<details class="staff-group"( open)?>.*?<summary><span>(.*?)</span>(.*?)</details>', column(page), re.DOTALL
    )
    return {title: (bool(is_open), re.findall(r"<a [^>]*><span>(.*?)</span>", rest)) for is_open, title, rest in found}


def unfolded(page: str) -> list[str]:
    return [title for title, (is_open, _) in groups(page).items() if is_open]


def current(page: str) -> list[str]:
    return re.findall(r'aria-current="page"><span>(.*?)</span>', column(page))


def test_links_stand_in_groups_in_the_order_of_the_organisers_way(
    make: Factories, campaign: Campaign, sign_in: SignIn
) -> None:
    organiser = make.member(campaign, Role.ORGANISING)
    _, page = sign_in(organiser).get("/c/thi/staff/")
    shown = groups(page)
    assert list(shown) == GROUPS
    assert shown["Thiết lập"][1][:3] == ["Thông tin và cài đặt", "Tiến trình", "Đơn vị"]
    above = column(page).split("<details", 1)[0]
    assert re.findall(r"<a [^>]*><span>(.*?)</span>", above) == ["Tổng quan", "Chuẩn bị và mở"]


def test_a_plugin_names_the_group_of_its_link_and_without_it_stands_among_what_runs(
    make: Factories, campaign: Campaign, sign_in: SignIn
) -> None:
    organiser = make.member(campaign, Role.ORGANISING)
    _, page = sign_in(organiser).get("/c/thi/staff/")
    shown = groups(page)
    assert shown["Kết quả"][1][0] == "Times"
    assert "Batons" in shown["Điều hành"][1]
    waiting = re.search(r'<summary><span>Kết quả</span><span class="count">(\d+)', column(page))
    assert waiting is not None
    assert waiting[1] == "3"


def test_the_group_of_the_page_at_hand_is_unfolded_and_its_link_marked(
    make: Factories, campaign: Campaign, sign_in: SignIn
) -> None:
    organiser = sign_in(make.member(campaign, Role.ORGANISING))
    for path, link, group in (
        ("timeline/rounds", "Tiến trình", "Thiết lập"),
        ("entrants", "Thông tin và cài đặt", "Thiết lập"),
        ("retention", "Thông tin và cài đặt", "Thiết lập"),
        ("permissions", "Các ban, tổ", "Thiết lập"),
        ("enrolments/", "Người dự thi", "Đăng ký, dự thi"),
    ):
        _, page = organiser.get(f"/c/thi/staff/{path}")
        assert current(page) == [link]
        assert unfolded(page) == [group]


def test_above_the_groups_the_one_that_comes_next_is_unfolded(make: Factories, sign_in: SignIn) -> None:
    next_group = {
        CampaignState.DRAFT: "Thiết lập",
        CampaignState.OPEN: "Điều hành",
        CampaignState.ARCHIVED: "Kết quả",
    }
    for state, group in next_group.items():
        campaign = make.campaign(f"thi-{state}", state=state)
        _, page = sign_in(make.member(campaign, Role.ORGANISING)).get(f"/c/thi-{state}/staff/leftovers")
        assert current(page) == ["Chuẩn bị và mở"]
        assert unfolded(page) == [group]


def test_who_sees_few_links_sees_them_all_at_once(make: Factories, campaign: Campaign, sign_in: SignIn) -> None:
    coordinator = make.member(campaign, Role.COORDINATING, unit=make.unit("Sở A"))
    _, page = sign_in(coordinator).get("/c/thi/staff/participation/")
    shown = groups(page)
    assert list(shown) == ["Đăng ký, dự thi"]
    assert shown["Đăng ký, dự thi"] == (True, ["Dự thi theo đơn vị"])
