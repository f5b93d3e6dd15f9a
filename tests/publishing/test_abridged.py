"""Pages of releases are made of what they show, written down with the release: no snapshot is read for them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from cuocthi.context import SYSTEM
from cuocthi.testing.tampering import unguard
from cuocthi_publishing.domain.abridged import abridged, shown_of
from cuocthi_publishing.domain.pages import Links, page_keys, render_body, render_embedded
from cuocthi_publishing.domain.stored import snapshot_of
from cuocthi_publishing.jobs import build_bundle
from cuocthi_publishing.lists.pages import FIRST_ROWS, ROWS_OF_A_PAGE
from cuocthi_publishing.models import Abridged
from cuocthi_publishing.settings import PublishSettings

from .conftest import Contest
from .lists.test_search import COLUMNS

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

BASE = "/c/hoi-thi/publishing/"
LINKS = Links(page=str, release=str, whole=str)


@contextmanager
def sent(contest: Contest) -> Iterator[list[str]]:
    """The statements that the database is sent."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        found.append(statement)

    sa.event.listen(sa.engine.Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(sa.engine.Engine, "before_cursor_execute", note)


@pytest.fixture
def long(contest: Contest) -> dict[str, Any]:
    """The values of a release with a ranking of many."""
    contest.adopt()
    snapshot = snapshot_of(contest.publish())
    rows = [[place, f"CDS-{place:05}", "Nguyễn Văn An", 20_000] for place in range(1, ROWS_OF_A_PAGE + 2)]
    section = {
        "page": "results",
        "key": "standings-1",
        "title": "Xếp hạng",
        "note": "",
        "chart": "",
        "columns": COLUMNS,
    }
    return {**snapshot, "sections": [{**section, "rows": rows}, *snapshot["sections"]]}


def test_every_page_is_the_same_as_of_the_whole_snapshot(long: dict[str, Any]) -> None:
    short = json.loads(json.dumps(abridged(long)))
    assert len(short["sections"][0]["rows"]) == FIRST_ROWS
    assert page_keys(short) == page_keys(long)
    for key in page_keys(long):
        assert render_body(short, "f" * 64, key, LINKS) == render_body(long, "f" * 64, key, LINKS)
    assert render_embedded(short, "x") == render_embedded(long, "x")


def test_a_short_release_is_shown_whole(contest: Contest) -> None:
    contest.adopt()
    release = contest.publish()
    assert shown_of(release) == snapshot_of(release)


def test_an_old_release_is_shown_by_its_snapshot(contest: Contest) -> None:
    contest.adopt()
    release = contest.publish()
    unguard(contest.ctx, "publishing_abridged")
    contest.ctx.session.execute(sa.delete(Abridged))
    contest.ctx.session.expire_all()
    assert release.abridged is None
    assert shown_of(release) == snapshot_of(release)


def test_what_a_release_shows_stays_as_it_was_made(contest: Contest) -> None:
    contest.adopt()
    contest.publish()
    contest.ctx.session.commit()
    for act in (sa.update(Abridged).values(content="{}"), sa.delete(Abridged)):
        with pytest.raises(DBAPIError, match="stays as it was made"):
            contest.ctx.session.execute(act)
        contest.ctx.session.rollback()


@pytest.mark.parametrize("page", ["", "awards", "release/1/", "release/1/units", "embed", "feed.xml"])
def test_no_public_page_reads_a_snapshot_and_all_are_compressed_and_known_again(
    contest: Contest, client: FlaskClient, page: str
) -> None:
    contest.adopt()
    contest.publish()
    contest.ctx.session.commit()
    with sent(contest) as statements:
        first = client.get(BASE + page)
        kept = client.get(BASE + page, headers={"Accept-Encoding": "gzip"})
    assert first.status_code == kept.status_code == 200
    assert statements
    assert not [statement for statement in statements if "publishing_release.snapshot" in statement]
    assert kept.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(kept.data) == first.data
    with sent(contest) as statements:
        assert client.get(BASE + page, headers={"If-None-Match": kept.headers["ETag"]}).status_code == 304
        assert client.get(BASE + page).status_code == 200
    # Whether anything has changed is asked of the database, once a second at most.
    assert len(statements) <= 2


def test_statements_of_a_page_do_not_grow_with_the_release(
    contest: Contest, app: Flask, statements: Callable[[], int]
) -> None:
    taken = []
    contest.adopt()
    for settings in (PublishSettings(units=False, statistics=False), PublishSettings(everybody=True, full_names=True)):
        contest.let_out(settings)
        contest.publish("Sửa.")
        contest.ctx.session.commit()
        browser = app.test_client()
        browser.get(f"{BASE}release/1/awards")
        statements()
        browser.get(f"{BASE}?lang=")
        taken.append(statements())
    assert taken[0] == taken[1]


def test_the_values_are_sent_as_they_lie_compressed_in_the_bundle(
    contest: Contest, app: Flask, client: FlaskClient
) -> None:
    contest.adopt()
    release = contest.publish()
    contest.ctx.session.commit()
    plain = client.get(f"{BASE}release/1/data.json", headers={"Accept-Encoding": "gzip"})
    assert plain.data == release.snapshot.encode()
    with app.app_context():
        build_bundle(replace(contest.ctx, actor=SYSTEM), {"release_id": release.id}, lambda *_: None)
    contest.ctx.session.commit()
    packed = client.get(f"{BASE}release/1/data.json", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data == client.get(f"{BASE}release/1/data.json").data
    with sent(contest) as statements:
        again = client.get(f"{BASE}release/1/data.json", headers={"If-None-Match": packed.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert not [statement for statement in statements if "publishing_release.snapshot" in statement]
