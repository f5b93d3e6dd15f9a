"""The release in small, within a page of another site."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Flask as Portal
from flask import Response
from werkzeug.serving import make_server

from cuocthi_publishing.domain import withdrawals
from cuocthi_publishing.settings import PublishSettings

from .conftest import NAMES, Contest

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

    from flask import Flask
    from flask.testing import FlaskClient
    from playwright.sync_api import Browser

    from cuocthi.clock import FixedClock

EMBED = "/c/hoi-thi/publishing/embed"


def test_it_shows_figures_and_first_winners_and_leads_to_the_results(contest: Contest, client: FlaskClient) -> None:
    contest.let_out(PublishSettings(depth=8))
    contest.adopt()
    contest.publish()
    contest.ctx.session.commit()
    page = client.get(EMBED).text
    assert NAMES[0] in page
    assert "người có kết quả" in page
    assert 'href="/c/hoi-thi/publishing/" target="_blank" rel="noopener"' in page
    assert "<script" not in page
    assert "<form" not in page
    assert contest.people[5].code not in page


def test_only_this_page_may_be_framed_by_others(contest: Contest, client: FlaskClient) -> None:
    contest.adopt()
    contest.publish()
    contest.ctx.session.commit()
    policy = client.get(EMBED).headers["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors *")
    assert "script-src" not in policy
    assert policy.startswith("default-src 'none'")
    for other in ("", "release/1/", "check"):
        assert (
            "frame-ancestors 'none'" in client.get(f"/c/hoi-thi/publishing/{other}").headers["Content-Security-Policy"]
        )


def test_it_says_when_there_is_nothing_yet_or_no_more(contest: Contest, client: FlaskClient, clock: FixedClock) -> None:
    contest.adopt()
    contest.publish(not_before=contest.ctx.now + timedelta(hours=1))
    contest.ctx.session.commit()
    before = client.get(EMBED)
    assert "Kết quả chưa được công bố." in before.text
    assert NAMES[0] not in before.text
    assert before.headers["Content-Security-Policy"].endswith("frame-ancestors *")
    contest.later(clock, hours=1)
    assert NAMES[0] in client.get(EMBED).text
    first, second = contest.staff
    withdrawals.ask(first, campaign=contest.campaign, number=1, reason="Nhầm.")
    withdrawals.confirm(second, campaign=contest.campaign, number=1)
    contest.ctx.session.commit()
    after = client.get(EMBED).text
    assert "Bản công bố số 1 đã được thu hồi" in after
    assert NAMES[0] not in after


def test_in_the_bundle_it_is_a_file_without_script_or_foreign_address(contest: Contest) -> None:
    contest.adopt()
    page = contest.files(contest.publish())["embed.html"].decode()
    assert NAMES[0] in page
    assert 'href="index.html"' in page
    assert "<script" not in page
    assert "://" not in page


@contextmanager
def served(app: WSGIApplication) -> Iterator[str]:
    """Serve an application and give its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()


def portal(frame: str, origin: str) -> Portal:
    """A site of another origin that allows itself nothing but this frame."""
    site = Portal("portal")

    @site.get("/")
    def page() -> Response:
        head = '<!doctype html><html lang="vi"><title>Cổng</title><link rel="icon" href="data:,">'
        html = f'{head}<iframe src="{frame}" title="Kết quả"></iframe>'
        policy = f"default-src 'none'; img-src data:; frame-src {origin}"
        return Response(html, headers={"Content-Security-Policy": policy, "Content-Type": "text/html; charset=utf-8"})

    return site


def test_a_page_of_another_origin_under_a_strict_policy_shows_it(
    contest: Contest, app: Flask, chromium: Browser
) -> None:
    contest.adopt()
    contest.publish()
    contest.ctx.session.commit()
    with served(app) as here, served(portal(here + EMBED, here)) as elsewhere:
        page = chromium.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", lambda request: complaints.append(request.url))
        page.goto(elsewhere, wait_until="networkidle")
        (frame,) = (one for one in page.frames if one.url == here + EMBED)
        assert frame.locator("h1").inner_text() == contest.campaign.name
        assert NAMES[0] in frame.locator("main").inner_text()
        look = frame.evaluate("getComputedStyle(document.querySelector('.embed-winners')).listStyleType")
        assert look == "none", "its style sheet is loaded"
        page.goto("about:blank")
        page.close()
    assert complaints == []


def test_another_page_of_the_site_is_not_shown_there(contest: Contest, app: Flask, chromium: Browser) -> None:
    contest.adopt()
    contest.publish()
    contest.ctx.session.commit()
    with served(app) as here, served(portal(f"{here}/c/hoi-thi/publishing/", here)) as elsewhere:
        page = chromium.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(elsewhere, wait_until="networkidle")
        page.close()
    assert any("frame-ancestors" in text for text in complaints)
