"""The platform below a path of another site: no page, redirect, cookie or message leads out of it."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from types import ModuleType
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import pytest

from cuocthi.testing.browsing import browser_over
from cuocthi.users.domain import start_session

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from cuocthi.config import Config
    from cuocthi.context import Context
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

NAMES = ("quiz", "prizes", "publishing", "inquiries", "overall")
PREFIX = "/cuoc-thi"
ADDRESS = f"https://cong.hungyen.gov.vn{PREFIX}"
#: What a proxy says that takes the path away before it asks the platform.
FORWARDED = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "cong.hungyen.gov.vn",
    "X-Forwarded-Prefix": PREFIX,
}
_LINKS = re.compile(r'\s(?:href|src|action|formaction|hx-get|hx-post|data-[a-z-]*url)="([^"]*)"')
on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [importlib.import_module(f"cuocthi_{name}.plugin") for name in NAMES]


@pytest.fixture
def config(config: Config) -> Config:
    return replace(config, public_url=ADDRESS, trusted_hops=1, secure_cookies=True)


@pytest.fixture
def people(ctx: Context, make: Factories) -> dict[str, User]:
    """Somebody who takes part and an organiser, in an open campaign with every plugin."""
    campaign = make.campaign("hoi-thi", plugins=NAMES)
    make.round(campaign)
    participant = make.user("Nguyễn Thị Đào")
    make.enrolment(campaign, user=participant)
    organiser = make.member(campaign)
    ctx.session.commit()
    return {"participant": participant, "organiser": organiser}


def inner_links(page: TestResponse, own: str) -> Iterator[str]:
    """The addresses of this host to which a page leads, each as a browser resolves it."""
    for found in _LINKS.findall(page.text):
        address = urlsplit(urljoin(own, unescape(found)))
        if address.netloc == urlsplit(ADDRESS).netloc:
            yield address._replace(fragment="").geturl()


@on_one_database
@pytest.mark.parametrize("who", ["", "participant", "organiser"])
def test_no_page_leads_out_of_the_path(client: FlaskClient, ctx: Context, people: dict[str, User], who: str) -> None:
    if who:
        token = start_session(ctx, user_id=people[who].id, device="test", hours=1)
        ctx.session.commit()
        browser_over(client, session_token=token)
    waiting, seen = [f"{ADDRESS}/", f"{ADDRESS}/c/hoi-thi/"], set[str]()
    while waiting:
        address = waiting.pop()
        # One page of each kind is enough: what follows the question mark only sorts and pages.
        kind = re.sub(r"\d+", "0", address.partition("?")[0])
        if kind in seen or "sign-out" in kind:
            continue
        seen.add(kind)
        if "/static/" in kind or not address.startswith(f"{ADDRESS}/"):
            continue
        page = client.get(address.removeprefix(ADDRESS), base_url=ADDRESS, buffered=True)
        assert page.status_code < 500, address
        if 300 <= page.status_code < 400:
            waiting.append(urljoin(address, page.headers["Location"]))
        elif page.mimetype == "text/html":
            waiting += inner_links(page, address)
    outside = {kind for kind in seen if not kind.startswith(f"{ADDRESS}/")}
    assert outside == set()
    assert len(seen) > (30 if who == "organiser" else 4), seen


@on_one_database
def test_what_a_trusted_proxy_says_of_the_path_is_believed(client: FlaskClient, people: dict[str, User]) -> None:
    page = client.get("/c/hoi-thi/", headers=FORWARDED)
    paths = re.findall(r'(?:href|src)="(/[^"]*)"', page.text)
    assert paths
    assert all(path.startswith(f"{PREFIX}/") for path in paths), paths
    refused = client.get("/me", headers=FORWARDED)
    assert refused.headers["Location"].startswith(f"{PREFIX}/sign-in?next=")


@on_one_database
def test_cookies_are_sent_to_no_other_part_of_the_site(client: FlaskClient, people: dict[str, User]) -> None:
    page = client.get("/sign-in", headers=FORWARDED)
    cookies = page.headers.getlist("Set-Cookie")
    assert cookies
    assert all(f"Path={PREFIX}" in cookie and "Secure" in cookie for cookie in cookies), cookies


@on_one_database
def test_what_leaves_the_pages_carries_the_public_address(
    client: FlaskClient, ctx: Context, people: dict[str, User]
) -> None:
    token = start_session(ctx, user_id=people["organiser"].id, device="test", hours=1)
    ctx.session.commit()
    browser_over(client, session_token=token)
    # Asked for from inside the house, by another address than the public one.
    links = client.get("/c/hoi-thi/staff/units/links").text
    assert f"{ADDRESS}/c/hoi-thi/join?unit=" in unescape(links)
    calendar = client.get("/c/hoi-thi/timeline.ics").text.replace("\r\n ", "")
    assert f"{ADDRESS}/c/hoi-thi/" in calendar
