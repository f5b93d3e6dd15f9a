"""Forms of who may take part in a campaign, what is asked of them, and of a division."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from cuocthi.campaigns.divisions import MAX_DIVISION_NAME, DivisionFacts
from cuocthi.campaigns.entrants import MOST_FIELDS, OLDEST, Ask, EntrantRules, OwnField
from cuocthi.text import T
from cuocthi.users.names import fold
from cuocthi.web.fields import select_choices
from cuocthi.web.forms import BaseForm, change_rows
from cuocthi.web.forms import lazy_text as _l
from cuocthi.web.i18n import translate

_ASKS = {Ask.NO: T("Not asked"), Ask.OPTIONAL: T("Asked, may be left out"), Ask.REQUIRED: T("Required")}
_NOT_IN_A_KEY = re.compile(r"[^a-z0-9]+")


def _age_field(label: str) -> IntegerField:
    return IntegerField(label, [Optional(), NumberRange(0, OLDEST)])


class OwnFieldForm(Form):
    """A question that only this campaign asks; what cannot be is refused as a whole, by :class:`OwnField`."""

    key = HiddenField()
    label = StringField(_l("Question"))
    choices = TextAreaField(_l("Answers to choose from"), description=_l("One a line; none: people write an answer."))
    required = BooleanField(_l("Required"))


class EntrantsForm(BaseForm):
    """What a campaign asks of people; ``act`` buttons add and remove own questions without storing anything."""

    birth_date = RadioField(_l("Date of birth"))
    citizen_id = RadioField(
        _l("Citizen ID number"),
        description=_l("Encrypted, and shown to staff in part. Ask for it only if nothing else will do."),
    )
    min_age = _age_field(_l("From the age of"))
    max_age = _age_field(_l("To the age of"))
    ages_as_of = DateField(
        _l("The age counts on"), [Optional()], description=_l("Without a day: the day on which somebody registers.")
    )
    guardian_below = IntegerField(
        _l("A parent or guardian consents below the age of"),
        [Optional(), NumberRange(0, 18)],
        description=_l("0: never. Holds where the date of birth is asked."),
    )
    guardian_text = TextAreaField(
        _l("Words of the parent's or guardian's consent"),
        [Length(max=2000)],
        description=_l("Without words of your own the usual ones stand there."),
    )
    fields = FieldList(FormField(OwnFieldForm), label=_l("Own questions of this contest"), max_entries=MOST_FIELDS)
    shared_phones = BooleanField(
        _l("Several people may use one phone number"),
        description=_l("They are told apart by name and, where it is asked, date of birth."),
    )
    shared_devices = BooleanField(
        _l("People are helped on a shared device"),
        description=_l("Community digital teams get a link after which one person follows another on their device."),
    )

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        for field in (self.birth_date, self.citizen_id):
            field.choices = select_choices((ask.value, translate(title)) for ask, title in _ASKS.items())

    @classmethod
    def from_rules(cls, rules: EntrantRules) -> EntrantsForm:
        """Return the form filled with what a campaign asks now."""
        values = {item.name: getattr(rules, item.name) for item in dataclasses.fields(rules)}
        rows = [dataclasses.asdict(own) | {"choices": "\n".join(own.choices)} for own in rules.fields]
        plain = {"birth_date": rules.birth_date.value, "citizen_id": rules.citizen_id.value}
        return cls(data=values | plain | {"ages_as_of": rules.ages_on, "fields": rows})

    def to_rules(self) -> EntrantRules:
        """Return what was entered; raises SettingsError for what cannot be."""
        day = self.ages_as_of.data
        return EntrantRules(
            birth_date=Ask(self.birth_date.data),
            citizen_id=Ask(self.citizen_id.data),
            fields=tuple(self._own_fields()),
            min_age=self.min_age.data,
            max_age=self.max_age.data,
            ages_as_of="" if day is None else day.isoformat(),
            guardian_below=self.guardian_below.data or 0,
            guardian_text=(self.guardian_text.data or "").strip(),
            shared_phones=bool(self.shared_phones.data),
            shared_devices=bool(self.shared_devices.data),
        )

    def _own_fields(self) -> list[OwnField]:
        rows = self.fields.data
        taken = {row["key"] for row in rows if row["key"]}
        found: list[OwnField] = []
        for row in rows:
            key = row["key"] or _free_key(row["label"], taken)
            taken.add(key)
            lines = (" ".join(line.split()) for line in (row["choices"] or "").splitlines())
            choices = tuple(line for line in lines if line)
            found.append(OwnField(key, " ".join(row["label"].split()), choices, bool(row["required"])))
        return found

    def change_rows(self, act: str) -> bool:
        """Add or remove a row if ``act`` says so; tell whether it did."""
        return change_rows(act, self.fields, most=MOST_FIELDS)


def _free_key(label: str, taken: set[str]) -> str:
    """Return a code for a question that follows its words; digits come after a letter."""
    stem = _NOT_IN_A_KEY.sub("_", fold(label)).strip("_")[:30]
    stem = stem if stem[:1].isalpha() else f"q_{stem}".rstrip("_")
    numbered = (f"{stem}_{number}" for number in range(2, len(taken) + 3))
    return next(key for key in (stem, *numbered) if key not in taken)


class DivisionForm(BaseForm):
    """A division and the ages that it is for."""

    name = StringField(_l("Name of the division"), [DataRequired(), Length(max=MAX_DIVISION_NAME)])
    min_age = _age_field(_l("From the age of"))
    max_age = _age_field(_l("To the age of"))

    def to_facts(self) -> DivisionFacts:
        """Return what was entered."""
        return DivisionFacts(self.name.data or "", self.min_age.data, self.max_age.data)
