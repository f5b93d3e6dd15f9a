"""Pages of rankings and of the decisions on entries."""

from __future__ import annotations

from cuocthi.contributions import NavGroup
from cuocthi.standings.views import decisions, inspection, lots, outlook, own_place, public, rankings, rules
from cuocthi.standings.views.blueprint import pages
from cuocthi.text import T
from cuocthi.web.navigation import NavEntry

__all__ = [
    "blueprints",
    "decisions",
    "inspection",
    "lots",
    "navigation",
    "outlook",
    "own_place",
    "public",
    "rankings",
    "rules",
]

blueprints = (pages,)
navigation = (
    NavEntry("rankings", T("Rankings"), "standings.overview", "core:ranking:view", 60, NavGroup.RESULTS),
    NavEntry("exclusions", T("Exclusions"), "standings.exclusions", "core:ranking:view", 61, NavGroup.RESULTS),
)
