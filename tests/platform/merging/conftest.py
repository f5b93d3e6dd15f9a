"""What the tests of merging share: two accounts of one person, and who may make them one."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.context import Actor, Context
from cuocthi.contributions import ResultRow, Role
from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.errors import Blocked
from cuocthi.merging.domain import merge_people, undo_merger
from cuocthi.merging.models import Merger
from cuocthi.merging.planning import plan_merger
from cuocthi.merging.telling_apart import tell_apart
from cuocthi.standings.domain import adopt_ranking, build_ranking, submit_ranking
from cuocthi.standings.models import Ranking, Result, Standing
from cuocthi.standings.results import post_results
from cuocthi.testing.plugins import make_format
from cuocthi.users.models import User

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.merging.planning import Plan
    from cuocthi.security.personal_data import Vault
    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase


WHY = "Gọi lại cả hai số, cùng một người nghe máy"
on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

moved: list[tuple[int, int]] = []


def finishers() -> list[sa.Select[tuple[int]]]:
    return [sa.select(Result.enrolment_id)]


def enrolments_moved(enrolments: list[Enrolment]) -> None:
    moved.extend((enrolment.id, enrolment.user_id) for enrolment in enrolments)


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [make_format("essays", finishers, enrolments_moved)]


@pytest.fixture(autouse=True)
def nothing_moved() -> None:
    moved.clear()


@dataclasses.dataclass
class World:
    """A contest, somebody of its support, and Đào, who registered with her phone and again with her e-mail address."""

    ctx: Context
    make: Factories
    vault: Vault
    campaign: Campaign
    round_: Phase
    first: Enrolment
    second: Enrolment
    kept: User
    merged: User

    def plan(self, kept: User | None = None, merged: User | None = None) -> Plan:
        kept, merged = kept or self.kept, merged or self.merged
        return plan_merger(self.ctx, kept_id=kept.id, merged_id=merged.id, vault=self.vault)

    def merge(
        self, kept: User | None = None, merged: User | None = None, *, admin: bool = False, reason: str = WHY
    ) -> Merger:
        kept, merged = kept or self.kept, merged or self.merged
        seen = self.plan(kept, merged).digest
        return merge_people(
            self.admin() if admin else self.ctx,
            campaign=None if admin else self.campaign,
            kept_id=kept.id,
            merged_id=merged.id,
            expected=seen,
            reason=reason,
            vault=self.vault,
        )

    def admin(self) -> Context:
        return dataclasses.replace(self.ctx, actor=Actor(self.make.user(admin=True).id))

    def say_apart(self, first: User, second: User, *, admin: bool = False) -> None:
        tell_apart(
            self.admin() if admin else self.ctx,
            campaign=None if admin else self.campaign,
            first_id=first.id,
            second_id=second.id,
            reason="Hai mẹ con",
            vault=self.vault,
        )

    def undo(self, merger: Merger, campaign: Campaign | None = None) -> None:
        ctx = dataclasses.replace(self.ctx, now=self.ctx.now + timedelta(hours=1))
        undo_merger(ctx, campaign=campaign or self.campaign, merger=merger, reason="Hai chị em", vault=self.vault)

    def hand_in(self, *entrants: Enrolment) -> None:
        start = self.ctx.now - timedelta(days=1)
        rows = [
            ResultRow(one.id, "1", 1_000 * place, 9_000, 60_000, start, start + timedelta(minutes=1))
            for place, one in enumerate(entrants, 1)
        ]
        post_results(self.ctx, campaign=self.campaign, round_=self.round_, source="essays", rows=rows)

    def adopt(self) -> Ranking:
        ranking = build_ranking(self.ctx, campaign=self.campaign, round_=self.round_)
        submit_ranking(self.ctx, ranking=ranking)
        for _ in range(2):
            adopt_ranking(dataclasses.replace(self.ctx, actor=Actor(self.make.user().id)), ranking=ranking)
        return ranking

    def order(self, ranking: Ranking) -> list[tuple[int, int]]:
        found = sa.select(Standing.enrolment_id, Standing.rank).where(Standing.ranking_id == ranking.id)
        return [(one, rank) for one, rank in self.ctx.session.execute(found.order_by(Standing.rank))]

    def state(self, enrolment: Enrolment) -> tuple[EnrolmentState, str]:
        self.ctx.session.refresh(enrolment)
        return enrolment.state, enrolment.excluded_reason


@pytest.fixture
def world(ctx: Context, make: Factories, vault: Vault) -> World:
    campaign = make.campaign("thi", plugins=("essays",))
    helper = make.member(campaign, Role.SUPPORT)
    closed = ctx.now - timedelta(hours=1)
    round_ = make.round(campaign, "essays", opens_at=closed - timedelta(days=9), closes_at=closed)
    first = make.enrolment(campaign, user=make.user("Nguyễn Thị Đào", contact="0912345678"))
    second = make.enrolment(campaign, user=make.user("Nguyễn Thị Đào", contact="dao@example.vn"))
    first.enrolled_at -= timedelta(days=2)
    ctx.session.flush()
    acting = dataclasses.replace(ctx, actor=Actor(helper.id))
    return World(acting, make, vault, campaign, round_, first, second, first.user, second.user)


def refused(world: World, kept: User | None = None, merged: User | None = None, *, admin: bool = False) -> list[str]:
    with pytest.raises(Blocked) as error:
        world.merge(kept, merged, admin=admin)
    assert world.merged.active
    return [str(reason) for reason in error.value.reasons]
