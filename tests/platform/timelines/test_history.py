"""What was planned when the campaign was opened, beside what has become of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from cuocthi.timelines.domain import PhaseDraft, add_phase, edit_phase, move_phases
from cuocthi.timelines.history import Planned, PlannedSpan, planned
from cuocthi.timelines.models import PhaseKind
from cuocthi.timelines.moving import by_days
from cuocthi.timelines.removal import remove_phase
from cuocthi.timelines.windows import Times

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase

WEEK = timedelta(days=7)


class Plan:
    """An open campaign with two phases that lie ahead, a week apart."""

    def __init__(self, ctx: Context, make: Factories) -> None:
        self.ctx = ctx
        self.campaign: Campaign = make.campaign()
        day = (ctx.now + 4 * WEEK).replace(hour=1, minute=0, second=0, microsecond=0)
        self.spans = [PlannedSpan(day + week * WEEK, day + week * WEEK + timedelta(days=1)) for week in range(2)]
        self.phases: list[Phase] = [
            add_phase(ctx, campaign=self.campaign, draft=PhaseDraft(PhaseKind.CEREMONY, title, [times]))
            for title, times in zip(("Tổng kết", "Gặp mặt"), self.times(), strict=True)
        ]
        self.campaign.opened_at = ctx.now
        ctx.session.flush()

    def times(self) -> list[Times]:
        return [Times(span.opens_at, span.closes_at) for span in self.spans]

    def rename(self, phase: Phase, title: str) -> None:
        windows = [Times(window.opens_at, window.closes_at) for window in phase.windows]
        edit_phase(self.ctx, campaign=self.campaign, phase=phase, title=title, description="", windows=windows)

    def move(self, *phases: Phase) -> None:
        move_phases(self.ctx, campaign=self.campaign, phases=phases, move=by_days(3))

    def found(self) -> list[Planned]:
        return planned(self.ctx, campaign=self.campaign)


@pytest.fixture
def plan(ctx: Context, make: Factories) -> Plan:
    return Plan(ctx, make)


def test_what_was_left_alone_is_as_planned(plan: Plan) -> None:
    assert [(one.title, one.span, one.changed) for one in plan.found()] == [
        ("Tổng kết", plan.spans[0], False),
        ("Gặp mặt", plan.spans[1], False),
    ]


def test_the_plan_of_what_was_moved_is_where_it_was_first(plan: Plan) -> None:
    plan.move(*plan.phases)
    plan.move(plan.phases[0])
    assert [(one.span, one.changed) for one in plan.found()] == [(span, True) for span in plan.spans]


def test_a_phase_is_known_by_the_title_that_it_had_when_it_was_moved(plan: Plan) -> None:
    first, second = plan.phases
    plan.move(first, second)
    plan.rename(first, "Trao giải")
    plan.rename(second, "Tổng kết")
    assert [(one.title, one.span, one.changed) for one in plan.found()] == [
        ("Trao giải", plan.spans[0], True),
        ("Tổng kết", plan.spans[1], True),
    ]


def test_what_was_removed_stays_in_the_plan(plan: Plan) -> None:
    plan.move(plan.phases[1])
    remove_phase(plan.ctx, campaign=plan.campaign, phase=plan.phases[1])
    gone = plan.found()[1]
    assert (gone.title, gone.span, gone.phase, gone.changed) == ("Gặp mặt", plan.spans[1], None, True)
