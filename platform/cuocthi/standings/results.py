"""Taking in the results of a round from its contest format: a whole set at a time, checked, all or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.database import Key, UtcTime, sort_in_memory
from cuocthi.enrolments.models import Enrolment
from cuocthi.errors import ContractError, InvalidData
from cuocthi.standings.canonical import NOTHING, digest_of_lines, line
from cuocthi.standings.criteria import MAX_VALUE, measures_of
from cuocthi.standings.models import Result, ResultMeasure, ResultSet
from cuocthi.text import TN, T

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import ResultRow
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase

    #: A SELECT of any columns.
    AnySelect = sa.Select[*tuple[Any, ...]]

_COLUMNS = ("enrolment_id", "entry_key", "score", "max_score", "duration_ms", "started_at", "finished_at")
_MEASURE_COLUMNS = ("enrolment_id", "entry_key", "key", "value")

_scratch = sa.MetaData()
_staged = sa.Table(
    "core_staged_result",
    _scratch,
    sa.Column("enrolment_id", Key),
    sa.Column("entry_key", sa.String(40)),
    sa.Column("score", Key),
    sa.Column("max_score", Key),
    sa.Column("duration_ms", Key),
    sa.Column("started_at", UtcTime()),
    sa.Column("finished_at", UtcTime()),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)
_staged_measures = sa.Table(
    "core_staged_measure",
    _scratch,
    sa.Column("enrolment_id", Key),
    sa.Column("entry_key", sa.String(40)),
    sa.Column("key", sa.String(40)),
    sa.Column("value", Key),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)


@dataclass(frozen=True, slots=True)
class Posted:
    """What a round's set of results is after posting: how many, and the digest over all of them."""

    count: int
    digest: str


def post_results(
    ctx: Context, *, campaign: Campaign, round_: Phase, source: str, rows: Sequence[ResultRow] | AnySelect
) -> Posted:
    """Replace the results of a round by a new set, all or nothing.

    ``rows`` are result rows, which bring their measures, or a SELECT with the columns enrolment_id, entry_key, score,
    max_score, duration_ms, started_at and finished_at, after which the format posts its measures with
    :func:`post_measures`. A set that equals the present one changes nothing; any other takes the measures with it.
    Raises ContractError for a source that is not the round's, InvalidData with every problem of the set: an entry
    twice, an enrolment of another campaign, impossible values.
    """
    if source != round_.source:
        msg = f"the results of {round_.key!r} come from {round_.source!r}, not from {source!r}"
        raise ContractError(msg)
    known = lock_result_set(ctx, round_=round_)
    sort_in_memory(ctx.session)
    with _staging(ctx, _staged, _COLUMNS, _plain_rows(rows, _COLUMNS)):
        number = ctx.session.scalar(sa.select(sa.func.count()).select_from(_staged)) or 0
        if number != known.results or _lacks_one(ctx, round_):
            _check_results(ctx, campaign)
            _replace_results(ctx, campaign, round_)
            known.results, known.persons = number, _persons(ctx)
            known.results_digest, known.measures_digest = digest_of_lines(ctx.session, _staged_lines()), NOTHING
            known.posted_at = ctx.now
            ctx.session.flush()
    if not isinstance(rows, sa.Select):
        _post_measures(ctx, round_, [_measure_row(row, *pair) for row in rows for pair in row.measures.items()])
    return Posted(known.results, known.results_digest)


def post_measures(ctx: Context, *, round_: Phase, source: str, rows: AnySelect) -> Posted:
    """Replace all measures of a round's results by a new set, all or nothing.

    ``rows`` is a SELECT with the columns enrolment_id, entry_key, key and value; join several measures by UNION ALL
    as a subquery. A missing row is a missing value, which ranks last. Raises ContractError for a source that is not
    the round's, InvalidData with every problem: a measure twice, one that the format does not declare or that belongs
    to no posted result, a value that is too large.
    """
    if source != round_.source:
        msg = f"the measures of {round_.key!r} come from {round_.source!r}, not from {source!r}"
        raise ContractError(msg)
    return _post_measures(ctx, round_, rows)


def lock_result_set(ctx: Context, *, round_: Phase) -> ResultSet:
    """Return what a round's results are, held until the transaction ends, so that posting and ranking take turns."""
    ctx.session.flush()
    statement = sa.select(ResultSet).where(ResultSet.phase_id == round_.id).with_for_update()
    found = ctx.session.scalar(statement.execution_options(populate_existing=True))
    if found is None:
        empty = {"phase_id": round_.id, "results_digest": NOTHING, "measures_digest": NOTHING}
        ctx.session.execute(_EMPTY_SET, {**empty, "posted_at": ctx.now})
        found = ctx.session.scalars(statement).one()
    return found


_EMPTY_SET = sa.text(
    "INSERT INTO core_result_set (phase_id, results, persons, results_digest, measures_digest, posted_at)"
    " VALUES (:phase_id, 0, 0, :results_digest, :measures_digest, :posted_at) ON CONFLICT DO NOTHING"
).bindparams(sa.bindparam("posted_at", type_=UtcTime()))


# --- staging --------------------------------------------------------------------------------------------------------


@contextmanager
def _staging(
    ctx: Context, table: sa.Table, names: Sequence[str], rows: Sequence[dict[str, Any]] | AnySelect
) -> Iterator[None]:
    """Lay ``rows`` down in a table of this connection alone; it is gone afterwards, or with the rollback."""
    connection = ctx.session.connection()
    table.create(connection)
    if isinstance(rows, sa.Select):
        source = rows.subquery()
        absent = [name for name in names if name not in source.c]
        if absent:
            msg = f"the SELECT has no column {', '.join(absent)}"
            raise ContractError(msg)
        ctx.session.execute(table.insert().from_select(list(names), sa.select(*(source.c[name] for name in names))))
    elif rows:
        ctx.session.execute(table.insert(), rows)
    if connection.dialect.name == "postgresql":
        ctx.session.execute(sa.text(f"ANALYZE {table.name}"))
    else:
        # SQLite joins row by row, and does not know how many there are: without an index it would go through all rows
        # of one table for each row of the other.
        ctx.session.execute(sa.text(f"CREATE INDEX ix_{table.name} ON {table.name} (enrolment_id, entry_key)"))
    try:
        yield
    except InvalidData:
        table.drop(connection)
        raise
    table.drop(connection)


def _plain_rows(rows: Sequence[ResultRow] | AnySelect, names: Sequence[str]) -> Sequence[dict[str, Any]] | AnySelect:
    if isinstance(rows, sa.Select):
        return rows
    return [{name: getattr(row, name) for name in names} for row in rows]


def _measure_row(row: ResultRow, key: str, value: int) -> dict[str, Any]:
    return {"enrolment_id": row.enrolment_id, "entry_key": row.entry_key, "key": key, "value": value}


# --- results --------------------------------------------------------------------------------------------------------


def _lacks_one(ctx: Context, round_: Phase) -> bool:
    """Tell whether any result of the round is not among those staged as it stands."""
    row, result = _staged.c, Result.__table__.c
    equal = sa.exists().where(*(row[name] == result[name] for name in _COLUMNS))
    return bool(ctx.session.scalar(sa.select(sa.exists().where(result.phase_id == round_.id, ~equal))))


def _persons(ctx: Context) -> int:
    return ctx.session.scalar(sa.select(sa.func.count(sa.distinct(_staged.c.enrolment_id)))) or 0


def _check_results(ctx: Context, campaign: Campaign) -> None:
    row = _staged.c
    stranger = sa.select(row.enrolment_id).outerjoin(
        Enrolment, sa.and_(Enrolment.id == row.enrolment_id, Enrolment.campaign_id == campaign.id)
    )
    possible = sa.and_(
        row.score.between(0, row.max_score),
        row.max_score < MAX_VALUE,
        row.duration_ms.between(0, MAX_VALUE),
        row.started_at <= row.finished_at,
        row.entry_key != "",
    )
    problems = [
        *_problem(ctx, _doubles(_staged, row.enrolment_id, row.entry_key), _TWICE),
        *_problem(ctx, stranger.where(Enrolment.id.is_(None)), _STRANGER),
        # A comparison with a missing value is neither true nor false.
        *_problem(
            ctx, sa.select(row.enrolment_id).where(sa.func.coalesce(possible, sa.false()).is_(sa.false())), _VALUES
        ),
    ]
    if problems:
        raise InvalidData(T("The results cannot be taken over; nothing was changed."), problems)


def _doubles(table: sa.Table, *key: sa.ColumnElement[Any]) -> AnySelect:
    return sa.select(table.c.enrolment_id).group_by(*key).having(sa.func.count() > 1)


_TWICE = ("%(count)s entry stands in the set more than once.", "%(count)s entries stand in the set more than once.")
_STRANGER = ("%(count)s result is of nobody in this campaign.", "%(count)s results are of nobody in this campaign.")
_VALUES = ("%(count)s result has impossible values.", "%(count)s results have impossible values.")
_UNDECLARED = (
    "%(count)s measure is not declared by the contest format.",
    "%(count)s measures are not declared by the contest format.",
)
_ORPHAN = ("%(count)s measure belongs to no result.", "%(count)s measures belong to no result.")
_TOO_LARGE = ("%(count)s measure has an impossible value.", "%(count)s measures have impossible values.")


def _problem(ctx: Context, broken: AnySelect, words: tuple[str, str]) -> list[Text]:
    number = ctx.session.scalar(sa.select(sa.func.count()).select_from(broken.subquery())) or 0
    return [TN(*words, number)] if number else []


def _staged_lines() -> AnySelect:
    row = _staged.c
    values = (row.entry_key, row.score, row.max_score, row.duration_ms, row.started_at, row.finished_at)
    return sa.select(line(Enrolment.__table__.c.code, *values)).join_from(
        _staged, Enrolment, Enrolment.id == row.enrolment_id
    )


def _replace_results(ctx: Context, campaign: Campaign, round_: Phase) -> None:
    """Make the round's results those that are staged, and take all measures away.

    Of half a million results mostly a few are new or others: only these are written.
    """
    row, result = _staged.c, Result.__table__.c
    same = sa.and_(
        result.phase_id == round_.id, result.enrolment_id == row.enrolment_id, result.entry_key == row.entry_key
    )
    ours = sa.select(Result.id).where(Result.phase_id == round_.id)
    gone = ours.outerjoin_from(Result, _staged, same).where(row.enrolment_id.is_(None))
    constants = {"campaign_id": campaign.id, "phase_id": round_.id, "source": round_.source}
    given = [sa.literal(value, type_=result[name].type) for name, value in constants.items()]
    new = sa.select(*given, *(row[name] for name in _COLUMNS)).outerjoin_from(_staged, Result, same)
    values = {name: row[name] for name in _COLUMNS[2:]}
    other = sa.or_(*(result[name] != value for name, value in values.items()))
    for statement in (
        sa.delete(ResultMeasure).where(ResultMeasure.result_id.in_(ours)),
        sa.delete(Result).where(Result.id.in_(gone)),
        sa.update(Result).values(values).where(same, other),
        sa.insert(Result).from_select([*constants, *_COLUMNS], new.where(result.id.is_(None))),
    ):
        ctx.session.execute(statement, execution_options={"synchronize_session": False})
    if ctx.session.get_bind().dialect.name == "postgresql":
        # So much may have changed at once that the planner would go on with what it knew of the old set.
        ctx.session.execute(sa.text("ANALYZE core_result"))


# --- measures -------------------------------------------------------------------------------------------------------


def _post_measures(ctx: Context, round_: Phase, rows: Sequence[dict[str, Any]] | AnySelect) -> Posted:
    known = lock_result_set(ctx, round_=round_)
    row, result = _staged_measures.c, Result.__table__.c
    owner = sa.and_(
        result.phase_id == round_.id, result.enrolment_id == row.enrolment_id, result.entry_key == row.entry_key
    )
    with _staging(ctx, _staged_measures, _MEASURE_COLUMNS, rows):
        _check_measures(ctx, round_, owner)
        code = Enrolment.__table__.c.code
        lines = sa.select(line(code, row.entry_key, row.key, row.value)).join_from(
            _staged_measures, Enrolment, Enrolment.id == row.enrolment_id
        )
        digest = digest_of_lines(ctx.session, lines)
        if digest != known.measures_digest:
            ours = sa.select(Result.id).where(Result.phase_id == round_.id)
            ctx.session.execute(
                sa.delete(ResultMeasure).where(ResultMeasure.result_id.in_(ours)),
                execution_options={"synchronize_session": False},
            )
            found = sa.select(result.id, row.key, row.value).join_from(_staged_measures, Result, owner)
            ctx.session.execute(sa.insert(ResultMeasure).from_select(["result_id", "key", "value"], found))
            known.measures_digest = digest
            known.posted_at = ctx.now
            ctx.session.flush()
    return Posted(known.results, known.results_digest)


def _check_measures(ctx: Context, round_: Phase, owner: sa.ColumnElement[bool]) -> None:
    row = _staged_measures.c
    declared = list(measures_of(ctx, source=round_.source))
    orphans = sa.select(row.enrolment_id).outerjoin(Result, owner).where(Result.id.is_(None))
    possible = row.value.between(-MAX_VALUE, MAX_VALUE)
    problems = [
        *_problem(ctx, _doubles(_staged_measures, row.enrolment_id, row.entry_key, row.key), _TWICE),
        *_problem(ctx, sa.select(row.enrolment_id).where(row.key.not_in(declared)), _UNDECLARED),
        *_problem(ctx, orphans, _ORPHAN),
        *_problem(
            ctx, sa.select(row.enrolment_id).where(sa.func.coalesce(possible, sa.false()).is_(sa.false())), _TOO_LARGE
        ),
    ]
    if problems:
        raise InvalidData(T("The measures cannot be taken over; nothing was changed."), problems)
