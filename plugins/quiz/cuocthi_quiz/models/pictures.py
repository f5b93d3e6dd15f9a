"""Pictures that questions show."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cuocthi.database import Base, PrimaryKey
from cuocthi_quiz.models.bank import MAX_KEY


class Picture(Base):
    """A picture of a campaign's bank, named by its key in texts. It never changes: another picture has another key."""

    __tablename__ = "quiz_picture"
    __table_args__ = (
        sa.UniqueConstraint("campaign_id", "key"),
        sa.CheckConstraint("width > 0 AND height > 0", name="has_a_size"),
    )

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    key: Mapped[str] = mapped_column(sa.String(MAX_KEY))
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("core_file.id"))
    width: Mapped[int]
    height: Mapped[int]
    added_by: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    added_at: Mapped[datetime]
