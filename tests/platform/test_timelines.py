from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import ModuleType, SimpleNamespace

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.models import CampaignState
from cuocthi.clock import LOCAL_ZONE
from cuocthi.context import Context
from cuocthi.contributions import Edge
from cuocthi.errors import Closed, Conflict, DomainError
from cuocthi.plugins.hookspecs import hookimpl
from cuocthi.plugins.info import PluginInfo
from cuocthi.plugins.manager import Hooks
from cuocthi.testing.factories import Factories
from cuocthi.text import T
from cuocthi.timelines.announcing import announce, announce_edges
from cuocthi.timelines.domain import PhaseDraft, add_phase, close_now, edit_phase, extend, remove_phase
from cuocthi.timelines.localtime import day_and_time, moment_on, parse_moment, write_moment
from cuocthi.timelines.models import PhaseEdge, PhaseKind, Window
from cuocthi.timelines.queries import any_round_open, due_edges, open_window, phases, rounds
from cuocthi.timelines.warnings import timeline_warnings
from cuocthi.timelines.windows import PhaseState, Times, last_edge, next_edge, open_span, passed_edges, phase_state

HOUR = timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)
DAY = datetime(2024, 9, 15, tzinfo=UTC)


class Listener(ModuleType):
    """A plugin module that keeps what it is told, and fails as long as it is asked to."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.info = PluginInfo(name=name, title=T("Listener"), version="1")
        self.edges: list[tuple[int, Edge]] = []
        self.moved: list[int] = []
        self.failing = False
        told = self

        @hookimpl
        def phase_changed(phase: object, edge: Edge) -> None:
            if told.failing:
                message = "out of order"
                raise RuntimeError(message)
            told.edges.append((phase.id, edge))  # type: ignore[attr-defined]

        @hookimpl
        def windows_changed(phase: object) -> None:
            told.moved.append(phase.id)  # type: ignore[attr-defined]

        self.phase_changed, self.windows_changed = phase_changed, windows_changed


@pytest.fixture
def listeners() -> tuple[Listener, Listener]:
    return Listener("quiz"), Listener("second")


@pytest.fixture
def heard(ctx: Context, listeners: tuple[Listener, Listener]) -> Context:
    return replace(ctx, hooks=Hooks(listeners))


# --- pure ---

_moments = st.datetimes(
    datetime(2024, 1, 1),  # noqa: DTZ001 - Hypothesis adds the time zone
    datetime(2025, 1, 1),  # noqa: DTZ001 - as above
    timezones=st.just(UTC),
)


@st.composite
def _windows(draw: st.DrawFn) -> list[Times]:
    edges = draw(st.lists(_moments, min_size=2, max_size=8, unique=True))
    edges = sorted(edges)[: len(edges) // 2 * 2]
    return [Times(opens, closes) for opens, closes in zip(edges[::2], edges[1::2], strict=True)]


@given(_windows(), _moments)
def test_the_state_of_a_phase_follows_from_its_windows(windows: list[Times], now: datetime) -> None:
    state = phase_state(windows, now)

    inside = any(window.opens_at <= now < window.closes_at for window in windows)
    assert (state is PhaseState.OPEN) == inside
    assert (state is PhaseState.UPCOMING) == (now < windows[0].opens_at)
    assert (state is PhaseState.CLOSED) == (now >= windows[-1].closes_at)
    assert (open_span(windows, now) is not None) == inside


@given(_windows())
def test_a_window_holds_its_first_instant_and_not_its_last(windows: list[Times]) -> None:
    for window in windows:
        assert phase_state(windows, window.opens_at) is PhaseState.OPEN
        assert phase_state(windows, window.closes_at - MICROSECOND) is PhaseState.OPEN
        assert phase_state(windows, window.opens_at - MICROSECOND) is not PhaseState.OPEN
        assert phase_state(windows, window.closes_at) is not PhaseState.OPEN


@given(_windows(), _moments)
def test_the_state_changes_only_at_an_edge(windows: list[Times], now: datetime) -> None:
    coming, gone = next_edge(windows, now), last_edge(windows, now)

    if coming is not None:
        assert phase_state(windows, now) is phase_state(windows, coming - MICROSECOND)
        assert phase_state(windows, coming) is not phase_state(windows, now)
    if gone is not None:
        assert phase_state(windows, gone) is phase_state(windows, now)
    assert (coming is None) == (now >= windows[-1].closes_at)


@given(_windows(), _moments, _moments)
def test_edges_once_passed_stay_passed(windows: list[Times], one: datetime, other: datetime) -> None:
    earlier, later = sorted((one, other))

    assert passed_edges(windows, later)[: len(passed_edges(windows, earlier))] == passed_edges(windows, earlier)


def test_a_phase_without_windows_is_closed() -> None:
    assert phase_state([], DAY) is PhaseState.CLOSED
    assert passed_edges([], DAY) == ()


@pytest.mark.parametrize(
    ("clock", "hour"), [("17h00", 17), ("17h", 17), ("17:00", 17), ("9h", 9), ("00:00:00", 0), (" 17H00 ", 17)]
)
def test_times_of_day_are_read_as_people_write_them(clock: str, hour: int) -> None:
    assert moment_on(date(2024, 10, 5), clock) == datetime(2024, 10, 5, hour, tzinfo=LOCAL_ZONE)


def test_twenty_four_hours_is_the_next_midnight() -> None:
    assert moment_on(date(2024, 10, 9), "24h00") == datetime(2024, 10, 10, tzinfo=LOCAL_ZONE)
    assert day_and_time(datetime(2024, 10, 10, tzinfo=LOCAL_ZONE), closing=True) == (date(2024, 10, 9), "24:00")
    assert day_and_time(datetime(2024, 10, 10, tzinfo=LOCAL_ZONE), closing=False) == (date(2024, 10, 10), "00:00")


@pytest.mark.parametrize("clock", ["", "x", "25h00", "24h01", "12:60", "12:00:61", "-1h", "12h0", "noon"])
def test_what_is_no_time_of_day_is_refused(clock: str) -> None:
    with pytest.raises(DomainError):
        moment_on(date(2024, 10, 5), clock)


@pytest.mark.parametrize("text", ["", "2024-13-01 10:00", "05/10/2024 17:00", "2024-10-05", "2024-10-05 17:00 giờ"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(DomainError):
        parse_moment(text)


@given(_moments, st.booleans())
def test_moments_are_read_as_they_were_written(moment: datetime, closing: bool) -> None:  # noqa: FBT001 - drawn
    assert parse_moment(write_moment(moment, closing=closing)) == moment


# --- changing the timeline ---


def _local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=LOCAL_ZONE)  # type: ignore[arg-type, misc]


def test_a_round_is_added_and_found(heard: Context, make: Factories) -> None:
    campaign = make.campaign(plugins=("quiz",))
    late = Times(_local(2024, 10, 1), _local(2024, 10, 3))
    early = Times(_local(2024, 9, 15), _local(2024, 9, 17))

    draft = PhaseDraft(PhaseKind.CONTEST, "Vòng 1", [late, early], source="quiz", number=1)
    phase = add_phase(heard, campaign=campaign, draft=draft)

    assert phase.key == "vong-1"
    assert [window.opens_at for window in phase.windows] == [early.opens_at, late.opens_at]
    assert list(rounds(heard, campaign_id=campaign.id, source="quiz")) == [phase]
    assert list(rounds(heard, campaign_id=campaign.id, source="photo")) == []
    assert phase.opens_at == early.opens_at
    assert phase.closes_at == late.closes_at


@pytest.mark.parametrize(
    "windows",
    [
        [],
        [Times(DAY, DAY)],
        [Times(DAY + HOUR, DAY)],
        [Times(DAY, DAY + 2 * HOUR), Times(DAY + HOUR, DAY + 3 * HOUR)],
    ],
)
def test_windows_that_make_no_sense_are_refused(heard: Context, make: Factories, windows: list[Times]) -> None:
    campaign = make.campaign()

    with pytest.raises(DomainError) as refused:
        add_phase(heard, campaign=campaign, draft=PhaseDraft(PhaseKind.LAUNCH, "X", windows))

    assert refused.value.field == "windows"


@pytest.mark.parametrize(
    ("kind", "source", "number"),
    [(PhaseKind.CONTEST, "", None), (PhaseKind.CONTEST, "photo", 1), (PhaseKind.LAUNCH, "quiz", None)],
)
def test_only_a_round_has_an_enabled_format(
    heard: Context, make: Factories, kind: PhaseKind, source: str, number: int | None
) -> None:
    campaign = make.campaign(plugins=("quiz",))
    span = [Times(DAY, DAY + HOUR)]

    with pytest.raises(DomainError):
        add_phase(heard, campaign=campaign, draft=PhaseDraft(kind, "X", span, source=source, number=number))


def test_two_phases_cannot_share_a_key(heard: Context, make: Factories) -> None:
    campaign = make.campaign()
    span = [Times(DAY, DAY + HOUR)]
    add_phase(heard, campaign=campaign, draft=PhaseDraft(PhaseKind.LAUNCH, "X", span, key="x"))

    with pytest.raises(Conflict):
        add_phase(heard, campaign=campaign, draft=PhaseDraft(PhaseKind.LAUNCH, "Y", span, key="x"))

    assert len(phases(heard, campaign_id=campaign.id)) == 1


def test_the_times_of_a_round_that_has_opened_cannot_be_edited(heard: Context, make: Factories) -> None:
    campaign = make.campaign(plugins=("quiz",))
    phase = make.round(campaign)
    longer = [Times(phase.opens_at, phase.closes_at + HOUR)]
    same = [Times(phase.opens_at, phase.closes_at)]

    with pytest.raises(Conflict):
        edit_phase(heard, campaign=campaign, phase=phase, title="Vòng", description="", windows=longer)

    edit_phase(heard, campaign=campaign, phase=phase, title="Vòng chung kết", description="", windows=same)
    assert phase.title == "Vòng chung kết"


def test_moving_a_round_that_has_not_opened_tells_its_source(
    heard: Context, make: Factories, listeners: tuple[Listener, Listener]
) -> None:
    campaign = make.campaign(plugins=("quiz", "second"))
    phase = make.round(campaign, opens_at=heard.now + HOUR, closes_at=heard.now + 2 * HOUR)
    moved = [Times(heard.now + HOUR, heard.now + 3 * HOUR)]
    version = campaign.version

    edit_phase(heard, campaign=campaign, phase=phase, title="Vòng 1", description="", windows=moved)

    assert phase.closes_at == heard.now + 3 * HOUR
    assert listeners[0].moved == [phase.id]
    assert listeners[1].moved == []
    assert campaign.version == version + 1


def test_a_phase_is_removed_only_before_it_begins(heard: Context, make: Factories) -> None:
    campaign = make.campaign()
    begun = make.phase(campaign)
    ahead = make.phase(campaign, opens_at=heard.now + HOUR, closes_at=heard.now + 2 * HOUR)

    with pytest.raises(Conflict):
        remove_phase(heard, campaign=campaign, phase=begun)
    remove_phase(heard, campaign=campaign, phase=ahead)

    assert list(phases(heard, campaign_id=campaign.id)) == [begun]


# --- closing and extending ---


def test_closing_now_ends_the_round_at_this_very_moment(
    heard: Context, make: Factories, listeners: tuple[Listener, Listener]
) -> None:
    campaign = make.campaign(plugins=("quiz",))
    phase = make.round(campaign)
    phase.windows.append(Window(opens_at=phase.closes_at + HOUR, closes_at=phase.closes_at + 2 * HOUR))
    heard.session.flush()
    assert open_window(heard, phase_id=phase.id, unit_path="/1/") is not None

    close_now(heard, campaign=campaign, phase=phase, reason="Mất điện toàn tỉnh")

    assert phase.closes_at == heard.now
    assert len(phase.windows) == 1
    assert open_window(heard, phase_id=phase.id, unit_path="/1/", lock=True) is None
    just_before = replace(heard, now=heard.now - MICROSECOND)
    assert open_window(just_before, phase_id=phase.id, unit_path="/1/") is not None
    assert not any_round_open(heard, campaign_id=campaign.id)
    assert listeners[0].moved == [phase.id]
    event = heard.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert event is not None
    assert event.action == "core:round:close"
    assert event.after["reason"] == "Mất điện toàn tỉnh"
    assert event.before["windows"] != event.after["windows"]


def test_closing_between_two_windows_drops_those_ahead(heard: Context, make: Factories) -> None:
    campaign = make.campaign(plugins=("quiz",))
    phase = make.round(campaign, opens_at=heard.now - 2 * HOUR, closes_at=heard.now - HOUR)
    phase.windows.append(Window(opens_at=heard.now + HOUR, closes_at=heard.now + 2 * HOUR))
    heard.session.flush()

    close_now(heard, campaign=campaign, phase=phase, reason="Đủ số lượng")

    assert phase.closes_at == heard.now - HOUR


def test_a_round_cannot_be_closed_before_it_opens_nor_twice(heard: Context, make: Factories) -> None:
    campaign = make.campaign(plugins=("quiz",))
    ahead = make.round(campaign, opens_at=heard.now + HOUR, closes_at=heard.now + 2 * HOUR)
    over = make.round(campaign, opens_at=heard.now - 2 * HOUR, closes_at=heard.now, number=2)

    for phase in (ahead, over):
        with pytest.raises(Closed):
            close_now(heard, campaign=campaign, phase=phase, reason="x")


@pytest.mark.parametrize("reason", ["", "   "])
def test_closing_and_extending_need_a_reason(heard: Context, make: Factories, reason: str) -> None:
    campaign = make.campaign(plugins=("quiz",))
    phase = make.round(campaign)
    before = phase.closes_at

    with pytest.raises(DomainError) as closing:
        close_now(heard, campaign=campaign, phase=phase, reason=reason)
    with pytest.raises(DomainError) as extending:
        extend(heard, campaign=campaign, phase=phase, closes_at=before + HOUR, reason=reason, document="15/TB-BTC")
    with pytest.raises(DomainError) as undocumented:
        extend(heard, campaign=campaign, phase=phase, closes_at=before + HOUR, reason="Bão số 3", document=reason)

    assert undocumented.value.field == "symbol"
    assert closing.value.field == extending.value.field == "reason"
    assert phase.closes_at == before


def test_an_open_round_is_extended(heard: Context, make: Factories, listeners: tuple[Listener, Listener]) -> None:
    campaign = make.campaign(plugins=("quiz",))
    phase = make.round(campaign)
    later = phase.closes_at + HOUR

    extend(heard, campaign=campaign, phase=phase, closes_at=later, reason="Bão số 3", document="15/TB-BTC")

    assert phase.closes_at == later
    assert listeners[0].moved == [phase.id]


def test_an_extension_never_shortens_and_never_reaches_the_next_window(heard: Context, make: Factories) -> None:
    campaign = make.campaign(plugins=("quiz",))
    phase = make.round(campaign)
    first = phase.closes_at
    phase.windows.append(Window(opens_at=first + HOUR, closes_at=first + 2 * HOUR))
    heard.session.flush()

    for moment in (first - HOUR, first, first + HOUR + MICROSECOND):
        with pytest.raises(DomainError):
            extend(heard, campaign=campaign, phase=phase, closes_at=moment, reason="x", document="1")
    extend(heard, campaign=campaign, phase=phase, closes_at=first + HOUR, reason="x", document="1")


def test_a_round_that_is_not_open_cannot_be_extended(heard: Context, make: Factories) -> None:
    campaign = make.campaign(plugins=("quiz",))
    phase = make.round(campaign, opens_at=heard.now - 2 * HOUR, closes_at=heard.now)

    with pytest.raises(Closed):
        extend(heard, campaign=campaign, phase=phase, closes_at=heard.now + HOUR, reason="x", document="1")


def test_a_round_whose_end_was_told_is_over_whatever_the_clock_of_who_extends_it(
    heard: Context, make: Factories, listeners: tuple[Listener, Listener]
) -> None:
    campaign = make.campaign(plugins=("quiz",))
    phase = make.round(campaign)
    end = phase.closes_at
    announce_edges(replace(heard, now=end))
    # The request arrived an instant before the end, and waited for the worker.
    late = replace(heard, now=end - MICROSECOND)

    with pytest.raises(Closed):
        extend(late, campaign=campaign, phase=phase, closes_at=end + HOUR, reason="x", document="1")

    assert phase.closes_at == end


def test_an_end_that_was_moved_away_meanwhile_is_not_told(
    heard: Context, make: Factories, listeners: tuple[Listener, Listener]
) -> None:
    campaign = make.campaign(plugins=("quiz",))
    phase = make.round(campaign)
    end = phase.closes_at
    announce_edges(heard)
    (stale,) = due_edges(replace(heard, now=end))

    extend(heard, campaign=campaign, phase=phase, closes_at=end + HOUR, reason="x", document="1")

    assert not announce(replace(heard, now=end), due=stale)
    assert listeners[0].edges == [(phase.id, Edge.OPENED)]
    assert announce_edges(replace(heard, now=end + HOUR)) == 1


# --- telling plugins ---


def test_each_plugin_hears_of_each_edge_once(
    heard: Context, make: Factories, listeners: tuple[Listener, Listener]
) -> None:
    campaign = make.campaign(plugins=("quiz", "second"))
    phase = make.round(campaign)
    after = replace(heard, now=phase.closes_at)

    assert announce_edges(heard) == 2
    assert announce_edges(heard) == 0
    assert announce_edges(after) == 2
    assert announce_edges(after) == 0

    for listener in listeners:
        assert listener.edges == [(phase.id, Edge.OPENED), (phase.id, Edge.CLOSED)]


def test_edges_that_were_slept_through_are_told_in_their_order(
    heard: Context, make: Factories, listeners: tuple[Listener, Listener]
) -> None:
    campaign = make.campaign(plugins=("quiz",))
    second = make.round(campaign, opens_at=heard.now - HOUR, closes_at=heard.now, number=2)
    first = make.round(campaign, opens_at=heard.now - 3 * HOUR, closes_at=heard.now - 2 * HOUR)

    announce_edges(heard)

    assert listeners[0].edges == [
        (first.id, Edge.OPENED),
        (first.id, Edge.CLOSED),
        (second.id, Edge.OPENED),
        (second.id, Edge.CLOSED),
    ]


@pytest.mark.parametrize("state", [CampaignState.DRAFT, CampaignState.ARCHIVED])
def test_only_open_campaigns_are_announced(heard: Context, make: Factories, state: CampaignState) -> None:
    make.round(make.campaign(plugins=("quiz",), state=state))

    assert announce_edges(heard) == 0


def test_a_failing_plugin_is_asked_again_alone(
    heard: Context, make: Factories, listeners: tuple[Listener, Listener]
) -> None:
    broken, sound = listeners
    broken.failing = True
    phase = make.round(make.campaign(plugins=("quiz", "second")))

    assert announce_edges(heard) == 1
    assert sound.edges == [(phase.id, Edge.OPENED)]
    assert "out of order" in heard.hooks.failures["quiz", "phase_changed"].message
    kept = heard.session.scalars(sa.select(PhaseEdge.plugin)).all()
    assert list(kept) == ["second"]

    broken.failing = False
    assert announce_edges(heard) == 1
    assert broken.edges == [(phase.id, Edge.OPENED)]
    assert sound.edges == [(phase.id, Edge.OPENED)]
    assert not heard.hooks.failures


def test_two_workers_announce_an_edge_once(
    heard: Context, make: Factories, engine: Engine, listeners: tuple[Listener, Listener]
) -> None:
    phase = make.round(make.campaign(plugins=("quiz",)))
    heard.session.commit()
    with Session(engine) as other:
        # The second worker found the edge due before the first one wrote its row.
        stale = due_edges(replace(heard, session=other))
        other.rollback()
        assert announce_edges(heard) == 1
        heard.session.commit()

        assert [announce(replace(heard, session=other), due=item) for item in stale] == [False]
        other.rollback()

    assert listeners[0].edges == [(phase.id, Edge.OPENED)]


# --- warnings ---


def _phase(kind: PhaseKind, title: str, opens: datetime, closes: datetime) -> SimpleNamespace:
    return SimpleNamespace(kind=kind, title=title, opens_at=opens, closes_at=closes, windows=[Times(opens, closes)])


def _plan(contest_closes: datetime) -> list[SimpleNamespace]:
    return [
        _phase(PhaseKind.PREPARATION, "Góp ý", _local(2024, 8, 21), _local(2024, 8, 26)),
        _phase(PhaseKind.LAUNCH, "Phát động", _local(2024, 9, 10), _local(2024, 9, 16)),
        _phase(PhaseKind.CONTEST, "Thi trực tuyến", _local(2024, 9, 15), contest_closes),
        _phase(PhaseKind.JUDGING, "Thông qua kết quả", _local(2024, 10, 1), _local(2024, 10, 10)),
        _phase(PhaseKind.CEREMONY, "Trao giải", _local(2024, 10, 10), _local(2024, 10, 11)),
    ]


def test_the_plans_own_dates_are_warned_of() -> None:
    said = [str(text) for text in timeline_warnings(_plan(_local(2024, 10, 11)))]

    assert len(said) == 2
    assert "after “Trao giải” begins" in said[0]
    assert "No result can be adopted while the round is open" in said[1]


def test_the_dates_of_the_rules_leave_one_overlap() -> None:
    said = [str(text) for text in timeline_warnings(_plan(_local(2024, 10, 5, 17)))]

    assert len(said) == 1
    assert "while “Thi trực tuyến” is still open" in said[0]


def test_a_timeline_in_order_has_no_warning() -> None:
    plan = _plan(_local(2024, 10, 1))

    assert timeline_warnings(plan) == []


def test_of_very_many_contradictions_the_first_are_said() -> None:
    everything = [_phase(PhaseKind.CONTEST, f"Vòng {n}", _local(2024, 9, 1), _local(2024, 10, 1)) for n in range(1000)]

    said = [str(text) for text in timeline_warnings(everything)]

    assert len(said) == 13
    assert "“Vòng 0” and “Vòng 1” are open" in said[0]
    assert "There are more contradictions" in said[-1]


def test_other_contradictions_are_warned_of() -> None:
    plan = _plan(_local(2024, 10, 1))
    plan[0].closes_at = _local(2024, 9, 16)
    plan[3].closes_at = _local(2024, 10, 11)
    again = _phase(PhaseKind.CONTEST, "Vòng 2", _local(2024, 9, 20), _local(2024, 9, 22))

    said = "\n".join(str(text) for text in timeline_warnings([*plan, again]))

    assert "“Thông qua kết quả” ends at" in said
    assert "“Góp ý” ends at" in said
    assert "“Thi trực tuyến” and “Vòng 2” are open at the same time" in said
    assert "no round yet" in str(timeline_warnings([])[0])
