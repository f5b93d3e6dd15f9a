"""Stored files: content-addressed, outside the web root."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cuocthi.database import Base, PrimaryKey


class StoredFile(Base):
    """A file by its content's SHA-256, served as an attachment under its name.

    ``permission`` is what a reader needs ("" = everybody who may see the campaign).
    """

    __tablename__ = "core_file"

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"), index=True)
    sha256: Mapped[str] = mapped_column(sa.String(64), index=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    media_type: Mapped[str] = mapped_column(sa.String(100))
    size: Mapped[int]
    permission: Mapped[str] = mapped_column(sa.String(80), default="")
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
