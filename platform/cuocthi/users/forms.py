"""The sign-in form."""

from __future__ import annotations

from wtforms import HiddenField, PasswordField, StringField
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
