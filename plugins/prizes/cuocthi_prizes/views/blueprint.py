"""The blueprint of the staff pages of prizes."""

from __future__ import annotations

from cuocthi.web.blueprint import CampaignBlueprint

blueprint = CampaignBlueprint("prizes", "cuocthi_prizes", plugin="prizes")
