"""The audit log: a chain that nobody can rewrite unnoticed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cuocthi.database import Base, PrimaryKey


class AuditEvent(Base):
    """One act of a person or of the system. ``hash`` covers the whole record and the hash of the one before.

    ``summary`` is a message of the catalogue with ``params``; personal values stand here only as references.
    """

    __tablename__ = "core_audit_event"
    __table_args__ = (
        sa.Index("ix_core_audit_event_campaign", "campaign_id", "id"),
        sa.Index("ix_core_audit_event_object", "object_kind", "object_id"),
        sa.Index("ix_core_audit_event_actor", "actor_id", "action", "at"),
    )

    id: Mapped[PrimaryKey]
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    address: Mapped[str] = mapped_column(sa.String(64), default="")
    campaign_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_campaign.id"))
    action: Mapped[str] = mapped_column(sa.String(80))
    object_kind: Mapped[str] = mapped_column(sa.String(60))
    object_id: Mapped[int | None]
    summary: Mapped[str] = mapped_column(sa.Text)
    params: Mapped[dict[str, Any]]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    previous_hash: Mapped[str] = mapped_column(sa.String(64))
    hash: Mapped[str] = mapped_column(sa.String(64))


class AuditHead(Base):
    """The one row that holds the chain's last hash; locking it puts events in order."""

    __tablename__ = "core_audit_head"
    __table_args__ = (sa.CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[PrimaryKey]
    hash: Mapped[str] = mapped_column(sa.String(64))
