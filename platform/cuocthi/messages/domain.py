"""The outbox: a message is written with the change that asks for it, and taken out of it when it is to be sent."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from cuocthi.messages.models import Message, MessageState
from cuocthi.security.personal_data import Undecipherable
from cuocthi.text import pack, unpack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault
    from cuocthi.text import Text
    from cuocthi.users.contacts import NormalisedContact
    from cuocthi.users.models import ContactKind

#: How long to wait after the first failure; each further pause is four times as long, up to the longest.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=6)
#: How often a message is tried before it is given up: the pauses between add up to some fifteen hours.
MAX_TRIES = 8
#: How long the record of a message is kept.
KEPT = timedelta(days=30)
#: How many records are forgotten in one transaction.
FORGOTTEN_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says, to be put into ``language`` when it is sent: paragraphs of texts.

    ``unsubscribe`` is the web address at which its reader ends news of this kind, empty for all other messages.
    """

    address: str
    subject: Text
    body: Sequence[Text]
    language: str
    unsubscribe: str = ""


@dataclass(frozen=True, slots=True)
class Copy:
    """One person's copy of a message to many."""

    key: str
    to: NormalisedContact
    user_id: int
    content: Content


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that this worker has taken to send it; ``tries`` is its fence against another one."""

    id: int
    key: str
    tries: int
    message: Message


def send_message(
    ctx: Context,
    *,
    to: NormalisedContact,
    subject: Text,
    body: Sequence[Text],
    key: str,
    vault: Vault,
    user_id: int | None = None,
    language: str = "vi",
    expires_at: datetime | None = None,
    dropped: bool = False,
) -> None:
    """Put a message into the outbox, in the transaction of the change that asks for it; a job sends it afterwards.

    A message whose ``key`` is there already is not written again. ``subject`` stays in the record in the clear, so it
    names nobody; address and ``body`` (paragraphs) are encrypted until the message is sent and destroyed then.
    ``expires_at`` is the moment after which it is of no use. A ``dropped`` message costs as much as any other and goes
    nowhere: so nobody learns from the time an answer takes whether an account exists.
    """
    values = _values(ctx, key, to.kind, Content(to.value, subject, body, language), vault)
    values |= {"user_id": user_id, "expires_at": expires_at}
    if dropped:
        values |= {"state": MessageState.DROPPED, "finished_at": ctx.now}
    _write(ctx, [values])


def send_copies(ctx: Context, *, copies: Sequence[Copy], expires_at: datetime, vault: Vault) -> None:
    """Put a message to many into the outbox, a copy for each person; a copy that is there already is not written again.

    They are sent after everything else that waits. ``expires_at`` is as in :func:`send_message`.
    """
    _write(
        ctx,
        [
            _values(ctx, copy.key, copy.to.kind, copy.content, vault)
            | {"user_id": copy.user_id, "expires_at": expires_at, "bulk": True}
            for copy in copies
        ],
    )


def drop_waiting(ctx: Context, *, prefix: str, user_id: int | None = None) -> None:
    """Let messages that wait go nowhere and destroy what they say: those whose keys begin so, or only one person's."""
    mine = [] if user_id is None else [Message.user_id == user_id]
    waiting = sa.and_(Message.state == MessageState.WAITING, Message.key.startswith(prefix, autoescape=True), *mine)
    values = {"state": MessageState.DROPPED, "sealed": None, "finished_at": ctx.now}
    ctx.session.execute(sa.update(Message).where(waiting).values(**values))


def _values(ctx: Context, key: str, kind: ContactKind, content: Content, vault: Vault) -> dict[str, Any]:
    return {
        "key": key,
        "user_id": None,
        "contact_kind": kind,
        "subject": pack(content.subject),
        "sealed": _seal(content, key, vault),
        "state": MessageState.WAITING,
        "bulk": False,
        "tries": 0,
        "channel": "",
        "problem": "",
        "created_at": ctx.now,
        "due_at": ctx.now,
        "expires_at": None,
        "finished_at": None,
    }


def _write(ctx: Context, rows: list[dict[str, Any]]) -> None:
    if rows:
        insert = postgresql.insert if ctx.session.get_bind().dialect.name == "postgresql" else sqlite.insert
        ctx.session.execute(insert(Message.__table__).on_conflict_do_nothing(), rows)  # type: ignore[arg-type]


def new_key(owner: str) -> str:
    """Return a key for a message that nobody asks for twice, beginning with who sends it."""
    return f"{owner}:{secrets.token_hex(16)}"


def _seal(content: Content, key: str, vault: Vault) -> bytes:
    plain = {
        "address": content.address,
        "subject": pack(content.subject),
        "body": [pack(paragraph) for paragraph in content.body],
        "language": content.language,
        "unsubscribe": content.unsubscribe,
    }
    return vault.encrypt(json.dumps(plain), belongs_to=f"core_message:{key}")


def content_of(message: Message, vault: Vault) -> Content:
    """Return what a message that waits says. Raises Undecipherable if it is gone or its key is."""
    if message.sealed is None:
        msg = "the text was destroyed when the message was sent"
        raise Undecipherable(msg)
    plain = json.loads(vault.decrypt(message.sealed, belongs_to=f"core_message:{message.key}"))
    body = [unpack(paragraph) for paragraph in plain["body"]]
    # Messages that were written by an earlier release do not say it.
    unsubscribe = plain.get("unsubscribe", "")
    return Content(plain["address"], unpack(plain["subject"]), body, plain["language"], unsubscribe)


# --- sending ---


def take_due(ctx: Context, *, limit: int) -> list[Taken]:
    """Take messages that are due, the oldest first; whoever dies with them leaves them to be tried after the pause.

    What goes to many is taken when nothing else waits. Of several workers each message goes to one. Commit before
    sending.
    """
    due = ctx.session.scalars(
        sa.select(Message)
        .where(Message.state == MessageState.WAITING, Message.due_at <= ctx.now)
        .order_by(Message.bulk, Message.due_at, Message.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for message in due:
        message.tries += 1
        message.due_at = ctx.now + pause_after(message.tries)
    ctx.session.flush()
    return [Taken(message.id, message.key, message.tries, message) for message in due]


def pause_after(tries: int) -> timedelta:
    """Return how long to wait after the last of so many tries."""
    # Beyond that many doublings the longest pause is reached for certain.
    doublings = min(2 * (tries - 1), 20)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)


def mark_sent(ctx: Context, *, taken: Taken, channel: str) -> None:
    """Note that a message has been handed over, and destroy what it said."""
    values = {"state": MessageState.SENT, "channel": channel, "sealed": None, "problem": "", "finished_at": ctx.now}
    ctx.session.execute(_own(taken).values(**values))


def note_failure(ctx: Context, *, taken: Taken, channel: str, problem: str, for_good: bool) -> None:
    """Note why a message could not be sent; it is given up ``for_good`` or after MAX_TRIES, and kept for ``retry``."""
    values: dict[str, Any] = {"channel": channel, "problem": problem}
    if for_good or taken.tries >= MAX_TRIES:
        values |= {"state": MessageState.GIVEN_UP, "finished_at": ctx.now}
    ctx.session.execute(_own(taken).values(**values))


def retry(ctx: Context) -> int:
    """Let messages that were given up be tried again, those that are still of use; return how many."""
    given_up = sa.and_(
        Message.state == MessageState.GIVEN_UP,
        Message.sealed.is_not(None),
        sa.or_(Message.expires_at.is_(None), Message.expires_at > ctx.now),
    )
    found = ctx.session.scalars(
        sa.update(Message)
        .where(given_up)
        .values(state=MessageState.WAITING, tries=0, due_at=ctx.now, finished_at=None)
        .returning(Message.id)
    )
    return len(found.all())


def forget_old(ctx: Context) -> int:
    """Delete the records of messages that are through for KEPT, and of those for nobody; return how many.

    Of very many, FORGOTTEN_AT_ONCE go now, so that nobody waits long for the writer's lock.
    """
    old = sa.and_(Message.finished_at.is_not(None), Message.created_at <= ctx.now - KEPT)
    wanted = sa.select(Message.id).where(sa.or_(old, Message.state == MessageState.DROPPED)).limit(FORGOTTEN_AT_ONCE)
    return len(ctx.session.scalars(sa.delete(Message).where(Message.id.in_(wanted)).returning(Message.id)).all())


def _own(taken: Taken) -> sa.Update:
    return sa.update(Message).where(
        Message.id == taken.id, Message.tries == taken.tries, Message.state == MessageState.WAITING
    )
