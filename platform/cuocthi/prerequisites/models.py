"""What the administration asks for before a campaign opens, beside what the software can see for itself."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cuocthi.database import NUMBERS_GIVEN_ONCE, Base, PrimaryKey
from cuocthi.documents.models import Document
from cuocthi.users.models import User


class Prerequisite(Base):
    """A condition that somebody confirms: the security level is approved, a backup was tested.

    A ``required`` one that is not met refuses the opening. ``document_id`` is the document that proves it.
    """

    __tablename__ = "core_prerequisite"
    __table_args__ = (
        sa.CheckConstraint("(done_at IS NULL) = (done_by_id IS NULL)", name="done_by_somebody"),
        NUMBERS_GIVEN_ONCE,
    )

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"), index=True)
    title: Mapped[str] = mapped_column(sa.String(300))
    required: Mapped[bool] = mapped_column(default=False)
    document_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_document.id"))
    note: Mapped[str] = mapped_column(sa.String(400), default="")
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))

    document: Mapped[Document | None] = relationship()
    done_by: Mapped[User | None] = relationship()
