"""The quiz's one blueprint; every module of views adds its pages to it."""

from __future__ import annotations

from cuocthi.web.blueprint import CampaignBlueprint

blueprint = CampaignBlueprint("quiz", "cuocthi_quiz", plugin="quiz")
