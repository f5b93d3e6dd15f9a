"""A contest with a draft of an award list, and everything that a test does to its candidates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from cuocthi.context import Context
from cuocthi.security.personal_data import Vault
from cuocthi_prizes.candidates import asking, checks
from cuocthi_prizes.candidates.decisions import Document
from cuocthi_prizes.candidates.details import Details
from cuocthi_prizes.candidates.models import Candidacy, CandidateCheck, Way
from cuocthi_prizes.domain.award_lists import adopt, adoption_obstacles, draw_up
from cuocthi_prizes.models import AwardList, PassedOverKind
from cuocthi_prizes.settings import Check

from .conftest import Contest, as_person

DOCUMENT = Document("12/BB-BTC", date(2024, 10, 1))
DECLINED: dict[str, Any] = {
    "kind": PassedOverKind.DECLINED,
    "reason": "Báo qua điện thoại",
    "by": DOCUMENT,
    "post": None,
}
LATE: dict[str, Any] = {"kind": PassedOverKind.NO_ANSWER, "reason": "Quá hạn", "by": DOCUMENT, "post": None}
NUMBER = "034090001234"
ACCOUNT = Details(NUMBER, "1903 4567 8901", "Vietcombank, chi nhánh Thái Bình", "NGUYEN VAN A")


def number_of(place: int) -> str:
    """An ID number for each place of the ranking, that of the first being NUMBER."""
    return f"{int(NUMBER) + place:012}"


@dataclass
class Stage:
    """A contest with a draft, and everything a test does to its candidates."""

    contest: Contest
    vault: Vault
    draft: AwardList

    @property
    def ctx(self) -> Context:
        return self.contest.staff[0]

    @property
    def here(self) -> dict[str, Any]:
        return {"campaign": self.contest.campaign, "number": self.draft.number}

    def who(self, place: int) -> dict[str, Any]:
        return {**self.here, "enrolment_id": self.contest.people[place].id}

    def own(self, place: int, *, after: timedelta = timedelta()) -> Context:
        """The context of a candidate, some time later."""
        ctx = as_person(self.ctx, self.contest.people[place].user_id)
        return replace(ctx, now=ctx.now + after)

    def check(self, place: int, kind: Check = Check.IDENTITY, how: str = "Gặp trực tiếp") -> CandidateCheck:
        return checks.record_check(self.ctx, **self.who(place), kind=kind, how=how, vault=self.vault)

    def ask(self, until: date | None = None) -> int:
        return asking.ask(self.ctx, **self.here, until=until, post=None)

    def candidacy(self, place: int) -> Candidacy:
        return self.ctx.session.scalars(
            sa.select(Candidacy)
            .where(Candidacy.enrolment_id == self.contest.people[place].id)
            .execution_options(populate_existing=True)
        ).one()

    def answer(self, place: int, *, after: timedelta = timedelta(), way: Way = Way.ACCOUNT, number: str = "") -> None:
        asking.answer(
            self.own(place, after=after),
            campaign=self.contest.campaign,
            candidacy_id=self.candidacy(place).id,
            way=way,
            entered=replace(ACCOUNT, citizen_id=number or number_of(place)),
            born=None,
            vault=self.vault,
        )

    def obstacles(self) -> list[str]:
        found = adoption_obstacles(self.ctx, campaign=self.contest.campaign, award_list=self.draft, vault=self.vault)
        return [str(text) for text in found]

    def draw(self) -> AwardList:
        self.draft = draw_up(self.ctx, campaign=self.contest.campaign)
        return self.draft

    def adopt(self) -> None:
        for ctx in self.contest.staff:
            adopt(ctx, **self.here, digest=self.draft.digest, vault=self.vault)

    def names(self) -> list[int]:
        return [self.contest.people.index(one) for one in self.contest.people if one.id in self.awarded]

    @property
    def awarded(self) -> set[int]:
        return {award.enrolment_id for award in self.draft.awards}


Staging = Callable[..., Stage]


def late(stage: Stage) -> timedelta:
    """How long it takes until the time to answer is over."""
    answer_by = stage.candidacy(0).answer_by
    assert answer_by is not None
    return answer_by - stage.ctx.now
