"""Committees of a campaign and their members. Members may not take part."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cuocthi.contributions import Role
from cuocthi.database import Base, PrimaryKey, choice
from cuocthi.units.models import Unit
from cuocthi.users.models import User


class Committee(Base):
    """A body that a decision sets up for a campaign; its title is data, its role decides what its members may do.

    ``sees_names`` is for coordinators: whether the rules let them know by name who of their unit has taken part.
    """

    __tablename__ = "core_committee"
    __table_args__ = (sa.UniqueConstraint("campaign_id", "key"),)

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    key: Mapped[str] = mapped_column(sa.String(40))
    role: Mapped[Role] = mapped_column(choice(Role))
    title: Mapped[str] = mapped_column(sa.String(200))
    decision: Mapped[str] = mapped_column(sa.String(200), default="")
    sees_names: Mapped[bool] = mapped_column(default=False)

    memberships: Mapped[list[Membership]] = relationship(back_populates="committee", order_by="Membership.id")


class Membership(Base):
    """A person's seat on a committee, from its appointment until it ends.

    ``unit_id`` is set on committees whose role is bound to a unit. A seat given in error bars no longer once two
    persons have said so: ``error_reason`` is what they confirm, ``annulled_at`` when the second one did.
    """

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
        sa.CheckConstraint("annulled_at IS NULL OR ended_at IS NOT NULL", name="annulled_ended"),
        sa.CheckConstraint("annulled_at IS NULL OR error_reason <> ''", name="annulled_reason"),
    )

    id: Mapped[PrimaryKey]
    committee_id: Mapped[int] = mapped_column(sa.ForeignKey("core_committee.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("core_user.id"), index=True)
    position: Mapped[str] = mapped_column(sa.String(120), default="")
    appointed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_unit.id"))
    error_reason: Mapped[str] = mapped_column(sa.String(400), default="")
    annulled_at: Mapped[datetime | None]

    committee: Mapped[Committee] = relationship(back_populates="memberships")
    user: Mapped[User] = relationship()
    unit: Mapped[Unit | None] = relationship()
