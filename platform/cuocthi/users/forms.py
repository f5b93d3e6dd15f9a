"""Forms of signing in, and of what a person changes about it."""

from __future__ import annotations

from wtforms import HiddenField, PasswordField, RadioField, StringField
from wtforms.validators import InputRequired, Length

from cuocthi.security.passwords import MAX_LENGTH
from cuocthi.users.contacts import MAX_EMAIL
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l


class SignInForm(BaseForm):
    """Who signs in, with what, and where to go on afterwards."""

    contact = StringField(
        _l("Phone number or e-mail address"),
        [InputRequired(_l("Please enter your phone number or e-mail address.")), Length(max=MAX_EMAIL)],
    )
    password = PasswordField(_l("Password"), [InputRequired(_l("Please enter your password.")), Length(max=MAX_LENGTH)])
    next = HiddenField()


class PasswordForm(BaseForm):
    """The current password and the one in its place."""

    current = PasswordField(
        _l("Current password"), [InputRequired(_l("Please enter your password.")), Length(max=MAX_LENGTH)]
    )
    password = PasswordField(
        _l("New password"), [InputRequired(_l("Please choose a password.")), Length(max=MAX_LENGTH)]
    )


class AskCodeForm(BaseForm):
    """To whom a code is to be sent."""

    contact = StringField(
        _l("Phone number or e-mail address"),
        [InputRequired(_l("Please enter your phone number or e-mail address.")), Length(max=MAX_EMAIL)],
        description=_l("The one with which you registered."),
    )
    next = HiddenField()


class CodeForm(BaseForm):
    """A code that was sent, or that an authenticator shows."""

    code = StringField(_l("Code"), [InputRequired(_l("Please enter the code.")), Length(max=40)])


class AccountForm(BaseForm):
    """Which of several people who share a contact somebody is; ``choices`` are ids and names."""

    user_id = RadioField(_l("You are"), [InputRequired(_l("Please choose who you are."))])


class NewPasswordForm(BaseForm):
    """A password that is chosen without knowing the present one."""

    password = PasswordField(
        _l("New password"), [InputRequired(_l("Please choose a password.")), Length(max=MAX_LENGTH)]
    )


class OwnPasswordForm(BaseForm):
    """The present password, asked for before an act that a stranger at an open screen must not do."""

    current = PasswordField(
        _l("Current password"), [InputRequired(_l("Please enter your password.")), Length(max=MAX_LENGTH)]
    )


class NewContactForm(OwnPasswordForm):
    """A contact that is to be used from now on."""

    contact = StringField(
        _l("New phone number or e-mail address"),
        [InputRequired(_l("Please enter a phone number or e-mail address.")), Length(max=MAX_EMAIL)],
    )
