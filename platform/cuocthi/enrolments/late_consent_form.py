"""The form of a parent's or guardian's consent that staff enter."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, RadioField, StringField
from wtforms.validators import InputRequired, Length

from cuocthi.enrolments.asked_form import DayField
from cuocthi.enrolments.guardians import RELATIONS, GuardianAnswer
from cuocthi.enrolments.late_consents import Means, Taking
from cuocthi.text import T
from cuocthi.users.contacts import MAX_EMAIL
from cuocthi.users.names import MAX_NAME
from cuocthi.web.fields import select_choices
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l
from cuocthi.web.i18n import translate

MEANS = {
    Means.PAPER: T("On paper, signed"),
    Means.PRESENT: T("Face to face"),
    Means.CALL: T("On the phone or in a video call"),
}


class LateConsentForm(BaseForm):
    """Who consented for the child, how and when, and to the publication of the name or not."""

    guardian_name = StringField(
        _l("Full name of the parent or guardian"),
        [InputRequired(_l("Please enter the name of a parent or guardian.")), Length(max=MAX_NAME)],
    )
    guardian_relation = RadioField(
        _l("Relation to the child"), [InputRequired(_l("Please choose the relation to the child."))]
    )
    guardian_contact = StringField(
        _l("Phone number or e-mail address of the parent or guardian"),
        [InputRequired(_l("Please enter a phone number or e-mail address.")), Length(max=MAX_EMAIL)],
    )
    means = RadioField(_l("How the consent was given"), [InputRequired(_l("Please choose how it was given."))])
    given_on = DayField(
        _l("Day of the consent"),
        validators=[InputRequired(_l("Please enter the day."))],
        description=_l("On paper: the day of the signature."),
    )
    guardian_consent = BooleanField(
        _l("The parent or guardian agrees that the child takes part and that its data is processed for this"),
        [InputRequired(_l("Without the consent of a parent or guardian a child cannot take part."))],
    )
    guardian_publishes = BooleanField(_l("The parent or guardian agrees that the child's name may be published"))
    child_publishes = BooleanField(_l("The child agrees that its name may be published"))

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.guardian_relation.choices = _choices(RELATIONS)
        self.means.choices = _choices(MEANS)

    def to_guardian(self) -> GuardianAnswer:
        """Return who consented, and to what."""
        return GuardianAnswer(
            name=self.guardian_name.data or "",
            relation=self.guardian_relation.data or "",
            contact=self.guardian_contact.data or "",
            consents=bool(self.guardian_consent.data),
            publishes=bool(self.guardian_publishes.data),
            child_publishes=bool(self.child_publishes.data),
        )

    def to_taking(self) -> Taking:
        """Return how and when the consent was given; the form must have been found valid."""
        assert self.given_on.data is not None  # noqa: S101 - the form was found valid
        return Taking(Means(self.means.data), self.given_on.data)


def _choices(titles: dict[Any, Any]) -> list[tuple[str, str]]:
    return select_choices((key.value, translate(title)) for key, title in titles.items())
