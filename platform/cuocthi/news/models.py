"""Announcements to people who take part, and who agreed to get them."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cuocthi.contributions import Edge
from cuocthi.database import NUMBERS_GIVEN_ONCE, Base, PrimaryKey, choice
from cuocthi.digest import digest
from cuocthi.timelines.edges import FARTHEST, day_from
from cuocthi.timelines.localtime import moment_on
from cuocthi.timelines.models import Phase
from cuocthi.units.models import Unit


class NewsConsent(Base):
    """Somebody who takes part agreed to get news of that campaign; it lasts until it is withdrawn."""

    __tablename__ = "core_news_consent"

    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("core_enrolment.id"), primary_key=True, autoincrement=False)
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Audience(StrEnum):
    """Whom an announcement is for."""

    ENROLLED = "enrolled"
    UNFINISHED = "unfinished"


class AnnouncementState(StrEnum):
    """How far an announcement is. A missed one was due while nothing could be sent, and came too late to be of use."""

    DRAFT = "draft"
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    STOPPED = "stopped"
    MISSED = "missed"


class Announcement(Base):
    """A mail to many: at once when it is confirmed, at a stated moment, or on a day counted from an edge of a phase.

    ``body`` is Markdown; ``is_public`` shows it among the news of the public page too. While it is being sent,
    ``reached`` is how many people it goes to, ``written`` how many copies are written, and ``cursor`` the last
    enrolment that was looked at.
    """

    __tablename__ = "core_announcement"
    __table_args__ = (
        sa.CheckConstraint("send_at IS NULL OR phase_id IS NULL", name="one_moment"),
        sa.CheckConstraint("(phase_id IS NULL) = (edge IS NULL)", name="edge_of_a_phase"),
        sa.CheckConstraint("(state = 'draft') = (confirmed_at IS NULL)", name="confirmed_unless_draft"),
        sa.CheckConstraint("(confirmed_at IS NULL) = (confirmed_by_id IS NULL)", name="confirmed_by_somebody"),
        sa.CheckConstraint(f"days BETWEEN -{FARTHEST} AND {FARTHEST}", name="near_its_phase"),
        sa.Index("ix_core_announcement_campaign_id", "campaign_id", "state"),
        NUMBERS_GIVEN_ONCE,
    )

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    subject: Mapped[str] = mapped_column(sa.String(150))
    body: Mapped[str] = mapped_column(sa.Text)
    audience: Mapped[Audience] = mapped_column(choice(Audience))
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_unit.id"))
    is_public: Mapped[bool] = mapped_column(default=False)
    send_at: Mapped[datetime | None]
    phase_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_phase.id"))
    edge: Mapped[Edge | None] = mapped_column(choice(Edge))
    days: Mapped[int] = mapped_column(default=0)
    clock: Mapped[str] = mapped_column(sa.String(15), default="08:00")
    state: Mapped[AnnouncementState] = mapped_column(choice(AnnouncementState), default=AnnouncementState.DRAFT)
    created_at: Mapped[datetime]
    confirmed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    confirmed_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    reached: Mapped[int] = mapped_column(default=0)
    written: Mapped[int] = mapped_column(default=0)
    cursor: Mapped[int] = mapped_column(default=0)

    unit: Mapped[Unit | None] = relationship()
    phase: Mapped[Phase | None] = relationship()

    @property
    def due_at(self) -> datetime | None:
        """The moment at which it is to be sent; None for one that goes out as soon as it is confirmed."""
        if self.phase is not None and self.edge is not None:
            return moment_on(day_from(self.phase, edge=self.edge, days=self.days), self.clock)
        return self.send_at

    @property
    def digest(self) -> str:
        """A digest of what is announced, to whom and when: what somebody confirms is what they have read."""
        due_at = self.due_at.astimezone(UTC).isoformat() if self.due_at else None
        return digest([self.subject, self.body, self.audience.value, self.unit_id, self.is_public, due_at])
