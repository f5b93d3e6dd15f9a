"""Looking ahead: what other results would do to a ranking and to what rests on it, done and undone again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.contributions import Impact
from cuocthi.standings.domain import adopt_ranking, build_ranking, submit_ranking
from cuocthi.standings.models import Ranking, Result, Standing
from cuocthi.standings.previews import NAMED, Move, basis_of, preview
from cuocthi.standings.results import post_results
from cuocthi.testing.plugins import make_format, make_plugin
from cuocthi.text import T

from .conftest import row

if TYPE_CHECKING:
    from types import ModuleType

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase


def results_impact(ctx: Context, round_: Phase, before: Ranking, after: Ranking) -> list[Impact]:
    """A plugin that invites the best to a final."""

    def best(ranking: Ranking) -> int:
        first = sa.select(Standing.enrolment_id).where(Standing.ranking_id == ranking.id, Standing.rank == 1)
        return ctx.session.scalars(first).one()

    was, would_be = best(before), best(after)
    return [Impact("in", T("would be invited"), would_be)] if was != would_be else []


def failing(before: Ranking) -> None:
    raise RuntimeError(str(before.number))


failing.__name__ = "results_impact"


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [make_format("essays"), make_plugin("finals", results_impact), make_plugin("broken", failing)]


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    return make.campaign(plugins=("essays", "finals"))


def post(ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment], *scores: int) -> None:
    rows = [row(ctx, person, score) for person, score in zip(people, scores, strict=True)]
    post_results(ctx, campaign=campaign, round_=round_, source="essays", rows=rows)


def stored(ctx: Context) -> list[object]:
    kinds = (Result, Ranking, Standing)
    return [sorted(map(tuple, ctx.session.execute(sa.select(kind.__table__))), key=repr) for kind in kinds]


def test_who_would_move_and_what_would_follow_is_told_and_nothing_stays(
    ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment]
) -> None:
    post(ctx, campaign, round_, people, 30, 20, 10, 5, 1)
    now = build_ranking(ctx, campaign=campaign, round_=round_)
    before = stored(ctx)
    (found,) = preview(
        ctx,
        campaign=campaign,
        rounds=[round_],
        act=lambda: post(ctx, campaign, round_, people, 30, 40, 10, 5, 1),
    )
    assert found.moves == [Move(people[1].id, 2, 1), Move(people[0].id, 1, 2)]
    assert (found.persons, found.rescored, found.up, found.down) == (5, 1, 1, 1)
    assert [(one.key, one.enrolment_id) for one in found.impacts] == [("in", people[1].id)]
    assert found.adopted is None
    assert stored(ctx) == before
    assert now.number == 1
    # What was foretold is what comes of it.
    post(ctx, campaign, round_, people, 30, 40, 10, 5, 1)
    assert build_ranking(ctx, campaign=campaign, round_=round_).digest == found.digest


def test_without_a_ranking_it_is_compared_with_the_one_that_could_be_built(
    ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment]
) -> None:
    post(ctx, campaign, round_, people, 5, 4, 3, 2, 1)
    (found,) = preview(ctx, campaign=campaign, rounds=[round_], act=lambda: None)
    assert (found.persons, found.up, found.down, found.moves, found.impacts) == (5, 0, 0, [], [])
    assert ctx.session.scalar(sa.select(sa.func.count()).select_from(Ranking)) == 0


def test_an_adopted_ranking_is_named_and_stays(
    ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment], jury: list[Context]
) -> None:
    post(ctx, campaign, round_, people, 5, 4, 3, 2, 1)
    ranking = build_ranking(ctx, campaign=campaign, round_=round_)
    submit_ranking(ctx, ranking=ranking)
    for person in jury[:2]:
        adopt_ranking(person, ranking=ranking)
    (found,) = preview(
        ctx, campaign=campaign, rounds=[round_], act=lambda: post(ctx, campaign, round_, people, 1, 2, 3, 4, 5)
    )
    assert found.adopted == ranking.number
    assert found.up + found.down == 4
    assert len(found.moves) <= NAMED


def test_a_plugin_that_fails_stops_it_and_nothing_stays(
    ctx: Context, make: Factories, people: list[Enrolment], round_: Phase, campaign: Campaign
) -> None:
    post(ctx, campaign, round_, people, 5, 4, 3, 2, 1)
    campaign.plugins = [*campaign.plugins, "broken"]
    before = stored(ctx)
    with pytest.raises(RuntimeError):
        preview(ctx, campaign=campaign, rounds=[round_], act=lambda: None)
    assert stored(ctx) == before


def test_results_of_an_open_round_are_no_part_of_what_it_rests_on(
    ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment]
) -> None:
    open_ = replace(ctx, now=round_.opens_at)
    seen = [basis_of(one, campaign=campaign, rounds=[round_]) for one in (open_, ctx)]
    post(ctx, campaign, round_, people, 5, 4, 3, 2, 1)
    again = [basis_of(one, campaign=campaign, rounds=[round_]) for one in (open_, ctx)]
    assert again[0] == seen[0]
    assert again[1] != seen[1]
    assert seen[0] != seen[1]
