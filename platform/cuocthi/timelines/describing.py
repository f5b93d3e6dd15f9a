"""Phases and their windows as the audit log and the plan of a phase have them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cuocthi.audit.domain import record
from cuocthi.timelines.localtime import write_moment
from cuocthi.timelines.queries import window_units

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase
    from cuocthi.timelines.windows import Span
    from cuocthi.units.models import Unit


def described(ctx: Context, phase: Phase) -> dict[str, object]:
    """Return a phase as the log has it: its title, and when it is open, with the unit where it is for one alone."""
    return descriptions(ctx, [phase])[0]


def descriptions(ctx: Context, phases: Sequence[Phase]) -> list[dict[str, object]]:
    """Return several phases as the log has them (one statement at most)."""
    units = window_units(ctx, phases=phases)
    return [
        {
            "title": phase.title,
            "windows": [
                [*written(window), *([units[window.unit_id].name] if window.unit_id is not None else [])]
                for window in phase.windows
            ],
        }
        for phase in phases
    ]


def plans(ctx: Context, phases: Sequence[Phase]) -> list[tuple[Phase, dict[str, Any]]]:
    """Return each phase with the windows planned for it, in the form of campaign files (one statement at most).

    They are those it has, or, once it was closed by hand, those that it had before.
    """
    units = window_units(ctx, phases=phases)
    return [(phase, phase.planned or _plan(phase, units)) for phase in phases]


def _plan(phase: Phase, units: Mapping[int, Unit]) -> dict[str, Any]:
    windows = []
    for window in phase.windows:
        opens, closes = written(window)
        unit = units[window.unit_id].code if window.unit_id is not None else ""
        windows.append({"opens": opens, "closes": closes, "unit": unit})
    return {"windows": windows}


def written(window: Span) -> tuple[str, str]:
    """Return when a window opens and closes, as :func:`cuocthi.timelines.localtime.parse_moment` reads it."""
    return write_moment(window.opens_at, closing=False), write_moment(window.closes_at, closing=True)


def record_many(
    ctx: Context,
    campaign: Campaign,
    action: str,
    summary: Text,
    phases: Sequence[Phase],
    *,
    before: Sequence[dict[str, object]] = (),
) -> None:
    """Put on record what was done to several phases at once; ``before`` is how they were."""
    record(
        ctx,
        action=action,
        summary=summary,
        campaign=campaign,
        object_kind="timeline",
        object_id=None,
        before={"phases": before} if before else {},
        after={"phases": descriptions(ctx, phases)},
    )
