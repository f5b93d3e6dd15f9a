"""What two states of a form say, field by field, in the form's own words: a plugin's settings before and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from wtforms import BooleanField, FieldList, FormField, SelectMultipleField

if TYPE_CHECKING:
    from wtforms.form import BaseForm as AnyForm

_HIDDEN = ("CSRFTokenField", "HiddenField", "SubmitField")


@dataclass(frozen=True, slots=True)
class Entered:
    """A field whose content differs: its label, and what stands in it before and after, a line for each row."""

    label: str
    before: list[str]
    after: list[str]


def entered(before: AnyForm, after: AnyForm) -> list[Entered]:
    """Return the fields in which two forms of the same kind differ."""
    return [
        Entered(str(field.label.text), _lines(before[field.name]), _lines(field))
        for field in after
        if field.type not in _HIDDEN and before[field.name].data != field.data
    ]


def _lines(field: Any) -> list[str]:
    if isinstance(field, FieldList):
        return [_line(row) for row in field]
    return [_line(field)]


def _line(field: Any) -> str:
    if isinstance(field, FormField):
        return " · ".join(_line(part) for part in field if part.type not in _HIDDEN)
    if isinstance(field, BooleanField):
        return _("yes") if field.data else _("no")
    if getattr(field, "choices", None):
        chosen = field.data if isinstance(field, SelectMultipleField) else [field.data]
        labels = {str(value): str(label) for value, label, *_rest in field.iter_choices()}
        return ", ".join(labels.get(str(value), str(value)) for value in chosen or ()) or "–"
    return str(field.data) if field.data not in {None, ""} else "–"
