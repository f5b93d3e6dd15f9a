"""What the tests of prizes share: the plugin, a contest format to rank, and a campaign with an adopted ranking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from cuocthi.campaigns.settings import save_settings
from cuocthi.context import Actor, Context
from cuocthi.contributions import ResultRow
from cuocthi.standings.domain import adopt_ranking, build_ranking, submit_ranking
from cuocthi.standings.models import Ranking
from cuocthi.standings.results import post_results
from cuocthi.testing.lots import draw_lot
from cuocthi.testing.plugins import make_format
from cuocthi_prizes import plugin
from cuocthi_prizes.domain.award_lists import draw_up
from cuocthi_prizes.queries import OWNER
from cuocthi_prizes.settings import CollectiveTier, PrizeSet, PrizeSettings, Tier

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.clock import FixedClock
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.security.personal_data import Vault
    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase

    from .staging import Staging

PLAN = PrizeSettings(
    tiers=(
        Tier("nhat", "Giải Nhất", 1, 1_000_000),
        Tier("nhi", "Giải Nhì", 2, 800_000),
        Tier("ba", "Giải Ba", 3, 500_000),
        Tier("khuyen-khich", "Giải Khuyến khích", 10, 300_000),
    ),
    collective=(CollectiveTier("tap-the", "Giải tập thể"),),
    allotted=10_000_000,
)

#: The plan's tiers and its set.
(TIERS, COLLECTIVE) = (PLAN.sets[0].tiers, PLAN.sets[0].collective)

SCALE = 1000


def with_main(**changed: Any) -> PrizeSettings:
    """The plan with another set of prizes."""
    return replace(PLAN, sets=(replace(PLAN.sets[0], **changed),))


def of_sets(*sets: PrizeSet, **more: Any) -> PrizeSettings:
    """A scheme of these sets."""
    return PrizeSettings(sets=sets, **more)


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [make_format("sprint"), make_format("sums", counts=lambda *_: []), plugin]


@dataclass
class Contest:
    """A campaign with one round that is over, its committee, and what is done to its ranking."""

    ctx: Context
    make: Factories
    campaign: Campaign
    round_: Phase
    staff: tuple[Context, Context]
    people: list[Enrolment] = field(default_factory=list)

    def post(self, scores: Sequence[int]) -> None:
        """Post a result for each of the first persons, enrolling as many as it takes; equal scores are ties."""
        while len(self.people) < len(scores):
            self.people.append(self.make.enrolment(self.campaign))
        started = self.round_.opens_at
        rows = [
            ResultRow(person.id, "1", score * SCALE, 20 * SCALE, 60_000, started, started + timedelta(minutes=1))
            for person, score in zip(self.people, scores, strict=False)
        ]
        post_results(self.ctx, campaign=self.campaign, round_=self.round_, source="sprint", rows=rows)

    def provisional(self) -> Ranking:
        """Build a ranking and submit it."""
        ranking = build_ranking(self.staff[0], campaign=self.campaign, round_=self.round_)
        submit_ranking(self.staff[0], ranking=ranking)
        return ranking

    def lot(self, ranking: Ranking, rank: int) -> None:
        """Decide a tie by lot."""
        draw_lot(self.staff, ranking=ranking, rank=rank)

    def adopt(self, ranking: Ranking) -> Ranking:
        """Adopt a provisional ranking by both persons."""
        for ctx in self.staff:
            adopt_ranking(ctx, ranking=ranking)
        return ranking

    def rank(self, scores: Sequence[int]) -> Ranking:
        """Post results and adopt the ranking made of them."""
        self.post(scores)
        return self.adopt(self.provisional())

    def save(self, scheme: PrizeSettings) -> None:
        """Let a scheme be the present one, as if it had been stored before the contest or by two persons."""
        save_settings(self.staff[0], owner=OWNER, campaign=self.campaign, value=scheme)


def as_person(ctx: Context, user_id: int) -> Context:
    """The context of somebody else."""
    return replace(ctx, actor=Actor(user_id))


@pytest.fixture
def contest(ctx: Context, make: Factories, clock: FixedClock) -> Contest:
    """The plan's prizes over a round that closed an hour ago; nobody has taken part yet."""
    campaign = make.campaign(plugins=("sprint", "prizes"))
    round_ = make.round(campaign, "sprint", closes_at=clock.now() - timedelta(hours=1))
    first, second = (as_person(ctx, make.member(campaign).id) for _ in range(2))
    made = Contest(ctx, make, campaign, round_, (first, second))
    made.save(PLAN)
    return made


def unguarded(ctx: Context) -> None:
    """Take away what the database refuses, as somebody could who may change its tables."""
    connection = ctx.session.connection()
    if connection.dialect.name == "sqlite":
        names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
        for name in names:
            if name.startswith("prizes_"):
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        return
    for table in ("award_list", "award", "unit_award", "passed_over", "unit_figure"):
        connection.exec_driver_sql(f"ALTER TABLE prizes_{table} DISABLE TRIGGER USER")


#: Distinct scores of seventeen persons, the best first.
DISTINCT = tuple(range(20, 3, -1))


@pytest.fixture
def stage(contest: Contest, vault: Vault) -> Staging:
    """Make the draft of a contest by the plan, with these demands on candidates."""
    from .staging import Stage  # noqa: PLC0415 - it needs what stands here

    def staged(**demanded: Any) -> Stage:
        contest.save(replace(PLAN, **demanded))
        contest.rank(DISTINCT)
        return Stage(contest, vault, draw_up(contest.staff[0], campaign=contest.campaign))

    return staged
