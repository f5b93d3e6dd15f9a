"""Saving an answer: one checked statement that decides everything, and a look afterwards only when it refused."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.clock import from_micros, to_micros
from cuocthi.errors import Closed, Conflict, DomainError, Missing
from cuocthi.text import TN, T
from cuocthi.users.models import WebSession
from cuocthi_quiz.domain.drawing import unpack
from cuocthi_quiz.domain.responses import BITS, WAYS, Given, Way, escaped, target_of, to_given, to_response
from cuocthi_quiz.models import MAX_OPTIONS, THOUSANDTHS, Attempt, QuestionType
from cuocthi_quiz.queries import papers as papers_queries

if TYPE_CHECKING:
    from datetime import datetime

    from cuocthi.context import Context
    from cuocthi.text import Text

#: Of a longer history only the end is kept, so long: nobody changes his mind so often, but the newest is never missed.
_LONGEST, _KEPT = 20_000, 15_000
#: The highest sequence number and prediction: what a 32-bit number holds.
MOST = 2**31 - 1
#: The largest placing: four bits for each of the most things there may be.
_LARGEST = (1 << BITS * MAX_OPTIONS) - 1


class SignedOut(DomainError):
    """The session has ended; what was not saved can be saved after signing in again."""

    status = 401


class TakenOver(Conflict):
    """The paper is answered from another place now."""


class Stale(Conflict):
    """A newer answer is stored.

    ``stored`` is that answer in the order shown (or the prediction), ``sequence`` its place in the count of changes.
    """

    def __init__(self, stored: Given | Decimal | int | None, sequence: int) -> None:
        super().__init__(T("A newer answer to this question has already been saved; it stays."))
        self.stored = stored
        self.sequence = sequence


@dataclass(frozen=True, slots=True)
class Place:
    """From where something is answered: the session (its digest), the attempt, and the token that holds it."""

    session_hash: str
    attempt_id: int
    token: str


def _moved(bits: int) -> str:
    """Return the SQL of ``domain/responses.to_response`` for so many bits a thing: each moves to its own place."""
    mask = (1 << bits) - 1
    things = (
        f"(((CAST(:bits AS BIGINT) >> {bits * at}) & {mask})"
        f" << CAST({bits} * ((i.option_order >> {BITS * at}) & 15) AS INTEGER))"
        for at in range(MAX_OPTIONS)
    )
    return f"CASE WHEN :bits = 0 THEN '' ELSE CAST({' + '.join(things)} AS TEXT) END"


def _appended(history: str, entry: str, dialect: str) -> str:
    """Return the SQL of a history with one more entry; of one that is too long, only whole entries at its end."""
    find = "strpos" if dialect == "postgresql" else "instr"
    begin = f"length({history}) - {_KEPT}"
    end = f"substr({history}, {begin} + {find}(substr({history}, {begin}), ';'))"
    return f"CASE WHEN length({history}) > {_LONGEST} THEN {end} ELSE {history} END || {entry}"


def _of_type(way: Way) -> str:
    return f"r.type IN ({', '.join(repr(str(type_)) for type_, its_way in WAYS.items() if its_way is way)})"


def _below(bits: int) -> str:
    return f"(CAST(1 AS BIGINT) << CAST({bits} * r.option_count AS INTEGER)) > :bits"


#: For each way of answering: the response, and what has to hold of the question. ``:most`` is how many options are
#: chosen, or the highest target.
_RESPONSES = {
    Way.CHOICE: (_moved(1), f"{_below(1)} AND (r.type = '{QuestionType.MULTIPLE}' OR :most <= 1)"),
    Way.PLACING: (_moved(BITS), f"{_below(BITS)} AND :most <= r.target_count"),
    Way.NUMBER: ("CAST(:written AS TEXT)", "TRUE"),
    Way.TEXT: ("CAST(:written AS TEXT)", "TRUE"),
}

_SAVE = """
INSERT INTO quiz_answer (attempt_id, position, response, sequence, saved_at, history)
SELECT found.id, found.position, found.response, :sequence, :now,
       {listed} || '@' || CAST((:now - found.started_at) / 1000 AS TEXT) || ';'
FROM (
    SELECT a.id, a.started_at, i.position, {response} AS response
    FROM core_session AS s
    JOIN quiz_attempt AS a ON a.user_id = s.user_id
    JOIN quiz_item AS i ON i.attempt_id = a.id
    JOIN quiz_revision AS r ON r.id = i.revision_id
    WHERE s.token_hash = :session AND s.revoked_at IS NULL AND s.expires_at > :now
      AND a.id = :attempt AND a.token = :token AND a.submitted_at IS NULL AND a.deadline > :now
      AND i.position = :position AND {of_type} AND {fits}
    {lock}
) AS found
WHERE TRUE
ON CONFLICT (attempt_id, position) DO UPDATE
SET response = excluded.response, sequence = excluded.sequence, saved_at = excluded.saved_at,
    history = {appended}
WHERE quiz_answer.sequence < excluded.sequence
RETURNING saved_at
"""

#: A prediction comes in thousandths, and is stored whole where it may have no decimals.
_GIVEN = "CAST(:prediction AS BIGINT)"
_STORED = f"(CASE WHEN prediction_decimals = 0 THEN {_GIVEN} / {THOUSANDTHS} ELSE {_GIVEN} END)"
_POSSIBLE = f"""(:prediction IS NULL OR {_GIVEN} BETWEEN 0 AND prediction_most * {THOUSANDTHS}
    AND {_GIVEN} % (CASE prediction_decimals WHEN 0 THEN 1000 WHEN 1 THEN 100 WHEN 2 THEN 10 ELSE 1 END) = 0)"""

_FORETOLD = f"COALESCE(CAST({_STORED} AS TEXT), '') || '@' || CAST((:now - started_at) / 1000 AS TEXT) || ';'"

_PREDICT = f"""
UPDATE quiz_attempt
SET prediction = {_STORED}, prediction_sequence = :sequence,
    prediction_history = {{appended}}
WHERE id = :attempt AND token = :token AND submitted_at IS NULL AND deadline > :now AND asks_prediction
  AND {_POSSIBLE}
  AND prediction_sequence < :sequence
  AND user_id = (SELECT user_id FROM core_session
                 WHERE token_hash = :session AND revoked_at IS NULL AND expires_at > :now)
RETURNING id
"""  # noqa: S608 - as above


def _statement(text: str) -> sa.TextClause:
    return sa.text(text).bindparams(sa.bindparam("now", type_=sa.BigInteger))


def _save_statement(way: Way, dialect: str) -> sa.TextClause:
    response, fits = _RESPONSES[way]
    # On PostgreSQL the attempt is locked against a hand-in or a moved deadline at the same instant; SQLite has one
    # writer.
    lock = "FOR SHARE OF a" if dialect == "postgresql" else ""
    appended = _appended("quiz_answer.history", "excluded.history", dialect)
    listed = "CAST(:listed AS TEXT)" if way in {Way.NUMBER, Way.TEXT} else "found.response"
    text = _SAVE.format(
        response=response, listed=listed, of_type=_of_type(way), fits=fits, lock=lock, appended=appended
    )
    return _statement(text)


def _predict_statement(dialect: str) -> sa.TextClause:
    text = _PREDICT.format(appended=_appended("prediction_history", _FORETOLD, dialect))
    return _statement(text).bindparams(sa.bindparam("prediction", type_=sa.BigInteger))


_DIALECTS = ("postgresql", "sqlite")
_SAVE_ON = {dialect: {way: _save_statement(way, dialect) for way in Way} for dialect in _DIALECTS}
_PREDICT_ON = {dialect: _predict_statement(dialect) for dialect in _DIALECTS}


def save(ctx: Context, *, place: Place, position: int, given: Given, sequence: int) -> datetime:
    """Store the answer to a question, and return when; it is safe only when the caller has committed.

    ``given`` goes by the order shown (an empty one takes the answer back). ``sequence`` is one more than that of the
    answer which the page of the participant has seen stored, 1 where there was none: a page that was left open, in
    whatever tab or device, has not seen the last one and cannot replace it. Saying the same again is no change and
    succeeds. Raises SignedOut, Missing for a paper, question or option that is not there, Closed past the deadline or
    after the hand-in, TakenOver, and Stale where the answer that is stored has this sequence or a higher one.
    """
    answer = Answering(place, position, given, sequence)
    return store(ctx.session.connection(), answer, now=ctx.now) or look_why(ctx, answer)


@dataclass(frozen=True, slots=True)
class Answering:
    """An answer to be saved: from where, to which question, what in the order shown, and its place among changes."""

    place: Place
    position: int
    given: Given
    sequence: int


def store(connection: sa.Connection, answer: Answering, *, now: datetime) -> datetime | None:
    """Store an answer by one statement, which decides whether it may be; return when, None if it was refused."""
    given, place = answer.given, answer.place
    if not (0 <= given.bits <= _LARGEST and 0 < answer.sequence <= MOST):
        return None
    values: dict[str, Any] = {
        "session": place.session_hash,
        "attempt": place.attempt_id,
        "token": place.token,
        "position": answer.position,
        "sequence": answer.sequence,
        "now": to_micros(now),
    }
    if given.way in {Way.CHOICE, Way.PLACING}:
        values |= {"bits": given.bits, "most": _most(given)}
    else:
        values |= {"written": given.written, "listed": escaped(given.written)}
    saved = connection.execute(_SAVE_ON[connection.dialect.name][given.way], values).scalar_one_or_none()
    return None if saved is None else from_micros(saved)


def _most(given: Given) -> int:
    """Return how many options are chosen, or the highest target that is given."""
    if given.way is Way.CHOICE:
        return given.bits.bit_count()
    return max((target_of(given.bits, at) for at in range(MAX_OPTIONS)), default=0)


def look_why(ctx: Context, answer: Answering) -> datetime:
    """Raise why an answer was refused, or return when it was saved: the very same one had come before."""
    place, position, given, sequence = answer.place, answer.position, answer.given, answer.sequence
    attempt = _own_attempt(ctx, place)
    row = papers_queries.answer_at(ctx, attempt_id=attempt.id, position=position)
    if row is None:
        raise Missing(T("There is no such question on your paper."))
    if not fits(given, row) or not 0 < sequence <= MOST:
        raise Missing(T("There is no such option for this question."))
    order = unpack(row.option_order, row.option_count)
    if row.saved_at is not None and row.sequence == sequence and row.response == to_response(given, order):
        return row.saved_at
    _refuse_closed(ctx, attempt, place)
    raise Stale(to_given(row.response, given.way, order), row.sequence)


def fits(given: Given, row: papers_queries.PaperRow) -> bool:
    """Tell whether an answer is one that can be given to a question."""
    if given.way is not WAYS[row.type]:
        return False
    if given.way is Way.CHOICE:
        several = row.type is QuestionType.MULTIPLE
        return 0 <= given.bits < 1 << row.option_count and (several or _most(given) <= 1)
    if given.way is Way.PLACING:
        return 0 <= given.bits < 1 << BITS * row.option_count and _most(given) <= row.target_count
    return True


def predict(ctx: Context, *, place: Place, prediction: Decimal | int | None, sequence: int) -> datetime:
    """Store the prediction (None takes it back) as :func:`save` stores an answer; raises the same.

    Raises DomainError for a number that cannot be: negative, too large, with more decimals than are asked for.
    """
    exact = None if prediction is None else Decimal(prediction) * THOUSANDTHS
    given = None if exact is None else int(exact)
    values: dict[str, Any] = {
        "session": place.session_hash,
        "attempt": place.attempt_id,
        "token": place.token,
        "prediction": given,
        "sequence": sequence,
        "now": to_micros(ctx.now),
    }
    possible = exact == given and 0 < sequence <= MOST and (given is None or 0 <= given <= MOST * THOUSANDTHS)
    statement = _PREDICT_ON[ctx.session.get_bind().dialect.name]
    if possible and ctx.session.execute(statement, values).scalar_one_or_none() is not None:
        return ctx.now
    attempt = _own_attempt(ctx, place)
    if not attempt.asks_prediction:
        raise Missing(T("There is no such question on your paper."))
    if not possible or not _can_be(attempt, given):
        raise DomainError(_impossible(attempt), field="prediction")
    if attempt.prediction_sequence == sequence and attempt.predicted == prediction:
        return ctx.now
    _refuse_closed(ctx, attempt, place)
    raise Stale(attempt.predicted, attempt.prediction_sequence)


def _can_be(attempt: Attempt, thousandths: int | None) -> bool:
    if thousandths is None:
        return True
    step = 10 ** (3 - attempt.prediction_decimals)
    return 0 <= thousandths <= attempt.prediction_most * THOUSANDTHS and thousandths % step == 0


def _impossible(attempt: Attempt) -> Text:
    if attempt.prediction_decimals:
        return TN(
            "Please enter a number from 0 to %(most)s with at most %(count)s decimal after a comma, for example 4,5.",
            "Please enter a number from 0 to %(most)s with at most %(count)s decimals after a comma, for example 4,25.",
            attempt.prediction_decimals,
            most=attempt.prediction_most,
        )
    return T("Please enter a whole number from 0 to %(most)s.", most=attempt.prediction_most)


def _own_attempt(ctx: Context, place: Place) -> Attempt:
    user_id = ctx.session.scalar(
        sa.select(WebSession.user_id).where(
            WebSession.token_hash == place.session_hash,
            WebSession.revoked_at.is_(None),
            WebSession.expires_at > ctx.now,
        )
    )
    if user_id is None:
        raise SignedOut(T("You have been signed out. Your answers wait here; sign in again and they will be saved."))
    attempt = ctx.session.scalar(
        sa.select(Attempt)
        .where(Attempt.id == place.attempt_id, Attempt.user_id == user_id)
        .execution_options(populate_existing=True)
    )
    if attempt is None:
        raise Missing(T("There is no such paper of yours."))
    return attempt


def _refuse_closed(ctx: Context, attempt: Attempt, place: Place) -> None:
    if attempt.submitted_at is not None:
        raise Closed(
            T(
                "The paper was handed in at %(moment)s; this answer came later and does not count.",
                moment=attempt.submitted_at,
            )
        )
    if attempt.deadline <= ctx.now:
        raise Closed(
            T("Time was up at %(moment)s; this answer came later and does not count.", moment=attempt.deadline)
        )
    if attempt.token != place.token:
        raise TakenOver(T("This paper is now open in another place; please go on there, or take it over here."))
