"""A ranking is built, submitted and built again; every version stays as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.context import Context
from cuocthi.errors import Conflict
from cuocthi.standings import queries
from cuocthi.standings.domain import adopt_ranking, build_ranking, submit_ranking
from cuocthi.standings.models import Ranking, RankingState, Standing

from .conftest import places, post, refreshed

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.timelines.models import Phase


def test_building_asks_the_format_first_and_replaces_an_unsubmitted_draft(
    ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment]
) -> None:
    post(ctx, campaign, round_, people, [1_000] * 5)
    first = build_ranking(ctx, campaign=campaign, round_=round_)
    assert refreshed == [round_.id]
    digest = first.digest
    post(ctx, campaign, round_, people, [1_000, 2_000, 0, 0, 0])
    second = build_ranking(ctx, campaign=campaign, round_=round_)
    assert (second.number, second.state) == (1, RankingState.DRAFT)
    assert second.digest != digest
    assert ctx.session.scalar(sa.select(sa.func.count()).select_from(Ranking)) == 1
    assert ctx.session.scalar(sa.select(sa.func.count()).select_from(Standing)) == 5


def test_what_was_submitted_stays_as_it_was(
    ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment], provisional: Ranking
) -> None:
    before, digest = places(ctx, provisional), provisional.digest
    post(ctx, campaign, round_, people, [0, 0, 0, 0, 3_000])
    later = build_ranking(ctx, campaign=campaign, round_=round_)
    ctx.session.expire_all()
    assert (places(ctx, provisional), provisional.digest) == (before, digest)
    assert (later.number, later.digest != digest) == (2, True)
    with pytest.raises(Conflict):
        submit_ranking(ctx, ranking=provisional)
    submit_ranking(ctx, ranking=later)
    ctx.session.refresh(provisional)
    assert provisional.state is RankingState.SUPERSEDED


def test_the_next_adopted_version_supersedes_the_one_before(
    ctx: Context,
    campaign: Campaign,
    round_: Phase,
    people: list[Enrolment],
    provisional: Ranking,
    jury: list[Context],
) -> None:
    for member in jury[:2]:
        adopt_ranking(member, ranking=provisional)
    assert queries.adopted_ranking(ctx, round_=round_) is provisional
    post(ctx, campaign, round_, people, [0, 0, 0, 0, 3_000])
    later = build_ranking(ctx, campaign=campaign, round_=round_)
    submit_ranking(ctx, ranking=later)
    assert queries.adopted_ranking(ctx, round_=round_) is provisional, "until the next one is adopted"
    for member in jury[1:]:
        adopt_ranking(member, ranking=later)
    ctx.session.expire_all()
    assert provisional.state is RankingState.SUPERSEDED
    assert queries.adopted_ranking(ctx, round_=round_) is later
