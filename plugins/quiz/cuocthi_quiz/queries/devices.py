"""On what kind of browser somebody was signed in, as far as the sessions are still known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.users.models import WebSession

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from cuocthi.context import Context


@dataclass(frozen=True, slots=True)
class Devices:
    """The sessions of some persons, the oldest first: whose, since when, on which browser and system."""

    sessions: Sequence[tuple[int, datetime, str]]

    def at(self, user_id: int, moment: datetime) -> str:
        """Return the browser of the newest session that a person had by then, or nothing."""
        known = [device for owner, since, device in self.sessions if owner == user_id and since <= moment]
        return known[-1] if known else ""


def devices_of(ctx: Context, *, user_ids: Iterable[int]) -> Devices:
    """Return the sessions of these persons that have not been forgotten (one statement)."""
    rows = ctx.session.execute(
        sa.select(WebSession.user_id, WebSession.created_at, WebSession.device)
        .where(WebSession.user_id.in_(set(user_ids)))
        .order_by(WebSession.created_at)
    )
    return Devices([(row[0], row[1], row[2]) for row in rows])
