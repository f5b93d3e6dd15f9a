"""The two blueprints: pages within a campaign, and the person's own page across campaigns."""

from __future__ import annotations

from cuocthi.web.blueprint import CampaignBlueprint, SiteBlueprint

campaign_pages = CampaignBlueprint("enrolments", "cuocthi.enrolments")
my_pages = SiteBlueprint("me", "cuocthi.enrolments")
