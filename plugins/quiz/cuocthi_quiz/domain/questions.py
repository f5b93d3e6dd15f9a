"""What a question must be, wherever it comes from: a form or a file."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from cuocthi.text import T, cleaned
from cuocthi.users.names import fold
from cuocthi_quiz.domain.kinds import DECIDED, KINDS
from cuocthi_quiz.models import MAX_KEY, Difficulty, QuestionType, RevisionState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cuocthi.text import Text
    from cuocthi_quiz.models import Revision

MAX_TEXT = 4000
MAX_TAGS = 10
MAX_TAG = 40

_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class SecondReading:
    """What a second reader found: the verdict, what was read, a note, and the day."""

    verdict: str
    read: str
    note: str
    on: date


@dataclass(frozen=True, slots=True)
class QuestionData:
    """A question as people write it.

    ``topic`` is the key of a topic, ``body`` what its type asks for (``domain/kinds/``); ``draft`` ones are not drawn
    from. ``valid_until`` and ``replaced_by`` are of the question, whatever its wording: files carry them, and writing a
    wording leaves them alone; so it is with ``for_practice`` and the ``group``, its key and what it shares.
    ``division`` is the key of the one that it is for, empty for all.
    """

    key: str
    topic: str
    difficulty: Difficulty
    type: QuestionType
    text: str
    body: Any
    explanation: str
    source: str
    true_as_of: date
    second_reading: SecondReading | None = None
    draft: bool = False
    valid_until: date | None = None
    replaced_by: str = ""
    tags: tuple[str, ...] = ()
    division: str = ""
    for_practice: bool = False
    group: str = ""
    group_text: str = ""

    @property
    def search(self) -> str:
        """The text by which the bank is searched: without accents, in lower case."""
        return fold(" ".join([self.key, self.text, *KINDS[self.type].texts(self.body), self.source, *self.tags]))


def tidy(text: str) -> str:
    """Return text as it is stored: cleaned, with composed letters and no space at the ends."""
    return unicodedata.normalize("NFC", cleaned(text)).strip()


def to_tags(texts: Iterable[str]) -> tuple[str, ...]:
    """Return tags as they are kept: in small letters, with single blanks, each once, in order."""
    return tuple(sorted({" ".join(tidy(text).lower().split()) for text in texts} - {""}))


def to_lines(tags: Iterable[str]) -> str:
    """Return tags as a revision holds them."""
    return "".join(f"\n{tag}" for tag in tags)


def is_key(text: str) -> bool:
    """Tell whether a text may be the key of a question or a topic."""
    return len(text) <= MAX_KEY and _KEY.fullmatch(text) is not None


def problems(question: QuestionData) -> Iterator[tuple[str, Text]]:
    """Yield everything that is wrong with a question, each with the field it belongs to."""
    if not is_key(question.key):
        yield (
            "key",
            T("the key is made of lower-case letters, digits and hyphens, at most %(most)s characters", most=MAX_KEY),
        )
    for name in ("text", "explanation", "source"):
        value = getattr(question, name)
        if not value:
            yield name, _MISSING[name]
        elif len(value) > MAX_TEXT:
            yield name, T("the text is longer than %(most)s characters", most=MAX_TEXT)
    if len(question.tags) > MAX_TAGS or any(len(tag) > MAX_TAG for tag in question.tags):
        yield "tags", T("there are at most %(most)s tags of %(length)s characters each", most=MAX_TAGS, length=MAX_TAG)
    if question.replaced_by and question.valid_until is None:
        yield "valid_until", T("what replaces the source is named, but not until when it is in force")
    yield from (("body", problem) for problem in KINDS[question.type].problems(question.body))


_MISSING = {
    "text": T("the question has no text"),
    "explanation": T("the explanation is missing"),
    "source": T("the source is missing"),
}


def data_of(revision: Revision, *, key: str, topic: str) -> QuestionData:
    """Return what a revision says; ``key`` and ``topic`` are those of its question and topic."""
    reading = None
    if revision.reading_on is not None:
        reading = SecondReading(
            revision.reading_verdict, revision.reading_of, revision.reading_note, revision.reading_on
        )
    return QuestionData(
        key=key,
        topic=topic,
        difficulty=revision.difficulty,
        type=revision.type,
        text=revision.text,
        body=KINDS[revision.type].read(revision.content, revision.key),
        explanation=revision.explanation,
        source=revision.source,
        true_as_of=revision.true_as_of,
        second_reading=reading,
        # What was decided on the key cannot be written down: the question is looked at again before it is drawn.
        draft=revision.state is RevisionState.DRAFT or not DECIDED.isdisjoint(revision.key),
        tags=tuple(revision.tag_list),
        division=revision.division.key if revision.division else "",
        for_practice=revision.question.for_practice,
        group=revision.group.key if revision.group else "",
        group_text=revision.group_text,
    )
