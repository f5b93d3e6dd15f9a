"""The counts of which statistics are made: a constant number of statements, whatever the number of persons.

Persons and entries are kept apart. *Registered* is who is enrolled and counts, *starters* have begun an entry,
*finishers* have handed one in; entries are those handed in. Days and hours are those of Việt Nam.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.campaigns.models import Headcount
from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.standings.composition import is_made_of_others
from cuocthi.standings.models import Result
from cuocthi.timelines.queries import rounds

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context

_HOUR_US = 3_600_000_000
_DAY_US = 24 * _HOUR_US
#: Việt Nam is seven hours ahead of UTC all the year round.
_LOCAL_OFFSET_US = 7 * _HOUR_US


@dataclass(frozen=True, slots=True)
class Figures:
    """Persons registered, who began and who handed in, and the entries that were handed in."""

    registered: int = 0
    starters: int = 0
    finishers: int = 0
    entries: int = 0

    def __add__(self, other: Figures) -> Figures:
        """Return the figures of both together."""
        return Figures(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


@dataclass(frozen=True, slots=True)
class Group:
    """Persons of one unit, category and division; a person stands in one group alone."""

    unit_id: int
    category: str
    division_id: int | None
    figures: Figures


@dataclass(frozen=True, slots=True)
class Moments:
    """What happened in a span of time: persons who registered, persons who handed in, entries handed in."""

    registered: int = 0
    finishers: int = 0
    entries: int = 0


def entries(ctx: Context, *, campaign: Campaign) -> sa.CompoundSelect[Any] | sa.Select[Any]:
    """Return the SELECT of a campaign's entries: ``enrolment_id``, ``started_at``, ``finished_at`` (two statements).

    Of formats that do not tell their entries the results stand for them; rounds that are made of others have none.
    """
    told = ctx.hooks.collect_by_plugin(ctx, campaign, "entries", sa.Select)
    sources = {plugin for plugin, _ in told}
    silent = [
        round_.id
        for round_ in rounds(ctx, campaign_id=campaign.id)
        if round_.source not in sources and not is_made_of_others(ctx, source=round_.source or "")
    ]
    posted = sa.select(Result.enrolment_id, Result.started_at, Result.finished_at).where(Result.phase_id.in_(silent))
    chosen = [found.subquery() for found in (*(one for _, one in told), posted)]
    return sa.union_all(
        *(sa.select(one.c.enrolment_id, _micros(one.c.started_at), _micros(one.c.finished_at)) for one in chosen)
    )


def _micros(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    return sa.type_coerce(column, sa.BigInteger).label(column.key)


def groups(ctx: Context, *, campaign: Campaign) -> list[Group]:
    """Return the figures of each unit, category and division (one statement beside those of :func:`entries`)."""
    entry = entries(ctx, campaign=campaign).subquery()
    person = (
        sa.select(entry.c.enrolment_id, sa.func.count(entry.c.finished_at).label("handed_in"))
        .group_by(entry.c.enrolment_id)
        .subquery()
    )
    key = (Enrolment.unit_id, Enrolment.category, Enrolment.division_id)
    rows = ctx.session.execute(
        sa.select(
            *key,
            sa.func.count(),
            sa.func.count(person.c.enrolment_id),
            sa.func.count().filter(person.c.handed_in > 0),
            sa.func.coalesce(sa.func.sum(person.c.handed_in), 0),
        )
        .outerjoin(person, person.c.enrolment_id == Enrolment.id)
        .where(*_counting(campaign))
        .group_by(*key)
    )
    return [Group(row[0], row[1], row[2], Figures(*map(int, row[3:]))) for row in rows]


def _counting(campaign: Campaign) -> tuple[sa.ColumnElement[bool], ...]:
    return Enrolment.campaign_id == campaign.id, Enrolment.state == EnrolmentState.ACTIVE


def by_day(ctx: Context, *, campaign: Campaign) -> dict[int, Moments]:
    """Return what happened on each day, by days since 1970 (two statements beside those of :func:`entries`)."""

    def day(moment: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
        return (moment + sa.literal(_LOCAL_OFFSET_US, sa.BigInteger)) // sa.literal(_DAY_US, sa.BigInteger)

    return _by_time(ctx, campaign, day)


def by_hour(ctx: Context, *, campaign: Campaign) -> dict[int, Moments]:
    """Return what happened in each hour of the day, 0 to 23 (two statements beside those of :func:`entries`)."""

    def hour(moment: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
        local = moment + sa.literal(_LOCAL_OFFSET_US, sa.BigInteger)
        return local % sa.literal(_DAY_US, sa.BigInteger) // sa.literal(_HOUR_US, sa.BigInteger)

    return _by_time(ctx, campaign, hour)


def _by_time(
    ctx: Context, campaign: Campaign, span: Callable[[sa.ColumnElement[Any]], sa.ColumnElement[int]]
) -> dict[int, Moments]:
    entry = entries(ctx, campaign=campaign).subquery()
    handed_in = span(entry.c.finished_at).label("span")
    worked = ctx.session.execute(
        sa.select(handed_in, sa.func.count(sa.distinct(entry.c.enrolment_id)), sa.func.count())
        .join(Enrolment, Enrolment.id == entry.c.enrolment_id)
        .where(*_counting(campaign), entry.c.finished_at.is_not(None))
        .group_by(handed_in)
    )
    enrolled = span(sa.type_coerce(Enrolment.enrolled_at, sa.BigInteger)).label("span")
    joined = ctx.session.execute(sa.select(enrolled, sa.func.count()).where(*_counting(campaign)).group_by(enrolled))
    registered = {int(row[0]): int(row[1]) for row in joined}
    finished = {int(row[0]): (int(row[1]), int(row[2])) for row in worked}
    spans = sorted(registered.keys() | finished.keys())
    return {at: Moments(registered.get(at, 0), *finished.get(at, (0, 0))) for at in spans}


def entitled(ctx: Context, *, campaign: Campaign) -> dict[tuple[int, str], int]:
    """Return how many people are entitled to take part, by unit and category (one statement)."""
    rows = ctx.session.execute(
        sa.select(Headcount.unit_id, Headcount.category, Headcount.number).where(Headcount.campaign_id == campaign.id)
    )
    return {(row[0], row[1]): row[2] for row in rows}


def added_up(groups: Iterable[Group], key: Callable[[Group], Hashable]) -> dict[Any, Figures]:
    """Return the figures of groups together that have the same ``key``."""
    found: dict[Hashable, Figures] = {}
    for group in groups:
        found[key(group)] = found.get(key(group), Figures()) + group.figures
    return found


def handed_in(ctx: Context, *, campaign: Campaign) -> sa.ColumnElement[bool]:
    """Return the condition on an enrolment that an entry was handed in (the statements of :func:`entries`)."""
    entry = entries(ctx, campaign=campaign).subquery()
    return Enrolment.id.in_(sa.select(entry.c.enrolment_id).where(entry.c.finished_at.is_not(None)))
