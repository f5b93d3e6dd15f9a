"""What prizes tell the rest of the platform: gates, panels, clauses, readiness, award lists, the campaign file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.context import Context
from cuocthi.contributions import Act, AwardList, Blocker, CampaignPart, Duty, Panel, ReadinessItem, RuleClause
from cuocthi.errors import Conflict, InvalidData
from cuocthi.standings.decisions import exclude_entry
from cuocthi_prizes.domain.award_lists import adopt, draw_up
from cuocthi_prizes.domain.rehearsal import rehearse
from cuocthi_prizes.models import Award
from cuocthi_prizes.models import AwardList as List
from cuocthi_prizes.settings import PrizeSettings

from .adopted import final
from .conftest import DISTINCT, PLAN, Contest, as_person, unguarded

if TYPE_CHECKING:
    from cuocthi.testing.factories import Factories


def publish_blockers(contest: Contest) -> list[str]:
    found = contest.ctx.hooks.collect(
        contest.ctx, contest.campaign, "act_blockers", Blocker, act=Act.PUBLISH, round_=None
    )
    return [blocker.key for blocker in found]


def adopted_lists(contest: Contest) -> list[AwardList]:
    return contest.ctx.hooks.collect(contest.ctx, contest.campaign, "award_lists", AwardList)


def award(contest: Contest, statement: str = "") -> List:
    made = draw_up(contest.staff[0], campaign=contest.campaign, statement=statement)
    for ctx in contest.staff:
        adopt(ctx, campaign=contest.campaign, number=made.number, digest=made.digest)
    return made


def test_publishing_waits_for_the_awards_and_for_those_of_the_present_ranking(contest: Contest) -> None:
    contest.rank(DISTINCT)
    assert publish_blockers(contest) == [f"awards-main-{contest.round_.id}"]
    award(contest)
    assert publish_blockers(contest) == []
    exclude_entry(contest.staff[0], enrolment=contest.people[0], reason="Thành viên Tổ Giúp việc")
    contest.adopt(contest.provisional())
    assert publish_blockers(contest) == ["ranking-1"]
    award(contest, "Loại một người")
    assert publish_blockers(contest) == []


def test_without_prizes_nothing_waits(contest: Contest) -> None:
    contest.save(PrizeSettings())
    assert publish_blockers(contest) == []


def test_an_adopted_list_is_handed_to_whoever_publishes(contest: Contest) -> None:
    contest.rank(DISTINCT)
    assert adopted_lists(contest) == []
    award(contest)
    (found,) = adopted_lists(contest)
    assert (len(found.awards), found.total_value, found.adopted_at) == (16, 7_100_000, contest.ctx.now)
    assert (found.awards[0].recipient, found.awards[0].title) == (contest.people[0].name, "Giải Nhất")
    assert found.title == "Danh sách cá nhân, tập thể đạt giải"


def test_a_list_that_was_changed_behind_our_back_is_not_handed_out(contest: Contest) -> None:
    contest.rank(DISTINCT)
    award(contest)
    unguarded(contest.ctx)
    contest.ctx.session.execute(sa.update(Award).where(Award.place == 1).values(recipient="Người khác"))
    contest.ctx.session.expire_all()
    with pytest.raises(Conflict, match="its digest differs"):
        adopted_lists(contest)


def test_a_person_sees_the_own_prize_once_it_is_adopted(contest: Contest) -> None:
    contest.rank(DISTINCT)
    winner, loser = (as_person(contest.ctx, contest.people[place].user_id) for place in (0, 16))

    def shown(ctx: object) -> list[str]:
        found = contest.ctx.hooks.collect(ctx, contest.campaign, "panels", Panel, slot="person")  # type: ignore[arg-type]
        return [award.title for panel in found for award in panel.values["awards"]]

    assert shown(winner) == []
    award(contest)
    assert shown(winner) == ["Giải Nhất"]
    assert shown(loser) == []
    assert shown(contest.ctx) == []


def test_panels_say_which_lists_await_their_decision(contest: Contest) -> None:
    contest.rank(DISTINCT)
    winner = as_person(contest.ctx, contest.people[0].user_id)
    made = award(contest)

    def final_lists(ctx: Context, slot: str) -> list[set[int]]:
        found = contest.ctx.hooks.collect(ctx, contest.campaign, "panels", Panel, slot=slot)
        return [set(panel.values["final"]) for panel in found if "final" in panel.values]

    assert final_lists(winner, "person") == final_lists(contest.ctx, "overview") == [set()]
    final(contest.ctx, contest.campaign, made)
    assert final_lists(winner, "person") == final_lists(contest.ctx, "overview") == [{made.id}]


def test_the_staff_see_how_the_award_list_stands_once_there_is_something_to_award(contest: Contest) -> None:
    def shown() -> list[tuple[int, int, int]]:
        found = contest.ctx.hooks.collect(contest.ctx, contest.campaign, "panels", Panel, slot="overview")
        return [tuple(len(panel.values[name]) for name in ("drafts", "adopted", "missing")) for panel in found]  # type: ignore[misc]

    assert shown() == []
    contest.rank(DISTINCT)
    assert shown() == [(0, 0, 1)]
    award(contest)
    assert shown() == [(0, 1, 0)]


def test_how_the_award_list_stands_takes_the_same_statements_for_any_number_of_rounds(
    contest: Contest, make: Factories, statements: Callable[[], int]
) -> None:
    def taken() -> int:
        statements()
        contest.ctx.hooks.collect(contest.ctx, contest.campaign, "panels", Panel, slot="overview")
        return statements()

    one = taken()
    for number in range(2, 6):
        make.round(contest.campaign, number=number)
    # The windows of the rounds are one statement however many there are; the first round has been read before.
    assert taken() <= one + 1


def test_a_drawn_up_list_is_the_duty_of_who_confirms_it(contest: Contest) -> None:
    def duties() -> list[str]:
        found = contest.ctx.hooks.collect_among(contest.ctx, [contest.campaign], "duties", Duty)
        return [duty.permission for duty in found]

    contest.rank(DISTINCT)
    assert duties() == []
    draw_up(contest.staff[0], campaign=contest.campaign, statement="")
    assert duties() == ["prizes:awards:adopt"]
    award(contest)
    assert duties() == ["prizes:act:record"]


def test_the_campaign_page_lists_the_prizes(contest: Contest) -> None:
    (panel,) = contest.ctx.hooks.collect(contest.ctx, contest.campaign, "panels", Panel, slot="campaign")
    (shown,) = panel.values["sets"]
    assert (shown["tiers"][1].quantity, shown["names"]["nhi"], shown["tiers"][1].value) == (2, "giải Nhì", 800_000)
    assert (shown["title"], shown["decided_later"]) == ("", True)
    contest.save(PrizeSettings())
    assert contest.ctx.hooks.collect(contest.ctx, contest.campaign, "panels", Panel, slot="campaign") == []


def test_the_rules_say_what_the_scheme_does(contest: Contest) -> None:
    (clause,) = contest.ctx.hooks.collect(contest.ctx, contest.campaign, "rule_clauses", RuleClause)
    assert clause.heading == "Giải thưởng"
    assert "- 01 giải Nhất: trị giá 1.000.000 đồng;\n- 02 giải Nhì, mỗi giải trị giá 800.000 đồng;" in clause.body
    assert "mỗi giải trị giá 300.000 đồng." in clause.body
    assert "7.100.000 đồng (bảy triệu một trăm nghìn đồng)" in clause.body
    assert "Ban Tổ chức quyết định cơ cấu, giá trị giải thưởng cho phù hợp" in clause.body


def test_the_clause_follows_the_language_of_the_campaign(contest: Contest) -> None:
    contest.campaign.language = "en"
    (clause,) = contest.ctx.hooks.collect(contest.ctx, contest.campaign, "rule_clauses", RuleClause)
    assert clause.heading == "Prizes"
    assert "- 2 × giải Nhì: 800,000 VND each;" in clause.body


@pytest.mark.parametrize(
    ("scheme", "undone", "required"),
    [
        (PLAN, [], []),
        (replace(PLAN, allotted=0), ["budget"], []),
        (replace(PLAN, allotted=7_000_000), ["budget"], ["budget"]),
        (PrizeSettings(allotted=1), ["scheme"], ["scheme"]),
    ],
)
def test_readiness_says_what_the_scheme_lacks(
    contest: Contest, scheme: PrizeSettings, undone: list[str], required: list[str]
) -> None:
    contest.save(scheme)
    items = contest.ctx.hooks.collect(contest.ctx, contest.campaign, "readiness_items", ReadinessItem)
    assert [item.key for item in items if not item.done] == undone
    assert [item.key for item in items if not item.done and item.required] == required


def test_readiness_asks_for_the_round_where_there_are_several(contest: Contest) -> None:
    contest.make.round(contest.campaign, "sprint", number=2)
    items = contest.ctx.hooks.collect(contest.ctx, contest.campaign, "readiness_items", ReadinessItem)
    assert [item.key for item in items if not item.done] == ["round-main"]


def test_the_scheme_goes_through_a_campaign_file(contest: Contest) -> None:
    (part,) = contest.ctx.hooks.collect(contest.ctx, contest.campaign, "export_campaign", CampaignPart)
    other = contest.make.campaign(plugins=("sprint", "prizes"))
    contest.ctx.hooks.notify(contest.ctx, other, "import_campaign", only="prizes", part=part)
    (again,) = contest.ctx.hooks.collect(contest.ctx, other, "export_campaign", CampaignPart)
    assert again == part


def test_a_malformed_part_is_refused_with_every_problem(contest: Contest) -> None:
    part = CampaignPart({"tiers": [{"key": "nhat", "title": "Giải Nhất", "quantity": 0, "value": 1}], "budget": 1})
    with pytest.raises(InvalidData) as refusal:
        contest.ctx.hooks.notify(contest.ctx, contest.campaign, "import_campaign", only="prizes", part=part)
    assert len(refusal.value.problems) == 2


def test_a_rehearsal_awards_and_reports(contest: Contest, tmp_path: Path) -> None:
    contest.rank(DISTINCT)
    first, second = (ctx.actor.user_id or 0 for ctx in contest.staff)
    lines = dict(rehearse(contest.ctx, contest.campaign.id, (first, second), folder=tmp_path))
    assert (lines["awards"], lines["sum of awards"]) == ("16", "7.100.000 đồng")
    assert lines["digest of the award list"] == adopted_lists(contest)[0].digest
