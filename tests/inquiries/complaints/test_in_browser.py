"""The pages of complaints and of provisional results in a browser: the rules of WCAG by axe, and the narrow phone."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.serving import make_server

from cuocthi.users.domain import start_session
from cuocthi_inquiries.domain import handling
from cuocthi_inquiries.domain.evidence import Sent
from cuocthi_inquiries.models import ComplaintAbout, Outcome

from .conftest import BASE, PDF_FILE, STAFF, Desk, on_one_database

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Browser, BrowserContext

    from cuocthi.users.models import User

pytestmark = [pytest.mark.browser, on_one_database]

AXE = Path(__file__).parents[2] / "vendor/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LONG = "Tôi đề nghị kiểm tra lại nhật ký nộp bài, thiết bị và thời điểm ghi nhận. " * 12
#: Where pictures of the pages are put, if somebody wants to look at them.
PICTURES = os.environ.get("PICTURES", "")


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def signed_in(app: Flask, desk: Desk, context: BrowserContext, address: str, user: User) -> None:
    """Let a browser be somebody's."""
    token = start_session(desk.ctx, user_id=user.id, device="test", hours=1)
    desk.ctx.session.commit()
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    context.clear_cookies()
    cookie = signer.dumps({"_user_id": token, "_fresh": True})
    context.add_cookies([{"name": "cuocthi", "value": cookie, "url": address}])


def faults(context: BrowserContext, url: str, name: str) -> list[Any]:
    """What is wrong with a page: by axe, and whether it is wider than the window."""
    page = context.new_page()
    answer = page.goto(url)
    assert answer
    assert answer.status in {200, 404, 422}, url
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)
    page.evaluate(AXE.read_text("utf-8"))  # through the debugger, which the CSP does not bind
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    wrong = [(url, one["id"], one["nodes"][0]["html"]) for one in found["violations"]]
    width = page.viewport_size["width"] if page.viewport_size else 0
    if page.evaluate("document.documentElement.scrollWidth") > width:
        wrong.append((url, "wider than", str(width)))
    page.close()
    return wrong


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_keep_the_rules_of_wcag_and_fit(
    desk: Desk, app: Flask, chromium: Browser, address: str, width: int, scheme: str
) -> None:
    sender = desk.people[2]
    first = desk.file(
        sender, body=LONG, files=[Sent("ảnh chụp màn hình kết quả bài thi ngày 20 tháng 9.pdf", PDF_FILE)]
    )
    desk.file(sender, about=ComplaintAbout.AWARD, code=desk.people[0].code)
    desk.assign(first)
    handling.answer(
        desk.by(desk.supporter),
        campaign=desk.campaign,
        complaint_id=first.id,
        outcome=Outcome.PARTLY,
        text=LONG,
        files=[],
        seen=None,
        folder=desk.config.files,
        post=desk.post,
    )
    desk.ctx.session.commit()
    context = chromium.new_context(
        viewport={"width": width, "height": 800}, color_scheme="dark" if scheme == "dark" else "light", locale="vi-VN"
    )
    wrong = []

    def look(*pages: tuple[str, str]) -> None:
        for name, path in pages:
            wrong.extend(faults(context, f"{address}{path}", f"{name}-{width}-{scheme}"))

    look(("provisional", f"/c/hoi-thi/rankings/{desk.round.id}/"), ("register", BASE), ("campaign", "/c/hoi-thi/"))
    signed_in(app, desk, context, address, sender.user)
    look(("new", f"{BASE}new"), ("receipt", f"{BASE}{first.id}"), ("own", "/c/hoi-thi/personal"))
    signed_in(app, desk, context, address, desk.make.user())
    look(("refused", f"{BASE}new"))
    signed_in(app, desk, context, address, desk.supporter)
    look(("list", STAFF), ("handler", f"{STAFF}{first.id}"), ("paper", f"{STAFF}new"))
    signed_in(app, desk, context, address, desk.jurors[0])
    look(("juror", f"{STAFF}{first.id}"), ("empty", f"{STAFF}?state=withdrawn"))
    context.close()
    assert wrong == []
