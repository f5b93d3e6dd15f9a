"""A timeline of a thousand phases: pages as short, and as few statements, as for three; charts that can be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from cuocthi.app import registry_of
from cuocthi.campaigns.changes import Changes
from cuocthi.campaigns.exchange import export_campaign, import_campaign
from cuocthi.campaigns.lifecycle import readiness
from cuocthi.campaigns.models import Campaign
from cuocthi.clock import LOCAL_ZONE
from cuocthi.testing.plugins import make_format
from cuocthi.timelines.announcing import announce_edges
from cuocthi.timelines.domain import PhaseDraft, add_phases
from cuocthi.timelines.drawing import chart, steps
from cuocthi.timelines.models import PhaseKind
from cuocthi.timelines.queries import phases
from cuocthi.timelines.windows import Times

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

MANY = 1_000
BEGIN = datetime(2024, 1, 1, 8, tzinfo=LOCAL_ZONE)
HALF_DAY = timedelta(hours=12)
HOME = "/c/thai-binh"
PAGES = ("/staff/timeline", "/staff/", "/staff/readiness", "/staff/timeline/rounds", "/", "/timeline.ics")


def sprint() -> ModuleType:
    def phase_changed() -> None: ...

    return make_format("sprint", phase_changed)


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [sprint()]


def drafts(number: int, *, since: int = 0) -> list[PhaseDraft]:
    """Rounds of half a day each, one a day, with a judging after every tenth."""
    made = []
    for place in range(since, since + number):
        opens_at = BEGIN + place * 2 * HALF_DAY
        windows = [Times(opens_at, opens_at + HALF_DAY)]
        if place % 10 == 9:
            made.append(PhaseDraft(PhaseKind.JUDGING, f"Chấm đợt {place // 10 + 1}", windows))
        else:
            made.append(PhaseDraft(PhaseKind.CONTEST, f"Ngày {place + 1}", windows, source="sprint", number=place + 1))
    return made


@pytest.fixture
def campaign(ctx: Context, make: Factories) -> Campaign:
    """A campaign with three phases, the first of many."""
    campaign = make.campaign("thai-binh", plugins=("sprint",))
    add_phases(ctx, campaign=campaign, drafts=drafts(3))
    return campaign


def grow(ctx: Context, campaign: Campaign) -> None:
    add_phases(ctx, campaign=campaign, drafts=drafts(MANY - 3, since=3))
    ctx.session.commit()


def test_pages_of_a_thousand_phases_take_the_statements_of_three(
    ctx: Context,
    make: Factories,
    campaign: Campaign,
    client: FlaskClient,
    sign_in: Callable[[User], Browser],
    statements: Callable[[], int],
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Whether anything public has changed is asked once a second, however many pages are.
    monkeypatch.setattr(registry_of(app).kept_pages, "changes", Changes(lambda: 0.0))
    organiser = sign_in(make.member(campaign))
    # Whatever a process asks but once, it has asked by then.
    organiser.get(HOME)
    taken = {}
    for page in PAGES:
        statements()
        assert organiser.get(f"{HOME}{page}")[0] == 200, page
        taken[page] = statements()
    grow(ctx, campaign)

    for page in PAGES:
        statements()
        status, text = organiser.get(f"{HOME}{page}")
        assert status == 200, page
        assert statements() <= taken[page], page
        assert page.endswith(".ics") or len(text) < 150_000, page
    page = organiser.get(f"{HOME}/staff/timeline?page=20")[1]
    assert "Ngày 999" in page, "the list has pages"
    page = organiser.get(f"{HOME}/staff/timeline?q=ngay+77&kind=contest")[1]
    assert "Ngày 777" in page, "and can be searched"
    assert "Ngày 701" not in page


def test_the_chart_and_the_line_stay_readable(ctx: Context, campaign: Campaign) -> None:
    grow(ctx, campaign)
    found = phases(ctx, campaign_id=campaign.id)

    drawn = chart(found, ctx.now, "vi")
    assert drawn is not None
    assert [str(row.title) for row in drawn.rows] == [
        "Round of the contest (900)",
        "Judging and adoption of results (100)",
    ]
    assert sum(len(row.spans) for row in drawn.rows) <= MANY
    assert all(0 <= start <= end <= 1000 for row in drawn.rows for start, end in row.spans)

    line = steps(found, ctx.now, "vi")
    assert len(line) <= 14
    assert sum(step.state == "now" for step in line) == 1
    assert [str(step.title) for step in line if "phases" in str(step.title)] == ["261 phases", "731 phases"]


def test_a_thousand_phases_are_taken_out_and_brought_in_elsewhere(
    ctx: Context, campaign: Campaign, statements: Callable[[], int]
) -> None:
    grow(ctx, campaign)
    statements()
    files = export_campaign(ctx, campaign=campaign)
    assert statements() < 20
    copy = import_campaign(ctx, files=files, slug="ban-sao")
    ctx.session.flush()
    assert len(phases(ctx, campaign_id=copy.id)) == MANY
    again = export_campaign(ctx, campaign=copy)
    assert again["campaign.toml"].replace(b'"ban-sao"', b'"thai-binh"') == files["campaign.toml"]


def test_readiness_and_announcing_bear_a_thousand_phases(
    ctx: Context, campaign: Campaign, statements: Callable[[], int]
) -> None:
    few = len(readiness(ctx, campaign=campaign).items)
    statements()
    readiness(ctx, campaign=campaign)
    taken = statements()
    grow(ctx, campaign)
    statements()

    assert len(readiness(ctx, campaign=campaign).items) == few
    assert statements() == taken

    late = replace(ctx, now=BEGIN + 60 * 2 * HALF_DAY)
    assert [announce_edges(late), announce_edges(late)] == [100, 21], "the lock is not held for all at once"
    statements()
    assert announce_edges(late) == 0
    assert statements() == 2, "every few seconds, and nothing to do"
