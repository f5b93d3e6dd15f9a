"""How support convinced itself of who somebody is."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cuocthi.database import Base, PrimaryKey
from cuocthi.users.models import User


class Proof(StrEnum):
    """What tells support who somebody is."""

    CARD = "card_seen"
    UNIT = "unit_confirmed"
    CALLED_BACK = "called_back"
    DETAILS = "details_known"
    ENTRY = "entry_known"


class IdentityCheck(Base):
    """That somebody was let in again: what was checked before (:class:`Proof`), by whom, and for which campaign.

    ``note`` says in the helper's words who came; it is sealed and goes with the person. The audit log keeps the rest.
    """

    __tablename__ = "core_identity_check"
    __table_args__ = (
        sa.Index("ix_core_identity_check_user", "user_id", "checked_at"),
        sa.Index("ix_core_identity_check_by", "checked_by", "checked_at"),
    )

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"), index=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("core_user.id"))
    checked: Mapped[list[str]]
    note: Mapped[bytes] = mapped_column(info={"sealed": "core_identity_check.note:{user_id}"})
    contact_changed: Mapped[bool]
    checked_by: Mapped[int] = mapped_column(sa.ForeignKey("core_user.id"))
    checked_at: Mapped[datetime]

    checker: Mapped[User] = relationship(foreign_keys=checked_by)
