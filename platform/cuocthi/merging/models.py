"""What came of looking for people who have two accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cuocthi.database import Base, PrimaryKey
from cuocthi.users.models import User


class Merger(Base):
    """Two accounts of one person made into one: ``kept`` has what was of ``merged``, which signs in no more.

    ``campaign_id`` is the campaign whose staff did it, None where it was an administrator. ``moved`` are the numbers
    of the rows that changed hands, so that the merger can be undone; ``number_index`` is the blind index of the citizen
    ID number that the merged account knew. The reasons are None once the person is erased.
    """

    __tablename__ = "core_merger"
    __table_args__ = (
        sa.CheckConstraint("kept_id <> merged_id", name="two_accounts"),
        sa.CheckConstraint("undone_at IS NOT NULL OR undone_reason IS NULL", name="reason_of_undoing"),
        sa.Index("ix_core_merger_by", "merged_by", "merged_at"),
        sa.Index(
            "uq_core_merger_standing",
            "merged_id",
            unique=True,
            sqlite_where=sa.text("undone_at IS NULL"),
            postgresql_where=sa.text("undone_at IS NULL"),
        ),
    )

    id: Mapped[PrimaryKey]
    kept_id: Mapped[int] = mapped_column(sa.ForeignKey("core_user.id"), index=True)
    merged_id: Mapped[int] = mapped_column(sa.ForeignKey("core_user.id"))
    campaign_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_campaign.id"), index=True)
    reason: Mapped[bytes | None] = mapped_column(info={"sealed": "core_merger.reason:{kept_id}:{merged_id}"})
    moved: Mapped[dict[str, Any]]
    number_index: Mapped[str | None] = mapped_column(sa.String(64))
    merged_by: Mapped[int] = mapped_column(sa.ForeignKey("core_user.id"))
    merged_at: Mapped[datetime]
    undone_by: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    undone_at: Mapped[datetime | None]
    undone_reason: Mapped[bytes | None] = mapped_column(
        info={"sealed": "core_merger.undone_reason:{kept_id}:{merged_id}"}
    )

    kept: Mapped[User] = relationship(foreign_keys=kept_id)
    merged: Mapped[User] = relationship(foreign_keys=merged_id)


class ToldApart(Base):
    """Two people of whom somebody said that they are not the same; they are proposed no more.

    What the staff of the campaign ``campaign_id`` says holds for that campaign; without a campaign an administrator
    said so, and it holds everywhere.
    """

    __tablename__ = "core_told_apart"
    __table_args__ = (
        sa.CheckConstraint("low_id < high_id", name="in_order"),
        sa.UniqueConstraint("low_id", "high_id", "campaign_id"),
        sa.Index(
            "uq_core_told_apart_everywhere",
            "low_id",
            "high_id",
            unique=True,
            sqlite_where=sa.text("campaign_id IS NULL"),
            postgresql_where=sa.text("campaign_id IS NULL"),
        ),
    )

    id: Mapped[PrimaryKey]
    low_id: Mapped[int] = mapped_column(sa.ForeignKey("core_user.id"))
    high_id: Mapped[int] = mapped_column(sa.ForeignKey("core_user.id"))
    campaign_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_campaign.id"), index=True)
    reason: Mapped[bytes] = mapped_column(info={"sealed": "core_told_apart.reason:{low_id}:{high_id}"})
    told_by: Mapped[int] = mapped_column(sa.ForeignKey("core_user.id"))
    told_at: Mapped[datetime]
