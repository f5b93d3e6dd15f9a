"""The timeline as a calendar that people subscribe to: the same events for everybody, changed when the plan changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from icalendar import Calendar

from cuocthi.app import create_app
from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.clock import LOCAL_ZONE, FixedClock
from cuocthi.testing.plugin import running
from cuocthi.timelines.domain import edit_phase
from cuocthi.timelines.models import Phase, Window
from cuocthi.timelines.windows import Times

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask.testing import FlaskClient

    from cuocthi.config import Config
    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

FEED = "/c/thai-binh/timeline.ics"


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=LOCAL_ZONE)  # type: ignore[arg-type, misc]


@pytest.fixture
def app(config: Config, clock: FixedClock) -> Iterator[Flask]:
    """The platform below a path behind a proxy."""
    settings = replace(config, public_url="https://thi.hungyen.gov.vn/cuoc-thi")
    with running(create_app(settings, [], clock=clock)) as created:
        yield created


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    return make.campaign("thai-binh")


@pytest.fixture
def judging(ctx: Context, make: Factories, campaign: Campaign) -> Phase:
    phase = make.phase(
        campaign, opens_at=local(2024, 10, 1), closes_at=local(2024, 10, 10), title="Chấm thi, thông qua kết quả"
    )
    ctx.session.commit()
    return phase


def events(content: bytes) -> list[dict[str, object]]:
    calendar = Calendar.from_ical(content)
    return [
        {name.lower(): event.decoded(name) for name in ("UID", "SUMMARY", "DTSTART", "DTEND", "SEQUENCE", "URL")}
        for event in calendar.walk("VEVENT")
    ]


def test_whole_days_are_days_and_hours_are_moments(
    ctx: Context, make: Factories, campaign: Campaign, judging: Phase, client: FlaskClient
) -> None:
    make.phase(campaign, opens_at=local(2024, 9, 15, 8), closes_at=local(2024, 10, 5, 17), title="Thi trực tuyến")
    ctx.session.commit()

    answer = client.get(FEED)

    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert "Set-Cookie" not in answer.headers
    contest, adoption = events(answer.data)
    assert contest["dtstart"] == local(2024, 9, 15, 8)
    assert contest["dtend"] == local(2024, 10, 5, 17)
    assert "Thi trực tuyến" in str(contest["summary"])
    assert (adoption["dtstart"], adoption["dtend"]) == (date(2024, 10, 1), date(2024, 10, 10))
    assert contest["url"] == "https://thi.hungyen.gov.vn/cuoc-thi/c/thai-binh/"


def test_every_window_is_an_event_that_keeps_its_name_when_it_moves(
    ctx: Context, campaign: Campaign, judging: Phase, client: FlaskClient
) -> None:
    judging.windows.append(Window(opens_at=local(2024, 10, 12), closes_at=local(2024, 10, 13)))
    ctx.session.commit()
    first = events(client.get(FEED).data)
    assert len({event["uid"] for event in first}) == 2

    moved = [Times(local(2024, 10, 8), local(2024, 10, 11)), Times(local(2024, 10, 19), local(2024, 10, 20))]
    edit_phase(ctx, campaign=campaign, phase=judging, title="Chấm thi", description="", windows=moved)
    ctx.session.commit()

    then = events(client.get(FEED).data)
    assert [event["uid"] for event in then] == [event["uid"] for event in first]
    assert all(later["sequence"] > earlier["sequence"] for earlier, later in zip(first, then, strict=True))  # type: ignore[operator]
    assert then[0]["dtstart"] == date(2024, 10, 8)


def test_who_has_it_already_is_told_so_until_it_changes(
    ctx: Context, campaign: Campaign, judging: Phase, client: FlaskClient
) -> None:
    tag = client.get(FEED).headers["ETag"]
    again = client.get(FEED, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")

    windows = [Times(judging.opens_at, judging.closes_at + timedelta(days=1))]
    edit_phase(ctx, campaign=campaign, phase=judging, title="Chấm thi", description="", windows=windows)
    ctx.session.commit()

    assert client.get(FEED, headers={"If-None-Match": tag}).status_code == 200


def test_a_draft_has_no_feed_but_for_its_committees(
    ctx: Context, make: Factories, client: FlaskClient, sign_in: Callable[[User], Browser]
) -> None:
    draft = make.campaign("nhap", state=CampaignState.DRAFT)
    make.phase(draft)
    member = sign_in(make.member(draft))

    assert client.get("/c/nhap/timeline.ics").status_code == 404
    assert member.get("/c/nhap/timeline.ics")[0] == 200


def test_the_pages_lead_to_the_feed(
    make: Factories, campaign: Campaign, judging: Phase, client: FlaskClient, sign_in: Callable[[User], Browser]
) -> None:
    assert FEED in client.get("/c/thai-binh/").text
    assert FEED in sign_in(make.member(campaign)).get("/c/thai-binh/staff/timeline")[1]
