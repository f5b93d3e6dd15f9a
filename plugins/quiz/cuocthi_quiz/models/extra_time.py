"""Extra time for persons who need it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cuocthi.database import Base

#: The most that can be granted: three times as long again, or a whole day.
MAX_PERCENT = 300
MAX_EXTRA_MINUTES = 24 * 60


class ExtraTime(Base):
    """That a person has more time for every paper of a campaign: ``percent`` of its minutes, or so many ``minutes``.

    The reason may tell of somebody's health: it is sealed, and goes when the grant is withdrawn or the person is
    erased. What was granted and withdrawn stays in the audit log, without the reason.
    """

    __tablename__ = "quiz_extra_time"
    __table_args__ = (
        sa.CheckConstraint("(percent = 0) <> (minutes = 0)", name="percent_or_minutes"),
        sa.CheckConstraint(f"percent BETWEEN 0 AND {MAX_PERCENT}", name="plausible_percent"),
        sa.CheckConstraint(f"minutes BETWEEN 0 AND {MAX_EXTRA_MINUTES}", name="plausible_minutes"),
    )

    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("core_enrolment.id"), primary_key=True, autoincrement=False)
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"), index=True)
    percent: Mapped[int]
    minutes: Mapped[int]
    reason: Mapped[bytes] = mapped_column(info={"sealed": "quiz_extra_time:{enrolment_id}"})
    granted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    granted_at: Mapped[datetime]
