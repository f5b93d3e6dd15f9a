"""The plugin's part of a campaign file: the table ``[prizes]``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.campaigns.settings import structure, unstructure
from cuocthi.contributions import CampaignPart
from cuocthi_prizes.domain.scheme import save_scheme
from cuocthi_prizes.queries import load_scheme
from cuocthi_prizes.settings import PrizeSettings

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context


def export_scheme(ctx: Context, *, campaign: Campaign) -> CampaignPart:
    """Return the campaign's scheme of prizes."""
    return CampaignPart(unstructure(load_scheme(ctx, campaign=campaign).value))


def import_scheme(ctx: Context, *, campaign: Campaign, part: CampaignPart) -> None:
    """Store the scheme of a campaign file; raises InvalidData with every problem, SettingsError for a wrong round."""
    save_scheme(ctx, campaign=campaign, scheme=structure(PrizeSettings, part.values))
