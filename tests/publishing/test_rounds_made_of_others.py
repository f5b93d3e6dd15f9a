"""A ranking made of other rounds' rankings goes out like any other; what its people did is not counted again."""

from __future__ import annotations

from types import ModuleType

import pytest

from cuocthi.campaigns.models import Campaign
from cuocthi.context import Context
from cuocthi.contributions import CountedRound
from cuocthi.testing.plugins import make_format
from cuocthi.timelines.models import Phase
from cuocthi.timelines.queries import rounds
from cuocthi_publishing.domain.stored import snapshot_of
from cuocthi_publishing.reports.drawing_up import gather

from .conftest import Contest


def _table() -> ModuleType:
    """A contest format whose rounds add up all others."""

    def counts(ctx: Context, campaign: Campaign, round_: Phase) -> list[CountedRound]:
        return [CountedRound(one.id) for one in rounds(ctx, campaign_id=campaign.id) if one.id != round_.id]

    return make_format("table", counts=counts)


@pytest.fixture(scope="session")
def plugins(plugins: list[ModuleType]) -> list[ModuleType]:
    return [*plugins, _table()]


def test_the_entries_of_a_contest_are_counted_once(contest: Contest) -> None:
    contest.campaign.plugins = [*contest.campaign.plugins, "table"]
    first = contest.adopt()
    contest.round_ = contest.make.round(contest.campaign, "table", closes_at=contest.round_.closes_at, number=2)
    contest.source = "table"
    whole = contest.adopt()
    assert first.entries == whole.entries == len(contest.people)
    snapshot = snapshot_of(contest.release())
    assert {one["key"]: one["value"] for one in snapshot["figures"]}["entries"] == first.entries
    assert [one["kind"] for one in snapshot["sources"]].count("ranking") == 2
    material = gather(contest.ctx, campaign=contest.campaign, write=str)
    assert (len(material.ranked), [ranking for _round, ranking in material.core.ranked]) == (2, [first])
