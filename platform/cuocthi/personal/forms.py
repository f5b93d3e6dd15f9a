"""Forms about one's own data, about wishes for corrections, and about how long data is kept."""

from __future__ import annotations

from wtforms import IntegerField, PasswordField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from cuocthi.enrolments.domain import MAX_UNIT_NOTE
from cuocthi.personal.models import MAX_REASON, MAX_WISH
from cuocthi.personal.settings import Retention
from cuocthi.security.passwords import MAX_LENGTH
from cuocthi.users.names import MAX_NAME
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l


class NameForm(BaseForm):
    """One's own name, put right."""

    name = StringField(_l("Full name"), [InputRequired(_l("Please enter your full name.")), Length(max=MAX_NAME)])


class WishForm(BaseForm):
    """What else is wrong in a registration."""

    wish = TextAreaField(
        _l("What is wrong, and how should it be?"),
        [InputRequired(_l("Please write what is wrong, and how it should be.")), Length(max=MAX_WISH)],
        description=_l("For instance the unit, the category or the date of birth."),
    )


class WithdrawForm(BaseForm):
    """The proof that it is oneself: the password, or the code that was sent instead."""

    current = PasswordField(_l("Current password"), [Length(max=MAX_LENGTH)])
    code = StringField(_l("Code that was sent to you"), [Length(max=40)])


class PlacementForm(BaseForm):
    """For which unit, and as what, somebody takes part."""

    unit = StringField(
        _l("Unit"),
        [InputRequired(_l("Please enter the unit.")), Length(max=200)],
        description=_l("Name or code, as in the list of units."),
    )
    unit_note = StringField(
        _l("Name of a unit that is not in the list"),
        [Length(max=MAX_UNIT_NOTE)],
        description=_l("Only where the unit is that of all those not in the list."),
    )
    category = RadioField(_l("Category"), [InputRequired(_l("Please choose the category."))])


class AnswerForm(BaseForm):
    """Why a wish is declined."""

    answer = StringField(_l("If it is not corrected: why?"), [Length(max=MAX_REASON)])


class RetentionForm(BaseForm):
    """How long a campaign keeps personal data; the bounds are those of the settings."""

    months = IntegerField(
        _l("Months from the archiving until people become anonymous"),
        [InputRequired()],
        description=_l("Names, contacts and what else was asked of people go; places and figures stay."),
    )
    award_years = IntegerField(
        _l("Years for which award and payment records are kept"),
        [InputRequired()],
        description=_l("As the law on accounting and archives prescribes; the names of winners stay until then."),
    )

    def to_settings(self) -> Retention:
        """Return the periods. Raises SettingsError for those that cannot be."""
        return Retention(months=self.months.data or 0, award_years=self.award_years.data or 0)
