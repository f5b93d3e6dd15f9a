"""The types of questions, one module for each way of answering, and what they have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cuocthi_quiz.domain.kinds.choice import MultipleChoice, SingleChoice, TrueFalse
from cuocthi_quiz.domain.kinds.hotspot import HotspotKind
from cuocthi_quiz.domain.kinds.placing import Matching, Ordering
from cuocthi_quiz.domain.kinds.written import NumberKind, TextKind
from cuocthi_quiz.models import POINT, QuestionType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cuocthi_quiz.domain.kinds.base import Json, Kind

KINDS: Mapping[QuestionType, Kind[Any]] = {
    QuestionType.SINGLE: SingleChoice(),
    QuestionType.MULTIPLE: MultipleChoice(),
    QuestionType.TRUE_FALSE: TrueFalse(),
    QuestionType.NUMBER: NumberKind(),
    QuestionType.TEXT: TextKind(),
    QuestionType.ORDERING: Ordering(),
    QuestionType.MATCHING: Matching(),
    QuestionType.HOTSPOT: HotspotKind(),
}

# What a decision on a wrong key adds to it, whatever the type (``domain/wrong_keys.py``): further keys of which each is
# right, too; full marks for everybody, whatever was answered; or that the question does not count.
ALSO = "also"
EVERYONE = "everyone"
VOID = "void"
#: What a decision on a key adds to it, beyond what an author writes.
DECIDED = frozenset({ALSO, EVERYONE, VOID})


def earned(type_: QuestionType, content: Json, key: Json, response: str) -> int:
    """Return what a response earns under a key with all that was decided on it, in thousandths of a point.

    Of several keys that are right the one counts that gives most.
    """
    if key.get(VOID):
        return 0
    if key.get(EVERYONE):
        return POINT
    kind = KINDS[type_]
    return max(kind.points(content, one, response) for one in (key, *key.get(ALSO, ())))


def right_options(content: Json, key: Json) -> frozenset[int]:
    """Return the places of the options that are right under a key with all that was decided on it.

    Those of further keys are right, too; where everybody is, all are. Of a void question none is.
    """
    if key.get(VOID):
        return frozenset()
    if key.get(EVERYONE):
        return frozenset(range(len(content["options"])))
    return frozenset(place for one in (key, *key.get(ALSO, ())) for place in one.get("right", ()))
