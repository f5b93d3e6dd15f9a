"""The plugin's part of a campaign file: the table ``[prizes]``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.campaigns.settings import structure, unstructure
from cuocthi.contributions import CampaignPart
from cuocthi_prizes.domain.scheme import save_scheme
from cuocthi_prizes.queries import load_scheme
from cuocthi_prizes.settings import SHORT_FORM, PrizeSettings

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context


def export_scheme(ctx: Context, *, campaign: Campaign) -> CampaignPart:
    """Return the campaign's scheme of prizes."""
    plain = unstructure(load_scheme(ctx, campaign=campaign).value)
    # Sets are what a scheme is made of; the short form is for who writes one by hand.
    return CampaignPart({name: value for name, value in plain.items() if name not in SHORT_FORM})


def import_scheme(ctx: Context, *, campaign: Campaign, part: CampaignPart) -> None:
    """Store the scheme of a campaign file; raises InvalidData with every problem, SettingsError for a wrong
    round, Conflict once a round has begun.
    """
    save_scheme(ctx, campaign=campaign, scheme=structure(PrizeSettings, part.values))
