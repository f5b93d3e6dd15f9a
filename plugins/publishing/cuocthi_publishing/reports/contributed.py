"""What papers contribute: who may do what, and where it is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import has_request_context, url_for

from cuocthi.contributions import NavGroup, NavItem, Permission, Role
from cuocthi.text import T

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign

_MAKING = frozenset({Role.ORGANISING, Role.STANDING})
PERMISSIONS = (
    Permission(
        "publishing:paper:view",
        T("See and download administrative papers"),
        _MAKING | {Role.JURY, Role.OVERSIGHT},
        lasts=True,
    ),
    Permission("publishing:paper:make", T("Draw up administrative papers"), _MAKING, lasts=True),
    Permission("publishing:paper:edit", T("Say who signs administrative papers, change their templates"), _MAKING),
)


def navigation(campaign: Campaign) -> list[NavItem]:
    """Return the link to the papers."""
    url = url_for("publishing.papers", slug=campaign.slug) if has_request_context() else ""
    title = T("Administrative papers")
    return [NavItem("papers", title, url, "publishing:paper:view", 75, group=NavGroup.RESULTS)]
