"""People taking part in a campaign, with unit, division and profile frozen at that moment."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cuocthi.database import Base, PrimaryKey, choice
from cuocthi.units.models import Unit
from cuocthi.users.models import User


class EnrolmentState(StrEnum):
    """Whether an enrolment counts."""

    ACTIVE = "active"
    EXCLUDED = "excluded"


class Enrolment(Base):
    """A person taking part. ``code`` is the contest number that may be printed publicly.

    ``name`` and ``unit_name`` are copies, so that a later change of the person or the unit leaves results as they were.
    """

    __tablename__ = "core_enrolment"
    __table_args__ = (
        sa.UniqueConstraint("campaign_id", "user_id"),
        sa.UniqueConstraint("campaign_id", "code"),
        sa.CheckConstraint("(state = 'excluded') = (excluded_reason <> '')", name="exclusion_has_a_reason"),
        sa.Index("ix_core_enrolment_campaign_unit", "campaign_id", "unit_id"),
        sa.Index("ix_core_enrolment_campaign_name", "campaign_id", "name_sort", "id"),
    )

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("core_user.id"), index=True)
    division_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_division.id"))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("core_unit.id"))
    code: Mapped[str] = mapped_column(sa.String(16))
    category: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(120))
    name_folded: Mapped[str] = mapped_column(sa.String(160))
    name_sort: Mapped[str] = mapped_column(sa.String(400))
    unit_name: Mapped[str] = mapped_column(sa.String(300))
    unit_note: Mapped[str] = mapped_column(sa.String(200), default="")
    state: Mapped[EnrolmentState] = mapped_column(choice(EnrolmentState), default=EnrolmentState.ACTIVE)
    excluded_reason: Mapped[str] = mapped_column(sa.String(400), default="")
    rules_version_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_rules_version.id"))
    consent_digest: Mapped[str] = mapped_column(sa.String(64))
    enrolled_at: Mapped[datetime]

    user: Mapped[User] = relationship()
    unit: Mapped[Unit] = relationship()
