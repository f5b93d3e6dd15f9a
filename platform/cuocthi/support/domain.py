"""Letting somebody in again who lost phone or password: after a look at who it is, with a code to be read out.

The code leads to a new password and nowhere else. It is for people who take part, never for staff: whoever sits on a
committee has the second factor and colleagues, and an administrator the command line.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.committees.queries import roles_by_campaign
from cuocthi.errors import Blocked, Conflict, DomainError, Forbidden
from cuocthi.messages.domain import new_key, send_message
from cuocthi.support.models import IdentityCheck, Proof
from cuocthi.support.queries import checks_since, note_owner
from cuocthi.text import T
from cuocthi.users import queries, second_factor
from cuocthi.users.contacts import NormalisedContact, contact_index, mask, reveal, sealed_contact
from cuocthi.users.domain import MAX_SHARING, end_all_sessions
from cuocthi.users.models import TicketKind, User
from cuocthi.users.tickets import open_ticket, spend, spoken_token

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.security.personal_data import Vault
    from cuocthi.text import Text
    from cuocthi.users.models import Ticket

#: How often a person is let in again on one day, and how many people one helper lets in within an hour.
FOR_ONE_A_DAY = 3
BY_ONE_AN_HOUR = 20
#: Of the proofs other than the card, so many are needed.
NEEDED = 2


@dataclass(frozen=True, slots=True)
class Restored:
    """The code that is read out or printed, and until when it is good."""

    code: str
    expires_at: datetime


def obstacles(ctx: Context, *, user: User) -> list[Text]:
    """Return everything that stands against letting a person in again here."""
    return list(_obstacles(ctx, user))


def _obstacles(ctx: Context, user: User) -> Iterator[Text]:
    if user.id == ctx.actor.user_id:
        yield T("This is your own account.")
    if not user.active:
        yield T("This account is closed.")
    if _is_staff(ctx, user):
        yield T("This person is staff; an administrator of this site helps with the account.")


def _is_staff(ctx: Context, user: User) -> bool:
    return user.is_admin or bool(roles_by_campaign(ctx, user_id=user.id))


def restore_access(
    ctx: Context,
    *,
    campaign: Campaign,
    enrolment: Enrolment,
    proofs: Collection[Proof],
    note: str,
    contact: NormalisedContact | None,
    vault: Vault,
    language: str,
) -> Restored:
    """Let a person who takes part in again; return the code for a new password, which is shown this once.

    ``proofs`` and ``note`` say how the helper knows who it is. ``contact`` takes the place of the lost one of its kind.
    The person is signed out everywhere, earlier codes are void, a second factor is taken off, and the contacts that
    were confirmed before get a notice. Raises DomainError (fields ``proofs``, ``note``, ``contact``), Conflict if the
    contact is somebody else's or it happens too often, Blocked for staff.
    """
    written = _checked(proofs, note)
    user = ctx.session.scalars(
        sa.select(User).where(User.id == enrolment.user_id).with_for_update().execution_options(populate_existing=True)
    ).one()
    against = obstacles(ctx, user=user)
    if against:
        raise Blocked(T("This person cannot be let in again here."), against)
    helper = _helper(ctx)
    _refuse_too_often(ctx, user, helper)
    confirmed = [one for one in user.contacts if one.verified_at is not None]
    reached = [NormalisedContact(one.kind, reveal(one, vault)) for one in confirmed]
    if contact is not None:
        _replace_contact(ctx, user, contact, vault)
    if queries.has_second_factor(ctx, user_id=user.id):
        second_factor.reset(ctx, user=user)
    end_all_sessions(ctx, user_id=user.id)
    index = user.contacts[0].blind_index if user.contacts else ""
    opened = open_ticket(ctx, kind=TicketKind.SUPPORT, vault=vault, user_id=user.id, blind_index=index)
    body = _notice(ctx, campaign, contact)
    for to in reached:
        send_message(
            ctx,
            to=to,
            subject=T("Your account is to get another password"),
            body=body,
            key=new_key("core.access"),
            vault=vault,
            user_id=user.id,
            language=language,
        )
    check = IdentityCheck(
        campaign_id=campaign.id,
        user_id=user.id,
        checked=sorted(proof.value for proof in proofs),
        note=vault.encrypt(written, belongs_to=note_owner(user.id)),
        contact_changed=contact is not None,
        checked_by=helper,
        checked_at=ctx.now,
    )
    ctx.session.add(check)
    ctx.session.flush()
    _record(ctx, campaign, check)
    return Restored(opened.token, opened.ticket.expires_at)


def take_code(ctx: Context, *, typed: str) -> Ticket | None:
    """Spend a code of the support; return its ticket, or None if it is wrong, over, or its holder is staff by now."""
    ticket = spend(ctx, token=spoken_token(typed), kind=TicketKind.SUPPORT)
    if ticket is None or ticket.user_id is None:
        return None
    return None if _is_staff(ctx, ctx.session.get_one(User, ticket.user_id)) else ticket


def _checked(proofs: Collection[Proof], note: str) -> str:
    if Proof.CARD not in proofs and len(proofs) < NEEDED:
        message = T("Please check the citizen ID card, or at least two of the other things.")
        raise DomainError(message, field="proofs")
    written = " ".join(note.split())
    if not written:
        raise DomainError(T("Please note how you checked it; it is kept on record."), field="note")
    return written


def _helper(ctx: Context) -> int:
    if ctx.actor.user_id is None:
        raise Forbidden(T("Only a person who is signed in can do this."))
    return ctx.actor.user_id


def _refuse_too_often(ctx: Context, user: User, helper: int) -> None:
    of_person, of_helper = checks_since(
        ctx, user_id=user.id, day=ctx.now - timedelta(days=1), by=helper, hour=ctx.now - timedelta(hours=1)
    )
    if of_person >= FOR_ONE_A_DAY:
        raise Conflict(
            T("%(name)s was let in %(count)s times since yesterday. Please ask why.", name=user.name, count=of_person)
        )
    if of_helper >= BY_ONE_AN_HOUR:
        raise Conflict(T("You have let %(count)s people in within an hour. Please go on later.", count=of_helper))


def _replace_contact(ctx: Context, user: User, contact: NormalisedContact, vault: Vault) -> None:
    """Put a contact in the place of those of its kind. It is not confirmed: nobody has received anything there yet."""
    index = contact_index(contact, vault)
    if any(one.blind_index == index for one in user.contacts):
        raise Conflict(T("%(name)s has this contact already.", name=user.name), field="contact")
    holders = queries.credentials(ctx, index=index)
    if any(holder.verified for holder in holders):
        message = T("This contact is another account's for certain. If both are the same person, please merge them.")
        raise Conflict(message, field="contact")
    if len(holders) >= MAX_SHARING:
        message = T("Several people use this phone number or e-mail address already. Please take another one.")
        raise Conflict(message, field="contact")
    for old in [one for one in user.contacts if one.kind is contact.kind]:
        user.contacts.remove(old)
        ctx.session.delete(old)
    user.contacts.append(sealed_contact(contact, vault))
    ctx.session.flush()


def _notice(ctx: Context, campaign: Campaign, contact: NormalisedContact | None) -> list[Text]:
    """Return what the contacts that were confirmed before are told."""
    body = [
        T(
            "The support of “%(campaign)s” gave out a code on %(when)s with which a new password for your account can "
            "be chosen.",
            campaign=campaign.name,
            when=ctx.now,
        )
    ]
    if contact is not None:
        shown = mask(contact.kind, contact.value)
        body.append(T("Your account has another contact since then: %(shown)s.", shown=shown))
    phone = campaign.support_phone
    return [*body, T("If you did not ask for it, please call the support at once: %(phone)s.", phone=phone)]


def _record(ctx: Context, campaign: Campaign, check: IdentityCheck) -> None:
    record(
        ctx,
        action="core:access:restore",
        summary=T("Let a person in again who lost phone or password"),
        campaign=campaign,
        object_kind="user",
        object_id=check.user_id,
        after={"checked": list(check.checked), "contact_changed": check.contact_changed},
    )
