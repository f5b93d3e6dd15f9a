"""The record of background work."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cuocthi.database import Base, PrimaryKey, choice


class JobState(StrEnum):
    """How far a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(Base):
    """A piece of background work, committed with the business change that asks for it.

    ``key`` makes it idempotent: while a job of that key is queued or running, asking again finds it.
    """

    __tablename__ = "core_job"
    __table_args__ = (
        sa.Index(
            "uq_core_job_waiting",
            "key",
            unique=True,
            sqlite_where=sa.text("state IN ('queued', 'running')"),
            postgresql_where=sa.text("state IN ('queued', 'running')"),
        ),
        sa.Index("ix_core_job_state", "state", "created_at"),
    )

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_campaign.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(80))
    key: Mapped[str] = mapped_column(sa.String(160))
    arguments: Mapped[dict[str, Any]]
    state: Mapped[JobState] = mapped_column(choice(JobState), default=JobState.QUEUED)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    message: Mapped[str] = mapped_column(sa.Text, default="")
    result: Mapped[dict[str, Any]]
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    beat_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
