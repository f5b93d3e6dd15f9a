"""Rosters: whom a unit calls upon to take part. They end with the campaign's archiving."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cuocthi.database import Base, PrimaryKey


class RosterEntry(Base):
    """A person on a unit's roster. Of a contact only the blind index is kept: enough to find who registered with it."""

    __tablename__ = "core_roster_entry"
    __table_args__ = (sa.Index("ix_core_roster_entry_unit", "campaign_id", "unit_id", "name_folded"),)

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("core_unit.id"))
    name: Mapped[str] = mapped_column(sa.String(120))
    name_folded: Mapped[str] = mapped_column(sa.String(160))
    name_sort: Mapped[str] = mapped_column(sa.String(400))
    contact_index: Mapped[str | None] = mapped_column(sa.String(64))
    category: Mapped[str] = mapped_column(sa.String(40), default="")


class RosterDraft(Base):
    """A list that was handed in and looked at, and waits to be taken over: sealed, and dropped within a day."""

    __tablename__ = "core_roster_draft"
    __table_args__ = (sa.UniqueConstraint("campaign_id", "unit_id"),)

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("core_unit.id"))
    token: Mapped[str] = mapped_column(sa.String(64))
    rows: Mapped[bytes] = mapped_column(info={"sealed": "core_roster_draft.rows:{token}"})
    handed_in_by: Mapped[int] = mapped_column(sa.ForeignKey("core_user.id"))
    handed_in_at: Mapped[datetime]
