"""The form of a prerequisite."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import DataRequired, Length, Optional

from cuocthi.documents.lines import to_choose
from cuocthi.prerequisites.domain import PrerequisiteFacts
from cuocthi.web.fields import select_choices
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.documents.models import Document
    from cuocthi.prerequisites.models import Prerequisite


class PrerequisiteForm(BaseForm):
    """A condition, whether it is met, and what proves it."""

    title = StringField(_l("Condition"), [DataRequired(), Length(max=300)])
    required = BooleanField(_l("The campaign may not open without it"))
    met = BooleanField(_l("It is met"), description=_l("Your name and the time are kept with it."))
    document = SelectField(
        _l("Document that proves it"), [Optional()], description=_l("Documents are registered on their own page.")
    )
    note = StringField(_l("Note"), [Length(max=400)])

    @classmethod
    def of(cls, prerequisite: Prerequisite) -> PrerequisiteForm:
        """Return the form filled with a prerequisite."""
        return cls(
            data={
                "title": prerequisite.title,
                "required": prerequisite.required,
                "met": prerequisite.done_at is not None,
                "document": str(prerequisite.document_id or ""),
                "note": prerequisite.note,
            }
        )

    def offer(self, documents: Sequence[Document]) -> None:
        """Let the documents of the register be chosen from."""
        self.document.choices = select_choices([("", _l("None")), *to_choose(documents)])

    def to_facts(self, documents: Sequence[Document]) -> PrerequisiteFacts:
        """Return what was entered; call it once the form is valid."""
        return PrerequisiteFacts(
            title=self.title.data or "",
            required=self.required.data,
            met=self.met.data,
            document=next((one for one in documents if str(one.id) == self.document.data), None),
            note=self.note.data or "",
        )
