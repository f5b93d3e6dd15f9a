"""Choosing among options: one right, several right, true or false."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cuocthi.text import TN, T
from cuocthi_quiz.domain.kinds.base import Json, Kind, Scoring, Shape
from cuocthi_quiz.domain.responses import chosen_in
from cuocthi_quiz.models import MAX_OPTIONS, POINT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cuocthi.text import Text

_TRUE_FALSE_OPTIONS = 2


@dataclass(frozen=True, slots=True)
class Option:
    """A possible answer."""

    text: str
    right: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """Options to choose from.

    ``keep_order`` shows them in the author's order on every paper ("A and B are both right" needs it). ``scoring`` is
    what a choice earns that is right in part.
    """

    options: tuple[Option, ...]
    keep_order: bool = False
    scoring: Scoring = Scoring.ALL


class SingleChoice(Kind[Choice]):
    """One option is to be chosen."""

    body = Choice
    reorders = True

    def problems(self, body: Choice) -> Iterator[Text]:
        """Yield what is wrong with the options."""
        texts = [option.text for option in body.options]
        if not 2 <= len(texts) <= MAX_OPTIONS:  # noqa: PLR2004 - a choice needs two
            yield T("a question has 2 to %(most)s options, not %(count)s", most=MAX_OPTIONS, count=len(texts))
        yield from text_problems(texts)
        right = sum(option.right for option in body.options)
        if right == 0:
            yield T("no option is marked as right")
        yield from self._right_problems(right)
        yield from self._scoring_problems(body)

    def _right_problems(self, right: int) -> Iterator[Text]:
        if right > 1:
            yield TN("%(count)s option is marked as right", "%(count)s options are marked as right, not one", right)

    def _scoring_problems(self, body: Choice) -> Iterator[Text]:
        if body.scoring is not Scoring.ALL:
            yield T("only a question with several right options gives points for a part")

    def texts(self, body: Choice) -> Iterator[str]:
        """Yield the options."""
        return (option.text for option in body.options)

    def shape(self, body: Choice) -> Shape:
        """Return the number of options."""
        return Shape(len(body.options), shuffled=self.reorders and not body.keep_order)

    def stored(self, body: Choice) -> tuple[Json, Json]:
        """Return the options, and the places of those that are right."""
        content: Json = {"options": [option.text for option in body.options]}
        if body.keep_order:
            content["keep_order"] = True
        if body.scoring is not Scoring.ALL:
            content["scoring"] = str(body.scoring)
        return content, {"right": [place for place, option in enumerate(body.options) if option.right]}

    def read(self, content: Json, key: Json) -> Choice:
        """Return options with their marks."""
        options = tuple(Option(text, place in key["right"]) for place, text in enumerate(content["options"]))
        return Choice(options, content.get("keep_order", False), Scoring(content.get("scoring", Scoring.ALL)))

    def points(self, content: Json, key: Json, response: str) -> int:
        """Return everything for any option that is right."""
        chosen = chosen_in(int(response or 0))
        return POINT if len(chosen) == 1 and chosen[0] in key["right"] else 0

    def right(self, content: Json, key: Json) -> str:
        """Return the first option that is right."""
        return str(1 << key["right"][0])

    def key_for(self, content: Json, key: Json, response: str) -> Json:
        """Return that the options chosen are right."""
        return {"right": chosen_in(int(response))}

    def mistake(self, content: Json, key: Json, pick: float) -> str:
        """Return an option that is not right; no answer if there is none."""
        wrong = [place for place in range(len(content["options"])) if place not in key["right"]]
        return str(1 << wrong[int(pick * len(wrong))]) if wrong else ""

    def words(self, content: Json, response: str) -> list[str]:
        """Return the options chosen."""
        return [content["options"][place] for place in chosen_in(int(response or 0))]


class TrueFalse(SingleChoice):
    """One of two statements is to be chosen; they never change places."""

    reorders = False

    def problems(self, body: Choice) -> Iterator[Text]:
        """Yield what is wrong with the two options."""
        yield from super().problems(body)
        if len(body.options) != _TRUE_FALSE_OPTIONS:
            yield T("a true-or-false question has exactly two options")


class MultipleChoice(SingleChoice):
    """All options that are right are to be chosen.

    In part: each right option earns its share of the point and each wrong one takes its share of the wrong ones away,
    never below nothing, so that neither choosing everything nor guessing pays.
    """

    def _right_problems(self, right: int) -> Iterator[Text]:
        yield from ()

    def _scoring_problems(self, body: Choice) -> Iterator[Text]:
        yield from ()

    def points(self, content: Json, key: Json, response: str) -> int:
        """Return everything for exactly the right options, or what the choice earns in part."""
        chosen, right = set(chosen_in(int(response or 0))), set(key["right"])
        if chosen == right:
            return POINT
        if content.get("scoring") != Scoring.PARTIAL:
            return 0
        return partial_points(len(chosen & right), len(right), len(chosen - right), len(content["options"]))

    def right(self, content: Json, key: Json) -> str:
        """Return all options that are right."""
        return str(sum(1 << place for place in key["right"]))

    def mistake(self, content: Json, key: Json, pick: float) -> str:
        """Return one wrong option too many, or a right one too few."""
        right: Sequence[int] = key["right"]
        mask = sum(1 << place for place in right)
        wrong = [place for place in range(len(content["options"])) if place not in right]
        if not wrong:
            rest = mask & ~(1 << right[int(pick * len(right))])
            return str(rest) if rest else ""
        chosen = 1 << wrong[int(pick * len(wrong))]
        return str(chosen | mask if len(right) > 1 else chosen)


def partial_points(hits: int, right: int, misses: int, options: int) -> int:
    """Return the points of a choice right in part: hits/right - misses/wrong of a point, never below nothing.

    It is rounded half up. With no wrong options there is nothing to take away.
    """
    wrong = options - right
    earned, parts = (hits * wrong - misses * right, right * wrong) if wrong else (hits, right)
    return max(0, (2 * POINT * earned + parts) // (2 * parts))


def text_problems(texts: Sequence[str]) -> Iterator[Text]:
    """Yield what is wrong with texts that have to be told apart."""
    if not all(texts):
        yield T("an option has no text")
    repeated = {text for text in texts if text and texts.count(text) > 1}
    for text in sorted(repeated):
        yield T("the option “%(text)s” stands there twice", text=text)
