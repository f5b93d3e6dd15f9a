"""People: how they register, prove who they are, and how their sessions begin and end."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.database import UtcTime
from cuocthi.errors import Conflict, DomainError
from cuocthi.security.passwords import check_strength, hash_password, verify_password
from cuocthi.text import T
from cuocthi.users import queries
from cuocthi.users.contacts import NormalisedContact, contact_index, normalise_contact, sealed_contact
from cuocthi.users.models import ContactKind, User, WebSession
from cuocthi.users.names import fold, normalise_name, sort_key
from cuocthi.users.profiles import known_of
from cuocthi.users.tickets import void_tickets

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date

    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault
    from cuocthi.text import Text
    from cuocthi.users.queries import Credential

#: How many people may give the same unverified contact: a family shares a phone. It bounds what a sign-in costs.
MAX_SHARING = 8

_TOKEN_BYTES = 32
_DEVICE_LENGTH = 200


class Overtaken(Conflict):
    """Somebody of the same name gave the contact after the passwords were compared: prepare the registration anew."""

    def __init__(self) -> None:
        message = T(
            "Somebody has registered with this phone number or e-mail address at the same moment. Please send the form "
            "once more."
        )
        super().__init__(message, field="contact")


class WrongCredentials(DomainError):
    """No account has this contact and this password; which of the two is wrong is not said."""

    def __init__(self) -> None:
        super().__init__(T("The phone number or e-mail address, or the password, is not right."))


@dataclass(frozen=True, slots=True)
class Registration:
    """A person about to be added, everything checked, the password compared and hashed.

    ``temporary``: somebody else chose the password, so it must be changed at the first sign-in. ``compared`` are the
    accounts that had the contact by then, ``recognised`` those of them that have this name and password as well.
    """

    name: str
    contact: NormalisedContact
    password_hash: str
    temporary: bool = False
    compared: frozenset[Credential] = frozenset()
    recognised: frozenset[Credential] = frozenset()

    @property
    def missed(self) -> bool:
        """Tell whether the contact has an account of this name, and the password is that of none: perhaps a guess."""
        return not self.recognised and bool(namesakes(self.compared, self.name))


def namesakes(credentials: Iterable[Credential], name: str) -> list[Credential]:
    """Return the accounts of people of this name."""
    folded = fold(name)
    return [known for known in credentials if known.name_folded == folded]


def prepare_registration(
    *, name: str, contact: str, password: str, known: Iterable[Credential], temporary: bool = False
) -> Registration:
    """Check what a new person entered, compare and hash the password, outside of any transaction: it takes a while.

    ``known`` are the accounts that have the contact, see :func:`find_credentials`. All are compared with, so that the
    time tells nothing about names. ``temporary`` says that somebody else entered it, who is not to know the password
    for long. Raises DomainError (fields ``name``, ``contact``, ``password``) and Busy.
    """
    full_name, reached_at = normalise_name(name), normalise_contact(contact)
    check_strength(password, personal=[*fold(full_name).split(), fold(full_name).replace(" ", ""), *_parts(reached_at)])
    compared = frozenset(known)
    recognised = frozenset(namesakes(_matching(compared, password), full_name))
    return Registration(full_name, reached_at, hash_password(password), temporary, compared, recognised)


def _parts(contact: NormalisedContact) -> tuple[str, ...]:
    return (contact.value, contact.value.replace("+84", "0"), contact.value.partition("@")[0])


def add_user(
    ctx: Context,
    *,
    registration: Registration,
    vault: Vault,
    sharing: bool = False,
    birth_date: date | None = None,
) -> User:
    """Add a person with an unverified contact; return the one already there for the same name, contact and password.

    So a form sent twice makes one person, even at the same moment. With ``sharing`` several people may give one phone,
    also one that somebody has verified; those of one name are told apart by ``birth_date``, where it is asked. Raises
    Conflict (field ``contact``) if the contact is somebody's verified one, or too many people gave it, and Overtaken.
    """
    shared = sharing and registration.contact.kind is ContactKind.PHONE
    index = contact_index(registration.contact, vault)
    _one_at_a_time(ctx, index)
    known = queries.credentials(ctx, index=index)
    if not shared and any(credential.verified for credential in known):
        message = T("There is an account with this phone number or e-mail address already. Please sign in with it.")
        raise Conflict(message, field="contact")
    alike = namesakes(known, registration.name)
    if not registration.compared.issuperset(alike):
        raise Overtaken
    for same in alike:
        if same not in registration.recognised:
            continue
        born = known_of(ctx, user_id=same.user_id, vault=vault).birth_date if shared and birth_date else None
        if born in {None, birth_date}:
            return ctx.session.get_one(User, same.user_id)
    if len(known) >= MAX_SHARING:
        message = T("Several people use this phone number or e-mail address already. Please give another one.")
        raise Conflict(message, field="contact")
    return _insert(ctx, registration, vault, shared=shared)


def _insert(ctx: Context, registration: Registration, vault: Vault, *, shared: bool) -> User:
    user = User(
        name=registration.name,
        name_folded=fold(registration.name),
        name_sort=sort_key(registration.name),
        password_hash=registration.password_hash,
        must_change_password=registration.temporary,
        created_at=ctx.now,
    )
    contact = sealed_contact(registration.contact, vault)
    contact.shared = shared
    user.contacts.append(contact)
    ctx.session.add(user)
    ctx.session.flush()
    return user


def _one_at_a_time(ctx: Context, index: str) -> None:
    """Let registrations with one contact wait for one another; SQLite has one writer anyway."""
    if ctx.session.get_bind().dialect.name == "postgresql":
        key = int(index[:15], 16)
        ctx.session.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))


def register_user(ctx: Context, *, name: str, contact: str, password: str, vault: Vault) -> User:
    """Check and add a new person; see :func:`prepare_registration` and :func:`add_user` for what is raised."""
    known = find_credentials(ctx, contact=contact, vault=vault)
    registration = prepare_registration(name=name, contact=contact, password=password, known=known)
    return add_user(ctx, registration=registration, vault=vault)


def find_credentials(ctx: Context, *, contact: str, vault: Vault) -> list[Credential]:
    """Return what a password entered with ``contact`` is to be compared with; none for an unknown one."""
    try:
        reached_at = normalise_contact(contact)
    except DomainError:
        return []
    return queries.credentials(ctx, index=contact_index(reached_at, vault))


def check_credentials(credentials: Iterable[Credential], *, password: str, demo_allowed: bool) -> list[Credential]:
    """Return the credential of the user whose password this is, or of several who share a contact and chose the same.

    It takes a while: call it outside of a transaction.

    Accounts of the demonstration sign in only where ``demo_allowed``. An unknown account takes as long as a known
    one and gets the same answer. Raises WrongCredentials and Busy.
    """
    found = [known for known in _matching(list(credentials), password) if demo_allowed or not known.is_demo]
    if not found:
        raise WrongCredentials
    return found


def _matching(credentials: Collection[Credential], password: str) -> list[Credential]:
    if not credentials:
        verify_password(None, password)
    return [known for known in credentials if verify_password(known.password_hash, password)]


def authenticate(ctx: Context, *, contact: str, password: str, vault: Vault, demo_allowed: bool = False) -> User:
    """Return the user with this contact and password, of several the oldest. Raises WrongCredentials and Busy."""
    credentials = find_credentials(ctx, contact=contact, vault=vault)
    found = check_credentials(credentials, password=password, demo_allowed=demo_allowed)
    return ctx.session.get_one(User, found[0].user_id)


def prepare_password(user: User, *, current: str, new: str) -> str:
    """Return the hash of a person's new password, after checking the current one. It takes a while: call it outside of
    a transaction that writes.

    Raises DomainError (fields ``current`` and ``password``) and Busy.
    """
    if not verify_password(user.password_hash, current):
        raise DomainError(T("This is not your current password."), field="current")
    if new == current:
        raise DomainError(T("Please choose another password than the present one."), field="password")
    return prepare_new_password(user, new=new)


def prepare_new_password(user: User, *, new: str) -> str:
    """Return the hash of the password that a person chooses without knowing the present one; see prepare_password."""
    check_strength(new, personal=fold(user.name).split())
    return hash_password(new)


def change_password(
    ctx: Context,
    *,
    user: User,
    password_hash: str,
    summary: Text = T("Changed the own password"),  # noqa: B008 - a constant
) -> None:
    """Give a person another password and sign them out on every device; ``summary`` says how it came about."""
    user.password_hash = password_hash
    user.must_change_password = False
    end_all_sessions(ctx, user_id=user.id)
    ctx.session.flush()
    record(
        ctx,
        action="core:user:change_password",
        summary=summary,
        campaign=None,
        object_kind="user",
        object_id=user.id,
    )


def start_session(ctx: Context, *, user_id: int, device: str, hours: int) -> str:
    """Sign a user in on a device for some hours; return the token of the session.

    Forgets the user's sessions that have expired.
    """
    ctx.session.execute(_forget_expired(), {"user_id": user_id, "now": ctx.now})
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    opened = {
        "token_hash": queries.token_hash(token),
        "user_id": user_id,
        "created_at": ctx.now,
        "expires_at": ctx.now + timedelta(hours=hours),
        "device": device[:_DEVICE_LENGTH],
    }
    ctx.session.execute(_open_session(), opened)
    return token


@cache
def _forget_expired() -> sa.Delete:
    """Made once, as :func:`_open_session`: everybody who signs in does it."""
    now = sa.bindparam("now", type_=UtcTime())
    over = sa.and_(WebSession.user_id == sa.bindparam("user_id"), WebSession.expires_at <= now)
    return sa.delete(WebSession).where(over).execution_options(synchronize_session=False)


@cache
def _open_session() -> sa.Insert:
    return sa.insert(WebSession)


def end_session(ctx: Context, *, token: str) -> None:
    """End the session of a token; nothing happens if it is over already."""
    ctx.session.execute(
        sa.update(WebSession)
        .where(WebSession.token_hash == queries.token_hash(token), WebSession.revoked_at.is_(None))
        .values(revoked_at=ctx.now)
    )


def end_device(ctx: Context, *, user_id: int, session_id: str) -> bool:
    """Sign a user out on one device; ``session_id`` is the session's ``token_hash``. Tell whether it was signed in."""
    return bool(_end_sessions(ctx, user_id, WebSession.token_hash == session_id))


def end_other_sessions(ctx: Context, *, user_id: int, token: str) -> int:
    """Sign a user out on every device but the one with this token; return how many sessions that ended."""
    void_tickets(ctx, user_id=user_id)
    return _end_sessions(ctx, user_id, WebSession.token_hash != queries.token_hash(token))


def end_all_sessions(ctx: Context, *, user_id: int) -> int:
    """Sign a user out on every device; return how many sessions that ended."""
    void_tickets(ctx, user_id=user_id)
    return _end_sessions(ctx, user_id)


def _end_sessions(ctx: Context, user_id: int, *which: sa.ColumnElement[bool]) -> int:
    ended = ctx.session.execute(
        sa.update(WebSession)
        .where(WebSession.user_id == user_id, WebSession.revoked_at.is_(None), WebSession.expires_at > ctx.now, *which)
        .values(revoked_at=ctx.now)
        .returning(WebSession.token_hash)
    )
    return len(ended.all())
