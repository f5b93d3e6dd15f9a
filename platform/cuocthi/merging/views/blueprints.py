"""The two blueprints: pages of a campaign's staff, and of administrators."""

from __future__ import annotations

from flask import Blueprint

from cuocthi.web.blueprint import CampaignBlueprint

#: The permission that all of the campaign's pages ask for.
MERGE = "core:person:merge"

campaign_pages = CampaignBlueprint("merging", "cuocthi.merging")
people = Blueprint("people", "cuocthi.merging", template_folder="templates", url_prefix="/staff/people")
