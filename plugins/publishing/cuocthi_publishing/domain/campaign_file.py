"""The plugin's part of a campaign file: the table ``[publishing]``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.campaigns.settings import save_settings, structure, unstructure
from cuocthi.contributions import CampaignPart
from cuocthi_publishing.queries import load_publish_settings
from cuocthi_publishing.settings import OWNER, PublishSettings

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context


def export_part(ctx: Context, *, campaign: Campaign) -> CampaignPart:
    """Return what the campaign publishes."""
    return CampaignPart(unstructure(load_publish_settings(ctx, campaign=campaign).value))


def import_part(ctx: Context, *, campaign: Campaign, part: CampaignPart) -> None:
    """Store what a campaign file says is published; raises InvalidData with every problem."""
    save_settings(ctx, owner=OWNER, campaign=campaign, value=structure(PublishSettings, part.values))
