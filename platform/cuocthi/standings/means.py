"""Means of a person's entries, exact: sums and counts until somebody looks at them.

A ranking compares keys that are integers. Two different means of at most n entries each, a/p and b/q, lie at least 1/n²
apart; multiplied by 2n² they lie at least 2 apart, and cut to integers they stay different, in their order; equal ones
stay equal. So the keys of a ranking by means are the means times 2n², n being the most entries that anybody has.

Of moments and flags there is no mean: the moment of starting is the earliest, that of handing in the latest, and a flag
is set if every entry has it. A value that one of the entries lacks is missing for all of them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.contributions import Direction
from cuocthi.database import Key
from cuocthi.errors import InvalidData
from cuocthi.standings.criteria import FINISHED, MAX_VALUE, MISSING, RankedBy
from cuocthi.standings.models import Result
from cuocthi.text import T

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.sql.elements import ColumnElement

    from cuocthi.context import Context


def scaled(ctx: Context, *, entries: sa.Select[Any], named: Sequence[tuple[str, RankedBy]]) -> tuple[RankedBy, ...]:
    """Return the criteria with the scale that keeps the means of these entries apart (one statement).

    ``named`` are the criteria with the columns of ``entries`` that hold their keys. Raises InvalidData with every
    criterion whose values are so large that their means cannot be compared exactly.
    """
    entry = entries.subquery("entry")
    largest = [sa.func.max(sa.func.abs(_present(entry.c[name]))).label(name) for name, _ in named]
    of_person = sa.select(sa.func.count().label("entries"), *largest).group_by(entry.c.enrolment_id).subquery("person")
    row = ctx.session.execute(sa.select(*(sa.func.max(column) for column in of_person.c))).one()
    most, values = row[0] or 1, row[1:]
    scale = 2 * most * most
    problems = [
        T("“%(title)s”: the values are too large, or the entries too many, for an exact mean.", title=criterion.title)
        for (_, criterion), value in zip(named, values, strict=True)
        if criterion.has_a_mean and (value or 0) * scale > MAX_VALUE
    ]
    if problems:
        raise InvalidData(T("The ranking rules of this round cannot be used."), problems)
    return tuple(replace(criterion, scale=scale) if criterion.has_a_mean else criterion for _, criterion in named)


def mean_keys(entries: sa.CTE, named: Sequence[tuple[str, RankedBy]]) -> sa.Select[Any]:
    """Return the SELECT of every person's keys over all entries, with their number and whether every one qualifies."""
    entry = entries.c
    every = sa.func.min(sa.case((entry.qualified, 1), else_=0)) == 1
    return sa.select(
        entry.enrolment_id,
        every.label("qualified"),
        sa.func.count().label("entries"),
        *(_over_all(entry[name], criterion).label(name) for name, criterion in named),
    ).group_by(entry.enrolment_id)


def _over_all(key: ColumnElement[int], criterion: RankedBy) -> ColumnElement[Any]:
    missing = sa.func.max(key) == MISSING
    if not criterion.has_a_mean:
        # The latest moment of handing in, the smallest of all else; keys of "higher is better" are turned.
        largest = criterion.key == FINISHED.key
        turned = criterion.direction is Direction.HIGHEST
        return sa.case((missing, MISSING), else_=sa.func.max(key) if largest != turned else sa.func.min(key))
    total, number = sa.cast(sa.func.sum(_present(key)), Key), sa.func.count()
    scale = sa.literal(criterion.scale, Key)
    # Whole part and rest by themselves, so that nothing grows beyond what an integer holds.
    mean = (total // number) * scale + (total % number) * scale // number
    return sa.case((missing, sa.literal(MISSING, Key)), else_=mean)


def _present(key: ColumnElement[int]) -> ColumnElement[int]:
    return sa.case((key == MISSING, 0), else_=key)


def mean_results(phase_id: int) -> sa.Select[Any]:
    """Return the SELECT of what a standing holds of all a person's entries beside its keys.

    Points and time are cut to the unit they are stored in: they are there to be looked at, the keys decide. No single
    entry counts, and so none is named.
    """
    result = Result.__table__.c
    number = sa.func.count()
    means = (
        (sa.cast(sa.func.sum(result[name]), Key) // number).label(name)
        for name in ("score", "max_score", "duration_ms")
    )
    return (
        sa.select(
            result.enrolment_id,
            sa.literal("").label("entry_key"),
            *means,
            sa.func.min(result.started_at).label("started_at"),
            sa.func.max(result.finished_at).label("finished_at"),
        )
        .where(result.phase_id == phase_id)
        .group_by(result.enrolment_id)
    )
