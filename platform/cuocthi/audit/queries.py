"""Reading the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.text import Text, unpack

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cuocthi.context import Context

#: Of people, the log only shows the name; it knows nothing else of them.
_user = sa.table("core_user", sa.column("id"), sa.column("name"), sa.column("name_folded"))


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as people read it; ``actor`` is the person's name, empty for the system itself."""

    id: int
    at: datetime
    actor: str
    address: str
    action: str
    object_kind: str
    object_id: int | None
    summary: Text
    before: dict[str, object]
    after: dict[str, object]
    hash: str


@dataclass(frozen=True, slots=True)
class Criteria:
    """Which events are asked for; what is empty does not narrow. ``actor`` is a part of a person's folded name."""

    campaign_id: int
    action: str = ""
    actor: str = ""
    object_kind: str = ""
    object_id: int | None = None

    def condition(self) -> sa.ColumnElement[bool]:
        """Return the events' condition in SQL."""
        conditions = [AuditEvent.campaign_id == self.campaign_id]
        if self.action:
            conditions.append(AuditEvent.action == self.action)
        if self.object_kind:
            conditions.append(AuditEvent.object_kind == self.object_kind)
        if self.object_id is not None:
            conditions.append(AuditEvent.object_id == self.object_id)
        if self.actor:
            named = sa.select(_user.c.id).where(_user.c.name_folded.contains(self.actor, autoescape=True))
            conditions.append(AuditEvent.actor_id.in_(named))
        return sa.and_(*conditions)


def events(
    ctx: Context, *, criteria: Criteria, limit: int, offset: int, oldest_first: bool = False
) -> tuple[Sequence[Entry], int]:
    """Return a page of events, the newest first unless asked otherwise, and the number of all that match."""
    condition = criteria.condition()
    order = AuditEvent.id.asc() if oldest_first else AuditEvent.id.desc()
    rows = ctx.session.execute(
        sa.select(AuditEvent, _user.c.name)
        .outerjoin(_user, _user.c.id == AuditEvent.actor_id)
        .where(condition)
        .order_by(order)
        .limit(limit)
        .offset(offset)
    )
    entries = [_entry(event, name or "") for event, name in rows]
    total = ctx.session.scalar(sa.select(sa.func.count()).select_from(AuditEvent).where(condition))
    return entries, total or 0


def known(ctx: Context, *, campaign_id: int) -> tuple[list[str], list[str]]:
    """Return the actions and the kinds of objects that a campaign's log holds, for the filters (one statement)."""
    rows = ctx.session.execute(
        sa.select(AuditEvent.action, AuditEvent.object_kind).where(AuditEvent.campaign_id == campaign_id).distinct()
    ).all()
    return sorted({action for action, _ in rows}), sorted({kind for _, kind in rows})


def _entry(event: AuditEvent, actor: str) -> Entry:
    return Entry(
        id=event.id,
        at=event.at,
        actor=actor,
        address=event.address,
        action=event.action,
        object_kind=event.object_kind,
        object_id=event.object_id,
        summary=unpack({"text": event.summary, **event.params}),
        before=event.before,
        after=event.after,
        hash=event.hash,
    )
