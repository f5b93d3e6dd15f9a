"""Forms of the pages on which awards are handed over."""

from __future__ import annotations

from dataclasses import asdict, replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from flask_wtf.file import FileField, FileRequired
from wtforms import Field, RadioField, StringField
from wtforms.validators import InputRequired, Length, NumberRange
from wtforms.widgets import TextInput

from cuocthi.web.fields import select_choices
from cuocthi.web.formats import number
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l
from cuocthi_prizes.fields import DongField
from cuocthi_prizes.outputs.issues import REASON_LENGTH
from cuocthi_prizes.outputs.settings import MAX_THRESHOLD, OutputSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

LOWEST, HIGHEST = "lowest", "highest"
_TEXTS = ("place", "issuer", "authority", "office", "signatory")
_PERMILLE_OF_A_PERCENT = 10


class PercentField(Field):
    """A percentage with at most one decimal, written with a comma or a point; ``data`` is in thousandths."""

    widget = TextInput()

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read the percentage; raises ValueError for what is none."""
        if not valuelist:
            return
        try:
            permille = Decimal(valuelist[0].strip().replace(",", ".")) * _PERMILLE_OF_A_PERCENT
            self.data = int(permille)
        except (InvalidOperation, ValueError, OverflowError) as error:
            self.data = None
            raise ValueError(_("Enter a percentage, for instance 10 or 7,5.")) from error
        if self.data != permille:
            raise ValueError(_("Enter a percentage, for instance 10 or 7,5."))

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else number(self.data / _PERMILLE_OF_A_PERCENT, "vi")


class OutputForm(BaseForm):
    """How awards are handed over; the template of certificates is stored by a form of its own."""

    order = RadioField(_l("Order of the ceremony"), [InputRequired()])
    tax_permille = PercentField(_l("Tax held back of persons"), [InputRequired()])
    tax_threshold = DongField(
        _l("Free of tax, for each prize"),
        [InputRequired(), NumberRange(0, MAX_THRESHOLD)],
        description=_l("The tax is held back of what a person's prize exceeds this sum by."),
    )
    place = StringField(
        _l("Place of signing"), [Length(max=60)], description=_l("For instance “Thái Bình”, before the date.")
    )
    issuer = StringField(
        _l("Who certifies"), [Length(max=160)], description=_l("Empty: the organising committee of the contest.")
    )
    authority = StringField(
        _l("Authority of who signs"), [Length(max=160)], description=_l("For instance “TM. Ban Tổ chức”.")
    )
    office = StringField(_l("Position of who signs"), [Length(max=160)], description=_l("For instance “Trưởng ban”."))
    signatory = StringField(
        _l("Full name of who signs"), [Length(max=80)], description=_l("Empty: left blank, for writing by hand.")
    )

    def offer(self) -> None:
        """Let the two orders be chosen from."""
        self.order.choices = select_choices(
            [(LOWEST, _l("The lowest prize first")), (HIGHEST, _l("The highest prize first"))]
        )

    def show(self, settings: OutputSettings) -> None:
        """Fill the form with what holds now."""
        for name in (*_TEXTS, "tax_permille", "tax_threshold"):
            self[name].data = asdict(settings)[name]
        self.order.data = LOWEST if settings.lowest_first else HIGHEST

    def changed(self, settings: OutputSettings) -> OutputSettings:
        """Return the settings with what was entered; raises SettingsError for what cannot be."""
        texts: dict[str, Any] = {name: (self[name].data or "").strip() for name in _TEXTS}
        return replace(
            settings,
            lowest_first=self.order.data == LOWEST,
            tax_permille=self.tax_permille.data or 0,
            tax_threshold=self.tax_threshold.data or 0,
            **texts,
        )


class TemplateForm(BaseForm):
    """A template that replaces the one that comes along."""

    file = FileField(_l("Template"), [FileRequired()])


class IssueForm(BaseForm):
    """Issuing certificates; a reason is asked where they replace others that say something else."""

    reason = StringField(_l("Why they are issued anew"), [Length(max=REASON_LENGTH)])
