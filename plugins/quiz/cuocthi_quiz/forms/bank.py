"""A question and a topic as forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    Form,
    FormField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l
from cuocthi_quiz.domain.kinds.choice import Choice, Option
from cuocthi_quiz.domain.questions import MAX_TEXT, QuestionData, tidy
from cuocthi_quiz.forms.choices import choices, topic_choices
from cuocthi_quiz.models import MAX_KEY, MAX_OPTIONS, Difficulty, QuestionType
from cuocthi_quiz.words import DIFFICULTIES, LETTERS, TYPES

if TYPE_CHECKING:
    from enum import StrEnum


_OPTIONS_SHOWN = 6


class TopicForm(BaseForm):
    """A new topic."""

    title = StringField(_l("Title"), [DataRequired(), Length(max=200)])
    key = StringField(
        _l("Code"),
        [DataRequired(), Length(max=MAX_KEY)],
        description=_l("Lower-case letters, digits and hyphens, for files; it never changes."),
    )


class OptionForm(Form):
    """An option of a question."""

    text = StringField(_l("Option"), [Optional(), Length(max=MAX_TEXT)])
    right = BooleanField(_l("right"))


class QuestionForm(BaseForm):
    """A question. Its code is chosen once; what is written here becomes a draft."""

    key = StringField(
        _l("Code"),
        [DataRequired(), Length(max=MAX_KEY)],
        description=_l("Lower-case letters, digits and hyphens, for files; it never changes."),
    )
    topic = SelectField(_l("Topic"), [InputRequired()])
    difficulty = SelectField(_l("Difficulty"), [InputRequired()])
    type = RadioField(_l("Kind of question"), [InputRequired()])
    text = TextAreaField(_l("Question"), [DataRequired(), Length(max=MAX_TEXT)])
    options = FieldList(
        FormField(OptionForm),
        label=_l("Options; mark those that are right"),
        min_entries=_OPTIONS_SHOWN,
        max_entries=MAX_OPTIONS,
    )
    explanation = TextAreaField(
        _l("Explanation"), [DataRequired(), Length(max=MAX_TEXT)], description=_l("Participants see it afterwards.")
    )
    source = TextAreaField(
        _l("Source"), [DataRequired(), Length(max=MAX_TEXT)], description=_l("The document with its article or clause.")
    )
    true_as_of = DateField(_l("True as of"), [DataRequired()])

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.topic.choices = topic_choices()
        self.difficulty.choices = choices(DIFFICULTIES)
        self.type.choices = choices(TYPES)
        for letter, row in zip(LETTERS, self.options, strict=False):
            row["text"].label.text = f"{row['text'].label.text} {letter}"

    @classmethod
    def from_question(cls, question: QuestionData) -> QuestionForm:
        """Return the form filled with a question."""
        return cls(
            data={
                "key": question.key,
                "topic": question.topic,
                "difficulty": str(question.difficulty),
                "type": str(question.type),
                "text": question.text,
                "options": [{"text": option.text, "right": option.right} for option in question.body.options],
                "explanation": question.explanation,
                "source": question.source,
                "true_as_of": question.true_as_of,
            }
        )

    def to_question(self) -> QuestionData:
        """Return what was entered; options without a text and without a mark are left out."""
        options = [Option(tidy(row["text"] or ""), bool(row["right"])) for row in self.options.data]
        return QuestionData(
            key=tidy(self.key.data or ""),
            topic=self.topic.data,
            difficulty=_chosen(Difficulty, self.difficulty.data),
            type=_chosen(QuestionType, self.type.data),
            text=tidy(self.text.data or ""),
            body=Choice(tuple(option for option in options if option.text or option.right)),
            explanation=tidy(self.explanation.data or ""),
            source=tidy(self.source.data or ""),
            true_as_of=self.true_as_of.data,  # type: ignore[arg-type]  # DataRequired has seen to it
        )


def _chosen(kind: type[StrEnum], value: Any) -> Any:
    return kind(value)
