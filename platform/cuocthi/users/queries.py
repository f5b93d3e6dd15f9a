"""What is asked about people: their credentials, contacts and sessions."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import sqlalchemy as sa
import structlog

from cuocthi.database import UtcTime
from cuocthi.security.personal_data import Undecipherable
from cuocthi.users.contacts import NormalisedContact, mask, reveal
from cuocthi.users.models import Contact, ContactKind, SecondFactor, User, WebSession

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault


log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Credential:
    """What a password is compared with. ``verified`` tells whether the contact certainly is this user's.

    ``shared``: the contact was given where several people may use one phone. ``second_factor`` tells whether a code of
    an authenticator is asked for as well.
    """

    user_id: int
    name: str
    name_folded: str
    password_hash: str
    is_demo: bool
    verified: bool
    shared: bool
    second_factor: bool


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The user of a valid session."""

    id: int
    name: str
    is_admin: bool
    is_demo: bool
    must_change_password: bool
    second_factor: bool


@dataclass(frozen=True, slots=True)
class OwnContact:
    """A contact as its owner sees it: shown in part, and whether a code has proved it."""

    id: int
    kind: ContactKind
    masked: str
    verified: bool


def contacts_to_write_to(
    ctx: Context, *, user_ids: Collection[int], reached: Collection[ContactKind], vault: Vault
) -> dict[int, NormalisedContact]:
    """Return the confirmed contact, of a kind that is ``reached``, at which each of these people is written to.

    Mail before phone, and of several the first that was given. Who has none that opens is left out (one statement).
    """
    found = ctx.session.scalars(
        sa.select(Contact)
        .where(Contact.user_id.in_(user_ids), Contact.verified_at.is_not(None), Contact.kind.in_(list(reached)))
        .order_by(Contact.kind == ContactKind.EMAIL, Contact.id.desc())
    )
    addresses = {}
    # The last one stands.
    for contact in found:
        try:
            addresses[contact.user_id] = NormalisedContact(contact.kind, reveal(contact, vault))
        except Undecipherable:
            log.warning("contact_not_opened", contact_id=contact.id)
    return addresses


_SECOND_FACTOR = SecondFactor.confirmed_at.is_not(None).label("second_factor")


def token_hash(token: str) -> str:
    """Return the digest under which a session's token is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def credentials(ctx: Context, *, index: str) -> list[Credential]:
    """Return the active users with the contact of this blind index, a verified one first, then the oldest."""
    rows = ctx.session.execute(_credentials(), {"index": index})
    return [
        Credential(
            row.id,
            row.name,
            row.name_folded,
            row.password_hash,
            row.is_demo,
            bool(row.verified),
            row.shared,
            bool(row.second_factor),
        )
        for row in rows
    ]


@cache
def _credentials() -> sa.Select[int, str, str, str, bool, bool, bool, bool]:
    """Made once: everybody who signs in asks it."""
    return (
        sa.select(
            User.id,
            User.name,
            User.name_folded,
            User.password_hash,
            User.is_demo,
            Contact.verified_at.is_not(None).label("verified"),
            Contact.shared,
            _SECOND_FACTOR,
        )
        .join(Contact, Contact.user_id == User.id)
        .outerjoin(SecondFactor, SecondFactor.user_id == User.id)
        .where(Contact.blind_index == sa.bindparam("index"), User.active)
        .order_by(Contact.verified_at.is_(None), User.id)
    )


def accounts_reached(ctx: Context, *, index: str) -> list[Credential]:
    """Return the accounts that a code sent to this contact may lead to: the one that proved it, else all who gave it.

    A family may share a phone; who holds it is asked which of them it is. Where somebody has proved it, those who gave
    it as a shared one are reached too.
    """
    known = credentials(ctx, index=index)
    if not any(credential.verified for credential in known):
        return known
    return [credential for credential in known if credential.verified or credential.shared]


def signed_in(session: Session, *, token: str, now: datetime) -> SignedIn | None:
    """Return the user of a session that was neither ended nor has expired, or None (one statement)."""
    row = session.execute(sessions(), {"token_hash": token_hash(token), "now": now}).one_or_none()
    return None if row is None else SignedIn(*row)


@cache
def sessions() -> sa.Select[int, str, bool, bool, bool, bool]:
    """Return the SELECT of the user of the session ``:token_hash`` that is valid ``:now``, as a :class:`SignedIn`.

    Made once: every page of somebody who has signed in asks it.
    """
    return (
        sa.select(User.id, User.name, User.is_admin, User.is_demo, User.must_change_password, _SECOND_FACTOR)
        .join(WebSession, WebSession.user_id == User.id)
        .outerjoin(SecondFactor, SecondFactor.user_id == User.id)
        .where(
            WebSession.token_hash == sa.bindparam("token_hash"),
            WebSession.revoked_at.is_(None),
            WebSession.expires_at > sa.bindparam("now", type_=UtcTime()),
            User.active,
        )
    )


def identities(user_id: int) -> sa.Select[int]:
    """Return a SELECT of the accounts of one person: this one, and those that were merged into it."""
    return sa.select(User.id).where(sa.or_(User.id == user_id, User.merged_into_id == user_id))


def has_second_factor(ctx: Context, *, user_id: int) -> bool:
    """Tell whether a user signs in with a second factor."""
    found = sa.select(SecondFactor.user_id).where(
        SecondFactor.user_id == user_id, SecondFactor.confirmed_at.is_not(None)
    )
    return ctx.session.scalar(found) is not None


def open_sessions(ctx: Context, *, user_id: int) -> Sequence[WebSession]:
    """Return the sessions in which a user is signed in, the newest first."""
    return ctx.session.scalars(
        sa.select(WebSession)
        .where(WebSession.user_id == user_id, WebSession.revoked_at.is_(None), WebSession.expires_at > ctx.now)
        .order_by(WebSession.created_at.desc(), WebSession.token_hash)
    ).all()


def masked_contacts(ctx: Context, *, user_id: int, vault: Vault) -> list[str]:
    """Return a user's contacts as they may be shown."""
    contacts = ctx.session.scalars(sa.select(Contact).where(Contact.user_id == user_id).order_by(Contact.id))
    return [mask(contact.kind, reveal(contact, vault)) for contact in contacts]


def own_contacts(ctx: Context, *, user_id: int, vault: Vault) -> list[OwnContact]:
    """Return a user's contacts as the user sees them, in the order in which they were given."""
    contacts = ctx.session.scalars(sa.select(Contact).where(Contact.user_id == user_id).order_by(Contact.id))
    return [
        OwnContact(
            contact.id, contact.kind, mask(contact.kind, reveal(contact, vault)), contact.verified_at is not None
        )
        for contact in contacts
    ]


def sharing_contact(ctx: Context, *, user_id: int) -> Sequence[User]:
    """Return other users who gave a contact of this one: family members, or the same person twice."""
    own = sa.select(Contact.blind_index).where(Contact.user_id == user_id)
    return ctx.session.scalars(
        sa.select(User)
        .where(
            User.id != user_id,
            User.merged_into_id.is_(None),
            User.id.in_(sa.select(Contact.user_id).where(Contact.blind_index.in_(own))),
        )
        .order_by(User.id)
    ).all()
