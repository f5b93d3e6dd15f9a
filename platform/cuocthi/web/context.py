"""From a request to the context that domain functions take."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from flask import current_app, g, request
from flask_login import current_user

from cuocthi import database
from cuocthi.context import Actor, Context
from cuocthi.extensions import db
from cuocthi.registry import EXTENSION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from cuocthi.registry import Registry

#: Under this name an application keeps the engine of :func:`at_once`.
AT_ONCE = "cuocthi_at_once"


def registry() -> Registry:
    """Return the running application's parts."""
    return cast("Registry", current_app.extensions[EXTENSION])


def request_time() -> datetime:
    """Return the moment at which the request arrived: the clock is read once, whatever is asked later."""
    now: datetime | None = g.get("now")
    if now is None:
        now = g.now = registry().clock.now()
    return now


def slug() -> str:
    """Return the short name by which the address of the request names its campaign."""
    return cast("str", (request.view_args or {})["slug"])


def actor() -> Actor:
    """Return who makes the request, and from which address."""
    return Actor(signed_in_user_id(), request.remote_addr or "")


def signed_in_user_id() -> int | None:
    """Return who is signed in, or None."""
    user: Any = current_user
    return user.id if user.is_authenticated else None


def reading_context() -> Context:
    """Return the context of a page that only reads."""
    return Context(session=session(), hooks=registry().hooks, now=request_time(), actor=actor())


def anonymous_context() -> Context:
    """Return the context of a request of which it is not known yet who makes it."""
    return Context(session=session(), hooks=registry().hooks, now=request_time())


@contextmanager
def committing(ctx: Context | None = None) -> Iterator[Context]:
    """Give the context of a change, the reader's unless given, and commit it on leaving.

    An exception rolls everything back.
    """
    ctx = ctx or reading_context()
    try:
        yield ctx
        ctx.session.commit()
    except BaseException:
        ctx.session.rollback()
        raise


@contextmanager
def at_once() -> Iterator[Connection]:
    """Give a connection for one statement that is a whole transaction (``cuocthi.database.at_once``)."""
    with database.at_once(current_app.extensions[AT_ONCE]) as connection:
        yield connection


def session() -> Session:
    """Return the request's database session."""
    return cast("Session", db.session())
