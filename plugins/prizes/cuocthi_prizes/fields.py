"""Fields that forms of prizes have in common: sums in đồng, and percentages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask_babel import gettext as _
from wtforms import IntegerField
from wtforms.widgets import TextInput

from cuocthi.web.formats import number
from cuocthi_prizes.settings import WHOLE
from cuocthi_prizes.wording import percent

if TYPE_CHECKING:
    from collections.abc import Sequence

_PERCENT = re.compile(r"(\d{1,3})(?:[.,](\d))?\s*%?")


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


class PercentField(IntegerField):
    """A percentage with at most one decimal, kept in thousandths: "62,5" is 625."""

    widget = TextInput()

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read the percentage; nothing entered is nothing."""
        entered = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not entered:
            return
        found = _PERCENT.fullmatch(entered)
        if found is None or (value := int(found[1]) * 10 + int(found[2] or 0)) > WHOLE:
            raise ValueError(_("Enter a percentage up to 100, with at most one decimal."))
        self.data = value

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else percent(self.data, "vi")
