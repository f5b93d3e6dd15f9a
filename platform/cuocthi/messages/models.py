"""The outbox: messages to people, from the change that asks for them until they are sent or given up."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cuocthi.database import Base, PrimaryKey, choice
from cuocthi.text import Text, unpack
from cuocthi.users.models import ContactKind


class MessageState(StrEnum):
    """How far a message is. A dropped one was written for nobody."""

    WAITING = "waiting"
    SENT = "sent"
    GIVEN_UP = "given_up"
    DROPPED = "dropped"


class Message(Base):
    """A message, committed with the change that asks for it and sent afterwards.

    ``sealed`` holds address and text, encrypted; it is destroyed when the message is sent, and what remains tells
    that there was one. ``subject`` is a packed text that names nobody. ``due_at`` is when it is tried next. ``bulk`` is
    what goes to many: it waits behind everything else, so that no code waits behind it.
    """

    __tablename__ = "core_message"
    __table_args__ = (
        sa.Index("ix_core_message_state", "state", "bulk", "due_at"),
        sa.Index("ix_core_message_created_at", "created_at"),
    )

    id: Mapped[PrimaryKey]
    key: Mapped[str] = mapped_column(sa.String(160), unique=True)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"), index=True)
    contact_kind: Mapped[ContactKind] = mapped_column(choice(ContactKind))
    subject: Mapped[dict[str, Any]]
    sealed: Mapped[bytes | None] = mapped_column(info={"sealed": "core_message:{key}"})
    state: Mapped[MessageState] = mapped_column(choice(MessageState), default=MessageState.WAITING)
    bulk: Mapped[bool] = mapped_column(default=False)
    tries: Mapped[int] = mapped_column(default=0)
    channel: Mapped[str] = mapped_column(sa.String(60), default="")
    problem: Mapped[str] = mapped_column(sa.Text, default="")
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    @property
    def title(self) -> Text:
        """What the message is about."""
        return unpack(self.subject)
