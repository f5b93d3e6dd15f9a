"""What happened on a paper, step by step, by the server's clock: for whoever decides a dispute about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING

from cuocthi_quiz.domain.drawing import unpack
from cuocthi_quiz.domain.responses import WAYS, history
from cuocthi_quiz.models import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from cuocthi_quiz.domain.refused import Attempted
    from cuocthi_quiz.models import Attempt, TakeOver
    from cuocthi_quiz.queries.papers import PaperRow


class Step(StrEnum):
    """What may happen on a paper."""

    BEGUN = "begun"
    ANSWERED = "answered"
    TAKEN_BACK = "taken_back"
    PREDICTED = "predicted"
    TAKEN_OVER = "taken_over"
    REFUSED_CLOSED = "refused_closed"
    REFUSED_TAKEN = "refused_taken"
    REFUSED_STALE = "refused_stale"
    HANDED_IN = "handed_in"
    GRADED = "graded"


#: The steps by which an answer becomes another one.
CHANGES = frozenset({Step.ANSWERED, Step.TAKEN_BACK})
_REFUSED = {
    Outcome.CLOSED: Step.REFUSED_CLOSED,
    Outcome.TAKEN: Step.REFUSED_TAKEN,
    Outcome.STALE: Step.REFUSED_STALE,
}


@dataclass(frozen=True, slots=True)
class Happening:
    """One step: when, and how long after the start; at which question, with which response; from which address."""

    step: Step
    at: datetime
    after: timedelta
    row: PaperRow | None = None
    response: str = ""
    address: str = ""


def replay(
    attempt: Attempt, rows: Sequence[PaperRow], moves: Sequence[TakeOver], refused: Sequence[Attempted]
) -> list[Happening]:
    """Return what happened on a paper in order, and which answers were refused."""
    steps = chain(
        _course(attempt),
        _answers(attempt, rows),
        _predictions(attempt),
        _moves(attempt, moves),
        refusals(attempt, rows, refused),
    )
    order = list(Step)
    return sorted(steps, key=lambda one: (one.at, order.index(one.step), one.row.position if one.row else 0))


def _course(attempt: Attempt) -> Iterator[Happening]:
    yield Happening(Step.BEGUN, attempt.started_at, timedelta(), address=attempt.address)
    if attempt.submitted_at is not None:
        yield Happening(Step.HANDED_IN, attempt.submitted_at, attempt.submitted_at - attempt.started_at)
    if attempt.graded_at is not None:
        yield Happening(Step.GRADED, attempt.graded_at, attempt.graded_at - attempt.started_at)


def _answers(attempt: Attempt, rows: Sequence[PaperRow]) -> Iterator[Happening]:
    for row in rows:
        for response, milliseconds in history(row.history):
            after = timedelta(milliseconds=milliseconds)
            step = Step.ANSWERED if response else Step.TAKEN_BACK
            yield Happening(step, attempt.started_at + after, after, row, response)


def _predictions(attempt: Attempt) -> Iterator[Happening]:
    for response, milliseconds in history(attempt.prediction_history):
        after = timedelta(milliseconds=milliseconds)
        yield Happening(Step.PREDICTED, attempt.started_at + after, after, response=response)


def _moves(attempt: Attempt, moves: Sequence[TakeOver]) -> Iterator[Happening]:
    for move in moves:
        yield Happening(Step.TAKEN_OVER, move.at, move.at - attempt.started_at, address=move.address)


def refusals(attempt: Attempt, rows: Sequence[PaperRow], refused: Sequence[Attempted]) -> Iterator[Happening]:
    """Yield the answers that were refused on a paper of these ``rows``."""
    by_position = {row.position: row for row in rows}
    for one in refused:
        after = timedelta(milliseconds=one.after)
        row = by_position.get(one.position)
        if row is None:
            response = one.predicted(attempt.prediction_decimals)
        else:
            response = one.response(WAYS[row.type], unpack(row.option_order, row.option_count))
        yield Happening(_REFUSED[one.reason], attempt.started_at + after, after, row, response)
