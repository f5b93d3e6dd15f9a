"""What a type of question has to say for itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from cuocthi_quiz.models import POINT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cuocthi.text import Text

Body = TypeVar("Body")
#: What a participant gets to see beside the text, and what is right, as they are stored.
Json = dict[str, Any]


class Scoring(StrEnum):
    """What an answer earns that is right only in part: nothing, or a part."""

    ALL = "all"
    PARTIAL = "partial"


@dataclass(frozen=True, slots=True)
class Shape:
    """How many options (regions, steps, prompts) a question has, how many targets each may be given.

    ``shuffled`` tells whether the options stand in another order on each paper.
    """

    options: int = 0
    targets: int = 0
    shuffled: bool = False


class Kind(ABC, Generic[Body]):
    """A type of question: what its author writes (``body``), how that is stored, and what an answer to it earns.

    Responses are those of ``domain/responses.py``: by the author's order, empty for none.
    """

    body: ClassVar[type[Any]]

    @abstractmethod
    def problems(self, body: Body) -> Iterator[Text]:
        """Yield everything that is wrong with a body, in words."""

    @abstractmethod
    def texts(self, body: Body) -> Iterator[str]:
        """Yield what a search finds the question by."""

    @abstractmethod
    def shape(self, body: Body) -> Shape:
        """Return the numbers by which papers are drawn and answers checked."""

    @abstractmethod
    def stored(self, body: Body) -> tuple[Json, Json]:
        """Return content and key as they are stored."""

    @abstractmethod
    def read(self, content: Json, key: Json) -> Body:
        """Return the body that :meth:`stored` has stored."""

    @abstractmethod
    def points(self, content: Json, key: Json, response: str) -> int:
        """Return what a response earns, out of :data:`POINT` thousandths of a point. An empty one earns nothing."""

    @abstractmethod
    def right(self, content: Json, key: Json) -> str:
        """Return a response that earns everything."""

    @abstractmethod
    def key_for(self, content: Json, key: Json, response: str) -> Json:
        """Return a key under which this response, not an empty one, is what is right; used when a key was wrong."""

    @abstractmethod
    def mistake(self, content: Json, key: Json, pick: float) -> str:
        """Return a response that does not earn everything, picked by a number in [0, 1); used in rehearsals."""

    @abstractmethod
    def words(self, content: Json, response: str) -> list[str]:
        """Return a response in words, a line for each part; nothing for an empty one."""


def share(earned: int, parts: int) -> int:
    """Return the points for ``earned`` of ``parts`` parts, rounded half up."""
    return (2 * POINT * earned + parts) // (2 * parts)
