"""What was delivered where: a row for each release and target, and another one for its tombstone."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cuocthi.database import Base, PrimaryKey, choice
from cuocthi.text import Text, unpack


class DeliveryState(StrEnum):
    """How far a delivery is. What was withdrawn before it arrived is dropped."""

    WAITING = "waiting"
    DONE = "done"
    GIVEN_UP = "given_up"
    DROPPED = "dropped"


class LoggedDelivery(Base):
    """A release, or with ``withdrawn`` its tombstone, on its way to a ``target`` (``<plugin>.<key>``).

    ``tries`` counts since somebody last asked for it; ``due_at`` is when it is tried next, ``tried_at`` when it last
    was. ``problem`` is why the last try came to nothing, as a packed text; empty after one that succeeded.

    Triggers see to it that nothing is on its way before it is public, and no tombstone of what was not withdrawn.
    """

    __tablename__ = "publishing_delivery"
    __table_args__ = (
        sa.UniqueConstraint("release_id", "target", "withdrawn"),
        sa.CheckConstraint("(state = 'waiting') = (finished_at IS NULL)", name="finished_or_waiting"),
        sa.CheckConstraint("NOT withdrawn OR state <> 'dropped'", name="tombstones_arrive"),
        sa.Index("ix_publishing_delivery_due", "state", "due_at"),
    )

    id: Mapped[PrimaryKey]
    release_id: Mapped[int] = mapped_column(sa.ForeignKey("publishing_release.id"))
    target: Mapped[str] = mapped_column(sa.String(120))
    withdrawn: Mapped[bool]
    state: Mapped[DeliveryState] = mapped_column(choice(DeliveryState), default=DeliveryState.WAITING)
    tries: Mapped[int] = mapped_column(default=0)
    problem: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    tried_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    @property
    def why(self) -> Text | None:
        """Why the last try came to nothing."""
        return unpack(self.problem) if self.problem else None


MODELS = (LoggedDelivery,)
