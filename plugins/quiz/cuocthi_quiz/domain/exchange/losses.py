"""What a format cannot carry of questions: found by looking at what would be read of what is written."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from cuocthi.errors import DomainError
from cuocthi.text import T
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
    "tags": T("the tags"),
    "division": T("the division"),
    "group": T("the group"),
    "for_practice": T("whether it is for practice"),
    "alternative": T("signs or line breaks of what the picture shows"),
    "regions": T("signs or line breaks of the regions"),
}

#: What no format carries: it says where a question belongs in this bank.
_OF_THE_BANK = ("tags", "division", "group", "for_practice")


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


def losses(format_: Format, questions: Sequence[QuestionData], topics: Mapping[str, str]) -> Losses:
    """Return what a format loses of questions; ``topics`` tells how each topic is called in it."""
    known = [question for question in questions if question.type in format_.types]
    drafts = _carried(format_, known, topics)
    lost: list[Loss] = []
    carried: list[QuestionData] = []
    for question in questions:
        draft = drafts.get(question.key)
        what = differing(draft, question, topics, format_.fields) if draft else ()
        if draft is not None:
            carried.append(question)
        if draft is None or what:
            lost.append(Loss(question.key, tuple(WORDS[name] for name in what)))
    own = (name for name in _OF_THE_BANK if any(getattr(question, name) for question in questions))
    missing = tuple(WORDS[name] for name in (*(name for name in FIELDS if name not in format_.fields), *own))
    return Losses(missing, tuple(lost), tuple(carried))


def _carried(format_: Format, questions: Sequence[QuestionData], topics: Mapping[str, str]) -> dict[str, Draft]:
    """Return by its key what is read of each question, all at once if nothing stands in the way of another."""
    if not questions:
        return {}
    try:
        content = format_.carried(questions, topics)
    except DomainError:
        content = Content()
    if len(content.drafts) == len(questions) and not content.problems:
        return {question.key: draft for question, draft in zip(questions, content.drafts, strict=True)}
    if len(questions) == 1:
        return {}
    alone = (_carried(format_, [question], topics) for question in questions)
    return {key: draft for found in alone for key, draft in found.items()}


def differing(
    draft: Draft, question: QuestionData, topics: Mapping[str, str], names: frozenset[str] = frozenset(FIELDS)
) -> tuple[str, ...]:
    """Return what a draft says in another way than a question does, of ``names``, the text and the answers."""
    if draft.type is not question.type:
        return ("type",)
    meant = {
        **{name: getattr(question, name) for name in ("key", "difficulty", "true_as_of")},
        **{name: cleaned(getattr(question, name)) for name in ("text", "explanation", "source")},
        "topic": cleaned(topics[question.topic]),
    }
    other = (name for name, value in meant.items() if name in {*names, "text"} and getattr(draft, name) != value)
    return (*other, *_differing_parts(draft.body, question.body, question))


def _differing_parts(read: Any, meant: Any, question: QuestionData) -> tuple[str, ...]:
    kind = KINDS[question.type]
    if not list(kind.problems(read)) and kind.stored(read) == kind.stored(meant):
        return ()
    parts = (item.name for item in fields(meant) if getattr(read, item.name) != getattr(meant, item.name))
    return tuple(parts)
