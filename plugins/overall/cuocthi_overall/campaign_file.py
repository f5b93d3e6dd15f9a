"""The plugin's part of a campaign file: the overall rankings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cuocthi.campaigns.settings import save_settings, structure, unstructure
from cuocthi.contributions import CampaignPart
from cuocthi_overall.queries import load_overall
from cuocthi_overall.settings import OWNER, OverallSettings

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context


@dataclass(frozen=True, slots=True)
class OverallPart:
    """The table ``[overall]`` of a campaign file."""

    settings: OverallSettings = field(default_factory=OverallSettings)


def export_part(ctx: Context, *, campaign: Campaign) -> CampaignPart:
    """Return the settings."""
    return CampaignPart(unstructure(OverallPart(load_overall(ctx, campaign=campaign))))


def import_part(ctx: Context, *, campaign: Campaign, part: CampaignPart) -> None:
    """Store the settings; raises InvalidData with every problem."""
    save_settings(ctx, owner=OWNER, campaign=campaign, value=structure(OverallPart, part.values).settings)
