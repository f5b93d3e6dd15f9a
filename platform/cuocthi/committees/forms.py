"""Forms of committees."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.validators import DataRequired, Length

from cuocthi.committees.words import ROLES
from cuocthi.security.passwords import MAX_LENGTH
from cuocthi.users.contacts import MAX_EMAIL
from cuocthi.users.names import MAX_NAME
from cuocthi.web.fields import select_choices
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l


class CommitteeForm(BaseForm):
    """A committee's title and the decision it rests on."""

    title = StringField(_l("Title"), [DataRequired(), Length(max=200)])
    decision = StringField(
        _l("Decision"), [Length(max=200)], description=_l("Number and day of the decision that sets it up.")
    )
    sees_names = BooleanField(
        _l("Unit coordinators see by name who of their unit has taken part"),
        description=_l("Only where the rules say so; the rules are issued with it. Scores are never shown."),
    )


class NewCommitteeForm(CommitteeForm):
    """A committee to be set up; its role decides what its members may do."""

    role = SelectField(
        _l("What it does"), choices=select_choices((role.value, _l(title.msgid)) for role, title in ROLES.items())
    )


def _unit_field() -> StringField:
    """Return the field that committees of coordinators ask for."""
    return StringField(
        _l("Unit"), [Length(max=200)], description=_l("Name or code of the unit whose people this person urges on.")
    )


class AppointmentForm(BaseForm):
    """A person found before, and the position on the committee."""

    user_id = HiddenField(validators=[DataRequired()])
    position = StringField(_l("Position"), [Length(max=120)], description=_l("For instance head, deputy head, member."))
    unit = _unit_field()


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
        [Length(max=MAX_LENGTH)],
        description=_l(
            "Leave it empty to send an invitation, with which the member chooses the password. Otherwise hand it over "
            "in person; it must be changed at the first sign-in."
        ),
    )
    position = StringField(_l("Position"), [Length(max=120)], description=_l("For instance head, deputy head, member."))
    unit = _unit_field()
