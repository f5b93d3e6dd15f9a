"""The form of somebody who joins a campaign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import gettext as _
from wtforms import BooleanField, HiddenField, PasswordField, RadioField, StringField
from wtforms.validators import InputRequired, Length

from cuocthi.enrolments.answers import OWN
from cuocthi.enrolments.asked_form import AskedForm, asked_form
from cuocthi.enrolments.domain import MAX_UNIT_NOTE
from cuocthi.security.passwords import MAX_LENGTH, MIN_LENGTH
from cuocthi.users.contacts import MAX_EMAIL
from cuocthi.users.names import MAX_NAME
from cuocthi.web.fields import select_choices
from cuocthi.web.forms import lazy_text as _l

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wtforms import Field

    from cuocthi.campaigns.entrants import EntrantRules
    from cuocthi.campaigns.models import Campaign
    from cuocthi.rules.models import RulesVersion
    from cuocthi.users.profiles import Known

#: How the fields stand on the page, by the beginnings of their names.
_ON_THE_PAGE = (
    "unit",
    "name",
    "contact",
    "password",
    "category",
    "birth_date",
    "citizen_id",
    "division",
    OWN,
    "guardian_",
    "child_",
    "consent",
    "rules",
    "news",
)


class JoinForm(AskedForm):
    """Who joins, from where, and what they agree to. ``unit`` is a code, ``rules_version`` a number.

    Fields that a campaign has no use for, or that are known of somebody signed in, are taken out by
    :func:`join_form`.
    """

    unit = HiddenField(_l("Your unit"), [InputRequired(_l("Please choose your unit."))])
    unit_note = StringField(_l("Name of your unit"), [Length(max=MAX_UNIT_NOTE)])
    name = StringField(_l("Full name"), [InputRequired(_l("Please enter your full name.")), Length(max=MAX_NAME)])
    contact = StringField(
        _l("Phone number or e-mail address"),
        [InputRequired(_l("Please enter your phone number or e-mail address.")), Length(max=MAX_EMAIL)],
        description=_l("You sign in with it; it is not published."),
    )
    password = PasswordField(
        _l("Choose a password"), [InputRequired(_l("Please choose a password.")), Length(max=MAX_LENGTH)]
    )
    category = RadioField(_l("You are"), [InputRequired(_l("Please choose who you are."))])
    division = RadioField(_l("Division"), [InputRequired(_l("Please choose a division."))])
    consent = BooleanField(
        _l("I agree to the processing of my personal data"),
        [InputRequired(_l("Without your consent to the processing of your data you cannot take part."))],
    )
    consent_version = HiddenField()
    rules = BooleanField(
        _l("I have read the rules of the contest and accept them"),
        [InputRequired(_l("Please read the rules and accept them."))],
    )
    rules_version = HiddenField()
    news = BooleanField(
        _l("Send me news of this contest by e-mail"),
        description=_l(
            "Voluntary: reminders such as “3 days left”, to an e-mail address that you have confirmed. You can end it "
            "at any time, in each mail or on your own page."
        ),
    )

    def __iter__(self) -> Iterator[Field]:
        """Go through the fields as they stand on the page: in that order what is wrong is listed."""
        return iter(sorted(super().__iter__(), key=_place))


def _place(field: Field) -> int:
    named = (place for place, name in enumerate(_ON_THE_PAGE) if field.name.startswith(name))
    return next(named, len(_ON_THE_PAGE))


def join_form(
    campaign: Campaign, rules: RulesVersion | None, asked: EntrantRules, *, known: bool, told: Known
) -> JoinForm:
    """Return the form of a campaign that asks for ``asked``.

    ``known`` leaves out what is known of somebody who is signed in, ``told`` is what that person has told before.
    """
    form = asked_form(JoinForm, asked, leave_out=[name for name in ("birth_date", "citizen_id") if getattr(told, name)])
    form.password.description = _("At least %(count)s characters, not easily guessed.", count=MIN_LENGTH)
    form.category.choices = select_choices(campaign.categories.items())
    form.division.choices = select_choices((division.key, division.name) for division in campaign.divisions)
    if campaign.consent_text:
        form.consent.label.text = campaign.consent_text
    unused = {
        "category": not campaign.categories,
        "division": not campaign.divisions,
        "rules": rules is None,
        "rules_version": rules is None,
        "name": known,
        "contact": known,
        "password": known,
    }
    for name, is_unused in unused.items():
        if is_unused:
            del form[name]
    return form
