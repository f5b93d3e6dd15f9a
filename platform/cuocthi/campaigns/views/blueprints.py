"""The two blueprints: the first pages of the installation, and pages within a campaign."""

from __future__ import annotations

from flask import Blueprint

from cuocthi.web.blueprint import CampaignBlueprint

home = Blueprint("home", "cuocthi.campaigns", template_folder="templates")
blueprint = CampaignBlueprint("campaigns", "cuocthi.campaigns")
