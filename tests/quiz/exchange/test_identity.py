"""Writing questions and reading them again: what a format can carry comes back as it was, of the rest it is said."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.quiz.pictures import png
from tests.quiz.strategies import keys, texts
from tests.quiz.strategies import questions as of_any_type

from cuocthi.campaigns.settings import structure, unstructure
from cuocthi_quiz.domain.exchange.album import shown_by
from cuocthi_quiz.domain.exchange.drafts import Draft
from cuocthi_quiz.domain.exchange.formats import FIELDS, FORMATS, Format
from cuocthi_quiz.domain.exchange.losses import WORDS, losses
from cuocthi_quiz.domain.exchange.packing import packed, unpacked
from cuocthi_quiz.domain.exchange.plan import same
from cuocthi_quiz.domain.kinds import KINDS
from cuocthi_quiz.domain.questions import MAX_TAG, QuestionData, problems, to_tags
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
    belonging = {"group_text": worded(question.group_text)} if question.group else {}
    tags = to_tags(worded(tag)[:11] for tag in question.tags)
    return replace(question, body=body, tags=tags, **words, **belonging)


@st.composite
def questions(draw: st.DrawFn) -> QuestionData:
    """A question with the place where it belongs, and sometimes a picture."""
    question = draw(of_any_type())
    group = draw(st.none() | keys)
    return replace(
        question,
        text=question.text + draw(st.sampled_from(["", "\n\n![Bản đồ](picture:ban-do)"])),
        tags=to_tags(draw(st.lists(texts.map(lambda text: text[:MAX_TAG]), max_size=3))),
        division=draw(st.just("") | keys),
        for_practice=draw(st.booleans()),
        group=group or "",
        group_text=draw(texts) if group else "",
    )


PICTURES = {"ban-do": png(3, 2)}
NOT_WORDS = {"scoring", "value", "tolerance", "unit", "picture"}
plain_questions = questions().map(in_plain_words).map(as_stored).filter(lambda question: not [*problems(question)])
any_questions = questions().map(as_stored).filter(lambda question: not [*problems(question)])


def told(question: QuestionData, draft: Draft, format_: Format) -> QuestionData:
    """A question with all that a file says of it."""
    names = {name: getattr(draft, name) for name in ("type", "text", "body", *format_.fields) if name != "topic"}
    if "group" in format_.fields:
        names["group_text"] = draft.group_text
    return replace(question, **names)


@each_format
@fast
@given(st.lists(any_questions, min_size=1, max_size=3, unique_by=lambda question: question.key))
def test_nothing_is_lost_without_being_said(format_: Format, bank: Sequence[QuestionData]) -> None:
    lost = losses(format_, bank, TOPICS, PICTURES)
    assert {loss.key for loss in lost.questions if not loss.what} == {q.key for q in bank} - {
        q.key for q in lost.carried
    }
    if not lost.carried:
        return
    read = format_.read if format_.key != "xlsx" else None
    content = (
        read(format_.write(lost.carried, TOPICS, PICTURES)) if read else format_.carried(lost.carried, TOPICS, PICTURES)
    )
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
    lost = losses(format_, [question], TOPICS, PICTURES)
    if question.type not in format_.types:
        assert lost.carried == ()
        return
    assert lost.carried == (question,)
    (draft,) = format_.carried([question], TOPICS, PICTURES).drafts
    assert {name for name in FIELDS if getattr(question, name)} & format_.fields == {
        name for name in FIELDS if getattr(draft, name)
    }
    if not format_.pictures and shown_by(question) & set(PICTURES):
        (loss,) = lost.questions
        assert WORDS["pictures"] in loss.what
        return
    if format_.key != "aiken" or (question.type is QuestionType.SINGLE and not question.body.keep_order):
        assert lost.questions == ()


@fast
@given(st.lists(any_questions, min_size=1, max_size=3))
def test_what_was_read_passes_from_one_process_to_the_other(bank: Sequence[QuestionData]) -> None:
    content = FORMATS["xlsx"].carried(bank, TOPICS, PICTURES)
    assert unpacked(packed(content)) == content
