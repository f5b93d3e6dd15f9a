"""Extra time as a form."""

from __future__ import annotations

from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l
from cuocthi_quiz.domain.extra_time import MAX_REASON, More
from cuocthi_quiz.models import MAX_EXTRA_MINUTES, MAX_PERCENT


class ExtraTimeForm(BaseForm):
    """Who has how much more time, and why."""

    code = StringField(_l("Contest number"), [DataRequired(), Length(max=20)])
    percent = IntegerField(
        _l("More time in per cent"),
        [Optional(), NumberRange(0, MAX_PERCENT)],
        description=_l("For instance 50. Please fill in either this or the minutes."),
    )
    minutes = IntegerField(_l("More time in minutes"), [Optional(), NumberRange(0, MAX_EXTRA_MINUTES)])
    reason = TextAreaField(
        _l("Reason"),
        [DataRequired(), Length(max=MAX_REASON)],
        description=_l("Kept encrypted. Only those who may grant extra time read it, and the person."),
    )

    def to_more(self) -> More:
        """Return how much more; raises DomainError for what cannot be."""
        return More(self.percent.data or 0, self.minutes.data or 0)
