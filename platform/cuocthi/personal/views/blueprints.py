"""The two blueprints: one's own pages, and those of a campaign's staff."""

from __future__ import annotations

from cuocthi.web.blueprint import CampaignBlueprint, SiteBlueprint

campaign_pages = CampaignBlueprint("corrections", "cuocthi.personal")
my_pages = SiteBlueprint("personal", "cuocthi.personal", url_prefix="/me/data")
