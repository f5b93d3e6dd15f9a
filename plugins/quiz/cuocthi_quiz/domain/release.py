"""When participants see their score, and when the keys and explanations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.standings.queries import adopted_ranking
from cuocthi_quiz.settings import Release

if TYPE_CHECKING:
    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase


def has_closed(ctx: Context, *, round_: Phase) -> bool:
    """Tell whether a round has closed for good, also for those to whom an incident granted more time."""
    return ctx.now >= round_.over_at


def released(ctx: Context, *, round_: Phase, when: Release) -> bool:
    """Tell whether what is released at ``when`` may be seen now by somebody who has handed in."""
    if when is Release.AT_ONCE:
        return True
    if when is Release.AFTER_ROUND:
        return has_closed(ctx, round_=round_)
    return adopted_ranking(ctx, round_=round_) is not None
