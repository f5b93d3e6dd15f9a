"""What is said of a question, as forms."""

from __future__ import annotations

from typing import Any

from wtforms import RadioField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l
from cuocthi_quiz.domain.questions import MAX_TEXT
from cuocthi_quiz.forms.choices import choices
from cuocthi_quiz.models import RemarkKind
from cuocthi_quiz.words import REMARKS


class RemarkForm(BaseForm):
    """A comment on a wording, or a proposal of another one."""

    kind = RadioField(_l("What it is"), [InputRequired()], default=str(RemarkKind.COMMENT))
    text = TextAreaField(_l("Remark"), [DataRequired(), Length(max=MAX_TEXT)])

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.kind.choices = choices({kind: REMARKS[kind] for kind in (RemarkKind.COMMENT, RemarkKind.PROPOSAL)})


class SendBackForm(BaseForm):
    """Why a draft goes back to its author."""

    text = TextAreaField(
        _l("Reason"),
        [DataRequired(), Length(max=MAX_TEXT)],
        description=_l("The author reads it. Approvals that the draft has are void."),
    )
