"""The form by which minutes and decision of award lists are named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import gettext as _
from wtforms import SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget, TextArea

from cuocthi.web.fields import select_choices
from cuocthi.web.formats import day
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l
from cuocthi.web.i18n import language
from cuocthi_prizes.acts.models import ActKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cuocthi.documents.models import Document


class ActsForm(BaseForm):
    """By which registered minutes and decision some award lists are final."""

    lists = SelectMultipleField(
        _l("Award lists"),
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description=_l("One decision may be about several lists, for instance about all weekly prizes."),
    )
    minutes = SelectField(_l("Minutes that adopt the result"), [InputRequired()], coerce=int)
    decision = SelectField(_l("Decision to award"), [InputRequired()], coerce=int)
    reason = StringField(
        _l("Why they are named anew"),
        [Length(max=400)],
        description=_l("Only where a list is final already and something was named wrongly, for instance a number."),
        widget=TextArea(),
    )

    def offer(self, lists: Iterable[tuple[int, str]], known: Mapping[ActKind, Sequence[Document]]) -> None:
        """Let the lists in force and the registered documents be chosen from."""
        self.lists.choices = select_choices(lists)
        self.minutes.choices = select_choices(_lines(known[ActKind.MINUTES]))
        self.decision.choices = select_choices(_lines(known[ActKind.DECISION]))


def _lines(documents: Iterable[Document]) -> list[tuple[int, str]]:
    return [(one.id, " · ".join(filter(None, (one.symbol, _issued(one), one.title)))) for one in documents]


def _issued(document: Document) -> str:
    return day(document.issued_on, language()) if document.issued_on else _("no date")
