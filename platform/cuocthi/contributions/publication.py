"""What is made known: the clauses of the rules, awards, and the sections of a publication."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cuocthi.errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date, datetime

    from cuocthi.text import Text


@dataclass(frozen=True, slots=True)
class RuleClause:
    """A clause of the Thể lệ that follows from settings, in the campaign's language, as Markdown."""

    key: str
    heading: str
    body: str
    order: int = 50


@dataclass(frozen=True, slots=True)
class Award:
    """One award of an adopted list; ``recipient`` is whole, and published by the publisher's rules.

    With ``enrolment_id`` it is a person, who may have to stand without a name; with ``unit_id`` alone a unit.
    """

    tier: str
    title: str
    value: int
    recipient: str
    unit: str
    enrolment_id: int | None = None
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class LegalAct:
    """A signed document by which results are final: its number and symbol, the day of issue, who issued it."""

    number: str
    issued_on: date
    issuer: str


@dataclass(frozen=True, slots=True)
class AwardList:
    """An adopted list of awards in ceremony order, with its digest and the moment of adoption.

    It is final once ``minutes`` and ``decision`` are named: either both stand there, with the ``final_digest`` over
    list and acts, or none.
    """

    key: str
    title: str
    awards: Sequence[Award]
    digest: str
    adopted_at: datetime
    total_value: int
    order: int = 50
    minutes: LegalAct | None = None
    decision: LegalAct | None = None
    final_digest: str = ""


#: The kinds of columns whose values are integers, and those of all columns.
NUMBER_KINDS = frozenset({"integer", "money", "points", "ms", "moment"})
COLUMN_KINDS = NUMBER_KINDS | {"text", "person", "unit"}
#: How a section may be drawn.
CHARTS = frozenset({"bar", "columns", "histogram"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a published table.

    ``kind`` is text, person, unit, integer, money, points, ms or moment. A person stands there by the id of the
    enrolment: the publisher knows under which name, if any, that person may be shown.

    ``persons`` is the key of the column that counts the persons behind a value, its own where it counts persons: of
    fewer than five the publisher shows neither, nor what would give them away. ``within`` is the key of a column that
    counts these persons and others, as those who registered are those who began and others: where rows are parts of a
    whole, what is hidden in one of both is hidden in both. ``of`` is the same where the others are a group that a
    reader would ask for, so that a small rest is hidden, too.
    """

    key: str
    title: str
    kind: str = "text"
    persons: str = ""
    of: str = ""
    within: str = ""


@dataclass(frozen=True, slots=True)
class PublicationSection:
    """A section of a publication: prose, a table, a chart. The one set of data behind every output.

    ``columns`` and ``rows`` make the table, the CSV and the JSON. ``chart`` draws it: "bar" lying bars, "columns" an
    order of time, "histogram" a distribution; ``drawn`` are the keys of the one or two number columns that it shows,
    the first where none is named, against the first text column. ``parts``: the rows are parts of a whole, whose
    numbers can be known from elsewhere. ``page`` is where it stands: "statistics", which the campaign's settings may
    leave out, or "documents", beside what there is to read.
    """

    key: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str | int | None]]
    note: str = ""
    chart: str = ""
    order: int = 50
    page: str = "statistics"
    drawn: Sequence[str] = ()
    parts: bool = True

    def __post_init__(self) -> None:
        """Raise ContractError for what no page could show: a release that holds it could not be changed any more."""
        for fault in self._faults():
            msg = f"the section {self.key!r} {fault}"
            raise ContractError(msg)

    def _faults(self) -> Iterator[str]:
        keys = [column.key for column in self.columns]
        numbers = [place for place, column in enumerate(self.columns) if column.kind in NUMBER_KINDS]
        if not keys or len(set(keys)) < len(keys):
            yield "has no columns, or two with one key"
        for column in self.columns:
            if column.kind not in COLUMN_KINDS:
                yield f"has a column of the unknown kind {column.kind!r}"
            if unknown := {column.persons, column.of, column.within} - {"", *keys}:
                yield f"names columns that it has not: {sorted(unknown)}"
        if self.chart and self.chart not in CHARTS:
            yield f"is to be drawn as {self.chart!r}, which is no chart"
        if not set(self.drawn) <= {keys[place] for place in numbers} or (self.chart and not numbers):
            yield "is to be drawn by columns that are no numbers"
        for number, row in enumerate(self.rows, start=1):
            if len(row) != len(keys):
                yield f"has {len(row)} values in row {number}, not {len(keys)}"
            elif not all(row[place] is None or isinstance(row[place], int) for place in numbers):
                yield f"has something else than an integer as a number in row {number}"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A release as it is handed over to a target: what stands under its number there from now on.

    ``campaign`` is the campaign's short name in addresses, ``number`` that of the release, ``digest`` the SHA-256 of
    its values. With ``withdrawn`` the files are a tombstone, which takes the place of everything that was there. With
    ``latest`` it is the newest that the public sees. ``files()`` yields each file's path, with "/" between folders, and
    its content, one after the other, as often as it is called.
    """

    campaign: str
    number: int
    digest: str
    withdrawn: bool
    latest: bool
    files: Callable[[], Iterator[tuple[str, bytes]]]


@dataclass(frozen=True, slots=True)
class PublicationTarget:
    """A place outside to which published releases are delivered: a portal by SFTP, an object store, a folder.

    ``deliver`` puts a release there, so that no reader of the place ever sees half of it, and returns once it stands
    there; called again with the same delivery it changes nothing. It raises ``cuocthi.errors.Undeliverable`` where
    trying again is of no use; after any other exception it is called again later. What it raises is shown to the
    staff, so it holds no password. It waits for nobody longer than a minute: other deliveries wait behind it.
    """

    key: str
    title: Text
    deliver: Callable[[Delivery], None]
    order: int = 50


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A table of a report.

    Columns and rows are as those of a publication, people by their enrolments. ``summed`` are the keys of number
    columns: the report adds them up itself, in a last row.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str | int | None]]
    summed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ReportSection:
    """What a plugin tells in the report on a campaign, or in the notice on one round.

    ``paragraphs`` come first, then the ``tables``. ``differences`` are sentences that say where something came out
    otherwise than planned; they stand together with those of all others. A section that has nothing else has no place
    of its own.
    """

    key: str
    title: str
    paragraphs: Sequence[str] = ()
    tables: Sequence[ReportTable] = ()
    differences: Sequence[str] = ()
    order: int = 50
