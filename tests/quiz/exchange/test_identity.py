"""Writing questions and reading them again: what a format can carry comes back as it was, of the rest it is said."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.quiz.strategies import questions

from cuocthi.campaigns.settings import structure, unstructure
from cuocthi_quiz.domain.exchange.drafts import Draft
from cuocthi_quiz.domain.exchange.formats import FIELDS, FORMATS, Format
from cuocthi_quiz.domain.exchange.losses import losses
from cuocthi_quiz.domain.exchange.packing import packed, unpacked
from cuocthi_quiz.domain.exchange.plan import same
from cuocthi_quiz.domain.kinds import KINDS
from cuocthi_quiz.domain.questions import QuestionData, problems
from cuocthi_quiz.models import QuestionType

if TYPE_CHECKING:
    from collections.abc import Sequence

TOPICS = {"safety": "An toàn dữ liệu"}
each_format = pytest.mark.parametrize("format_", FORMATS.values(), ids=lambda format_: format_.key)
#: A workbook is read by another process, which takes its time.
fast = settings(max_examples=25, deadline=None)


def as_stored(question: QuestionData) -> QuestionData:
    """A question as the bank hands it out: numbers in their one form."""
    kind = KINDS[question.type]
    return replace(question, body=kind.read(*kind.stored(question.body)))


def in_plain_words(question: QuestionData) -> QuestionData:
    """The same question in words and signs that every format writes."""

    def worded(value: Any) -> Any:
        if type(value) is str:
            return f"Điều {hashlib.sha256(value.encode()).hexdigest()[:6]} “là”, 5 % (và) hoà – được?"
        if isinstance(value, dict):
            return {name: worded(item) if name not in NOT_WORDS else item for name, item in value.items()}
        return [worded(item) for item in value] if isinstance(value, list | tuple) else value

    body = structure(KINDS[question.type].body, worded(unstructure(question.body)))
    words = {name: worded(getattr(question, name)) for name in ("text", "explanation", "source")}
    return replace(question, body=body, **words)


NOT_WORDS = {"scoring", "value", "tolerance", "unit", "picture"}
plain_questions = questions().map(in_plain_words).map(as_stored).filter(lambda question: not [*problems(question)])
any_questions = questions().map(as_stored).filter(lambda question: not [*problems(question)])


def told(question: QuestionData, draft: Draft, format_: Format) -> QuestionData:
    """A question with all that a file says of it."""
    names = {name: getattr(draft, name) for name in ("type", "text", "body", *format_.fields) if name != "topic"}
    return replace(question, **names)


@each_format
@fast
@given(st.lists(any_questions, min_size=1, max_size=3, unique_by=lambda question: question.key))
def test_nothing_is_lost_without_being_said(format_: Format, bank: Sequence[QuestionData]) -> None:
    lost = losses(format_, bank, TOPICS)
    assert {loss.key for loss in lost.questions if not loss.what} == {q.key for q in bank} - {
        q.key for q in lost.carried
    }
    if not lost.carried:
        return
    read = format_.read if format_.key != "xlsx" else None
    content = read(format_.write(lost.carried, TOPICS)) if read else format_.carried(lost.carried, TOPICS)
    assert content.problems == []
    lossy = {loss.key for loss in lost.questions}
    for question, draft in zip(lost.carried, content.drafts, strict=True):
        if question.key not in lossy:
            assert same(told(question, draft, format_), question)
            assert {name for name in FIELDS if getattr(draft, name)} <= format_.fields


@each_format
@fast
@given(question=plain_questions)
def test_what_is_in_plain_words_comes_back_as_it_was(format_: Format, question: QuestionData) -> None:
    lost = losses(format_, [question], TOPICS)
    if question.type not in format_.types:
        assert lost.carried == ()
        return
    assert lost.carried == (question,)
    (draft,) = format_.carried([question], TOPICS).drafts
    assert {name for name in FIELDS if getattr(draft, name)} == format_.fields
    if format_.key != "aiken" or (question.type is QuestionType.SINGLE and not question.body.keep_order):
        assert lost.questions == ()


@fast
@given(st.lists(any_questions, min_size=1, max_size=3))
def test_what_was_read_passes_from_one_process_to_the_other(bank: Sequence[QuestionData]) -> None:
    content = FORMATS["xlsx"].carried(bank, TOPICS)
    assert unpacked(packed(content)) == content
