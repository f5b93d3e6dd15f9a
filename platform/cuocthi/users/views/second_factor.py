"""The second factor: entering it after the password, setting it up and taking it off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from cuocthi.errors import DomainError
from cuocthi.security.limits import entered_account, limit_second_factor, own_account
from cuocthi.users import second_factor, sign_in
from cuocthi.users.codes import WrongCode
from cuocthi.users.forms import CodeForm, OwnPasswordForm
from cuocthi.users.models import TicketKind, User
from cuocthi.users.queries import masked_contacts
from cuocthi.users.tickets import count_try, find_ticket, spend
from cuocthi.users.views.blueprint import blueprint
from cuocthi.users.views.contacts import check_own_password
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as BaseResponse

    from cuocthi.users.sign_in import LoginUser


def _too_many() -> Response:
    form = CodeForm()
    form.form_errors = [_("Too many wrong attempts. Please wait a quarter of an hour, or ask the support for help.")]
    return render("users/enter_second_factor.html", form=form, status=429)


# --- on the way in ---


@blueprint.page("/sign-in/second-factor", public=True, methods=["GET", "POST"])
@limit_second_factor(_too_many, entered_account)
def enter_second_factor() -> BaseResponse:
    """Ask for the authenticator's code after the password, or a code that was sent, was right."""
    kinds = (TicketKind.SECOND_FACTOR,)
    if find_ticket(reading_context(), token=sign_in.held_ticket(), kinds=kinds) is None:
        flash(_("This took too long. Please sign in again."), "error")
        return redirect(url_for(".sign_in", next=sign_in.next_target()))
    form = CodeForm()
    if form.validate_on_submit():
        way_on = _take(form.code.data or "")
        if way_on is not None:
            return way_on
        attach_error(form, WrongCode())
    return render("users/enter_second_factor.html", form=form, status=422 if form.errors else 200)


def _take(code: str) -> BaseResponse | None:
    """Try a code on the held ticket; the try counts whatever comes of it."""
    with committing() as ctx:
        token = sign_in.held_ticket()
        ticket = count_try(ctx, token=token, kind=TicketKind.SECOND_FACTOR)
        if ticket is None or ticket.user_id is None:
            return None
        if not second_factor.is_right(ctx, user_id=ticket.user_id, code=code, vault=registry().vault):
            return None
        if spend(ctx, token=token, kind=TicketKind.SECOND_FACTOR) is None:
            return None
        return sign_in.enter(ctx, user_id=ticket.user_id, second_factor=False, index=ticket.blind_index)


# --- on my page ---


@blueprint.page("/me/second-factor", signed_in=True, endpoint="second_factor")
def show() -> BaseResponse:
    """Show whether the second factor is set up, and the next step."""
    return _page(sign_in.known_reader(), CodeForm(), OwnPasswordForm())


@blueprint.page("/me/second-factor/begin", signed_in=True, methods=["POST"])
def begin_second_factor() -> BaseResponse:
    """Make a secret to be put into an authenticator."""
    reader = sign_in.known_reader()
    form = OwnPasswordForm()
    if form.validate():
        try:
            check_own_password(reader.id, form.current.data or "")
            with committing() as ctx:
                second_factor.begin(ctx, user=ctx.session.get_one(User, reader.id), vault=registry().vault)
            return redirect(url_for(".second_factor"))
        except DomainError as error:
            attach_error(form, error)
    return _page(reader, CodeForm(), form, status=422)


@blueprint.page("/me/second-factor/confirm", signed_in=True, methods=["POST"])
@limit_second_factor(_too_many, own_account)
def confirm_second_factor() -> BaseResponse:
    """Take the second factor into use, and show the recovery codes this once."""
    reader = sign_in.known_reader()
    form = CodeForm()
    if form.validate():
        try:
            with committing() as ctx:
                codes = second_factor.confirm(
                    ctx,
                    user=ctx.session.get_one(User, reader.id),
                    code=form.code.data or "",
                    vault=registry().vault,
                    token=reader.token,
                )
        except DomainError as error:
            attach_error(form, error)
        else:
            response = render(
                "users/recovery_codes.html", codes=codes, way_on=sign_in.local_target(sign_in.next_target())
            )
            response.headers["Cache-Control"] = "no-store"
            return response
    return _page(reader, form, OwnPasswordForm(), status=422)


@blueprint.page("/me/second-factor/off", signed_in=True, methods=["POST"])
@limit_second_factor(_too_many, own_account)
def take_off_second_factor() -> BaseResponse:
    """Do without the second factor from now on."""
    reader = sign_in.known_reader()
    form = CodeForm()
    if form.validate():
        try:
            with committing() as ctx:
                user, code = ctx.session.get_one(User, reader.id), form.code.data or ""
                second_factor.take_off(ctx, user=user, code=code, vault=registry().vault)
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("You sign in without a second factor from now on."), "ok")
            return redirect(url_for(".second_factor"))
    return _page(reader, form, OwnPasswordForm(), status=422)


def _page(reader: LoginUser, code: CodeForm, password: OwnPasswordForm, *, status: int = 200) -> Response:
    ctx, parts = reading_context(), registry()
    secret = second_factor.secret_on_trial(ctx, user_id=reader.id, vault=parts.vault)
    response = render(
        "users/second_factor.html",
        code=code,
        password=password,
        is_set_up=reader.second_factor,
        is_required=parts.config.staff_need_second_factor,
        codes_left=second_factor.recovery_codes_left(ctx, user_id=reader.id),
        secret=secret,
        picture=_picture(secret, reader) if secret else "",
        status=status,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _picture(secret: str, reader: LoginUser) -> Markup:
    """Return the QR code that an authenticator reads; it names the account by a contact as it is shown in part."""
    parts = registry()
    contacts = masked_contacts(reading_context(), user_id=reader.id, vault=parts.vault)
    account = contacts[0] if contacts else reader.name
    address = second_factor.provisioning_address(secret, account=account, issuer=parts.config.site_name)
    import segno  # noqa: PLC0415 - few people set one up

    code = segno.make(address, error="m", micro=False)
    return Markup(code.svg_inline(scale=4, border=4, light="#fff"))  # noqa: S704 - made here, of squares
