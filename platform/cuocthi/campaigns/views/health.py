"""How the installation fares as far as this campaign is concerned: parts, failures, background work."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask import g

from cuocthi.campaigns.lifecycle import missing_capabilities
from cuocthi.campaigns.views.blueprints import blueprint
from cuocthi.jobs.models import Job
from cuocthi.messages.channels import FILES
from cuocthi.messages.models import MessageState
from cuocthi.messages.queries import messages_by_state, newest_messages
from cuocthi.timelines.queries import due_edges
from cuocthi.web.context import reading_context, registry
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Response

_JOBS_SHOWN = 20
_MESSAGES_SHOWN = 10


@blueprint.page("/staff/health", permission="core:campaign:edit")
def health() -> Response:
    """Show installed parts, hooks that failed, edges not yet announced, messages, and the last jobs."""
    ctx = reading_context()
    parts = registry()
    jobs = ctx.session.scalars(
        sa.select(Job)
        .where(sa.or_(Job.campaign_id == g.campaign.id, Job.campaign_id.is_(None)))
        .order_by(Job.id.desc())
        .limit(_JOBS_SHOWN)
    ).all()
    return render(
        "campaigns/health.html",
        plugins=parts.hooks.plugins,
        failures=list(parts.hooks.failures.values()),
        missing=missing_capabilities(ctx, campaign=g.campaign),
        waiting=[due for due in due_edges(ctx) if due.campaign.id == g.campaign.id],
        jobs=jobs,
        channels=parts.channels,
        into_files=[kind for kind, channel in parts.channels.items() if channel.name == FILES],
        messages=messages_by_state(ctx),
        given_up=newest_messages(ctx, state=MessageState.GIVEN_UP, limit=_MESSAGES_SHOWN),
        files=_newest_files(parts.config.outbox),
        job_titles={name: kind.title for name, kind in parts.jobs.items()},
    )


def _newest_files(folder: Path) -> list[str]:
    """Return the names of the newest files in place of messages; what they say, codes above all, is not for pages."""
    return sorted((path.name for path in folder.glob("*.txt")), reverse=True)[:_MESSAGES_SHOWN]
