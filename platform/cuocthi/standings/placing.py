"""From results to places in one statement: the counted entry of each person, its keys, and the rank over them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from cuocthi.contributions import Direction
from cuocthi.database import Key
from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.standings.criteria import CORE_MEASURES, FULL_MARKS, MISSING, Counted, RankedBy
from cuocthi.standings.means import mean_keys, mean_results
from cuocthi.standings.models import MAX_CRITERIA, Result, ResultMeasure, Standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.sql.elements import ColumnElement

KEYS = tuple(f"key_{number}" for number in range(1, MAX_CRITERIA + 1))

_CORE_KEYS = frozenset(measure.key for measure in CORE_MEASURES)
_COPIED = ("enrolment_id", "entry_key", "score", "max_score", "duration_ms", "started_at", "finished_at")


def place_all(
    *, ranking_id: int, phase_id: int, criteria: Sequence[RankedBy], counted: Counted, several: bool
) -> sa.Insert:
    """Return the INSERT … SELECT that writes the standings of a ranking.

    Only active enrolments take part. One entry of each person counts, or the mean of all; RANK() runs over "qualified"
    and the keys of the criteria and over nothing else, so that neither ids nor the order of insertion can decide.
    Without ``several`` nobody has more than one entry, and none has to be chosen.
    """
    entries = keyed_entries(phase_id, criteria).cte("entries")
    used = KEYS[: len(criteria)]
    if counted is Counted.MEAN:
        means = mean_keys(entries, list(zip(used, criteria, strict=True))).cte("means")
        one = _with_what_is_kept(means, mean_results(phase_id).cte("held"), "enrolment_id", "enrolment_id")
    elif several:
        one = _with_what_is_kept(_counted(entries, used, counted), Result.__table__, "result_id", "id")
    else:
        one = sa.select(entries, sa.literal(1, Key).label("entries")).cte("one")
    order: list[ColumnElement[Any]] = [one.c[key] for key in used]
    if any(criterion.gate for criterion in criteria):
        order.insert(0, one.c.qualified.desc())
    # Both run over one window, so that all are sorted once: equals come last together, the first of them has the rank.
    rank = sa.func.rank().over(order_by=order)
    tied = sa.func.count().over(order_by=order) - rank + sa.literal(1, Key)
    columns: dict[str, ColumnElement[Any]] = {
        "ranking_id": sa.literal(ranking_id, Key),
        "rank": rank,
        "tied": tied,
        **{name: one.c[name] for name in ("qualified", "entries", *_COPIED)},
        **{key: one.c[key] if key in used else sa.literal(0, Key) for key in KEYS},
    }
    # In the order of the primary key, which is much faster to write than a random one.
    chosen = sa.select(*(column.label(name) for name, column in columns.items())).order_by(one.c.enrolment_id)
    return sa.insert(Standing).from_select(list(columns), chosen)


def _with_what_is_kept(one: sa.CTE, held: sa.FromClause, mine: str, theirs: str) -> sa.CTE:
    """Add to a row for each person what a standing keeps beside its keys: from ``held``, where both columns agree."""
    own = [column for column in one.c if column.name not in _COPIED]
    copied = [held.c[name] for name in _COPIED]
    return sa.select(*own, *copied).join_from(one, held, one.c[mine] == held.c[theirs]).cte("one")


def _counted(entries: sa.CTE, used: Sequence[str], counted: Counted) -> sa.CTE:
    # The window sorts narrow rows; what else a standing holds is fetched for the counted entries afterwards.
    kept = [entries.c[name] for name in ("result_id", "qualified", *used)]
    turns = sa.select(*kept, _turn(entries, used, counted).label("turn"), _entries_of(entries)).cte("turns")
    return sa.select(turns).where(turns.c.turn == 1).cte("counted")


def keyed_entries(phase_id: int, criteria: Sequence[RankedBy]) -> sa.Select[Any]:
    """Return the SELECT of a round's entries that can count, each with whether it qualifies and with its keys."""
    result = Result.__table__.c
    joined: Any = sa.join(Result, Enrolment, Enrolment.id == Result.enrolment_id)
    keys: list[ColumnElement[int]] = []
    for criterion in criteria:
        if criterion.key in _CORE_KEYS:
            keys.append(_turned(_core_value(criterion.key), criterion.direction))
            continue
        measure = aliased(ResultMeasure)
        joined = sa.outerjoin(joined, measure, sa.and_(measure.result_id == Result.id, measure.key == criterion.key))
        keys.append(sa.func.coalesce(_turned(measure.value, criterion.direction), sa.literal(MISSING, Key)))
    gates = [key <= sa.literal(-1, Key) for key, item in zip(keys, criteria, strict=True) if item.gate]
    qualified = sa.case((sa.and_(*gates), sa.true()), else_=sa.false()) if gates else sa.true()
    return (
        sa.select(
            result.id.label("result_id"),
            *(result[name] for name in _COPIED),
            qualified.label("qualified"),
            *(key.label(name) for key, name in zip(keys, KEYS, strict=False)),
        )
        .select_from(joined)
        .where(Result.phase_id == phase_id, Enrolment.state == EnrolmentState.ACTIVE)
    )


def _core_value(key: str) -> ColumnElement[int]:
    result = Result.__table__.c
    if key == FULL_MARKS.key:
        # Nothing right of nothing asked is not "everything right".
        full = sa.and_(result.score == result.max_score, result.max_score > 0)
        return sa.case((full, sa.literal(1, Key)), else_=sa.literal(0, Key))
    return sa.type_coerce(result[key], sa.BigInteger)


def _turned(value: Any, direction: Direction) -> ColumnElement[int]:
    turned: ColumnElement[int] = -value if direction is Direction.HIGHEST else value
    return turned


def _turn(entries: sa.CTE, keys: Sequence[str], counted: Counted) -> ColumnElement[int]:
    """Number each person's entries; the one numbered 1 counts. Equal ones are told apart by time, then by their key."""
    entry = entries.c
    # The length first, so that entry "10" comes after entry "9".
    moments = [entry.started_at, entry.finished_at, sa.func.length(entry.entry_key), entry.entry_key]
    order: list[ColumnElement[Any]]
    if counted is Counted.FIRST:
        order = [*moments]
    elif counted is Counted.LAST:
        order = [column.desc() for column in moments]
    else:
        order = [entry.qualified.desc(), *(entry[key] for key in keys), entry.finished_at, *moments]
    return sa.func.row_number().over(partition_by=entry.enrolment_id, order_by=order)


def _entries_of(entries: sa.CTE) -> ColumnElement[int]:
    return sa.func.count().over(partition_by=entries.c.enrolment_id).label("entries")
