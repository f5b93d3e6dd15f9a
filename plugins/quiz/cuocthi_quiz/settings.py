"""The quiz's settings: what a paper is made of, how long there is, what counts, and what is shown when."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from cuocthi.campaigns.settings import SettingsError
from cuocthi.text import T
from cuocthi_quiz.models import Difficulty

OWNER = "quiz"

MAX_QUESTIONS = 200
MAX_MINUTES = 24 * 60
MAX_ATTEMPTS = 1000

PREDICTION_TEXT = "Theo bạn, có bao nhiêu người dự thi trả lời đúng tất cả các câu hỏi?"


class Release(StrEnum):
    """When participants see something of their result."""

    AT_ONCE = "at_once"
    AFTER_ROUND = "after_round"
    AFTER_ADOPTION = "after_adoption"


_ORDER = tuple(Release)


@dataclass(frozen=True, slots=True)
class BlueprintRow:
    """How many questions of one topic and difficulty a paper has."""

    topic: str
    difficulty: Difficulty
    number: int

    def __post_init__(self) -> None:
        """Raise SettingsError for a number out of bounds."""
        if not self.topic:
            raise SettingsError(T("A row of the blueprint needs a topic."), field="blueprint")
        if not 1 <= self.number <= MAX_QUESTIONS:
            raise SettingsError(
                T("A row of the blueprint asks for 1 to %(most)s questions.", most=MAX_QUESTIONS), field="blueprint"
            )


@dataclass(frozen=True, slots=True)
class QuizSettings:
    """The settings of a round.

    ``minutes`` is the time for a paper (0: until the round closes), ``attempts`` how many papers a person may take
    (0: any number). ``prediction`` asks for the number of persons who answer everything right. ``results`` and
    ``answers`` say when participants see their score and the review with keys and explanations.
    """

    blueprint: tuple[BlueprintRow, ...] = ()
    minutes: int = 15
    attempts: int = 1
    prediction: bool = True
    prediction_text: str = PREDICTION_TEXT
    results: Release = Release.AT_ONCE
    answers: Release = Release.AFTER_ROUND

    def __post_init__(self) -> None:
        """Raise SettingsError for values that are not possible."""
        if not 0 <= self.minutes <= MAX_MINUTES:
            raise SettingsError(T("The time is 0 to %(most)s minutes.", most=MAX_MINUTES), field="minutes")
        if not 0 <= self.attempts <= MAX_ATTEMPTS:
            raise SettingsError(T("The number of attempts is 0 to %(most)s.", most=MAX_ATTEMPTS), field="attempts")
        if self.prediction and not self.prediction_text.strip():
            raise SettingsError(T("Please enter the text of the prediction question."), field="prediction_text")
        if _ORDER.index(self.answers) < _ORDER.index(self.results):
            raise SettingsError(T("The answers cannot be shown before the results."), field="answers")
        self._check_blueprint()

    def _check_blueprint(self) -> None:
        cells = Counter((row.topic, row.difficulty) for row in self.blueprint)
        for (topic, difficulty), times in cells.items():
            if times > 1:
                text = T(
                    "The blueprint names topic “%(topic)s” with difficulty “%(difficulty)s” twice.",
                    topic=topic,
                    difficulty=str(difficulty),
                )
                raise SettingsError(text, field="blueprint")
        if self.questions > MAX_QUESTIONS:
            raise SettingsError(T("A paper has at most %(most)s questions.", most=MAX_QUESTIONS), field="blueprint")

    @property
    def questions(self) -> int:
        """How many questions a paper has, the prediction not counted."""
        return sum(row.number for row in self.blueprint)
