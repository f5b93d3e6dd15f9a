"""What is asked about the outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.messages.models import Message, MessageState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.context import Context


def newest_messages(ctx: Context, *, state: MessageState | None = None, limit: int) -> Sequence[Message]:
    """Return the newest messages, or the newest in a state; those for nobody only if they are asked for."""
    wanted = Message.state == state if state else Message.state != MessageState.DROPPED
    return ctx.session.scalars(sa.select(Message).where(wanted).order_by(Message.id.desc()).limit(limit)).all()


def messages_by_state(ctx: Context) -> dict[MessageState, int]:
    """Return how many messages are in each state (one statement)."""
    rows = ctx.session.execute(sa.select(Message.state, sa.func.count()).group_by(Message.state))
    return {state: number for state, number in rows}  # noqa: C416 - rows are Row objects, not tuples
