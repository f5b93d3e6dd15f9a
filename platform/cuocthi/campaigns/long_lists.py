"""Importing a long list of units in the background, as the person who asked for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from cuocthi.campaigns.headcounts import Origin
from cuocthi.campaigns.models import Campaign
from cuocthi.campaigns.unit_lists import ListPlan, import_list
from cuocthi.context import Actor
from cuocthi.files.domain import file_of, read
from cuocthi.jobs.domain import enqueue
from cuocthi.units.lists import read_list

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from cuocthi.context import Context
    from cuocthi.files.models import StoredFile
    from cuocthi.jobs.models import Job

LIST_JOB = "core.units"

#: So many changes of units take some seconds; longer lists are imported in the background.
_LONG = 2_000


def is_long(plan: ListPlan) -> bool:
    """Whether carrying a plan out takes longer than somebody should wait for a page."""
    return len(plan.units.added) + len(plan.units.changed) > _LONG


def import_later(ctx: Context, *, campaign: Campaign, stored: StoredFile, origin: Origin, expected: str) -> Job:
    """Ask for a stored list to be imported if its plan still is the one whose digest is ``expected``."""
    arguments = {
        "campaign_id": campaign.id,
        "file_id": stored.id,
        "source": origin.source,
        "as_of": origin.as_of.isoformat() if origin.as_of else "",
        "digest": expected,
        "user_id": ctx.actor.user_id,
        "address": ctx.actor.address,
    }
    return enqueue(ctx, kind=LIST_JOB, key=f"{LIST_JOB}:{stored.id}", arguments=arguments, campaign=campaign)


def import_asked_for(
    ctx: Context, arguments: Mapping[str, Any], progress: Callable[[int, int], None], *, folder: Path
) -> Mapping[str, Any]:
    """Import the list that ``arguments`` name from the stored files in ``folder``; return how much it changed.

    Doing it again changes nothing. Raises Conflict if the tree was changed since the preview.
    """
    campaign = ctx.session.get_one(Campaign, arguments["campaign_id"])
    stored = file_of(ctx, campaign_id=campaign.id, file_id=arguments["file_id"])
    as_of = date.fromisoformat(arguments["as_of"]) if arguments["as_of"] else None
    plan = import_list(
        replace(ctx, actor=Actor(arguments["user_id"], arguments["address"])),
        campaign=campaign,
        listed=read_list(read(folder, stored), categories=dict(campaign.categories)),
        origin=Origin(arguments["source"], as_of),
        expected=arguments["digest"],
        progress=progress,
    )
    return {"added": len(plan.units.added), "changed": len(plan.units.changed), "numbers": len(plan.numbers)}
