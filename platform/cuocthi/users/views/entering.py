"""Signing in with a password and out, on one device or all, and changing the password."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.errors import DomainError
from cuocthi.security.limits import limit_sign_in
from cuocthi.security.passwords import MIN_LENGTH
from cuocthi.users import domain, sign_in
from cuocthi.users.contacts import contact_index, normalise_contact
from cuocthi.users.forms import PasswordForm, SignInForm
from cuocthi.users.models import TicketKind, User
from cuocthi.users.sign_in import local_target
from cuocthi.users.views.blueprint import blueprint
from cuocthi.users.views.codes import ask_who
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as BaseResponse

_CAMPAIGN_PATH = re.compile(r"/c/([a-z0-9-]+)/")


def _too_many() -> Response:
    form = SignInForm()
    message = _("Too many wrong attempts. Please wait a quarter of an hour, or ask the support for help.")
    form.form_errors = [message]
    return _page(form, status=429)


@blueprint.page("/sign-in", public=True, methods=["GET", "POST"], endpoint="sign_in")
@limit_sign_in(_too_many)
def sign_in_view() -> BaseResponse:
    """Sign somebody in and lead on to where they wanted to go."""
    form = SignInForm()
    if request.method == "GET":
        form.next.data = request.args.get("next", "")
        if sign_in.reader():
            return redirect(local_target(form.next.data))
        return _page(form)
    if form.validate():
        try:
            return _enter(form)
        except DomainError as error:
            attach_error(form, error)
            return _page(form, status=error.status)
    return _page(form, status=422)


def _enter(form: SignInForm) -> BaseResponse:
    contact, password = form.contact.data or "", form.password.data or ""
    # Comparing the password takes a while; no transaction stays open meanwhile, above all no writing one.
    known = sign_in.known_credentials(contact)
    accounts = domain.check_credentials(known, password=password, demo_allowed=sign_in.demo_allowed())
    index = contact_index(normalise_contact(contact), registry().vault)
    sign_in.go_on_to(form.next.data or "")
    with committing() as ctx:
        if len(accounts) > 1:
            return ask_who(ctx, TicketKind.SIGN_IN_CHOICE, accounts, index)
        return sign_in.enter(ctx, user_id=accounts[0].user_id, second_factor=accounts[0].second_factor, index=index)


def _page(form: SignInForm, *, status: int = 200) -> Response:
    campaign = _CAMPAIGN_PATH.match(form.next.data or "")
    return render("users/sign_in.html", form=form, join_slug=campaign[1] if campaign else None, status=status)


@blueprint.page("/sign-out", public=True, methods=["POST"])
def sign_out() -> BaseResponse:
    """Sign the reader out on this device."""
    reader = sign_in.reader()
    if reader:
        with committing() as ctx:
            sign_in.end(ctx, token=reader.token)
    return redirect(local_target("/"))


@blueprint.page("/sign-out-everywhere", public=True, methods=["POST"])
def sign_out_everywhere() -> BaseResponse:
    """Sign the reader out on every device, this one too."""
    reader = sign_in.reader()
    if reader:
        with committing() as ctx:
            domain.end_all_sessions(ctx, user_id=reader.id)
            sign_in.end(ctx, token=reader.token)
        flash(_("You are signed out on all devices."), "ok")
    return redirect(url_for("users.sign_in"))


@blueprint.page("/me/devices/end", signed_in=True, methods=["POST"])
def end_device() -> BaseResponse:
    """Sign the reader out on one device."""
    reader = sign_in.known_reader()
    with committing() as ctx:
        ended = domain.end_device(ctx, user_id=reader.id, session_id=request.form.get("device", ""))
    flash(_("That device is signed out.") if ended else _("That device had been signed out already."), "ok")
    return redirect(url_for("me.show"))


@blueprint.page("/me/password", signed_in=True, methods=["GET", "POST"])
def password() -> BaseResponse:
    """Show the form of another password, and take it: all other devices are signed out."""
    reader = sign_in.known_reader()
    form = PasswordForm()
    form.password.description = _("At least %(count)s characters, not easily guessed.", count=MIN_LENGTH)
    if form.validate_on_submit():
        try:
            _change(form, reader.id)
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("Your password is changed. All other devices are signed out."), "ok")
            return redirect(url_for("me.show"))
    return render("users/password.html", form=form, status=422 if form.errors else 200)


def _change(form: PasswordForm, user_id: int) -> None:
    ctx = reading_context()
    user = ctx.session.get_one(User, user_id)
    # Comparing and hashing take a while; no transaction stays open meanwhile.
    ctx.session.expunge(user)
    ctx.session.rollback()
    hashed = domain.prepare_password(user, current=form.current.data or "", new=form.password.data or "")
    with committing() as ctx:
        domain.change_password(ctx, user=ctx.session.get_one(User, user_id), password_hash=hashed)
        sign_in.begin(ctx, user_id=user_id)
