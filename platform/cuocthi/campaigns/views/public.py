"""What everybody sees: the list of campaigns, and a campaign's own page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, redirect, url_for

from cuocthi.campaigns.models import CampaignState
from cuocthi.campaigns.panels import shown_panels
from cuocthi.campaigns.queries import public_campaigns
from cuocthi.campaigns.views.blueprints import blueprint, home
from cuocthi.campaigns.views.caching import cached
from cuocthi.committees.queries import roles_by_campaign
from cuocthi.contributions import Fact
from cuocthi.documents.lines import document_line
from cuocthi.documents.queries import documents
from cuocthi.enrolments.queries import campaigns_of_member
from cuocthi.rules.markdown import to_html
from cuocthi.rules.queries import current_rules
from cuocthi.timelines.drawing import change, steps
from cuocthi.timelines.extensions import granted
from cuocthi.timelines.queries import phases, phases_by_campaign
from cuocthi.users import sign_in
from cuocthi.web.context import reading_context, registry
from cuocthi.web.i18n import language, translate
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import Role
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase

#: How many documents the campaign's page names itself; the others stand on their own page.
_DOCUMENTS_SHOWN = 3
#: Where members of a committee begin: the first page that they may see.
_FIRST_PAGES = (
    ("core:campaign:view", "campaigns.overview"),
    ("core:participation:view", "enrolments.units"),
)


@home.route("/")
def index() -> AnyResponse:
    """List the campaigns; where there is only one, go to it."""
    ctx = reading_context()
    found = public_campaigns(ctx)
    if len(found) == 1:
        return redirect(url_for("campaigns.show", slug=found[0].slug))
    timelines = phases_by_campaign(ctx, campaign_ids=[campaign.id for campaign in found])
    return render(
        "campaigns/index.html",
        campaigns=[(campaign, change(timelines.get(campaign.id, []), ctx.now)) for campaign in found],
    )


@home.route("/staff/")
def staff() -> AnyResponse:
    """List the campaigns in whose committees the reader sits; where there is nothing else to do, go to the only one."""
    reader = sign_in.reader()
    if reader is None:
        return redirect(url_for("users.sign_in", next=url_for("home.staff")))
    ctx = reading_context()
    seated = campaigns_of_member(ctx, user_id=reader.id)
    homes = _homes(seated, roles_by_campaign(ctx, user_id=reader.id))
    found = [campaign for campaign in seated if campaign.id in homes]
    if len(found) == 1 and not reader.is_admin:
        return redirect(url_for(homes[found[0].id], slug=found[0].slug))
    timelines = phases_by_campaign(ctx, campaign_ids=[campaign.id for campaign in found])
    return render(
        "campaigns/staff_index.html",
        may_create=reader.is_admin,
        homes=homes,
        campaigns=[(campaign, change(timelines.get(campaign.id, []), ctx.now)) for campaign in found],
    )


def _homes(campaigns: Iterable[Campaign], roles: Mapping[int, frozenset[Role]]) -> dict[int, str]:
    """Return by campaign the first page of a member; none where the roles have ended with the campaign's archiving."""
    homes: dict[int, str] = {}
    for campaign in campaigns:
        archived = campaign.state is CampaignState.ARCHIVED
        held = registry().permissions.granted(roles[campaign.id], archived=archived)
        for permission, page in _FIRST_PAGES:
            if permission in held:
                homes.setdefault(campaign.id, page)
    return homes


def _extensions(ctx: Context, timeline: Sequence[Phase]) -> tuple[list[tuple[str, Text]], dict[int, Text]]:
    """Return what is said of extended rounds: in a notice while one is open, and on the timeline once it is over."""
    found = granted(ctx, campaign_id=g.campaign.id)
    extended = [(phase, found[phase.id].notice) for phase in timeline if phase.id in found]
    return (
        [(phase.title, notice) for phase, notice in extended if ctx.now < phase.closes_at],
        {phase.id: notice for phase, notice in extended if ctx.now >= phase.closes_at},
    )


@blueprint.page("/", public=True)
def show() -> Response:
    """Show a campaign: what it is, who may take part, how it stands, prizes, documents. The same for everybody."""
    ctx = reading_context()
    timeline = phases(ctx, campaign_id=g.campaign.id)

    def page() -> Response:
        registered = documents(ctx, campaign_id=g.campaign.id, public_only=True)
        notices, notes = _extensions(ctx, timeline)
        return render(
            "campaigns/show.html",
            change=change(timeline, ctx.now),
            steps=steps(timeline, ctx.now, language(), notes),
            notices=notices,
            facts=[
                {"value": translate(fact.value), "label": translate(fact.label)}
                for fact in ctx.hooks.collect(ctx, g.campaign, "campaign_facts", Fact)
            ],
            panels=shown_panels(ctx, campaign=g.campaign, slot="campaign"),
            documents=[document_line(document) for document in registered[:_DOCUMENTS_SHOWN]],
            more_documents=len(registered) - _DOCUMENTS_SHOWN,
            rules=current_rules(ctx, campaign_id=g.campaign.id),
            purpose=to_html(g.campaign.purpose),
            audience=to_html(g.campaign.audience),
            content=to_html(g.campaign.content),
        )

    return cached(timeline, page)
