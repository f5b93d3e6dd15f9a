"""What publishing contributes to the pages of the core."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import has_request_context, url_for

from cuocthi.contributions import Duty, NavGroup, NavItem, Panel, PublicPage
from cuocthi.standings.queries import ranked_rounds
from cuocthi.text import T
from cuocthi.web.links import public_link
from cuocthi_publishing.queries import (
    approvals_failed,
    approvals_waiting,
    current_release,
    draft_release,
    draft_releases,
    shown_releases,
    withdrawals_asked,
)
from cuocthi_publishing.targets.queries import given_up

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi_publishing.models import Approval, Release


def navigation(ctx: Context, campaign: Campaign) -> list[NavItem]:
    """Return the link to the releases; the badge says how much waits for a second person."""
    among = [campaign.id]
    waiting = len([*draft_releases(ctx, campaign_ids=among), *withdrawals_asked(ctx, campaign_ids=among)])
    waiting += len(approvals_waiting(ctx, campaign_ids=among))
    url = url_for("publishing.releases", slug=campaign.slug) if has_request_context() else ""
    return [NavItem("releases", T("Publishing"), url, "publishing:release:view", 70, waiting, NavGroup.RESULTS)]


def duties(ctx: Context, campaigns: Sequence[Campaign]) -> list[Duty]:
    """Return what waits for the second person in each of these campaigns, and what did not go out by itself."""
    slugs = {campaign.id: campaign.slug for campaign in campaigns}

    def duty(key: str, campaign_id: int, title: Text, endpoint: str = "releases") -> Duty:
        url = url_for(f"publishing.{endpoint}", slug=slugs[campaign_id]) if has_request_context() else ""
        detail = T("It waits for a second person")
        return Duty(key, campaign_id, title, "publishing:release:confirm", detail, url, order=70)

    among = list(slugs)
    stuck = given_up(ctx, campaign_ids=among)
    return [
        *(
            duty("release", found.campaign_id, T("Confirm and publish release %(number)s", number=found.number))
            for found in draft_releases(ctx, campaign_ids=among)
        ),
        *(
            duty(
                f"withdrawal-{found.id}",
                found.campaign_id,
                T("Confirm the withdrawal of release %(number)s", number=found.number),
            )
            for found in withdrawals_asked(ctx, campaign_ids=among)
        ),
        *(
            duty(f"approval-{found.id}", found.campaign_id, T("Confirm a standing approval of statistics"), "approvals")
            for found in approvals_waiting(ctx, campaign_ids=among)
        ),
        *(_failed(slugs[found.campaign_id], found) for found in approvals_failed(ctx, campaign_ids=among)),
        *(_stuck(slugs[release.campaign_id], release) for found in stuck.values() for release in found),
    ]


def _failed(slug: str, approval: Approval) -> Duty:
    url = url_for("publishing.approvals", slug=slug) if has_request_context() else ""
    title, detail = T("Statistics were not released at an agreed moment"), T("See what stands against it")
    key = f"approval-failed-{approval.id}"
    return Duty(key, approval.campaign_id, title, "publishing:release:confirm", detail, url, order=71)


def _stuck(slug: str, release: Release) -> Duty:
    url = url_for("publishing.deliveries", slug=slug, number=release.number) if has_request_context() else ""
    title, detail = T("See to the delivery of release %(number)s", number=release.number), T("It did not arrive")
    return Duty(f"delivery-{release.id}", release.campaign_id, title, "publishing:release:edit", detail, url, order=71)


def public_pages(ctx: Context, campaigns: Sequence[Campaign]) -> list[PublicPage]:
    """Return where results or statistics of these campaigns are now, and the release in force (one statement)."""
    slugs = {campaign.id: campaign.slug for campaign in campaigns}
    found: list[PublicPage] = []
    for release in shown_releases(ctx, campaign_ids=list(slugs)):
        slug = slugs[release.campaign_id]
        found.append(PublicPage(public_link("publishing.current", slug=slug), release.published_at))
        if release.approval_id is None:
            address = public_link("publishing.former", slug=slug, number=release.number)
            found.append(PublicPage(address, release.published_at))
    return found


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
