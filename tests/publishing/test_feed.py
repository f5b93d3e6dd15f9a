"""The feed of what was published: valid Atom, absolute addresses, nothing before its moment."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from cuocthi_publishing.domain import withdrawals

from .conftest import NAMES, Contest

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from cuocthi.clock import FixedClock
    from cuocthi.config import Config

FEED = "/c/hoi-thi/publishing/feed.xml"
ATOM = "{http://www.w3.org/2005/Atom}"


def text(node: ET.Element, name: str) -> str:
    return node.findtext(ATOM + name, "")


def read(client: FlaskClient) -> ET.Element:
    """The feed, of which everything holds that RFC 4287 asks for."""
    answer = client.get(FEED)
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    root = ET.fromstring(answer.data)  # noqa: S314 - the platform's own answer
    assert root.tag == f"{ATOM}feed"
    assert text(root, "author/" + ATOM + "name")
    nodes = [root, *root.findall(f"{ATOM}entry")]
    for node in nodes:
        assert text(node, "id").startswith("http")
        assert text(node, "title")
        assert datetime.fromisoformat(text(node, "updated")).tzinfo is not None
        assert all(link.attrib["href"].startswith("http") for link in node.findall(f"{ATOM}link"))
    assert len({text(node, "id") for node in nodes}) == len(nodes)
    return root


def titles(client: FlaskClient) -> list[str]:
    return [text(entry, "title") for entry in read(client).findall(f"{ATOM}entry")]


def test_before_anything_is_published_the_feed_is_empty(contest: Contest, client: FlaskClient) -> None:
    contest.adopt()
    contest.release()
    contest.ctx.session.commit()
    assert titles(client) == []


def test_releases_stand_there_from_their_moment_the_newest_first(
    contest: Contest, client: FlaskClient, clock: FixedClock, config: Config
) -> None:
    contest.adopt()
    contest.publish()
    contest.publish("Sửa <tên> & đơn vị.", not_before=contest.ctx.now + timedelta(hours=1))
    contest.ctx.session.commit()
    assert titles(client) == ["Bản công bố số 1"]
    clock.advance(timedelta(hours=1))
    feed = read(client)
    newest = feed.find(f"{ATOM}entry")
    assert newest is not None
    assert (text(newest, "title"), text(newest, "summary")) == ("Bản công bố số 2", "Sửa <tên> & đơn vị.")
    assert text(newest, "id") == f"{config.public_url.rstrip('/')}/c/hoi-thi/publishing/release/2/"
    assert text(feed, "updated") == text(newest, "updated")
    assert f'href="{FEED}"' in client.get("/c/hoi-thi/publishing/").text


def test_of_a_withdrawn_release_it_says_only_that(contest: Contest, client: FlaskClient, clock: FixedClock) -> None:
    contest.adopt()
    contest.publish()
    contest.later(clock, minutes=5)
    first, second = contest.staff
    withdrawals.ask(first, campaign=contest.campaign, number=1, reason="Nhầm.")
    withdrawals.confirm(second, campaign=contest.campaign, number=1)
    contest.ctx.session.commit()
    assert titles(client) == ["Bản công bố số 1 đã được thu hồi"]
    assert NAMES[0] not in client.get(FEED).text
