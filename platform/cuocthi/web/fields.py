"""Help with WTForms fields."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from wtforms import IntegerField
from wtforms.fields import choices
from wtforms.widgets import TextInput

from cuocthi.web.forms import lazy_text as _l

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_PERCENT = re.compile(r"(\d{1,3})(?:[.,](\d))?\s*%?")
_WHOLE = 1_000


def select_choices(pairs: Iterable[tuple[object, object]]) -> list[Any]:
    """Return (value, label) pairs as the choices of a select, radio or check-box field.

    WTForms 3.3 warns about plain pairs, and its published annotations do not know the class it asks for instead.
    """
    return [choices.SelectChoice(value, label) for value, label in pairs]  # type: ignore[attr-defined]


class PercentField(IntegerField):
    """A percentage with at most one decimal, kept in thousandths: "62,5" is 625, and nothing entered is 0."""

    widget = TextInput()

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read the percentage. Raises ValueError for what is none."""
        entered = valuelist[0].strip() if valuelist else ""
        found = _PERCENT.fullmatch(entered or "0")
        self.data = int(found[1]) * 10 + int(found[2] or 0) if found else _WHOLE + 1
        if self.data > _WHOLE:
            raise ValueError(_l("Enter a percentage up to 100, with at most one decimal."))

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return f"{self.data / 10:g}".replace(".", ",") if self.data else ""
