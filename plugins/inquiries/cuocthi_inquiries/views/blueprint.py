"""The one blueprint of inquiries; every module of views adds its pages to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, url_for
from flask_babel import gettext as _

from cuocthi.web.blueprint import CampaignBlueprint
from cuocthi_inquiries.queries import waiting

if TYPE_CHECKING:
    from cuocthi.context import Context

blueprint = CampaignBlueprint("inquiries", "cuocthi_inquiries", plugin="inquiries")


def staff_tabs(ctx: Context, active: str) -> list[dict[str, object]]:
    """Return the parts of the staff's pages that the reader may see; ``active`` is the endpoint of the one at hand."""
    number, _overdue = waiting(ctx, campaign_id=g.campaign.id)
    parts = (
        ("listing", _("Questions"), "inquiries:question:view", number),
        ("faq", _("Frequent questions"), "inquiries:faq:edit", 0),
        ("register", _("False information"), "inquiries:register:view", 0),
        ("correction", _("Official information"), "inquiries:correction:publish", 0),
    )
    return [
        {"title": title, "url": url_for(f".{key}", slug=g.campaign.slug), "active": key == active, "badge": badge}
        for key, title, permission, badge in parts
        if permission in g.permissions
    ]
