"""What the tests of rankings share: a round that has closed, its people, a jury of three, and a ranking on its way."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from cuocthi.context import Actor, Context
from cuocthi.contributions import Act, Blocker, Direction, Measure, ResultRow
from cuocthi.standings import queries
from cuocthi.standings.domain import build_ranking, submit_ranking
from cuocthi.standings.models import Ranking
from cuocthi.standings.results import post_results
from cuocthi.testing.plugins import make_format
from cuocthi.text import T

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase


FULL = 3_000

ungraded: list[str] = []
refreshed: list[int] = []


def act_blockers(act: Act) -> list[Blocker]:
    return [Blocker(text, T(text)) for text in ungraded if act is Act.ADOPT_RANKING]


def refresh_results(round_: Phase) -> None:
    refreshed.append(round_.id)


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    style = Measure("style", T("Style"), "count", Direction.HIGHEST)
    veiled = make_format("veiled", shows=lambda *_: False)
    return [make_format("essays", act_blockers, refresh_results, measures=(style,)), veiled]


@pytest.fixture(autouse=True)
def graded() -> Iterator[None]:
    ungraded.clear()
    refreshed.clear()
    yield
    ungraded.clear()


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    return make.campaign(plugins=("essays",))


@pytest.fixture
def round_(ctx: Context, make: Factories, campaign: Campaign) -> Phase:
    """A round that has closed."""
    return make.round(campaign, "essays", opens_at=ctx.now - timedelta(days=9), closes_at=ctx.now)


@pytest.fixture
def people(make: Factories, campaign: Campaign) -> list[Enrolment]:
    return [make.enrolment(campaign) for _ in range(5)]


@pytest.fixture
def jury(ctx: Context, make: Factories) -> list[Context]:
    """Contexts of three different persons."""
    return [dataclasses.replace(ctx, actor=Actor(make.user().id)) for _ in range(3)]


def row(ctx: Context, person: Enrolment, score: int, **measures: int) -> ResultRow:
    start = ctx.now - timedelta(days=1)
    return ResultRow(person.id, "1", score, FULL, 60_000, start, start + timedelta(minutes=1), measures)


def post(ctx: Context, campaign: Campaign, round_: Phase, people: Sequence[Enrolment], scores: Sequence[int]) -> None:
    rows = [row(ctx, person, score) for person, score in zip(people, scores, strict=True)]
    post_results(ctx, campaign=campaign, round_=round_, source=round_.source, rows=rows)


@pytest.fixture
def provisional(ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment]) -> Ranking:
    """A submitted ranking: one first, two who share the second rank, and two others."""
    post(ctx, campaign, round_, people, [3_000, 2_000, 2_000, 1_000, 0])
    ranking = build_ranking(ctx, campaign=campaign, round_=round_)
    submit_ranking(ctx, ranking=ranking)
    return ranking


def places(ctx: Context, ranking: Ranking) -> list[tuple[str, int]]:
    rows, _ = queries.standing_rows(ctx, ranking=ranking)
    return [(found.enrolment.code, found.standing.rank) for found in rows]
