"""The way of a participant through the pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from .conftest import Site, Visitor

PASSWORD = "con-meo-nha-toi"
QUESTIONS = 20
SAVED = re.compile(r"^Đã lưu lúc \d\d:\d\d:\d\d$")


def own_part(visitor: Visitor, site: Site) -> Locator:
    """Open the campaign's page; return the part of it that is for this person."""
    visitor.visit(site.campaign)
    if not visitor.script:
        visitor.press(visitor.page.locator(".personal a"))
    return visitor.page.locator(".personal")


def join(visitor: Visitor, site: Site, *, name: str, contact: str) -> None:
    """Register, with the unit found without accents."""
    page = visitor.page
    visitor.press(own_part(visitor, site).get_by_role("link", name="Đăng ký", exact=True))
    page.locator("#unit-q").press_sequentially("so khcn")
    found = page.locator(".suggestions").get_by_role("link", name="Sở Khoa học và Công nghệ")
    if visitor.script:
        found.click()
        expect(page.locator("#unit")).to_contain_text("Sở Khoa học và Công nghệ")
    else:
        visitor.press(visitor.button("Tìm"))
        visitor.press(found)
    page.get_by_label("Họ và tên").fill(name)
    page.locator("#contact").fill(contact)
    page.get_by_label("Đặt mật khẩu").fill(PASSWORD)
    for chosen in ("category-0", "consent", "rules"):
        page.locator(f"label[for={chosen}]").click()
    visitor.press(visitor.button("Đăng ký"))


def enter(visitor: Visitor, site: Site) -> None:
    """Go to the entrance of the round."""
    visitor.press(own_part(visitor, site).get_by_role("link", name="Bắt đầu làm bài"))


def start(visitor: Visitor) -> int:
    """Start; return the number of the attempt."""
    visitor.press(visitor.button("Bắt đầu làm bài"))
    return int(visitor.page.url.split("/paper/")[1].split("/")[0])


def choose(visitor: Visitor, position: int, options: list[int]) -> None:
    """Choose the options of the question that is shown."""
    question = visitor.page.locator(f"#q-{position}")
    expect(question).to_be_visible()
    for option in options:
        question.locator(".option label").nth(option).click()
    if visitor.script:
        expect(question.locator("[data-saved]")).to_have_text(SAVED)


def go_on(visitor: Visitor) -> None:
    """Go to the next question: without the script that is another page, which saves what was chosen."""
    following = visitor.button("Câu tiếp theo").or_(
        visitor.page.locator(".paper-foot").get_by_text("Xem lại và nộp bài")
    )
    if visitor.script:
        following.click()
        return
    with visitor.page.expect_navigation():
        following.click()


def expect_answered(visitor: Visitor, count: int) -> None:
    expect(visitor.page.locator(".question-map .is-answered")).to_have_count(count)
    expect(visitor.page.locator("[data-counts]")).to_contain_text(f"Đã trả lời {min(count, QUESTIONS)} ·")
