"""Asking, answering, passing on, closing."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.campaigns.models import CampaignState
from cuocthi.clock import to_micros
from cuocthi.errors import Closed, Conflict, DomainError, Forbidden, Missing
from cuocthi.messages.domain import send_message
from cuocthi.security.personal_data import Undecipherable
from cuocthi.text import T
from cuocthi.users.contacts import normalise_contact
from cuocthi.users.models import ContactKind
from cuocthi.users.names import fold
from cuocthi_inquiries.domain.texts import checked
from cuocthi_inquiries.models import MAX_QUESTION, MAX_TEXT, Inquiry, InquiryState
from cuocthi_inquiries.queries import answering_committees, inquiry_by_token, load_inquiry_settings
from cuocthi_inquiries.working_days import answer_due

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault
    from cuocthi.text import Text

#: How many questions of one user may wait for an answer. Nobody else's are limited by it.
MAX_WAITING = 5


def token_hash(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def ask(ctx: Context, *, campaign: Campaign, body: str, token: str, contact: str, vault: Vault) -> Inquiry:
    """Take a question of whoever acts; somebody without an account leaves a ``contact``, which is encrypted.

    The same ``token`` again returns the inquiry that was made with it, so that a form sent twice asks once. Raises
    Closed in an archived campaign, Forbidden if one must sign in to ask, Conflict for a user of whose questions too
    many wait, DomainError for a text or a contact that cannot be.
    """
    if campaign.state is CampaignState.ARCHIVED:
        raise Closed(T("This campaign is archived; questions are no longer taken here."))
    digest = token_hash(token)
    known = inquiry_by_token(ctx, campaign_id=campaign.id, token_hash=digest)
    if known is not None:
        return known
    settings = load_inquiry_settings(ctx, campaign=campaign).value
    user_id = ctx.actor.user_id
    if user_id is None and not settings.anonymous:
        raise Forbidden(T("Please sign in to ask a question."))
    if user_id is not None:
        _refuse_too_many(ctx, campaign, user_id)
    question = checked(body, MAX_QUESTION, "body")
    inquiry = Inquiry(
        campaign_id=campaign.id,
        token_hash=digest,
        user_id=user_id,
        contact=_sealed(contact, digest, vault) if user_id is None else None,
        body=question,
        search=fold(question),
        asked_at=ctx.now,
        due_at=answer_due(ctx.now, settings.working_days),
    )
    try:
        with ctx.session.begin_nested():
            ctx.session.add(inquiry)
    except sa.exc.IntegrityError:
        # The same form came twice at the same moment; the other one was first.
        first = inquiry_by_token(ctx, campaign_id=campaign.id, token_hash=digest)
        if first is None:
            raise
        return first
    return inquiry


def reply(
    ctx: Context,
    *,
    campaign: Campaign,
    inquiry_id: int,
    state: InquiryState,
    text: str,
    seen: datetime | None,
    vault: Vault,
) -> Inquiry:
    """Answer an inquiry, also one that was closed, or correct its answer; or close it with the reason.

    ``state`` says which; ``seen`` is when the reply was given that the writing person saw. Who left an e-mail address
    gets the reply there as well. Raises Missing, Conflict if somebody else replied since or what is to be closed has
    a reply, DomainError for an empty or too long text.
    """
    inquiry = _held(ctx, campaign, inquiry_id)
    if inquiry.replied_at != seen:
        raise Conflict(T("Somebody else has replied in the meantime. Your text is still here; please look first."))
    if state is InquiryState.CLOSED:
        _refuse_replied(inquiry)
        summary = T("Closed question %(number)s without an answer", number=inquiry.id)
    elif inquiry.state is InquiryState.ANSWERED:
        summary = T("Corrected the answer to question %(number)s", number=inquiry.id)
    else:
        summary = T("Answered question %(number)s", number=inquiry.id)
    before = {"state": str(inquiry.state), "reply": inquiry.reply}
    inquiry.reply = checked(text, MAX_TEXT, "text")
    inquiry.state, inquiry.replied_by, inquiry.replied_at = state, ctx.actor.user_id, ctx.now
    _record(ctx, campaign, inquiry, "answer", summary, before, {"state": str(state), "reply": inquiry.reply})
    _mail_reply(ctx, inquiry, vault)
    return inquiry


def pass_on(ctx: Context, *, campaign: Campaign, inquiry_id: int, committee: str) -> Inquiry:
    """Pass an inquiry on to a committee, by its key. Raises Missing, Conflict if it has a reply already, DomainError
    for a committee that does not answer questions.
    """
    inquiry = _held(ctx, campaign, inquiry_id)
    _refuse_replied(inquiry)
    titles = answering_committees(ctx, campaign_id=campaign.id)
    if committee not in titles:
        raise DomainError(T("Please choose a committee that answers questions."), field="committee")
    before = inquiry.committee
    if committee == before:
        return inquiry
    inquiry.committee = committee
    summary = T("Passed question %(number)s on to “%(committee)s”", number=inquiry.id, committee=titles[committee])
    _record(ctx, campaign, inquiry, "pass", summary, {"committee": before}, {"committee": committee})
    return inquiry


def reveal_contact(ctx: Context, *, campaign: Campaign, inquiry_id: int, vault: Vault) -> str:
    """Return the contact of somebody who asked without an account; that it was looked at goes on record.

    Raises Missing if there is no such inquiry or it has no contact, Undecipherable if its key is gone.
    """
    inquiry = _held(ctx, campaign, inquiry_id)
    contact = _contact(inquiry, vault)
    if contact is None:
        raise Missing(T("Question %(number)s was not asked with a contact.", number=inquiry.id))
    summary = T("Looked at the contact of who asked question %(number)s", number=inquiry.id)
    _record(ctx, campaign, inquiry, "contact", summary, {}, {})
    return contact


def _record(  # noqa: PLR0917 - the parts of an event
    ctx: Context,
    campaign: Campaign,
    inquiry: Inquiry,
    verb: str,
    summary: Text,
    before: Mapping[str, object],
    after: Mapping[str, object],
) -> None:
    record(
        ctx,
        action=f"inquiries:question:{verb}",
        summary=summary,
        campaign=campaign,
        object_kind="inquiry",
        object_id=inquiry.id,
        before=before,
        after=after,
    )


def _held(ctx: Context, campaign: Campaign, inquiry_id: int) -> Inquiry:
    """Return an inquiry that nobody else changes until the transaction ends."""
    found = ctx.session.scalar(
        sa.select(Inquiry)
        .where(Inquiry.campaign_id == campaign.id, Inquiry.id == inquiry_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise Missing(T("There is no question %(number)s.", number=inquiry_id))
    return found


def _refuse_replied(inquiry: Inquiry) -> None:
    if not inquiry.is_open:
        raise Conflict(T("Question %(number)s has a reply already.", number=inquiry.id))


def _refuse_too_many(ctx: Context, campaign: Campaign, user_id: int) -> None:
    own = (Inquiry.campaign_id == campaign.id, Inquiry.user_id == user_id, Inquiry.state == InquiryState.OPEN)
    number = ctx.session.scalar(sa.select(sa.func.count()).select_from(Inquiry).where(*own)) or 0
    if number >= MAX_WAITING:
        text = T("%(count)s of your questions wait for an answer. Please ask again when one has come.", count=number)
        raise Conflict(text)


def _mail_reply(ctx: Context, inquiry: Inquiry, vault: Vault) -> None:
    try:
        contact = _contact(inquiry, vault)
    except Undecipherable:
        # Its key is gone. The reply can be read at the address that was given with the question all the same.
        return
    to = normalise_contact(contact) if contact else None
    if to is None or to.kind is not ContactKind.EMAIL:
        return
    send_message(
        ctx,
        to=to,
        subject=T("Reply to your question number %(number)s", number=inquiry.id),
        body=[T("You asked: %(question)s", question=inquiry.body), T("Reply: %(reply)s", reply=inquiry.reply)],
        key=f"inquiries:{inquiry.id}:{to_micros(ctx.now)}",
        vault=vault,
    )


def _contact(inquiry: Inquiry, vault: Vault) -> str | None:
    if inquiry.contact is None:
        return None
    return vault.decrypt(inquiry.contact, belongs_to=_owner(inquiry.token_hash))


def _sealed(contact: str, digest: str, vault: Vault) -> bytes:
    return vault.encrypt(normalise_contact(contact).value, belongs_to=_owner(digest))


def _owner(digest: str) -> str:
    return f"inquiries_inquiry:{digest}"
