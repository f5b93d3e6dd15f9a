"""The types of questions, one module for each way of answering, and what they have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cuocthi_quiz.domain.kinds.choice import MultipleChoice, SingleChoice, TrueFalse
from cuocthi_quiz.domain.kinds.hotspot import HotspotKind
from cuocthi_quiz.domain.kinds.placing import Matching, Ordering
from cuocthi_quiz.domain.kinds.written import NumberKind, TextKind
from cuocthi_quiz.models import QuestionType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cuocthi_quiz.domain.kinds.base import Kind

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
