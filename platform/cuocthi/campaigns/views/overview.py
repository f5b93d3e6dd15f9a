"""The organisers' first page of a campaign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, url_for

from cuocthi.campaigns.duties import given_duties, owed
from cuocthi.campaigns.lifecycle import missing_capabilities, readiness
from cuocthi.campaigns.models import CampaignState
from cuocthi.campaigns.overview import Task, funnel, tasks
from cuocthi.campaigns.panels import shown_panels
from cuocthi.campaigns.views.blueprints import blueprint
from cuocthi.personal.retention import due
from cuocthi.rules.changes import waiting_changes
from cuocthi.rules.ranking_rules import waiting_rounds
from cuocthi.standings.composition import entered
from cuocthi.timelines.drawing import change, chart
from cuocthi.timelines.extensions import waiting
from cuocthi.timelines.queries import phases
from cuocthi.timelines.warnings import timeline_warnings
from cuocthi.web.context import reading_context, registry
from cuocthi.web.i18n import language, translate
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from flask import Response


#: How many tasks and steps of plugins stand on the page; the rest of the tasks stands on their own.
_DUTIES_SHOWN = 10


@blueprint.page("/staff/", permission="core:campaign:view")
def overview() -> Response:
    """Show how the campaign stands, what to do next, and what plugins add."""
    ctx = reading_context()
    timeline = phases(ctx, campaign_id=g.campaign.id)
    draft = g.campaign.state is CampaignState.DRAFT
    return render(
        "campaigns/overview.html",
        "campaigns/_funnel.html",
        change=change(timeline, ctx.now),
        chart=chart(timeline, ctx.now, language()),
        warnings=timeline_warnings(entered(ctx, phases=timeline)),
        missing=missing_capabilities(ctx, campaign=g.campaign),
        funnel=funnel(ctx, campaign=g.campaign),
        tasks=[
            _shown(task)
            for task in tasks(
                ctx,
                campaign=g.campaign,
                phases=timeline,
                ready=readiness(ctx, campaign=g.campaign) if draft else None,
                to_extend=[phase for phase, _ in waiting(ctx, campaign_id=g.campaign.id, phases=timeline)],
                to_change=[
                    registry().settings[one.content.part].title
                    for one in waiting_changes(ctx, campaign=g.campaign)
                    if one.content.part in registry().settings
                ],
                to_rank=waiting_rounds(ctx, campaign=g.campaign),
            )
        ],
        duties=owed(
            ctx,
            duties=given_duties(ctx, campaigns=[g.campaign], address=url_for),
            held={g.campaign.id: g.permissions},
            permissions=registry().permissions.by_name,
        ).get(g.campaign.id, []),
        shown=_DUTIES_SHOWN,
        retention=due(ctx, campaign=g.campaign),
        panels=shown_panels(ctx, campaign=g.campaign, slot="overview"),
    )


def _shown(task: Task) -> dict[str, object]:
    return {
        "title": translate(task.title),
        "detail": translate(task.detail) if task.detail else "",
        "done": task.done,
        "url": url_for(task.endpoint, slug=g.campaign.slug, phase_id=task.phase_id),
    }
