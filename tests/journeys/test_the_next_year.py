"""An organiser holds last year's contest again by the pages, in a department and a province that have changed."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from . import organiser
from .conftest import DESKTOP, Site, Visitor

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.browser

HOST = "Sở Khoa học và Công nghệ tỉnh Hưng Yên"
ADDRESS = "chuyen-doi-so-lan-toi"
#: The day on which the province was merged.
MERGED_ON = "2025-07-01"


def test_last_years_contest_is_set_up_for_the_next_year(
    shared_site: Site, open_browser: Callable[..., Visitor], tmp_path: Path
) -> None:
    visitor = open_browser(shared_site.address, width=DESKTOP)
    main = visitor.page.locator("main")
    organiser.sign_in(visitor, shared_site.staff[0])
    visitor.press(visitor.page.locator("main a[href$='/staff/']", has_text="Trang quản trị các cuộc thi"))
    hold_again(visitor)
    expect(main).to_contain_text("Còn 2 việc trước khi mở")
    say_questions_are_true(visitor)
    second = open_browser(shared_site.address, width=DESKTOP)
    organiser.sign_in(second, shared_site.staff[1])
    second.visit(f"{shared_site.address}/c/{ADDRESS}/staff/")
    say_questions_are_true(second)
    organiser.open_section(visitor, "Chuẩn bị và mở")
    expect(main).to_contain_text("Còn 1 việc trước khi mở")

    visitor.press(visitor.page.get_by_role("link", name=re.compile("Nội dung nói về cuộc thi lần này")))
    expect(main).to_contain_text("Ủy ban nhân dân tỉnh Thái Bình")
    say_who_may_take_part(visitor)
    merge_the_province(visitor, tmp_path)
    confirm_a_condition(visitor)

    organiser.open_section(visitor, "Thể lệ")
    expect(main).to_contain_text(HOST)
    expect(main).to_contain_text("từ đủ 14 tuổi")
    visitor.press(visitor.button("Ban hành"))
    organiser.open_section(visitor, "Chuẩn bị và mở")
    visitor.press(visitor.button("Mở cuộc thi"))
    visitor.visit(f"{shared_site.address}/c/{ADDRESS}/")
    expect(main).to_contain_text("Cuộc thi chưa mở")
    expect(visitor.page.locator("footer")).to_contain_text(HOST)


def hold_again(visitor: Visitor) -> None:
    """Begin from last year's contest, with other dates, another host and the same people."""
    page = visitor.page
    visitor.press(visitor.link("Tạo cuộc thi mới"))
    visitor.press(page.locator(".link-list a").first)
    first = date.fromisoformat(page.locator("#opens_on").input_value())
    expect(page.locator("#moved")).to_contain_text(f"/{first.year}")
    page.locator("label[for=keep_weekdays]").click()
    page.locator("#opens_on").fill(first.replace(month=9, day=15).isoformat())
    expect(page.locator("#moved")).to_contain_text(re.compile(r"1[2-8]/09"))
    page.locator("#name").fill(f"Cuộc thi trắc nghiệm tìm hiểu về Chuyển đổi số năm {first.year}")
    page.locator("#host_name").fill(HOST)
    page.locator("#slug").fill(ADDRESS)
    page.locator("label[for=members]").click()
    visitor.press(visitor.button("Tạo cuộc thi"))
    expect(page.locator("#messages")).to_contain_text("dự thảo")


def say_questions_are_true(visitor: Visitor) -> None:
    """Say of all questions of the earlier contest that they are still true, as two persons have to."""
    page = visitor.page
    organiser.open_section(visitor, "Câu hỏi")
    visitor.press(page.get_by_role("link", name="Rà soát hiệu lực", exact=True))
    page.locator("label[for=everything]").click()
    visitor.press(visitor.button("Tôi đã rà soát: vẫn còn đúng"))


def say_who_may_take_part(visitor: Visitor) -> None:
    page = visitor.page
    organiser.open_section(visitor, "Thông tin và cài đặt")
    visitor.press(visitor.link("Thông tin đăng ký, độ tuổi"))
    page.locator("#birth_date label", has_text="Bắt buộc").click()
    page.locator("#min_age").fill("14")
    visitor.button("Lưu").click()
    expect(page.locator("#entrants")).to_contain_text("Đã lưu.")


def merge_the_province(visitor: Visitor, folder: Path) -> None:
    """Download the units, merge the province and abolish its districts in the list, and hand it in."""
    page = visitor.page
    organiser.open_section(visitor, "Đơn vị")
    with page.expect_download() as download:
        page.locator("main").get_by_role("link", name="CSV", exact=True).click()
    before, after = folder / "units.csv", folder / "merged.csv"
    download.value.save_as(before)
    with before.open(encoding="utf-8-sig", newline="") as file:
        units = list(merged(csv.DictReader(file)))
    with after.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, units[0], restval="")
        writer.writeheader()
        writer.writerows(units)
    visitor.press(visitor.link("Nhập danh sách"))
    page.locator("#file").set_input_files(after)
    visitor.press(visitor.button("Xem trước"))
    expect(page.locator("main")).to_contain_text("Tỉnh Hưng Yên")
    visitor.press(visitor.button("Nhập danh sách"))
    expect(page.locator("#messages")).to_contain_text("1 đơn vị được thêm")
    expect(page.locator("main")).to_contain_text("từ đó là: Tỉnh Hưng Yên")


def merged(units: Iterable[dict[str, str]]) -> Iterable[dict[str, str]]:
    """Yield the new province, and each unit: districts and the old province end, all others lie below the new one."""
    for unit in units:
        if unit["kind"] == "province":
            new = {**unit, "code": "hung-yen", "name": "Tỉnh Hưng Yên", "aliases": ""}
            yield {**new, "valid_from": MERGED_ON, "valid_to": "", "successor": ""}
            yield {**unit, "valid_from": "", "valid_to": MERGED_ON, "successor": "hung-yen"}
        elif unit["kind"] == "district":
            yield {**unit, "valid_from": "", "valid_to": MERGED_ON, "successor": ""}
        else:
            yield {**unit, "parent": "hung-yen", "valid_from": "", "valid_to": "", "successor": ""}


def confirm_a_condition(visitor: Visitor) -> None:
    page = visitor.page
    organiser.open_section(visitor, "Điều kiện hành chính")
    page.get_by_role("link", name=re.compile("Xác nhận hoặc sửa")).first.click()
    page.locator("label", has_text="Đã đáp ứng").click()
    visitor.button("Lưu").click()
    expect(page.locator("main")).to_contain_text("đã đáp ứng")
