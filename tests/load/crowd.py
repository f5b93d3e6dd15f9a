"""Many people at once: copies, in the database, of one person who has handed in a paper."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from cuocthi.enrolments.models import Enrolment
from cuocthi.users.models import User
from cuocthi_quiz.models import Answer, Attempt, Item

#: Copies have numbers from here on; those of the people who come by themselves stay below.
FIRST = 1_000_000
#: So many are copied in one transaction.
_BATCH = 20_000


def grow(engine: Engine, *, already: int, to: int) -> None:
    """Copy the first person who has a graded paper until ``to`` copies are there; ``already`` are."""
    with engine.begin() as connection:
        attempt = connection.execute(
            sa.select(Attempt.id, Attempt.enrolment_id, Attempt.user_id)
            .where(Attempt.graded_at.is_not(None))
            .order_by(Attempt.id)
            .limit(1)
        ).one()
    for start in range(already, to, _BATCH):
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                # What copies refer to is there; checking that takes most of the time.
                connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            _copy(connection, attempt, _numbers(start + 1, min(start + _BATCH, to)))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _copy(connection: Connection, original: Any, numbers: sa.CTE) -> None:
    number = numbers.c.n + FIRST
    copy_rows(connection, User, numbers, User.id == original.user_id, id=number)
    code = sa.literal("Z") + sa.cast(number, sa.String)
    copy_rows(
        connection, Enrolment, numbers, Enrolment.id == original.enrolment_id, id=number, user_id=number, code=code
    )
    copy_rows(
        connection,
        Attempt,
        numbers,
        Attempt.id == original.id,
        id=number,
        enrolment_id=number,
        user_id=number,
        score=Attempt.__table__.c.max_score * (numbers.c.n % 21) / 21,
        submitted_at=sa.type_coerce(Attempt.submitted_at, sa.BigInteger) + numbers.c.n * 7919 % 100_000 * 1_000,
        prediction=numbers.c.n * 31 % 400,
        token=sa.literal("copy"),
    )
    copy_rows(connection, Item, numbers, Item.attempt_id == original.id, attempt_id=number)
    # Everybody leaves other questions open.
    answered = (numbers.c.n * (Answer.position * Answer.position + 1) // 7) % 13 < 9
    response = sa.case((answered, Answer.response), else_="")
    copy_rows(connection, Answer, numbers, Answer.attempt_id == original.id, attempt_id=number, response=response)


def copy_rows(
    connection: Connection, model: Any, numbers: sa.CTE, which: sa.ColumnElement[bool], **own: sa.ColumnElement[Any]
) -> None:
    """Insert a copy of the rows ``which`` for each number, with the given columns of its own."""
    columns = model.__table__.c
    copied = (
        sa.select(*(own.get(column.name, column) for column in columns))
        .where(which)
        .join_from(model.__table__, numbers, sa.true())
    )
    connection.execute(sa.insert(model.__table__).from_select([column.name for column in columns], copied))


def _numbers(first: int, last: int) -> sa.CTE:
    begin = sa.select(sa.literal(first, sa.BigInteger).label("n")).cte("numbers", recursive=True)
    return begin.union_all(sa.select(begin.c.n + 1).where(begin.c.n < last))
