"""Pages about personal data: one's own, wishes for corrections, and how long a campaign keeps it."""

from __future__ import annotations

from cuocthi.contributions import NavGroup
from cuocthi.personal.views import own, placement, staff, withdrawal
from cuocthi.personal.views.blueprints import campaign_pages, my_pages
from cuocthi.text import T
from cuocthi.web.navigation import NavEntry

__all__ = ["blueprints", "navigation", "own", "placement", "staff", "withdrawal"]

blueprints = (campaign_pages, my_pages)
navigation = (NavEntry("corrections", T("Corrections"), "corrections.listing", staff.VIEW, 44, NavGroup.PEOPLE),)
