"""Pages on which two accounts of one person are found and merged: of a campaign's staff, and of administrators."""

from __future__ import annotations

from cuocthi.contributions import NavGroup
from cuocthi.merging.views import administrators, campaign
from cuocthi.merging.views.blueprints import MERGE, campaign_pages, people
from cuocthi.text import T
from cuocthi.web.navigation import NavEntry

__all__ = ["administrators", "blueprints", "campaign", "navigation"]

blueprints = (campaign_pages, people)
navigation = (NavEntry("duplicates", T("Registered twice"), "merging.listing", MERGE, 41, NavGroup.PEOPLE),)
