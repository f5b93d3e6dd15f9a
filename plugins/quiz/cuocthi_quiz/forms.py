"""Forms of the quiz: its settings, a question, a topic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import g
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    Form,
    FormField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from cuocthi.web.context import reading_context
from cuocthi.web.fields import select_choices
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l
from cuocthi.web.i18n import translate
from cuocthi_quiz import queries
from cuocthi_quiz.domain.questions import MAX_TEXT, Option, QuestionData, tidy
from cuocthi_quiz.models import MAX_KEY, MAX_OPTIONS, Difficulty, QuestionType
from cuocthi_quiz.settings import (
    MAX_ATTEMPTS,
    MAX_MINUTES,
    MAX_QUESTIONS,
    BlueprintRow,
    QuizSettings,
    Release,
)
from cuocthi_quiz.words import DIFFICULTIES, LETTERS, RELEASES, TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum

    from cuocthi.text import Text

_MOST_ROWS = 60
_OPTIONS_SHOWN = 6


def _choices(words: Mapping[Any, Text]) -> list[Any]:
    return select_choices([(str(value), translate(text)) for value, text in words.items()])


def _topic_choices() -> list[Any]:
    topics = queries.topics(reading_context(), campaign_id=g.campaign.id)
    return select_choices([(topic.key, topic.title) for topic in topics])


class BlueprintRowForm(Form):
    """So many questions of a topic and difficulty."""

    topic = SelectField(_l("Topic"), [InputRequired()])
    difficulty = SelectField(_l("Difficulty"), [InputRequired()])
    number = IntegerField(_l("Questions"), [InputRequired(), NumberRange(1, MAX_QUESTIONS)])

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.topic.choices = _topic_choices()
        self.difficulty.choices = _choices(DIFFICULTIES)


class SettingsForm(BaseForm):
    """The quiz's settings; ``act`` buttons add and remove rows of the blueprint without storing anything."""

    blueprint = FieldList(FormField(BlueprintRowForm), label=_l("What a paper is made of"), max_entries=_MOST_ROWS)
    minutes = IntegerField(
        _l("Minutes for a paper"),
        [InputRequired(), NumberRange(0, MAX_MINUTES)],
        description=_l("0: until the round closes."),
    )
    attempts = IntegerField(
        _l("Attempts a person"), [InputRequired(), NumberRange(0, MAX_ATTEMPTS)], description=_l("0: any number.")
    )
    prediction = BooleanField(_l("Ask how many persons will have everything right"))
    prediction_text = TextAreaField(_l("Text of the prediction question"), [Length(max=1000)])
    results = SelectField(_l("Participants see their score"))
    answers = SelectField(_l("Participants see right answers and explanations"))

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.results.choices = _choices(RELEASES)
        self.answers.choices = _choices(RELEASES)

    @classmethod
    def from_settings(cls, settings: QuizSettings) -> SettingsForm:
        """Return the form filled with settings."""
        rows = [
            {"topic": row.topic, "difficulty": str(row.difficulty), "number": row.number} for row in settings.blueprint
        ]
        return cls(
            data={
                "blueprint": rows,
                "minutes": settings.minutes,
                "attempts": settings.attempts,
                "prediction": settings.prediction,
                "prediction_text": settings.prediction_text,
                "results": str(settings.results),
                "answers": str(settings.answers),
            }
        )

    def to_settings(self) -> QuizSettings:
        """Return the settings that the form describes; raises SettingsError for what cannot be."""
        return QuizSettings(
            blueprint=tuple(
                BlueprintRow(row["topic"], Difficulty(row["difficulty"]), row["number"]) for row in self.blueprint.data
            ),
            minutes=_number(self.minutes),
            attempts=_number(self.attempts),
            prediction=bool(self.prediction.data),
            prediction_text=tidy(self.prediction_text.data or ""),
            results=Release(self.results.data),
            answers=Release(self.answers.data),
        )

    def change_rows(self, act: str) -> bool:
        """Add or remove a row if ``act`` says so ("add-blueprint", "remove-blueprint-2"); tell whether it did."""
        verb, _, target = act.partition("-")
        if verb == "add" and target == self.blueprint.name and len(self.blueprint) < _MOST_ROWS:
            self.blueprint.append_entry()
            return True
        removed = [place for place, entry in enumerate(self.blueprint) if entry.name == target]
        if verb == "remove" and removed:
            del self.blueprint.entries[removed[0]]
            return True
        return False


def _number(field: IntegerField) -> int:
    return field.data or 0


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
        self.topic.choices = _topic_choices()
        self.difficulty.choices = _choices(DIFFICULTIES)
        self.type.choices = _choices(TYPES)
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
                "options": [{"text": option.text, "right": option.right} for option in question.options],
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
            options=tuple(option for option in options if option.text or option.right),
            explanation=tidy(self.explanation.data or ""),
            source=tidy(self.source.data or ""),
            true_as_of=self.true_as_of.data,  # type: ignore[arg-type]  # DataRequired has seen to it
        )


def _chosen(kind: type[StrEnum], value: Any) -> Any:
    return kind(value)
