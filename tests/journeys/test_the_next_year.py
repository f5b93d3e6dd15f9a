"""An organiser holds last year's contest again, by the pages alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import expect

from . import organiser
from .conftest import DESKTOP, Site, Visitor

pytestmark = pytest.mark.browser

HOST = "Sở Khoa học và Công nghệ tỉnh Hưng Yên"


def test_last_years_contest_is_set_up_for_the_next_year(
    shared_site: Site, open_browser: Callable[..., Visitor]
) -> None:
    visitor = open_browser(shared_site.address, width=DESKTOP)
    page = visitor.page
    organiser.sign_in(visitor, shared_site.staff[0])
    visitor.visit(f"{shared_site.address}/staff/")
    visitor.press(visitor.link("Tạo cuộc thi mới"))
    visitor.press(page.locator(".link-list a").first)

    first = date.fromisoformat(page.locator("#opens_on").input_value())
    expect(page.locator("#moved")).to_contain_text(f"/{first.year}")
    page.locator("label[for=keep_weekdays]").click()
    chosen = first.replace(month=9, day=15)
    page.locator("#opens_on").fill(chosen.isoformat())
    expect(page.locator("#moved")).to_contain_text(re.compile(r"1[2-8]/09"))
    page.locator("#name").fill(f"Cuộc thi trắc nghiệm tìm hiểu về Chuyển đổi số năm {first.year}")
    page.locator("#host_name").fill(HOST)
    page.locator("#slug").fill("chuyen-doi-so-lan-toi")
    page.locator("label[for=members]").click()
    visitor.press(visitor.button("Tạo cuộc thi"))

    expect(page.locator("#messages")).to_contain_text("dự thảo")
    expect(page.locator("main")).to_contain_text("Còn 1 việc trước khi mở")
    organiser.open_section(visitor, "Thể lệ")
    expect(page.locator("main")).to_contain_text(HOST)
    visitor.press(visitor.button("Ban hành"))
    organiser.open_section(visitor, "Chuẩn bị và mở")
    visitor.press(visitor.button("Mở cuộc thi"))
    visitor.visit(f"{shared_site.address}/c/chuyen-doi-so-lan-toi/")
    expect(page.locator("main")).to_contain_text("Cuộc thi chưa mở")
    expect(page.locator("footer")).to_contain_text(HOST)
