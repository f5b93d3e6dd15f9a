"""How a round goes while it is open: who got how far, hour by hour and unit by unit, and what does not get on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.campaigns.models import Headcount
from cuocthi.clock import from_micros
from cuocthi.database import UtcTime
from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.jobs.models import Job, JobState
from cuocthi.units.models import Unit
from cuocthi.units.queries import matching
from cuocthi_quiz.models import Attempt
from cuocthi_quiz.queries.papers import COUNTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import InstrumentedAttribute

    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase

#: A deadline is near when so much time is left.
NEAR = timedelta(minutes=5)
#: Work that waits or says nothing for so long hangs; papers are handed in at their deadline every few seconds.
HANGS_AFTER = timedelta(minutes=1)
#: For so long failed work is told of.
RECENTLY = timedelta(minutes=15)
_HOURS = 48
_HOUR = 3_600_000_000
_SWEEP = "quiz.sweep"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a round is. The first three are persons: registered, with an entry, with one handed in. The rest are
    papers: begun and handed in at any time, open now, of those near their deadline, past it and still open, and handed
    in without a score.
    """

    registered: int
    starters: int
    finishers: int
    begun: int
    handed_in: int
    open: int
    near: int
    overdue: int
    ungraded: int


def progress(ctx: Context, *, round_: Phase) -> Progress:
    """Return how far a round is; excluded persons are left out (two statements)."""
    person, is_open = sa.distinct(Attempt.enrolment_id), Attempt.submitted_at.is_(None)
    active = (Enrolment.campaign_id == round_.campaign_id, Enrolment.state == EnrolmentState.ACTIVE)
    row = ctx.session.execute(
        sa.select(
            sa.func.count(person),
            sa.func.count(person).filter(~is_open, COUNTS),
            sa.func.count(),
            sa.func.count().filter(~is_open),
            sa.func.count().filter(is_open, Attempt.deadline > ctx.now),
            sa.func.count().filter(is_open, Attempt.deadline > ctx.now, Attempt.deadline <= ctx.now + NEAR),
            sa.func.count().filter(is_open, Attempt.deadline <= ctx.now),
            sa.func.count().filter(~is_open, Attempt.graded_at.is_(None)),
        )
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(Attempt.phase_id == round_.id, *active)
    ).one()
    registered = ctx.session.scalar(sa.select(sa.func.count()).select_from(Enrolment).where(*active))
    return Progress(registered or 0, *row)


@dataclass(frozen=True, slots=True)
class Hour:
    """How many papers were begun and handed in within the hour that begins at ``at``."""

    at: datetime
    begun: int = 0
    handed_in: int = 0


def hours(ctx: Context, *, round_: Phase) -> list[Hour]:
    """Return the last hours in which a round was worked on, 48 at most, without gaps, in order (one statement).

    As in :func:`progress`, papers of excluded persons are left out.
    """
    counts = sa.union_all(*(_per_hour(round_, column) for column in (Attempt.started_at, Attempt.submitted_at)))
    begun: dict[int, int] = {}
    handed_in: dict[int, int] = {}
    for which, hour, number in ctx.session.execute(counts):
        (begun if which == Attempt.started_at.key else handed_in)[hour] = number
    if not begun:
        return []
    last = max([*begun, *handed_in])
    first = max(min(begun), last - _HOURS + 1)
    return [
        Hour(from_micros(hour * _HOUR), begun.get(hour, 0), handed_in.get(hour, 0)) for hour in range(first, last + 1)
    ]


def _per_hour(round_: Phase, column: InstrumentedAttribute[Any]) -> sa.Select[str, int, int]:
    hour = (sa.type_coerce(column, sa.BigInteger) // _HOUR).label("hour")
    return (
        sa.select(sa.literal(column.key), hour, sa.func.count())
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(Attempt.phase_id == round_.id, Enrolment.state == EnrolmentState.ACTIVE, column.is_not(None))
        .group_by(hour)
    )


@dataclass(frozen=True, slots=True)
class UnitRow:
    """Persons of a unit in a round; ``entitled`` is 0 where nobody said how many there are."""

    unit: str
    entitled: int
    registered: int
    starters: int
    finishers: int

    @property
    def rate(self) -> float | None:
        """How many of a hundred entitled people have handed in, to a tenth; None where their number is unknown."""
        return round(100 * self.finishers / self.entitled, 1) if self.entitled else None


def units(
    ctx: Context, *, round_: Phase, search: str, state: str, sort: str, descending: bool, limit: int | None, offset: int
) -> tuple[list[UnitRow], int]:
    """Return a page of the units that have people or entitled ones, and how many there are (two statements).

    ``state`` narrows to units from which nobody has begun ("none"), or somebody has ("some"). ``sort`` is "unit", in
    the order of the tree, or a number of :class:`UnitRow`, or "rate".
    """
    entitled = (
        sa.select(Headcount.unit_id, sa.func.sum(Headcount.number).label("number"))
        .where(Headcount.campaign_id == round_.campaign_id)
        .group_by(Headcount.unit_id)
        .subquery()
    )
    entry = (
        sa.select(
            Attempt.enrolment_id,
            sa.func.count().filter(Attempt.submitted_at.is_not(None), COUNTS).label("handed_in"),
        )
        .where(Attempt.phase_id == round_.id)
        .group_by(Attempt.enrolment_id)
        .subquery()
    )
    reached = (
        sa.select(
            Enrolment.unit_id,
            sa.func.count().label("registered"),
            sa.func.count(entry.c.enrolment_id).label("starters"),
            sa.func.count().filter(entry.c.handed_in > 0).label("finishers"),
        )
        .outerjoin(entry, entry.c.enrolment_id == Enrolment.id)
        .where(Enrolment.campaign_id == round_.campaign_id, Enrolment.state == EnrolmentState.ACTIVE)
        .group_by(Enrolment.unit_id)
        .subquery()
    )
    numbers = {
        "entitled": sa.func.coalesce(entitled.c.number, 0),
        **{name: sa.func.coalesce(reached.c[name], 0) for name in ("registered", "starters", "finishers")},
    }
    chosen = (
        sa.select(Unit.name, *numbers.values())
        .outerjoin(entitled, entitled.c.unit_id == Unit.id)
        .outerjoin(reached, reached.c.unit_id == Unit.id)
        .where(sa.or_(entitled.c.number > 0, reached.c.registered > 0), *matching(search))
    )
    if state:
        chosen = chosen.where(numbers["starters"] == 0 if state == "none" else numbers["starters"] > 0)
    total = ctx.session.scalar(sa.select(sa.func.count()).select_from(chosen.subquery())) or 0
    # Where nobody said how many are entitled there is no rate: such a unit stands below all others.
    rate = sa.func.coalesce(1.0 * numbers["finishers"] / sa.func.nullif(numbers["entitled"], 0), -1)
    order = {"unit": Unit.path, "rate": rate, **numbers}[sort]
    rows = ctx.session.execute(
        chosen.order_by(order.desc() if descending else order, Unit.path).limit(limit).offset(offset)
    )
    return [UnitRow(name, *map(int, found)) for name, *found in rows], total


@dataclass(frozen=True, slots=True)
class Hanging:
    """Background work that does not get on: its kind, since when, and what it said last."""

    kind: str
    since: datetime | None
    message: str


def hanging(ctx: Context, *, round_: Phase) -> list[Hanging]:
    """Return work of the quiz and of the campaign that waits or runs without a sign, or has failed (one statement).

    The work that hands papers in at their deadline hangs too if it was not asked for within the last minute: then
    nobody looks for work.
    """
    long_ago = ctx.now - HANGS_AFTER
    signs = sa.func.coalesce(Job.beat_at, Job.created_at, type_=UtcTime())
    stuck = sa.and_(Job.state.in_([JobState.QUEUED, JobState.RUNNING]), signs < long_ago, Job.created_at < long_ago)
    lately = sa.and_(Job.state == JobState.FAILED, Job.finished_at >= ctx.now - RECENTLY)
    rows: Iterable[Job] = ctx.session.scalars(
        sa.select(Job)
        .where(
            sa.or_(Job.campaign_id == round_.campaign_id, Job.kind.startswith("quiz.")),
            sa.or_(stuck, lately, Job.kind == _SWEEP),
        )
        .order_by(Job.created_at.desc(), Job.id)
        .limit(20)
    )
    found = list(rows)
    swept = [job for job in found if job.kind == _SWEEP]
    slow = [job for job in found if job.kind != _SWEEP or job.state is JobState.FAILED or job.created_at < long_ago]
    never = [] if swept else [Hanging(_SWEEP, None, "")]
    return [*never, *(Hanging(job.kind, job.created_at, job.message) for job in slow)]
