"""Tasks of the committees, each in a phase of the campaign."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cuocthi.committees.models import Committee
from cuocthi.contributions import Edge
from cuocthi.database import NUMBERS_GIVEN_ONCE, Base, PrimaryKey, choice
from cuocthi.timelines.edges import FARTHEST, day_from
from cuocthi.timelines.models import Phase
from cuocthi.users.models import User


class Task(Base):
    """Something that a committee, or one of its members, does in a phase until a day.

    The day is counted from an edge of the phase (``due_days`` after it, before it if negative), so that it follows the
    phase. Without ``user_id`` the task is the whole committee's, without ``committee_id`` nobody's yet.
    """

    __tablename__ = "core_task"
    __table_args__ = (
        sa.CheckConstraint("user_id IS NULL OR committee_id IS NOT NULL", name="person_of_a_committee"),
        sa.CheckConstraint("(done_at IS NULL) = (done_by_id IS NULL)", name="done_by_somebody"),
        sa.CheckConstraint(f"due_days BETWEEN -{FARTHEST} AND {FARTHEST}", name="near_its_phase"),
        NUMBERS_GIVEN_ONCE,
    )

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"), index=True)
    phase_id: Mapped[int] = mapped_column(sa.ForeignKey("core_phase.id"), index=True)
    title: Mapped[str] = mapped_column(sa.String(300))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    committee_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_committee.id"))
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"), index=True)
    due_edge: Mapped[Edge] = mapped_column(choice(Edge))
    due_days: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))

    phase: Mapped[Phase] = relationship()
    committee: Mapped[Committee | None] = relationship()
    user: Mapped[User | None] = relationship(foreign_keys=user_id)
    done_by: Mapped[User | None] = relationship(foreign_keys=done_by_id)

    @property
    def due_on(self) -> date:
        """The last day on which it is done in time."""
        return day_from(self.phase, edge=self.due_edge, days=self.due_days)
