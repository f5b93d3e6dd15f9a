"""The timeline of a campaign: phases, their windows, and the ledger of edges already announced."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cuocthi.contributions import Edge
from cuocthi.database import NUMBERS_GIVEN_ONCE, Base, PrimaryKey, choice


class PhaseKind(StrEnum):
    """What happens in a phase. A phase of kind ``contest`` is a round."""

    PREPARATION = "preparation"
    LAUNCH = "launch"
    CONTEST = "contest"
    JUDGING = "judging"
    CEREMONY = "ceremony"


class Phase(Base):
    """A span on the timeline. A round has a number and exactly one contest format (``source``).

    ``planned`` says, once a phase was closed by hand, when it should have been open: its windows as they were then.
    ``relief_until`` is the last moment until which an incident granted entries of the round more time.
    """

    __tablename__ = "core_phase"
    __table_args__ = (
        sa.UniqueConstraint("campaign_id", "key"),
        sa.UniqueConstraint("campaign_id", "number"),
        sa.CheckConstraint(
            "(kind = 'contest') = (source <> '') AND (kind = 'contest') = (number IS NOT NULL)", name="round_has_format"
        ),
        NUMBERS_GIVEN_ONCE,
    )

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    key: Mapped[str] = mapped_column(sa.String(40))
    kind: Mapped[PhaseKind] = mapped_column(choice(PhaseKind))
    title: Mapped[str] = mapped_column(sa.String(200))
    description: Mapped[str] = mapped_column(sa.Text, default="")
    number: Mapped[int | None]
    source: Mapped[str] = mapped_column(sa.String(40), default="")
    planned: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    relief_until: Mapped[datetime | None]

    windows: Mapped[list[Window]] = relationship(
        back_populates="phase", order_by="Window.opens_at", lazy="selectin", cascade="all, delete-orphan"
    )

    @property
    def opens_at(self) -> datetime:
        """The first instant of the phase."""
        return min(window.opens_at for window in self.windows)

    @property
    def closes_at(self) -> datetime:
        """The first instant after the phase: the last of all its windows has closed."""
        return max(window.closes_at for window in self.windows)

    @property
    def over_at(self) -> datetime:
        """The first instant at which nobody can act in the round any more, by no window and by no incident."""
        return self.closes_at if self.relief_until is None else max(self.closes_at, self.relief_until)


class Window(Base):
    """A half-open span [opens_at, closes_at) in which a phase is open: the closing instant is already closed.

    With ``unit_id`` it is open for that unit and all below it only; see :func:`cuocthi.timelines.windows.own_windows`.
    """

    __tablename__ = "core_window"
    __table_args__ = (
        sa.CheckConstraint("opens_at <= closes_at", name="opens_before_it_closes"),
        sa.UniqueConstraint("phase_id", "unit_id", "opens_at"),
        sa.Index(
            "uq_core_window_everybody",
            "phase_id",
            "opens_at",
            unique=True,
            sqlite_where=sa.text("unit_id IS NULL"),
            postgresql_where=sa.text("unit_id IS NULL"),
        ),
    )

    id: Mapped[PrimaryKey]
    phase_id: Mapped[int] = mapped_column(sa.ForeignKey("core_phase.id"))
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_unit.id"))
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
