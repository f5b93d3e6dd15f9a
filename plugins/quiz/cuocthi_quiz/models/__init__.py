"""The tables of the quiz."""

from __future__ import annotations

from cuocthi_quiz.models.bank import (
    MAX_GROUP,
    MAX_KEY,
    MAX_OPTIONS,
    MAX_TARGETS,
    POINT,
    Difficulty,
    Group,
    Mark,
    Question,
    QuestionType,
    Revision,
    RevisionState,
    Topic,
)
from cuocthi_quiz.models.exchange import WaitingImport
from cuocthi_quiz.models.extra_time import MAX_EXTRA_MINUTES, MAX_PERCENT, ExtraTime
from cuocthi_quiz.models.figures import Outcome, SaveFigures
from cuocthi_quiz.models.keys import MAX_DOCUMENT, KeyChange, Remedy, Rescored
from cuocthi_quiz.models.papers import THOUSANDTHS, Answer, Attempt, HandIn, Item, TakeOver, as_predicted
from cuocthi_quiz.models.pictures import Picture
from cuocthi_quiz.models.refused import Refused
from cuocthi_quiz.models.review import (
    MAX_DECISION,
    Distinction,
    Ending,
    Issue,
    Issued,
    Remark,
    RemarkKind,
    StillTrue,
)

__all__ = [
    "MAX_DECISION",
    "MAX_DOCUMENT",
    "MAX_EXTRA_MINUTES",
    "MAX_GROUP",
    "MAX_KEY",
    "MAX_OPTIONS",
    "MAX_PERCENT",
    "MAX_TARGETS",
    "MODELS",
    "POINT",
    "THOUSANDTHS",
    "Answer",
    "Attempt",
    "Difficulty",
    "Distinction",
    "Ending",
    "ExtraTime",
    "Group",
    "HandIn",
    "Issue",
    "Issued",
    "Item",
    "KeyChange",
    "Mark",
    "Outcome",
    "Picture",
    "Question",
    "QuestionType",
    "Refused",
    "Remark",
    "RemarkKind",
    "Remedy",
    "Rescored",
    "Revision",
    "RevisionState",
    "SaveFigures",
    "StillTrue",
    "TakeOver",
    "Topic",
    "WaitingImport",
    "as_predicted",
]

MODELS = (
    Topic,
    Group,
    Question,
    Revision,
    Mark,
    Picture,
    ExtraTime,
    Attempt,
    Item,
    Answer,
    TakeOver,
    Refused,
    Remark,
    StillTrue,
    Ending,
    Distinction,
    Issue,
    Issued,
    SaveFigures,
    WaitingImport,
    KeyChange,
    Rescored,
)
