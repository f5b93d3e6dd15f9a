"""What is asked about background work."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.errors import Missing
from cuocthi.jobs.models import Job
from cuocthi.text import T

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.context import Context


def job_of(ctx: Context, *, campaign_id: int, job_id: int) -> Job:
    """Return a job of a campaign. Raises Missing."""
    found = ctx.session.scalar(sa.select(Job).where(Job.id == job_id, Job.campaign_id == campaign_id))
    if found is None:
        raise Missing(T("This work does not exist."))
    return found


def jobs_of(ctx: Context, *, campaign_id: int, limit: int | None, offset: int) -> tuple[Sequence[Job], int]:
    """Return a page of a campaign's jobs, the newest first, and the number of all (two statements)."""
    condition = Job.campaign_id == campaign_id
    rows = ctx.session.scalars(
        sa.select(Job).where(condition).order_by(Job.created_at.desc(), Job.id.desc()).limit(limit).offset(offset)
    ).all()
    return rows, ctx.session.scalar(sa.select(sa.func.count()).select_from(Job).where(condition)) or 0
