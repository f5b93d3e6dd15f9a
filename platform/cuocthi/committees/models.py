"""Committees of a campaign and their members. Members may not take part."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cuocthi.contributions import Role
from cuocthi.database import Base, PrimaryKey, choice
from cuocthi.users.models import User


class Committee(Base):
    """A body that a decision sets up for a campaign; its title is data, its role decides what its members may do."""

    __tablename__ = "core_committee"
    __table_args__ = (sa.UniqueConstraint("campaign_id", "key"),)

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    key: Mapped[str] = mapped_column(sa.String(40))
    role: Mapped[Role] = mapped_column(choice(Role))
    title: Mapped[str] = mapped_column(sa.String(200))
    decision: Mapped[str] = mapped_column(sa.String(200), default="")

    memberships: Mapped[list[Membership]] = relationship(back_populates="committee", order_by="Membership.id")


class Membership(Base):
    """A person's seat on a committee, from its appointment until it ends."""

    __tablename__ = "core_membership"
    __table_args__ = (
        sa.Index(
            "uq_core_membership_current",
            "committee_id",
            "user_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )

    id: Mapped[PrimaryKey]
    committee_id: Mapped[int] = mapped_column(sa.ForeignKey("core_committee.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("core_user.id"), index=True)
    position: Mapped[str] = mapped_column(sa.String(120), default="")
    appointed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    committee: Mapped[Committee] = relationship(back_populates="memberships")
    user: Mapped[User] = relationship()
