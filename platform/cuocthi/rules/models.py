"""Issued versions of a campaign's rules (Thể lệ)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cuocthi.database import Base, PrimaryKey


class RulesVersion(Base):
    """The Thể lệ as issued: frozen clauses with a digest. Entrants accept the version that is in force."""

    __tablename__ = "core_rules_version"
    __table_args__ = (sa.UniqueConstraint("campaign_id", "number"),)

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    number: Mapped[int]
    clauses: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(sa.String(64))
    issued_at: Mapped[datetime]
    issued_by: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    document_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_document.id"))
