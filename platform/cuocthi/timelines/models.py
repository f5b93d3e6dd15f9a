"""The timeline of a campaign: phases, their windows, and the ledger of edges already announced."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cuocthi.contributions import Edge
from cuocthi.database import Base, PrimaryKey, choice


class PhaseKind(StrEnum):
    """What happens in a phase. A phase of kind ``contest`` is a round."""

    PREPARATION = "preparation"
    LAUNCH = "launch"
    CONTEST = "contest"
    JUDGING = "judging"
    CEREMONY = "ceremony"


class Phase(Base):
    """A span on the timeline. A round has a number and exactly one contest format (``source``)."""

    __tablename__ = "core_phase"
    __table_args__ = (
        sa.UniqueConstraint("campaign_id", "key"),
        sa.UniqueConstraint("campaign_id", "number"),
        sa.CheckConstraint(
            "(kind = 'contest') = (source <> '') AND (kind = 'contest') = (number IS NOT NULL)", name="round_has_format"
        ),
    )

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    key: Mapped[str] = mapped_column(sa.String(40))
    kind: Mapped[PhaseKind] = mapped_column(choice(PhaseKind))
    title: Mapped[str] = mapped_column(sa.String(200))
    description: Mapped[str] = mapped_column(sa.Text, default="")
    number: Mapped[int | None]
    source: Mapped[str] = mapped_column(sa.String(40), default="")

    windows: Mapped[list[Window]] = relationship(
        back_populates="phase", order_by="Window.opens_at", lazy="selectin", cascade="all, delete-orphan"
    )

    @property
    def opens_at(self) -> datetime:
        """The first instant of the phase."""
        return min(window.opens_at for window in self.windows)

    @property
    def closes_at(self) -> datetime:
        """The first instant after the phase."""
        return max(window.closes_at for window in self.windows)


class Window(Base):
    """A half-open span [opens_at, closes_at) in which a phase is open: the closing instant is already closed."""

    __tablename__ = "core_window"
    __table_args__ = (
        sa.CheckConstraint("opens_at <= closes_at", name="opens_before_it_closes"),
        sa.UniqueConstraint("phase_id", "opens_at"),
    )

    id: Mapped[PrimaryKey]
    phase_id: Mapped[int] = mapped_column(sa.ForeignKey("core_phase.id"))
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]

    phase: Mapped[Phase] = relationship(back_populates="windows")


class PhaseEdge(Base):
    """An edge of a phase that a plugin has been told of; written in the transaction of the plugin's effects."""

    __tablename__ = "core_phase_edge"
    __table_args__ = (sa.PrimaryKeyConstraint("phase_id", "edge", "plugin"),)

    phase_id: Mapped[int] = mapped_column(sa.ForeignKey("core_phase.id"))
    edge: Mapped[Edge] = mapped_column(choice(Edge))
    plugin: Mapped[str] = mapped_column(sa.String(40))
    announced_at: Mapped[datetime]
