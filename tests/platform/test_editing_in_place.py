"""A phase is edited in its row: the form comes into the list, errors stay in the row, and chart and list follow."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from flask.testing import FlaskClient

from cuocthi.clock import LOCAL_ZONE
from cuocthi.users.domain import start_session
from cuocthi.web.rendering import leave

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase

TIMELINE = "/c/thai-binh/staff/timeline"
#: What the script of the page says of its request.
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    return make.campaign("thai-binh")


@pytest.fixture
def launch(make: Factories, campaign: Campaign) -> Phase:
    opens, closes = (datetime(2024, 9, day, tzinfo=LOCAL_ZONE) for day in (25, 26))
    return make.phase(campaign, opens_at=opens, closes_at=closes, title="Lễ phát động")


@pytest.fixture
def client(app: Flask, ctx: Context, make: Factories, campaign: Campaign) -> FlaskClient:
    """The browser of an organiser."""
    session = start_session(ctx, user_id=make.member(campaign).id, device="", hours=1)
    ctx.session.commit()
    client: FlaskClient = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = session
    return client


@pytest.fixture
def post(ctx: Context, client: FlaskClient, launch: Phase) -> Callable[[dict[str, str]], TestResponse]:
    """The row's form, opened by an organiser, and sent with some fields changed."""
    ctx.session.commit()
    address = f"{TIMELINE}/{launch.id}?page=1"
    row = client.get(address, headers=PART).text
    assert row.lstrip().startswith(f'<tr id="phase-{launch.id}-form"')
    assert "<html" not in row
    assert f"{TIMELINE}/{launch.id}/remove" in row
    token = TOKEN.search(row)
    assert token is not None
    fields = {
        "csrf_token": token[1],
        "title": "Lễ phát động",
        "windows-0-opens_on": "2024-09-25",
        "windows-0-opens_time": "0h00",
        "windows-0-closes_on": "2024-09-25",
        "windows-0-closes_time": "24h00",
        # The empty row for one more window.
        **{f"windows-1-{name}": "" for name in ("opens_on", "opens_time", "closes_on", "closes_time")},
    }

    def send(changes: dict[str, str]) -> TestResponse:
        return client.post(address, data={**fields, **changes}, headers=PART, follow_redirects=True)

    return send


def test_what_is_saved_in_a_row_shows_in_chart_and_list(
    launch: Phase, post: Callable[[dict[str, str]], TestResponse]
) -> None:
    answer = post({"title": "Lễ phát động Cuộc thi", "windows-0-closes_on": "2024-09-27"})

    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<div id="board">'), "the part of the page that follows"
    assert "<html" not in answer.text
    assert answer.text.count("Lễ phát động Cuộc thi") >= 3, "the news, the chart and the list"
    assert "25/09 – 27/09/2024" in answer.text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"windows-0-opens_time": "25h"}, "windows-0-opens_time"),
        ({"windows-0-closes_on": ""}, "windows-0-closes_on"),
        ({"windows-0-closes_on": "2024-09-31"}, "windows-0-closes_on"),
        ({"windows-1-closes_time": "17h00"}, "windows-1-opens_on"),
        ({"windows-0-closes_on": "2024-09-24"}, "windows"),
    ],
)
def test_what_is_wrong_stands_at_its_field_in_the_row(
    launch: Phase, post: Callable[[dict[str, str]], TestResponse], changes: dict[str, str], field: str
) -> None:
    answer = post(changes)

    assert answer.status_code == 422
    assert answer.text.lstrip().startswith(f'<tr id="phase-{launch.id}-form"')
    assert f'id="{field}-error"' in answer.text
    assert "Not a valid" not in answer.text, "in the reader's language"
    assert "{" not in answer.text.partition("errors-summary")[2].partition("</ul>")[0], (
        "words, not values of the program"
    )


def test_the_same_address_is_a_page_of_its_own_without_the_script(
    app: Flask, ctx: Context, make: Factories, campaign: Campaign, launch: Phase
) -> None:
    session = start_session(ctx, user_id=make.member(campaign).id, device="", hours=1)
    ctx.session.commit()
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = session

    for headers in ({}, {"HX-Request": "true", "HX-Request-Type": "full"}):
        page = client.get(f"{TIMELINE}/{launch.id}", headers=headers).text
        assert "<html" in page
        assert "windows-0-opens_on" in page


def test_a_page_that_is_saved_without_being_loaded_again_says_so(client: FlaskClient) -> None:
    address = "/c/thai-binh/staff/entrants"
    token = TOKEN.search(client.get(address).text)
    assert token is not None
    fields = {
        "csrf_token": token[1],
        "birth_date": "required",
        "citizen_id": "no",
        "min_age": "14",
        "guardian_below": "16",
    }
    answer = client.post(address, data=fields, headers=PART, follow_redirects=True)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "Đã lưu." in answer.text
    assert "Đã lưu." not in client.get(address).text, "it is said once"


def test_a_form_that_htmx_sends_leaves_its_page_as_a_whole(app: Flask) -> None:
    with app.test_request_context(headers=PART):
        asked = leave("/c/thai-binh/prizes/scheme")
    assert (asked.status_code, asked.headers["HX-Redirect"]) == (200, "/c/thai-binh/prizes/scheme")
    with app.test_request_context():
        plain = leave("/c/thai-binh/prizes/scheme")
    assert (plain.status_code, plain.location) == (302, "/c/thai-binh/prizes/scheme")
