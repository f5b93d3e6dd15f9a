"""The way of the organisers through the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Site, Visitor

#: How often a page is loaded again while the background work is done.
TRIES = 60


def sign_in(visitor: Visitor, account: list[str]) -> None:
    address, contact, password = account
    visitor.visit(address)
    visitor.page.locator("#contact").fill(contact)
    visitor.page.locator("#password").fill(password)
    visitor.press(visitor.button("Đăng nhập"))


def open_overview(visitor: Visitor, site: Site) -> None:
    """Go from the campaign's public page to the pages for the committees."""
    visitor.visit(site.campaign)
    if not visitor.script:
        visitor.press(visitor.page.locator(".personal a"))
    visitor.press(visitor.page.get_by_role("link", name="Đến trang của các ban, tổ"))


def open_section(visitor: Visitor, title: str) -> None:
    """Choose a section from the navigation, which is a drawer on a phone."""
    page = visitor.page
    drawer = page.locator(".staff-drawer > summary")
    if drawer.is_visible():
        drawer.click()
    group = page.locator(".staff-group:not([open])", has=page.get_by_text(title, exact=True)).locator("summary:visible")
    if group.count():
        group.click()
    visitor.press(page.locator("nav a:visible").filter(has=page.get_by_text(title, exact=True)))


def see_to(visitor: Visitor, title: str) -> None:
    """Go from the overview to where something is done that stands among what is to be done next."""
    open_section(visitor, "Tổng quan")
    visitor.press(visitor.page.get_by_role("link", name=f"Thực hiện : {title}"))


def close_round(visitor: Visitor, title: str) -> None:
    open_section(visitor, "Tiến trình")
    visitor.press(visitor.page.get_by_role("link", name=f"Đóng ngay : {title}"))
    visitor.page.get_by_label("Lý do").fill("Diễn tập trước khi công bố")
    visitor.page.locator("#confirm").fill(title)
    visitor.press(visitor.button("Đóng ngay"))


def build_ranking(visitor: Visitor) -> list[str]:
    """Build the ranking; return the names in their order."""
    open_section(visitor, "Bảng xếp hạng")
    visitor.press(visitor.button("Lập bảng xếp hạng"))
    return ranked(visitor)


def ranked(visitor: Visitor) -> list[str]:
    """Return the names in the ranking that is shown, without the contest numbers beside them."""
    names = visitor.page.locator("tbody td:nth-child(2)")
    return [str(text).strip() for text in names.evaluate_all("all => all.map(one => one.firstChild.textContent)")]


def exclude(visitor: Visitor, name: str) -> None:
    """Exclude somebody from the page of the ranking, with a reason."""
    visitor.press(visitor.page.get_by_role("link", name=f"Loại {name}"))
    visitor.page.get_by_label("Lý do").fill("Thành viên Tổ giúp việc dự thi trái Thể lệ")
    visitor.press(visitor.button("Loại"))


def download_bundle(visitor: Visitor, path: Path) -> None:
    """Wait for the background work, then keep the bundle."""
    link = visitor.link("Tải gói công bố")
    for _ in range(TRIES):
        if link.count():
            break
        visitor.page.wait_for_timeout(500)
        visitor.page.reload()
    with visitor.page.expect_download() as downloaded:
        link.click()
    downloaded.value.save_as(path)
