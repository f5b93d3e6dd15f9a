"""The plugin's part of a campaign file: the table ``[prizes]``, with how prizes are handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.campaigns.settings import structure, unstructure
from cuocthi.contributions import CampaignPart
from cuocthi_prizes.domain.scheme import save_scheme
from cuocthi_prizes.outputs.campaign_file import TABLE, export_outputs, import_outputs
from cuocthi_prizes.queries import load_scheme
from cuocthi_prizes.settings import SHORT_FORM, PrizeSettings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context


def export_part(ctx: Context, *, campaign: Campaign, folder: Callable[[], Path]) -> CampaignPart:
    """Return the campaign's scheme of prizes, and how they are handed over; ``folder`` is where files are kept."""
    plain = unstructure(load_scheme(ctx, campaign=campaign).value)
    # Sets are what a scheme is made of; the short form is for who writes one by hand.
    values = {name: value for name, value in plain.items() if name not in SHORT_FORM}
    outputs, files = export_outputs(ctx, campaign=campaign, folder=folder)
    return CampaignPart({**values, TABLE: outputs} if outputs else values, files)


def import_part(ctx: Context, *, campaign: Campaign, part: CampaignPart, folder: Callable[[], Path]) -> None:
    """Store the scheme of a campaign file, and how prizes are handed over.

    Raises InvalidData with every problem, SettingsError for a wrong round, Conflict once a round has begun.
    """
    values = dict(part.values)
    outputs = values.pop(TABLE, {})
    save_scheme(ctx, campaign=campaign, scheme=structure(PrizeSettings, values))
    import_outputs(ctx, campaign=campaign, values=outputs, files=part.files, folder=folder)
