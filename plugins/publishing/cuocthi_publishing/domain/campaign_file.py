"""The plugin's part of a campaign file: the table ``[publishing]``, with ``[publishing.reports]`` for its papers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cuocthi.campaigns.settings import save_settings, structure, unstructure
from cuocthi.contributions import CampaignPart
from cuocthi_publishing.queries import load_publish_settings
from cuocthi_publishing.reports.queries import report_settings
from cuocthi_publishing.reports.settings import OWNER as REPORTS_OWNER
from cuocthi_publishing.reports.settings import ReportSettings
from cuocthi_publishing.settings import OWNER, PublishSettings

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context

_REPORTS = "reports"


def export_part(ctx: Context, *, campaign: Campaign) -> CampaignPart:
    """Return what the campaign publishes, and who signs its papers."""
    values = unstructure(load_publish_settings(ctx, campaign=campaign).value)
    # Templates are files of one campaign; another one begins with those that come along.
    reports = replace(report_settings(ctx, campaign=campaign), docx=0, pdf=0)
    return CampaignPart(values if reports == ReportSettings() else {**values, _REPORTS: unstructure(reports)})


def import_part(ctx: Context, *, campaign: Campaign, part: CampaignPart) -> None:
    """Store what a campaign file says is published; raises InvalidData with every problem."""
    values = dict(part.values)
    if _REPORTS in values:
        reports = structure(ReportSettings, values.pop(_REPORTS))
        save_settings(ctx, owner=REPORTS_OWNER, campaign=campaign, value=reports)
    save_settings(ctx, owner=OWNER, campaign=campaign, value=structure(PublishSettings, values))
