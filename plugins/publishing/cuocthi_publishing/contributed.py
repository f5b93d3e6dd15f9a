"""What publishing contributes to the pages of the core."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import has_request_context, url_for

from cuocthi.contributions import Duty, NavGroup, NavItem, Panel
from cuocthi.standings.queries import ranked_rounds
from cuocthi.text import T
from cuocthi_publishing.queries import current_release, draft_release, draft_releases

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context


def navigation(ctx: Context, campaign: Campaign) -> list[NavItem]:
    """Return the link to the releases; a draft waits for a second person, which the badge says."""
    waiting = int(draft_release(ctx, campaign_id=campaign.id) is not None)
    url = url_for("publishing.releases", slug=campaign.slug) if has_request_context() else ""
    return [NavItem("releases", T("Publishing"), url, "publishing:release:view", 70, waiting, NavGroup.RESULTS)]


def duties(ctx: Context, campaigns: Sequence[Campaign]) -> list[Duty]:
    """Return that a release waits for the second person, in each of these campaigns."""
    slugs = {campaign.id: campaign.slug for campaign in campaigns}
    return [
        Duty(
            "release",
            found.campaign_id,
            T("Confirm and publish release %(number)s", number=found.number),
            "publishing:release:confirm",
            T("It waits for a second person"),
            url_for("publishing.releases", slug=slugs[found.campaign_id]) if has_request_context() else "",
            order=70,
        )
        for found in draft_releases(ctx, campaign_ids=list(slugs))
    ]


def panels(ctx: Context, campaign: Campaign, slot: str) -> list[Panel]:
    """Return the way to the results on the campaign's page, once published, and how it stands on the staff's."""
    if slot not in {"campaign", "overview"}:
        return []
    published = current_release(ctx, campaign_id=campaign.id)
    if slot == "campaign":
        if published is None:
            return []
        return [Panel("results", T("Results"), "publishing/_results_panel.html", {"release": published}, order=5)]
    if published is None and not ranked_rounds(ctx, campaign_id=campaign.id):
        return []
    values = {"release": published, "draft": draft_release(ctx, campaign_id=campaign.id)}
    return [Panel("releases", T("Publishing"), "publishing/_releases_panel.html", values, order=70)]
