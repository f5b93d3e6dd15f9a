"""The blueprint of signing in and of what a person changes about signing in."""

from __future__ import annotations

from cuocthi.web.blueprint import SiteBlueprint

blueprint = SiteBlueprint("users", "cuocthi.users")
