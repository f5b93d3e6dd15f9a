"""The tables of the quiz."""

from __future__ import annotations

from cuocthi_quiz.models.bank import (
    MAX_KEY,
    MAX_OPTIONS,
    MAX_TARGETS,
    POINT,
    Difficulty,
    Mark,
    Question,
    QuestionType,
    Revision,
    RevisionState,
    Topic,
)
from cuocthi_quiz.models.papers import Answer, Attempt, HandIn, Item, TakeOver

__all__ = [
    "MAX_KEY",
    "MAX_OPTIONS",
    "MAX_TARGETS",
    "MODELS",
    "POINT",
    "Answer",
    "Attempt",
    "Difficulty",
    "HandIn",
    "Item",
    "Mark",
    "Question",
    "QuestionType",
    "Revision",
    "RevisionState",
    "TakeOver",
    "Topic",
]

MODELS = (Topic, Question, Revision, Mark, Attempt, Item, Answer, TakeOver)
