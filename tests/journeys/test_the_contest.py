"""One contest from registering to the bundle on disk, as people hold it: with the script and without."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from . import organiser, participant
from .conftest import DESKTOP, PHONE, Site, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAME = "Trần Thị Thuỷ"
ROUND = "Thi trực tuyến"
PREDICTION = "6"
PRIZES = 16


def test_a_contest_on_a_phone_and_at_a_desk(
    sqlite_site: Site, open_browser: Callable[..., Visitor], chromium: Browser, tmp_path: Path
) -> None:
    person = open_browser(sqlite_site.address)
    staff = [open_browser(sqlite_site.address, width=DESKTOP) for _ in range(2)]
    hold(sqlite_site, person, staff, chromium, tmp_path)


@pytest.mark.postgres
def test_a_contest_without_a_script(
    postgres_site: Site, open_browser: Callable[..., Visitor], chromium: Browser, tmp_path: Path
) -> None:
    person = open_browser(postgres_site.address, width=DESKTOP, script=False)
    staff = [open_browser(postgres_site.address, width=PHONE, script=False) for _ in range(2)]
    hold(postgres_site, person, staff, chromium, tmp_path)


def hold(site: Site, person: Visitor, staff: list[Visitor], chromium: Browser, folder: Path) -> None:
    """Hold the contest. The person answers everything rightly and faster than anybody else, and wins."""
    take_part(site, person)
    for visitor, account in zip(staff, site.staff, strict=True):
        organiser.sign_in(visitor, account)
        organiser.open_overview(visitor, site)
    excluded, ranked = rank(staff[0])
    assert ranked[0] == NAME
    adopt(staff)
    award(staff)
    publish(staff)
    see_the_results(site, person)
    organiser.download_bundle(staff[1], folder / "bundle.zip")
    nameless = {excluded, *ranked[PRIZES:]} - set(ranked[:PRIZES])
    assert nameless
    read_from_disk(folder / "bundle.zip", chromium, nameless)


def take_part(site: Site, person: Visitor) -> None:
    page = person.page
    participant.join(person, site, name=NAME, contact="0912 345 678")
    participant.enter(person, site)
    expect(page.locator(".facts")).to_contain_text("15 phút")
    right = site.right_options(participant.start(person))
    for position in range(1, 11):
        participant.choose(person, position, right[position])
        participant.go_on(person)
    page.reload()
    person.inspect()
    expect(page.locator("#q-11")).to_be_visible()
    participant.expect_answered(person, 10)
    for position in range(11, 21):
        participant.choose(person, position, right[position])
        participant.go_on(person)
    participant.expect_answered(person, 20)
    person.inspect()
    page.locator("#prediction").fill(PREDICTION)
    hand_in(person)


def hand_in(person: Visitor) -> None:
    page = person.page
    with page.expect_navigation():
        person.button("Xem lại và nộp bài").click()
    person.inspect()
    expect(page.locator("main")).to_contain_text("Mọi câu hỏi đã được trả lời và lưu")
    expect(page.locator(".definitions")).to_contain_text(PREDICTION)
    person.press(person.button("Nộp bài"))
    expect(page.locator("h1")).to_have_text("Bài thi đã được nộp")
    code = page.locator("p.code").inner_text()
    page.locator("summary").click()
    person.press(person.link("Kiểm tra mã này"))
    expect(page.locator("main")).to_contain_text("Biên nhận này là thật")
    expect(page.locator(".definitions")).to_contain_text(code)
    page.go_back()
    person.press(person.link("Xem kết quả"))
    expect(page.locator(".big")).to_have_text("20 / 20")


def rank(first: Visitor) -> tuple[str, list[str]]:
    """Close the round, build the ranking, exclude the second; return that person and the names that stay."""
    organiser.close_round(first, ROUND)
    organiser.see_to(first, f"Lập và kiểm tra bảng xếp hạng của “{ROUND}”")
    first.press(first.button("Lập bảng xếp hạng"))
    before = organiser.ranked(first)
    organiser.exclude(first, before[1])
    organiser.open_section(first, "Bảng xếp hạng")
    first.press(first.button("Lập bảng xếp hạng"))
    ranked = organiser.ranked(first)
    assert ranked == [before[0], *before[2:]]
    return before[1], ranked


def adopt(staff: list[Visitor]) -> None:
    first, second = staff
    first.press(first.button("Trình để thông qua"))
    first.press(first.button("Xác nhận thông qua"))
    expect(first.button("Xác nhận thông qua")).to_have_count(0)
    organiser.see_to(second, f"Thông qua bảng xếp hạng của “{ROUND}”")
    second.press(second.page.locator(".link-list a").first)
    second.press(second.button("Xác nhận thông qua"))
    expect(second.page.locator(".page-head")).to_contain_text("Đã thông qua")


def award(staff: list[Visitor]) -> None:
    first, second = staff
    organiser.open_section(first, "Giải thưởng")
    expect(first.page.locator("main")).to_contain_text("1.000.000")
    organiser.open_section(first, "Danh sách đạt giải")
    first.press(first.button("Lập danh sách đạt giải"))
    expect(first.page.locator("tbody tr").first).to_contain_text(NAME)
    for visitor in staff:
        organiser.open_section(visitor, "Danh sách đạt giải")
        visitor.press(visitor.button("Xác nhận danh sách đạt giải số 1"))
    expect(second.page.locator("#messages")).to_contain_text("đã được thông qua")


def publish(staff: list[Visitor]) -> None:
    first, second = staff
    organiser.open_section(first, "Công bố")
    first.press(first.button("Lập bản công bố"))
    expect(first.button("Xác nhận và công bố")).to_have_count(0)
    organiser.open_section(second, "Công bố")
    second.press(second.button("Xác nhận và công bố"))
    expect(second.page.locator("#messages")).to_contain_text("Đã công bố bản số 1")


def see_the_results(site: Site, person: Visitor) -> None:
    """The page of the contest leads to the results; the person's own page tells the place and the right answers."""
    page = person.page
    person.visit(site.campaign)
    person.press(page.locator(".cols").get_by_role("link", name="Xem kết quả"))
    expect(page.locator("main")).to_contain_text(NAME)
    for title in page.locator("nav.tabs a").all_inner_texts()[1:]:
        person.press(page.locator("nav.tabs").get_by_role("link", name=title))
    person.press(participant.own_part(person, site).get_by_role("link", name="Xem kết quả"))
    expect(page.locator(".definitions")).to_contain_text("Thứ hạng")
    expect(page.locator(".option.is-right")).not_to_have_count(0)


def read_from_disk(bundle: Path, chromium: Browser, nameless: set[str]) -> None:
    """Open the bundle's pages from disk: they ask no host, name the winner, and nobody without a prize."""
    folder = bundle.with_suffix("")
    with zipfile.ZipFile(bundle) as packed:
        packed.extractall(folder)
    page = chromium.new_context(viewport={"width": PHONE, "height": 740}).new_page()
    reader = Visitor(page, PHONE, script=True, address=folder.as_uri())
    reader.visit(f"{folder.as_uri()}/index.html")
    expect(page.locator("main")).to_contain_text(NAME)
    reader.press(page.get_by_role("link", name="Danh sách đạt giải").first)
    expect(page.locator("main")).to_contain_text(NAME)
    page.context.close()
    text = "".join(one.read_text("utf-8") for one in folder.rglob("*") if one.suffix in {".html", ".json", ".csv"})
    assert NAME in text
    assert {name for name in nameless if name in text} == set()
