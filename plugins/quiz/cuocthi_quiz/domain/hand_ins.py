"""Handing a paper in: one row, by one statement that decides whether it may be; grading comes apart from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.clock import to_micros
from cuocthi.errors import Conflict
from cuocthi.text import T
from cuocthi_quiz.models import HandIn

if TYPE_CHECKING:
    from datetime import datetime

    from cuocthi.context import Context
    from cuocthi_quiz.models import Attempt
    from cuocthi_quiz.queries.open_papers import Holding

_HAND_IN = f"""
UPDATE quiz_attempt
SET submitted_at = CASE WHEN deadline > :now THEN :now ELSE deadline END,
    handed_in_by = CASE WHEN deadline > :now THEN '{HandIn.PARTICIPANT}' ELSE '{HandIn.DEADLINE}' END
WHERE id = :attempt AND submitted_at IS NULL AND (deadline <= :now OR token = :token AND {{in_time}}) AND {{whose}}
RETURNING id
"""  # noqa: S608 - the words of our own enumeration

# Whoever owes a password of one's own goes the usual way, and so do accounts of the demonstration, which not every
# request may use.
_OF_SESSION = """
campaign_id = (SELECT id FROM core_campaign WHERE slug = :slug)
AND user_id = (
    SELECT u.id FROM core_session AS s JOIN core_user AS u ON u.id = s.user_id
    WHERE s.token_hash = :session AND s.revoked_at IS NULL AND s.expires_at > :now
      AND u.active AND NOT u.must_change_password AND NOT u.is_demo
)"""


def _statement(in_time: str, whose: str) -> sa.TextClause:
    text = _HAND_IN.format(in_time=in_time, whose=whose)
    return sa.text(text).bindparams(sa.bindparam("now", type_=sa.BigInteger))


_ANY = _statement("TRUE", "TRUE")
_OWN = _statement("CAST(:in_time AS BOOLEAN)", _OF_SESSION)


def hand_in(ctx: Context, *, attempt: Attempt, token: str) -> bool:
    """Hand a paper in; return whether this call did it. Past the deadline it counts as handed in at the deadline.

    Raises Conflict if the paper is open in another place.
    """
    ctx.session.flush()
    values = {"attempt": attempt.id, "token": token, "now": to_micros(ctx.now)}
    handed_in = ctx.session.execute(_ANY, values).scalar_one_or_none() is not None
    ctx.session.refresh(attempt)
    if attempt.is_open:
        raise Conflict(T("This paper is now open in another place; please go on there, or take it over here."))
    return handed_in


def hand_in_own(connection: sa.Connection, holding: Holding, *, now: datetime, in_time: bool) -> bool:
    """Hand in the paper of a session as :func:`hand_in` does; return whether this call did it (one statement).

    Unless ``in_time``, only a paper whose time is up is handed in.
    """
    values = {
        "session": holding.session_hash,
        "slug": holding.slug,
        "attempt": holding.attempt_id,
        "token": holding.token,
        "in_time": in_time,
        "now": to_micros(now),
    }
    return connection.execute(_OWN, values).scalar_one_or_none() is not None
