"""Whether questions are still true, and the issue of the approved set, as forms."""

from __future__ import annotations

from wtforms import BooleanField, DateField, StringField
from wtforms.validators import InputRequired, Length

from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l
from cuocthi_quiz.domain.questions import MAX_TEXT
from cuocthi_quiz.models import MAX_DECISION


class StillTrueForm(BaseForm):
    """As of when chosen questions are true."""

    true_as_of = DateField(_l("True as of"), [InputRequired()])
    everything = BooleanField(_l("All questions that match the search above and still hold"))


class EndingForm(BaseForm):
    """Until when chosen questions hold, and what replaces their source."""

    valid_until = DateField(_l("Last day on which it is in force"), [InputRequired()])
    replaced_by = StringField(
        _l("Replaced by"),
        [Length(max=MAX_TEXT)],
        description=_l("Number and symbol of the document that has taken its place, if there is one."),
    )


class IssueForm(BaseForm):
    """The decision on which an issue rests."""

    decision = StringField(_l("Number and symbol of the decision"), [InputRequired(), Length(max=MAX_DECISION)])
    decided_on = DateField(_l("Date of the decision"), [InputRequired()])
