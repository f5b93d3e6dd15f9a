"""What waits in the browser to be sent: kept whatever happens to the page, sent by whichever is opened next."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect
from tests.quiz.conftest import Quiz

from .conftest import SAVED, choose, start, stored

pytestmark = pytest.mark.browser

STALE = "Nơi khác đã lưu: {}. Bạn vừa chọn: {}. Muốn đổi, vui lòng chọn lại."


def saved(page: Page, position: int, text: str = SAVED) -> None:
    """Wait until the page says of a question that it is saved."""
    expect(page.locator(f"#q-{position} [data-saved]")).to_have_text(text)


def waits(page: Page, position: int) -> None:
    """Wait until the page says of a question that it is not saved yet."""
    expect(page.locator(f"#q-{position} .saved-failed")).to_contain_text("Câu trả lời được giữ trên máy này")


def onward(page: Page) -> None:
    page.locator("[data-step='1']").click()


def no_line(page: Page) -> None:
    page.route("**/answer", lambda route: route.abort())


def line_is_back(page: Page) -> None:
    page.unroute("**/answer")
    page.evaluate("dispatchEvent(new Event('online'))")


def kept(page: Page) -> int:
    count: int = page.evaluate("localStorage.length")
    return count


def to_summary(page: Page) -> str:
    """Return the address of the page before the hand-in."""
    return page.url.rpartition("/")[0] + "/summary"


def test_whoever_was_signed_out_goes_on_answering_and_loses_nothing(quiz: Quiz, open_page: Callable[[], Page]) -> None:
    page = open_page()
    start(page)
    choose(page, 1, 1)
    saved(page, 1)
    (session,) = (one for one in page.context.cookies() if one["name"] == "cuocthi")
    page.context.clear_cookies()
    for position in (2, 3):
        onward(page)
        choose(page, position, 1)
        waits(page, position)
    page.locator("a[data-leave]").first.click()
    expect(page.locator("[data-notice]")).to_be_in_viewport()
    assert page.url.endswith("/3")
    # Signed in again, in another tab.
    page.context.add_cookies([{"name": session["name"], "value": session["value"], "url": page.url}])
    page.goto(to_summary(page))
    expect(page.locator("main dl")).to_contain_text("3 / 5")
    assert (stored(quiz), kept(page)) == (dict.fromkeys((1, 2, 3), 0b10), 0)


def test_nothing_is_handed_in_before_what_waits_is_sent(quiz: Quiz, open_page: Callable[[], Page]) -> None:
    page = open_page()
    start(page)
    no_line(page)
    choose(page, 1, 1)
    waits(page, 1)
    page.goto(to_summary(page))
    expect(page.locator("[data-notice]")).to_contain_text("Mất kết nối mạng")
    page.get_by_role("button", name="Nộp bài").click()
    assert (stored(quiz), kept(page)) == ({}, 1)
    line_is_back(page)
    page.wait_for_url("**/receipt")
    expect(page.locator("[data-notice] p")).to_have_count(0)
    assert (stored(quiz), kept(page)) == ({1: 0b10}, 0)


def test_what_came_too_late_is_named_on_the_receipt(quiz: Quiz, open_page: Callable[[], Page]) -> None:
    page = open_page()
    start(page)
    choose(page, 1, 1)
    saved(page, 1)
    no_line(page)
    choose(page, 1, 0)
    onward(page)
    choose(page, 2, 1)
    quiz.later(minutes=16)
    page.evaluate("document.dispatchEvent(new Event('cuocthi:deadline'))")
    waits(page, 2)
    line_is_back(page)
    page.wait_for_url("**/receipt")
    expect(page.locator("[data-notice]")).to_contain_text("không được tính: Câu 1, Câu 2.")
    assert (stored(quiz), kept(page)) == ({1: 0b10}, 0)
    page.reload()
    expect(page.locator(".receipt")).to_contain_text("1 / 5")
    expect(page.locator("[data-notice] p")).to_have_count(0)


def test_a_device_that_comes_back_when_time_is_up_is_told_so(quiz: Quiz, open_page: Callable[[], Page]) -> None:
    page = open_page()
    start(page)
    no_line(page)
    choose(page, 1, 0)
    waits(page, 1)
    quiz.later(minutes=16)
    page.unroute("**/answer")
    page.reload()
    expect(page.locator("[data-notice]")).to_contain_text("không được tính: Câu 1.")
    assert kept(page) == 1
    page.locator("main form button").click()
    page.wait_for_url("**/receipt")
    expect(page.locator("[data-notice]")).to_contain_text("không được tính: Câu 1.")
    assert (stored(quiz), kept(page)) == ({}, 0)


def test_of_two_tabs_the_later_choice_counts(quiz: Quiz, open_page: Callable[[], Page]) -> None:
    first = open_page()
    start(first)
    second = first.context.new_page()
    second.goto(first.url)
    no_line(first)
    no_line(second)
    choose(second, 1, 0)
    waits(second, 1)
    choose(first, 1, 2)
    waits(first, 1)
    expect(second.locator("#q-1 [name=choice]").nth(2)).to_be_checked()
    line_is_back(first)
    saved(first, 1)
    line_is_back(second)
    onward(second)
    choose(second, 2, 1)
    saved(second, 2)
    expect(second.locator("[data-notice] p")).to_have_count(0)
    assert stored(quiz) == {1: 0b100, 2: 0b10}
    no_line(first)
    choose(first, 1, 1)
    waits(first, 1)
    first.close()
    choose(second, 2, 0)
    saved(second, 2)
    saved(second, 1)
    assert stored(quiz)[1] == 0b10, "what a closed tab kept is sent by another"


def test_a_device_that_has_not_seen_the_last_answer_cannot_replace_it(
    quiz: Quiz, open_page: Callable[[], Page]
) -> None:
    stale, fresh = open_page(), open_page()
    start(stale)
    fresh.goto(stale.url)
    no_line(stale)
    for option in (1, 3, 0):
        choose(stale, 1, option)
    waits(stale, 1)
    choose(fresh, 1, 2)
    saved(fresh, 1)
    line_is_back(stale)
    letters = [fresh.locator("#q-1 .option-key").nth(option).inner_text() for option in (2, 0)]
    saved(stale, 1, STALE.format(*letters))
    assert stored(quiz) == {1: 0b100}
    choose(stale, 1, 0)
    saved(stale, 1)
    assert stored(quiz) == {1: 0b1}


def test_an_answer_that_was_changed_on_its_way_has_not_seen_more(quiz: Quiz, open_page: Callable[[], Page]) -> None:
    slow, quick = open_page(), open_page()
    start(slow)
    quick.goto(slow.url)
    held: list[Route] = []
    slow.route("**/answer", lambda route: held.append(route), times=1)  # noqa: PLW0108 - it is given an attribute
    with slow.expect_request("**/answer"):
        choose(slow, 1, 0)
    choose(slow, 1, 3)
    choose(quick, 1, 1)
    saved(quick, 1)
    with slow.expect_response("**/answer") as first:
        held[0].continue_()
    assert first.value.status == 409
    letters = [quick.locator("#q-1 .option-key").nth(option).inner_text() for option in (1, 3)]
    saved(slow, 1, STALE.format(*letters))
    expect(slow.locator("#q-1 [name=choice]").nth(1)).to_be_checked()
    assert (stored(quiz), kept(slow)) == ({1: 0b10}, 0)


def test_what_waits_goes_along_with_the_paper_but_not_past_another_device(
    quiz: Quiz, open_page: Callable[[], Page]
) -> None:
    first = open_page()
    entrance = first.url
    start(first)
    no_line(first)
    choose(first, 1, 1)
    waits(first, 1)
    first.unroute("**/answer")
    first.goto(entrance)
    start(first)  # takes the paper over from its own tab
    saved(first, 1)
    no_line(first)
    choose(first, 1, 0)
    waits(first, 1)
    second = open_page()
    start(second)
    onward(second)
    choose(second, 2, 1)
    saved(second, 2)
    line_is_back(first)
    expect(first.locator("[data-notice]")).to_contain_text("Bài thi đang được mở ở nơi khác")
    assert kept(first) == 1
    first.reload()
    start(first)
    expect(first.locator("[data-notice]")).to_contain_text("tại đây không được lưu: Câu 1.")
    assert (stored(quiz), kept(first)) == ({1: 0b10, 2: 0b10}, 0)


def test_a_reply_that_does_not_end_holds_nothing_up(quiz: Quiz, open_page: Callable[[], Page]) -> None:
    page = open_page()
    page.clock.install(time=quiz.ctx.now)
    # The head of the first reply comes, its body never does.
    page.add_init_script("""
        const ask = window.fetch;
        window.fetch = async (...request) => {
            const reply = await ask(...request);
            window.fetch = ask;
            return new Response(new ReadableStream({}), reply);
        };
    """)
    start(page)
    with page.expect_response("**/answer"):
        choose(page, 1, 1)
    onward(page)
    choose(page, 2, 1)
    page.clock.run_for(20_000)
    saved(page, 2)
    assert (stored(quiz), kept(page)) == ({1: 0b10, 2: 0b10}, 0)


def test_a_server_that_is_busy_is_asked_by_one_timer(quiz: Quiz, open_page: Callable[[], Page]) -> None:
    page = open_page()
    page.clock.install(time=quiz.ctx.now)
    start(page)
    asked = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=503)

    page.route("**/answer", refuse)
    for position in range(1, 6):
        choose(page, position, 1)
        waits(page, position)
        onward(page)
    page.clock.run_for(60_000)
    before = len(asked)
    for _ in range(60):
        page.clock.run_for(1_000)
    assert 1 <= len(asked) - before <= 60 / 7.5 + 1
    assert kept(page) == 5


def test_words_are_taken_when_time_is_up_though_nobody_left_the_field(
    quiz: Quiz, open_page: Callable[[], Page]
) -> None:
    page = open_page()
    page.clock.install(time=quiz.ctx.now)  # nothing is taken for a pause
    start(page)
    page.locator(".question-map a").last.click()
    page.locator("#prediction").focus()
    page.keyboard.type("12")
    with page.expect_navigation():
        page.evaluate("document.dispatchEvent(new Event('cuocthi:deadline'))")
    page.locator(".question-map a").last.click()
    expect(page.locator("#prediction")).to_have_value("12")
    assert kept(page) == 0
