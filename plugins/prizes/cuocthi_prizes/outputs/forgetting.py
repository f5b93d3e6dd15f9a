"""Forgetting the files of certificates: they bear the names that are erased on the lists they are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.files.domain import path_of
from cuocthi.files.models import StoredFile
from cuocthi_prizes.models import AwardList
from cuocthi_prizes.outputs.models import CertificateIssue

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context


def forget_files(ctx: Context, *, campaign: Campaign, folder: Callable[[], Path]) -> None:
    """Take away the PDFs of every list that has lost names; codes stay, and verify what is left of the award.

    The content goes from below ``folder()`` at once.
    """
    found = ctx.session.execute(
        sa.select(CertificateIssue, StoredFile.sha256)
        .join(AwardList, AwardList.id == CertificateIssue.award_list_id)
        .join(StoredFile, StoredFile.id == CertificateIssue.file_id)
        .where(AwardList.campaign_id == campaign.id, AwardList.names_erased_at.is_not(None))
    ).all()
    for issue, sha256 in found:
        path_of(folder(), sha256).unlink(missing_ok=True)
        issue.file_id = None
    ctx.session.flush()
