"""The staff's first page: their campaigns, each with how it stands, what is to be done next, and by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, redirect, url_for

from cuocthi.campaigns.duties import course_duties, given_duties, owed
from cuocthi.campaigns.lifecycle import readiness
from cuocthi.campaigns.models import CampaignState
from cuocthi.campaigns.views.blueprints import blueprint, home
from cuocthi.committees.queries import roles_by_campaign
from cuocthi.enrolments.queries import campaigns_of_member
from cuocthi.timelines.drawing import change
from cuocthi.timelines.queries import phases_by_campaign
from cuocthi.users import sign_in
from cuocthi.web.context import reading_context, registry
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.campaigns.models import Campaign
    from cuocthi.contributions import Role

VIEW = "core:campaign:view"
#: Where members of a committee begin: the first page that they may see.
_FIRST_PAGES = (
    (VIEW, "campaigns.overview"),
    ("core:participation:view", "enrolments.units"),
)
#: How much of what is to be done stands on the first page; the rest stands on the campaign's own.
_SHOWN = 6


@home.page("/staff/", staff=True)
def staff() -> AnyResponse:
    """List the campaigns in whose committees the reader sits; where there is nothing else to do, go to the only one."""
    reader = sign_in.known_reader()
    ctx = reading_context()
    seated = campaigns_of_member(ctx, user_id=reader.id)
    held = _held(seated, roles_by_campaign(ctx, user_id=reader.id))
    homes = _homes(held)
    found = [campaign for campaign in seated if campaign.id in homes]
    if len(found) == 1 and not reader.is_admin:
        return redirect(url_for(homes[found[0].id], slug=found[0].slug))
    timelines = phases_by_campaign(ctx, campaign_ids=[campaign.id for campaign in found])
    followed = [campaign for campaign in found if VIEW in held[campaign.id]]
    duties = [
        *course_duties(ctx, campaigns=followed, timelines=timelines, address=url_for),
        *given_duties(ctx, campaigns=followed, address=url_for),
    ]
    to_do = owed(ctx, duties=duties, held=held, permissions=registry().permissions.by_name)
    return render(
        "campaigns/staff_index.html",
        may_create=reader.is_admin,
        homes=homes,
        campaigns=[(campaign, change(timelines.get(campaign.id, []), ctx.now)) for campaign in found],
        followed={campaign.id for campaign in followed},
        to_do=to_do,
        shown=_SHOWN,
    )


@blueprint.page("/staff/preparation", permission=VIEW)
def preparation() -> Response:
    """Show what a draft still lacks: a part of the first page that is fetched after it, as every plugin is asked."""
    found = readiness(reading_context(), campaign=g.campaign)
    lacking = [item for item in found.items if item.required and not item.done]
    return render("campaigns/preparation.html", "campaigns/_preparation.html", lacking=lacking, shown=_SHOWN)


def _held(campaigns: Iterable[Campaign], roles: Mapping[int, frozenset[Role]]) -> dict[int, frozenset[str]]:
    """Return by campaign the permissions of a member; few are left once a campaign is archived."""
    return {
        campaign.id: registry().permissions.granted(
            roles[campaign.id], archived=campaign.state is CampaignState.ARCHIVED
        )
        for campaign in campaigns
    }


def _homes(held: Mapping[int, frozenset[str]]) -> dict[int, str]:
    """Return by campaign the first page of a member; none where the roles have ended with the campaign's archiving."""
    pages: dict[int, str] = {}
    for campaign_id, permissions in held.items():
        for permission, page in _FIRST_PAGES:
            if permission in permissions:
                pages.setdefault(campaign_id, page)
    return pages
