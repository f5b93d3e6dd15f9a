"""The plugin's part of a campaign file: the table ``[publishing]``, with ``[publishing.reports]`` for its papers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.campaigns.settings import save_settings, structure, unstructure
from cuocthi.contributions import CampaignPart
from cuocthi_publishing.queries import load_publish_settings
from cuocthi_publishing.reports.campaign_file import export_reports, import_reports
from cuocthi_publishing.settings import OWNER, PublishSettings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context

_REPORTS = "reports"


def export_part(ctx: Context, *, campaign: Campaign, folder: Callable[[], Path]) -> CampaignPart:
    """Return what the campaign publishes, who signs its papers, and their templates; ``folder`` is where files are."""
    values = unstructure(load_publish_settings(ctx, campaign=campaign).value)
    reports, files = export_reports(ctx, campaign=campaign, folder=folder)
    return CampaignPart({**values, _REPORTS: reports} if reports else values, files)


def import_part(ctx: Context, *, campaign: Campaign, part: CampaignPart, folder: Callable[[], Path]) -> None:
    """Store what a campaign file says is published; raises InvalidData with every problem."""
    values = dict(part.values)
    reports = values.pop(_REPORTS, {})
    import_reports(ctx, campaign=campaign, values=reports, files=part.files, folder=folder)
    save_settings(ctx, owner=OWNER, campaign=campaign, value=structure(PublishSettings, values))
