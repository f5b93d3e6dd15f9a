"""When participants see their score, and when the keys and explanations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.campaigns.settings import load_settings
from cuocthi.standings.queries import adopted_ranking
from cuocthi_quiz.settings import OWNER, QuizSettings, Release

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase


def has_closed(ctx: Context, *, round_: Phase) -> bool:
    """Tell whether a round has closed for good, also for those to whom an incident granted more time."""
    return ctx.now >= round_.over_at


def shows(ctx: Context, campaign: Campaign, round_: Phase) -> bool:
    """Tell whether people may see by now what their own papers in a round came to."""
    settings = load_settings(ctx, owner=OWNER, schema=QuizSettings, campaign=campaign, round_=round_).value
    return released(ctx, round_=round_, when=settings.results)


def released(ctx: Context, *, round_: Phase, when: Release) -> bool:
    """Tell whether what is released at ``when`` may be seen now by somebody who has handed in."""
    if when is Release.AT_ONCE:
        return True
    if when is Release.AFTER_ROUND:
        return has_closed(ctx, round_=round_)
    return adopted_ranking(ctx, round_=round_) is not None
