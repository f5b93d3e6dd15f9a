"""What is on record about letting people in again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from cuocthi.support.models import IdentityCheck
from cuocthi.users.queries import identities

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cuocthi.context import Context


def checks_of(ctx: Context, *, user_id: int) -> Sequence[IdentityCheck]:
    """Return when and how a person was let in again, the newest first (one statement)."""
    return ctx.session.scalars(
        sa.select(IdentityCheck)
        .where(IdentityCheck.user_id.in_(identities(user_id)))
        .options(joinedload(IdentityCheck.checker))
        .order_by(IdentityCheck.id.desc())
    ).all()


def checks_since(ctx: Context, *, user_id: int, day: datetime, by: int, hour: datetime) -> tuple[int, int]:
    """Return how often a person was let in since ``day``, and how many people ``by`` let in since ``hour``."""
    counting = sa.select(sa.func.count()).select_from(IdentityCheck)
    of_person = counting.where(IdentityCheck.user_id == user_id, IdentityCheck.checked_at > day)
    of_helper = counting.where(IdentityCheck.checked_by == by, IdentityCheck.checked_at > hour)
    row = ctx.session.execute(sa.select(of_person.scalar_subquery(), of_helper.scalar_subquery())).one()
    return row[0], row[1]
