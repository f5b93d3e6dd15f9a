"""What came out of a rehearsal, in a form in which two of them can be compared: counts, first places, one digest."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.digest import digest
from cuocthi.enrolments.models import Enrolment
from cuocthi.standings.criteria import criteria_of
from cuocthi.standings.models import Ranking, Result, Standing
from cuocthi.standings.placing import KEYS
from cuocthi.standings.queries import standing_rows
from cuocthi.timelines.models import Phase

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cuocthi.context import Context


@dataclass(frozen=True, slots=True)
class FirstPlaces:
    """The first places of a round: a heading, and a line for each person with the values that decided."""

    round: str
    heading: tuple[str, ...]
    lines: Sequence[tuple[str, ...]]


@dataclass(slots=True)
class Report:
    """What a rehearsal found: figures, seconds by stage, the first places, and the digest over every standing."""

    figures: list[tuple[str, str]] = field(default_factory=list)
    seconds: list[tuple[str, float]] = field(default_factory=list)
    places: list[FirstPlaces] = field(default_factory=list)
    standings_digest: str = ""

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Measure a stage."""
        begun = time.perf_counter()
        yield
        self.seconds.append((stage, time.perf_counter() - begun))

    def add(self, title: str, value: object) -> None:
        """Note a figure."""
        self.figures.append((title, str(value)))


def figures(ctx: Context, *, campaign_id: int, rankings: Sequence[int]) -> Iterator[tuple[str, object]]:
    """Yield the counts of a finished rehearsal: people, entries, everything right, ties."""

    def count(query: sa.Select[int]) -> int:
        return ctx.session.scalar(query) or 0

    standings = sa.select(sa.func.count()).where(Standing.ranking_id.in_(rankings))
    yield "registered", count(sa.select(sa.func.count()).where(Enrolment.campaign_id == campaign_id))
    yield "entries", count(sa.select(sa.func.count()).where(Result.campaign_id == campaign_id))
    yield "persons ranked", count(standings)
    yield "everything right", count(standings.where(Standing.score == Standing.max_score))
    yield "persons in ties", count(standings.where(Standing.tied > 1))
    yield "largest tie", count(sa.select(sa.func.max(Standing.tied)).where(Standing.ranking_id.in_(rankings)))


def first_places(ctx: Context, *, rankings: Sequence[int], limit: int) -> Iterator[FirstPlaces]:
    """Yield the first places of every round, by the values at full precision (thousandths of a point, milliseconds)."""
    for ranking_id in rankings:
        ranking = ctx.session.get_one(Ranking, ranking_id)
        criteria = criteria_of(ranking.criteria)
        rows, _ = standing_rows(ctx, ranking=ranking, limit=limit)
        yield FirstPlaces(
            ctx.session.get_one(Phase, ranking.phase_id).title,
            ("rank", "number", "name", *(criterion.key for criterion in criteria)),
            [
                (
                    f"{row.standing.rank}{'=' if row.standing.tied > 1 else ''}",
                    row.enrolment.code,
                    row.enrolment.name,
                    *(
                        str(criterion.value_of(getattr(row.standing, key)))
                        for criterion, key in zip(criteria, KEYS, strict=False)
                    ),
                )
                for row in rows
            ],
        )


def standings_digest(ctx: Context, *, rankings: Sequence[int]) -> str:
    """Return the digest over every standing at full precision, in the order of contest numbers."""
    rows = ctx.session.execute(
        sa.select(
            Ranking.number,
            Enrolment.code,
            Standing.rank,
            Standing.tied,
            Standing.tie_place,
            Standing.qualified,
            Standing.score,
            Standing.max_score,
            Standing.duration_ms,
            sa.type_coerce(Standing.started_at, sa.BigInteger),
            sa.type_coerce(Standing.finished_at, sa.BigInteger),
            *(getattr(Standing, key) for key in KEYS),
        )
        .join(Ranking, Ranking.id == Standing.ranking_id)
        .join(Phase, Phase.id == Ranking.phase_id)
        .join(Enrolment, Enrolment.id == Standing.enrolment_id)
        .where(Standing.ranking_id.in_(rankings))
        .order_by(Phase.number, Enrolment.code)
    )
    return digest([list(row) for row in rows])
