"""What happens behind the pages: background work, and letters on their way to people."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from datetime import datetime, timedelta

    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi.users.models import ContactKind


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of background work.

    ``run(ctx, arguments, progress)`` does it, calling ``progress(done, total)`` now and then, and returns a small
    JSON-able result, whose values ``results`` names for whoever asked for the work. It must be idempotent: after a
    crash it runs again. With ``every`` the worker starts it by itself in that rhythm.
    """

    name: str
    title: Text
    run: Callable[[Context, Mapping[str, Any], Callable[[int, int], None]], Mapping[str, Any]]
    every: timedelta | None = None
    results: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message on its way to one person, in that person's language.

    ``key`` is the same whenever the same message is handed over, so that a service that has it already can tell;
    ``address`` is a phone number in E.164 or an e-mail address. ``unsubscribe`` is set on news to many: the web address
    to which one POST ends it for this reader (RFC 8058), for mail to carry in its head.
    """

    key: str
    address: str
    subject: str
    body: str
    written_at: datetime
    unsubscribe: str = ""


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to bring letters to people: mail, or an SMS gateway.

    ``name`` is ``<plugin>.<what>``; ``reaches`` is the kind of contact it serves. ``open()`` gives a context manager
    over one connection, whose value takes one letter after the other, and returns once the letter is handed over. It
    raises ``cuocthi.errors.Undeliverable`` for a letter that can never arrive; after any other exception the letter is
    tried again later.
    """

    name: str
    title: Text
    reaches: ContactKind
    open: Callable[[], AbstractContextManager[Callable[[Letter], None]]]
