"""What the tests of publishing share: the plugin, stand-ins for a format and for prizes, and a contest to publish."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from cuocthi.campaigns.settings import save_settings
from cuocthi.context import Actor, Context
from cuocthi.contributions import (
    Act,
    Award,
    AwardList,
    Blocker,
    Column,
    LegalAct,
    PublicationSection,
    ResultRow,
)
from cuocthi.enrolments.models import Enrolment
from cuocthi.rules.domain import issue_rules
from cuocthi.security.signing import Signer
from cuocthi.standings.domain import adopt_ranking, build_ranking, submit_ranking
from cuocthi.standings.queries import standing_rows
from cuocthi.standings.results import post_results
from cuocthi.testing.plugins import make_format, make_plugin
from cuocthi.text import T
from cuocthi_publishing import plugin
from cuocthi_publishing.domain.releases import make as make_release
from cuocthi_publishing.domain.releases import publish
from cuocthi_publishing.domain.stored import snapshot_of
from cuocthi_publishing.models import Release
from cuocthi_publishing.outputs.bundle import files
from cuocthi_publishing.outputs.published import Published
from cuocthi_publishing.settings import OWNER, PublishSettings

from .described import complaints

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.clock import FixedClock
    from cuocthi.config import Config
    from cuocthi.standings.models import Ranking
    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase
    from cuocthi_publishing.domain.choice import Choice

#: What must not be found in any output: a contact as a person may have typed it into a name or a text.
PHONE, EMAIL = "0912 345 678", "thu.ha@example.com"
#: How many winners the stand-in for prizes names.
WINNERS = 3
NAMES = (
    "Nguyễn Thị Phương Thảo",
    "Trần Quốc Khánh",
    "Phạm Ngọc Minh Nguyệt Ánh",
    "Lê Văn Đức",
    "Đỗ Thị Huyền",
    "Vũ Hoàng Long",
    "Bùi Thị Mai Hương",
    f"Hoàng Gia Bảo {PHONE}",
)


def _sprint() -> ModuleType:
    """A contest format that contributes a section in which a person, a contact and a formula stand."""

    def publication_sections(ctx: Context, campaign: Campaign) -> list[PublicationSection]:
        columns = [Column("who", "Người", "person"), Column("what", "Ghi chú"), Column("seconds", "Giây", "integer")]
        ids = ctx.session.scalars(sa.select(Enrolment.id).where(Enrolment.name.in_(NAMES[4:6])).order_by(Enrolment.id))
        notes = [(f"=SUM(A1); gọi {PHONE}", 61), (f"thư {EMAIL}", None)]
        rows = [(who, *rest) for who, rest in zip(ids, notes, strict=False)]
        return [PublicationSection("fastest", "Nhanh nhất", columns, rows, f"Hỏi {EMAIL}", chart="bar", order=40)]

    return make_format("sprint", publication_sections)


#: By what a list of honours is final.
ACTS: dict[str, Any] = {
    "minutes": LegalAct("07/BB-BTC", date(2024, 10, 1), "Ban Tổ chức"),
    "decision": LegalAct("152/QĐ-STTTT", date(2024, 10, 9), "Sở Thông tin và Truyền thông"),
    "final_digest": "f" * 64,
}


def _honours() -> ModuleType:
    """Prizes of a kind: the first three of each adopted ranking; the campaign's tagline may be "not yet" or "final"."""

    def act_blockers(ctx: Context, campaign: Campaign, act: Act, round_: Phase | None) -> list[Blocker]:
        waiting = act is Act.PUBLISH and campaign.tagline == "not yet"
        return [Blocker("list", T("The award list has not been adopted yet."))] if waiting else []

    def award_lists(ctx: Context, campaign: Campaign) -> list[AwardList]:
        from cuocthi_publishing.queries import adopted_rankings  # noqa: PLC0415 - a stand-in needs no more

        found = []
        for round_, ranking in adopted_rankings(ctx, campaign_id=campaign.id):
            rows, _ = standing_rows(ctx, ranking=ranking, limit=WINNERS)
            awards = [
                Award("nhat", f"Giải {place}", 1_000_000 // place, row.enrolment.name, row.enrolment.unit_name,
                      row.enrolment.id, row.enrolment.unit_id)
                for place, row in enumerate(rows, start=1)
            ]  # fmt: skip
            total = sum(award.value for award in awards)
            made = AwardList(f"list-{round_.key}", "Danh sách đạt giải", awards, ranking.digest, ctx.now, total)
            found.append(replace(made, **ACTS) if campaign.tagline == "final" else made)
        return found

    results, awards = frozenset({"results"}), frozenset({"awards"})
    return make_plugin("honours", act_blockers, award_lists, provides=awards, requires=results)


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [_sprint(), _honours(), plugin]


@pytest.fixture(autouse=True, scope="session")
def every_release_is_as_the_schema_says() -> Iterator[None]:
    """Hold every release that a test makes against the schema of releases."""

    def check(_mapper: object, _connection: object, release: Release) -> None:
        assert complaints(json.loads(release.snapshot)) == []

    event.listen(Release, "after_insert", check)
    yield
    event.remove(Release, "after_insert", check)


@dataclass
class Contest:
    """A campaign with one round that is over, its committee, and what is done with its results."""

    ctx: Context
    make: Factories
    campaign: Campaign
    round_: Phase
    staff: tuple[Context, Context]
    signer: Signer
    source: str = "sprint"
    people: list[Enrolment] = field(default_factory=list)

    def let_out(self, settings: PublishSettings) -> None:
        """Have that published by default, as the rules say that are issued with it."""
        save_settings(self.ctx, owner=OWNER, campaign=self.campaign, value=settings)
        issue_rules(self.ctx, campaign=self.campaign, write=str)

    def post(self, scores: Sequence[int]) -> None:
        """Post a result for each person, the best first."""
        started = self.round_.opens_at
        rows = [
            ResultRow(person.id, "1", score * 1000, 20_000, 61_500, started, started + timedelta(minutes=1))
            for person, score in zip(self.people, scores, strict=True)
        ]
        post_results(self.ctx, campaign=self.campaign, round_=self.round_, source=self.source, rows=rows)

    def adopt(self, scores: Iterable[int] = ()) -> Ranking:
        """Post results, build a ranking of them and adopt it by both persons."""
        self.post(list(scores) or [20 - place for place in range(len(self.people))])
        ranking = build_ranking(self.staff[0], campaign=self.campaign, round_=self.round_)
        submit_ranking(self.staff[0], ranking=ranking)
        for ctx in self.staff:
            adopt_ranking(ctx, ranking=ranking)
        return ranking

    def release(self, note: str = "", choice: Choice | None = None, not_before: datetime | None = None) -> Release:
        """Make a release as the first person."""
        return make_release(self.staff[0], campaign=self.campaign, choice=choice, note=note, not_before=not_before)

    def files(self, release: Release) -> dict[str, bytes]:
        """The files of a release's bundle."""
        published = Published(snapshot_of(release), release.digest)
        return files(published, signer=self.signer, now=self.ctx.now)

    def later(self, clock: FixedClock, **spans: int) -> None:
        """Let time pass for everybody."""
        clock.advance(timedelta(**spans))
        self.ctx, first, second = (replace(one, now=clock.now()) for one in (self.ctx, *self.staff))
        self.staff = (first, second)

    def publish(self, note: str = "", choice: Choice | None = None, not_before: datetime | None = None) -> Release:
        """Make a release and confirm it as the second person."""
        made = self.release(note, choice, not_before)
        return publish(self.staff[1], campaign=self.campaign, number=made.number, digest=made.digest)


@pytest.fixture
def contest(ctx: Context, make: Factories, clock: FixedClock, config: Config) -> Contest:
    """Eight people of two units in a round that closed an hour ago; the bigger unit has six of them."""
    campaign = make.campaign("hoi-thi", plugins=("sprint", "honours", "publishing"))
    round_ = make.round(campaign, "sprint", closes_at=clock.now() - timedelta(hours=1))
    first, second = (replace(ctx, actor=Actor(make.member(campaign).id)) for _ in range(2))
    made = Contest(ctx, make, campaign, round_, (first, second), Signer(config.key_file))
    big, small = make.unit("Sở Thông tin và Truyền thông"), make.unit("Xã Minh Quang")
    make.headcount(campaign, big, 12)
    for place, name in enumerate(NAMES):
        user = make.user(name, contact=f"09123456{place:02d}")
        unit = small if place in {1, 4} else big
        made.people.append(make.enrolment(campaign, user=user, unit=unit))
    return made
