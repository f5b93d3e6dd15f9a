"""Changing the timeline, and the warnings about a plan that cannot work."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace

import pytest

from cuocthi.clock import LOCAL_ZONE
from cuocthi.context import Context
from cuocthi.errors import Blocked, Conflict, DomainError
from cuocthi.testing.factories import Factories
from cuocthi.timelines.domain import PhaseDraft, add_phase, edit_phase
from cuocthi.timelines.models import PhaseKind
from cuocthi.timelines.queries import phases, rounds
from cuocthi.timelines.removal import remove_phase
from cuocthi.timelines.warnings import timeline_warnings
from cuocthi.timelines.windows import Times

from .conftest import DAY, HOUR, Listener


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

    with pytest.raises(Blocked):
        remove_phase(heard, campaign=campaign, phase=begun)
    remove_phase(heard, campaign=campaign, phase=ahead)

    assert list(phases(heard, campaign_id=campaign.id)) == [begun]


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
