"""Choosing a file of questions, and the format of one to take away."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, DateField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from cuocthi.text import T
from cuocthi.web.fields import select_choices
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l
from cuocthi.web.i18n import translate
from cuocthi_quiz.domain.exchange.formats import FORMATS
from cuocthi_quiz.domain.exchange.plan import Choices
from cuocthi_quiz.domain.questions import MAX_TEXT, tidy
from cuocthi_quiz.forms.choices import choices, topic_choices
from cuocthi_quiz.models import Difficulty
from cuocthi_quiz.words import DIFFICULTIES

_BY_NAME = T("by the name of the file")


def format_choices() -> list[Any]:
    """Return the choices of a select for the formats."""
    return select_choices([(key, translate(format_.title)) for key, format_ in FORMATS.items()])


class ImportForm(BaseForm):
    """A file of questions, and what stands for that which it does not say."""

    file = FileField(
        _l("File"),
        [FileRequired(_l("Please choose the file."))],
        render_kw={"accept": ",".join(sorted({ending for format_ in FORMATS.values() for ending in format_.endings}))},
    )
    format = SelectField(_l("Format"), [Optional()], description=_l("Mostly told by the ending of the file's name."))
    topic = SelectField(_l("Topic"), [Optional()])
    add_topics = BooleanField(_l("Add topics that are not there yet"))
    difficulty = SelectField(_l("Difficulty"), [InputRequired()], default=str(Difficulty.MEDIUM))
    source = StringField(
        _l("Source"), [Optional(), Length(max=MAX_TEXT)], description=_l("The document with its article or clause.")
    )
    explanation = TextAreaField(_l("Explanation"), [Optional(), Length(max=MAX_TEXT)])
    true_as_of = DateField(_l("True as of"), [DataRequired()])

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.format.choices = [*select_choices([("", translate(_BY_NAME))]), *format_choices()]
        self.topic.choices = topic_choices()
        self.difficulty.choices = choices(DIFFICULTIES)

    def to_choices(self) -> Choices:
        """Return what was chosen for that which the file does not say."""
        return Choices(
            topic=self.topic.data or "",
            difficulty=Difficulty(self.difficulty.data),
            explanation=tidy(self.explanation.data or ""),
            source=tidy(self.source.data or ""),
            true_as_of=self.true_as_of.data,  # type: ignore[arg-type]  # DataRequired has seen to it
            add_topics=self.add_topics.data,
        )
