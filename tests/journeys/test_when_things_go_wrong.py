"""What people meet beside the plain way: no network, two tabs, the back button, coming late, running out of time."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from itertools import count

import pytest
from playwright.sync_api import expect

from . import participant
from .conftest import Site, Visitor

pytestmark = pytest.mark.browser

_numbers = count(1)


@pytest.fixture
def person(shared_site: Site, open_browser: Callable[..., Visitor]) -> Visitor:
    """Somebody with a phone who has just joined and stands at the entrance."""
    return newcomer(shared_site, open_browser)


def newcomer(site: Site, open_browser: Callable[..., Visitor]) -> Visitor:
    visitor = open_browser(site.address, careful=False)
    contact = f"nguoi-thi-{next(_numbers)}@example.com"
    participant.join(visitor, site, name="Nguyễn Văn An", contact=contact)
    participant.enter(visitor, site)
    return visitor


def test_without_the_network_it_is_said_what_is_not_saved_and_later_that_all_is(person: Visitor) -> None:
    person.expected = ("net::ERR_INTERNET_DISCONNECTED",)
    page = person.page
    participant.start(person)
    participant.choose(person, 1, [0])
    page.context.set_offline(True)
    page.locator("#q-1 .option label").nth(1).click()
    expect(page.locator("#q-1 [data-saved]")).to_contain_text("Chưa lưu được")
    expect(page.locator("#q-1 [data-saved]")).to_be_in_viewport()
    expect(page.locator("[data-notice]")).to_contain_text("Mất kết nối mạng")
    page.locator(".question-map a").last.click()
    page.get_by_role("link", name="Xem lại và nộp bài").click()
    expect(page.locator("[data-notice]")).to_be_in_viewport()
    person.inspect()
    page.context.set_offline(False)
    expect(page.locator("[data-notice]")).to_contain_text("mọi câu trả lời đã được lưu")
    page.reload()
    participant.expect_answered(person, 1)
    expect(page.locator("#q-1 [name=choice]").nth(1)).to_be_checked()


def test_a_second_tab_takes_over_and_the_first_leads_back(shared_site: Site, person: Visitor) -> None:
    person.expected = ("409",)
    participant.start(person)
    participant.choose(person, 1, [0])
    second = Visitor(person.page.context.new_page(), person.width, person.script, person.address, careful=False)
    second.press(participant.own_part(second, shared_site).get_by_role("link", name="Tiếp tục làm bài"))
    second.press(second.button("Tiếp tục làm bài"))
    participant.choose(second, 1, [1])
    participant.go_on(person)
    person.page.locator("#q-2 .option label").first.click()
    expect(person.page.locator("[data-notice]")).to_contain_text("Bài thi đang được mở ở nơi khác")
    expect(person.page.locator("[data-notice]")).to_be_in_viewport()
    person.press(person.link("Tải lại trang"))
    person.inspect()
    person.press(person.button("Tiếp tục tại đây"))
    expect(person.page.locator("#q-1 [name=choice]").nth(1)).to_be_checked()
    participant.choose(person, 1, [0])
    assert second.complaints == []


def test_the_back_button_after_handing_in_shows_the_receipt(person: Visitor) -> None:
    page = person.page
    participant.start(person)
    participant.choose(person, 1, [0])
    person.press(page.get_by_role("link", name="Xem lại và nộp bài"))
    person.press(person.button("Nộp bài"))
    receipt = page.url
    for _ in range(2):
        page.go_back()
        expect(page.locator("h1")).to_have_text("Bài thi đã được nộp")
    assert page.url == receipt


def test_who_comes_late_is_told_how_long_there_is(shared_site: Site, open_browser: Callable[..., Visitor]) -> None:
    with shared_site.at(shared_site.closes_at - timedelta(minutes=6, seconds=50)):
        person = newcomer(shared_site, open_browser)
        expect(person.page.locator("main")).to_contain_text("Nếu bắt đầu bây giờ, bạn có 6 phút")
        person.inspect()
        participant.start(person)
        expect(person.page.get_by_role("timer")).to_have_text(re.compile(r"^Còn [56] phút"))


def test_when_time_runs_out_the_open_paper_is_handed_in_as_saved(shared_site: Site, person: Visitor) -> None:
    page = person.page
    page.clock.install()
    participant.start(person)
    participant.choose(person, 1, [0])
    with shared_site.at(shared_site.course.registry.clock.now() + timedelta(minutes=15, seconds=1)):
        with page.expect_navigation(url="**/receipt"):
            page.clock.fast_forward("15:01")
        person.inspect()
        expect(page.locator(".definitions")).to_contain_text("hệ thống")
        expect(page.locator(".definitions")).to_contain_text("1 / 20")
