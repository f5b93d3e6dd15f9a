"""Pages of people taking part, and of the staff who see them."""

from __future__ import annotations

from cuocthi.contributions import NavGroup
from cuocthi.enrolments.views import details, join, late_consents, participation, personal, shared_device, staff
from cuocthi.enrolments.views.blueprints import campaign_pages, my_pages
from cuocthi.text import T
from cuocthi.web.navigation import NavEntry

__all__ = [
    "blueprints",
    "details",
    "join",
    "late_consents",
    "navigation",
    "participation",
    "personal",
    "shared_device",
    "staff",
]

blueprints = (campaign_pages, my_pages)
navigation = (
    NavEntry("enrolments", T("Participants"), "enrolments.listing", "core:enrolment:view", 40, NavGroup.PEOPLE),
    NavEntry("participation", T("Participation of units"), "enrolments.units", participation.VIEW, 42, NavGroup.PEOPLE),
)
