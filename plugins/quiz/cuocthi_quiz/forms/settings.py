"""The quiz's settings as a form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange

from cuocthi.campaigns.settings import unstructure
from cuocthi.text import T
from cuocthi.web.forms import BaseForm, change_rows
from cuocthi.web.forms import lazy_text as _l
from cuocthi.web.i18n import translate
from cuocthi_quiz.domain.questions import tidy
from cuocthi_quiz.forms.choices import choices, division_choices, tag_choices, topic_choices
from cuocthi_quiz.models import MAX_GROUP, MAX_KEY, Difficulty
from cuocthi_quiz.settings import (
    MAX_ATTEMPTS,
    MAX_COOLDOWN,
    MAX_DECIMALS,
    MAX_MINUTES,
    MAX_PRACTICE,
    MAX_QUESTIONS,
    Among,
    BlueprintRow,
    CountedIn,
    Over,
    Practice,
    Predicted,
    QuizSettings,
    Release,
    Span,
    TakingPart,
    Target,
)
from cuocthi_quiz.words import AMONG, COUNTED_IN, DIFFICULTIES, OVER, PRACTICE, PREDICTED, RELEASES, SPANS, TAKING_PART

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cuocthi.text import Text

_MOST_ROWS = 60
#: The words of each choice, by its field.
_CHOICES: Mapping[str, Mapping[Any, Text]] = {
    "attempts_in": SPANS,
    "what": PREDICTED,
    "counted_in": COUNTED_IN,
    "over": OVER,
    "among": AMONG,
    "taking_part": TAKING_PART,
    "results": RELEASES,
    "answers": RELEASES,
    "practice": PRACTICE,
}


class BlueprintRowForm(Form):
    """So many questions of one kind."""

    topic = SelectField(_l("Topic"), default="")
    difficulty = SelectField(_l("Difficulty"), default="")
    tag = SelectField(_l("Tag"), default="")
    number = IntegerField(_l("Questions"), [InputRequired(), NumberRange(1, MAX_QUESTIONS)])
    together = IntegerField(
        _l("In groups of"),
        [NumberRange(1, MAX_GROUP)],
        default=1,
    )
    only = StringField(_l("Only this one"), [Length(max=MAX_KEY)])
    division = SelectField(_l("Division"), default="")

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.topic.choices = [("", translate(T("any"))), *topic_choices()]
        self.difficulty.choices = [("", translate(T("any"))), *choices(DIFFICULTIES)]
        self.tag.choices = [("", translate(T("any"))), *tag_choices()]
        self.division.choices = division_choices()
        # Where there is nothing to choose from, nothing is asked; what is stored stays.
        for field in (self.tag, self.division):
            if len(list(field.choices or ())) == 1 and not field.data:
                del self[field.short_name]

    def to_row(self) -> BlueprintRow:
        """Return the row of the blueprint; raises SettingsError for what cannot be."""
        return BlueprintRow(
            topic=self.topic.data,
            difficulty=Difficulty(self.difficulty.data) if self.difficulty.data else None,
            number=_number(self.number),
            tag=self.data.get("tag", ""),
            only=tidy(self.only.data or ""),
            together=_number(self.together),
            division=self.data.get("division", ""),
        )


class SettingsForm(BaseForm):
    """The quiz's settings; ``act`` buttons add and remove rows of the blueprint without storing anything."""

    blueprint = FieldList(
        FormField(BlueprintRowForm),
        label=_l("What a paper is made of"),
        description=_l(
            "In groups of 1 means single questions; a larger number asks for groups that share a text, each as a "
            "whole. “Only this one” is the code of a question or group that everybody gets."
        ),
        max_entries=_MOST_ROWS,
    )
    same_questions = BooleanField(
        _l("The same questions for all"), description=_l("Drawn once for a division; each paper has its own order.")
    )
    minutes = IntegerField(
        _l("Minutes for a paper"),
        [InputRequired(), NumberRange(0, MAX_MINUTES)],
        description=_l("0: until the round closes."),
    )
    attempts = IntegerField(
        _l("Attempts a person"), [InputRequired(), NumberRange(0, MAX_ATTEMPTS)], description=_l("0: any number.")
    )
    attempts_in = SelectField(_l("The attempts are counted"))
    attempts_in_contest = IntegerField(
        _l("Attempts a person in all rounds together"),
        [InputRequired(), NumberRange(0, MAX_ATTEMPTS)],
        description=_l("0: any number."),
    )
    cooldown = IntegerField(
        _l("Minutes between two attempts"),
        [InputRequired(), NumberRange(0, MAX_COOLDOWN)],
        description=_l("From the hand-in of one to the start of the next; 0: no pause."),
    )
    prediction = BooleanField(_l("Ask for a prediction"))
    prediction_text = TextAreaField(_l("Text of the prediction question"), [Length(max=1000)])
    what = SelectField(_l("What is predicted"))
    counted_in = SelectField(_l("Counted are"))
    over = SelectField(_l("Counted over"))
    among = SelectField(_l("Counted among"))
    taking_part = SelectField(_l("Taking part means"))
    decimals = IntegerField(
        _l("Decimals of the percentage"), [InputRequired(), NumberRange(0, MAX_DECIMALS)], default=0
    )
    results = SelectField(_l("Participants see their score"))
    answers = SelectField(_l("Participants see right answers and explanations"))

    practice = SelectField(
        _l("Who may practise"),
        default=str(Practice.NOBODY),
        description=_l("With questions that are for practice only."),
    )
    practice_questions = IntegerField(
        _l("Questions for practice at a time"), [NumberRange(1, MAX_PRACTICE)], default=10
    )

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        for name, words in _CHOICES.items():
            field: Any = self[name]
            field.choices = choices(words)

    @classmethod
    def from_settings(cls, settings: QuizSettings) -> SettingsForm:
        """Return the form filled with settings."""
        rows = [{**unstructure(row), "difficulty": str(row.difficulty or "")} for row in settings.blueprint]
        return cls(
            data={
                "blueprint": rows,
                "same_questions": settings.same_questions,
                "minutes": settings.minutes,
                "attempts": settings.attempts,
                "attempts_in": str(settings.attempts_in),
                "attempts_in_contest": settings.attempts_in_contest,
                "cooldown": settings.cooldown,
                "prediction": settings.prediction,
                "prediction_text": settings.prediction_text,
                **unstructure(settings.target),
                "results": str(settings.results),
                "answers": str(settings.answers),
                "practice": str(settings.practice),
                "practice_questions": settings.practice_questions,
            }
        )

    def to_settings(self) -> QuizSettings:
        """Return the settings that the form describes; raises SettingsError for what cannot be."""
        return QuizSettings(
            blueprint=tuple(row.form.to_row() for row in self.blueprint),
            same_questions=bool(self.same_questions.data),
            minutes=_number(self.minutes),
            attempts=_number(self.attempts),
            attempts_in=Span(self.attempts_in.data),
            attempts_in_contest=_number(self.attempts_in_contest),
            cooldown=_number(self.cooldown),
            prediction=bool(self.prediction.data),
            prediction_text=tidy(self.prediction_text.data or ""),
            target=Target(
                Predicted(self.what.data),
                CountedIn(self.counted_in.data),
                Over(self.over.data),
                Among(self.among.data),
                TakingPart(self.taking_part.data),
                _number(self.decimals),
            ),
            results=Release(self.results.data),
            answers=Release(self.answers.data),
            practice=Practice(self.practice.data),
            practice_questions=_number(self.practice_questions),
        )

    def change_rows(self, act: str) -> bool:
        """Add or remove a row if ``act`` says so; tell whether it did."""
        return change_rows(act, self.blueprint, most=_MOST_ROWS)


def _number(field: IntegerField) -> int:
    return field.data or 0
