"""A round that is open for one unit at times of its own: who goes by which window, and where that is said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from cuocthi.campaigns.copying import Edition, copy_campaign
from cuocthi.campaigns.exchange import export_campaign, import_campaign
from cuocthi.campaigns.models import Campaign
from cuocthi.clock import LOCAL_ZONE
from cuocthi.context import Actor, Context
from cuocthi.enrolments.entering import hold_open, own_window
from cuocthi.errors import Closed, DomainError, InvalidData
from cuocthi.rules.domain import generate
from cuocthi.testing.plugins import make_format
from cuocthi.timelines.domain import edit_phase, moved_draft
from cuocthi.timelines.ending import close_now, extend
from cuocthi.timelines.extensions import granted, propose_extension, waiting
from cuocthi.timelines.models import Phase, Window
from cuocthi.timelines.moving import by_days, by_years
from cuocthi.timelines.queries import open_window, phases, window_units
from cuocthi.timelines.unit_windows import rows_by_unit, times_by_unit, unit_warnings
from cuocthi.timelines.windows import Times, own_windows
from cuocthi.units.changing import merge_units
from cuocthi.units.models import Unit

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from cuocthi.contributions import Browser
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

DAY = timedelta(days=1)
STAFF = "/c/thai-binh/staff/timeline"


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [make_format("sprint")]


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    return make.campaign("thai-binh", plugins=("sprint",))


@pytest.fixture
def province(make: Factories) -> Unit:
    return make.unit("Tỉnh Thái Bình", code="tinh")


@pytest.fixture
def district(make: Factories, province: Unit) -> Unit:
    return make.unit("Huyện Vũ Thư", parent=province, code="vu-thu")


@pytest.fixture
def round_(ctx: Context, make: Factories, campaign: Campaign, district: Unit) -> Phase:
    """Open for everybody until five days from now, for the district only from tomorrow until the day after."""
    phase = make.round(campaign, "sprint")
    phase.windows.append(Window(opens_at=ctx.now + DAY, closes_at=ctx.now + 2 * DAY, unit_id=district.id))
    ctx.session.flush()
    return phase


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=LOCAL_ZONE)  # type: ignore[arg-type, misc]


# --- which windows hold ---

UNITS = st.integers(1, 6)
PATHS = st.lists(UNITS, unique=True, max_size=5).map(lambda keys: f"/{'/'.join(map(str, keys))}/" if keys else "/")


@st.composite
def windows(draw: st.DrawFn) -> list[Times]:
    start = datetime(2024, 9, 1, tzinfo=LOCAL_ZONE)
    return [
        Times(start + draw(st.integers(0, 30)) * DAY, start + 40 * DAY, draw(st.none() | UNITS))
        for _ in range(draw(st.integers(1, 8)))
    ]


@given(windows(), PATHS)
def test_the_windows_of_the_nearest_unit_hold_and_no_others(planned: list[Times], path: str) -> None:
    own = own_windows(planned, path)
    units = {window.unit_id for window in own}
    assert len(units) <= 1, "never windows of two units, nor of one and of everybody"
    above = [int(key) for key in path.strip("/").split("/") if key]
    named = [key for key in above if any(window.unit_id == key for window in planned)]
    assert own == [window for window in planned if window.unit_id == (named[-1] if named else None)]


@given(windows(), PATHS, UNITS)
def test_windows_of_other_units_change_nothing_for_a_person(planned: list[Times], path: str, other: int) -> None:
    if f"/{other}/" in path:
        return
    more = [*planned, Times(planned[0].opens_at, planned[0].closes_at, other)]
    assert own_windows(more, path) == own_windows(planned, path)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(planned=windows(), paths=st.lists(PATHS, min_size=1, max_size=6), hours=st.integers(-24, 24 * 45))
def test_the_database_chooses_as_the_rule_says(
    units_of_a_round: Callable[[], tuple[Context, Phase, list[Unit]]],
    planned: list[Times],
    paths: list[str],
    hours: int,
) -> None:
    ctx, phase, units = units_of_a_round()
    with ctx.session.begin_nested() as nested:
        chain = [unit.id for unit in units]  # each lies below the one before, as their paths say
        phase.windows.clear()
        ctx.session.flush()
        seen = set()
        for window in planned:
            unit_id = None if window.unit_id is None else chain[window.unit_id - 1]
            if (unit_id, window.opens_at) not in seen:
                seen.add((unit_id, window.opens_at))
                phase.windows.append(Window(opens_at=window.opens_at, closes_at=window.closes_at, unit_id=unit_id))
        ctx.session.flush()
        moment = replace(ctx, now=local(2024, 9, 1) + timedelta(hours=hours))
        for path in paths:
            # A place in the tree: the units named, from the root down.
            keys = sorted(int(key) for key in path.strip("/").split("/") if key)
            place = "/" + "".join(f"{chain[key - 1]}/" for key in keys)
            own = own_windows(phase.windows, place)
            expected = [window.id for window in own if window.opens_at <= moment.now < window.closes_at]
            found = open_window(moment, phase_id=phase.id, unit_path=place)
            assert found.id in expected if found else not expected
        nested.rollback()


@pytest.fixture
def units_of_a_round(
    ctx: Context, make: Factories, campaign: Campaign
) -> Callable[[], tuple[Context, Phase, list[Unit]]]:
    phase = make.round(campaign, "sprint")
    units: list[Unit] = []
    for _ in range(6):
        units.append(make.unit(parent=units[-1] if units else None))
    return lambda: (ctx, phase, units)


# --- entering ---


def test_a_person_enters_in_the_window_of_the_own_unit_only(
    ctx: Context, make: Factories, campaign: Campaign, round_: Phase, district: Unit, statements: Callable[[], int]
) -> None:
    commune = make.unit("Xã Minh Quang", parent=district)
    theirs, other = make.enrolment(campaign, unit=commune), make.enrolment(campaign)

    assert own_window(ctx, round_=round_, enrolment=theirs) is None
    with pytest.raises(Closed):
        hold_open(ctx, campaign=campaign, round_=round_, enrolment=theirs, begun=False)
    assert hold_open(ctx, campaign=campaign, round_=round_, enrolment=other, begun=False).unit_id is None

    tomorrow = replace(ctx, now=ctx.now + DAY)
    assert hold_open(tomorrow, campaign=campaign, round_=round_, enrolment=theirs, begun=False).unit_id == district.id
    assert own_window(tomorrow, round_=round_, enrolment=theirs) is not None
    statements()
    open_window(tomorrow, phase_id=round_.id, unit_path=commune.path, lock=True)
    assert statements() == 1


def test_who_registered_before_a_merger_keeps_the_windows_of_that_unit(
    ctx: Context, make: Factories, campaign: Campaign, round_: Phase, province: Unit, district: Unit
) -> None:
    commune = make.unit("Xã Minh Quang", parent=district)
    neighbour = make.unit("Huyện Kiến Xương", parent=province)
    before = make.enrolment(campaign, unit=commune)

    merge_units(ctx, campaign=campaign, units=[district], into=neighbour, day=date(2024, 9, 20))

    ctx.session.expire_all()
    after = make.enrolment(campaign, unit=commune)
    tomorrow = replace(ctx, now=ctx.now + DAY)
    held = own_window(tomorrow, round_=round_, enrolment=before)
    assert held is not None
    assert held.unit_id == district.id, "the place in the tree is that of the registration"
    assert own_windows(round_.windows, after.unit_path) == [w for w in round_.windows if w.unit_id is None]


# --- editing ---


def test_windows_of_two_units_may_overlap_and_those_of_one_may_not(
    ctx: Context, make: Factories, campaign: Campaign, district: Unit
) -> None:
    phase = make.round(campaign, "sprint", opens_at=ctx.now + DAY, closes_at=ctx.now + 3 * DAY)
    span = (ctx.now + DAY, ctx.now + 3 * DAY)

    def edit(*planned: Times) -> None:
        edit_phase(ctx, campaign=campaign, phase=phase, title=phase.title, description="", windows=planned)

    edit(Times(*span), Times(*span, district.id))
    assert [window.unit_id for window in phase.windows] == [None, district.id]
    with pytest.raises(DomainError):
        edit(Times(*span, district.id), Times(ctx.now + 2 * DAY, ctx.now + 4 * DAY, district.id))


def test_only_a_round_has_windows_of_units(ctx: Context, make: Factories, campaign: Campaign, district: Unit) -> None:
    phase = make.phase(campaign, opens_at=ctx.now + DAY, closes_at=ctx.now + 2 * DAY)
    windows_of = [Times(phase.opens_at, phase.closes_at, district.id)]
    with pytest.raises(DomainError):
        edit_phase(ctx, campaign=campaign, phase=phase, title=phase.title, description="", windows=windows_of)


def test_one_units_window_is_extended_alone(
    ctx: Context, make: Factories, campaign: Campaign, round_: Phase, district: Unit
) -> None:
    everybody, theirs = (window.closes_at for window in round_.windows)
    tomorrow = replace(ctx, now=ctx.now + DAY)
    people = [replace(tomorrow, actor=Actor(make.user().id)) for _ in range(2)]

    for person in people:
        propose_extension(
            person,
            campaign=campaign,
            phase=round_,
            closes_at=theirs + DAY,
            symbol="15/TB-BTC",
            issued_on=date(2024, 9, 19),
            reason="Bão số 3",
            unit=district,
        )

    assert [window.closes_at for window in round_.windows] == [everybody, theirs + DAY]
    (extension,) = granted(ctx, campaign_id=campaign.id)[round_.id]
    assert extension.unit == "Huyện Vũ Thư"
    assert "Huyện Vũ Thư" in str(extension.notice)


def test_moving_a_round_keeps_whose_windows_they_are(round_: Phase, district: Unit) -> None:
    moved = moved_draft(round_, by_days(7))
    assert [window.unit_id for window in moved.windows] == [None, district.id]


# --- where it is said ---


def test_pages_rules_and_calendar_name_the_unit(
    ctx: Context, campaign: Campaign, round_: Phase, district: Unit, client: FlaskClient
) -> None:
    clauses = generate(ctx, campaign=campaign, write=str)
    conduct = next(clause.body for clause in clauses if clause.key == "conduct")
    assert "đối với người dự thi thuộc Huyện Vũ Thư từ" in conduct
    ctx.session.commit()

    page = client.get("/c/thai-binh/").get_data(as_text=True)
    assert "Huyện Vũ Thư" in page
    calendar = Calendar.from_ical(client.get("/c/thai-binh/timeline.ics").data)
    summaries = [str(event["SUMMARY"]) for event in calendar.walk("VEVENT")]
    assert sum("(Huyện Vũ Thư)" in summary for summary in summaries) == 1


def test_the_chart_has_a_row_for_each_unit(ctx: Context, round_: Phase) -> None:
    units = window_units(ctx, phases=[round_])
    assert len(rows_by_unit([round_], units)) == 2
    others, theirs = times_by_unit(round_, units, "vi")
    assert (str(others.unit), theirs.unit) == ("All other units", "Huyện Vũ Thư")


def test_units_that_can_never_take_part_are_warned_of(
    ctx: Context, make: Factories, round_: Phase, province: Unit, district: Unit
) -> None:
    def warned() -> list[str]:
        units = window_units(ctx, phases=[round_])
        return [str(text) for text in unit_warnings(ctx, phases=[round_], units=units)]

    make.unit("Huyện Hưng Hà", parent=province)
    make.unit("Xã Minh Quang", parent=district)
    assert warned() == []

    round_.windows.remove(next(window for window in round_.windows if window.unit_id is None))
    ctx.session.flush()
    (text,) = warned()
    assert "2 units" in text
    assert "Huyện Hưng Hà" in text

    round_.windows.append(Window(opens_at=ctx.now, closes_at=ctx.now + DAY, unit_id=province.id))
    ctx.session.flush()
    (text,) = warned()
    assert "its own windows hold for Huyện Vũ Thư" in text


def test_a_list_of_phases_takes_one_more_statement_for_all_units_together(
    ctx: Context, make: Factories, campaign: Campaign, round_: Phase, statements: Callable[[], int]
) -> None:
    def taken() -> int:
        ctx.session.expire_all()
        campaign_id = campaign.id
        statements()
        window_units(ctx, phases=phases(ctx, campaign_id=campaign_id))
        return statements()

    one = taken()
    for number in (2, 3):
        more = make.round(campaign, "sprint", number=number)
        more.windows.append(Window(opens_at=ctx.now + DAY, closes_at=ctx.now + 2 * DAY, unit_id=make.unit().id))
    ctx.session.flush()
    assert taken() == one == 2


# --- files and copies ---


def test_a_campaign_file_brings_the_windows_of_units_along(ctx: Context, campaign: Campaign, round_: Phase) -> None:
    files = export_campaign(ctx, campaign=campaign)
    again = {**files, "campaign.toml": files["campaign.toml"].replace(b'slug = "thai-binh"', b'slug = "lan-hai"')}
    copy = import_campaign(ctx, files=again)
    (phase,) = phases(ctx, campaign_id=copy.id)
    assert [window.unit_id for window in phase.windows] == [window.unit_id for window in round_.windows]
    assert export_campaign(ctx, campaign=copy)["campaign.toml"].count(b"vu-thu") == 1

    wrong = again["campaign.toml"].replace(b"vu-thu", b"nowhere").replace(b"lan-hai", b"lan-ba")
    with pytest.raises(InvalidData) as refused:
        import_campaign(ctx, files={**again, "campaign.toml": wrong})
    assert [str(problem) for problem in refused.value.problems] == ["phases: there is no unit “nowhere”"]


def test_a_copy_takes_the_planned_end_of_a_round_that_was_closed_early(
    ctx: Context, campaign: Campaign, round_: Phase
) -> None:
    planned = [(window.opens_at, window.closes_at, window.unit_id) for window in round_.windows]
    close_now(ctx, campaign=campaign, phase=round_, reason="Sự cố")
    assert len(round_.windows) == 1, "what was still to come is dropped"

    edition = Edition(slug="nam-sau", name="Cuộc thi năm sau", host_name="Sở", move=by_years(1))
    copy = copy_campaign(ctx, campaign=campaign, edition=edition)

    (again,) = phases(ctx, campaign_id=copy.id)
    year = [(start.replace(year=2025), end.replace(year=2025), unit) for start, end, unit in planned]
    assert [(window.opens_at, window.closes_at, window.unit_id) for window in again.windows] == year


def test_a_unit_without_windows_of_its_own_is_extended_alone_and_goes_by_them_from_then_on(
    ctx: Context, make: Factories, campaign: Campaign, round_: Phase, province: Unit
) -> None:
    commune = make.unit("Xã Minh Quang", parent=province)
    everybody = round_.windows[0]
    end = everybody.closes_at
    people = [replace(ctx, actor=Actor(make.user().id)) for _ in range(2)]

    def agree(until: datetime, unit: Unit) -> None:
        for person in people:
            assert (waiting(ctx, campaign_id=campaign.id, phases=[round_]) != []) == (person is people[1])
            propose_extension(
                person,
                campaign=campaign,
                phase=round_,
                closes_at=until,
                symbol="15/TB-BTC",
                issued_on=date(2024, 9, 19),
                reason="Lũ quét",
                unit=unit,
            )

    agree(end + DAY, commune)
    ctx.session.expire(round_)
    (theirs,) = own_windows(round_.windows, commune.path)
    assert (theirs.unit_id, theirs.opens_at, theirs.closes_at) == (commune.id, everybody.opens_at, end + DAY)
    assert everybody.closes_at == end
    assert waiting(ctx, campaign_id=campaign.id, phases=[round_]) == []

    agree(end + 2 * DAY, commune)
    ctx.session.expire(round_)
    assert [window.closes_at for window in own_windows(round_.windows, commune.path)] == [end + 2 * DAY]


def test_a_unit_below_one_with_windows_gets_those(
    ctx: Context, make: Factories, campaign: Campaign, round_: Phase, district: Unit
) -> None:
    commune = make.unit("Xã Minh Quang", parent=district)
    _, above = round_.windows
    phase = make.phase(campaign)
    facts: dict[str, Any] = {"reason": "Lũ quét", "document": "15/TB-BTC", "unit_id": commune.id}
    with pytest.raises(Closed):
        extend(ctx, campaign=campaign, phase=round_, closes_at=above.closes_at + DAY, **facts)
    with pytest.raises(DomainError, match="Only a round"):
        extend(ctx, campaign=campaign, phase=phase, closes_at=phase.closes_at + DAY, **facts)

    tomorrow = replace(ctx, now=above.opens_at)
    extend(tomorrow, campaign=campaign, phase=round_, closes_at=above.closes_at + DAY, **facts)
    (own,) = own_windows(round_.windows, commune.path)
    assert (own.opens_at, own.closes_at) == (above.opens_at, above.closes_at + DAY)
    assert above.closes_at == own.closes_at - DAY


# --- pages ---


def test_an_organiser_gives_a_unit_a_window_of_its_own(
    ctx: Context, make: Factories, campaign: Campaign, district: Unit, sign_in: Callable[[User], Browser]
) -> None:
    phase = make.round(campaign, "sprint", opens_at=local(2024, 10, 1), closes_at=local(2024, 10, 6))
    organiser = sign_in(make.member(campaign))
    address = f"{STAFF}/{phase.id}"
    assert "windows-0-unit" in organiser.get(address)[1]
    form = {
        "title": phase.title,
        "windows-0-opens_on": "2024-10-01",
        "windows-0-closes_on": "2024-10-05",
        "windows-1-opens_on": "2024-10-02",
        "windows-1-closes_on": "2024-10-03",
        "windows-1-unit": "huyen vu thu",
    }
    status, page = organiser.post(address, {**form, "windows-1-unit": "không có"})
    assert (status, "notice-error" in page) == (422, True)

    status, page = organiser.post(address, form)
    assert status == 200
    assert "Huyện Vũ Thư" in page
    ctx.session.rollback()
    units = ctx.session.scalars(sa.select(Window.unit_id).where(Window.phase_id == phase.id).order_by(Window.opens_at))
    assert units.all() == [None, district.id]
    assert 'value="vu-thu"' in organiser.get(address)[1]


def test_two_organisers_extend_an_open_round_for_one_unit(
    ctx: Context,
    make: Factories,
    campaign: Campaign,
    round_: Phase,
    province: Unit,
    client: FlaskClient,
    sign_in: Callable[[User], Browser],
) -> None:
    make.unit("Xã Minh Quang", parent=province)
    organisers = [sign_in(make.member(campaign)) for _ in range(2)]
    address = f"{STAFF}/{round_.id}/extend"
    form = {"closes_on": "2024-09-26", "closes": "24h00", "symbol": "15/TB-BTC", "issued_on": "2024-09-19"}
    form |= {"reason": "Lũ quét", "unit": "xa minh quang"}
    assert "Huyện Vũ Thư" in organisers[0].get(address)[1], "who has times of its own"
    status, page = organisers[0].post(address, {**form, "unit": "không có"})
    assert (status, 'id="unit-error"' in page) == (422, True)
    for organiser in organisers:
        organiser.get(address)
        assert organiser.post(address, form)[0] == 200
    assert "Gia hạn cho Xã Minh Quang đến 24h00 ngày 26/09/2024" in client.get("/c/thai-binh/").text
