"""Writing the audit log and proving that nobody rewrote it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent, AuditHead
from cuocthi.clock import to_micros
from cuocthi.digest import digest
from cuocthi.errors import DomainError
from cuocthi.text import T, pack

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text

#: What the first event follows.
GENESIS = "0" * 64
_HEAD = 1
_BATCH = 1_000
_ANCHOR = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")
#: What the types of the columns raise for values that nobody wrote there in earnest.
_UNREADABLE = (ValueError, TypeError, ArithmeticError, LookupError)
_FIRST_HEAD = sa.text("INSERT INTO core_audit_head (id, hash) VALUES (:id, :hash) ON CONFLICT DO NOTHING")


def record(
    ctx: Context,
    *,
    action: str,
    summary: Text,
    campaign: Campaign | None,
    object_kind: str,
    object_id: int | None,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> AuditEvent:
    """Add an event to the end of the chain, in the transaction of the act itself.

    ``action`` is ``owner:object:verb``; ``summary`` says in words what was done; ``before`` and ``after`` hold the
    values that changed (texts, numbers, moments), personal values only as references. The head of the chain stays
    locked until the transaction ends, which puts events in one order.
    """
    # What waits to be written may hold rows that others wait for; the head is the last lock that is taken.
    ctx.session.flush()
    head = _locked_head(ctx)
    packed = pack(summary)
    event = AuditEvent(
        at=ctx.now,
        actor_id=ctx.actor.user_id,
        address=ctx.actor.address,
        campaign_id=None if campaign is None else campaign.id,
        action=action,
        object_kind=object_kind,
        object_id=object_id,
        summary=packed.pop("text"),
        params=packed,
        before=_plain(before or {}),
        after=_plain(after or {}),
        previous_hash=head.hash,
    )
    event.hash = hash_of(event)
    head.hash = event.hash
    ctx.session.add(event)
    ctx.session.flush()
    return event


def on_record_since(
    ctx: Context,
    since: datetime,
    *,
    action: str,
    summary: Text,
    campaign: Campaign | None,
    object_kind: str,
    object_id: int | None,
    after: Mapping[str, object] | None = None,
) -> bool:
    """Tell whether the very same act of the actor, from the same address, is on record since then (one statement)."""
    packed = pack(summary)
    same = sa.select(AuditEvent.params, AuditEvent.after).where(
        AuditEvent.actor_id == ctx.actor.user_id,
        AuditEvent.action == action,
        # Whoever turns the clock back, as for a rehearsal, finds nothing that is on record for later.
        AuditEvent.at.between(since, ctx.now),
        AuditEvent.address == ctx.actor.address,
        AuditEvent.campaign_id == (None if campaign is None else campaign.id),
        AuditEvent.object_kind == object_kind,
        AuditEvent.object_id == object_id,
        AuditEvent.summary == packed.pop("text"),
    )
    return (packed, _plain(after or {})) in [tuple(row) for row in ctx.session.execute(same)]


def hash_of(event: AuditEvent) -> str:
    """Return the hash that ``event`` must carry: it covers every field and the hash of the event before it."""
    return digest(
        [
            to_micros(event.at),
            event.actor_id,
            event.address,
            event.campaign_id,
            event.action,
            event.object_kind,
            event.object_id,
            event.summary,
            event.params,
            event.before,
            event.after,
            event.previous_hash,
        ]
    )


def verify(ctx: Context) -> int | None:
    """Walk the whole chain; return None if it is whole, else the id of the first event that does not fit.

    An event whose values cannot even be read does not fit. Where the events fit but the head does not, events are
    missing at the end: the last event's id is returned (0 if none is left).
    """
    expected, last = GENESIS, 0
    statement = sa.select(AuditEvent).order_by(AuditEvent.id)
    options = {"yield_per": _BATCH, "populate_existing": True}
    try:
        with ctx.session.scalars(statement, execution_options=options) as events:
            for event in events:
                if not _follows(event, expected):
                    return event.id
                expected, last = event.hash, event.id
    except _UNREADABLE:
        return _first_misfit(ctx, expected, last)
    head = ctx.session.scalar(sa.select(AuditHead.hash).where(AuditHead.id == _HEAD))
    return None if (head or GENESIS) == expected else last


def _follows(event: AuditEvent, expected: str) -> bool:
    return event.previous_hash == expected and event.hash == hash_of(event)


def _first_misfit(ctx: Context, expected: str, last: int) -> int:
    """Return the first event after ``last`` that does not fit, reading one by one: in a batch none can be told."""
    ids = ctx.session.scalars(sa.select(AuditEvent.id).where(AuditEvent.id > last).order_by(AuditEvent.id)).all()
    for number in ids:
        try:
            event = ctx.session.get_one(AuditEvent, number, populate_existing=True)
            if not _follows(event, expected):
                return number
            expected = event.hash
        except _UNREADABLE:
            return number
    return last


@dataclass(frozen=True, slots=True)
class Anchor:
    """The number of an event and its hash: printed where nobody can take it back, it holds the log before it fast."""

    number: int
    hash: str

    def __str__(self) -> str:
        """Return the form in which it is printed and typed: NUMBER:HASH."""
        return f"{self.number}:{self.hash}"


def head(ctx: Context) -> Anchor | None:
    """Return the end of the chain as it is now (one statement), None before the first event."""
    row = ctx.session.execute(
        sa.select(AuditEvent.id, AuditEvent.hash).order_by(AuditEvent.id.desc()).limit(1)
    ).one_or_none()
    return None if row is None else Anchor(row.id, row.hash)


def anchor_of(ctx: Context, *, action: str, object_kind: str, object_id: int) -> Anchor | None:
    """Return where the chain stood when something was last done to an object (one statement), None if it never was."""
    row = ctx.session.execute(
        sa.select(AuditEvent.id, AuditEvent.hash)
        .where(AuditEvent.object_kind == object_kind, AuditEvent.object_id == object_id, AuditEvent.action == action)
        .order_by(AuditEvent.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else Anchor(row.id, row.hash)


def read_anchor(text: str) -> Anchor:
    """Return the anchor that somebody types or pastes. Raises DomainError (field ``anchor``) for anything else."""
    found = _ANCHOR.fullmatch(text.strip().lower())
    if found is None:
        raise DomainError(T("An anchor is written NUMBER:HASH, as it is printed below the results."), field="anchor")
    return Anchor(int(found[1]), found[2])


def holds(ctx: Context, *, anchor: Anchor) -> bool:
    """Tell whether the event that an anchor names is still the one that it was when the anchor was printed.

    Together with :func:`verify` this finds a chain that was made anew as a whole, which is whole in itself.
    """
    return ctx.session.scalar(sa.select(AuditEvent.hash).where(AuditEvent.id == anchor.number)) == anchor.hash


def _locked_head(ctx: Context) -> AuditHead:
    statement = sa.select(AuditHead).where(AuditHead.id == _HEAD).with_for_update()
    head = ctx.session.scalar(statement.execution_options(populate_existing=True))
    if head is None:
        # Two transactions may both find it missing; one of them waits here and then finds it.
        ctx.session.execute(_FIRST_HEAD, {"id": _HEAD, "hash": GENESIS})
        head = ctx.session.scalars(statement).one()
    return head


def _plain(values: Mapping[str, object]) -> dict[str, object]:
    return {name: _plain_value(value) for name, value in values.items()}


def _plain_value(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple, set, frozenset)):
        items = sorted(value) if isinstance(value, (set, frozenset)) else value
        return [_plain_value(item) for item in items]
    if isinstance(value, dict):
        return _plain({str(name): item for name, item in value.items()})
    # Enumerations and floats are written as they read: a digest needs exact, plain values.
    return value if value is None or type(value) in (bool, int, str) else str(value)
