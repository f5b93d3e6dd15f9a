"""The forms of the tree of units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, cast

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, DateField, Field, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from cuocthi.units.changing import UnitFacts
from cuocthi.units.words import KINDS
from cuocthi.web.fields import select_choices
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l
from cuocthi.web.i18n import translate

if TYPE_CHECKING:
    from cuocthi.campaigns.headcounts import Origin

_MOST_PEOPLE = 999_999_999
_FINDING = _l("Write the name, without accents if you like, or the code.")


class UnitForm(BaseForm):
    """What is said of a unit."""

    name = StringField(_l("Name of the unit"), [DataRequired(), Length(max=200)])
    parent = StringField(_l("Unit above"), [Optional(), Length(max=200)], description=_FINDING)
    aliases = TextAreaField(
        _l("Other names"),
        [Optional(), Length(max=4000)],
        description=_l("Short forms and former names by which people look for it, one a line."),
    )
    kind = SelectField(_l("Kind"), [Optional()])
    block = StringField(
        _l("Block"), [Optional(), Length(max=60)], description=_l("The group of units in which it competes, if any.")
    )
    selectable = BooleanField(_l("People belong to this unit itself and choose it when they register"))

    def offer(self, kinds: Iterable[str]) -> None:
        """Let the known kinds, and those that the tree has already, be chosen from."""
        others = [(kind, kind) for kind in kinds if kind not in KINDS]
        known = [(kind, translate(title)) for kind, title in KINDS.items()]
        self.kind.choices = select_choices([("", translate_none()), *known, *others])

    def fill(self, facts: UnitFacts, parent_name: str) -> None:
        """Show what is said of a unit now."""
        self.name.data, self.parent.data = facts.name, parent_name
        self.aliases.data = "\n".join(facts.aliases)
        self.kind.data, self.block.data, self.selectable.data = facts.kind, facts.block, facts.selectable

    def to_facts(self, *, parent: str, code: str = "") -> UnitFacts:
        """Return what was entered; ``parent`` is the code of the unit that was meant."""
        return UnitFacts(
            name=self.name.data or "",
            code=code,
            parent=parent,
            aliases=tuple((self.aliases.data or "").splitlines()),
            kind=self.kind.data or "",
            block=self.block.data or "",
            selectable=self.selectable.data,
        )


class NewUnitForm(UnitForm):
    """A unit that is not there yet."""

    code = StringField(
        _l("Code"),
        [Optional(), Length(max=80)],
        description=_l("Stands in lists and links and never changes. Left empty, it is made from the name."),
    )
    valid_from = DateField(_l("There from"), [Optional()], description=_l("Left empty if it has always been there."))


class DatedForm(BaseForm):
    """What is in force from a day on."""

    day = DateField(_l("In force from"), [InputRequired()])

    def chosen_day(self) -> date:
        """Return the day that was entered; a valid form has one."""
        return cast("date", self.day.data)


class RenameForm(DatedForm):
    """Another name from a day on, by decision."""

    name = StringField(_l("New name"), [DataRequired(), Length(max=200)])
    code = StringField(
        _l("Code of the renamed unit"),
        [Optional(), Length(max=80)],
        description=_l("Left empty, it is made from the name."),
    )


class MergeForm(DatedForm):
    """Which unit takes the place of those chosen, and from when."""

    into = StringField(_l("Unit that is there already"), [Optional(), Length(max=200)], description=_FINDING)
    name = StringField(_l("Or the name of a new unit"), [Optional(), Length(max=200)])
    code = StringField(
        _l("Code of the new unit"),
        [Optional(), Length(max=80)],
        description=_l("Left empty, it is made from the name."),
    )
    parent = StringField(_l("The new unit lies below"), [Optional(), Length(max=200)], description=_FINDING)


class EndForm(DatedForm):
    """From when on the chosen units are no more."""

    day = DateField(_l("First day without them"), [InputRequired()])
    lift = BooleanField(_l("Units below move up to the unit above"))


class ListForm(BaseForm):
    """A list of units with numbers of people."""

    file = FileField(
        _l("List of units"), [FileRequired()], description=_l("An Excel workbook (.xlsx) or a CSV file in UTF-8.")
    )
    source = StringField(
        _l("Source of the numbers"), [Length(max=200)], description=_l("For instance a report with its number and day.")
    )
    as_of = DateField(_l("Numbers as of"), [Optional()])


def numbers_form(categories: Mapping[str, str]) -> NumbersForm:
    """Return the form of a unit's numbers of people, a field for each kind of entrants."""
    validators = [InputRequired(), NumberRange(min=0, max=_MOST_PEOPLE)]
    fields = {f"number_{index}": IntegerField(title, validators) for index, title in enumerate(categories.values())}
    made: type[NumbersForm] = type("UnitNumbersForm", (NumbersForm,), fields)
    return made(categories)


class NumbersForm(BaseForm):
    """How many people of a unit are entitled to take part."""

    source = StringField(
        _l("Source of the numbers"), [Length(max=200)], description=_l("For instance a report with its number and day.")
    )
    as_of = DateField(_l("Numbers as of"), [Optional()])

    def __init__(self, categories: Mapping[str, str]) -> None:
        super().__init__()
        self.categories = list(categories)

    def fill(self, numbers: Mapping[str, int], origin: Origin) -> None:
        """Show the numbers there are."""
        for index, category in enumerate(self.categories):
            self[f"number_{index}"].data = numbers.get(category, 0)
        self.source.data, self.as_of.data = origin.source, origin.as_of

    def numbers(self) -> dict[str, int]:
        """Return what was entered, by category."""
        return {category: int(self[f"number_{index}"].data or 0) for index, category in enumerate(self.categories)}

    def number_pairs(self) -> list[tuple[str, int]]:
        """The titles of the categories with their numbers, for who may only read."""
        return [(field.label.text, field.data or 0) for field in self.number_fields()]

    def number_fields(self) -> Sequence[Field]:
        """The fields of the numbers, in the order of the categories."""
        return [self[f"number_{index}"] for index in range(len(self.categories))]


def translate_none() -> str:
    """Return how "no kind" is written."""
    return str(_l("None"))
