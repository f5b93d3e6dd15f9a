"""What the tests of complaints share: a round with provisional results, whoever complains, and who deals with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from cuocthi.campaigns.settings import save_settings
from cuocthi.context import Actor, Context
from cuocthi.contributions import Act, Award, AwardList, Blocker, Browser, CountedRound, ResultRow, Role
from cuocthi.standings.criteria import RULES_OWNER, RankingRules
from cuocthi.standings.domain import build_ranking, submit_ranking
from cuocthi.standings.models import Ranking
from cuocthi.standings.results import post_results
from cuocthi.testing.plugins import make_format
from cuocthi.timelines.queries import rounds
from cuocthi.users.models import ContactKind
from cuocthi_inquiries import plugin
from cuocthi_inquiries.domain import filing, handling
from cuocthi_inquiries.domain.filing import Said
from cuocthi_inquiries.domain.telling import Post
from cuocthi_inquiries.models import Complaint, ComplaintAbout
from cuocthi_inquiries.queries import load_inquiry_settings
from cuocthi_inquiries.settings import OWNER

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.config import Config
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.security.personal_data import Vault
    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase
    from cuocthi.users.models import User

HOURS = 48
PERIOD = timedelta(hours=HOURS)
BODY = "Bài của tôi nộp lúc 16h58 nhưng bảng xếp hạng ghi 17h02; đề nghị kiểm tra lại nhật ký."
PDF_FILE = b"%PDF-1.4 minh chung"
BASE = "/c/hoi-thi/inquiries/complaints/"
STAFF = "/c/hoi-thi/inquiries/staff/complaints/"

on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SignIn = Callable[["User"], Browser]
#: When awards were adopted, if they were.
adopted_awards: list[datetime] = []


def award_lists() -> list[AwardList]:
    award = Award("first", "Giải Nhất", 1_000_000, "Nguyễn Thị Đào", "Xã Đông Hoàng")
    return [AwardList("awards", "Giải thưởng", [award], "0" * 64, moment, 1_000_000) for moment in adopted_awards]


def every_essay(ctx: Context, campaign: Campaign, _round: Phase) -> list[CountedRound]:
    """What counts in a round that adds others up."""
    return [CountedRound(one.id) for one in rounds(ctx, campaign_id=campaign.id, source="essays")]


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [plugin, make_format("essays", award_lists), make_format("sums", counts=every_essay)]


@pytest.fixture(autouse=True)
def no_awards() -> None:
    adopted_awards.clear()


@dataclass
class Desk:
    """A campaign in which people complain, and its committees."""

    ctx: Context
    make: Factories
    campaign: Campaign
    round: Phase
    ranking: Ranking
    people: list[Enrolment]
    organiser: User
    jurors: list[User]
    supporter: User
    config: Config
    vault: Vault

    @property
    def post(self) -> Post:
        """By what people are written to."""
        return Post(self.vault, {ContactKind.EMAIL}, lambda complaint: f"https://thi.example.vn/{complaint.id}")

    @property
    def until(self) -> datetime:
        """The end of the time for complaints."""
        return self.ctx.now + PERIOD

    def by(self, user: User | None, *, now: datetime | None = None) -> Context:
        """The context of an act of somebody."""
        return replace(self.ctx, actor=Actor(user.id if user else None), now=now or self.ctx.now)

    def file(self, person: Enrolment | None = None, *, now: datetime | None = None, **given: Any) -> Complaint:
        """Let somebody complain, the first of the people unless told otherwise."""
        token = given.pop("token", f"token-{len(self.ctx.session.query(Complaint).all())}")
        said = Said(given.pop("about", ComplaintAbout.RESULT), given.pop("body", BODY), **given)
        return filing.file_complaint(
            self.by((person or self.people[0]).user, now=now),
            campaign=self.campaign,
            round_=self.round,
            said=said,
            token=token,
            folder=self.config.files,
            post=self.post,
        )

    def assign(self, complaint: Complaint, to: User | None = None, *, seen: int | None = None) -> Complaint:
        """Give a complaint to the supporter, or to somebody else."""
        return handling.assign(
            self.by(self.organiser),
            campaign=self.campaign,
            complaint_id=complaint.id,
            handler_id=(to or self.supporter).id,
            seen=seen,
            post=self.post,
        )

    def settings(self, **values: Any) -> None:
        """Change how complaints are taken."""
        now = load_inquiry_settings(self.ctx, campaign=self.campaign).value
        save_settings(self.ctx, owner=OWNER, campaign=self.campaign, value=replace(now, **values))

    def blockers(
        self, act: Act = Act.ADOPT_RANKING, *, now: datetime | None = None, round_: Phase | None = None
    ) -> list[str]:
        """What stands against an act in the round, or in another one."""
        ctx = replace(self.ctx, now=now or self.ctx.now)
        found = ctx.hooks.collect(ctx, self.campaign, "act_blockers", Blocker, act=act, round_=round_ or self.round)
        return [blocker.key for blocker in found]


@pytest.fixture
def desk(ctx: Context, make: Factories, config: Config, vault: Vault) -> Desk:
    campaign = make.campaign("hoi-thi", plugins=("essays", "sums", "inquiries"))
    round_ = make.round(campaign, "essays", opens_at=ctx.now - timedelta(days=9), closes_at=ctx.now)
    names = ("Nguyễn Thị Đào", "Trần Văn Tùng", "Nguyễn Hoàng Phương Thảo Anh Tôn Nữ Công Tằng")
    people = [
        make.enrolment(campaign, user=make.user(name, contact=f"p{n}@example.vn")) for n, name in enumerate(names)
    ]
    for person in people:
        person.user.contacts[0].verified_at = ctx.now
    save_settings(ctx, owner=RULES_OWNER, campaign=campaign, value=RankingRules(objection_hours=HOURS))
    start = ctx.now - timedelta(days=1)
    rows = [
        ResultRow(person.id, "1", 1_000 * n, 3_000, 60_000, start, start + timedelta(minutes=1), {})
        for n, person in enumerate(people)
    ]
    post_results(ctx, campaign=campaign, round_=round_, source="essays", rows=rows)
    ranking = build_ranking(ctx, campaign=campaign, round_=round_)
    submit_ranking(ctx, ranking=ranking)
    return Desk(
        ctx,
        make,
        campaign,
        round_,
        ranking,
        people,
        organiser=make.member(campaign, Role.ORGANISING, user=make.user("Phạm Thị Thu Hà")),
        jurors=[make.member(campaign, Role.JURY, user=make.user(f"Giám khảo {n}")) for n in range(2)],
        supporter=make.member(campaign, Role.SUPPORT, user=make.user("Vũ Thị Lan Anh")),
        config=config,
        vault=vault,
    )
