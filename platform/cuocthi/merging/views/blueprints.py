"""The two blueprints: pages of a campaign's staff, and of administrators."""

from __future__ import annotations

from cuocthi.web.blueprint import CampaignBlueprint, SiteBlueprint

#: The permission that all of the campaign's pages ask for.
MERGE = "core:person:merge"

campaign_pages = CampaignBlueprint("merging", "cuocthi.merging")
people = SiteBlueprint("people", "cuocthi.merging", url_prefix="/staff/people")
