"""The feed of what was published: valid Atom, absolute addresses, nothing before its moment."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from cuocthi.config import DEFAULT_ADDRESS
from cuocthi.news.models import Announcement, AnnouncementState, Audience
from cuocthi_publishing.domain import withdrawals

from .atom import faults
from .conftest import NAMES, Contest

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from cuocthi.clock import FixedClock
    from cuocthi.config import Config

FEED = "/c/hoi-thi/publishing/feed.xml"
ADDRESS = DEFAULT_ADDRESS.rstrip("/") + FEED
ATOM = "{http://www.w3.org/2005/Atom}"


def text(node: ET.Element, name: str) -> str:
    return node.findtext(ATOM + name, "")


def read(client: FlaskClient, address: str = ADDRESS) -> ET.Element:
    """The feed, with which RFC 4287 finds no fault."""
    answer = client.get(FEED)
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert faults(answer.data, address) == []
    return ET.fromstring(answer.data)  # noqa: S314 - the platform's own answer


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


def announce(contest: Contest, subject: str) -> None:
    """Add news that everybody reads."""
    ctx = contest.ctx
    ctx.session.add(
        Announcement(
            campaign_id=contest.campaign.id, subject=subject, body="Nội dung.", audience=Audience.ENROLLED,
            is_public=True, state=AnnouncementState.SENT, created_at=ctx.now, confirmed_at=ctx.now,
            started_at=ctx.now, confirmed_by_id=contest.staff[0].actor.user_id,
        )
    )  # fmt: skip


def test_what_stands_in_it_keeps_its_name_and_is_changed_only_where_something_happened(
    contest: Contest, client: FlaskClient, clock: FixedClock
) -> None:
    contest.adopt()
    contest.publish()
    announce(contest, "Trao giải & bế mạc <10/10>")
    contest.ctx.session.commit()

    def entries() -> dict[str, tuple[str, str]]:
        return {
            text(one, "id"): (text(one, "title"), text(one, "updated")) for one in read(client).iter(f"{ATOM}entry")
        }

    before = entries()
    assert len(before) == 2
    contest.later(clock, minutes=5)
    contest.publish("Sửa.")
    contest.ctx.session.commit()
    after = entries()
    assert {name: after[name] for name in before} == before
    first, second = contest.staff
    contest.later(clock, minutes=5)
    withdrawals.ask(first, campaign=contest.campaign, number=1, reason="Nhầm.")
    withdrawals.confirm(second, campaign=contest.campaign, number=1)
    contest.ctx.session.commit()
    at_last = entries()
    assert at_last.keys() == after.keys()
    changed = {name for name in after if at_last[name] != after[name]}
    assert [after[name][0] for name in changed] == ["Bản công bố số 1"]
    assert all(at_last[name][1] > after[name][1] for name in changed)


FAULTLESS = f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="vi">
<id>{ADDRESS}</id><title>Hội thi</title><updated>2024-10-02T10:00:00.000Z</updated><author><name>Sở</name></author>
<link rel="self" type="application/atom+xml" href="{ADDRESS}"/>
<entry><id>{ADDRESS}#2</id><title>Số 2</title><updated>2024-10-02T10:00:00.000Z</updated>
<link rel="alternate" type="text/html" href="http://example.com/2"/><summary>Sửa.</summary></entry>
<entry><id>{ADDRESS}#1</id><title>Số 1</title><updated>2024-10-01T10:00:00.000Z</updated>
<link rel="alternate" type="text/html" href="http://example.com/1"/></entry>
</feed>"""


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        ("<author><name>Sở</name></author>", "", "author"),
        ("<author><name>Sở</name></author>", "<author/>", "author"),
        ("<summary>", '<summary type="pdf">', "summary"),
        ('rel="self"', 'rel="related"', "where it is"),
        ("#2</id>", "#1</id>", "names 2 things"),
        (f"<id>{ADDRESS}#2</id>", "<id>2</id>", "no IRI"),
        ('href="http://example', 'href="//example', "relative"),
        ('<link rel="alternate" type="text/html" href="http://example.com/1"/>', "", "neither content nor an address"),
        ("10-02T", "10-01T", "older than its entries"),
        ("<title>Số 1", "<published>2024-10-03T10:00:00Z</published><title>Số 1", "before it was published"),
        ("<title>Số 1</title>", "", "entry"),
        ("10:00:00.000Z", "10:00:00", "updated"),
        ("</feed>", "<rating>5</rating></feed>", "rating"),
    ],
)
def test_a_feed_with_a_fault_would_be_found(right: str, wrong: str, fault: str) -> None:
    broken = FAULTLESS.replace(right, wrong, 1)
    assert broken != FAULTLESS
    assert any(fault in found for found in faults(broken.encode(), ADDRESS))
    assert faults(FAULTLESS.encode(), ADDRESS) == []
