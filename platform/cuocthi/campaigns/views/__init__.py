"""Pages of campaigns: the first page, the public page, and what organisers set up, open and watch."""

from __future__ import annotations

from cuocthi.campaigns.views import (
    basics,
    entrants,
    founding,
    health,
    leftovers,
    opening,
    overview,
    public,
    settings,
    sharing,
    sitemap,
    staff_home,
)
from cuocthi.campaigns.views.blueprints import blueprint, home
from cuocthi.contributions import NavGroup
from cuocthi.text import T
from cuocthi.web.navigation import NavEntry

__all__ = [
    "basics",
    "blueprint",
    "blueprints",
    "entrants",
    "founding",
    "health",
    "leftovers",
    "navigation",
    "opening",
    "overview",
    "public",
    "settings",
    "sharing",
    "sitemap",
    "staff_home",
]

blueprints = (home, blueprint)
navigation = (
    NavEntry("overview", T("Overview"), "campaigns.overview", "core:campaign:view", 10, NavGroup.OVERVIEW),
    NavEntry(
        "readiness",
        T("Preparation and opening"),
        "campaigns.readiness",
        "core:campaign:view",
        12,
        NavGroup.OVERVIEW,
        also=("leftovers", "open", "archive", "preparation"),
    ),
    NavEntry(
        "basics",
        T("Basics and settings"),
        "campaigns.basics",
        "core:campaign:edit",
        14,
        NavGroup.SETTING_UP,
        also=("categories", "entrants", "divisions", "parts", "retention", "settings/"),
    ),
    NavEntry("health", T("State of the system"), "campaigns.health", "core:campaign:edit", 95, NavGroup.RECORDS),
)
