"""What is on record about letting people in again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from cuocthi.security.personal_data import Undecipherable
from cuocthi.support.models import IdentityCheck
from cuocthi.users.queries import identities

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault


@dataclass(frozen=True, slots=True)
class LetIn:
    """When, by whom and how a person was let in again; ``note`` is empty where its key is gone."""

    at: datetime
    helper: str
    checked: Sequence[str]
    note: str
    contact_changed: bool


def checks_of(ctx: Context, *, user_id: int, vault: Vault) -> list[LetIn]:
    """Return when and how a person was let in again, the newest first (one statement)."""
    found = ctx.session.scalars(
        sa.select(IdentityCheck)
        .where(IdentityCheck.user_id.in_(identities(user_id)))
        .options(joinedload(IdentityCheck.checker))
        .order_by(IdentityCheck.id.desc())
    )
    return [
        LetIn(one.checked_at, one.checker.name, one.checked, _note(one, vault), one.contact_changed) for one in found
    ]


def _note(check: IdentityCheck, vault: Vault) -> str:
    try:
        return vault.decrypt(check.note, belongs_to=note_owner(check.user_id))
    except Undecipherable:
        return ""


def note_owner(user_id: int) -> str:
    """Return what the note of a check of a person belongs to."""
    return f"core_identity_check.note:{user_id}"


def checks_since(ctx: Context, *, user_id: int, day: datetime, by: int, hour: datetime) -> tuple[int, int]:
    """Return how often a person was let in since ``day``, and how many people ``by`` let in since ``hour``."""
    counting = sa.select(sa.func.count()).select_from(IdentityCheck)
    of_person = counting.where(IdentityCheck.user_id == user_id, IdentityCheck.checked_at > day)
    of_helper = counting.where(IdentityCheck.checked_by == by, IdentityCheck.checked_at > hour)
    row = ctx.session.execute(sa.select(of_person.scalar_subquery(), of_helper.scalar_subquery())).one()
    return row[0], row[1]
