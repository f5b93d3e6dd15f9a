"""What legal acts contribute: who may name them, where they are found, and which lists wait for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import has_request_context, url_for

from cuocthi.contributions import Duty, NavGroup, NavItem, Permission, Role
from cuocthi.text import T
from cuocthi_prizes.acts.queries import lists_waiting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context

RECORD = "prizes:act:record"

# What is corrected after the archiving is final by acts of its own.
PERMISSIONS = (
    Permission(
        RECORD,
        T("Name the minutes and the decision by which award lists are final"),
        frozenset({Role.ORGANISING, Role.STANDING}),
        lasts=True,
    ),
)


def navigation(ctx: Context, campaign: Campaign) -> list[NavItem]:
    """Return the link to the page of the acts; lists that are not final yet wait for somebody, which the badge says."""
    waiting = len(lists_waiting(ctx, campaign_ids=[campaign.id]).get(campaign.id, []))
    title = T("Minutes and decision")
    return [NavItem("acts", title, _url(campaign), "prizes:awards:view", 66, waiting, NavGroup.RESULTS)]


def duties(ctx: Context, campaigns: Sequence[Campaign]) -> list[Duty]:
    """Return which adopted lists wait for the acts that make them final, in each of these campaigns."""
    known = {campaign.id: campaign for campaign in campaigns}
    return [
        Duty(
            f"acts-{number}",
            campaign_id,
            T("Name the minutes and the decision of award list %(number)s", number=number),
            RECORD,
            T("By them it is final; until then it is published as adopted."),
            _url(known[campaign_id]),
            order=62,
        )
        for campaign_id, numbers in lists_waiting(ctx, campaign_ids=list(known)).items()
        for number in numbers
    ]


def _url(campaign: Campaign) -> str:
    return url_for("prizes.acts", slug=campaign.slug) if has_request_context() else ""
