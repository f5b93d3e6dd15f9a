"""Signing in with a code, choosing another password with one, and coming by an invitation."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from flask import flash, redirect, request, session, url_for
from flask_babel import gettext as _

from cuocthi.errors import DomainError
from cuocthi.security.limits import entered_account, limit_codes, limit_sign_in
from cuocthi.security.passwords import MIN_LENGTH
from cuocthi.text import T
from cuocthi.users import codes, domain, queries, sign_in
from cuocthi.users.contacts import contact_index, mask
from cuocthi.users.forms import AccountForm, AskCodeForm, CodeForm, NewPasswordForm
from cuocthi.users.models import Ticket, TicketKind, User
from cuocthi.users.newcomers import prove_by_invitation
from cuocthi.users.profiles import known_of
from cuocthi.users.sign_in import held_ticket, hold_ticket
from cuocthi.users.tickets import find_ticket, open_ticket, spend, spend_with_code
from cuocthi.users.views.blueprint import blueprint
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.fields import select_choices
from cuocthi.web.forms import attach_error
from cuocthi.web.i18n import language
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as BaseResponse

    from cuocthi.context import Context
    from cuocthi.users.queries import Credential

#: Under this name the session keeps, in part, the contact to which the last code was sent.
SENT_TO = "sent_to"

_SENT = (TicketKind.SIGN_IN, TicketKind.RESET, TicketKind.INVITATION)
_CHOICES = {TicketKind.SIGN_IN_CHOICE: TicketKind.SIGN_IN, TicketKind.RESET_CHOICE: TicketKind.RESET}


def too_many_codes() -> Response:
    """Say that enough codes were sent."""
    message = _("Several codes have been sent already. Please use the last one, or wait a quarter of an hour.")
    form = AskCodeForm()
    form.form_errors = [message]
    return _ask_page(form, status=429)


# --- asking ---


@blueprint.page(
    "/sign-in/code", public=True, methods=["GET", "POST"], defaults={"kind": TicketKind.SIGN_IN}, endpoint="ask_code"
)
@blueprint.page(
    "/sign-in/forgotten",
    public=True,
    methods=["GET", "POST"],
    defaults={"kind": TicketKind.RESET},
    endpoint="forgotten",
)
@limit_codes(too_many_codes)
def ask(kind: TicketKind) -> BaseResponse:
    """Ask for the contact to which a code is to go, and send it."""
    form = AskCodeForm()
    if request.method == "GET":
        form.next.data = request.args.get("next", "")
        return _ask_page(form)
    if form.validate():
        try:
            return _send(form, kind)
        except DomainError as error:
            attach_error(form, error)
    return _ask_page(form, status=422)


def _send(form: AskCodeForm, kind: TicketKind) -> BaseResponse:
    parts = registry()
    contact = codes.reachable_contact(form.contact.data or "", reached=parts.channels)
    with committing() as ctx:
        token = codes.ask_code(ctx, kind=kind, contact=contact, vault=parts.vault, language=language())
    hold_ticket(token, index=contact_index(contact, parts.vault))
    session[SENT_TO] = mask(contact.kind, contact.value)
    sign_in.go_on_to(form.next.data or "")
    return redirect(url_for(".enter_code"))


def _ask_page(form: AskCodeForm, *, status: int = 200) -> Response:
    return render("users/ask_code.html", form=form, resetting=request.endpoint == "users.forgotten", status=status)


# --- the code ---


def _too_many_wrong() -> Response:
    form = CodeForm()
    form.form_errors = [_("Too many wrong attempts. Please wait a quarter of an hour, or ask the support for help.")]
    return _code_page(form, status=429)


@blueprint.page("/sign-in/invited", public=True)
def invited() -> BaseResponse:
    """Take the link of an invitation; the code that came with it is asked for on the next page."""
    token = request.args.get("ticket", "")[:100]
    # Whoever makes links must not hand in a ticket of another kind, which was given out under other conditions.
    ticket = find_ticket(reading_context(), token=token, kinds=(TicketKind.INVITATION,))
    if ticket is None:
        return _begin_anew()
    hold_ticket(token, index=ticket.blind_index)
    session.pop(SENT_TO, None)
    return redirect(url_for(".enter_code"))


@blueprint.page("/sign-in/enter", public=True, methods=["GET", "POST"])
@limit_sign_in(_too_many_wrong, entered_account)
def enter_code() -> BaseResponse:
    """Take the code that was sent."""
    form = CodeForm()
    if not held_ticket():
        return redirect(url_for(".ask_code"))
    if request.method == "POST" and form.validate():
        ticket = find_ticket(reading_context(), token=held_ticket(), kinds=_SENT)
        way_on = None if ticket is None else _take_code(ticket, form.code.data or "")
        if way_on is not None:
            return way_on
        attach_error(form, codes.WrongCode())
    return _code_page(form, status=422 if form.errors else 200)


def _take_code(ticket: Ticket, code: str) -> BaseResponse | None:
    """Spend the held ticket; what came of it is committed whether the code is right or wrong."""
    with committing() as ctx:
        if ticket.kind is TicketKind.INVITATION:
            return _take_invitation(ctx, code)
        spent = codes.spend_code(
            ctx,
            token=held_ticket(),
            kind=ticket.kind,
            code=code,
            vault=registry().vault,
            demo_allowed=sign_in.demo_allowed(),
        )
        return None if spent is None else _lead_on(ctx, *spent)


def _take_invitation(ctx: Context, code: str) -> BaseResponse | None:
    spent = spend_with_code(ctx, token=held_ticket(), kind=TicketKind.INVITATION, code=code, vault=registry().vault)
    if spent is None or spent.user_id is None:
        return None
    user = ctx.session.get_one(User, spent.user_id)
    prove_by_invitation(ctx, user=user, index=spent.blind_index)
    return ask_password(ctx, spent.user_id, spent.blind_index)


def _lead_on(ctx: Context, ticket: Ticket, accounts: list[Credential]) -> BaseResponse:
    """Sign the one account in or ask for its new password; ask who it is where several share the contact."""
    if len(accounts) == 1:
        return _with_account(ctx, ticket.kind, accounts[0], ticket.blind_index)
    kind = next(choice for choice, after in _CHOICES.items() if after is ticket.kind)
    return ask_who(ctx, kind, accounts, ticket.blind_index)


def ask_who(ctx: Context, kind: TicketKind, accounts: list[Credential], index: str) -> BaseResponse:
    """Ask which of the people with these accounts this is; ``kind`` is that of the choice, see also sign_in.enter."""
    opened = open_ticket(ctx, kind=kind, vault=registry().vault, blind_index=index)
    hold_ticket(opened.token, index=index, accounts=[account.user_id for account in accounts])
    return redirect(url_for("users.choose_account"))


def _with_account(ctx: Context, kind: TicketKind, account: Credential, index: str) -> BaseResponse:
    if kind is TicketKind.RESET:
        return ask_password(ctx, account.user_id, index)
    return sign_in.enter(ctx, user_id=account.user_id, second_factor=account.second_factor, index=index)


def ask_password(ctx: Context, user_id: int, index: str) -> BaseResponse:
    """Lead somebody who has proved to be a user on to choosing a password; see :func:`sign_in.enter` for ``index``."""
    opened = open_ticket(ctx, kind=TicketKind.NEW_PASSWORD, vault=registry().vault, user_id=user_id, blind_index=index)
    hold_ticket(opened.token, index=index)
    return redirect(url_for("users.new_password"))


def _code_page(form: CodeForm, *, status: int = 200) -> Response:
    return render("users/enter_code.html", form=form, sent_to=session.get(SENT_TO, ""), status=status)


# --- which account, and its password ---


@blueprint.page("/sign-in/account", public=True, methods=["GET", "POST"])
def choose_account() -> BaseResponse:
    """Ask which of the people who share a contact this is, among those whom the code or the password leads to."""
    ctx = reading_context()
    ticket = find_ticket(ctx, token=held_ticket(), kinds=tuple(_CHOICES))
    accounts = [] if ticket is None else _choosable(ctx, ticket)
    if ticket is None or not accounts:
        return _begin_anew()
    form = AccountForm()
    form.user_id.choices = select_choices(_named(ctx, accounts))
    if form.validate_on_submit():
        chosen = next(account for account in accounts if str(account.user_id) == form.user_id.data)
        with committing() as changing:
            if spend(changing, token=held_ticket(), kind=ticket.kind) is None:
                return _begin_anew()
            return _with_account(changing, _CHOICES[ticket.kind], chosen, ticket.blind_index)
    return render("users/choose_account.html", form=form, status=422 if form.errors else 200)


def _choosable(ctx: Context, ticket: Ticket) -> list[Credential]:
    held = sign_in.held_accounts()
    return [account for account in queries.credentials(ctx, index=ticket.blind_index) if account.user_id in held]


def _named(ctx: Context, accounts: list[Credential]) -> list[tuple[str, str]]:
    """Return id and name of each account; people of the same name are told apart by the year of birth."""
    times = Counter(account.name_folded for account in accounts)
    return [
        (str(account.user_id), account.name if times[account.name_folded] == 1 else _with_year(ctx, account))
        for account in accounts
    ]


def _with_year(ctx: Context, account: Credential) -> str:
    born = known_of(ctx, user_id=account.user_id, vault=registry().vault).birth_date
    return account.name if born is None else _("%(name)s, born in %(year)s", name=account.name, year=born.year)


@blueprint.page("/sign-in/new-password", public=True, methods=["GET", "POST"])
def new_password() -> BaseResponse:
    """Take the new password of somebody who has proved a contact; signing in with it comes afterwards."""
    ticket = find_ticket(reading_context(), token=held_ticket(), kinds=(TicketKind.NEW_PASSWORD,))
    if ticket is None or ticket.user_id is None:
        return _begin_anew()
    form = NewPasswordForm()
    form.password.description = _("At least %(count)s characters, not easily guessed.", count=MIN_LENGTH)
    if form.validate_on_submit():
        try:
            return _set_password(form.password.data or "", ticket.user_id)
        except DomainError as error:
            attach_error(form, error)
    return render("users/new_password.html", form=form, status=422 if form.errors else 200)


def _set_password(new: str, user_id: int) -> BaseResponse:
    ctx = reading_context()
    user = ctx.session.get_one(User, user_id)
    # Hashing takes a while; no transaction stays open meanwhile.
    ctx.session.expunge(user)
    ctx.session.rollback()
    hashed = domain.prepare_new_password(user, new=new)
    with committing() as changing:
        if spend(changing, token=held_ticket(), kind=TicketKind.NEW_PASSWORD) is None:
            return _begin_anew()
        owner, summary = changing.session.get_one(User, user_id), T("Chose another password with a code")
        domain.change_password(changing, user=owner, password_hash=hashed, summary=summary)
    flash(_("Your password is changed. All devices are signed out. Please sign in."), "ok")
    return redirect(url_for(".sign_in", next=sign_in.next_target()))


def _begin_anew() -> BaseResponse:
    flash(_("This took too long, or was done already. Please ask for a new code."), "error")
    return redirect(url_for(".ask_code"))
