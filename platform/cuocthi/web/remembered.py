"""What many requests need and staff seldom change, kept in the memory of a process (decision 15)."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, TypeVar, cast

from cuocthi.extensions import db
from cuocthi.web.context import registry

if TYPE_CHECKING:
    from cuocthi.campaigns.changes import PublicState

Value = TypeVar("Value")

#: How many things a process keeps; beyond, it begins anew.
MOST = 500

Remembered = dict[Hashable, tuple["PublicState", object]]


def remembered(key: Hashable, make: Callable[[], Value]) -> Value:
    """Return what ``make`` gives, or gave before under this key if nothing has changed since that is on record.

    A process learns of its own changes at once, and of those of others after a second at most. The key begins with the
    name of who asks, and holds all that the value depends on beside what staff change. Nobody may change the value.
    """
    parts = registry()
    state = parts.kept_pages.changes.state(db.engine)
    kept = parts.remembered.get(key)
    if kept is None or kept[0] != state:
        if len(parts.remembered) >= MOST:
            parts.remembered.clear()
        # The state was read first: what changes while the value is made is found out the next time.
        kept = parts.remembered[key] = state, make()
    return cast("Value", kept[1])
