"""The one thing that is right for a person to do now in a campaign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.contributions import EntryAction
from cuocthi.text import T
from cuocthi.timelines.queries import rounds

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.timelines.models import Phase


def entry_actions(ctx: Context, *, campaign: Campaign, enrolment: Enrolment) -> list[EntryAction]:
    """Return what an enrolled person can do now in the campaign's rounds, what comes first standing first.

    Each contest format is asked for its own rounds only; of rounds whose format is not installed, that is said. An
    exception of a format is passed on.
    """
    held = rounds(ctx, campaign_id=campaign.id)
    found: list[tuple[str, EntryAction]] = []
    for source in sorted({round_.source for round_ in held}):
        own = [round_ for round_ in held if round_.source == source]
        if source not in ctx.hooks.plugins:
            found += [(source, _out_of_reach(round_)) for round_ in own]
        found += ctx.hooks.collect_by_plugin(
            ctx, campaign, "entry_actions", EntryAction, only=source, rounds=own, enrolment=enrolment
        )
    numbers = {round_.id: round_.number or 0 for round_ in held}
    found.sort(key=lambda pair: (not pair[1].primary, numbers[pair[1].round_id], pair[1].order, pair[0], pair[1].key))
    return [action for _, action in found]


def _out_of_reach(round_: Phase) -> EntryAction:
    """Return what is said of a round whose contest format is not installed."""
    title = T("“%(round)s” cannot be reached at the moment", round=round_.title)
    return EntryAction(f"absent-{round_.id}", round_.id, title, T("What you have entered is kept."))
