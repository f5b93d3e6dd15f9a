"""The paper's own script in a browser: saving, going on without the network, taking over, and the keyboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.quiz.conftest import Quiz

from cuocthi_quiz.models import Attempt

from .conftest import SAVED, choose, start, stored

pytestmark = pytest.mark.browser


def test_answers_and_flags_are_saved_and_survive_a_reload(quiz: Quiz, open_page: Callable[[], Page]) -> None:
    page = open_page()
    start(page)
    replies: list[str] = []
    page.on("response", lambda it: replies.append(f"{it.request.method} {it.url.rpartition('/')[2]}"))
    with page.expect_response("**/flag"):
        page.locator("#q-1 [data-flag]").click()
    choose(page, 1, 1)
    expect(page.locator("#q-1 [data-saved]")).to_have_text(SAVED)
    assert replies == ["POST flag", "POST answer"], "no page is loaded for either"
    page.locator("[data-step='1']").click()
    expect(page.locator("#q-2")).to_be_visible()
    assert page.url.endswith("/2")
    page.reload()
    expect(page.locator("#q-2")).to_be_visible()
    expect(page.locator(".question-map .is-answered")).to_have_count(1)
    expect(page.locator(".question-map .is-flagged")).to_have_count(1)
    assert stored(quiz) == {1: 0b10}


def test_what_could_not_be_sent_is_sent_after_a_reload(quiz: Quiz, open_page: Callable[[], Page]) -> None:
    page = open_page()
    start(page)
    page.route("**/answer", lambda route: route.abort())
    choose(page, 1, 1)
    expect(page.locator("#q-1 .saved-failed")).to_be_visible()
    assert stored(quiz) == {}
    page.unroute("**/answer")
    page.reload()
    expect(page.locator("#q-1 [data-saved]")).to_have_text(SAVED)
    assert stored(quiz) == {1: 0b10}


def test_a_second_device_takes_over_and_the_first_says_so(quiz: Quiz, open_page: Callable[[], Page]) -> None:
    first = open_page()
    start(first)
    choose(first, 1, 0)
    expect(first.locator("#q-1 [data-saved]")).to_have_text(SAVED)
    second = open_page()
    start(second)
    choose(second, 1, 1)
    expect(second.locator("#q-1 [data-saved]")).to_have_text(SAVED)
    choose(first, 1, 2)
    expect(first.locator("[data-notice] p")).to_contain_text("Bài thi đang được mở ở nơi khác")
    assert stored(quiz) == {1: 0b10}


def test_the_quiz_can_be_taken_by_keyboard(quiz: Quiz, open_page: Callable[[], Page]) -> None:
    page = open_page()
    start(page)
    for position in range(1, 6):
        page.locator(f"#q-{position} [name=choice]").first.focus()
        page.keyboard.press("2")
        expect(page.locator(f"#q-{position} [data-saved]")).to_have_text(SAVED)
        page.keyboard.press("Enter")
    page.locator("#prediction").focus()
    page.keyboard.type("12")
    page.keyboard.press("Enter")
    page.wait_for_url("**/summary")
    page.locator(".paper-foot button").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/receipt")
    found = stored(quiz)
    assert found == dict.fromkeys(range(1, 6), 0b10)
    assert quiz.ctx.session.query(Attempt).one().prediction == 12
    quiz.ctx.session.commit()


def test_at_zero_the_paper_is_handed_in_as_saved(quiz: Quiz, open_page: Callable[[], Page]) -> None:
    page = open_page()
    start(page)
    choose(page, 1, 1)
    expect(page.locator("#q-1 [data-saved]")).to_have_text(SAVED)
    quiz.later(minutes=15)
    page.evaluate("document.dispatchEvent(new Event('cuocthi:deadline'))")
    page.wait_for_url("**/receipt")
    attempt = quiz.ctx.session.query(Attempt).populate_existing().one()
    assert attempt.submitted_at == attempt.deadline
    quiz.ctx.session.commit()
