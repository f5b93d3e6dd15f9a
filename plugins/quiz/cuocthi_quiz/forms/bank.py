"""A question and a topic as forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import BooleanField, DateField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l
from cuocthi_quiz.domain.questions import MAX_TEXT, QuestionData, tidy, to_tags
from cuocthi_quiz.forms.bodies import FIELDS, BodyFields
from cuocthi_quiz.forms.choices import choices, division_choices, topic_choices
from cuocthi_quiz.models import MAX_KEY, Difficulty, QuestionType
from cuocthi_quiz.words import DIFFICULTIES

MARKDOWN = _l("Paragraphs, **bold**, lists, and ![what is to be seen](picture:code) for a picture of the bank.")


class TopicForm(BaseForm):
    """A new topic."""

    title = StringField(_l("Title"), [DataRequired(), Length(max=200)])
    key = StringField(
        _l("Code"),
        [DataRequired(), Length(max=MAX_KEY)],
        description=_l("Lower-case letters, digits and hyphens, for files; it never changes."),
    )


class QuestionForm(BodyFields):
    """A question. Its code is chosen once; what is written here becomes a draft."""

    key = StringField(
        _l("Code"),
        [DataRequired(), Length(max=MAX_KEY)],
        description=_l("Lower-case letters, digits and hyphens, for files; it never changes."),
    )
    topic = SelectField(_l("Topic"), [InputRequired()])
    difficulty = SelectField(_l("Difficulty"), [InputRequired()])
    text = TextAreaField(_l("Question"), [DataRequired(), Length(max=MAX_TEXT)], description=MARKDOWN)
    explanation = TextAreaField(
        _l("Explanation"), [DataRequired(), Length(max=MAX_TEXT)], description=_l("Participants see it afterwards.")
    )
    source = TextAreaField(
        _l("Source"), [DataRequired(), Length(max=MAX_TEXT)], description=_l("The document with its article or clause.")
    )
    true_as_of = DateField(_l("True as of"), [DataRequired()])
    tags = StringField(_l("Tags"), [Length(max=500)], description=_l("Divided by commas; the blueprint asks for them."))
    division = SelectField(_l("For the division"), default="")
    for_practice = BooleanField(
        _l("For practice only"), description=_l("Never on a paper that counts. This cannot be changed later.")
    )

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.topic.choices = topic_choices()
        self.difficulty.choices = choices(DIFFICULTIES)
        self.division.choices = division_choices()

    @classmethod
    def from_question(cls, question: QuestionData) -> QuestionForm:
        """Return the form filled with a question of its type."""
        return cls(
            data={
                "key": question.key,
                "topic": question.topic,
                "difficulty": str(question.difficulty),
                "type": str(question.type),
                "text": question.text,
                "explanation": question.explanation,
                "source": question.source,
                "true_as_of": question.true_as_of,
                "tags": ", ".join(question.tags),
                "division": question.division,
                "for_practice": question.for_practice,
                **cls.values_of(question.body),
            }
        )

    def to_question(self) -> QuestionData:
        """Return what was entered."""
        return QuestionData(
            key=tidy(self.key.data or ""),
            topic=self.topic.data,
            difficulty=Difficulty(self.difficulty.data),
            type=self.to_type(),
            text=tidy(self.text.data or ""),
            body=self.to_body(),
            explanation=tidy(self.explanation.data or ""),
            source=tidy(self.source.data or ""),
            true_as_of=self.true_as_of.data,  # type: ignore[arg-type]  # DataRequired has seen to it
            tags=to_tags((self.tags.data or "").split(",")),
            division=self.division.data or "",
            for_practice=bool(self.for_practice.data),
        )


#: The form of a question of each type; types between which its author may choose there share one.
QUESTION_FORMS: Mapping[QuestionType, type[QuestionForm]] = {
    type_: form
    for fields in FIELDS
    for form in [type(f"{fields.__name__}OfQuestion", (QuestionForm, fields), {})]
    for type_ in fields.types
}
