"""A group of questions as a form."""

from __future__ import annotations

from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l
from cuocthi_quiz.domain.questions import MAX_TEXT
from cuocthi_quiz.forms.bank import MARKDOWN
from cuocthi_quiz.models import MAX_GROUP, MAX_KEY


class GroupForm(BaseForm):
    """What several questions share, and which they are."""

    key = StringField(
        _l("Code"),
        [DataRequired(), Length(max=MAX_KEY)],
        description=_l("Lower-case letters, digits and hyphens, for files; it never changes."),
    )
    text = TextAreaField(
        _l("What the questions share"),
        [DataRequired(), Length(max=MAX_TEXT)],
        description=MARKDOWN,
    )
    questions = TextAreaField(
        _l("Questions"),
        [DataRequired(), Length(max=MAX_GROUP * (MAX_KEY + 2))],
        description=_l("Their codes, one a line, in the order in which they stand on the paper."),
    )

    def keys(self) -> list[str]:
        """Return the codes of the questions."""
        return (self.questions.data or "").replace(",", " ").split()
