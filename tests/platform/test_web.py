"""What every answer has in common: headers, error pages, forms' tokens, the language, and fragments for htmx."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from flask import Blueprint, Flask, render_template_string

from cuocthi.app import create_app
from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.models import Campaign
from cuocthi.errors import Blocked, Conflict
from cuocthi.testing.browsing import browser_over
from cuocthi.testing.plugin import running
from cuocthi.text import T
from cuocthi.users.domain import start_session
from cuocthi.web.security_headers import allow_framing

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from cuocthi.clock import FixedClock
    from cuocthi.config import Config
    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

#: What every answer has in common does not hang on the database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def app(config: Config, plugins: list[ModuleType], clock: FixedClock) -> Iterator[Flask]:
    """The application with a few pages that fail, each in its way, or may be framed."""
    trying = Blueprint("trying", __name__)

    @trying.get("/trying/broken")
    def broken() -> str:
        message = "secret of the house"
        raise ZeroDivisionError(message)

    @trying.get("/trying/conflict")
    def conflict() -> str:
        raise Conflict(T("This seat has already ended."))

    @trying.get("/trying/blocked")
    def blocked() -> str:
        raise Blocked(T("The campaign cannot open yet."), [T("Basics"), T("Issued rules")])

    @trying.get("/trying/framed")
    def framed() -> str:
        allow_framing()
        return "framed"

    with running(create_app(config, plugins, clock=clock)) as created:
        created.register_blueprint(trying)
        yield created


@pytest.fixture
def campaign(ctx: Context, make: Factories) -> Campaign:
    made = make.campaign("thai-binh")
    ctx.session.commit()
    return made


def policy(answer: TestResponse) -> dict[str, str]:
    parts = answer.headers["Content-Security-Policy"].split("; ")
    return {name: rest for name, _, rest in (part.partition(" ") for part in parts)}


# --- headers ---


@pytest.mark.parametrize("path", ["/%09/evil.example/", "/%0d%0aX-Header:a/", "//evil.example/"])
def test_the_switch_of_the_language_leads_to_no_other_site(client: FlaskClient, path: str) -> None:
    answer = client.get(f"{path}?lang=en")
    assert answer.status_code in {302, 404}
    assert not answer.headers.get("Location", "/").startswith("//")
    assert "X-Header" not in answer.headers


def test_every_answer_tells_the_browser_what_the_page_may_do(
    client: FlaskClient, campaign: Campaign, sign_in: Callable[[User], Browser], make: Factories
) -> None:
    stylesheet = re.search(r'href="(/static/[^"]+\.css)"', client.get("/sign-in").text)
    assert stylesheet
    answers = [
        client.get("/c/thai-binh/"),
        client.get("/c/thai-binh/", headers={"If-None-Match": client.get("/c/thai-binh/").headers["ETag"]}),
        client.get("/c/thai-binh/personal", headers={"HX-Request": "true"}),
        client.get("/c/thai-binh/staff/"),
        client.get("/nowhere"),
        client.post("/sign-in"),
        client.put("/sign-in"),
        client.get("/trying/broken"),
        client.get("/trying/conflict"),
        client.get("/?lang=en"),
        client.get(stylesheet[1]),
    ]
    assert [answer.status_code for answer in answers] == [200, 304, 200, 302, 404, 400, 405, 500, 409, 302, 200]
    for answer in answers:
        for name, value in HEADERS.items():
            assert answer.headers[name] == value, answer.request.path
        assert policy(answer) == {
            "default-src": "'none'",
            "script-src": "'self'",
            "style-src": "'self'",
            "font-src": "'self'",
            "img-src": "'self' data:",
            "connect-src": "'self'",
            "form-action": "'self'",
            "base-uri": "'none'",
            "manifest-src": "'self'",
            "frame-ancestors": "'none'",
        }, answer.request.path
        assert "Strict-Transport-Security" not in answer.headers
        assert answer.headers["Cache-Control"]


def test_only_a_page_that_is_made_for_it_is_framed_by_others(client: FlaskClient) -> None:
    assert policy(client.get("/trying/framed"))["frame-ancestors"] == "*"
    assert policy(client.get("/sign-in"))["frame-ancestors"] == "'none'"


def test_a_browser_that_came_by_https_keeps_to_it(client: FlaskClient) -> None:
    answer = client.get("/sign-in", base_url="https://127.0.0.1:8000")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_what_is_personal_is_not_kept_and_what_never_changes_is(
    client: FlaskClient, campaign: Campaign, sign_in: Callable[[User], Browser], make: Factories
) -> None:
    assert client.get("/sign-in").headers["Cache-Control"] == "no-store"
    assert client.get("/c/thai-binh/personal").headers["Cache-Control"] == "no-store"
    asset = re.search(r'src="(/static/[^"]+\.js)"', client.get("/sign-in").text)
    assert asset
    assert "immutable" in client.get(asset[1]).headers["Cache-Control"]


# --- error pages ---


ERRORS = [
    ("/nowhere", 404, "Không tìm thấy trang này", "Vui lòng kiểm tra lại địa chỉ"),
    ("/c/nowhere/", 404, "Không tìm thấy trang này", ""),
    ("/trying/conflict", 409, "Tư cách thành viên này đã kết thúc", "Chưa có gì thay đổi"),
    ("/trying/blocked", 409, "Chưa thể mở cuộc thi", "Thể lệ đã ban hành"),
    ("/trying/broken", 500, "Hệ thống gặp sự cố", "Mọi nội dung đã lưu trước đó vẫn an toàn"),
]


def test_an_error_says_what_happened_what_was_kept_and_what_to_do(client: FlaskClient) -> None:
    for path, status, said, advice in ERRORS:
        answer = client.get(path)
        assert answer.status_code == status
        assert said in answer.text, path
        assert advice in answer.text, path
        assert '<html lang="vi"' in answer.text
        fragment = client.get(path, headers={"HX-Request": "true", "HX-Request-Type": "partial"})
        assert fragment.status_code == status
        assert said in fragment.text
        assert "<html" not in fragment.text


def test_an_inner_error_is_named_by_a_number_and_shows_nothing_of_itself(
    client: FlaskClient, capfd: pytest.CaptureFixture[str]
) -> None:
    page = client.get("/trying/broken").text
    reference = re.search(r'<span class="code">([0-9a-f]{8})</span>', page)
    assert reference
    assert "secret of the house" not in page
    logged = "".join(capfd.readouterr())
    assert reference[1] in logged
    assert "secret of the house" in logged


def test_another_method_is_refused_with_those_that_there_are(client: FlaskClient) -> None:
    answer = client.delete("/sign-in")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
    assert "Chưa thực hiện được" in answer.text


def test_too_large_a_file_is_refused_in_words(
    config: Config, ctx: Context, make: Factories, campaign: Campaign, app: Flask, sign_in: Callable[[User], Browser]
) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 1000
    client = app.test_client()
    answer = client.post("/sign-in", data={"file": (io.BytesIO(b"x" * 2000), "a.pdf")})
    assert answer.status_code == 413
    assert "Tệp quá lớn" in answer.text
    assert "Vui lòng gửi tệp nhỏ hơn" in answer.text


def test_a_character_that_no_database_holds_is_refused(client: FlaskClient) -> None:
    for data in ({"contact": "a\0b"}, {"next": "\0"}):
        assert client.post("/sign-in", data=data).status_code == 400
        assert client.get("/sign-in", query_string=data).status_code == 400
    assert client.get("/c/a%00b/").status_code in {400, 404}


# --- forms' tokens ---


def test_a_form_with_a_missing_old_or_foreign_token_changes_nothing_and_says_what_to_do(
    app: Flask, ctx: Context, make: Factories, campaign: Campaign, sign_in: Callable[[User], Browser]
) -> None:
    organiser, other = sign_in(make.member(campaign)), sign_in(make.member(campaign))
    address = "/c/thai-binh/staff/basics"
    foreign = re.search(r'name="csrf_token" value="([^"]+)"', other.get(address)[1])
    assert foreign
    assert organiser.get(address)[0] == 200
    fields = {"name": "Cuộc thi khác", "host_name": "Sở", "language": "vi", "accent": "#0a5f66"}
    for token in ("", "made-up", foreign[1], foreign[1][:-1]):
        status, page = organiser.post(address, {**fields, "csrf_token": token})
        assert status == 400
        assert "Biểu mẫu này không còn hiệu lực" in page
        assert "Chưa có gì thay đổi." in page
        assert "Vui lòng quay lại, tải lại trang rồi gửi biểu mẫu một lần nữa." in page
    organiser.get(f"{address}?lang=en")
    status, page = organiser.post(address, {**fields, "csrf_token": ""})
    assert (status, "This form is no longer valid" in page, "Nothing was changed." in page) == (400, True, True)
    assert ctx.session.scalar(sa.select(Campaign.name)) == campaign.name
    assert ctx.session.scalar(sa.select(sa.func.count()).select_from(AuditEvent)) == 0
    ctx.session.rollback()
    assert organiser.get(address)[0] == 200
    assert organiser.post(address, fields)[0] == 200, "the own token is taken"


def test_a_token_is_as_good_at_the_end_of_a_long_session(
    ctx: Context, make: Factories, campaign: Campaign, sign_in: Callable[[User], Browser], clock: FixedClock
) -> None:
    organiser = sign_in(make.member(campaign))
    address = "/c/thai-binh/staff/basics"
    assert organiser.get(address)[0] == 200
    clock.advance(timedelta(minutes=59))
    fields = {"name": "Cuộc thi khác", "host_name": "Sở", "language": "vi", "accent": "#0a5f66"}
    assert organiser.post(address, fields)[0] == 200


# --- the language ---


def test_the_interface_speaks_vietnamese_until_the_reader_chooses_english(client: FlaskClient) -> None:
    page = client.get("/sign-in", headers={"Accept-Language": "en"}).text
    assert '<html lang="vi"' in page
    assert 'href="?lang=en"' in page
    answer = client.get("/sign-in?next=/me&q=%C4%91%C3%A0o%26&lang=en")
    assert answer.headers["Location"] == "/sign-in?next=%2Fme&q=%C4%91%C3%A0o%26"
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    page = client.get("/sign-in").text
    assert '<html lang="en"' in page
    assert "Sign in" in page
    assert client.get("/nowhere").text.count("This page does not exist") >= 1
    client.get("/sign-in?lang=vi")
    assert '<html lang="vi"' in client.get("/sign-in").text


def test_a_language_that_is_not_there_changes_nothing(client: FlaskClient) -> None:
    for chosen in ("xx", "", "en-GB", "../en"):
        answer = client.get(f"/sign-in?lang={chosen}")
        assert answer.status_code == 200
        assert not [cookie for cookie in answer.headers.getlist("Set-Cookie") if cookie.startswith("lang=")]
        assert '<html lang="vi"' in answer.text


def test_the_contents_of_a_campaign_stay_in_their_language(
    ctx: Context, client: FlaskClient, campaign: Campaign
) -> None:
    client.get("/sign-in?lang=en")
    page = client.get("/c/thai-binh/rules").text
    assert '<html lang="en"' in page
    assert '<article lang="vi"' in page


# --- fragments ---


FRAGMENTS = {
    "a part": ({"HX-Request": "true", "HX-Request-Type": "partial"}, False),
    "a full page by htmx": ({"HX-Request": "true", "HX-Request-Type": "full"}, True),
    "a boosted link": ({"HX-Request": "true", "HX-Boosted": "true"}, True),
    "the history restored": ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, True),
    "a plain visit": ({}, True),
}


def test_htmx_gets_the_part_it_asked_for_and_everybody_else_the_whole_page(
    app: Flask, ctx: Context, make: Factories, campaign: Campaign
) -> None:
    token = start_session(ctx, user_id=make.member(campaign).id, device="test", hours=1)
    ctx.session.commit()
    client = app.test_client()
    browser_over(client, session_token=token)
    for what, (headers, whole) in FRAGMENTS.items():
        answer = client.get("/c/thai-binh/staff/", headers=headers)
        assert answer.status_code == 200
        assert ("<html" in answer.text) == whole, what
        assert "HX-Request" in answer.vary, what


@pytest.mark.parametrize(("language", "shown"), [("vi", "10.000 người"), ("en", "10,000 persons")])
def test_what_a_page_counts_is_written_as_its_language_writes_numbers(app: Flask, language: str, shown: str) -> None:
    counted = "{{ ngettext('%(num)s person', '%(num)s persons', 10000) }}"
    with app.test_request_context(f"/?lang={language}"):
        assert render_template_string(counted) == shown
