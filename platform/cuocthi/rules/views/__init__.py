"""The rules (Thể lệ): as issued for everybody, and for organisers as a draft with their prose in it."""

from __future__ import annotations

from cuocthi.contributions import NavGroup
from cuocthi.rules.views import drafting, public, writing
from cuocthi.rules.views.blueprint import blueprint
from cuocthi.text import T
from cuocthi.web.navigation import NavEntry

__all__ = ["blueprint", "blueprints", "drafting", "navigation", "public", "writing"]

blueprints = (blueprint,)
navigation = (NavEntry("rules", T("Rules"), "rules.draft", "core:campaign:view", 46, NavGroup.SETTING_UP),)
