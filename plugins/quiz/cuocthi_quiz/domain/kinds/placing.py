"""Giving each of several things its place: steps in order, prompts matched with targets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cuocthi.text import T
from cuocthi_quiz.domain.kinds.base import Body, Json, Kind, Scoring, Shape, share
from cuocthi_quiz.domain.kinds.choice import text_problems
from cuocthi_quiz.domain.responses import BITS, target_of
from cuocthi_quiz.models import MAX_OPTIONS, MAX_TARGETS, POINT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cuocthi.text import Text


class _Placing(Kind[Body]):
    """Each thing is given a target, a number from 1; the key has the right one for each."""

    def points(self, content: Json, key: Json, response: str) -> int:
        """Return everything if all things have their right target, or each one's share of the point."""
        bits, targets = int(response or 0), key["targets"]
        hits = sum(target_of(bits, place) == target for place, target in enumerate(targets))
        if content.get("scoring") == Scoring.PARTIAL:
            return share(hits, len(targets))
        return POINT if hits == len(targets) else 0

    def right(self, content: Json, key: Json) -> str:
        """Return the right target for each thing."""
        return str(_packed(key["targets"]))

    def key_for(self, content: Json, key: Json, response: str) -> Json:
        """Return that each thing has the target it was given."""
        bits = int(response)
        return {"targets": [target_of(bits, place) for place in range(len(key["targets"]))]}

    def mistake(self, content: Json, key: Json, pick: float) -> str:
        """Return a placing in which one thing has the target of its neighbour."""
        targets = list(key["targets"])
        place = int(pick * len(targets))
        targets[place] = targets[place - 1] if len(targets) > 1 and targets[place] != targets[place - 1] else 0
        return str(_packed(targets))


def _packed(targets: Sequence[int]) -> int:
    return sum(target << BITS * place for place, target in enumerate(targets))


def _given(content: Json, name: str, response: str) -> Iterator[tuple[str, int]]:
    bits = int(response or 0)
    pairs = ((text, target_of(bits, place)) for place, text in enumerate(content[name]))
    return ((text, target) for text, target in pairs if target)


def _scoring(scoring: Scoring) -> Json:
    return {} if scoring is Scoring.ALL else {"scoring": str(scoring)}


@dataclass(frozen=True, slots=True)
class Order:
    """Steps in their right order. ``scoring`` partial: each step in its right place earns its share."""

    steps: tuple[str, ...]
    scoring: Scoring = Scoring.ALL


class Ordering(_Placing[Order]):
    """Steps are to be put in their order: each is given its place."""

    body = Order

    def problems(self, body: Order) -> Iterator[Text]:
        """Yield what is wrong with the steps."""
        if not 2 <= len(body.steps) <= MAX_OPTIONS:  # noqa: PLR2004 - one step has no order
            yield T("an ordering has 2 to %(most)s steps, not %(count)s", most=MAX_OPTIONS, count=len(body.steps))
        yield from text_problems(body.steps)

    def texts(self, body: Order) -> Iterator[str]:
        """Yield the steps."""
        return iter(body.steps)

    def shape(self, body: Order) -> Shape:
        """Return the number of steps, which is that of their places too."""
        return Shape(len(body.steps), len(body.steps), shuffled=True)

    def stored(self, body: Order) -> tuple[Json, Json]:
        """Return the steps, and the place of each."""
        content = {"steps": list(body.steps), **_scoring(body.scoring)}
        return content, {"targets": list(range(1, len(body.steps) + 1))}

    def read(self, content: Json, key: Json) -> Order:
        """Return the steps in the order that the key gives them: a decision on it may have changed that."""
        placed = sorted(zip(key["targets"], content["steps"], strict=True))
        return Order(tuple(step for _place, step in placed), Scoring(content.get("scoring", Scoring.ALL)))

    def words(self, content: Json, response: str) -> list[str]:
        """Return the steps that were given a place, in the order given."""
        given = sorted(_given(content, "steps", response), key=lambda pair: pair[1])
        return [f"{place}. {text}" for text, place in given]


@dataclass(frozen=True, slots=True)
class Pair:
    """A prompt and the target that belongs to it; several prompts may share one."""

    prompt: str
    target: str


@dataclass(frozen=True, slots=True)
class Match:
    """Pairs to be found, and further targets that belong to none."""

    pairs: tuple[Pair, ...]
    others: tuple[str, ...] = ()
    scoring: Scoring = Scoring.ALL

    @property
    def targets(self) -> list[str]:
        """All targets in alphabetical order, which says nothing of what belongs together."""
        return sorted({pair.target for pair in self.pairs} | set(self.others))


class Matching(_Placing[Match]):
    """Each prompt is to be given the target that belongs to it."""

    body = Match

    def problems(self, body: Match) -> Iterator[Text]:
        """Yield what is wrong with prompts and targets."""
        if not 2 <= len(body.pairs) <= MAX_OPTIONS:  # noqa: PLR2004 - one pair is found without looking
            yield T("a matching has 2 to %(most)s pairs, not %(count)s", most=MAX_OPTIONS, count=len(body.pairs))
        targets = body.targets
        if not 2 <= len(targets) <= MAX_TARGETS:  # noqa: PLR2004 - as above
            yield T("a matching has 2 to %(most)s targets, not %(count)s", most=MAX_TARGETS, count=len(targets))
        yield from text_problems([pair.prompt for pair in body.pairs])
        if not all(targets):
            yield T("a target has no text")
        belonging = {pair.target for pair in body.pairs}
        for text in sorted({text for text in body.others if text in belonging or body.others.count(text) > 1}):
            yield T("the further target “%(text)s” stands there twice", text=text)

    def texts(self, body: Match) -> Iterator[str]:
        """Yield prompts and targets."""
        yield from (pair.prompt for pair in body.pairs)
        yield from body.targets

    def shape(self, body: Match) -> Shape:
        """Return the number of prompts and of targets."""
        return Shape(len(body.pairs), len(body.targets), shuffled=True)

    def stored(self, body: Match) -> tuple[Json, Json]:
        """Return prompts and targets, and which target belongs to which prompt."""
        targets = body.targets
        content = {"prompts": [pair.prompt for pair in body.pairs], "targets": targets, **_scoring(body.scoring)}
        return content, {"targets": [targets.index(pair.target) + 1 for pair in body.pairs]}

    def read(self, content: Json, key: Json) -> Match:
        """Return the pairs, and the targets that belong to none."""
        targets, right = content["targets"], key["targets"]
        pairs = tuple(
            Pair(prompt, targets[target - 1]) for prompt, target in zip(content["prompts"], right, strict=True)
        )
        others = tuple(text for at, text in enumerate(targets, start=1) if at not in right)
        return Match(pairs, others, Scoring(content.get("scoring", Scoring.ALL)))

    def words(self, content: Json, response: str) -> list[str]:
        """Return the pairs that were made."""
        targets = content["targets"]
        return [f"{prompt} – {targets[target - 1]}" for prompt, target in _given(content, "prompts", response)]
