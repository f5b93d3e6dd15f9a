"""The quiz's settings: what a paper is made of, how long there is, what counts, and what is shown when."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum

from cuocthi.campaigns.settings import SettingsError
from cuocthi.text import T, cleaned
from cuocthi_quiz.models import MAX_GROUP, Difficulty

OWNER = "quiz"

MAX_QUESTIONS = 200
MAX_PRACTICE = 30
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


class Practice(StrEnum):
    """Who may practise with the questions that are for practice only."""

    NOBODY = "nobody"
    ENTRANTS = "entrants"
    EVERYBODY = "everybody"

    @property
    def open(self) -> bool:
        """Whether anybody may."""
        return self is not Practice.NOBODY


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
    """How many questions of one kind a paper has.

    An empty ``topic``, ``difficulty``, ``tag`` or ``only`` asks for none in particular; ``only`` is the key of the one
    question or group that everybody gets. ``together`` is 1 for single questions; a larger number asks for groups of
    exactly so many, each as a whole, so that all papers have the same number of questions. A row with the key of a
    ``division`` is for papers of that division alone.
    """

    topic: str = ""
    difficulty: Difficulty | None = None
    number: int = 1
    tag: str = ""
    only: str = ""
    together: int = 1
    division: str = ""

    def __post_init__(self) -> None:
        """Raise SettingsError for a number out of bounds."""
        if not 1 <= self.number <= MAX_QUESTIONS:
            raise SettingsError(
                T("A row of the blueprint asks for 1 to %(most)s questions.", most=MAX_QUESTIONS), field="blueprint"
            )
        if not 1 <= self.together <= MAX_GROUP or self.number % self.together:
            text = T("Groups are drawn whole: the questions of a row are a multiple of the size of its groups.")
            raise SettingsError(text, field="blueprint")
        if self.only and self.draws > 1:
            raise SettingsError(T("A row that names one question or group draws it once."), field="blueprint")

    @property
    def draws(self) -> int:
        """How many single questions, or groups, are drawn."""
        return self.number // self.together


@dataclass(frozen=True, slots=True)
class QuizSettings:
    """The settings of a round.

    ``minutes`` is the time for a paper (0: until the round closes). A person may take ``attempts`` papers in the span
    ``attempts_in``, and ``attempts_in_contest`` in all rounds together (0: any number), each begun at least
    ``cooldown`` minutes after the one before was handed in. With ``same_questions`` all papers (of a division) have
    the same questions, each in an order of its own. ``prediction`` asks for the
    ``target``. ``results`` and ``answers`` say when participants see their score and the review with keys and
    explanations. ``practice`` says who may practise, with ``practice_questions`` at a time.
    """

    blueprint: tuple[BlueprintRow, ...] = ()
    same_questions: bool = False
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
    practice: Practice = Practice.NOBODY
    practice_questions: int = 10

    def __post_init__(self) -> None:
        """Clean the text; raise SettingsError for values that are not possible."""
        object.__setattr__(self, "prediction_text", cleaned(self.prediction_text))
        if not 0 <= self.minutes <= MAX_MINUTES:
            raise SettingsError(T("The time is 0 to %(most)s minutes.", most=MAX_MINUTES), field="minutes")
        for name in ("attempts", "attempts_in_contest"):
            if not 0 <= getattr(self, name) <= MAX_ATTEMPTS:
                raise SettingsError(T("The number of attempts is 0 to %(most)s.", most=MAX_ATTEMPTS), field=name)
        if not 0 <= self.cooldown <= MAX_COOLDOWN:
            raise SettingsError(T("The pause is 0 to %(most)s minutes.", most=MAX_COOLDOWN), field="cooldown")
        if not 1 <= self.practice_questions <= MAX_PRACTICE:
            text = T("A paper for practice has 1 to %(most)s questions.", most=MAX_PRACTICE)
            raise SettingsError(text, field="practice_questions")
        if self.prediction and not self.prediction_text.strip():
            raise SettingsError(T("Please enter the text of the prediction question."), field="prediction_text")
        if _ORDER.index(self.answers) < _ORDER.index(self.results):
            raise SettingsError(T("The answers cannot be shown before the results."), field="answers")
        self._check_blueprint()

    def _check_blueprint(self) -> None:
        kinds = Counter(replace(row, number=row.together) for row in self.blueprint)
        if max(kinds.values(), default=0) > 1:
            raise SettingsError(T("The blueprint asks twice for questions of the same kind."), field="blueprint")
        if self.questions > MAX_QUESTIONS:
            raise SettingsError(T("A paper has at most %(most)s questions.", most=MAX_QUESTIONS), field="blueprint")

    def rows_for(self, division: str) -> tuple[BlueprintRow, ...]:
        """Return the rows of the blueprint that papers of a division (its key, or nothing) are drawn by."""
        return tuple(row for row in self.blueprint if row.division in {"", division})

    def questions_for(self, division: str) -> int:
        """Return how many questions a paper of a division has, the prediction not counted."""
        return sum(row.number for row in self.rows_for(division))

    @property
    def questions(self) -> int:
        """How many questions a paper has, the prediction not counted; the most where divisions differ."""
        return max(self.questions_by_division.values())

    @property
    def questions_by_division(self) -> dict[str, int]:
        """How many questions a paper has, by the divisions that the blueprint names; under nothing for all others."""
        return {division: self.questions_for(division) for division in ("", *(row.division for row in self.blueprint))}
