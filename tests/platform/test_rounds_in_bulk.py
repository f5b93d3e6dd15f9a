"""Many phases at once: rounds made from a pattern, phases moved together; shown first, done as one act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.models import Campaign
from cuocthi.clock import LOCAL_ZONE
from cuocthi.contributions import Role
from cuocthi.errors import Conflict, DomainError
from cuocthi.testing.plugins import make_format
from cuocthi.timelines.domain import add_phases, move_phases, round_drafts
from cuocthi.timelines.moving import by_days
from cuocthi.timelines.patterns import Pattern, Rhythm, windows_of
from cuocthi.timelines.queries import phases, rounds

if TYPE_CHECKING:
    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase
    from cuocthi.users.models import User

DAY = timedelta(days=1)
TIMELINE = "/c/thai-binh/staff/timeline"
PATTERN = {
    "title": "Tuần",
    "source": "sprint",
    "rhythm": "weeks",
    "first": "2024-09-30",
    "number": "16",
    "opens": "10h00",
    "days": "7",
    "closes": "09h00",
}
#: The rounds whose source was told that they moved.
told: list[int] = []


def sprint() -> ModuleType:
    def windows_changed(phase: Phase) -> None:
        told.append(phase.id)

    return make_format("sprint", windows_changed)


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [sprint(), make_format("added", counts=list)]


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    return make.campaign("thai-binh", plugins=("sprint", "added"))


@pytest.fixture
def organiser(make: Factories, campaign: Campaign, sign_in: Callable[[User], Browser]) -> Browser:
    return sign_in(make.member(campaign))


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=LOCAL_ZONE)  # type: ignore[arg-type, misc]


def titles(ctx: Context, campaign: Campaign) -> list[str]:
    ctx.session.expire_all()
    found = [phase.title for phase in phases(ctx, campaign_id=campaign.id)]
    ctx.session.rollback()
    return found


def events(ctx: Context) -> list[AuditEvent]:
    ctx.session.expire_all()
    found = list(ctx.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id)))
    ctx.session.rollback()
    return found


# --- rounds ---


def test_the_numbers_go_on_from_the_last_round_and_all_is_one_event(
    ctx: Context, make: Factories, campaign: Campaign
) -> None:
    make.round(campaign, "sprint", number=3)
    windows = windows_of(Pattern(Rhythm.WEEKS, date(2024, 9, 30), 4, "10h00", "09h00", 7))

    drafts = round_drafts(ctx, campaign=campaign, title="Tuần", source="sprint", rounds=windows)
    version = campaign.version
    add_phases(ctx, campaign=campaign, drafts=drafts)

    made = rounds(ctx, campaign_id=campaign.id)[1:]
    assert [(phase.number, phase.title, phase.key) for phase in made] == [
        (number, f"Tuần {number}", f"tuan-{number}") for number in range(4, 8)
    ]
    assert made[0].opens_at == local(2024, 9, 30, 10)
    assert campaign.version == version + 1
    (event,) = ctx.session.scalars(sa.select(AuditEvent)).all()
    assert [phase["title"] for phase in event.after["phases"]] == ["Tuần 4", "Tuần 5", "Tuần 6", "Tuần 7"]


def test_of_rounds_of_which_one_cannot_be_none_is_made(ctx: Context, make: Factories, campaign: Campaign) -> None:
    windows = windows_of(Pattern(Rhythm.WEEKS, date(2024, 9, 30), 2, "10h00", "09h00", 7))
    drafts = round_drafts(ctx, campaign=campaign, title="Tuần", source="sprint", rounds=windows)
    make.round(campaign, "sprint", number=2)

    with pytest.raises(Conflict):
        add_phases(ctx, campaign=campaign, drafts=drafts)
    with pytest.raises(DomainError):
        add_phases(ctx, campaign=campaign, drafts=[replace(draft, source="photo", number=9) for draft in drafts])

    assert len(phases(ctx, campaign_id=campaign.id)) == 1


def test_sixteen_weeks_are_shown_first_and_then_made_at_once(
    ctx: Context, campaign: Campaign, organiser: Browser
) -> None:
    page = organiser.get(f"{TIMELINE}/rounds")[1]
    assert "gantt" in page, "what the form begins with is shown at once"
    status, page = organiser.post(f"{TIMELINE}/rounds", {**PATTERN, "preview": "1"})
    assert status == 200
    assert "10h00 30/09 – 09h00 07/10/2024" in page
    assert "Tuần 16" in page
    assert "Thứ Hai" in page
    assert titles(ctx, campaign) == []

    status, page = organiser.post(f"{TIMELINE}/rounds", PATTERN)
    assert (status, "notice-ok" in page) == (200, True)
    assert titles(ctx, campaign) == [f"Tuần {number}" for number in range(1, 17)]
    assert [event.action for event in events(ctx)] == ["core:phase:add"]


def test_the_pattern_begins_in_the_campaigns_own_year_and_usual_format(
    ctx: Context, make: Factories, campaign: Campaign, organiser: Browser
) -> None:
    make.phase(campaign, opens_at=local(2027, 3, 2), closes_at=local(2027, 3, 3))
    ctx.session.commit()
    page = organiser.get(f"{TIMELINE}/rounds")[1]
    assert 'value="2027-03-08"' in page
    make.round(campaign, "sprint", opens_at=local(2027, 3, 8), closes_at=local(2027, 3, 15))
    make.round(campaign, "added", number=2, opens_at=local(2027, 3, 8), closes_at=local(2027, 4, 26))
    ctx.session.commit()
    page = organiser.get(f"{TIMELINE}/rounds")[1]
    assert 'value="2027-03-15"' in page, "after the rounds that people take part in"
    assert page.index('value="sprint"') < page.index('value="added"')
    assert '<option selected value="sprint">' in page


def test_rounds_on_some_days_of_the_week(ctx: Context, campaign: Campaign, organiser: Browser) -> None:
    organiser.get(f"{TIMELINE}/rounds")
    some = {**PATTERN, "rhythm": "days", "number": "3", "opens": "8h00", "days": "0", "closes": "20h00"}

    assert organiser.post(f"{TIMELINE}/rounds", {**some, "weekdays": ["1", "3", "6"]})[0] == 200

    found = rounds(ctx, campaign_id=campaign.id)
    assert [phase.opens_at for phase in found] == [local(2024, 10, 1, 8), local(2024, 10, 3, 8), local(2024, 10, 6, 8)]
    assert found[0].closes_at == local(2024, 10, 1, 20)


def test_a_pattern_that_cannot_be_is_refused_at_its_field_and_nothing_is_made(
    ctx: Context, campaign: Campaign, organiser: Browser
) -> None:
    organiser.get(f"{TIMELINE}/rounds")
    wrong: list[tuple[str, str | list[str]]] = [
        ("title", ""),
        ("source", "essay"),
        ("rhythm", "hourly"),
        ("first", "30/09/2024"),
        ("number", "0"),
        ("number", "201"),
        ("number", "nhiều"),
        ("opens", "25h"),
        ("closes", "sáng"),
        ("days", "-1"),
        ("days", "8"),
        ("weekdays", ["7"]),
    ]
    for preview in ({}, {"preview": "1"}):
        for field, value in wrong:
            status, page = organiser.post(f"{TIMELINE}/rounds", {**PATTERN, field: value, **preview})
            assert (status, f'id="{field}-error"' in page) == (422, True), (field, value)
    assert titles(ctx, campaign) == []
    assert events(ctx) == []


def test_without_a_format_the_page_says_what_is_missing(make: Factories, sign_in: Callable[[User], Browser]) -> None:
    page = sign_in(make.member(make.campaign("khac"))).get("/c/khac/staff/timeline/rounds")[1]
    assert "/c/khac/staff/parts" in page


# --- moving ---


def test_phases_are_moved_together_with_their_hours(ctx: Context, make: Factories, campaign: Campaign) -> None:
    begin = local(2024, 10, 1, 8)
    weekly = [
        make.round(campaign, "sprint", number=n, opens_at=begin + n * DAY, closes_at=begin + (n + 1) * DAY)
        for n in range(1, 4)
    ]
    before = [(phase.opens_at, phase.closes_at) for phase in weekly]
    told.clear()

    move_phases(ctx, campaign=campaign, phases=weekly, move=by_days(1))

    assert [(phase.opens_at, phase.closes_at) for phase in weekly] == [(o + DAY, c + DAY) for o, c in before]
    assert told == [phase.id for phase in weekly]
    (event,) = ctx.session.scalars(sa.select(AuditEvent)).all()
    assert event.action == "core:phase:move"
    assert len(event.before["phases"]) == len(event.after["phases"]) == 3


def test_a_round_that_has_opened_is_not_moved_and_neither_are_the_others(
    ctx: Context, make: Factories, campaign: Campaign
) -> None:
    begun = make.round(campaign, "sprint")
    ahead = make.phase(campaign, opens_at=ctx.now + DAY, closes_at=ctx.now + 2 * DAY)

    with pytest.raises(Conflict):
        move_phases(ctx, campaign=campaign, phases=[ahead, begun], move=by_days(7))

    assert ahead.opens_at == ctx.now + DAY


def test_nothing_is_moved_beyond_the_calendar(ctx: Context, make: Factories, campaign: Campaign) -> None:
    far = make.phase(campaign, opens_at=local(9999, 12, 1), closes_at=local(9999, 12, 2))

    with pytest.raises(DomainError) as refused:
        move_phases(ctx, campaign=campaign, phases=[far], move=by_days(100))
    with pytest.raises(DomainError) as none:
        move_phases(ctx, campaign=campaign, phases=[], move=by_days(100))

    assert (refused.value.field, none.value.field) == ("by", "phases")


def test_the_new_dates_are_shown_before_the_phases_are_moved(
    ctx: Context, make: Factories, campaign: Campaign, organiser: Browser
) -> None:
    begun = make.round(campaign, "sprint")
    ahead = make.phase(campaign, opens_at=local(2024, 10, 7), closes_at=local(2024, 10, 8), title="Trao giải")
    ctx.session.commit()
    number, opened = str(ahead.id), str(begun.id)
    page = organiser.get(f"{TIMELINE}/move")[1]
    assert "14/10/2024" in page, "a week later, to begin with"
    form: dict[str, str | list[str]] = {"by": "-2", "unit": "1", "phases": [number]}
    status, page = organiser.post(f"{TIMELINE}/move", {**form, "preview": "1"})
    assert (status, "05/10/2024" in page) == (200, True)
    assert events(ctx) == []

    assert organiser.post(f"{TIMELINE}/move", form)[0] == 200
    ctx.session.expire_all()
    assert ahead.opens_at == local(2024, 10, 5)
    ctx.session.rollback()
    wrong: list[tuple[str, str | list[str]]]
    wrong = [("by", ""), ("by", "99999"), ("unit", "3"), ("phases", []), ("phases", [opened])]
    for field, value in wrong:
        status, page = organiser.post(f"{TIMELINE}/move", {**form, field: value})
        assert (status, f'id="{field}-error"' in page) == (422, True), (field, value)
    assert [event.action for event in events(ctx)] == ["core:phase:move"]


def test_others_make_and_move_nothing(make: Factories, campaign: Campaign, sign_in: Callable[[User], Browser]) -> None:
    juror = sign_in(make.member(campaign, Role.JURY))
    for page in ("rounds", "move"):
        assert juror.get(f"{TIMELINE}/{page}")[0] == 403
        assert juror.post(f"{TIMELINE}/{page}", PATTERN)[0] in {400, 403}
