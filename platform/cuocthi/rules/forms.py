"""The form that issues the rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wtforms import SelectField
from wtforms.validators import Optional

from cuocthi.web.fields import select_choices
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l

if TYPE_CHECKING:
    from cuocthi.documents.models import Document


class IssueForm(BaseForm):
    """The decision that issues the rules, from the register of documents."""

    document = SelectField(
        _l("Decision that issues them"), [Optional()], description=_l("From the register of documents.")
    )

    def offer(self, documents: Iterable[Document]) -> None:
        """Let the registered documents be chosen from."""
        named = ((str(found.id), found.symbol or found.title) for found in documents)
        self.document.choices = select_choices([("", _l("None yet")), *named])
