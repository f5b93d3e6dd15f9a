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
#: A week, in minutes.
MAX_COOLDOWN = 7 * 24 * 60

PREDICTION_TEXT = "Theo bạn, có bao nhiêu người dự thi trả lời đúng tất cả các câu hỏi?"


class Release(StrEnum):
    """When participants see something of their result."""

    AT_ONCE = "at_once"
    AFTER_ROUND = "after_round"
    AFTER_ADOPTION = "after_adoption"


_ORDER = tuple(Release)


class Span(StrEnum):
    """Within what the attempts of a person in a round are counted: all of it, each week from Monday, or each day."""

    ROUND = "round"
    WEEK = "week"
    DAY = "day"


class Predicted(StrEnum):
    """What the prediction question asks for."""

    EVERYTHING_RIGHT = "everything_right"
    TAKING_PART = "taking_part"
    SHARE = "share"


class CountedIn(StrEnum):
    """Whether persons are counted, each once, or attempts."""

    PERSONS = "persons"
    ATTEMPTS = "attempts"


class Over(StrEnum):
    """Over what is counted: the round in which it is asked, or all rounds of the quiz."""

    ROUND = "round"
    CONTEST = "contest"


class Among(StrEnum):
    """Who is counted: everybody, or those in the participant's own division."""

    ALL = "all"
    DIVISION = "division"


class TakingPart(StrEnum):
    """Who takes part: who has handed in a paper, or already who has begun one."""

    FINISHERS = "finishers"
    STARTERS = "starters"


MAX_DECIMALS = 3


@dataclass(frozen=True, slots=True)
class Target:
    """What exactly is predicted; a share is of those taking part, in per cent with so many ``decimals``."""

    what: Predicted = Predicted.EVERYTHING_RIGHT
    counted_in: CountedIn = CountedIn.PERSONS
    over: Over = Over.ROUND
    among: Among = Among.ALL
    taking_part: TakingPart = TakingPart.FINISHERS
    decimals: int = 0

    def __post_init__(self) -> None:
        """Raise SettingsError for decimals of what is counted, and too many of a share."""
        if not 0 <= self.decimals <= (MAX_DECIMALS if self.what is Predicted.SHARE else 0):
            raise SettingsError(
                T("Only a percentage has decimals, at most %(most)s.", most=MAX_DECIMALS), field="decimals"
            )

    @property
    def scale(self) -> int:
        """The number of stored units in one: thousandths where there are decimals, else whole ones."""
        return 1000 if self.decimals else 1

    @property
    def most(self) -> int:
        """The largest number that can be predicted."""
        return 100 if self.what is Predicted.SHARE else 2**31 - 1


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

    ``minutes`` is the time for a paper (0: until the round closes). A person may take ``attempts`` papers in the span
    ``attempts_in``, and ``attempts_in_contest`` in all rounds together (0: any number), each begun at least
    ``cooldown`` minutes after the one before was handed in. ``prediction`` asks for the
    ``target``. ``results`` and ``answers`` say when participants see their score and the review with keys and
    explanations.
    """

    blueprint: tuple[BlueprintRow, ...] = ()
    minutes: int = 15
    attempts: int = 1
    attempts_in: Span = Span.ROUND
    attempts_in_contest: int = 0
    cooldown: int = 0
    prediction: bool = True
    prediction_text: str = PREDICTION_TEXT
    target: Target = Target()
    results: Release = Release.AT_ONCE
    answers: Release = Release.AFTER_ROUND

    def __post_init__(self) -> None:
        """Raise SettingsError for values that are not possible."""
        if not 0 <= self.minutes <= MAX_MINUTES:
            raise SettingsError(T("The time is 0 to %(most)s minutes.", most=MAX_MINUTES), field="minutes")
        for name in ("attempts", "attempts_in_contest"):
            if not 0 <= getattr(self, name) <= MAX_ATTEMPTS:
                raise SettingsError(T("The number of attempts is 0 to %(most)s.", most=MAX_ATTEMPTS), field=name)
        if not 0 <= self.cooldown <= MAX_COOLDOWN:
            raise SettingsError(T("The pause is 0 to %(most)s minutes.", most=MAX_COOLDOWN), field="cooldown")
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
