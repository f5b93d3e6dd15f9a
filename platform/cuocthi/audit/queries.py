"""Reading the audit log."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.text import Text, unpack
from cuocthi.users.names import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from cuocthi.context import Context

_BATCH = 1_000

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
    previous_hash: str


@dataclass(frozen=True, slots=True)
class Criteria:
    """Which events are asked for; what is empty does not narrow.

    ``since`` is the first moment that counts, ``until`` the first that does not. ``search`` is looked for in people's
    names (without accents) and, as it is written, in the values of the summary; ``summaries`` are the messages in
    which the reader's language holds it.
    """

    campaign_id: int
    action: str = ""
    actor_id: int | None = None
    object_kind: str = ""
    object_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    search: str = ""
    summaries: Sequence[str] = ()

    def condition(self) -> sa.ColumnElement[bool]:
        """Return the events' condition in SQL."""
        conditions = [AuditEvent.campaign_id == self.campaign_id]
        if self.action:
            conditions.append(AuditEvent.action == self.action)
        if self.actor_id is not None:
            conditions.append(AuditEvent.actor_id == self.actor_id)
        if self.object_kind:
            conditions.append(AuditEvent.object_kind == self.object_kind)
        if self.object_id is not None:
            conditions.append(AuditEvent.object_id == self.object_id)
        if self.since is not None:
            conditions.append(AuditEvent.at >= self.since)
        if self.until is not None:
            conditions.append(AuditEvent.at < self.until)
        if self.search:
            conditions.append(sa.or_(*self._found()))
        return sa.and_(*conditions)

    def _found(self) -> Iterator[sa.ColumnElement[bool]]:
        named = sa.select(_user.c.id).where(_user.c.name_folded.contains(fold(self.search), autoescape=True))
        yield AuditEvent.actor_id.in_(named)
        yield AuditEvent.summary.in_(self.summaries)
        # As the values stand in the column: JSON writes letters beyond ASCII by their numbers.
        written = json.dumps(self.search)[1:-1]
        yield sa.cast(AuditEvent.params, sa.Text).contains(written, autoescape=True)


@dataclass(frozen=True, slots=True)
class Known:
    """What a campaign's log holds, for its filters: a message for each act, kinds of objects, and who acted."""

    acts: Mapping[str, str]
    kinds: Sequence[str]
    summaries: Sequence[str]
    actors: Sequence[tuple[int, str]]


def events(
    ctx: Context, *, criteria: Criteria, limit: int | None, offset: int, oldest_first: bool = False
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


def every_event(ctx: Context, *, criteria: Criteria) -> Iterator[Entry]:
    """Yield all events that match, the oldest first, fetched in batches (one statement)."""
    rows = ctx.session.execute(
        sa.select(AuditEvent, _user.c.name)
        .outerjoin(_user, _user.c.id == AuditEvent.actor_id)
        .where(criteria.condition())
        .order_by(AuditEvent.id)
        .execution_options(yield_per=_BATCH)
    )
    for event, name in rows:
        yield _entry(event, name or "")


def known(ctx: Context, *, campaign_id: int) -> Known:
    """Return what there is to filter a campaign's log by (two statements)."""
    rows = ctx.session.execute(
        sa.select(AuditEvent.action, AuditEvent.object_kind, AuditEvent.summary)
        .where(AuditEvent.campaign_id == campaign_id)
        .distinct()
    ).all()
    acted = sa.select(AuditEvent.actor_id).where(AuditEvent.campaign_id == campaign_id)
    people = ctx.session.execute(
        sa.select(_user.c.id, _user.c.name).where(_user.c.id.in_(acted)).order_by(_user.c.name, _user.c.id)
    )
    return Known(
        acts={action: summary for action, _, summary in sorted(rows)},
        kinds=sorted({kind for _, kind, _ in rows}),
        summaries=sorted({summary for _, _, summary in rows}),
        actors=[(number, name) for number, name in people],
    )


def names_of(ctx: Context, *, user_ids: Collection[int]) -> dict[int, str]:
    """Return the names of people by number (one statement)."""
    rows = ctx.session.execute(sa.select(_user.c.id, _user.c.name).where(_user.c.id.in_(user_ids)))
    return {number: name for number, name in rows}  # noqa: C416 - rows are Row objects, not tuples


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
        previous_hash=event.previous_hash,
    )
