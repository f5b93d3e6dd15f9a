"""How the quiz's own terms are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.text import T
from cuocthi_quiz.models import Difficulty, HandIn, QuestionType, RevisionState
from cuocthi_quiz.settings import Release

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cuocthi.text import Text

DIFFICULTIES: Mapping[Difficulty, Text] = {
    Difficulty.EASY: T("easy"),
    Difficulty.MEDIUM: T("medium"),
    Difficulty.HARD: T("hard"),
}

TYPES: Mapping[QuestionType, Text] = {
    QuestionType.SINGLE: T("one right option"),
    QuestionType.MULTIPLE: T("one or more right options"),
    QuestionType.TRUE_FALSE: T("true or false"),
}

STATES: Mapping[RevisionState, Text] = {
    RevisionState.DRAFT: T("to be approved"),
    RevisionState.APPROVED: T("in the bank"),
    RevisionState.FORMER: T("withdrawn"),
}

RELEASES: Mapping[Release, Text] = {
    Release.AT_ONCE: T("as soon as the paper is handed in"),
    Release.AFTER_ROUND: T("when the round has closed"),
    Release.AFTER_ADOPTION: T("when the ranking has been adopted"),
}

HAND_INS: Mapping[HandIn, Text] = {
    HandIn.PARTICIPANT: T("by the participant"),
    HandIn.DEADLINE: T("by the system when time was up"),
}

#: How options are called in the order shown.
LETTERS = "ABCDEFGH"
