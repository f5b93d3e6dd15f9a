"""What a file says: drafts of questions, each with its place in the file, and what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cuocthi.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from cuocthi.text import Text
    from cuocthi_quiz.models import Difficulty, QuestionType


@dataclass(frozen=True, slots=True)
class Draft:
    """A question as a file says it; what the file does not say is empty or None.

    ``place`` says where it stands; ``topic`` and ``division`` are keys or titles; pictures in its texts are named by
    the keys of :attr:`Content.pictures`. ``notes`` tell what of it is not taken over.
    """

    place: Text
    type: QuestionType
    text: str
    body: Any
    key: str = ""
    topic: str = ""
    difficulty: Difficulty | None = None
    explanation: str = ""
    source: str = ""
    true_as_of: date | None = None
    tags: tuple[str, ...] = ()
    division: str = ""
    group: str = ""
    group_text: str = ""
    for_practice: bool = False
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at a place of a file; ``alone`` if that is one question, without which the others can be taken."""

    place: Text
    text: Text
    alone: bool = False


@dataclass
class Content:
    """All that a file says; ``pictures`` are those that it holds, by the keys under which its texts name them.

    ``notes`` tell what is not taken over of many of its questions.
    """

    drafts: list[Draft] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)
    notes: list[Text] = field(default_factory=list)

    def wrong(self, place: Text, text: Text) -> None:
        """Add a problem."""
        self.problems.append(Problem(place, text))

    def unusable(self, place: Text, text: Text) -> None:
        """Add why the one question at a place cannot be taken."""
        self.problems.append(Problem(place, text, alone=True))


def once(notes: Iterable[Text]) -> tuple[Text, ...]:
    """Return notes, each once."""
    found: list[Text] = []
    for note in notes:
        if note not in found:
            found.append(note)
    return tuple(found)


class Unreadable(DomainError):
    """A file that is not of the kind it should be, is damaged, or out of bounds."""

    def __init__(self, message: Text) -> None:
        super().__init__(message, field="file")


class Unusable(Exception):
    """A question that cannot be taken; ``text`` says why."""

    def __init__(self, text: Text) -> None:
        super().__init__(str(text))
        self.text = text
