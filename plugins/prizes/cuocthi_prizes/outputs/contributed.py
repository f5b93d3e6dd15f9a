"""What handing awards over contributes: who may do what, and where it is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import has_request_context, url_for

from cuocthi.contributions import NavGroup, NavItem, Permission, Role
from cuocthi.text import T

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign

PERMISSIONS = (
    # On these lists people write ID numbers and accounts, so that fewer have them than see who is awarded.
    Permission(
        "prizes:payments:view",
        T("Download lists of payments and signatures"),
        frozenset({Role.ORGANISING, Role.STANDING, Role.OVERSIGHT}),
        lasts=True,
    ),
    # A correction after the archiving needs certificates, too.
    Permission(
        "prizes:certificates:make", T("Make certificates"), frozenset({Role.ORGANISING, Role.STANDING}), lasts=True
    ),
    Permission(
        "prizes:outputs:edit",
        T("Say how prizes are handed over: order, tax, template of certificates"),
        frozenset({Role.ORGANISING}),
    ),
)


def navigation(campaign: Campaign) -> list[NavItem]:
    """Return the link to the page on which prizes are handed over."""
    url = url_for("prizes.hand_over", slug=campaign.slug) if has_request_context() else ""
    return [NavItem("hand-over", T("Giving the prizes"), url, "prizes:awards:view", 67, group=NavGroup.RESULTS)]
