"""The files of a published bundle, served one by one from the archive as it was stored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from cuocthi.files.domain import path_of
from cuocthi.files.models import StoredFile
from cuocthi_publishing.domain import withdrawals
from cuocthi_publishing.jobs import build_bundle
from cuocthi_publishing.lists import pages as lists
from cuocthi_publishing.settings import PublishSettings
from cuocthi_publishing.views import unpacked

from .conftest import NAMES, Contest

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from cuocthi.clock import FixedClock
    from cuocthi.config import Config
    from cuocthi_publishing.models import Release

BASE = "/c/hoi-thi/publishing/"
FILES = f"{BASE}release/1/files/"
LIST = "lists/02-standings-round-1/"


@pytest.fixture
def release(contest: Contest, app: Flask, monkeypatch: pytest.MonkeyPatch) -> Release:
    """A published release with its bundle, in which a ranking of eight people counts as long."""
    monkeypatch.setattr(lists, "ROWS_OF_A_PAGE", 5)
    monkeypatch.setattr(lists, "FIRST_ROWS", 2)
    contest.let_out(PublishSettings(everybody=True))
    contest.adopt()
    made = contest.publish()
    built(contest, app, made)
    return made


def built(contest: Contest, app: Flask, release: Release) -> None:
    with app.app_context():
        build_bundle(contest.ctx, {"release_id": release.id}, lambda _done, _total: None)
    contest.ctx.session.commit()


def withdraw(contest: Contest, number: int) -> None:
    first, second = contest.staff
    withdrawals.ask(first, campaign=contest.campaign, number=number, reason="Nhầm danh sách.")
    withdrawals.confirm(second, campaign=contest.campaign, number=number)
    contest.ctx.session.commit()


def test_each_file_is_served_as_it_is_in_the_bundle(contest: Contest, release: Release, client: FlaskClient) -> None:
    for name, content in contest.files(release).items():
        if name not in {"manifest.json", "signature.json"}:
            answer = client.get(FILES + name)
            assert (answer.status_code, answer.data) == (200, content), name


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("index.html", "text/html; charset=utf-8"),
        ("style.css", "text/css; charset=utf-8"),
        ("search.js", "text/javascript; charset=utf-8"),
        ("data.json", "application/json"),
        ("data/01-awards-list-round-1.csv", "text/csv; charset=utf-8"),
        ("README.txt", "text/plain; charset=utf-8"),
        ("public-key.pem", "application/x-pem-file"),
        ("fonts/be-vietnam-pro-400.woff2", "font/woff2"),
    ],
)
def test_a_file_is_sent_as_what_it_is_and_can_do_little(
    release: Release, client: FlaskClient, name: str, media_type: str
) -> None:
    answer = client.get(FILES + name)
    assert answer.headers["Content-Type"] == media_type
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert ("sandbox" in policy) is not name.endswith(".html")
    assert "unsafe" not in policy
    assert "*" not in policy
    assert "Set-Cookie" not in answer.headers


def test_the_results_lead_to_the_whole_list_on_the_site(release: Release, client: FlaskClient) -> None:
    for page in ("", "release/1/"):
        assert f'href="{FILES}{LIST}1.html"' in client.get(BASE + page).text
    first, second = client.get(f"{FILES}{LIST}1.html").text, client.get(f"{FILES}{LIST}2.html").text
    assert NAMES[0] in first
    assert "Trang 2/2" in second


@pytest.mark.parametrize("name", ["", "index", "nothing.html", "../data.json", "%2e%2e/data.json", "..%2fdata.json",
                                  "/etc/passwd", "lists", "lists/", "lists/../data.json/", "data.json/"])  # fmt: skip
def test_what_is_no_file_of_the_bundle_is_not_there(release: Release, client: FlaskClient, name: str) -> None:
    assert client.get(FILES + name, follow_redirects=True).status_code == 404


def test_a_file_is_kept_for_as_long_as_nothing_changes_and_not_sent_twice(
    contest: Contest, release: Release, client: FlaskClient, statements: Callable[[], int]
) -> None:
    address = f"{FILES}{LIST}1.html"
    for _ in range(2):
        client.get(address)
    statements()
    kept = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert kept.headers["Content-Encoding"] == "gzip"
    assert statements() <= 1, "what has changed, and nothing else"
    assert client.get(address, headers={"If-None-Match": kept.headers["ETag"]}).status_code == 304
    withdraw(contest, 1)
    assert client.get(address).status_code == 410


def test_a_large_file_is_not_kept_but_not_sent_twice_either(
    release: Release, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacked, "MOST_KEPT", 10)
    answers: list[TestResponse] = [client.get(f"{FILES}data.json") for _ in range(2)]
    assert answers[0].data == answers[1].data
    again = client.get(f"{FILES}data.json", headers={"If-None-Match": answers[0].headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_before_its_moment_no_file_is_there(
    contest: Contest, app: Flask, client: FlaskClient, clock: FixedClock
) -> None:
    contest.adopt()
    scheduled = contest.publish(not_before=contest.ctx.now + timedelta(hours=1))
    built(contest, app, scheduled)
    assert client.get(f"{FILES}index.html").status_code == 404
    clock.advance(timedelta(hours=1))
    assert client.get(f"{FILES}index.html").status_code == 200


def test_without_a_bundle_there_are_no_files(contest: Contest, client: FlaskClient) -> None:
    contest.adopt()
    contest.publish()
    contest.ctx.session.commit()
    assert client.get(f"{FILES}index.html").status_code == 404
    assert "/files/" not in client.get(BASE).text


def test_of_a_withdrawn_release_every_file_says_so(contest: Contest, release: Release, client: FlaskClient) -> None:
    withdraw(contest, 1)
    for name in ("index.html", "data.json", f"{LIST}1.html", "nothing"):
        answer = client.get(FILES + name)
        assert answer.status_code == 410
        assert "Nhầm danh sách." in answer.text
        assert NAMES[0] not in answer.text


def test_a_damaged_bundle_is_not_served(contest: Contest, app: Flask, client: FlaskClient, config: Config) -> None:
    contest.campaign.name = "Hội thi có tệp hỏng"
    contest.adopt()
    release = contest.publish()
    built(contest, app, release)
    stored = contest.ctx.session.get_one(StoredFile, release.bundle_file_id)
    path = path_of(config.files, stored.sha256)
    contest.ctx.session.commit()
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    answer = client.get(f"{FILES}index.html")
    assert answer.status_code == 404
    assert NAMES[0] not in answer.text


@pytest.mark.parametrize("path", ["index.html", f"{LIST}2.html"])
def test_a_file_costs_the_same_few_statements_whatever_there_is(
    contest: Contest, release: Release, client: FlaskClient, statements: Callable[[], int], path: str
) -> None:
    client.get(f"{FILES}{path}?lang=none")
    statements()
    client.head(FILES + path)
    assert statements() <= 6
