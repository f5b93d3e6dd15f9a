"""Forms of committees."""

from __future__ import annotations

from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import DataRequired, Length

from cuocthi.contributions import Role
from cuocthi.security.passwords import MAX_LENGTH
from cuocthi.users.contacts import MAX_EMAIL
from cuocthi.users.names import MAX_NAME
from cuocthi.web.fields import select_choices
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l

ROLES = [
    (Role.ORGANISING.value, _l("Organising committee")),
    (Role.JURY.value, _l("Jury")),
    (Role.SUPPORT.value, _l("Support team")),
    (Role.OVERSIGHT.value, _l("Oversight")),
]


class CommitteeForm(BaseForm):
    """A committee's title and the decision it rests on."""

    title = StringField(_l("Title"), [DataRequired(), Length(max=200)])
    decision = StringField(
        _l("Decision"), [Length(max=200)], description=_l("Number and day of the decision that sets it up.")
    )


class NewCommitteeForm(CommitteeForm):
    """A committee to be set up; its role decides what its members may do."""

    role = SelectField(_l("What it does"), choices=select_choices(ROLES))


class AppointmentForm(BaseForm):
    """A person found before, and the position on the committee."""

    user_id = HiddenField(validators=[DataRequired()])
    position = StringField(_l("Position"), [Length(max=120)], description=_l("For instance head, deputy head, member."))


class NewMemberForm(BaseForm):
    """A person who has no account yet: it is made together with the seat."""

    name = StringField(_l("Full name"), [DataRequired(_l("Please enter the full name.")), Length(max=MAX_NAME)])
    contact = StringField(
        _l("Phone number or e-mail address"),
        [DataRequired(_l("Please enter a phone number or e-mail address.")), Length(max=MAX_EMAIL)],
        description=_l("The person signs in with it."),
    )
    password = StringField(
        _l("First password"),
        [DataRequired(_l("Please choose a password.")), Length(max=MAX_LENGTH)],
        description=_l("Hand it over in person; the member changes it on “My page”."),
    )
    position = StringField(_l("Position"), [Length(max=120)], description=_l("For instance head, deputy head, member."))
