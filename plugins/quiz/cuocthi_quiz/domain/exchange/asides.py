"""What formats of other systems have no place for, put where they have room: in tags, and at the end of the feedback.

A tag is "Độ khó: dễ"; the feedback ends in "Nguồn: …" and "Đúng tại ngày: …". People read both as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi_quiz.domain.exchange.entries import deduced, fields_of
from cuocthi_quiz.domain.exchange.words import LABELS, difficulty_of, label_of
from cuocthi_quiz.domain.kinds.choice import Choice
from cuocthi_quiz.domain.questions import to_tags
from cuocthi_quiz.models import QuestionType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cuocthi_quiz.domain.questions import QuestionData

_TAGGED = (
    "difficulty",
    "type",
    "scoring",
    "keep_order",
    "unit",
    "case_matters",
    "accents_matter",
    "division",
    "group",
    "for_practice",
)
_AT_END = ("source", "true_as_of", "group_text")
_NO = "không"


def tags_of(question: QuestionData) -> Iterator[str]:
    """Yield the tags that tell how hard a question is, how it is marked and where it belongs, and its own."""
    said = fields_of(question)
    if not isinstance(question.body, Choice) or _tells_its_type(question.body, question.type):
        del said["type"]
    if hasattr(question.body, "scoring") and question.type is not QuestionType.SINGLE:
        said = {"scoring": _NO, **said}
    yield from (f"{LABELS[name][0]}: {said[name]}" for name in _TAGGED if name in said)
    yield from (f"{LABELS['tags'][0]}: {tag}" if ":" in tag or said_in_tags([tag]) else tag for tag in question.tags)


def _tells_its_type(body: Choice, type_: QuestionType) -> bool:
    """Tell whether a choice is known for what it is by its options alone, or by how its answers are weighed."""
    right = {at for at, option in enumerate(body.options) if option.right}
    return type_ is QuestionType.MULTIPLE or deduced([option.text for option in body.options], right) is type_


def said_in_tags(tags: Iterable[str]) -> dict[str, str]:
    """Return what tags tell, by the names of ``words.LABELS``; others tell nothing."""
    said: dict[str, str] = {}
    for tag in tags:
        label, colon, value = tag.partition(":")
        name = label_of(label) if colon else None
        if name in _TAGGED:
            said[name] = value.strip()
        elif difficulty_of(tag):
            said["difficulty"] = tag
    return said


def plain_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Return the tags that only are tags, and tell nothing else."""
    found: list[str] = []
    for tag in tags:
        label, colon, value = tag.partition(":")
        name = label_of(label) if colon else None
        if name == "tags":
            found.append(value)
        elif name not in _TAGGED and not said_in_tags([tag]):
            found.append(tag)
    return to_tags(found)


def feedback_of(question: QuestionData) -> str:
    """Return the explanation with the source, and since when it is known to be true, as its last paragraphs."""
    said = fields_of(question)
    ends = (f"{LABELS[name][0]}: {said[name]}" for name in _AT_END if said.get(name))
    return "\n\n".join([question.explanation, *ends])


def said_in_feedback(text: str) -> dict[str, str]:
    """Return what a feedback tells: the explanation, and what its last paragraphs say after a label."""
    said: dict[str, list[str]] = {"explanation": []}
    part = "explanation"
    for paragraph in text.split("\n\n"):
        label, colon, value = paragraph.partition(":")
        name = label_of(label) if colon else None
        if name in _AT_END:
            part = name
            said[name] = [value.strip()]
        else:
            said[part].append(paragraph)
    return {name: "\n\n".join(paragraphs) for name, paragraphs in said.items()}
