"""The timeline for organisers: its phases edited in place, rounds in bulk, closing and extending; its calendar feed."""

from __future__ import annotations

from cuocthi.contributions import NavGroup
from cuocthi.text import T
from cuocthi.timelines.views import closing, editing, extending, feed, moving, removing, rounds
from cuocthi.timelines.views.blueprint import blueprint
from cuocthi.web.navigation import NavEntry

__all__ = [
    "blueprint",
    "blueprints",
    "closing",
    "editing",
    "extending",
    "feed",
    "moving",
    "navigation",
    "removing",
    "rounds",
]

blueprints = (blueprint,)
navigation = (NavEntry("timeline", T("Timeline"), "timelines.edit", "core:campaign:view", 15, NavGroup.SETTING_UP),)
