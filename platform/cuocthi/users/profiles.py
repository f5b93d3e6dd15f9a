"""What is known of a person beyond the name: the date of birth and the number of the citizen ID.

**One person, one identity.** Anybody may enter anybody's number, by mistake or not. So whoever gives a number that
another account holds gets the same answer as everybody else and takes part. Staff see the two accounts side by side
(:mod:`cuocthi.merging`), find out who it is, and confirm the number of its owner or merge the accounts. Only a
confirmed number is unique.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from cuocthi.audit.domain import record
from cuocthi.errors import Conflict, DomainError
from cuocthi.text import T
from cuocthi.users.models import Profile, User

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a person, in the clear; ``citizen_id`` is empty while unknown."""

    birth_date: date | None = None
    citizen_id: str = ""
    confirmed: bool = False


def known_of(ctx: Context, *, user_id: int, vault: Vault) -> Known:
    """Return what is known of a person (one statement). Raises Undecipherable."""
    found = ctx.session.get(Profile, user_id)
    return Known() if found is None else _opened(found, vault)


def birth_date_of(profile: Profile, vault: Vault) -> date | None:
    """Return the date of birth in a profile, None where none was given. Raises Undecipherable."""
    born = profile.birth_date
    return None if born is None else sealed_birth_date(born, user_id=profile.user_id, vault=vault)


def sealed_birth_date(sealed: bytes, *, user_id: int, vault: Vault) -> date:
    """Return the date of birth that stands encrypted in the profile of a person. Raises Undecipherable."""
    return date.fromisoformat(vault.decrypt(sealed, belongs_to=_owner("birth_date", user_id)))


def _opened(profile: Profile, vault: Vault) -> Known:
    number = profile.citizen_id
    return Known(
        birth_date_of(profile, vault),
        "" if number is None else vault.decrypt(number, belongs_to=_owner("citizen_id", profile.user_id)),
        confirmed=profile.confirmed_at is not None,
    )


def birth_dates(ctx: Context, *, user_ids: Collection[int], vault: Vault) -> dict[int, date]:
    """Return the dates of birth of those of some people who gave one (one statement). Raises Undecipherable."""
    wanted = sa.select(Profile).where(Profile.user_id.in_(user_ids), Profile.birth_date.is_not(None))
    found = {profile.user_id: birth_date_of(profile, vault) for profile in ctx.session.scalars(wanted)}
    return {user_id: born for user_id, born in found.items() if born is not None}


def complete_profile(ctx: Context, *, user_id: int, birth_date: date | None, citizen_id: str, vault: Vault) -> Known:
    """Keep what a person tells for the first time and return all that is known; what is known already stays.

    Raises DomainError (field ``birth_date`` or ``citizen_id``) where something else was told before.
    """
    known = known_of(ctx, user_id=user_id, vault=vault)
    if birth_date is not None and known.birth_date not in {None, birth_date}:
        message = T("You gave another date of birth before. If that one is wrong, please ask the support.")
        raise DomainError(message, field="birth_date")
    if citizen_id and known.citizen_id not in {"", citizen_id}:
        message = T("You gave another citizen ID number before. If that one is wrong, please ask the support.")
        raise DomainError(message, field="citizen_id")
    after = Known(birth_date or known.birth_date, citizen_id or known.citizen_id, confirmed=known.confirmed)
    if after != known:
        _write(ctx, user_id, after, vault)
    return after


def correct_profile(ctx: Context, *, user_id: int, birth_date: date | None, citizen_id: str, vault: Vault) -> list[str]:
    """Put right what is known of a person; return the names of what changed. The caller writes the audit log.

    A number that changes is no longer confirmed.
    """
    known = known_of(ctx, user_id=user_id, vault=vault)
    same = citizen_id == known.citizen_id
    after = Known(birth_date, citizen_id, confirmed=known.confirmed and same)
    if after == known:
        return []
    _write(ctx, user_id, after, vault)
    return [name for name in ("birth_date", "citizen_id") if getattr(after, name) != getattr(known, name)]


def confirm_identity(ctx: Context, *, user: User) -> None:
    """Note that staff have compared a person with the card: from now on the number is this account's alone.

    Raises Conflict if there is no number, or it is confirmed as another account's.
    """
    profile = ctx.session.get(Profile, user.id)
    if profile is None or profile.citizen_id is None:
        raise Conflict(T("%(name)s has given no citizen ID number.", name=user.name))
    try:
        with ctx.session.begin_nested():
            profile.confirmed_at = profile.confirmed_at or ctx.now
            ctx.session.flush()
    except IntegrityError as error:
        message = T("This citizen ID number is confirmed as another account's. If both are one person's, merge them.")
        raise Conflict(message) from error
    record(
        ctx,
        action="core:profile:confirm",
        summary=T("Confirmed a person's identity by the citizen ID"),
        campaign=None,
        object_kind="user",
        object_id=user.id,
    )


def take_over_profile(ctx: Context, *, user_id: int, into_id: int, vault: Vault) -> None:
    """Give what only the account ``user_id`` knows of a person to the account into which it is merged, and drop it."""
    left = ctx.session.get(Profile, user_id)
    if left is None:
        return
    lost, known = _opened(left, vault), known_of(ctx, user_id=into_id, vault=vault)
    ctx.session.delete(left)
    ctx.session.flush()
    confirmed = known.confirmed or (lost.confirmed and known.citizen_id in {"", lost.citizen_id})
    _write(
        ctx,
        into_id,
        Known(known.birth_date or lost.birth_date, known.citizen_id or lost.citizen_id, confirmed=confirmed),
        vault,
    )


def with_same_number(ctx: Context, *, user_id: int) -> Sequence[User]:
    """Return the other accounts in use that gave the citizen ID number of this one (one statement)."""
    own = sa.select(Profile.citizen_id_index).where(Profile.user_id == user_id)
    return ctx.session.scalars(
        sa.select(User)
        .join(Profile, Profile.user_id == User.id)
        .where(User.id != user_id, User.active, Profile.citizen_id_index.in_(own))
        .order_by(User.id)
    ).all()


def citizen_id_indexes(ctx: Context, *, users: sa.Select[Any]) -> dict[int, tuple[str, bool]]:
    """Return by account the blind index of the citizen ID number, and whether staff have compared it with the card.

    ``users`` is a SELECT of accounts in use; who gave no number is left out (one statement).
    """
    rows = ctx.session.execute(
        sa.select(Profile.user_id, Profile.citizen_id_index, Profile.confirmed_at).where(
            Profile.user_id.in_(users), Profile.citizen_id_index.is_not(None)
        )
    )
    return {row.user_id: (row.citizen_id_index, row.confirmed_at is not None) for row in rows}


def citizen_id_index(number: str, vault: Vault) -> str:
    """Return the blind index by which a citizen ID number is found."""
    return vault.blind_index(number, purpose="citizen id")


def _write(ctx: Context, user_id: int, known: Known, vault: Vault) -> None:
    profile = ctx.session.get(Profile, user_id) or Profile(user_id=user_id)
    born, number = known.birth_date, known.citizen_id
    profile.birth_date = (
        None if born is None else vault.encrypt(born.isoformat(), belongs_to=_owner("birth_date", profile.user_id))
    )
    profile.citizen_id = vault.encrypt(number, belongs_to=_owner("citizen_id", profile.user_id)) if number else None
    profile.citizen_id_index = citizen_id_index(number, vault) if number else None
    profile.confirmed_at = (profile.confirmed_at or ctx.now) if known.confirmed else None
    ctx.session.add(profile)
    ctx.session.flush()


def _owner(column: str, user_id: int) -> str:
    return f"core_profile.{column}:{user_id}"
