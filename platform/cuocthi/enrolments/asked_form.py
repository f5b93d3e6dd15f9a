"""The part of a form that a campaign adds: what it asks of people beyond name, contact and unit."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar, cast

from flask_babel import gettext as _
from wtforms import BooleanField, DateField, Field, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import TextInput

from cuocthi.campaigns.entrants import MAX_ANSWER, Ask, EntrantRules, OwnField
from cuocthi.enrolments.answers import OWN, Answers
from cuocthi.enrolments.guardians import RELATIONS, GuardianAnswer
from cuocthi.users.contacts import MAX_EMAIL
from cuocthi.users.names import MAX_NAME
from cuocthi.web.fields import select_choices
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l
from cuocthi.web.i18n import translate

if TYPE_CHECKING:
    from collections.abc import Iterable

#: What a parent or guardian enters, and the child's own consent.
GUARDIAN = (
    "guardian_name",
    "guardian_relation",
    "guardian_contact",
    "guardian_consent",
    "guardian_publishes",
    "child_publishes",
)
#: More choices than this are shown as a list to open.
_MOST_BUTTONS = 6
_DAY = re.compile(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})|(\d{2})(\d{2})(\d{4})")


class DayField(DateField):
    """A day as people write it, day first: 9/5/1985, 09.05.1985, 09051985. No calendar: a birth is decades back."""

    widget = TextInput()

    def __init__(self, label: str, **options: Any) -> None:
        """Take the options of a DateField but for the format: days are shown as 09/05/1985."""
        super().__init__(label, format="%d/%m/%Y", **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed; ValueError for what is no day."""
        typed = " ".join(valuelist).strip()
        self.data = None
        if not typed:
            return
        found = _DAY.fullmatch(typed)
        if found is None:
            raise ValueError(_("Please write the day as day/month/year, for instance 09/05/1985."))
        day, month, year = (int(part) for part in found.groups() if part)
        try:
            self.data = date(year, month, day)
        except ValueError as error:
            raise ValueError(_("There is no such day in the calendar. Please check day and month.")) from error


class AskedForm(BaseForm):
    """What a campaign may ask; :func:`asked_form` takes out what it does not, and adds its own questions."""

    birth_date = DayField(
        _l("Date of birth"), description=_l("Day, month, year: for instance 09/05/1985, or 09051985.")
    )
    citizen_id = StringField(
        _l("Citizen ID number"), [Length(max=20)], description=_l("12 digits, as on the card. It is not published.")
    )
    guardian_name = StringField(_l("Full name of the parent or guardian"), [Length(max=MAX_NAME)])
    guardian_relation = RadioField(_l("Relation to the child"), validate_choice=False)
    guardian_contact = StringField(
        _l("Phone number or e-mail address of the parent or guardian"), [Length(max=MAX_EMAIL)]
    )
    guardian_consent = BooleanField(
        _l("I am the parent or guardian. I agree that the child takes part and that its data is processed for this.")
    )
    guardian_publishes = BooleanField(_l("As parent or guardian I agree that the child's name may be published"))
    child_publishes = BooleanField(_l("I, the child, agree that my name may be published"))

    def to_answers(self) -> Answers:
        """Return what was entered, as it was entered."""
        return Answers(
            birth_date=self._entered("birth_date") or None,
            citizen_id=self._entered("citizen_id"),
            own={name.removeprefix(OWN): self._entered(name) for name in self.own_names},
            guardian=self._guardian(),
        )

    def _guardian(self) -> GuardianAnswer | None:
        if not self._entered("guardian_name"):
            return None
        return GuardianAnswer(
            name=self._entered("guardian_name"),
            relation=self._entered("guardian_relation"),
            contact=self._entered("guardian_contact"),
            consents=bool(self._entered("guardian_consent")),
            publishes=bool(self._entered("guardian_publishes")),
            child_publishes=bool(self._entered("child_publishes")),
        )

    @property
    def own_names(self) -> list[str]:
        """The names of the fields that only this campaign has, in their order."""
        return [field.name for field in self if field.name.startswith(OWN)]

    def _entered(self, name: str) -> Any:
        return (self[name].data or "") if name in self else ""

    def check_guardian(self) -> bool:
        """Show at each field of the guardian what is missing; tell whether nothing is."""
        missing = {
            "guardian_name": _("Please enter the name of a parent or guardian."),
            "guardian_relation": _("Please choose what you are to the child."),
            "guardian_contact": _("Please enter a phone number or e-mail address."),
            "guardian_consent": _("Without the consent of a parent or guardian a child cannot take part."),
        }
        empty = [name for name in missing if not self._entered(name)]
        for name in empty:
            self[name].errors = [*self[name].errors, missing[name]]
        return not empty


_Form = TypeVar("_Form", bound=AskedForm)


def asked_form(kind: type[_Form], rules: EntrantRules, *, leave_out: Iterable[str] = (), **arguments: Any) -> _Form:
    """Return a form of some kind with the fields that a campaign asks for; ``leave_out`` names those known already.

    ``arguments`` go to the form.
    """
    own: dict[str, Any] = {f"{OWN}{asked.key}": _own_field(asked) for asked in rules.fields}
    form = cast("_Form", type(kind.__name__, (kind,), own)(**arguments))
    form.guardian_relation.choices = select_choices(
        (relation.value, translate(title)) for relation, title in RELATIONS.items()
    )
    if rules.guardian_text:
        form.guardian_consent.label.text = rules.guardian_text
    unused = {name for name in ("birth_date", "citizen_id") if getattr(rules, name) is Ask.NO} | set(leave_out)
    if rules.birth_date is Ask.NO or not rules.guardian_below:
        unused |= set(GUARDIAN)
    for name in unused:
        del form[name]
    _require(form, rules, "birth_date", _("Please enter the date of birth."))
    _require(form, rules, "citizen_id", _("Please enter the citizen ID number."))
    return form


def _require(form: AskedForm, rules: EntrantRules, name: str, message: str) -> None:
    if name in form and getattr(rules, name) is Ask.REQUIRED:
        form[name].validators = [InputRequired(message), *form[name].validators]
        form[name].flags.required = True


def _own_field(asked: OwnField) -> Field:
    needed: Any = InputRequired(_("Please answer this question.")) if asked.required else Optional()
    if not asked.choices:
        return cast("Field", StringField(asked.label, [needed, Length(max=MAX_ANSWER)]))
    choices = [(choice, choice) for choice in asked.choices]
    if len(choices) <= _MOST_BUTTONS:
        # A group of buttons none of which is chosen is no choice, which WTForms would refuse.
        return cast("Field", RadioField(asked.label, [needed], choices=select_choices(choices), validate_choice=False))
    return cast("Field", SelectField(asked.label, [needed], choices=select_choices([("", "–"), *choices])))
