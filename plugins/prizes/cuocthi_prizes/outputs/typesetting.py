"""The template of certificates that counts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cuocthi.files.domain import file_of, read

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi_prizes.outputs.settings import OutputSettings

#: The template that comes along.
SHIPPED = Path(__file__).parent / "typst" / "certificate.typ"


def template_of(ctx: Context, *, campaign: Campaign, settings: OutputSettings, folder: Path) -> str:
    """Return the template of certificates that counts: the organisers' own, or the one that comes along.

    Raises Missing if the stored file is gone.
    """
    if not settings.template:
        return SHIPPED.read_text("utf-8")
    return read(folder, file_of(ctx, campaign_id=campaign.id, file_id=settings.template)).decode()
