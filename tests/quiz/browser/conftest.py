"""What the tests in a browser share: a server, a phone of the participant, and a paper that has begun."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page
from tests.quiz.conftest import Quiz
from werkzeug.serving import make_server

from cuocthi.users.domain import start_session
from cuocthi_quiz.models import Attempt

if TYPE_CHECKING:
    from flask import Flask

    from cuocthi.enrolments.models import Enrolment

SAVED = "Đã lưu lúc 12:00:00"


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def person(quiz: Quiz) -> Enrolment:
    return quiz.person()


@pytest.fixture
def open_page(
    quiz: Quiz, app: Flask, address: str, chromium: Browser, person: Enrolment
) -> Iterator[Callable[[], Page]]:
    """Open the entrance on another device of the person each time it is called."""
    contexts = []

    def opened() -> Page:
        token = start_session(quiz.ctx, user_id=person.user_id, device="test", hours=12)
        target = f"{address}/c/{quiz.campaign.slug}/quiz/round/{quiz.round_.id}/"
        quiz.ctx.session.commit()
        signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        context = chromium.new_context(viewport={"width": 360, "height": 740}, base_url=address)
        contexts.append(context)
        cookie = signer.dumps({"_user_id": token, "_fresh": True})
        context.add_cookies([{"name": "cuocthi", "value": cookie, "url": address}])
        page = context.new_page()
        page.goto(target)
        return page

    yield opened
    for context in contexts:
        context.close()


def start(page: Page) -> None:
    page.locator("main form button").click()
    page.wait_for_url("**/paper/**")


def choose(page: Page, position: int, option: int) -> None:
    page.locator(f"#q-{position} .option label").nth(option).click()


def stored(quiz: Quiz) -> dict[int, int]:
    quiz.ctx.session.expire_all()
    attempt = quiz.ctx.session.query(Attempt).one()
    found = quiz.stored(attempt)
    quiz.ctx.session.commit()
    return found
