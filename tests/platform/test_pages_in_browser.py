"""The style guide in a browser: the rules of WCAG by axe, the narrow phone, the script, and htmx under the real CSP."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask, render_template, render_template_string, request
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.serving import make_server

from cuocthi.web import styleguide

pytestmark = pytest.mark.browser

# Several suites may share the machine.
expect.set_options(timeout=30_000)

AXE = Path(__file__).parents[1] / "vendor/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CLOCK = """
{% extends "paper_base.html" %}{% from "macros/ui.html" import timer %}
{% block timer %}{{ timer(ends, now, 10, announce='4') }}{% endblock %}{% block content %}<h1>Câu 1</h1>{% endblock %}
"""
LINKS = """
{% extends "base.html" %}{% block title %}Trang {{ number }}{% endblock %}
{% block content %}<h1>Trang {{ number }}</h1><p>
<a href="/pages?number=2" hx-boost="true">Tiếp</a> <a href="/broken" hx-boost="true">Hỏng</a></p>{% endblock %}
"""


def sample_app() -> Flask:
    app = styleguide.sample_app()

    @app.route("/clock")
    def clock() -> str:
        # The server's clock is five hours ahead of the browser's: only its own deadline counts.
        now = datetime.now(UTC) + timedelta(hours=5)
        return render_template_string(CLOCK, now=now, ends=now + timedelta(seconds=10))

    @app.route("/pages")
    def pages() -> str:
        return render_template_string(LINKS, number=request.args.get("number", "1"))

    @app.route("/broken")
    def broken() -> tuple[str, int]:
        return "a secret", 500

    @app.before_request
    def refuse() -> tuple[str, int] | None:
        if request.args.get("q") != "refuse":
            return None
        words = {"title": "Không được phép", "what_happened": "Hãy đăng nhập lại.", "details": []}
        return render_template("error.html", what_was_kept=None, what_to_do=None, reference=None, **words), 403

    return app


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, sample_app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="vi-VN")
    yield context.new_page()
    context.close()


@pytest.fixture(params=[(360, "light"), (360, "dark"), (1280, "light"), (1280, "dark")], ids=lambda p: f"{p[0]}-{p[1]}")
def guide(chromium: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    width, scheme = request.param
    context: BrowserContext = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{address}/styleguide")
    yield page
    context.close()


def test_the_rules_of_wcag_are_kept(guide: Page) -> None:
    guide.evaluate(AXE.read_text("utf-8"))  # through the debugger, which the CSP does not bind
    found = guide.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []
    assert len(found["passes"]) > 30


def test_nothing_is_wider_than_the_window(guide: Page) -> None:
    width = guide.viewport_size["width"] if guide.viewport_size else 0
    assert guide.evaluate("document.documentElement.scrollWidth") == width


def test_targets_are_large_enough_for_a_thumb(guide: Page) -> None:
    targets = ".btn, .option > label, .question-map a, .tabs a, .pagination li > a, .choice, .footer-links a, summary, "
    targets += "select, textarea, [type=text], [type=search]"
    small = guide.eval_on_selector_all(
        targets, "all => all.filter(e => e.getBoundingClientRect().height < 43.9).map(e => e.outerHTML)"
    )
    assert small == []


def test_the_font_is_ours_and_the_policy_is_kept(tab: Page, address: str) -> None:
    messages: list[str] = []
    tab.on("console", lambda message: messages.append(message.text))
    tab.on("pageerror", lambda error: messages.append(str(error)))
    requested: list[str] = []
    tab.on("request", lambda sent: requested.append(sent.url))
    tab.goto(f"{address}/styleguide", wait_until="networkidle")
    assert messages == []
    assert tab.evaluate("document.fonts.check('600 16px \"Be Vietnam Pro\"', 'Nguyễn Thị Ánh')")
    assert all(url.startswith(address) for url in requested)
    assert len(requested) <= 7  # the page, two stylesheets (this is a staff page too), the script, two fonts, the icon


def test_a_table_is_exchanged_in_place_and_the_focus_stays(tab: Page, address: str) -> None:
    tab.goto(f"{address}/styleguide")
    tab.evaluate("window.mark = 'the same page'")
    tab.click("#participants-by-name")
    tab.wait_for_url("**/styleguide?sort=name")
    expect(tab.locator("#participants-by-name")).to_be_focused()
    tab.locator("#participants-q").press_sequentially("thảo")
    tab.wait_for_url("**q=th*")
    expect(tab.locator("#participants-q")).to_be_focused()
    expect(tab.locator("#participants-q")).to_have_value("thảo")
    tab.click("#participants-page-2")
    tab.wait_for_url("**page=2*")
    expect(tab.locator("#participants-page-2")).to_be_focused()
    assert tab.evaluate("window.mark") == "the same page"


def test_a_refused_table_shows_why(tab: Page, address: str) -> None:
    tab.goto(f"{address}/styleguide")
    tab.fill("#participants-q", "refuse")
    tab.click("#participants button[type=submit]")
    tab.wait_for_selector("main h1:has-text('Không được phép')")
    assert tab.locator("main").count() == 1
    expect(tab.locator("h1")).to_be_focused()


def test_a_boosted_page_takes_the_focus_to_its_heading(tab: Page, address: str) -> None:
    tab.goto(f"{address}/pages")
    tab.evaluate("window.mark = 'the same page'")
    tab.click("text=Tiếp")
    tab.wait_for_selector("h1:has-text('Trang 2')")
    expect(tab.locator("h1")).to_be_focused()
    assert tab.evaluate("window.mark") == "the same page"
    expect(tab).to_have_title("Trang 2")


@pytest.mark.parametrize("offline", [False, True])
def test_a_page_that_cannot_be_had_is_said_and_nothing_is_lost(tab: Page, address: str, *, offline: bool) -> None:
    tab.goto(f"{address}/pages")
    tab.context.set_offline(offline)
    tab.click("text=Hỏng")
    expect(tab.locator("#messages .notice-error")).to_have_text(tab.get_attribute("body", "data-failed") or "missing")
    assert tab.inner_text("h1") == "Trang 1"
    assert "secret" not in tab.inner_text("body")


def test_the_clock_runs_to_the_deadline_of_the_server(tab: Page, address: str) -> None:
    tab.goto(f"{address}/clock")
    tab.evaluate("""() => {
        window.ended = 0;
        document.addEventListener("cuocthi:deadline", () => { window.ended += 1; });
    }""")
    clock, announcer = tab.locator("[role=timer]"), tab.locator("[data-announcer]")
    expect(clock).to_have_text(re.compile(r"^Còn [5-9] giây$"))
    assert announcer.inner_text() == ""
    expect(announcer).to_have_text(re.compile(r"^Còn [0-3] giây$"))
    expect(clock).to_have_text("Đã hết giờ")
    assert (announcer.inner_text(), tab.evaluate("window.ended")) == ("Đã hết giờ", 1)


def test_all_of_it_is_there_without_a_script(chromium: Browser, address: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/styleguide")
    page.click("#participants-by-name")
    assert page.url.endswith("sort=name")
    page.fill("#participants-q", "thảo")
    page.click("#participants button[type=submit]")
    assert "q=th" in page.url
    assert page.locator(".countdown").first.inner_text() != ""
    context.close()
