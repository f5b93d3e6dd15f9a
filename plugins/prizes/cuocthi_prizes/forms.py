"""Forms of the staff pages: the scheme with its rows of tiers, a new list's statement, a collective prize."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from wtforms import (
    DateField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import TextInput

from cuocthi.users.names import fold
from cuocthi.web.fields import select_choices
from cuocthi.web.formats import number
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l
from cuocthi_prizes.settings import MAX_QUANTITY, MAX_TIERS, MAX_VALUE, CollectiveTier, PrizeSettings, Tier, excess

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cuocthi.standings.queries import UnitFigures
    from cuocthi.timelines.models import Phase

_GRANTED = ("tier", "unit_id", "title", "value", "reason", "decision_number", "decision_date")
_KEY_LENGTH = 40
_NO_LETTER = re.compile(r"[^a-z0-9]+")


class DongField(IntegerField):
    """A sum in đồng, written with or without separators: 1.000.000 or 1000000."""

    # Browsers take a separator in an input of the type number for a decimal point, and refuse two.
    widget = TextInput()

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read the sum without its separators."""
        super().process_formdata([re.sub(r"[.\s]", "", value) for value in valuelist])

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else number(self.data, "vi")


class _TierRow(Form):
    """One row of the table of tiers. The code is made of the name once and kept from then on."""

    key = HiddenField()
    title = StringField(_l("Prize"), [InputRequired(), Length(max=120)])


class TierRow(_TierRow):
    """An individual prize."""

    quantity = IntegerField(_l("Quantity"), [InputRequired(), NumberRange(1, MAX_QUANTITY)])
    value = DongField(_l("Value of each"), [InputRequired(), NumberRange(0, MAX_VALUE)])


class CollectiveRow(_TierRow):
    """A collective prize; what is empty is left to the decision."""

    quantity = IntegerField(_l("Quantity"), [Optional(), NumberRange(0, MAX_QUANTITY)])
    value = DongField(_l("Value of each"), [Optional(), NumberRange(0, MAX_VALUE)])


class SchemeForm(BaseForm):
    """The whole scheme of prizes; ``act`` buttons add and remove rows without storing anything."""

    round = SelectField(_l("Round that is awarded"), validate_choice=True)
    tiers = FieldList(FormField(TierRow), label=_l("Individual prizes"), max_entries=MAX_TIERS)
    collective = FieldList(FormField(CollectiveRow), label=_l("Collective prizes"), max_entries=MAX_TIERS)
    allotted = DongField(
        _l("Sum allotted to prizes"),
        [Optional(), NumberRange(0, MAX_VALUE)],
        description=_l("Leave it empty while the sum is not known."),
    )

    @classmethod
    def from_settings(cls, settings: PrizeSettings) -> SchemeForm:
        """Return the form filled with a scheme."""
        return cls(
            data={
                "round": settings.round,
                "tiers": [_row(tier) for tier in settings.tiers],
                "collective": [_row(tier) for tier in settings.collective],
                "allotted": settings.allotted or None,
            }
        )

    def offer_rounds(self, rounds: Iterable[Phase]) -> None:
        """Let the campaign's rounds be chosen from."""
        choices = [("", _l("The only round")), *((round_.key, round_.title) for round_ in rounds)]
        self.round.choices = select_choices(choices)

    def to_settings(self) -> PrizeSettings:
        """Return the scheme that the form describes; raises SettingsError for what cannot be."""
        taken = {row["key"] for row in (*self.tiers.data, *self.collective.data) if row["key"]}
        return PrizeSettings(
            round=self.round.data,
            tiers=tuple(Tier(**_values(row, taken)) for row in self.tiers.data),
            collective=tuple(CollectiveTier(**_values(row, taken)) for row in self.collective.data),
            allotted=self.allotted.data or 0,
        )

    def change_rows(self, act: str) -> bool:
        """Add or remove a row if ``act`` says so ("add-tiers", "remove-collective-2"); tell whether it did."""
        verb, _, target = act.partition("-")
        tables: tuple[FieldList[Any], ...] = (self.tiers, self.collective)
        for rows in tables:
            if verb == "add" and target == rows.name and len(rows) < MAX_TIERS:
                rows.append_entry()
                return True
            removed = [place for place, entry in enumerate(rows) if entry.name == target]
            if verb == "remove" and removed:
                del rows.entries[removed[0]]
                return True
        return False

    @property
    def individual_sum(self) -> int:
        """What the individual prizes as entered are worth, in đồng; rows that are not complete count as nothing."""
        return _sum(self.tiers.data)

    @property
    def excess(self) -> int:
        """By how much the prizes as entered exceed the allotted sum, in đồng."""
        return excess(_sum(self.tiers.data) + _sum(self.collective.data), self.allotted.data or 0)


class StatementForm(BaseForm):
    """Why a new list replaces the adopted one."""

    statement = TextAreaField(_l("What the new list changes, and why"), [InputRequired(), Length(max=400)])


class UnitAwardForm(BaseForm):
    """A collective prize with the decision it rests on."""

    tier = SelectField(_l("Collective prize"), [InputRequired()])
    unit_id = SelectField(_l("Unit"), [InputRequired()], coerce=int)
    title = StringField(
        _l("Name of the prize"),
        [Optional(), Length(max=120)],
        description=_l("If the decision names it differently, for instance “Nhất tập thể”."),
    )
    value = DongField(_l("Value"), [Optional(), NumberRange(0, MAX_VALUE)])
    reason = TextAreaField(_l("Reason"), [InputRequired(), Length(max=400)])
    decision_number = StringField(_l("Number of the decision"), [InputRequired(), Length(max=60)])
    decision_date = DateField(_l("Date of the decision"), [InputRequired()])

    def offer(self, tiers: Iterable[CollectiveTier], units: Iterable[UnitFigures]) -> None:
        """Let the scheme's collective prizes and the units with figures be chosen from."""
        self.tier.choices = select_choices((tier.key, tier.title) for tier in tiers)
        self.unit_id.choices = select_choices((unit.unit_id, unit.unit_name) for unit in units)

    def values(self) -> dict[str, Any]:
        """Return what was entered, as :func:`cuocthi_prizes.domain.unit_awards.grant` takes it."""
        return {name: self[name].data for name in _GRANTED}


def _sum(rows: Iterable[dict[str, Any]]) -> int:
    return sum((row["quantity"] or 0) * (row["value"] or 0) for row in rows)


def _row(tier: Tier | CollectiveTier) -> dict[str, Any]:
    return {"key": tier.key, "title": tier.title, "quantity": tier.quantity or None, "value": _shown(tier)}


def _shown(tier: Tier | CollectiveTier) -> int | None:
    # An individual prize may be worth nothing; a collective one worth 0 is one whose value is left open.
    return tier.value if isinstance(tier, Tier) else tier.value or None


def _values(row: dict[str, Any], taken: set[str]) -> dict[str, Any]:
    key = row["key"] or _new_key(row["title"], taken)
    return {"key": key, "title": row["title"].strip(), "quantity": row["quantity"] or 0, "value": row["value"] or 0}


def _new_key(title: str, taken: set[str]) -> str:
    """Return a code made of a prize's name that no other prize has; adds it to ``taken``."""
    base = _NO_LETTER.sub("-", fold(title)).strip("-")[: _KEY_LENGTH - 3].strip("-") or "prize"
    key, copies = base, 1
    while key in taken:
        copies += 1
        key = f"{base}-{copies}"
    taken.add(key)
    return key
