"""The job that empties the outbox. It holds no transaction while a server is asked to take a letter."""

from __future__ import annotations

import dataclasses
import itertools
import time
from contextlib import ExitStack, closing, suppress
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import structlog

from cuocthi.contributions import Letter
from cuocthi.errors import Undeliverable
from cuocthi.messages.domain import content_of, mark_sent, note_failure, take_due
from cuocthi.security.personal_data import Undecipherable
from cuocthi.users.models import ContactKind
from cuocthi.web.context import registry
from cuocthi.web.i18n import in_language, translate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from cuocthi.context import Context
    from cuocthi.contributions import Channel
    from cuocthi.messages.domain import Taken
    from cuocthi.messages.models import Message

#: How many messages are taken at once, and for how many seconds one run of the job takes more: other work waits for it.
BATCH, PATIENCE = 20, 20.0

log = structlog.get_logger(__name__)

_contact_kind = attrgetter("message.contact_kind")


def deliver_due(ctx: Context, _arguments: Mapping[str, Any], progress: Callable[[int, int], None]) -> Mapping[str, Any]:
    """Send what is due; return how many messages were taken in hand. Commits by itself, message by message."""
    done, began = 0, time.monotonic()
    while time.monotonic() - began < PATIENCE:
        current = dataclasses.replace(ctx, now=registry().clock.now())
        batch = take_due(current, limit=BATCH)
        ctx.session.commit()
        for kind, taken in itertools.groupby(sorted(batch, key=_contact_kind), key=_contact_kind):
            with closing(_Line(kind)) as line:
                _send(current, line, taken)
        done += len(batch)
        progress(done, done)
        if len(batch) < BATCH:
            break
    return {"messages": done}


class _Line:
    """A connection of a channel: opened for the first letter, and anew after one that broke it.

    Where it cannot be opened, the rest of the letters are told so at once instead of waiting one after the other.
    """

    def __init__(self, kind: ContactKind) -> None:
        self._kind = kind
        self._channel: Channel | None = registry().channels.get(kind)
        self._stack = ExitStack()
        self._deliver: Callable[[Letter], None] | None = None
        self._dead: Exception | None = None

    @property
    def name(self) -> str:
        return self._channel.name if self._channel else ""

    def send(self, letter: Letter) -> None:
        deliver = self._deliver or self._open()
        try:
            deliver(letter)
        except Undeliverable:
            raise
        except Exception:
            self.close()
            raise

    def _open(self) -> Callable[[Letter], None]:
        if self._channel is None:
            msg = f"no channel reaches a contact of the kind {self._kind.value}"
            raise Undeliverable(msg)
        if self._dead is not None:
            raise self._dead
        try:
            self._deliver = self._stack.enter_context(self._channel.open())
        except Exception as error:
            self._dead = error
            raise
        return self._deliver

    def close(self) -> None:
        self._deliver = None
        # Taking leave of a server that has just failed may fail as well, and changes nothing.
        with suppress(Exception):
            self._stack.close()


def _send(ctx: Context, line: _Line, batch: Iterable[Taken]) -> None:
    for taken in batch:
        try:
            _refuse_stale(ctx, taken.message)
            line.send(_letter(taken.message))
        except Exception as error:  # noqa: BLE001 - a channel may raise anything; the message is tried again
            _note(ctx, taken, line, error)
        else:
            mark_sent(ctx, taken=taken, channel=line.name)
        ctx.session.commit()


def _refuse_stale(ctx: Context, message: Message) -> None:
    if message.expires_at is not None and message.expires_at <= ctx.now:
        msg = "it was of no use any more when its turn came"
        raise Undeliverable(msg)


def _note(ctx: Context, taken: Taken, line: _Line, error: Exception) -> None:
    for_good = isinstance(error, (Undeliverable, Undecipherable))
    said = str(error) if for_good else f"{type(error).__name__}: {error}"
    with suppress(Undecipherable):
        # Servers repeat the address in what they say; the record must not hold it.
        said = said.replace(content_of(taken.message, registry().vault).address, "…")
    log.warning("message_not_sent", message_id=taken.id, tries=taken.tries, for_good=for_good, problem=said)
    note_failure(ctx, taken=taken, channel=line.name, problem=said, for_good=for_good)


def _letter(message: Message) -> Letter:
    """Return a message as its reader will see it: in its language, with the name of this site."""
    config, content = registry().config, content_of(message, registry().vault)
    with in_language(content.language):
        subject, paragraphs = translate(content.subject), [translate(text) for text in content.body]
    if message.contact_kind is ContactKind.PHONE:
        body = f"{config.site_name}: {' '.join(paragraphs)}"
    else:
        body = "\n\n".join([*paragraphs, f"-- \n{config.site_name}\n{config.public_url}"])
    return Letter(message.key, content.address, subject, body, message.created_at, content.unsubscribe)
