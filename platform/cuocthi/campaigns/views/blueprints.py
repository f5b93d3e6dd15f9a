"""The two blueprints: the first pages of the installation, and pages within a campaign."""

from __future__ import annotations

from cuocthi.web.blueprint import CampaignBlueprint, SiteBlueprint

home = SiteBlueprint("home", "cuocthi.campaigns")
blueprint = CampaignBlueprint("campaigns", "cuocthi.campaigns")
