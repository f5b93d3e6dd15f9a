"""Answers that were refused, kept for whoever decides a dispute: one statement for each, and bounded on every paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.clock import to_micros
from cuocthi_quiz.domain.responses import Given, Way, escaped, history, to_response
from cuocthi_quiz.models import THOUSANDTHS, Outcome, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from cuocthi.context import Context

#: What may be disputed: too late, from a place that no longer held the paper, older than what was stored.
KEPT = frozenset({Outcome.CLOSED, Outcome.TAKEN, Outcome.STALE})
#: Beyond this length nothing more is listed. The first ones decide: whoever clicks on after the close is told the same.
_LONGEST = 400

_KEEP = sa.text(
    f"""
INSERT INTO quiz_refused (attempt_id, position, reason, history)
SELECT id, :position, :reason, CAST(:said AS TEXT) || '@' || CAST((:now - started_at) / 1000 AS TEXT) || ';'
FROM quiz_attempt WHERE id = :attempt
ON CONFLICT (attempt_id, position, reason) DO UPDATE
SET history = quiz_refused.history || excluded.history
WHERE length(quiz_refused.history) < {_LONGEST}
"""  # noqa: S608 - the one number is of this module
).bindparams(sa.bindparam("now", type_=sa.BigInteger), sa.bindparam("position", type_=sa.SmallInteger))


@dataclass(frozen=True, slots=True)
class Keeping:
    """An answer that was refused, to be kept: at a ``position``, or 0 for a prediction, which is in thousandths."""

    attempt_id: int
    position: int
    said: Given | int | None
    reason: Outcome


def keep(connection: sa.Connection, keeping: Keeping, *, at: datetime) -> None:
    """Keep an answer that was refused, unless enough of them are.

    Only one that the paper could have taken from the person who gave it; see ``domain/answers.look_why``.
    """
    values = {
        "attempt": keeping.attempt_id,
        "position": keeping.position,
        "reason": keeping.reason.value,
        "said": _written(keeping.said),
        "now": to_micros(at),
    }
    connection.execute(_KEEP, values)


def _written(said: Given | int | None) -> str:
    if isinstance(said, Given):
        return escaped(said.written) if said.way in {Way.NUMBER, Way.TEXT} else str(said.bits or "")
    return "" if said is None else str(said)


@dataclass(frozen=True, slots=True)
class Attempted:
    """An answer that was refused: at which position, why, what, and so many milliseconds after the start."""

    position: int
    reason: Outcome
    said: str
    after: int

    def response(self, way: Way, order: Sequence[int]) -> str:
        """Return what would have been stored for it; ``order`` as for :func:`to_response`."""
        if way in {Way.NUMBER, Way.TEXT}:
            return self.said
        return to_response(Given(way, bits=int(self.said or 0)), order)

    def predicted(self, decimals: int) -> str:
        """Return what would have been listed for a prediction that may have so many ``decimals``."""
        return self.said if decimals or not self.said else str(int(self.said) // THOUSANDTHS)


def refused_on(ctx: Context, *, attempt_id: int) -> list[Attempted]:
    """Return what was refused on a paper, by position and reason (one statement)."""
    found = sa.select(Refused).where(Refused.attempt_id == attempt_id).order_by(Refused.position, Refused.reason)
    return list(_listed(ctx.session.scalars(found)))


def _listed(found: sa.ScalarResult[Refused]) -> Iterator[Attempted]:
    for one in found:
        for said, after in history(one.history):
            yield Attempted(one.position, one.reason, said, after)
