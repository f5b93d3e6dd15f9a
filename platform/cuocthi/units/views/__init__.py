"""The tree of units for organisers: what there is, keeping it, lists in and out, and the links of the units."""

from __future__ import annotations

from cuocthi.contributions import NavGroup
from cuocthi.text import T
from cuocthi.units.views import changes, links, listing, lists, unit
from cuocthi.units.views.blueprint import blueprint
from cuocthi.web.navigation import NavEntry

__all__ = ["blueprints", "changes", "links", "listing", "lists", "navigation", "unit"]

blueprints = (blueprint,)
navigation = (NavEntry("units", T("Units"), "units.listing", "core:campaign:view", 25, NavGroup.SETTING_UP),)
