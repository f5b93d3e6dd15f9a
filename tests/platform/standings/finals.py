"""A contest of two rounds, of which the second is only for the best of the first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from cuocthi.campaigns.settings import save_settings
from cuocthi.context import Actor
from cuocthi.contributions import ResultRow
from cuocthi.enrolments.entering import hold_open
from cuocthi.errors import Forbidden
from cuocthi.standings.admission import check_admitted
from cuocthi.standings.criteria import RULES_OWNER, Admission, RankingRules
from cuocthi.standings.domain import adopt_ranking, build_ranking, submit_ranking
from cuocthi.standings.results import post_results

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.clock import FixedClock
    from cuocthi.context import Context
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.standings.models import Ranking
    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase

#: The points of ten persons, of ten; two share place 3, and two place 6.
SCORES = (10, 9, 8, 8, 7, 6, 6, 4, 3, 2)


class Finals:
    """A first round that has closed, and a final that is open now for whom its rules admit."""

    def __init__(self, ctx: Context, make: Factories, clock: FixedClock) -> None:
        self.ctx, self.make = ctx, make
        self.campaign: Campaign = make.campaign(plugins=("sprint",))
        now = clock.now()
        self.first: Phase = make.round(self.campaign, "sprint", closes_at=now - timedelta(hours=1))
        self.final: Phase = make.round(self.campaign, "sprint", number=2, opens_at=now - timedelta(minutes=1))
        self.staff = [replace(ctx, actor=Actor(make.member(self.campaign).id)) for _ in range(2)]
        self.people: list[Enrolment] = []

    def admit(self, **limits: object) -> None:
        rules = RankingRules(admission=Admission(self.first.key, **limits))  # type: ignore[arg-type]
        save_settings(self.ctx, owner=RULES_OWNER, campaign=self.campaign, value=rules, round_=self.final)

    def rank(self, scores: Sequence[int] = SCORES) -> Ranking:
        """Post the points, and submit the ranking that is made of them."""
        if not self.people:
            self.people = [self.make.enrolment(self.campaign) for _ in scores]
        started = self.first.opens_at
        rows = [
            ResultRow(person.id, "1", score * 1000, 10_000, 60_000, started, started + timedelta(minutes=1))
            for person, score in zip(self.people, scores, strict=True)
        ]
        post_results(self.ctx, campaign=self.campaign, round_=self.first, source="sprint", rows=rows)
        made = build_ranking(self.staff[0], campaign=self.campaign, round_=self.first)
        submit_ranking(self.staff[0], ranking=made)
        return made

    def adopt(self, ranking: Ranking) -> None:
        for ctx in self.staff:
            adopt_ranking(ctx, ranking=ranking)

    def check(self, person: Enrolment, *, begun: bool = False) -> None:
        check_admitted(self.ctx, campaign=self.campaign, round_=self.final, enrolment=person, begun=begun)

    def hold(self, person: Enrolment, *, begun: bool = False) -> None:
        hold_open(self.ctx, campaign=self.campaign, round_=self.final, enrolment=person, begun=begun)

    def may(self, person: Enrolment) -> bool:
        try:
            self.check(person)
        except Forbidden:
            return False
        return True

    def admitted(self) -> list[int]:
        """The places in the list of people of those who are admitted."""
        return [number for number, person in enumerate(self.people) if self.may(person)]
