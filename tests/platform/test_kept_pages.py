"""Public pages from memory: nobody's own, never older than the last change, and gone with what they show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.app import registry_of
from cuocthi.campaigns.changes import KNOWN_FOR, Changes, PublicState
from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.clock import EPOCH
from cuocthi.contributions import Role
from cuocthi.database import configure_engine
from cuocthi.documents.domain import DocumentFacts, register_document
from cuocthi.documents.models import DocumentKind
from cuocthi.timelines.models import PhaseKind
from cuocthi.web.kept_pages import Address, KeptPage, KeptPages, Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy import Engine

    from cuocthi.clock import FixedClock
    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

PAGE = "/c/thai-binh/"


@pytest.fixture
def campaign(ctx: Context, make: Factories) -> Campaign:
    """A campaign that is open, in the middle of a phase that ends in two days."""
    opened = make.campaign("thai-binh", state=CampaignState.OPEN)
    opened.opened_at = ctx.now
    make.phase(opened, PhaseKind.JUDGING, opens_at=ctx.now - timedelta(days=2), closes_at=ctx.now + timedelta(days=2))
    ctx.session.commit()
    return opened


@dataclass(slots=True)
class Seconds:
    """A clock that only runs forward."""

    passed: float = 0.0

    def __call__(self) -> float:
        return self.passed


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser of nobody in particular, and a process for which no second passes: however slow the machine is."""
    registry_of(app).kept_pages.changes = Changes(Seconds())
    return app.test_client()


def warm(client: FlaskClient) -> str:
    """Ask until the page is in memory; return its tag."""
    client.get(PAGE)
    return client.get(PAGE).headers["ETag"]


def rename(ctx: Context, campaign: Campaign, name: str) -> None:
    campaign.name = name
    campaign.renew_pages()
    ctx.session.commit()


def test_what_was_asked_for_twice_is_answered_without_the_database(
    campaign: Campaign, client: FlaskClient, statements: Callable[[], int]
) -> None:
    first = client.get(PAGE)
    made = client.get(PAGE)
    statements()
    again = client.get(PAGE)
    brief = client.get(PAGE, headers={"If-None-Match": again.headers["ETag"]})
    assert statements() == 0
    assert first.text == made.text == again.text
    assert first.headers["ETag"] == again.headers["ETag"]
    assert (brief.status_code, brief.data, brief.headers["ETag"]) == (304, b"", again.headers["ETag"])
    kept = {name: value for name, value in first.headers if name not in {"Date", "Vary", "Content-Length"}}
    assert kept.items() <= dict(again.headers).items(), "what the page may do is said each time"
    assert {"Cookie", "HX-Request", "Accept-Encoding"} <= set(again.vary)


def test_it_is_sent_compressed_to_whoever_can_read_that(campaign: Campaign, client: FlaskClient) -> None:
    warm(client)
    plain, small = client.get(PAGE), client.get(PAGE, headers={"Accept-Encoding": "gzip, br"})
    assert "Content-Encoding" not in plain.headers
    assert small.headers["Content-Encoding"] == "gzip"
    assert int(small.headers["Content-Length"]) == len(small.data) < len(plain.data) / 2


def test_a_change_is_seen_at_once_in_the_process_that_made_it(
    ctx: Context, campaign: Campaign, client: FlaskClient
) -> None:
    tag = warm(client)
    rename(ctx, campaign, "Tên đã đổi")
    changed = client.get(PAGE, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert "Tên đã đổi" in changed.text
    register_document(
        ctx,
        campaign=campaign,
        facts=DocumentFacts(kind=DocumentKind.PLAN, title="Kế hoạch mới"),
    )
    ctx.session.commit()
    assert "Kế hoạch mới" in client.get(PAGE).text, "what is on record needs no count of its own"


def test_a_change_is_seen_within_a_second_in_another_process(
    ctx: Context, campaign: Campaign, engine: Engine, database_url: str
) -> None:
    seconds = Seconds()
    changes = Changes(seconds)
    before = changes.state(engine)
    other = sa.create_engine(database_url)
    configure_engine(other)
    with other.begin() as connection:  # as seen from here: nothing of this process
        connection.execute(sa.update(Campaign).values(version=Campaign.version + 1))
    other.dispose()
    seconds.passed += KNOWN_FOR / 2
    assert changes.state(engine) == before
    seconds.passed += KNOWN_FOR / 2
    assert changes.state(engine) != before


def test_of_two_changes_at_the_same_time_none_is_lost(ctx: Context, campaign: Campaign) -> None:
    version = campaign.version
    campaign.renew_pages()
    ctx.session.flush()
    campaign.renew_pages()
    ctx.session.commit()
    assert ctx.session.scalar(sa.select(Campaign.version).where(Campaign.id == campaign.id)) == version + 2


def test_the_page_changes_with_the_edges_of_its_phases_and_the_minute(
    campaign: Campaign, client: FlaskClient, clock: FixedClock
) -> None:
    warm(client)
    clock.advance(timedelta(days=2) - timedelta(microseconds=1))
    last = client.get(PAGE).text
    clock.advance(timedelta(microseconds=1))
    over = client.get(PAGE).text
    assert over != last
    clock.advance(timedelta(hours=-3))
    assert client.get(PAGE).text not in {last, over}, "a clock that is set back counts as well"


def test_each_language_has_its_own_page(campaign: Campaign, client: FlaskClient, app: Flask) -> None:
    warm(client)
    english = app.test_client()
    assert english.get(f"{PAGE}?lang=en").status_code == 302
    assert english.get(PAGE).text == english.get(PAGE).text != client.get(PAGE).text
    assert '<html lang="en"' in english.get(PAGE).text
    assert '<html lang="vi"' in client.get(PAGE).text


def test_whoever_asks_first_leaves_nothing_of_their_own(
    campaign: Campaign, client: FlaskClient, make: Factories, sign_in: Callable[[User], Browser]
) -> None:
    reader = sign_in(make.user(name="Nguyễn Thị Bích Hạnh"))
    for _ in range(3):
        assert reader.get(PAGE)[0] == 200
    answer = client.get(PAGE)
    assert "Bích Hạnh" not in answer.text
    assert "Set-Cookie" not in answer.headers
    assert reader.get(PAGE)[1] == answer.text


def test_what_is_asked_for_in_another_way_is_not_taken_from_memory(
    campaign: Campaign, client: FlaskClient, statements: Callable[[], int]
) -> None:
    warm(client)
    statements()
    for ask in (
        lambda: client.get(PAGE, headers={"HX-Request": "true"}),
        lambda: client.head(PAGE),
    ):
        assert ask().status_code == 200
        assert statements() > 0


def test_what_is_added_to_the_address_makes_no_other_page(
    campaign: Campaign, client: FlaskClient, statements: Callable[[], int]
) -> None:
    warm(client)
    plain = client.get(PAGE).data
    statements()
    for added in ("?fbclid=abc&utm_source=zalo", "?trang=2", "?%00"):
        assert client.get(PAGE + added).data == plain
    assert statements() == 0, "nobody makes the server work by adding to an address"


def test_a_page_that_is_no_longer_there_is_not_in_memory_either(
    ctx: Context, campaign: Campaign, client: FlaskClient, make: Factories, sign_in: Callable[[User], Browser]
) -> None:
    warm(client)
    campaign.state = CampaignState.DRAFT
    organiser = sign_in(make.member(campaign, Role.ORGANISING))
    assert client.get(PAGE).status_code == 404
    assert organiser.get(PAGE)[0] == 200
    assert client.get(PAGE).status_code == 404


def test_when_the_database_is_away_the_platform_says_so(
    campaign: Campaign, client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm(client)

    def away(_changes: Changes, _engine: Engine) -> PublicState:
        message, error = "connection refused", OSError()
        raise sa.exc.OperationalError(message, None, error)

    monkeypatch.setattr(Changes, "state", away)
    assert client.get(PAGE).status_code == 200, "it was away for a moment only: the page is made as if nothing was kept"


def test_what_was_asked_for_longest_ago_is_forgotten_first() -> None:
    pages = KeptPages(most_bytes=20_000)
    span = Span(EPOCH, EPOCH + timedelta(minutes=1))
    addresses = [Address("http", "", f"/{number}", "vi") for number in range(4)]
    for address in addresses[:3]:
        pages.keep(address, KeptPage(span, PublicState(None, None), "tag", (), b"x" * 4_000))
    pages.page(addresses[0])
    pages.keep(addresses[3], KeptPage(span, PublicState(None, None), "tag", (), b"x" * 4_000))
    assert [address in pages for address in addresses] == [True, False, True, True]
    pages.forget(addresses[3])
    assert addresses[3] not in pages
