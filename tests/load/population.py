"""A whole contest of very many people: some take part by themselves, the papers of all others are copies of theirs.

Everybody has a name, a unit and a category of their own, drawn as a rehearsal draws them; only the papers repeat, each
a little later than the one before. A rehearsal through the domain functions takes some fifty milliseconds a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Session
from tests.load.crowd import FIRST, copy_rows

from cuocthi.enrolments.models import Enrolment
from cuocthi.rehearsal.people import Person
from cuocthi.units.models import Unit
from cuocthi.units.queries import full_names
from cuocthi.users.models import User
from cuocthi.users.names import fold, sort_key
from cuocthi_quiz.models import Answer, Attempt, HandIn, Item

_BATCH = 5_000
#: A copy is handed in later than the original by less than this.
_LATER = timedelta(seconds=100)


@dataclass(frozen=True, slots=True)
class _Place:
    id: int
    name: str
    path: str


def populate(engine: Engine, persons: Sequence[Person]) -> None:
    """Let people take part with copies of the papers that are there; their contest numbers tell them apart."""
    with Session(engine) as session:
        originals = _originals(session)
        places = _places(session)
        user = _values(session, User, User.id == originals[0].user_id)
        enrolment = _values(session, Enrolment, Enrolment.id == originals[0].enrolment_id)
    for first in range(0, len(persons), _BATCH):
        batch = persons[first : first + _BATCH]
        with engine.begin() as connection:
            connection.execute(sa.insert(User), [user | _named(person) | _own_user(person) for person in batch])
            rows = [enrolment | _named(person) | _own_enrolment(person, places) for person in batch]
            connection.execute(sa.insert(Enrolment), rows)
    for place, original in enumerate(originals):
        numbers = [person.number + FIRST for person in persons[place :: len(originals)]]
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                # What copies refer to is there; checking that takes most of the time.
                connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            _copy_paper(connection, original, numbers)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _originals(session: Session) -> Sequence[Attempt]:
    graded = (Attempt.graded_at.is_not(None), Attempt.handed_in_by == HandIn.PARTICIPANT)
    in_time = sa.type_coerce(Attempt.deadline, sa.BigInteger) - sa.type_coerce(Attempt.submitted_at, sa.BigInteger)
    early = in_time > _LATER // timedelta(microseconds=1)
    return session.scalars(sa.select(Attempt).where(*graded, early).order_by(Attempt.id)).all()


def _places(session: Session) -> dict[str, _Place]:
    units = session.scalars(sa.select(Unit)).all()
    names = full_names(_reading(session), units=units)
    return {unit.code: _Place(unit.id, names[unit.id], unit.path) for unit in units}


def _reading(session: Session) -> Any:
    # The query asks its context for nothing else.
    return type("Reading", (), {"session": session})


def _values(session: Session, model: Any, which: sa.ColumnElement[bool]) -> dict[str, Any]:
    return dict(session.execute(sa.select(*model.__table__.c).where(which)).one()._mapping)


def _named(person: Person) -> dict[str, Any]:
    return {"name": person.name, "name_folded": fold(person.name), "name_sort": sort_key(person.name)}


def _own_user(person: Person) -> dict[str, Any]:
    return {"id": person.number + FIRST}


def _own_enrolment(person: Person, places: dict[str, _Place]) -> dict[str, Any]:
    place = places[person.unit_code]
    return {
        "id": person.number + FIRST,
        "user_id": person.number + FIRST,
        "code": person.code,
        "category": person.category,
        "unit_id": place.id,
        "unit_name": place.name,
        "unit_path": place.path,
        "enrolled_at": person.starts_at - timedelta(minutes=1),
    }


def _copy_paper(connection: Connection, original: Attempt, numbers: Sequence[int]) -> None:
    persons = sa.select(Enrolment.id.label("n")).where(Enrolment.id.in_(numbers)).cte("numbers")
    number = persons.c.n
    later = number * 7919 % (_LATER // timedelta(milliseconds=1)) * 1_000
    copy_rows(
        connection,
        Attempt,
        persons,
        Attempt.id == original.id,
        id=number,
        enrolment_id=number,
        user_id=number,
        submitted_at=sa.type_coerce(Attempt.submitted_at, sa.BigInteger) + later,
        prediction=number * 31 % 400,
        token=sa.literal("copy"),
    )
    copy_rows(connection, Item, persons, Item.attempt_id == original.id, attempt_id=number)
    copy_rows(connection, Answer, persons, Answer.attempt_id == original.id, attempt_id=number)
