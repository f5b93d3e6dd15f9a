"""What the tests of overall rankings share: two rounds of another format and one that adds them up."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from datetime import timedelta
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from cuocthi.campaigns.settings import save_settings
from cuocthi.context import Actor, Context
from cuocthi.contributions import Direction, Measure, ResultRow, Role
from cuocthi.standings.criteria import RULES_OWNER, Criterion, RankingRules
from cuocthi.standings.domain import adopt_ranking, build_ranking, submit_ranking
from cuocthi.standings.results import post_results
from cuocthi.testing.plugins import make_format
from cuocthi.text import T
from cuocthi_overall import plugin
from cuocthi_overall.settings import OWNER, OverallRanking, OverallSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cuocthi.campaigns.models import Campaign
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.standings.models import Ranking
    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase

#: (score, time used in seconds, error of a prediction or None)
Entry = tuple[int, int, int | None]
FULL = 10_000


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    error = Measure("error", T("Error"), "points", Direction.LOWEST)
    return [plugin, make_format("essays", measures=(error,))]


@dataclass
class Contest:
    """A campaign of some rounds that have closed, and one that adds them up, closed at the same time."""

    ctx: Context
    make: Factories
    campaign: Campaign
    rounds: list[Phase]
    overall: Phase
    jury: list[Context]
    people: dict[str, Enrolment] = field(default_factory=dict)

    def set(self, *rankings: OverallRanking) -> None:
        save_settings(self.ctx, owner=OWNER, campaign=self.campaign, value=OverallSettings(rankings))

    def rules(self, *keys: tuple[str, Direction]) -> None:
        """The criteria of the overall round."""
        criteria = tuple(Criterion(key, direction) for key, direction in keys)
        rules = RankingRules(criteria)
        save_settings(self.ctx, owner=RULES_OWNER, campaign=self.campaign, value=rules, round_=self.overall)

    def hold(self, round_: Phase, entries: Mapping[str, Entry]) -> Ranking:
        """Let people take part in a round, and submit its ranking."""
        self.post(round_, entries)
        ranking = build_ranking(self.ctx, campaign=self.campaign, round_=round_)
        submit_ranking(self.ctx, ranking=ranking)
        return ranking

    def post(self, round_: Phase, entries: Mapping[str, Entry]) -> None:
        """Let people take part in a round."""
        start = self.ctx.now - timedelta(days=1)
        rows = []
        for name, (score, seconds, error) in entries.items():
            if name not in self.people:
                self.people[name] = self.make.enrolment(self.campaign)
            person = self.people[name]
            ended = start + timedelta(seconds=seconds)
            measures = {} if error is None else {"error": error}
            rows.append(ResultRow(person.id, "1", score, FULL, seconds * 1_000, start, ended, measures))
        post_results(self.ctx, campaign=self.campaign, round_=round_, source="essays", rows=rows)

    def adopt(self, ranking: Ranking) -> None:
        for member in self.jury:
            adopt_ranking(member, ranking=ranking)

    def build(self) -> Ranking:
        return build_ranking(self.ctx, campaign=self.campaign, round_=self.overall)


@pytest.fixture
def contest(ctx: Context, make: Factories) -> Contest:
    campaign = make.campaign(plugins=("essays", "overall"))
    held = [
        make.round(campaign, "essays", opens_at=ctx.now - timedelta(days=9), closes_at=ctx.now, number=number)
        for number in (1, 2, 3)
    ]
    overall = make.round(campaign, OWNER, opens_at=ctx.now - timedelta(days=9), closes_at=ctx.now, number=4)
    jury = [dataclasses.replace(ctx, actor=Actor(make.member(campaign, Role.JURY).id)) for _ in range(2)]
    return Contest(ctx, make, campaign, held, overall, jury)
