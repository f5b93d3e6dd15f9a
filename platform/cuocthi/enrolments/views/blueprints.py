"""The two blueprints: pages within a campaign, and the person's own page across campaigns."""

from __future__ import annotations

from flask import Blueprint

from cuocthi.web.blueprint import CampaignBlueprint

campaign_pages = CampaignBlueprint("enrolments", "cuocthi.enrolments")
my_pages = Blueprint("me", "cuocthi.enrolments", template_folder="templates")
