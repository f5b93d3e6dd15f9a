"""The release in small, within a page of another site."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from flask import Flask as Portal
from flask import Response
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.serving import make_server

from cuocthi.config import DEFAULT_ADDRESS
from cuocthi.registry import EXTENSION
from cuocthi.web.colour import contrast
from cuocthi_publishing.domain import withdrawals
from cuocthi_publishing.domain.colours import colours, stylesheet
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


# --- in the colours of a portal ---

COLOURED = f"{EMBED}/colours"


def sheet_of(page: str) -> list[str]:
    return re.findall(rf'href="({COLOURED}/[^"]+)"', page)


def test_a_portal_gives_it_two_colours(contest: Contest, client: FlaskClient) -> None:
    contest.adopt()
    contest.publish()
    contest.ctx.session.commit()
    answer = client.get(f"{COLOURED}?accent=%23B00020&ground=fff8e1")
    assert answer.headers["Content-Security-Policy"] == client.get(EMBED).headers["Content-Security-Policy"]
    assert "style=" not in answer.text
    assert "<style" not in answer.text
    (address,) = sheet_of(answer.text)
    sheet = client.get(address)
    assert sheet.content_type == "text/css; charset=utf-8"
    assert "immutable" in sheet.headers["Cache-Control"]
    for value in ("--paper:#fff8e1", "--accent:#b00020", "--ink:#16232b"):
        assert value in sheet.text
    assert NAMES[0] in answer.text
    again = client.get(f"{COLOURED}?accent=%23B00020&ground=fff8e1", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert sheet_of(client.get(EMBED).text) == []


@pytest.mark.parametrize(
    "query",
    ["", "accent=&ground=", "accent=777777&ground=888888", "accent=red&ground=ffffff", "accent=%23fff",
     "ground=0a5f66", "accent=0a5f66;}body{display:none", "accent=%22%3E%3Cscript%3E&ground=ffffff"],
)  # fmt: skip
def test_colours_that_cannot_be_read_are_no_colours(contest: Contest, client: FlaskClient, query: str) -> None:
    contest.adopt()
    contest.publish()
    contest.ctx.session.commit()
    answer = client.get(f"{COLOURED}?{query}")
    assert answer.status_code == 200
    assert sheet_of(answer.text) == []
    assert answer.text == client.get(EMBED).text


@pytest.mark.parametrize("name", ["777777-888888", "B00020-ffffff", "red-white", "0a5f66-", "0a5f66;-ffffff"])
def test_only_colours_that_can_be_read_have_a_style_sheet(contest: Contest, client: FlaskClient, name: str) -> None:
    contest.ctx.session.commit()
    assert client.get(f"{COLOURED}/{name}.css").status_code == 404


HEX = st.text("0123456789abcdef", min_size=6, max_size=6)


@given(HEX, HEX)
def test_whatever_is_chosen_can_be_read(accent: str, ground: str) -> None:
    chosen = colours(accent, ground, campaign="#0a5f66")
    assert (chosen is not None) is (contrast(f"#{accent}", f"#{ground}") >= 4.5)
    if chosen is not None:
        assert contrast(chosen.ink, chosen.ground) >= 4.5
        assert re.fullmatch(r":root\[data-theme=light\]\{(--[a-z-]+:#[0-9a-f]{6,8};?)+\}\n", stylesheet(chosen))


def test_colours_that_anybody_may_invent_are_not_kept_in_memory(
    contest: Contest, app: Flask, client: FlaskClient
) -> None:
    contest.adopt()
    contest.publish()
    contest.ctx.session.commit()
    for ground in ("ffffff", "fffff0", "fffff1"):
        for _ in range(2):
            client.get(f"{COLOURED}?accent=0a5f66&ground={ground}")
    kept = app.extensions[EXTENSION].kept_pages
    assert not [address for address in kept._pages if "colours" in address.path]


def test_the_code_to_paste_has_the_colours_and_says_why_not(contest: Contest, client: FlaskClient) -> None:
    contest.ctx.session.commit()
    page = "/c/hoi-thi/publishing/press/embed"
    assert f"src=&#34;{DEFAULT_ADDRESS.rstrip('/')}{EMBED}&#34;" in client.get(page).text
    chosen = client.get(f"{page}?accent=%23b00020&ground=%23fff8e1").text
    assert f"{COLOURED}?accent=b00020&amp;amp;ground=fff8e1" in chosen
    assert 'value="#b00020"' in chosen
    refused = client.get(f"{page}?accent=%23777777&ground=%23888888").text
    assert "độ tương phản phải từ 4,5:1 trở lên" in refused
    assert f"src=&#34;{DEFAULT_ADDRESS.rstrip('/')}{EMBED}&#34;" in refused
