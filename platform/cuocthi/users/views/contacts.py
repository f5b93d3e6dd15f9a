"""One's own contacts: confirming the ones there are with a code, and taking new ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, make_response, redirect, request, session, url_for
from flask_babel import gettext as _

from cuocthi.errors import DomainError
from cuocthi.security.limits import limit_codes, limit_second_factor, own_account
from cuocthi.security.passwords import verify_password
from cuocthi.text import T
from cuocthi.users import codes, sign_in
from cuocthi.users.contacts import NormalisedContact, mask
from cuocthi.users.forms import CodeForm, NewContactForm
from cuocthi.users.models import User
from cuocthi.users.views.blueprint import blueprint
from cuocthi.users.views.codes import SENT_TO
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.forms import attach_error
from cuocthi.web.i18n import language
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as BaseResponse

    from cuocthi.context import Context


def _too_many() -> Response:
    flash(_("Several codes have been sent already. Please use the last one, or wait a quarter of an hour."), "error")
    return make_response(redirect(url_for("me.show")))


@blueprint.page("/me/contacts/<int:contact_id>/confirm", signed_in=True, methods=["POST"])
@limit_codes(_too_many, own_account)
def confirm_contact(contact_id: int) -> BaseResponse:
    """Send a code to one of the reader's contacts."""
    reader = sign_in.known_reader()
    with committing() as ctx:
        contact = codes.own_contact(ctx, user_id=reader.id, contact_id=contact_id, vault=registry().vault)
        if contact is None:
            abort(404)
        return _send(ctx, reader.id, codes.reachable_contact(contact.value, reached=registry().channels))


@blueprint.page("/me/contacts/new", signed_in=True, methods=["GET", "POST"])
@limit_codes(_too_many)
def new_contact() -> BaseResponse:
    """Ask for a new contact and the password, and send a code to that contact."""
    reader = sign_in.known_reader()
    form = NewContactForm()
    if form.validate_on_submit():
        try:
            contact = codes.reachable_contact(form.contact.data or "", reached=registry().channels)
            check_own_password(reader.id, form.current.data or "")
            with committing() as ctx:
                return _send(ctx, reader.id, contact)
        except DomainError as error:
            attach_error(form, error)
    return render("users/new_contact.html", form=form, status=422 if form.errors else 200)


def check_own_password(user_id: int, password: str) -> None:
    """Raise DomainError (field ``current``) unless this is the user's password. No transaction stays open meanwhile."""
    ctx = reading_context()
    password_hash = ctx.session.get_one(User, user_id).password_hash
    ctx.session.rollback()
    if not verify_password(password_hash, password):
        raise DomainError(T("This is not your current password."), field="current")


def _send(ctx: Context, user_id: int, contact: NormalisedContact) -> BaseResponse:
    token = codes.ask_to_prove(ctx, user_id=user_id, contact=contact, vault=registry().vault, language=language())
    sign_in.hold_ticket(token, index="")
    session[SENT_TO] = mask(contact.kind, contact.value)
    return redirect(url_for("users.prove_contact"))


def _too_many_wrong() -> Response:
    form = CodeForm()
    form.form_errors = [_("Too many wrong attempts. Please wait a quarter of an hour, or ask the support for help.")]
    return _page(form, status=429)


@blueprint.page("/me/contacts/code", signed_in=True, methods=["GET", "POST"])
@limit_second_factor(_too_many_wrong, own_account)
def prove_contact() -> BaseResponse:
    """Take the code that was sent to one of the reader's contacts, or to the new one."""
    reader = sign_in.known_reader()
    form, status = CodeForm(), 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                if _prove(form.code.data or "", reader.id):
                    flash(_("Your contact is confirmed."), "ok")
                    return redirect(url_for("me.show"))
                attach_error(form, codes.WrongCode())
            except DomainError as error:
                attach_error(form, error)
                status = error.status
    return _page(form, status=status)


def _prove(code: str, user_id: int) -> bool:
    with committing() as ctx:
        return codes.prove_contact(
            ctx,
            user=ctx.session.get_one(User, user_id),
            token=sign_in.held_ticket(),
            code=code,
            vault=registry().vault,
            language=language(),
        )


def _page(form: CodeForm, *, status: int = 200) -> Response:
    return render("users/prove_contact.html", form=form, sent_to=session.get(SENT_TO, ""), status=status)
