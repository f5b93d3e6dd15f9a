"""People whom somebody else adds: invited to choose their password, or given one that lasts until they sign in."""

from __future__ import annotations

import secrets
from contextlib import suppress
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.errors import Conflict, DomainError
from cuocthi.messages.domain import send_message
from cuocthi.security.passwords import hash_password
from cuocthi.text import T
from cuocthi.users.codes import code_and_end, key_of, mark_verified
from cuocthi.users.contacts import contact_index, normalise_contact
from cuocthi.users.domain import Registration, add_user, prepare_registration
from cuocthi.users.models import Ticket, TicketKind, User
from cuocthi.users.names import fold, normalise_name
from cuocthi.users.tickets import open_ticket

if TYPE_CHECKING:
    from collections.abc import Collection

    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault
    from cuocthi.text import Text
    from cuocthi.users.contacts import NormalisedContact
    from cuocthi.users.models import ContactKind
    from cuocthi.users.queries import Credential


def prepare_newcomer(
    *, name: str, contact: str, password: str, known: Collection[Credential], reached: Collection[ContactKind]
) -> Registration:
    """Check what is known of a new person; without a ``password`` it is to be chosen by invitation.

    It takes a while: call it outside of a transaction. ``known`` are the accounts that have the contact
    (:func:`cuocthi.users.domain.find_credentials`), ``reached`` the kinds of contact that messages reach.
    Raises DomainError (fields ``name``, ``contact``, ``password``) and Busy.
    """
    if password:
        return prepare_registration(name=name, contact=contact, password=password, known=known, temporary=True)
    full_name, reached_at = normalise_name(name), normalise_contact(contact)
    if reached_at.kind not in reached:
        message = T("No invitation can be sent to this contact. Please choose a first password.")
        raise DomainError(message, field="password")
    return Registration(full_name, reached_at, hash_password(secrets.token_urlsafe()), compared=frozenset(known))


def add_newcomer(ctx: Context, *, registration: Registration, vault: Vault) -> User:
    """Add the person; a form sent twice makes one. See :func:`cuocthi.users.domain.add_user` for what is raised."""
    invited = None if registration.temporary else _invited_before(ctx, registration, vault)
    return invited or add_user(ctx, registration=registration, vault=vault)


def _invited_before(ctx: Context, registration: Registration, vault: Vault) -> User | None:
    """Return who was invited with this name and contact and has not come yet; only such an account is used again."""
    return ctx.session.scalar(
        sa.select(User)
        .join(Ticket, Ticket.user_id == User.id)
        .where(
            User.name_folded == fold(registration.name),
            Ticket.kind == TicketKind.INVITATION,
            Ticket.blind_index == contact_index(registration.contact, vault),
            Ticket.used_at.is_(None),
            Ticket.expires_at > ctx.now,
        )
        .limit(1)
    )


def prove_by_invitation(ctx: Context, *, user: User, index: str) -> None:
    """Confirm the contact at which an invitation arrived, unless another account has confirmed it."""
    found = next((contact for contact in user.contacts if contact.blind_index == index), None)
    if found is not None:
        with suppress(Conflict):
            mark_verified(ctx, found)


def invite(
    ctx: Context, *, user: User, contact: NormalisedContact, reason: Text, address: str, vault: Vault, language: str
) -> None:
    """Send a person whom somebody else added the code with which the password is chosen.

    ``reason`` says why the person gets this; ``address`` is that of the page, to which the ticket's token is added.
    """
    index = contact_index(contact, vault)
    opened = open_ticket(ctx, kind=TicketKind.INVITATION, vault=vault, user_id=user.id, blind_index=index)
    send_message(
        ctx,
        to=contact,
        subject=T("Invitation"),
        body=[
            reason,
            T("Please choose your password at %(address)s.", address=f"{address}{opened.token}"),
            T("The page asks for this code: %(code)s. It is valid until %(until)s.", **code_and_end(opened)),
        ],
        key=key_of(opened),
        vault=vault,
        user_id=user.id,
        language=language,
        expires_at=opened.ticket.expires_at,
    )
