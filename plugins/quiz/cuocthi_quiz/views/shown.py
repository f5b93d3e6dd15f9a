"""A question as it stands on a paper: in the order of that paper, with what was answered."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from cuocthi.clock import LOCAL_ZONE
from cuocthi_quiz.domain.drawing import unpack
from cuocthi_quiz.domain.kinds import EVERYONE, KINDS, VOID, earned, right_options
from cuocthi_quiz.domain.responses import WAYS, Given, Way, target_of, to_given, to_response
from cuocthi_quiz.models import POINT, QuestionType
from cuocthi_quiz.words import INSTRUCTIONS, LETTERS

if TYPE_CHECKING:
    from datetime import datetime

    from cuocthi.text import Text
    from cuocthi_quiz.queries.papers import PaperRow


@dataclass(frozen=True, slots=True)
class ShownOption:
    """An option as it stands on the paper. ``value`` is its place in the order shown; a region has its rectangle."""

    value: int
    letter: str
    text: str
    chosen: bool
    right: bool
    region: tuple[int, int, int, int] | None = None


@dataclass(frozen=True, slots=True)
class ShownThing:
    """A step or prompt that is to be given a target: the field's name, and the target given, or 0."""

    name: str
    text: str
    target: int


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    """A question as it stands on the paper."""

    row: PaperRow
    order: tuple[int, ...]
    given: Given

    @property
    def position(self) -> int:
        """The place on the paper."""
        return self.row.position

    @property
    def type(self) -> str:
        """The type, as templates name it."""
        return str(self.row.type)

    @property
    def way(self) -> str:
        """How it is answered."""
        return str(self.given.way)

    @property
    def instruction(self) -> Text:
        """What is to be done."""
        return INSTRUCTIONS[self.row.type]

    @property
    def multiple(self) -> bool:
        """Whether more than one option may be chosen."""
        return self.row.type is QuestionType.MULTIPLE

    @property
    def options(self) -> tuple[ShownOption, ...]:
        """The options to choose from, in the order shown."""
        content = self.row.content
        right = right_options(content, self.row.key) if self.judged else ()
        regions = content.get("regions")
        return tuple(
            ShownOption(
                at,
                LETTERS[at],
                content["options"][place],
                bool(self.given.bits >> at & 1),
                place in right,
                tuple(regions[place]) if regions else None,
            )
            for at, place in enumerate(self.order)
        )

    @property
    def things(self) -> tuple[ShownThing, ...]:
        """The steps or prompts to be placed, in the order shown."""
        texts = self.row.content["steps" if self.row.type is QuestionType.ORDERING else "prompts"]
        return tuple(
            ShownThing(f"place-{at}", texts[place], target_of(self.given.bits, at))
            for at, place in enumerate(self.order)
        )

    @property
    def targets(self) -> tuple[str, ...]:
        """What things may be given, from 1 on."""
        if self.row.type is QuestionType.ORDERING:
            return tuple(str(place) for place in range(1, len(self.order) + 1))
        return tuple(self.row.content["targets"])

    @property
    def written(self) -> str:
        """The words or the number given, as Vietnamese write it."""
        return self.given.written.replace(".", ",") if self.given.way is Way.NUMBER else self.given.written

    @property
    def saved_time(self) -> str:
        """When it was saved, or nothing."""
        return clock_time(self.row.saved_at) if self.row.saved_at else ""

    @property
    def right_words(self) -> list[str]:
        """A right answer in words, a line for each part."""
        kind = KINDS[self.row.type]
        return kind.words(self.row.content, kind.right(self.row.content, self.row.key))

    @property
    def points(self) -> int:
        """What the answer earns, in thousandths of a point."""
        return earned(self.row.type, self.row.content, self.row.key, self.row.response)

    @property
    def judged(self) -> bool:
        """Whether it depends on the answer what is earned: no decision gave it to everybody or to nobody."""
        return not (self.row.key.get(VOID) or self.row.key.get(EVERYONE))

    @property
    def right(self) -> bool:
        """Whether the answer earns everything."""
        return self.points == POINT

    def in_words(self, given: Given) -> list[str]:
        """Return an answer to this question in words, a line for each part."""
        return KINDS[self.row.type].words(self.row.content, to_response(given, self.order))


def clock_time(moment: datetime) -> str:
    """Write a moment of today to the second."""
    return f"{moment.astimezone(LOCAL_ZONE):%H:%M:%S}"


def comma(number: Decimal | int) -> str:
    """Write a number as it is entered: 1234 or 12,5."""
    return f"{number.normalize():f}".replace(".", ",") if isinstance(number, Decimal) else str(number)


def shown(row: PaperRow) -> ShownQuestion:
    """Return a question in the order of this paper."""
    order = unpack(row.option_order, row.option_count)
    return ShownQuestion(row, order, to_given(row.response, WAYS[row.type], order))
