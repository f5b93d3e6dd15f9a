"""Issued versions of a campaign's rules (Thể lệ)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cuocthi.database import Base, PrimaryKey


class RulesVersion(Base):
    """The Thể lệ as issued: frozen clauses with a digest. Entrants accept the version that is in force.

    ``material`` says that it changes what people agreed to, so that they are asked again; ``reason`` is what everybody
    reads of the change; ``from_round`` the number of the round from which changed settings hold, if they wait for one.
    """

    __tablename__ = "core_rules_version"
    __table_args__ = (
        sa.UniqueConstraint("campaign_id", "number"),
        sa.CheckConstraint("material OR number > 1", name="first_is_material"),
    )

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    number: Mapped[int]
    clauses: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(sa.String(64))
    issued_at: Mapped[datetime]
    issued_by: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    document_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_document.id"))
    material: Mapped[bool] = mapped_column(default=True)
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    from_round: Mapped[int | None]
