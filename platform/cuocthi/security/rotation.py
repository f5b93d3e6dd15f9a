"""Changing the key that personal values are encrypted with, while the site runs.

**Sealed columns.** A column of the core or of a plugin that holds what ``Vault.encrypt`` returned says so where it is
mapped, together with what the value belongs to::

    contact: Mapped[bytes | None] = mapped_column(info={"sealed": "inquiries_inquiry:{token_hash}"})

The text in ``info["sealed"]`` is the ``belongs_to`` that the value was encrypted with, where ``{name}`` stands for
another column of the same row (by its name in the table). It names columns that never change while the value stays:
the row's own key, a digest, a random key. The value of a ``None`` is NULL. Nothing else holds ciphertexts: every
binary column is a sealed one, and a test finds one that is not declared.

**Rotation** goes in three steps. A new key stands in the key file (``keys.json``) and every process writes with it
from then on, because each looks at the file before it encrypts. Then every value under an older key is opened and
encrypted anew, in batches that commit one by one: whoever stops in the middle goes on where it was, and a value that
somebody else changed meanwhile is left to the next look. At last an older key is retired, when no value needs it; not
before the new key has been current for a while, as a change under way may still have been encrypted with the older.

The key of the blind indexes is not changed by this: an index cannot be made again without opening the value that it
stands for, and many indexes (of codes, of throttled networks) stand for no value that is kept. Whoever got hold of it
can test guesses of phone numbers against a copy of the database, but read nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from string import Formatter
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.database import Base
from cuocthi.errors import Blocked
from cuocthi.security.personal_data import Undecipherable, sealed_with
from cuocthi.text import T

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault

#: How many values are encrypted anew in one transaction; the writer's lock is held for some ten milliseconds.
BATCH = 200
#: How long a key must have been current before an older one is retired: longer than any request or job takes.
SETTLING = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column of encrypted values; ``belongs_to`` is what each is bound to, with the row's columns in braces."""

    column: sa.Column[Any]
    belongs_to: str

    @property
    def table(self) -> sa.Table:
        """The table that the column is of."""
        return self.column.table

    @property
    def needed(self) -> list[sa.Column[Any]]:
        """The columns of a row that are needed to open its value. Raises KeyError for one that is not there."""
        names = [name for _, name, _, _ in Formatter().parse(self.belongs_to) if name]
        return [self.table.c[name] for name in names]

    def owner(self, row: Any) -> str:
        """Return what the value of a row belongs to."""
        return self.belongs_to.format_map({column.name: getattr(row, column.name) for column in self.needed})

    def __str__(self) -> str:
        """The column's name, with its table's."""
        return f"{self.table.name}.{self.column.name}"


@dataclass(frozen=True, slots=True)
class Usage:
    """How many values of a sealed column are encrypted with a key."""

    column: SealedColumn
    key: str
    values: int


@dataclass(frozen=True, slots=True)
class Resealed:
    """What came of encrypting anew: how many values, and which columns hold how many that do not open."""

    values: int
    closed: dict[str, int]


def sealed_columns() -> list[SealedColumn]:
    """Return the sealed columns of the core and of every plugin that is loaded."""
    return [
        SealedColumn(column, column.info["sealed"])
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if "sealed" in column.info
    ]


def _stored(session: Session) -> list[SealedColumn]:
    """Return the sealed columns that are in the database; a plugin may be installed whose tables are not made yet."""
    there = set(sa.inspect(session.connection()).get_table_names())
    return [sealed for sealed in sealed_columns() if sealed.table.name in there]


def out_of_sight(session: Session) -> list[str]:
    """Return tables with binary columns that nobody here knows, because their plugin is not installed."""
    inspector = sa.inspect(session.connection())
    return [
        table
        for table in sorted(set(inspector.get_table_names()) - set(Base.metadata.tables))
        if any(isinstance(column["type"], sa.LargeBinary) for column in inspector.get_columns(table))
    ]


def usage(session: Session, *, vault: Vault) -> list[Usage]:
    """Return which keys the stored values need (one statement a column); the key is "" where none here opens them."""
    found: list[Usage] = []
    for sealed in _stored(session):
        keys = vault.names
        counts = [sa.func.count(sa.case((_sealed_with(sealed, key), 1))) for key in keys]
        row = session.execute(sa.select(sa.func.count(sealed.column), *counts)).one()
        numbers = dict(zip(keys, row[1:], strict=True)) | {"": row[0] - sum(row[1:])}
        found += [Usage(sealed, key, number) for key, number in numbers.items() if number]
    return found


def reseal(session: Session, *, vault: Vault, progress: Callable[[int], None] | None = None) -> Resealed:
    """Encrypt all values anew that are under another than the current key; commits after every batch.

    ``progress`` is told the number so far. Values that do not open are left as they are and counted.
    """
    done = 0
    closed: dict[str, int] = {}
    for sealed in _stored(session):
        for changed, unopened in _batches(session, sealed, vault):
            session.commit()
            done += changed
            if unopened:
                closed[str(sealed)] = closed.get(str(sealed), 0) + unopened
            if progress is not None:
                progress(done)
    return Resealed(done, closed)


def check_retirement(ctx: Context, *, vault: Vault, since: datetime | None) -> None:
    """Refuse to drop the older keys while a value may need one of them; ``since`` is when the current one came.

    Raises Blocked with every reason.
    """
    reasons = [
        T(
            "%(count)s value(s) of %(column)s are not encrypted with the current key; run `cuocthi keys rotate` again.",
            count=one.values,
            column=str(one.column),
        )
        for one in usage(ctx.session, vault=vault)
        if one.key != vault.current
    ]
    reasons += [
        T("The table %(table)s belongs to a plugin that is not installed; install or purge it first.", table=name)
        for name in out_of_sight(ctx.session)
    ]
    if since is not None and ctx.now < since + SETTLING:
        reasons.append(T("Acts under way may still use the old key until %(when)s.", when=since + SETTLING))
    if reasons:
        raise Blocked(T("The old keys are still needed. They were kept."), reasons)


def _batches(session: Session, sealed: SealedColumn, vault: Vault) -> Iterator[tuple[int, int]]:
    """Encrypt a column's values anew in order of the table's key, so that each row is looked at once."""
    keys = list(sealed.table.primary_key)
    after: Any = None
    while True:
        wanted = (
            sa.select(*dict.fromkeys([*keys, *sealed.needed]), sealed.column.label("sealed_"))
            .where(sealed.column.is_not(None), ~_sealed_with(sealed, vault.current))
            .order_by(*keys)
            .limit(BATCH)
        )
        if after is not None:
            wanted = wanted.where(sa.tuple_(*keys) > sa.tuple_(*(getattr(after, key.name) for key in keys)))
        rows = session.execute(wanted).all()
        if not rows:
            return
        after = rows[-1]
        yield _reseal_rows(session, sealed, keys, rows, vault)


def _reseal_rows(
    session: Session, sealed: SealedColumn, keys: list[sa.Column[Any]], rows: Sequence[Any], vault: Vault
) -> tuple[int, int]:
    unopened = 0
    changes: list[dict[str, Any]] = []
    for row in rows:
        owner = sealed.owner(row)
        try:
            fresh = vault.encrypt(vault.decrypt(row.sealed_, belongs_to=owner), belongs_to=owner)
        except Undecipherable:
            unopened += 1
            continue
        changes.append({f"key_{key.name}": getattr(row, key.name) for key in keys} | {"old": row.sealed_, "new": fresh})
    if changes:
        # Whoever has changed the value meanwhile has used the current key: theirs stays.
        same = [key == sa.bindparam(f"key_{key.name}") for key in keys]
        statement = (
            sa.update(sealed.table)
            .where(*same, sealed.column == sa.bindparam("old"))
            .values({sealed.column: sa.bindparam("new")})
        )
        session.connection().execute(statement, changes)
    return len(changes), unopened


def _sealed_with(sealed: SealedColumn, key: str) -> sa.ColumnElement[bool]:
    begin = sealed_with(key)
    return sa.func.substr(sealed.column, 1, len(begin), type_=sa.LargeBinary) == begin
