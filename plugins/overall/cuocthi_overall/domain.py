"""Adding up: one result for each person, from the places that the rankings of several rounds gave.

What counts of a person in a round is what its ranking counts: the core has chosen the entry, left out who is excluded,
and two persons have adopted it. Everything is whole numbers: points are thousandths, a mean is rounded half up to them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.campaigns.models import Division
from cuocthi.enrolments.models import Enrolment
from cuocthi.errors import InvalidData
from cuocthi.standings.models import Result, ResultMeasure, Standing
from cuocthi.standings.results import post_measures, post_results
from cuocthi.text import T
from cuocthi_overall.models import Basis
from cuocthi_overall.queries import as_basis, counted, load_overall
from cuocthi_overall.settings import ONE, OWNER, Combine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase
    from cuocthi_overall.queries import Counted
    from cuocthi_overall.settings import OverallRanking

#: The measures that overall rankings can compare beside the core's.
ROUNDS, PASSED, ADDED = "rounds", "passed", "added"
#: Everybody has one entry.
_ENTRY = "overall"


def refresh(ctx: Context, *, campaign: Campaign, round_: Phase) -> None:
    """Post the results of an overall round, made anew from the rankings of the rounds that count.

    Raises InvalidData where the settings do not say what counts.
    """
    of = load_overall(ctx, campaign=campaign).of(round_.key)
    found = [one for one in counted(ctx, campaign=campaign, of=of) if one.ranking is not None] if of else []
    if of is None or not found:
        problem = T("Nothing says what counts in “%(round)s”, or none of it has a ranking yet.", round=round_.title)
        raise InvalidData(T("The overall ranking cannot be built."), [problem])
    persons = _persons(of, found, campaign).subquery("persons")
    post_results(ctx, campaign=campaign, round_=round_, source=OWNER, rows=_results(persons))
    post_measures(ctx, round_=round_, source=OWNER, rows=_measures(persons, added=bool(of.added)))
    _keep_basis(ctx, round_, found)


def _keep_basis(ctx: Context, round_: Phase, found: Sequence[Counted]) -> None:
    ctx.session.execute(sa.delete(Basis).where(Basis.phase_id == round_.id))
    for source_id, (number, digest) in as_basis(found).items():
        basis = Basis(phase_id=round_.id, source_id=source_id, ranking_number=number, ranking_digest=digest)
        ctx.session.add(basis)
    ctx.session.flush()


# --- in SQL ---------------------------------------------------------------------------------------------------------


def _persons(of: OverallRanking, found: Sequence[Counted], campaign: Campaign) -> sa.Select[Any]:
    """Return the SELECT of every person's score, time, moments, number of rounds and added measure."""
    places = sa.union_all(*(_places(of, one) for one in found)).cte("places")
    place = places.c
    # Rounds are compared by the share of their points, which have different wholes; equal shares are equal as floats.
    share = sa.cast(place.score, sa.Float) / sa.func.nullif(place.max_score, 0)
    order = (sa.func.coalesce(share, 0).desc(), place.duration_ms, place.finished_at, place.position)
    turn = sa.func.row_number().over(partition_by=place.enrolment_id, order_by=order)
    taken = sa.func.count().over(partition_by=place.enrolment_id)
    turns = sa.select(*place, turn.label("turn"), taken.label("taken")).cte("turns")
    counts = turns.c
    number = sa.func.count()
    score, duration = _together(counts.score, of, number), _together(counts.duration_ms, of, number)
    rows = (
        sa.select(
            counts.enrolment_id,
            score.label("score"),
            _whole(of, found, counts, number).label("max_score"),
            duration.label("duration_ms"),
            sa.func.min(counts.started_at).label("started_at"),
            sa.func.max(counts.finished_at).label("finished_at"),
            sa.func.max(counts.taken).label("rounds"),
            sa.literal(of.pass_mark, sa.BigInteger).label("pass_mark"),
            # What one of the rounds lacks is missing for all of them.
            sa.case((sa.func.count(counts.added) == number, sa.cast(sa.func.sum(counts.added), sa.BigInteger))).label(
                "added"
            ),
        )
        .join(Enrolment, Enrolment.id == counts.enrolment_id)
        .group_by(counts.enrolment_id)
        .having(sa.func.max(counts.taken) >= of.least)
    )
    if of.best:
        rows = rows.where(counts.turn <= of.best)
    if of.division:
        division = sa.select(Division.id).where(Division.campaign_id == campaign.id, Division.key == of.division)
        rows = rows.where(Enrolment.division_id == division.scalar_subquery())
    return rows


def _places(of: OverallRanking, one: Counted) -> sa.Select[Any]:
    """Return the SELECT of what a round's ranking counts of each person, weighted."""
    standing = Standing.__table__.c
    added: Any = sa.cast(sa.null(), sa.BigInteger)
    joined: Any = Standing.__table__
    if of.added:
        own = sa.and_(
            Result.phase_id == one.round_.id,
            Result.enrolment_id == standing.enrolment_id,
            Result.entry_key == standing.entry_key,
        )
        measure = sa.and_(ResultMeasure.result_id == Result.id, ResultMeasure.key == of.added)
        joined = sa.outerjoin(sa.outerjoin(joined, Result, own), ResultMeasure, measure)
        added = ResultMeasure.value
    return (
        sa.select(
            standing.enrolment_id,
            (standing.score * sa.literal(one.weight, sa.BigInteger) // ONE).label("score"),
            (standing.max_score * sa.literal(one.weight, sa.BigInteger) // ONE).label("max_score"),
            standing.duration_ms,
            sa.type_coerce(standing.started_at, sa.BigInteger).label("started_at"),
            sa.type_coerce(standing.finished_at, sa.BigInteger).label("finished_at"),
            sa.literal(one.round_.number or 0, sa.BigInteger).label("position"),
            added.label("added"),
        )
        .select_from(joined)
        .where(standing.ranking_id == (one.ranking.id if one.ranking else 0))
    )


def _together(column: Any, of: OverallRanking, number: Any) -> Any:
    total = sa.cast(sa.func.sum(column), sa.BigInteger)
    return total if of.combine is Combine.SUM else (2 * total + number) // (2 * number)


def _whole(of: OverallRanking, found: Sequence[Counted], counts: Any, number: Any) -> Any:
    """Return what could be reached: with a sum the points of all rounds that can count, taken part in or not."""
    if of.combine is Combine.MEAN:
        return _together(counts.max_score, of, number)
    wholes = [
        sa.select(sa.func.coalesce(sa.func.max(Standing.max_score), 0) * sa.literal(one.weight, sa.BigInteger) // ONE)
        .where(Standing.ranking_id == (one.ranking.id if one.ranking else 0))
        .label("whole")
        for one in found
    ]
    each = sa.union_all(*(sa.select(whole.label("whole")) for whole in wholes)).subquery("each")
    largest = sa.select(each.c.whole).order_by(each.c.whole.desc()).limit(of.best or len(found)).subquery("largest")
    return sa.select(sa.cast(sa.func.sum(largest.c.whole), sa.BigInteger)).scalar_subquery()


def _results(persons: sa.Subquery) -> sa.Select[Any]:
    held = ("score", "max_score", "duration_ms", "started_at", "finished_at")
    return sa.select(persons.c.enrolment_id, sa.literal(_ENTRY).label("entry_key"), *(persons.c[name] for name in held))


def _measures(persons: sa.Subquery, *, added: bool) -> sa.Select[Any]:
    person = persons.c
    reached = person.score * ONE >= person.pass_mark * person.max_score
    values: dict[str, Any] = {ROUNDS: person.rounds, PASSED: sa.case((reached, 1), else_=0)}
    if added:
        values[ADDED] = person.added
    rows = (
        sa.select(
            person.enrolment_id,
            sa.literal(_ENTRY).label("entry_key"),
            sa.literal(key).label("key"),
            sa.cast(value, sa.BigInteger).label("value"),
        ).where(value.is_not(None))
        for key, value in values.items()
    )
    return sa.select(sa.union_all(*rows).subquery())
