"""A paper on a bad day: lost replies, a slow or absent network, a clock that is wrong, a device that is handed on."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, Route, expect
from tests.quiz.conftest import Quiz

from cuocthi_quiz.models import Answer, Attempt

from .conftest import SAVED, choose, start, stored

pytestmark = pytest.mark.browser


def answers(quiz: Quiz) -> list[tuple[int, str]]:
    """What is stored for each question, with all its changes."""
    quiz.ctx.session.expire_all()
    found = [(row.position, row.history) for row in quiz.ctx.session.query(Answer).order_by(Answer.position)]
    quiz.ctx.session.commit()
    return found


def test_an_answer_whose_reply_was_lost_is_stored_once(quiz: Quiz, open_page: Callable[[], Page]) -> None:
    page = open_page()
    start(page)
    lost = []

    def lose(route: Route) -> None:
        lost.append(route.fetch().status)
        route.abort()

    # Some proxies on the way add a character set to what they pass on.
    page.route(
        "**/answer", lambda route: route.fulfill(response=route.fetch(), content_type="application/json; charset=utf-8")
    )
    page.route("**/answer", lose, times=2)
    choose(page, 1, 1)
    expect(page.locator("#q-1 [data-saved]")).to_have_text(SAVED, timeout=20_000)
    assert lost == [200, 200], "the server had saved it each time"
    ((position, history),) = answers(quiz)
    assert (position, history.count(";")) == (1, 1)
    assert stored(quiz) == {1: 0b10}


def test_ten_minutes_without_network_lose_nothing(quiz: Quiz, open_page: Callable[[], Page]) -> None:
    page = open_page()
    start(page)
    page.context.set_offline(True)
    choose(page, 1, 0)
    for position in range(1, 6):
        choose(page, position, 1)
        page.locator("[data-step='1']").click()
    expect(page.locator("[data-notice] p")).to_contain_text("Mất kết nối mạng")
    assert stored(quiz) == {}
    quiz.later(minutes=10)
    page.context.set_offline(False)
    expect(page.locator("[data-notice] p")).to_contain_text("mọi câu trả lời đã được lưu", timeout=30_000)
    assert stored(quiz) == dict.fromkeys(range(1, 6), 0b10)
    assert page.evaluate("localStorage.length") == 0


@pytest.mark.parametrize(
    "wrong_by", [timedelta(days=-400), timedelta(hours=-1), timedelta(minutes=20), timedelta(days=30)]
)
def test_a_wrong_clock_of_the_device_changes_nothing(
    quiz: Quiz, open_page: Callable[[], Page], wrong_by: timedelta
) -> None:
    page = open_page()
    page.clock.install(time=quiz.ctx.now + wrong_by)
    page.reload()
    start(page)
    expect(page.locator(".timer-value")).to_have_text(re.compile("Còn 1[45] phút"))
    choose(page, 1, 1)
    expect(page.locator("#q-1 [data-saved]")).to_have_text(SAVED)
    assert stored(quiz) == {1: 0b10}
    attempt = quiz.ctx.session.query(Attempt).one()
    assert (attempt.is_open, attempt.deadline - attempt.started_at) == (True, timedelta(minutes=15))
    quiz.ctx.session.commit()


def test_a_slow_network_is_slow_but_keeps_every_answer(quiz: Quiz, open_page: Callable[[], Page]) -> None:
    page = open_page()
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    # What Chromium's developers call "Slow 3G".
    slow = {"offline": False, "latency": 2000, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
    network.send("Network.emulateNetworkConditions", slow)
    start(page)
    for position in (1, 2):
        choose(page, position, 1)
        page.locator("[data-step='1']").click()
        expect(page.locator(f"#q-{position + 1}")).to_be_visible(timeout=500)
    expect(page.locator("#q-2 [data-saved]")).to_have_text(SAVED, timeout=30_000)
    assert stored(quiz) == {1: 0b10, 2: 0b10}


def test_signing_out_with_answers_that_wait_is_asked_about_and_clears_them(
    quiz: Quiz, open_page: Callable[[], Page]
) -> None:
    page = open_page()
    start(page)
    page.route("**/answer", lambda route: route.abort())
    choose(page, 1, 1)
    expect(page.locator("#q-1 .saved-failed")).to_be_visible()
    page.goto("/me")
    leave = page.get_by_role("button", name="Đăng xuất", exact=True)
    leave.click()
    expect(page.get_by_role("alert").filter(has_text="chưa gửi được")).to_be_visible()
    assert page.evaluate("localStorage.length") == 1, "whoever stays keeps everything"
    leave.click()
    page.wait_for_url(lambda url: not url.endswith("/me"))
    assert page.evaluate("localStorage.length") == 0


OLD_VIEW = """
    delete Element.prototype.replaceChildren;
    delete Document.prototype.replaceChildren;
    delete HTMLDialogElement.prototype.showModal;
    delete window.AbortController;
    const known = Intl.NumberFormat;
    Intl.NumberFormat = function (language, options) {
        if (options.style === "unit") throw new RangeError("style");
        return new known(language, options);
    };
"""
WITHOUT_STORAGE = """
    Object.defineProperty(window, "localStorage", {get() { return null; }});
"""


@pytest.mark.parametrize("lacks", [OLD_VIEW, OLD_VIEW + WITHOUT_STORAGE])
def test_a_paper_can_be_taken_in_an_old_view(quiz: Quiz, open_page: Callable[[], Page], lacks: str) -> None:
    page = open_page()
    page.clock.install(time=quiz.ctx.now)
    page.add_init_script(lacks)
    # What a browser that knows less of the language does with htmx.
    unreadable = {"body": "?", "content_type": "text/javascript"}
    page.route(re.compile(r"/(site|htmx\.min)\.js$"), lambda route: route.fulfill(**unreadable))
    start(page)
    expect(page.locator(".timer-value")).to_have_text(re.compile(r"Còn 00:1[45]:\d\d"))
    page.route("**/answer", lambda route: route.abort(), times=1)
    choose(page, 1, 1)
    expect(page.locator("#q-1 .saved-failed")).to_be_visible()
    page.clock.run_for(4_000)
    expect(page.locator("#q-1 [data-saved]")).to_have_text(SAVED)
    page.evaluate("""() => {
        const link = document.createElement("a");
        link.dataset.enlarge = "";
        link.href = "#picture";
        document.querySelector("#q-1 fieldset").append(link);
        link.click();
    }""")
    assert page.url.endswith("#picture"), "a picture opens as a page where none can be laid over this one"
    quiz.later(minutes=15)
    page.clock.fast_forward("15:00")
    page.wait_for_url("**/receipt")
    assert stored(quiz) == {1: 0b10}
    page.goto("/me")
    page.get_by_role("button", name="Đăng xuất", exact=True).click()
    page.wait_for_url(lambda url: not url.endswith("/me"))


@pytest.mark.parametrize(
    ("what_happens", "shown"),
    [
        ("Date.now = () => real() - 600000", "1[345]"),  # the device's clock is set back
        ("performance.now = () => asleep; Date.now = () => real() + 300000", "9"),  # it has slept
    ],
)
def test_the_time_left_is_right_whatever_the_device_does_to_its_clock(
    quiz: Quiz, open_page: Callable[[], Page], what_happens: str, shown: str
) -> None:
    page = open_page()
    start(page)
    page.evaluate(f"() => {{ const real = Date.now; const asleep = performance.now(); {what_happens}; }}")
    expect(page.locator(".timer-value")).to_have_text(re.compile(f"Còn {shown} phút"))
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator(".timer-value")).to_have_text(re.compile(f"Còn {shown} phút"))
