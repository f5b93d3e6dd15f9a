"""Signing in and out through the pages: sessions, limits, and what an attacker learns."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.app import create_app
from cuocthi.security import limits
from cuocthi.testing.factories import PASSWORD
from cuocthi.testing.plugin import running
from cuocthi.users.models import User, WebSession
from cuocthi.users.sign_in import device_name
from cuocthi.users.views import local_target

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from cuocthi.clock import FixedClock
    from cuocthi.config import Config
    from cuocthi.context import Context
    from cuocthi.testing.factories import Factories

PHONE = "0912345645"
#: Where test clients are when nothing else is configured.
HOST = "127.0.0.1"


def csrf_token(client: FlaskClient, path: str = "/sign-in") -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert found
    return found[1]


def sign_in(client: FlaskClient, contact: str = PHONE, password: str = PASSWORD, **extra: str) -> TestResponse:
    address = extra.pop("address", "127.0.0.1")
    fields = {"csrf_token": csrf_token(client), "contact": contact, "password": password, **extra}
    return client.post("/sign-in", data=fields, environ_base={"REMOTE_ADDR": address})


@pytest.fixture
def user(ctx: Context, make: Factories) -> User:
    made = make.user("Nguyễn Thị Đào", contact=PHONE, password=True)
    ctx.session.commit()
    return made


def test_signing_in_leads_to_my_page_and_out_again(client: FlaskClient, user: User) -> None:
    assert client.get("/me").headers["Location"] == "/sign-in?next=/me"
    answer = sign_in(client)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/me")
    page = client.get("/me").text
    assert user.name in page
    assert "0912…45" in page
    assert PHONE not in page
    token = csrf_token(client, "/me")
    assert client.post("/sign-out", data={"csrf_token": token}).status_code == 302
    assert client.get("/me").status_code == 302


def test_the_cookie_is_worth_nothing_after_signing_out(client: FlaskClient, app: Flask, user: User) -> None:
    sign_in(client)
    stolen = client.get_cookie("cuocthi", HOST)
    assert stolen is not None
    thief = app.test_client()
    thief.set_cookie("cuocthi", stolen.value, domain=HOST)
    assert thief.get("/me").status_code == 200
    client.post("/sign-out", data={"csrf_token": csrf_token(client, "/me")})
    assert thief.get("/me").status_code == 302


def test_signing_out_everywhere_ends_the_other_devices_too(client: FlaskClient, app: Flask, user: User) -> None:
    other = app.test_client()
    sign_in(client)
    sign_in(other)
    assert other.get("/me").status_code == 200
    client.post("/sign-out-everywhere", data={"csrf_token": csrf_token(client, "/me")})
    assert other.get("/me").status_code == 302


def test_a_session_lasts_its_hours(client: FlaskClient, user: User, clock: FixedClock, config: Config) -> None:
    sign_in(client)
    clock.advance(timedelta(hours=config.session_hours, microseconds=-1))
    assert client.get("/me").status_code == 200
    clock.advance(timedelta(microseconds=1))
    assert client.get("/me").status_code == 302


def test_cookies_are_hidden_from_scripts_and_other_sites(client: FlaskClient, user: User) -> None:
    answer = sign_in(client)
    cookies = answer.headers.getlist("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {"cuocthi", "device"}
    assert all("HttpOnly" in cookie and "SameSite=Lax" in cookie for cookie in cookies)


def test_a_form_without_the_token_changes_nothing(client: FlaskClient, ctx: Context, user: User) -> None:
    assert client.post("/sign-in", data={"contact": PHONE, "password": PASSWORD}).status_code == 400
    assert ctx.session.scalar(sa.select(sa.func.count()).select_from(WebSession)) == 0


@pytest.mark.parametrize(
    ("contact", "password"), [(PHONE, "wrong password"), ("0987654321", PASSWORD), ("nobody", PASSWORD)]
)
def test_every_wrong_attempt_gets_the_same_page(client: FlaskClient, user: User, contact: str, password: str) -> None:
    answer = sign_in(client, contact, password)
    assert answer.status_code == 422
    said = re.search(r'role="alert".*?</ul>', answer.text, re.DOTALL)
    assert said
    reference = re.search(r'role="alert".*?</ul>', sign_in(client, "0900000000", "x").text, re.DOTALL)
    assert reference
    assert said[0] == reference[0]
    assert password not in answer.text


@pytest.mark.parametrize(
    ("wanted", "target"),
    [
        ("/c/cuoc-thi/join?unit=a", "/c/cuoc-thi/join?unit=a"),
        ("", "/me"),
        ("https://example.org/", "/me"),
        ("//example.org/", "/me"),
        ("/\\example.org/", "/me"),
        ("\\\\example.org", "/me"),
        ("/\t/example.org", "/me"),
        ("javascript:alert(1)", "/me"),
        ("/a\r\nSet-Cookie: a=b", "/me"),
    ],
)
def test_the_way_on_never_leaves_the_site(app: Flask, wanted: str, target: str) -> None:
    with app.test_request_context("/sign-in"):
        assert local_target(wanted) == target


def test_the_way_on_keeps_the_path_behind_a_proxy(app: Flask) -> None:
    with app.test_request_context("/sign-in", base_url="http://localhost/thi"):
        assert local_target("/c/cuoc-thi/") == "/thi/c/cuoc-thi/"
        assert local_target("") == "/thi/me"


def test_who_is_signed_in_goes_on_at_once(client: FlaskClient, user: User) -> None:
    sign_in(client)
    assert client.get("/sign-in?next=/c/a/").headers["Location"] == "/c/a/"


# --- limits ---


@pytest.fixture
def few_attempts(monkeypatch: pytest.MonkeyPatch) -> int:
    """Count the attempts that the limit allows, without paying for each password."""
    monkeypatch.setattr("cuocthi.users.domain.verify_password", lambda known, password: known and password == PASSWORD)
    return int(limits.WRONG_PASSWORDS.split()[0])


def test_guessing_is_stopped_where_it_happens_and_nowhere_else(app: Flask, user: User, few_attempts: int) -> None:
    guesser, owner = app.test_client(), app.test_client()
    for _ in range(few_attempts):
        assert sign_in(guesser, password="guess", address="203.0.113.7").status_code == 422
    assert sign_in(guesser, password="guess", address="203.0.113.7").status_code == 429
    assert sign_in(guesser, password=PASSWORD, address="203.0.113.7").status_code == 429
    assert sign_in(guesser, contact="0987654321", password="guess", address="203.0.113.7").status_code == 422
    assert sign_in(owner, address="198.51.100.1").status_code == 302


def test_a_neighbour_who_guesses_does_not_lock_out_a_known_browser(app: Flask, user: User, few_attempts: int) -> None:
    guesser, owner = app.test_client(), app.test_client()
    assert sign_in(owner, address="203.0.113.7").status_code == 302
    owner.post("/sign-out", data={"csrf_token": csrf_token(owner, "/me")})
    for _ in range(few_attempts):
        sign_in(guesser, password="guess", address="203.0.113.7")
    assert sign_in(guesser, password="guess", address="203.0.113.7").status_code == 429
    assert sign_in(owner, address="203.0.113.7").status_code == 302


def test_a_forged_device_cookie_is_not_believed(app: Flask, user: User, few_attempts: int) -> None:
    guesser = app.test_client()
    with app.test_request_context():
        mark = limits.account_mark(PHONE)
    statuses = []
    for number in range(few_attempts + 1):
        guesser.set_cookie("device", f'["{number:016x}", ["{mark}"]].c2lnbmF0dXJl', domain=HOST)
        statuses.append(sign_in(guesser, password="guess").status_code)
    assert statuses[-1] == 429


def test_whoever_shares_a_contact_becomes_a_known_device_only_so_often(
    app: Flask, user: User, few_attempts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "NEW_DEVICES", "2 per day")
    for known in (True, True, False):
        browser = app.test_client()
        sign_in(browser)
        assert (browser.get_cookie("device", HOST) is not None) is known


def test_right_passwords_are_never_counted(app: Flask, user: User, few_attempts: int) -> None:
    for _ in range(few_attempts + 2):
        assert sign_in(app.test_client(), address="203.0.113.7").status_code == 302


def test_one_customer_of_a_provider_is_one_network(app: Flask, user: User, few_attempts: int) -> None:
    guesser = app.test_client()
    for number in range(few_attempts):
        sign_in(guesser, password="guess", address=f"2001:db8:1:2::{number + 1:x}")
    assert sign_in(guesser, password="guess", address="2001:db8:1:2:ffff::1").status_code == 429
    assert sign_in(guesser, password="guess", address="2001:db8:1:3::1").status_code == 422


# --- accounts of the demonstration ---


@pytest.mark.parametrize(
    ("demo", "address", "headers", "status"),
    [
        (True, "127.0.0.1", {}, 302),
        (True, "::1", {}, 302),
        (True, "192.168.1.5", {}, 422),
        (True, "127.0.0.1", {"X-Forwarded-For": "203.0.113.7"}, 422),
        (True, "127.0.0.1", {"X-Real-IP": "203.0.113.7"}, 422),
        (True, "127.0.0.1", {"Via": "1.1 proxy"}, 422),
        (False, "127.0.0.1", {}, 422),
    ],
)
def test_accounts_of_the_demonstration_sign_in_from_this_machine_only(
    ctx: Context,
    user: User,
    config: Config,
    plugins: list[ModuleType],
    clock: FixedClock,
    demo: bool,  # noqa: FBT001 - a parameter of the test
    address: str,
    headers: dict[str, str],
    status: int,
) -> None:
    ctx.session.execute(sa.update(User).values(is_demo=True))
    ctx.session.commit()
    with running(create_app(dataclasses.replace(config, demo=demo), plugins, clock=clock)) as app:
        client = app.test_client()
        fields = {"csrf_token": csrf_token(client), "contact": PHONE, "password": PASSWORD}
        answer = client.post("/sign-in", data=fields, environ_base={"REMOTE_ADDR": address}, headers=headers)
        assert answer.status_code == status
        if status == 302:
            assert client.get("/me", environ_base={"REMOTE_ADDR": address}).status_code == 200
            assert client.get("/me", environ_base={"REMOTE_ADDR": "192.168.1.5"}).status_code == 302


def test_accounts_of_the_demonstration_are_not_reached_by_another_name_of_this_machine(
    ctx: Context, user: User, config: Config, plugins: list[ModuleType], clock: FixedClock
) -> None:
    ctx.session.execute(sa.update(User).values(is_demo=True))
    ctx.session.commit()

    def enter(app: Flask, address: str) -> int:
        client = app.test_client()
        found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(f"{address}/sign-in").text)
        assert found
        fields = {"csrf_token": found[1], "contact": PHONE, "password": PASSWORD}
        return client.post(f"{address}/sign-in", data=fields).status_code

    with running(create_app(dataclasses.replace(config, demo=True), plugins, clock=clock)) as app:
        assert enter(app, "http://localhost:8000") == 302
        assert enter(app, "http://[::1]:8000") == 302
        assert enter(app, "http://evil.example") == 422


# --- speed ---


@pytest.mark.parametrize("others", [0, 25])
def test_signing_in_takes_the_same_statements_among_any_number_of_people(
    ctx: Context, make: Factories, client: FlaskClient, user: User, statements: Callable[[], int], others: int
) -> None:
    for number in range(others):
        make.user(contact=f"09876543{number:02}")
    ctx.session.commit()
    token = csrf_token(client)
    statements()
    answer = client.post("/sign-in", data={"csrf_token": token, "contact": PHONE, "password": PASSWORD})
    assert answer.status_code == 302
    assert statements() <= 4
    assert client.get("/me").status_code == 200
    assert statements() <= 6


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (
            "Mozilla/5.0 (Linux; Android 13; SM-A146P) AppleWebKit/537.36 Chrome/124.0 Mobile Safari/537.36",
            "Chrome, Android",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_4) AppleWebKit/605.1.15 Mobile/15E148 Zalo iOS/240501", "Zalo, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/124.0 Safari/537.36 Edg/124.0", "Edge, Windows"),
        ("curl/8", ""),
    ],
)
def test_devices_are_called_as_people_call_them(user_agent: str, name: str) -> None:
    assert device_name(user_agent) == name
