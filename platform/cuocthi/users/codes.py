"""Codes that prove a contact: to sign in, to choose another password, to confirm or change a contact.

A code goes to the contact, its ticket to the browser that asked; only both together lead on. Who asks gets the same
answer after the same work whether an account exists or not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from cuocthi.audit.domain import record
from cuocthi.errors import Conflict, DomainError
from cuocthi.messages.domain import new_key, send_message
from cuocthi.text import T
from cuocthi.users import queries
from cuocthi.users.contacts import NormalisedContact, contact_index, mask, normalise_contact, reveal, sealed_contact
from cuocthi.users.models import Contact, ContactKind, Ticket, TicketKind, User
from cuocthi.users.tickets import open_ticket, spend_with_code

if TYPE_CHECKING:
    from collections.abc import Collection

    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault
    from cuocthi.text import Text
    from cuocthi.users.queries import Credential
    from cuocthi.users.tickets import OpenedTicket

_SUBJECT = T("Your code")
_CAUTION = T("Give it to nobody. If you did not ask for it, you need not do anything.")
_CONTACT_KINDS = {ContactKind.PHONE: T("phone number"), ContactKind.EMAIL: T("e-mail address")}


class WrongCode(DomainError):
    """A code is wrong, was used, or came too late; which of these is not said."""

    def __init__(self) -> None:
        message = T("This code is not right, or it is no longer valid. Please check it, or ask for a new one.")
        super().__init__(message, field="code")


def reachable_contact(text: str, *, reached: Collection[ContactKind]) -> NormalisedContact:
    """Return what somebody typed as a contact to which a code can be sent; ``reached`` are the kinds that channels
    serve.

    Raises DomainError (field ``contact``) for one that is no contact, or of a kind that nothing reaches.
    """
    contact = normalise_contact(text)
    if contact.kind not in reached:
        message = T(
            "No code can be sent to a %(kind)s here. Please call the support of your contest; its number stands at "
            "the foot of the contest's page.",
            kind=_CONTACT_KINDS[contact.kind],
        )
        raise DomainError(message, field="contact")
    return contact


# --- signing in, and another password ---


def ask_code(ctx: Context, *, kind: TicketKind, contact: NormalisedContact, vault: Vault, language: str) -> str:
    """Send a code with which the holder of ``contact`` signs in or chooses another password; return the ticket's token.

    Where no account has this contact, as much is written and nothing is sent.
    """
    index = contact_index(contact, vault)
    reached = queries.accounts_reached(ctx, index=index)
    opened = open_ticket(ctx, kind=kind, vault=vault, blind_index=index)
    purpose = (
        T("%(code)s is your code for signing in, until %(until)s.", **code_and_end(opened))
        if kind is TicketKind.SIGN_IN
        else T("%(code)s is your code for a new password, until %(until)s.", **code_and_end(opened))
    )
    _send_code(ctx, opened, to=contact, purpose=purpose, vault=vault, language=language, dropped=not reached)
    return opened.token


def spend_code(
    ctx: Context, *, token: str, kind: TicketKind, code: str, vault: Vault, demo_allowed: bool
) -> tuple[Ticket, list[Credential]] | None:
    """Spend a ticket with its code; return it and the accounts that it leads to: one, or several that share a phone.

    None if the code is wrong. Commit also then: the try counts. Accounts of the demonstration are reached only where
    ``demo_allowed``.
    """
    ticket = spend_with_code(ctx, token=token, kind=kind, code=code, vault=vault)
    if ticket is None:
        return None
    accounts = [
        account
        for account in queries.accounts_reached(ctx, index=ticket.blind_index)
        if demo_allowed or not account.is_demo
    ]
    return (ticket, accounts) if accounts else None


# --- contacts of one's own ---


def ask_to_prove(ctx: Context, *, user_id: int, contact: NormalisedContact, vault: Vault, language: str) -> str:
    """Send a code to a contact that a person wants to confirm or to take as a new one; return the ticket's token."""
    sealed = sealed_contact(contact, vault)
    opened = open_ticket(
        ctx,
        kind=TicketKind.CONTACT,
        vault=vault,
        user_id=user_id,
        contact_kind=contact.kind,
        blind_index=sealed.blind_index,
        contact=sealed.ciphertext,
    )
    purpose = T("%(code)s is your code for confirming this contact, until %(until)s.", **code_and_end(opened))
    _send_code(ctx, opened, to=contact, purpose=purpose, vault=vault, language=language)
    return opened.token


def own_contact(ctx: Context, *, user_id: int, contact_id: int, vault: Vault) -> NormalisedContact | None:
    """Return a user's own contact in the clear, to send a code to it; None if the user has no such contact."""
    found = ctx.session.scalar(sa.select(Contact).where(Contact.id == contact_id, Contact.user_id == user_id))
    return None if found is None else NormalisedContact(found.kind, reveal(found, vault))


def prove_contact(ctx: Context, *, user: User, token: str, code: str, vault: Vault, language: str) -> bool:
    """Take the code of :func:`ask_to_prove`: the contact is confirmed, and takes the place of another of its kind.

    What is displaced, and the person's other contacts, get a notice. False if the code is wrong; commit also then.
    Raises Conflict (field ``code``) if somebody else has confirmed this contact.
    """
    ticket = spend_with_code(ctx, token=token, kind=TicketKind.CONTACT, code=code, vault=vault)
    if ticket is None or ticket.user_id != user.id or ticket.contact is None or ticket.contact_kind is None:
        return False
    known = next((contact for contact in user.contacts if contact.blind_index == ticket.blind_index), None)
    if known is None:
        new = Contact(kind=ticket.contact_kind, blind_index=ticket.blind_index, ciphertext=ticket.contact)
        _take_over(ctx, user, new, vault, language)
    else:
        mark_verified(ctx, known)
    record(
        ctx,
        action="core:user:confirm_contact",
        summary=T("Confirmed an own contact") if known else T("Changed an own contact"),
        campaign=None,
        object_kind="user",
        object_id=user.id,
        after={"kind": ticket.contact_kind.value},
    )
    return True


def _take_over(ctx: Context, user: User, new: Contact, vault: Vault, language: str) -> None:
    """Put a contact in the place of those of its kind, and say so to every contact there was."""
    shown, before = mask(new.kind, reveal(new, vault)), list(user.contacts)
    for old in before:
        if old.kind is new.kind:
            user.contacts.remove(old)
            ctx.session.delete(old)
    user.contacts.append(new)
    mark_verified(ctx, new)
    kind = _CONTACT_KINDS[new.kind]
    body = [
        T("Your account has a new %(kind)s since %(when)s: %(shown)s.", kind=kind, when=ctx.now, shown=shown),
        T("If this was not you, please sign in, change your password, and call the support of your contest."),
    ]
    for old in before:
        send_message(
            ctx,
            to=NormalisedContact(old.kind, reveal(old, vault)),
            subject=T("Your account has another contact"),
            body=body,
            key=new_key("core.contact"),
            vault=vault,
            user_id=user.id,
            language=language,
        )


def mark_verified(ctx: Context, contact: Contact) -> None:
    """Note that a contact is proved. Raises Conflict (field ``code``) if it is another account's for certain."""
    try:
        with ctx.session.begin_nested():
            contact.verified_at = contact.verified_at or ctx.now
            ctx.session.flush()
    except IntegrityError as error:
        message = T(
            "Another account has confirmed this contact. If both accounts are yours, please ask the support to join "
            "them."
        )
        raise Conflict(message, field="code") from error


def _send_code(
    ctx: Context,
    opened: OpenedTicket,
    *,
    to: NormalisedContact,
    purpose: Text,
    vault: Vault,
    language: str,
    dropped: bool = False,
) -> None:
    send_message(
        ctx,
        to=to,
        subject=_SUBJECT,
        body=[purpose, _CAUTION],
        key=key_of(opened),
        vault=vault,
        user_id=opened.ticket.user_id,
        language=language,
        expires_at=opened.ticket.expires_at,
        dropped=dropped,
    )


def key_of(opened: OpenedTicket) -> str:
    """Return the key of the message that carries a ticket's code."""
    return f"core.ticket:{opened.ticket.token_hash}"


def code_and_end(opened: OpenedTicket) -> dict[str, object]:
    """Return what the message of a ticket's code is filled with."""
    return {"code": opened.code, "until": opened.ticket.expires_at}
