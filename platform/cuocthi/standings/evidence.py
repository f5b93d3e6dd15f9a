"""What formats and other plugins know about entries, for who decides on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.contributions import Evidence

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase


def evidence_of(
    ctx: Context, *, campaign: Campaign, round_: Phase, enrolment_ids: Sequence[int], held: Collection[str]
) -> dict[int, list[Evidence]]:
    """Return by enrolment what a reader who holds these permissions may see of what the plugins know."""
    found: dict[int, list[Evidence]] = {}
    for item in ctx.hooks.collect(ctx, campaign, "evidence", Evidence, round_=round_, enrolment_ids=enrolment_ids):
        if not item.permission or item.permission in held:
            found.setdefault(item.enrolment_id, []).append(item)
    return found
