"""The tables of the quiz."""

from __future__ import annotations

from cuocthi_quiz.models.bank import (
    MAX_KEY,
    MAX_OPTIONS,
    Difficulty,
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
    "MODELS",
    "Answer",
    "Attempt",
    "Difficulty",
    "HandIn",
    "Item",
    "Question",
    "QuestionType",
    "Revision",
    "RevisionState",
    "TakeOver",
    "Topic",
]

MODELS = (Topic, Question, Revision, Attempt, Item, Answer, TakeOver)
