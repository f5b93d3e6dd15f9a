"""The timeline for organisers: phases added and changed, rounds closed and extended, each on record with its reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.models import Campaign
from cuocthi.clock import LOCAL_ZONE
from cuocthi.contributions import Role
from cuocthi.testing.plugins import make_format
from cuocthi.timelines.models import Phase, PhaseKind
from cuocthi.timelines.queries import phases

if TYPE_CHECKING:
    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

TIMELINE = "/c/thai-binh/staff/timeline"
PHASE = {
    "title": "Phát động Cuộc thi",
    "kind": "launch",
    "description": "",
    "source": "",
    "number": "",
    "windows-0-opens_on": "2024-09-25",
    "windows-0-opens_time": "8h",
    "windows-0-closes_on": "2024-09-25",
    "windows-0-closes_time": "24h00",
}
ROUND = {**PHASE, "title": "Vòng 2", "kind": "contest", "source": "sprint", "number": "2"}


def sprint() -> ModuleType:
    """A contest format in which seven people are at work."""

    def activity() -> list[tuple[str, int]]:
        return [("open", 7)]

    return make_format("sprint", activity)


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [sprint()]


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    return make.campaign("thai-binh", plugins=("sprint",))


@pytest.fixture
def round_(make: Factories, campaign: Campaign) -> Phase:
    return make.round(campaign, "sprint")


@pytest.fixture
def organiser(make: Factories, campaign: Campaign, round_: Phase, sign_in: Callable[[User], Browser]) -> Browser:
    browser = sign_in(make.member(campaign))
    assert browser.get(f"{TIMELINE}/new")[0] == 200
    return browser


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=LOCAL_ZONE)  # type: ignore[arg-type, misc]


def titles(ctx: Context, campaign: Campaign) -> list[str]:
    ctx.session.expire_all()
    found = [phase.title for phase in phases(ctx, campaign_id=campaign.id)]
    ctx.session.rollback()
    return found


def spans(ctx: Context, phase: Phase) -> list[tuple[datetime, datetime]]:
    """The windows of a phase as the database holds them; no lock is kept."""
    ctx.session.expire_all()
    found = [(window.opens_at, window.closes_at) for window in phase.windows]
    ctx.session.rollback()
    return found


def events(ctx: Context) -> list[tuple[str, Any]]:
    ctx.session.expire_all()
    found = [
        (event.action, event.after) for event in ctx.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id))
    ]
    ctx.session.rollback()
    return found


# --- phases ---


def test_a_phase_is_added_changed_and_removed(ctx: Context, campaign: Campaign, organiser: Browser) -> None:
    status, page = organiser.post(f"{TIMELINE}/new", PHASE)
    assert (status, "notice-ok" in page) == (200, True)
    assert "Phát động Cuộc thi" in page
    phase = ctx.session.scalars(sa.select(Phase).where(Phase.kind == PhaseKind.LAUNCH)).one()
    assert phase.key == "phat-dong-cuoc-thi"
    assert spans(ctx, phase) == [(local(2024, 9, 25, 8), local(2024, 9, 26))]

    address = f"{TIMELINE}/{phase.id}"
    ctx.session.rollback()
    page = organiser.get(address)[1]
    assert 'value="24h00"' in page
    changed = {
        **PHASE,
        "title": "Lễ phát động",
        "windows-1-opens_on": "2024-09-27",
        "windows-1-closes_on": "2024-09-27",
    }
    assert organiser.post(address, changed)[0] == 200
    assert spans(ctx, phase)[1] == (local(2024, 9, 27), local(2024, 9, 28)), "a day without times is the whole day"
    assert titles(ctx, campaign) == ["Vòng 1", "Lễ phát động"]

    assert organiser.post(f"{address}/remove", {})[0] == 200
    assert titles(ctx, campaign) == ["Vòng 1"]
    assert [action for action, _ in events(ctx)] == ["core:phase:add", "core:phase:edit", "core:phase:remove"]


def test_two_phases_may_have_one_title(ctx: Context, campaign: Campaign, organiser: Browser) -> None:
    for _ in range(2):
        assert organiser.post(f"{TIMELINE}/new", PHASE)[0] == 200
    keys = ctx.session.scalars(sa.select(Phase.key).where(Phase.kind == PhaseKind.LAUNCH).order_by(Phase.id)).all()
    assert keys == ["phat-dong-cuoc-thi", "phat-dong-cuoc-thi-2"]


WRONG: list[dict[str, str]] = [
    {**PHASE, "title": " "},
    {**PHASE, "title": "x" * 201},
    {**PHASE, "kind": "party"},
    {**PHASE, "windows-0-opens_on": "30/02/2024"},
    {**PHASE, "windows-0-opens_on": "2024-02-30"},
    {**PHASE, "windows-0-opens_time": "25h"},
    {**PHASE, "windows-0-opens_time": "sáng"},
    {**PHASE, "windows-0-closes_on": ""},
    {**PHASE, "windows-0-closes_on": "2024-09-24"},
    {**PHASE, "windows-0-opens_on": "0001-01-01", "windows-0-opens_time": "0h"},
    {name: value for name, value in PHASE.items() if not name.startswith("windows")},
    {**ROUND, "source": ""},
    {**ROUND, "source": "essay"},
    {**ROUND, "number": "1"},
    {**ROUND, "number": "0"},
    {**ROUND, "kind": "launch"},
]


def test_a_phase_that_cannot_be_is_refused_in_words_and_nothing_is_added(
    ctx: Context, campaign: Campaign, organiser: Browser
) -> None:
    for wrong in WRONG:
        status, page = organiser.post(f"{TIMELINE}/new", wrong)
        assert status == 422, wrong
        assert "notice-error" in page, wrong
    assert titles(ctx, campaign) == ["Vòng 1"]
    assert events(ctx) == []


def test_overlapping_phases_are_warned_of_in_words(make: Factories, campaign: Campaign, organiser: Browser) -> None:
    judging = {**PHASE, "title": "Chấm thi", "kind": "judging"}
    status, page = organiser.post(f"{TIMELINE}/new", judging)
    assert status == 200
    assert "notice-warn" in page
    assert "“Chấm thi”" in page


def test_the_times_of_a_round_that_has_opened_are_not_edited(
    ctx: Context, campaign: Campaign, round_: Phase, organiser: Browser
) -> None:
    address, before = f"{TIMELINE}/{round_.id}", spans(ctx, round_)
    assert "windows-0" not in organiser.get(address)[1]
    assert organiser.post(address, {**ROUND, "title": "Vòng sơ khảo"})[0] == 200
    assert titles(ctx, campaign) == ["Vòng sơ khảo"]
    assert spans(ctx, round_) == before
    status, page = organiser.post(f"{address}/remove", {})
    assert (status, "đã bắt đầu" in page) == (422, True)
    assert titles(ctx, campaign) == ["Vòng sơ khảo"]


def test_a_phase_of_another_campaign_is_not_found(
    ctx: Context, make: Factories, campaign: Campaign, organiser: Browser
) -> None:
    foreign = make.round(make.campaign("khac", plugins=("sprint",)), "sprint")
    ctx.session.commit()
    number = foreign.id
    before = spans(ctx, foreign)
    for act in ("", "/remove", "/close", "/extend"):
        assert organiser.post(f"{TIMELINE}/{number}{act}", {**ROUND, "reason": "x", "confirm": "x"})[0] == 404
    assert spans(ctx, foreign) == before


def test_a_round_without_a_number_gets_the_next_one(ctx: Context, organiser: Browser) -> None:
    assert organiser.post(f"{TIMELINE}/new", {**ROUND, "number": "7"})[0] == 200
    assert organiser.post(f"{TIMELINE}/new", {**ROUND, "number": ""})[0] == 200
    assert list(ctx.session.scalars(sa.select(Phase.number).order_by(Phase.number))) == [1, 7, 8]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"number": "1"}, "number"), ({"source": ""}, "source"), ({"kind": "launch", "source": ""}, "number")],
)
def test_what_is_wrong_with_a_round_stands_at_its_field(organiser: Browser, wrong: dict[str, str], field: str) -> None:
    status, page = organiser.post(f"{TIMELINE}/new", {**ROUND, **wrong})
    assert (status, f'id="{field}-error"' in page) == (422, True)


# --- closing now, and extending ---


def test_a_round_is_closed_at_once_after_its_title_was_typed(
    ctx: Context, campaign: Campaign, round_: Phase, organiser: Browser
) -> None:
    address, before = f"{TIMELINE}/{round_.id}/close", spans(ctx, round_)
    page = organiser.get(address)[1]
    assert "7 người đang làm bài" in page
    for wrong in ({"reason": "Mất điện"}, {"reason": " ", "confirm": "Vòng 1"}, {"reason": "Mất điện", "confirm": "x"}):
        status, page = organiser.post(address, wrong)
        assert (status, "has-error" in page) == (422, True), wrong
    assert spans(ctx, round_) == before
    assert events(ctx) == []

    assert organiser.post(address, {"reason": "Mất điện toàn tỉnh", "confirm": "vong 1"})[0] == 200
    assert spans(ctx, round_) == [(before[0][0], ctx.now)]
    (action, after), *more = events(ctx)
    assert (action, after["reason"], more) == ("core:round:close", "Mất điện toàn tỉnh", [])
    status, _ = organiser.post(address, {"reason": "Lại nữa", "confirm": "Vòng 1"})
    assert (status, len(events(ctx))) == (422, 1), "it is closed already"


def test_a_round_that_is_not_open_is_neither_closed_nor_extended(
    ctx: Context, make: Factories, campaign: Campaign, organiser: Browser
) -> None:
    ahead = make.round(campaign, "sprint", number=2, opens_at=ctx.now + timedelta(days=1))
    ctx.session.commit()
    reason = {"reason": "x", "confirm": ahead.title, "closes_on": "2024-12-01", "closes": "17h"}
    reason |= {"symbol": "15/TB-BTC", "issued_on": "2024-09-20"}
    ctx.session.rollback()
    for act in ("close", "extend"):
        status, page = organiser.post(f"{TIMELINE}/{ahead.id}/{act}", reason)
        assert (status, "error" in page) == (422, True), act
    assert events(ctx) == []


def test_others_see_the_timeline_without_its_levers(
    make: Factories, campaign: Campaign, round_: Phase, sign_in: Callable[[User], Browser]
) -> None:
    status, page = sign_in(make.member(campaign, Role.JURY)).get(TIMELINE)
    assert status == 200
    assert "Vòng 1" in page
    assert "/close" not in page
    assert f"{TIMELINE}/new" not in page
