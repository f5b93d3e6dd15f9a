"""A paper while it is open, found by the session that asks for it: thousands turn its pages in the same minutes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.clock import from_micros, to_micros
from cuocthi_quiz.models import Group, QuestionType, Revision, as_predicted
from cuocthi_quiz.queries.papers import ASKED, PaperRow

if TYPE_CHECKING:
    from collections.abc import MutableMapping, Sequence
    from datetime import datetime
    from decimal import Decimal

#: Where a row of an open paper says of one question after another.
_FIRST_OF_ROW = 13


@dataclass(frozen=True, slots=True)
class Asked:
    """What a revision that papers were drawn from asks: it never changes, and may be kept."""

    type: QuestionType
    text: str
    content: dict[str, Any]
    option_count: int
    target_count: int
    group_id: int | None
    group_text: str


@dataclass(frozen=True, slots=True)
class OpenPaper:
    """A paper while it is open, as the person who holds it sees it.

    ``predicted`` is the prediction as people write it; ``relieved`` tells that an incident granted something, and
    ``is_demo`` that an account of the demonstration holds it.
    """

    id: int
    campaign_id: int
    token: str
    former_token: str
    deadline: datetime
    settings_version_id: int | None
    enrolment_id: int
    phase_id: int
    asks_prediction: bool
    predicted: int | Decimal | None
    prediction_decimals: int
    prediction_sequence: int
    relieved: bool
    is_demo: bool
    rows: list[PaperRow]

    @property
    def count(self) -> int:
        """How many questions there are, with the prediction."""
        return len(self.rows) + self.asks_prediction


@dataclass(frozen=True, slots=True)
class Holding:
    """Who asks for a paper: the session (its digest), the campaign, the attempt, and the token that holds it."""

    session_hash: str
    slug: str
    attempt_id: int
    token: str


# Nobody who owes a password of one's own sees a paper before.
_OPEN = sa.text("""
SELECT a.campaign_id, a.former_token, a.deadline, a.settings_version_id, a.enrolment_id, a.phase_id,
       a.asks_prediction, a.prediction, a.prediction_decimals, a.prediction_sequence,
       a.relief_until IS NOT NULL AS relieved, u.is_demo,
       i.revision_id, i.position, i.option_order, i.flagged,
       COALESCE(n.response, '') AS response, COALESCE(n.sequence, 0) AS sequence, n.saved_at
FROM core_session AS s
JOIN core_user AS u ON u.id = s.user_id AND u.active AND NOT u.must_change_password
JOIN quiz_attempt AS a ON a.user_id = u.id
JOIN core_campaign AS c ON c.id = a.campaign_id AND c.slug = :slug
JOIN quiz_item AS i ON i.attempt_id = a.id
LEFT JOIN quiz_answer AS n ON n.attempt_id = i.attempt_id AND n.position = i.position
WHERE s.token_hash = :session AND s.revoked_at IS NULL AND s.expires_at > :now
  AND a.id = :attempt AND a.token = :token AND a.submitted_at IS NULL AND a.deadline > :now
ORDER BY i.position
""").bindparams(sa.bindparam("now", type_=sa.BigInteger))


def open_paper(
    connection: sa.Connection, holding: Holding, *, now: datetime, known: MutableMapping[int, Asked]
) -> OpenPaper | None:
    """Return a paper that is open in this place, None if it is not, or is nobody's who asks.

    One statement, and one more for revisions that are not ``known`` yet: it keeps what is asked by their number, and
    what is missing is added.
    """
    values = {
        "session": holding.session_hash,
        "slug": holding.slug,
        "attempt": holding.attempt_id,
        "token": holding.token,
        "now": to_micros(now),
    }
    rows = connection.execute(_OPEN, values).all()
    if not rows:
        return None
    missing = [row.revision_id for row in rows if row.revision_id not in known]
    if missing:
        known.update(_asked(connection, missing))
    first = rows[0]
    return OpenPaper(
        id=holding.attempt_id,
        campaign_id=first.campaign_id,
        token=holding.token,
        former_token=first.former_token,
        deadline=from_micros(first.deadline),
        settings_version_id=first.settings_version_id,
        enrolment_id=first.enrolment_id,
        phase_id=first.phase_id,
        asks_prediction=bool(first.asks_prediction),
        predicted=as_predicted(first.prediction, first.prediction_decimals),
        prediction_decimals=first.prediction_decimals,
        prediction_sequence=first.prediction_sequence,
        relieved=bool(first.relieved),
        is_demo=bool(first.is_demo),
        rows=[_open_row(known[row.revision_id], row) for row in rows],
    )


def _asked(connection: sa.Connection, revision_ids: Sequence[int]) -> dict[int, Asked]:
    rows = connection.execute(
        sa.select(Revision.id, *ASKED)
        .outerjoin(Group, Group.id == Revision.group_id)
        .where(Revision.id.in_(revision_ids))
    )
    return {row[0]: Asked(*row[1:]) for row in rows}


def _open_row(asked: Asked, row: Any) -> PaperRow:
    position, order, flagged, response, sequence, saved_at = row[_FIRST_OF_ROW:]
    return PaperRow(
        position,
        order,
        bool(flagged),
        asked.type,
        asked.text,
        asked.content,
        asked.option_count,
        asked.target_count,
        asked.group_id,
        asked.group_text,
        response,
        sequence,
        None if saved_at is None else from_micros(saved_at),
    )
