"""The database without Flask: declarative base, column types, and how connections begin their transactions."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, cast

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import DeclarativeBase, mapped_column, registry

from cuocthi.clock import from_micros, to_micros
from cuocthi.errors import DomainError
from cuocthi.text import T

if TYPE_CHECKING:
    from collections.abc import Iterator
    from enum import Enum

    from sqlalchemy.engine import Connection, Dialect, Engine
    from sqlalchemy.orm import Mapper, Session
    from sqlalchemy.pool import ConnectionPoolEntry

#: How long SQLite waits for another process's write lock before it gives up, in milliseconds.
SQLITE_BUSY_TIMEOUT_MS = 10_000

#: Marks a connection that holds the writer's lock, in its ``info``.
_WRITING = "cuocthi_writing"
#: Marks a connection of SQLite that has more memory for its pages and for sorting than usual.
_AMPLE = "cuocthi_ample"
#: How much that is, beside what SQLite takes otherwise; in kB. In PostgreSQL each sort and each join may have as much.
_AMPLE_KB, _USUAL_KB = 64 * 1024, 2_000

#: What is asked at once is a few statements by keys: one plan of each is enough, and planning costs as much as asking.
_PLANNED_ONCE = {"options": "-c plan_cache_mode=force_generic_plan", "prepare_threshold": 0}

#: How much of a text that is too long is shown with the refusal.
_SHOWN = 30

_read_only: ContextVar[bool] = ContextVar("cuocthi_read_only", default=False)


class UtcTime(sa.types.TypeDecorator[datetime]):
    """A moment, stored as integer microseconds since 1970 in UTC so that both databases compare and subtract alike."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Store an aware datetime as microseconds."""
        return None if value is None else to_micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Load microseconds as an aware datetime in UTC."""
        return None if value is None else from_micros(value)


#: 64-bit key; SQLite only gives automatic keys to INTEGER.
Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

PrimaryKey = Annotated[int, mapped_column(Key, primary_key=True)]

#: Options of a table whose rows can be removed while a page still names them: SQLite would give the number of a removed
#: row to the next one, and the page would save into that.
NUMBERS_GIVEN_ONCE = {"sqlite_autoincrement": True}


def choice(values: type[Enum]) -> sa.Enum:
    """Return the column type of a string enumeration: text with a check constraint, on both databases."""
    return sa.Enum(
        values,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
        name=f"{values.__name__.lower()}_known",
    )


class Base(DeclarativeBase):
    """The declarative base of the core and of every plugin."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        },
    )
    # Given whole: Flask-SQLAlchemy copies the class, and a copy may not bring both a registry and a map.
    registry = registry(
        metadata=metadata,
        type_annotation_map={
            datetime: UtcTime(),
            int: Key,
            dict[str, Any]: sa.JSON(),
            list[str]: sa.JSON(),
        },
    )


@event.listens_for(Base, "before_insert", propagate=True)
@event.listens_for(Base, "before_update", propagate=True)
def _check_texts(mapper: Mapper[Any], _connection: Connection, row: Base) -> None:
    """Refuse a text that one of the databases cannot hold; SQLite would keep what PostgreSQL answers with an error."""
    for attribute in mapper.column_attrs:
        kind, value = attribute.columns[0].type, row.__dict__.get(attribute.key)
        if not isinstance(value, str) or not isinstance(kind, sa.String) or isinstance(kind, sa.Enum):
            continue
        if kind.length is not None and len(value) > kind.length:
            begin = f"{value[:_SHOWN]}…"
            raise DomainError(T("“%(text)s” is longer than %(most)s characters.", text=begin, most=kind.length))
        if "\0" in value:
            raise DomainError(T("A text holds a character that cannot be stored."))


@contextmanager
def at_once(engine: Engine) -> Iterator[Connection]:
    """Give a connection for one statement that is a whole transaction: it is committed on leaving.

    PostgreSQL is not asked to begin and to commit, which would cost as much as the statement: each of these connections
    commits by itself (:func:`autocommitting`). SQLite waits for its turn as for any other transaction.
    """
    if engine.dialect.name == "sqlite":
        with engine.begin() as connection:
            yield connection
    else:
        with engine.connect() as connection:
            yield connection


def autocommitting(engine: Engine) -> Engine:
    """Return the engine for :func:`at_once` beside ``engine``; it closes its connections when that one does.

    On PostgreSQL it has connections of its own, as many as that one keeps. To let those of ``engine`` change to and fro
    would cost more than what is saved.
    """
    if engine.dialect.name == "sqlite":
        return engine
    made = sa.create_engine(
        engine.url,
        isolation_level="AUTOCOMMIT",
        pool_size=cast("sa.QueuePool", engine.pool).size(),
        pool_reset_on_return=None,
        skip_autocommit_rollback=True,
        connect_args=_PLANNED_ONCE,
    )
    event.listen(engine, "engine_disposed", lambda _engine: made.dispose())
    return made


@contextmanager
def reading() -> Iterator[None]:
    """Make every transaction begun inside read-only: a write fails on both databases."""
    token = _read_only.set(True)
    try:
        yield
    finally:
        _read_only.reset(token)


@contextmanager
def writing() -> Iterator[None]:
    """Let transactions begun inside write, also where a page only reads; those open already stay as they are."""
    token = _read_only.set(False)
    try:
        yield
    finally:
        _read_only.reset(token)


def set_read_only(value: bool) -> None:  # noqa: FBT001 - a plain setter for the request hooks
    """Say whether transactions begun from here on, in this context, are read-only."""
    _read_only.set(value)


def sort_in_memory(session: Session) -> None:
    """Let the rest of this transaction sort and join half a million rows in memory; otherwise they go by the disk."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA cache_size=-{_AMPLE_KB}")
        connection.info[_AMPLE] = True
    else:
        connection.exec_driver_sql(f"SET LOCAL work_mem = '{_AMPLE_KB}kB'")


def configure_engine(engine: Engine) -> None:
    """Attach the transaction rules of this platform to ``engine``.

    On SQLite, writers begin IMMEDIATE, one at a time (a read that turns into a write would fail at once with
    "database is locked"), and readers may not write. On PostgreSQL readers begin READ ONLY, so that a page that
    writes on a safe method is found on either database.
    """
    if engine.dialect.name == "sqlite":
        _configure_sqlite(engine)
    else:
        _configure_postgresql(engine)


def _configure_sqlite(engine: Engine) -> None:
    rules = _SqliteTransactions()
    event.listen(engine, "connect", rules.connect)
    event.listen(engine, "begin", rules.begin)
    # The lock is let go when the connection returns to the pool: only then the transaction is certainly over.
    event.listen(engine, "checkin", rules.checkin)


class _SqliteTransactions:
    """One writer at a time, in the order of asking: SQLite's own waiting is a poll under which some writers starve."""

    def __init__(self) -> None:
        self._writer = threading.Lock()

    def connect(self, dbapi: Any, _record: ConnectionPoolEntry) -> None:
        dbapi.isolation_level = None
        for pragma in (
            f"busy_timeout={SQLITE_BUSY_TIMEOUT_MS}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
        ):
            dbapi.execute(f"PRAGMA {pragma}")

    def begin(self, connection: Connection) -> None:
        read_only = _read_only.get()
        connection.exec_driver_sql(f"PRAGMA query_only={'ON' if read_only else 'OFF'}")
        if read_only:
            connection.exec_driver_sql("BEGIN")
            return
        if not connection.info.get(_WRITING):
            if not self._writer.acquire(timeout=SQLITE_BUSY_TIMEOUT_MS / 1000):
                msg = f"another transaction of this process has been writing for {SQLITE_BUSY_TIMEOUT_MS // 1000} s"
                raise sa.exc.TimeoutError(msg)
            connection.info[_WRITING] = True
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except BaseException:
            self._release(connection.info)
            raise

    def checkin(self, dbapi: Any, record: ConnectionPoolEntry) -> None:
        if record.info.pop(_AMPLE, False) and dbapi is not None:
            dbapi.execute(f"PRAGMA cache_size=-{_USUAL_KB}")
        self._release(record.info)

    def _release(self, info: dict[Any, Any]) -> None:
        if info.pop(_WRITING, False):
            self._writer.release()


def _configure_postgresql(engine: Engine) -> None:
    def begin(connection: Connection) -> None:
        dbapi: Any = connection.connection.dbapi_connection
        read_only = _read_only.get()
        if dbapi.read_only is not read_only and not dbapi.autocommit:
            dbapi.read_only = read_only

    event.listen(engine, "begin", begin)
