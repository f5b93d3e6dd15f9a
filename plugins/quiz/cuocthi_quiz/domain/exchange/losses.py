"""What a format cannot carry of questions: found by looking at what would be read of what is written."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from cuocthi.errors import DomainError
from cuocthi.text import T
from cuocthi_quiz.domain.exchange.album import shown_by
from cuocthi_quiz.domain.exchange.drafts import Content
from cuocthi_quiz.domain.exchange.formats import FIELDS
from cuocthi_quiz.domain.exchange.texts import cleaned
from cuocthi_quiz.domain.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cuocthi.text import Text
    from cuocthi_quiz.domain.exchange.drafts import Draft
    from cuocthi_quiz.domain.exchange.formats import Format
    from cuocthi_quiz.domain.questions import QuestionData

#: What of questions may get lost, in words.
WORDS: Mapping[str, Text] = {
    "key": T("the code"),
    "topic": T("the topic"),
    "difficulty": T("the difficulty"),
    "explanation": T("the explanation"),
    "source": T("the source"),
    "true_as_of": T("the day as of which it is true"),
    "type": T("the kind of question"),
    "text": T("signs or line breaks of the text"),
    "options": T("signs or line breaks of the options"),
    "steps": T("signs or line breaks of the steps"),
    "pairs": T("signs or line breaks of the pairs"),
    "others": T("what belongs to none"),
    "accepted": T("one of the answers that are right"),
    "keep_order": T("that the options keep their order"),
    "scoring": T("how an answer counts that is right in part"),
    "unit": T("the unit"),
    "case_matters": T("whether capital letters matter"),
    "accents_matter": T("whether accents matter"),
    "picture": T("the picture"),
    "pictures": T("the files of its pictures"),
    "tags": T("the tags"),
    "division": T("the division"),
    "group": T("the group"),
    "for_practice": T("whether it is for practice"),
    "alternative": T("signs or line breaks of what the picture shows"),
    "regions": T("signs or line breaks of the regions"),
}


#: Where a question belongs.
_BELONGING = ("tags", "division", "group", "for_practice")


@dataclass(frozen=True, slots=True)
class Loss:
    """A question of which a format loses something; ``what`` is empty if it cannot carry the question at all."""

    key: str
    what: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Losses:
    """What a format cannot carry: ``fields`` of any question, and what of which one. ``carried`` are those it takes."""

    fields: tuple[Text, ...]
    questions: tuple[Loss, ...]
    carried: tuple[QuestionData, ...]

    def __bool__(self) -> bool:
        """Tell whether anything is lost."""
        return bool(self.fields or self.questions)


def losses(
    format_: Format, questions: Sequence[QuestionData], topics: Mapping[str, str], pictures: Mapping[str, bytes]
) -> Losses:
    """Return what a format loses of questions; ``topics`` is how each topic is called, ``pictures`` what they show."""
    known = [question for question in questions if question.type in format_.types]
    drafts, shown = _carried(format_, known, topics, pictures)
    lost: list[Loss] = []
    carried: list[QuestionData] = []
    for question in questions:
        draft = drafts.get(question.key)
        what = differing(draft, question, topics, format_.fields) if draft else ()
        if draft is not None and not (shown_by(question) & set(pictures)) <= shown:
            what = (*what, "pictures")
        if draft is not None:
            carried.append(question)
        if draft is None or what:
            lost.append(Loss(question.key, tuple(WORDS[name] for name in what)))
    missing = (name for name in FIELDS if name not in format_.fields and any(getattr(one, name) for one in questions))
    return Losses(tuple(WORDS[name] for name in missing), tuple(lost), tuple(carried))


def _carried(
    format_: Format, questions: Sequence[QuestionData], topics: Mapping[str, str], pictures: Mapping[str, bytes]
) -> tuple[dict[str, Draft], set[str]]:
    """Return by its key what is read of each question, all at once if nothing stands in the way of another.

    And the keys of the pictures that are read with them.
    """
    if not questions:
        return {}, set()
    try:
        content = format_.carried(questions, topics, pictures)
    except DomainError:
        content = Content()
    if len(content.drafts) == len(questions) and not content.problems:
        drafts = {question.key: draft for question, draft in zip(questions, content.drafts, strict=True)}
        return drafts, set(content.pictures)
    if len(questions) == 1:
        return {}, set()
    alone = [_carried(format_, [question], topics, pictures) for question in questions]
    return {key: draft for found, _ in alone for key, draft in found.items()}, set().union(
        *(shown for _, shown in alone)
    )


def differing(
    draft: Draft, question: QuestionData, topics: Mapping[str, str], names: frozenset[str] = frozenset(FIELDS)
) -> tuple[str, ...]:
    """Return what a draft says in another way than a question does, of ``names``, the text and the answers."""
    if draft.type is not question.type:
        return ("type",)
    meant = {
        **{name: getattr(question, name) for name in ("key", "difficulty", "true_as_of", *_BELONGING)},
        **{name: cleaned(getattr(question, name)) for name in ("text", "explanation", "source")},
        "topic": cleaned(topics[question.topic]),
    }
    other = [name for name, value in meant.items() if name in {*names, "text"} and getattr(draft, name) != value]
    if "group" in names and "group" not in other and draft.group_text != cleaned(question.group_text):
        other.append("group")
    return (*other, *_differing_parts(draft.body, question.body, question))


def _differing_parts(read: Any, meant: Any, question: QuestionData) -> tuple[str, ...]:
    kind = KINDS[question.type]
    if not list(kind.problems(read)) and kind.stored(read) == kind.stored(meant):
        return ()
    parts = (item.name for item in fields(meant) if getattr(read, item.name) != getattr(meant, item.name))
    return tuple(parts)
