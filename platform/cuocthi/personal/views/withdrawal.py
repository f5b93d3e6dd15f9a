"""Withdrawing, after what it does was said, and once the reader has proved who it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, abort, flash, redirect, request, session, url_for
from flask_babel import gettext as _

from cuocthi.errors import DomainError
from cuocthi.personal.collecting import of_account, of_contests
from cuocthi.personal.forms import WithdrawForm
from cuocthi.personal.views.blueprints import my_pages
from cuocthi.personal.views.own import own_account, own_entry
from cuocthi.personal.withdrawing import erase_own_account, why_no_erasure, withdraw
from cuocthi.rules.language import writer
from cuocthi.security import limits
from cuocthi.text import Text
from cuocthi.users import codes, sign_in
from cuocthi.users.contacts import NormalisedContact, mask, reveal
from cuocthi.users.models import TicketKind
from cuocthi.users.views.codes import SENT_TO
from cuocthi.users.views.contacts import check_own_password
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.forms import attach_error
from cuocthi.web.i18n import language
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context

#: Under this name the session keeps that a code was sent for withdrawing, beside its ticket.
_CODE_SENT = "withdraw_code"


def _too_many() -> Response:
    return _refused(_("Too many wrong attempts. Please wait a quarter of an hour, or ask the support for help."))


def _too_many_codes() -> Response:
    return _refused(_("Several codes have been sent already. Please use the last one, or wait a quarter of an hour."))


@my_pages.page("/withdraw", signed_in=True, methods=["GET", "POST"], defaults={"slug": ""})
@my_pages.page("/withdraw/<slug>", signed_in=True, methods=["GET", "POST"])
@limits.limit_second_factor(_too_many, limits.own_account)
def leave(slug: str) -> AnyResponse:
    """Say what withdrawing does, from one contest or with the whole account; and do it."""
    form, status = WithdrawForm(), 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                _prove(form)
                return _account_gone() if not slug else _left(slug)
            except DomainError as error:
                attach_error(form, error)
                status = error.status
    return _page(form, slug, status=status)


@my_pages.page("/withdraw-code", signed_in=True, methods=["POST"], defaults={"slug": ""})
@my_pages.page("/withdraw-code/<slug>", signed_in=True, methods=["POST"])
@limits.limit_codes(_too_many_codes, limits.own_account)
def send_code(slug: str) -> AnyResponse:
    """Send a code to the reader, in place of the password."""
    parts = registry()
    with committing() as ctx:
        contact = _reachable(ctx)
        if contact is None:
            flash(_("No code can be sent to you. Please use your password, or ask the support for help."), "error")
            return redirect(url_for(".leave", slug=slug))
        token = codes.ask_code(ctx, kind=TicketKind.SIGN_IN, contact=contact, vault=parts.vault, language=language())
    sign_in.hold_ticket(token, index="")
    session[_CODE_SENT] = session[SENT_TO] = mask(contact.kind, contact.value)
    return redirect(url_for(".leave", slug=slug))


def _prove(form: WithdrawForm) -> None:
    """Raise DomainError at the field unless the reader entered the own password, or the code that was sent."""
    ctx = reading_context()
    user_id = ctx.actor.user_id or abort(404)
    if not form.code.data:
        check_own_password(user_id, form.current.data or "")
        return
    ctx.session.rollback()
    with committing() as ctx:
        spent = codes.spend_code(
            ctx,
            token=sign_in.held_ticket(),
            kind=TicketKind.SIGN_IN,
            code=form.code.data,
            vault=registry().vault,
            demo_allowed=sign_in.demo_allowed(),
        )
    if spent is None or user_id not in {account.user_id for account in spent[1]}:
        raise codes.WrongCode


def _left(slug: str) -> AnyResponse:
    with committing() as ctx:
        campaign, enrolment = own_entry(ctx, slug)
        withdraw(ctx, campaign=campaign, enrolment=enrolment, write=_write)
    session.pop(_CODE_SENT, None)
    flash(_("You have withdrawn from “%(contest)s”. Your name no longer stands there.", contest=campaign.name), "ok")
    return redirect(url_for(".data"))


def _account_gone() -> AnyResponse:
    reader = sign_in.known_reader()
    with committing() as ctx:
        erase_own_account(ctx, user=own_account(ctx), write=_write)
        sign_in.end(ctx, token=reader.token)
    flash(_("Your account is erased. Thank you for having taken part."), "ok")
    return redirect(url_for("home.index"))


def _write(language_of_contest: str, text: Text) -> str:
    return writer(language_of_contest)(text)


def _reachable(ctx: Context) -> NormalisedContact | None:
    """Return a contact of the reader's to which a code can be sent, a confirmed one before others."""
    parts = registry()
    held = sorted(own_account(ctx).contacts, key=lambda contact: contact.verified_at is None)
    found = (contact for contact in held if contact.kind in parts.channels)
    return next((NormalisedContact(contact.kind, reveal(contact, parts.vault)) for contact in found), None)


def _refused(message: str) -> Response:
    form = WithdrawForm()
    form.form_errors = [message]
    return _page(form, (request.view_args or {}).get("slug", ""), status=429)


def _page(form: WithdrawForm, slug: str, *, status: int) -> Response:
    ctx, vault = reading_context(), registry().vault
    user = own_account(ctx)
    contests = of_contests(ctx, user=user, vault=vault)
    if slug:
        contests = [found for found in contests if found.campaign.slug == slug and found.enrolment is not None]
        if not contests:
            abort(404)
    account = [] if slug else of_account(ctx, user=user, vault=vault)
    return render(
        "personal/withdraw.html",
        status=status,
        form=form,
        slug=slug,
        contests=contests,
        account=account,
        why_not=None if slug else why_no_erasure(ctx, user=user),
        code_sent_to=session.get(_CODE_SENT, ""),
        can_send=_reachable(ctx) is not None,
    )
