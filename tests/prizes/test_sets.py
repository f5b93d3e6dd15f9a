"""Sets of prizes: each awards its round by a list of its own; what a person may have over all of them is counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cuocthi.contributions import Act, AwardList, Blocker, CampaignPart, RuleClause
from cuocthi.errors import Blocked, DomainError, InvalidData, Missing
from cuocthi.standings.decisions import exclude_entry
from cuocthi_prizes import contributed, models
from cuocthi_prizes.domain.award_lists import adopt, draw_up
from cuocthi_prizes.domain.awarded import all_awarded, awarded_named, promised_sum
from cuocthi_prizes.domain.outlook import outlook
from cuocthi_prizes.domain.rehearsal import rehearse
from cuocthi_prizes.models import AwardListState
from cuocthi_prizes.queries import load_scheme
from cuocthi_prizes.settings import PrizeSet, PrizeSettings, Tier, Ties

from .conftest import DISTINCT, Contest, of_sets

WEEK = PrizeSet("tuan", "Giải tuần", each_round=True, tiers=(Tier("nhat", "Giải Nhất tuần", 1, 800_000),))
FIRST = Tier("nhat", "Giải Nhất", 1, 1_000_000)


@pytest.fixture
def weeks(contest: Contest) -> tuple[Contest, Contest]:
    """Two weeks of one contest, both over and ranked, with the same best person."""
    closes = contest.ctx.now - timedelta(minutes=30)
    second = replace(contest, round_=contest.make.round(contest.campaign, "sprint", number=2, closes_at=closes))
    contest.save(of_sets(WEEK, allotted=5_000_000))
    for week in (contest, second):
        week.rank(DISTINCT)
    return contest, second


def award(week: Contest, key: str = "tuan", statement: str = "") -> models.AwardList:
    """Draw the list of a set in a week up, and adopt it by both persons."""
    of = awarded_named(week.ctx, campaign=week.campaign, set_key=key, round_key=week.round_.key)
    made = draw_up(week.staff[0], campaign=week.campaign, of=of, statement=statement)
    for ctx in week.staff:
        adopt(ctx, campaign=week.campaign, number=made.number, digest=made.digest)
    return made


def winners(made: models.AwardList) -> list[tuple[str, int]]:
    return [(given.tier, given.enrolment_id) for given in made.awards]


def test_the_list_of_a_week_leaves_the_winners_of_another_their_prizes(weeks: tuple[Contest, Contest]) -> None:
    first, second = (award(week) for week in weeks)
    assert (first.state, second.state) == (AwardListState.ADOPTED, AwardListState.ADOPTED)
    assert (first.number, first.version, second.number, second.version) == (1, 1, 2, 1)
    contest = weeks[0]
    handed = contest.ctx.hooks.collect(contest.ctx, contest.campaign, "award_lists", AwardList)
    rounds = [week.round_ for week in weeks]
    assert [found.key for found in handed] == [f"prizes-tuan-{round_.key}" for round_ in rounds]
    assert all(f"Giải tuần, {round_.title}" in found.title for found, round_ in zip(handed, rounds, strict=True))


def test_a_list_supersedes_that_of_its_own_set_and_round_alone(weeks: tuple[Contest, Contest]) -> None:
    first, second = (award(week) for week in weeks)
    again = award(weeks[0], statement="Sửa theo Biên bản số 02")
    assert (again.number, again.version) == (3, 2)
    assert [one.state for one in (first, second, again)] == [
        AwardListState.SUPERSEDED,
        AwardListState.ADOPTED,
        AwardListState.ADOPTED,
    ]


def test_several_lists_have_to_be_told_apart(weeks: tuple[Contest, Contest]) -> None:
    contest = weeks[0]
    with pytest.raises(Missing, match="Several lists"):
        draw_up(contest.staff[0], campaign=contest.campaign)
    assert len(all_awarded(contest.ctx, campaign=contest.campaign)) == 2


def test_whoever_has_a_prize_is_passed_over_and_the_list_says_so(weeks: tuple[Contest, Contest]) -> None:
    contest = weeks[0]
    contest.save(of_sets(WEEK, most_a_person=1))
    best, next_ = contest.people[:2]
    first, second = (award(week) for week in weeks)
    assert winners(first) == [("nhat", best.id)]
    assert winners(second) == [("nhat", next_.id)]
    (passed,) = second.passed_over
    assert (passed.enrolment_id, passed.code, passed.rank) == (best.id, best.code, 1)
    assert (passed.list_number, passed.title) == (first.number, "Giải Nhất tuần")
    assert not first.passed_over


@pytest.mark.parametrize(
    ("limits", "moves_up"),
    [
        ({}, False),
        ({"most_a_person": 2}, False),
        ({"once_a_round": True}, False),
        ({"sets": (replace(WEEK, most_a_person=1),)}, True),
    ],
)
def test_limits_count_over_the_contest_in_a_round_or_in_the_set(
    weeks: tuple[Contest, Contest], limits: dict[str, Any], *, moves_up: bool
) -> None:
    weeks[0].save(PrizeSettings(**{"sets": (WEEK,), **limits}))
    award(weeks[0])
    second = award(weeks[1])
    assert second.awards[0].enrolment_id == weeks[0].people[1 if moves_up else 0].id


def test_once_a_round_counts_the_sets_of_that_round(weeks: tuple[Contest, Contest]) -> None:
    contest, other = weeks
    extra = PrizeSet("them", "Giải thêm", round=contest.round_.key, tiers=(FIRST,))
    contest.save(of_sets(WEEK, extra, once_a_round=True))
    award(contest)
    assert award(contest, "them").awards[0].enrolment_id == contest.people[1].id
    assert award(other).awards[0].enrolment_id == contest.people[0].id


def test_a_draft_that_another_list_overtook_is_drawn_up_anew(weeks: tuple[Contest, Contest]) -> None:
    contest, other = weeks
    contest.save(of_sets(WEEK, most_a_person=1))
    of = awarded_named(contest.ctx, campaign=contest.campaign, round_key=other.round_.key)
    draft = draw_up(contest.staff[0], campaign=contest.campaign, of=of)
    award(contest)
    with pytest.raises(Blocked) as refusal:
        adopt(contest.staff[0], campaign=contest.campaign, number=draft.number, digest=draft.digest)
    assert "others would be awarded" in str(refusal.value.reasons[0])


def test_the_allotted_sum_is_for_all_lists(weeks: tuple[Contest, Contest]) -> None:
    weeks[0].save(of_sets(WEEK, allotted=1_500_000))
    award(weeks[0])
    with pytest.raises(Blocked) as refusal:
        award(weeks[1])
    assert "exceed the allotted sum by 100000" in str(refusal.value.reasons[0])


def test_publishing_waits_for_the_lists_of_ranked_rounds(weeks: tuple[Contest, Contest]) -> None:
    contest, other = weeks
    contest.make.round(contest.campaign, "sprint", number=3)

    def waiting() -> list[str]:
        found = contest.ctx.hooks.collect(
            contest.ctx, contest.campaign, "act_blockers", Blocker, act=Act.PUBLISH, round_=None
        )
        return [blocker.key for blocker in found]

    award(contest)
    assert waiting() == [f"awards-tuan-{other.round_.id}"]
    award(other)
    assert waiting() == []


def test_a_rehearsal_awards_every_round(weeks: tuple[Contest, Contest], tmp_path: Path) -> None:
    contest = weeks[0]
    first, second = (ctx.actor.user_id or 0 for ctx in contest.staff)
    lines = dict(rehearse(contest.ctx, contest.campaign.id, (first, second), folder=tmp_path))
    assert (lines["award lists"], lines["awards"], lines["sum of awards"]) == ("2", "2", "1.600.000 đồng")


# --- who gets a prize -----------------------------------------------------------------------------------------------


def shared(*tiers: Tier) -> PrizeSettings:
    return of_sets(PrizeSet("main", "Giải", tiers=tiers, ties=Ties.SHARE))


def drawn(contest: Contest, *tiers: Tier) -> models.AwardList:
    contest.save(of_sets(PrizeSet("main", "Giải", tiers=tiers)))
    return draw_up(contest.staff[0], campaign=contest.campaign)


def test_everybody_who_reaches_a_threshold_has_the_prize(contest: Contest) -> None:
    contest.rank(DISTINCT)
    made = drawn(contest, FIRST, Tier("dat", "Giấy chứng nhận", threshold=800, in_kind="Giấy chứng nhận"))
    # Of twenty points sixteen are 80 %: those with 20 to 16.
    assert [given.tier for given in made.awards] == ["nhat", *["dat"] * 4]
    assert (made.awards[-1].score, made.awards[-1].value, made.awards[-1].in_kind) == (16_000, 0, "Giấy chứng nhận")


def test_a_threshold_may_have_a_limit(contest: Contest) -> None:
    contest.rank(DISTINCT)
    made = drawn(contest, Tier("dat", "Giải", 3, 100_000, threshold=800))
    assert len(made.awards) == 3
    assert len(drawn(contest, Tier("dat", "Giải", 30, 100_000, threshold=900)).awards) == 3


def test_a_share_of_those_ranked_is_rounded_down(contest: Contest) -> None:
    contest.rank(DISTINCT)
    made = drawn(contest, Tier("mot-phan", "Giải", 10, 100_000, share=250))
    assert (made.entrants, len(made.awards)) == (17, 4)


def test_a_share_below_one_person_names_nobody_and_says_why(contest: Contest) -> None:
    contest.rank(DISTINCT)
    contest.save(of_sets(PrizeSet("main", "Giải", tiers=(Tier("mot-phan", "Giải", share=50),))))
    with pytest.raises(DomainError, match="say why the list names nobody"):
        draw_up(contest.staff[0], campaign=contest.campaign)


def test_equals_share_the_last_prize_of_a_tier_where_the_scheme_says_so(contest: Contest) -> None:
    contest.save(shared(FIRST, Tier("nhi", "Giải Nhì", 2, 500_000)))
    contest.rank((20, 20, 20, 19, 18, *DISTINCT[5:]))
    made = draw_up(contest.staff[0], campaign=contest.campaign)
    assert [(given.tier, given.rank) for given in made.awards] == [
        ("nhat", 1),
        ("nhat", 1),
        ("nhat", 1),
        ("nhi", 4),
        ("nhi", 5),
    ]
    assert made.total_value == 4_000_000


def test_many_equals_share_though_few_are_looked_at_first(contest: Contest) -> None:
    contest.save(shared(FIRST, Tier("nhi", "Giải Nhì", 1, 500_000)))
    contest.rank([20] * 40 + [19])
    made = draw_up(contest.staff[0], campaign=contest.campaign)
    assert [given.tier for given in made.awards] == ["nhat"] * 40 + ["nhi"]


def test_a_set_that_shares_needs_no_lot_before_its_ranking_is_adopted(contest: Contest) -> None:
    contest.save(shared(FIRST))
    contest.rank((20, 20, *DISTINCT[2:]))
    assert len(draw_up(contest.staff[0], campaign=contest.campaign).awards) == 2


def test_what_if_shows_winners_and_cost_beside_the_present_ones(contest: Contest) -> None:
    contest.rank(DISTINCT)
    present = load_scheme(contest.ctx, campaign=contest.campaign).value
    changed = of_sets(replace(present.sets[0], tiers=(replace(FIRST, quantity=2),)))
    (look,) = outlook(contest.ctx, campaign=contest.campaign, present=present, changed=changed, key="main")
    assert (look.winners, look.cost, look.open_ties) == ((16, 2), (7_100_000, 2_000_000), (0, 0))
    assert f"{contest.people[1].name} has “Giải Nhất” instead of “Giải Nhì”." in [str(text) for text in look.changes]


def test_a_set_may_leave_rounds_out(weeks: tuple[Contest, Contest]) -> None:
    contest, other = weeks
    contest.save(of_sets(replace(WEEK, but_for=(other.round_.key,))))
    assert [of.round_ for of in all_awarded(contest.ctx, campaign=contest.campaign)] == [contest.round_]
    scheme = load_scheme(contest.ctx, campaign=contest.campaign).value
    both = [contest.round_, other.round_]
    assert promised_sum(contest.ctx, scheme=scheme, campaign_rounds=both) == 800_000


def test_a_round_that_is_made_of_others_is_awarded_by_a_set_that_names_it_and_by_no_set_for_each_round(
    contest: Contest,
) -> None:
    overall = contest.make.round(contest.campaign, "sums", number=2)
    final = PrizeSet(
        "chung-cuoc", "Giải chung cuộc", round=overall.key, tiers=(Tier("nhat", "Giải Nhất", 1, 5_000_000),)
    )
    contest.save(of_sets(WEEK, final, allotted=5_800_000))
    found = all_awarded(contest.ctx, campaign=contest.campaign)
    assert [(of.prize_set.key, of.round_) for of in found] == [("tuan", contest.round_), ("chung-cuoc", overall)]
    items = {item.key: item for item in contributed.readiness(contest.ctx, contest.campaign)}
    assert items["budget"].done, "the week is paid once"
    contest.save(of_sets(replace(WEEK, but_for=(overall.key,)), final, allotted=5_800_000))
    assert all_awarded(contest.ctx, campaign=contest.campaign)[0].round_ == contest.round_
    items = {item.key: item for item in contributed.readiness(contest.ctx, contest.campaign)}
    assert items["budget"].done, "leaving it out in words changes nothing"


def test_a_set_may_be_for_one_division_in_the_order_of_the_common_ranking(contest: Contest) -> None:
    residents = contest.make.division(contest.campaign, "resident", "Bảng Người dân")
    officials = contest.make.division(contest.campaign, "official", "Bảng Cán bộ")
    contest.post(DISTINCT)
    for place, person in enumerate(contest.people):
        person.division_id = (officials if place < 5 else residents).id
    contest.ctx.session.flush()
    contest.adopt(contest.provisional())
    sets = [
        PrizeSet(key, title, tiers=(FIRST, Tier("phan", "Giải Nhì", 9, 100, share=200)), division=key)
        for key, title in (("official", "Giải cán bộ"), ("resident", "Giải người dân"))
    ]
    contest.save(of_sets(*sets))
    made = [award(contest, one.key) for one in sets]
    assert [[given.rank for given in one.awards] for one in made] == [[1, 2], [6, 7, 8]]
    assert [one.entrants for one in made] == [5, 12]
    (clause,) = contest.ctx.hooks.collect(contest.ctx, contest.campaign, "rule_clauses", RuleClause)
    assert "chỉ dành cho người dự thi ở Bảng Người dân" in clause.body
    handed = contest.ctx.hooks.collect(contest.ctx, contest.campaign, "award_lists", AwardList)
    assert [found.key for found in handed] == ["prizes-official", "prizes-resident"]


# --- where it is written --------------------------------------------------------------------------------------------


def test_sets_go_through_a_campaign_file(weeks: tuple[Contest, Contest]) -> None:
    contest = weeks[0]
    tier = Tier("dat", "Giải", threshold=625, share=10, in_kind="Cúp")
    final = PrizeSet("chung", "Giải chung", contest.round_.key, tiers=(tier,), ties=Ties.SHARE, most_a_person=1)
    contest.save(of_sets(WEEK, final, once_a_round=True, most_a_person=3, allotted=9_000_000))
    (part,) = contest.ctx.hooks.collect(contest.ctx, contest.campaign, "export_campaign", CampaignPart)
    assert not {"tiers", "collective", "round"} & set(part.values)
    other, tomorrow = contest.make.campaign(plugins=("sprint", "prizes")), contest.ctx.now + timedelta(days=1)
    contest.make.round(other, "sprint", opens_at=tomorrow).key = contest.round_.key
    contest.ctx.hooks.notify(contest.ctx, other, "import_campaign", only="prizes", part=part)
    assert load_scheme(contest.ctx, campaign=other).value == load_scheme(contest.ctx, campaign=contest.campaign).value


def test_a_file_without_sets_means_one(contest: Contest) -> None:
    values = {"allotted": 3, "tiers": [{"key": "nhat", "title": "Giải Nhất", "quantity": 1, "value": 3}]}
    other = contest.make.campaign(plugins=("sprint", "prizes"))
    contest.ctx.hooks.notify(contest.ctx, other, "import_campaign", only="prizes", part=CampaignPart(values))
    scheme = load_scheme(contest.ctx, campaign=other).value
    assert [(one.key, len(one.tiers)) for one in scheme.sets] == [("main", 1)]
    both = values | {"sets": [{"key": "tuan", "title": "Giải tuần"}]}
    with pytest.raises(InvalidData):
        contest.ctx.hooks.notify(contest.ctx, other, "import_campaign", only="prizes", part=CampaignPart(both))


def test_the_rules_say_every_set_in_words(weeks: tuple[Contest, Contest]) -> None:
    contest = weeks[0]
    dat = Tier("dat", "Giấy chứng nhận", threshold=625, in_kind="giấy chứng nhận")
    final = PrizeSet("chung", "Giải chung kết", contest.round_.key, tiers=(FIRST, dat), ties=Ties.SHARE)
    contest.save(of_sets(WEEK, final, once_a_round=True, most_a_person=2))
    (clause,) = contest.ctx.hooks.collect(contest.ctx, contest.campaign, "rule_clauses", RuleClause)
    for words in (
        "**Giải tuần**\n\nCác giải sau được trao riêng cho từng vòng thi",
        "Tổng giá trị giải cá nhân của mỗi vòng: 800.000 đồng (tám trăm nghìn đồng)",
        f"theo kết quả của vòng “{contest.round_.title}”",
        "- Giấy chứng nhận: giấy chứng nhận, dành cho người đạt từ 62,5% số điểm tối đa trở lên.",
        "kể cả khi vì thế số giải của mức đó vượt số lượng",
        "Trong một vòng, mỗi người nhận nhiều nhất một giải cá nhân",
        "Trong cả cuộc thi, mỗi người nhận nhiều nhất 2 giải cá nhân.",
        "Người đã nhận đủ số giải theo danh sách được thông qua trước thì không được xét nữa",
    ):
        assert words in clause.body, words


def test_an_excluded_winner_of_one_week_changes_the_other_week_nothing(weeks: tuple[Contest, Contest]) -> None:
    contest, other = weeks
    award(contest)
    second = award(other)
    exclude_entry(contest.staff[0], enrolment=contest.people[0], reason="Thành viên Ban Giám khảo")
    contest.adopt(contest.provisional())
    again = award(contest, statement="Loại một người theo Biên bản số 03")
    assert winners(again) == [("nhat", contest.people[1].id)]
    assert second.state is AwardListState.ADOPTED
