"""Collective prizes: entered by hand with the unit's figures and the decision, within what the scheme leaves open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from cuocthi.campaigns.settings import SettingsError
from cuocthi.contributions import Browser
from cuocthi.errors import Conflict, DomainError, Missing
from cuocthi.standings.confirmations import confirmations
from cuocthi.units.changing import UnitFacts, facts_of, merge_units
from cuocthi.units.models import Unit
from cuocthi.users.models import User
from cuocthi_prizes.digests import is_intact
from cuocthi_prizes.domain.award_lists import adopt, draw_up
from cuocthi_prizes.domain.awarded import awarded_named
from cuocthi_prizes.domain.clauses import rule_clauses
from cuocthi_prizes.domain.unit_awards import grant, revoke
from cuocthi_prizes.formula import Formula, UnitMeasure
from cuocthi_prizes.models import AwardList, UnitAward
from cuocthi_prizes.queries import SUBJECT
from cuocthi_prizes.settings import CollectiveTier

from .conftest import DISTINCT, PLAN, Contest, with_main

DECISION: dict[str, Any] = {
    "tier": "tap-the",
    "reason": "Tỷ lệ tham gia cao nhất",
    "decision_number": "15/QĐ-BTC",
    "decision_date": date(2024, 9, 19),
}


@pytest.fixture
def unit(contest: Contest) -> Unit:
    """A unit two of whose people took part, of four entitled."""
    district = contest.make.unit("Huyện Vũ Thư", parent=contest.make.unit("Tỉnh Thái Bình"))
    unit = contest.make.unit("Xã Minh Quang", parent=district)
    contest.people += [contest.make.enrolment(contest.campaign, unit=unit) for _ in range(2)]
    contest.make.headcount(contest.campaign, unit, 4)
    return unit


@pytest.fixture
def draft(contest: Contest, unit: Unit) -> AwardList:
    """A draft of the plan's awards."""
    contest.rank(DISTINCT)
    return draw_up(contest.staff[0], campaign=contest.campaign)


def give(contest: Contest, unit: Unit, **changed: Any) -> UnitAward:
    values = {**DECISION, "number": 1, "value": 2_000_000, "unit_id": unit.id, **changed}
    return grant(contest.staff[0], campaign=contest.campaign, **values)


def test_an_award_copies_the_figures_it_was_decided_on(contest: Contest, unit: Unit, draft: AwardList) -> None:
    before = draft.digest
    award = give(contest, unit, title="Nhất tập thể")
    assert (award.unit_name, award.persons, award.headcount, award.mean_score) == (
        "Xã Minh Quang, Huyện Vũ Thư",
        2,
        4,
        19_500,
    )
    assert (award.title, award.value, award.decision_number) == ("Nhất tập thể", 2_000_000, "15/QĐ-BTC")
    assert draft.total_value == 9_100_000
    assert draft.digest != before


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"tier": "khac"}, "tier"),
        ({"reason": "  "}, "reason"),
        ({"decision_number": ""}, "decision_number"),
        ({"decision_date": date(2024, 9, 21)}, "decision_date"),
        ({"value": None}, "value"),
        ({"value": -1}, "value"),
        ({"unit_id": 0}, "unit_id"),
    ],
)
def test_what_cannot_be_is_refused(
    contest: Contest, unit: Unit, draft: AwardList, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(DomainError) as refusal:
        give(contest, unit, **changed)
    assert refusal.value.field == field
    assert not draft.unit_awards


def test_a_unit_is_awarded_once(contest: Contest, unit: Unit, draft: AwardList) -> None:
    give(contest, unit)
    with pytest.raises(DomainError, match="has an award in this list already"):
        give(contest, unit)


def test_what_the_scheme_fixes_is_kept(contest: Contest, unit: Unit) -> None:
    contest.save(with_main(collective=(CollectiveTier("tap-the", "Nhất tập thể", 1, 1_500_000),)))
    contest.rank(DISTINCT)
    draw_up(contest.staff[0], campaign=contest.campaign)
    with pytest.raises(DomainError, match="fixes this value"):
        give(contest, unit)
    assert give(contest, unit, value=None).value == 1_500_000
    with pytest.raises(DomainError, match="All 1 of these prizes are given"):
        give(contest, contest.people[5].unit, value=None)


def test_an_award_can_be_taken_out_of_a_draft(contest: Contest, unit: Unit, draft: AwardList) -> None:
    before = draft.digest
    award = give(contest, unit)
    revoke(contest.staff[0], campaign=contest.campaign, number=1, award_id=award.id)
    assert (draft.digest, draft.total_value, draft.unit_awards) == (before, 7_100_000, [])
    with pytest.raises(Missing):
        revoke(contest.staff[0], campaign=contest.campaign, number=1, award_id=award.id)


def test_a_change_voids_the_confirmation_given_before(contest: Contest, unit: Unit, draft: AwardList) -> None:
    first, second = contest.staff
    read = draft.digest
    adopt(first, campaign=contest.campaign, number=1, digest=read)
    give(contest, unit)
    assert not confirmations(contest.ctx, subject=SUBJECT, subject_id=draft.id)
    with pytest.raises(Conflict):
        adopt(second, campaign=contest.campaign, number=1, digest=read)
    assert adopt(second, campaign=contest.campaign, number=1, digest=draft.digest).is_draft
    assert not adopt(first, campaign=contest.campaign, number=1, digest=draft.digest).is_draft


def test_awards_beyond_the_allotted_sum_refuse_adoption(contest: Contest, unit: Unit, draft: AwardList) -> None:
    give(contest, unit, value=2_900_001)
    with pytest.raises(DomainError, match="cannot be adopted yet"):
        adopt(contest.staff[0], campaign=contest.campaign, number=1, digest=draft.digest)


def test_nothing_enters_or_leaves_an_adopted_list(contest: Contest, unit: Unit, draft: AwardList) -> None:
    award = give(contest, unit)
    for ctx in contest.staff:
        adopt(ctx, campaign=contest.campaign, number=1, digest=draft.digest)
    with pytest.raises(Conflict, match="not a draft"):
        give(contest, contest.people[5].unit)
    with pytest.raises(Conflict, match="not a draft"):
        revoke(contest.staff[0], campaign=contest.campaign, number=1, award_id=award.id)
    contest.ctx.session.commit()
    contest.ctx.session.delete(award)
    with pytest.raises(PermissionError, match="is no draft"):
        contest.ctx.session.flush()


def test_a_new_list_takes_over_what_was_decided(contest: Contest, unit: Unit, draft: AwardList) -> None:
    give(contest, unit)
    again = draw_up(contest.staff[0], campaign=contest.campaign)
    (award,) = again.unit_awards
    assert (award.award_list_id, award.unit_id, award.decision_number) == (again.id, unit.id, "15/QĐ-BTC")
    assert again.total_value == 9_100_000


def test_figures_are_shown_as_at_registration_and_as_the_units_are_now(
    contest: Contest, unit: Unit, draft: AwardList, sign_in: Callable[[User], Browser]
) -> None:
    facts = UnitFacts("Xã Vũ Minh", parent=facts_of(contest.ctx, unit=unit).parent)
    day = contest.ctx.now.date()
    merge_units(contest.staff[0], campaign=contest.campaign, units=[unit], into=facts, day=day)
    organiser = contest.ctx.session.get_one(User, contest.staff[0].actor.user_id)
    contest.ctx.session.commit()
    browser, address = sign_in(organiser), f"/c/{contest.campaign.slug}/prizes/awards/{draft.number}/units"
    contest.ctx.session.rollback()

    assert "<strong>Xã Minh Quang</strong>" in browser.get(address)[1]
    assert "<strong>Xã Vũ Minh</strong>" not in browser.get(address)[1]
    assert "<strong>Xã Vũ Minh</strong>" in browser.get(f"{address}?view=now")[1]
    assert "<strong>Xã Minh Quang</strong>" not in browser.get(f"{address}?view=now")[1]


BY_RATE = Formula((UnitMeasure.RATE, UnitMeasure.MEAN))
FIXED = CollectiveTier("tap-the", "Giải Nhất tập thể", 1, 2_000_000)


def test_a_formula_gives_what_it_decides(contest: Contest, unit: Unit) -> None:
    contest.save(with_main(collective=(FIXED,), formula=BY_RATE))
    contest.rank(DISTINCT)
    [award] = draw_up(contest.staff[0], campaign=contest.campaign).unit_awards
    assert (award.unit_name, award.title, award.value) == (
        "Xã Minh Quang, Huyện Vũ Thư",
        "Giải Nhất tập thể",
        2_000_000,
    )
    assert award.decision_number == ""
    assert "tỷ lệ người dự thi" in award.reason
    [again] = draw_up(contest.staff[0], campaign=contest.campaign, statement="Lập lại").unit_awards
    assert again.unit_id == unit.id


def test_what_was_decided_by_hand_comes_before_the_formula(contest: Contest, unit: Unit) -> None:
    contest.save(with_main(collective=(FIXED,)))
    contest.rank(DISTINCT)
    draw_up(contest.staff[0], campaign=contest.campaign)
    give(contest, unit)
    contest.save(with_main(collective=(FIXED,), formula=Formula((UnitMeasure.PERSONS,))))
    [award] = draw_up(contest.staff[0], campaign=contest.campaign).unit_awards
    assert (award.unit_id, award.decision_number) == (unit.id, "15/QĐ-BTC")


def test_where_units_are_equal_the_list_says_that_somebody_has_to_decide(contest: Contest, unit: Unit) -> None:
    other = contest.make.unit("Xã Đông Hoàng")
    contest.people += [contest.make.enrolment(contest.campaign, unit=other) for _ in range(2)]
    contest.make.headcount(contest.campaign, other, 4)
    contest.save(with_main(collective=(FIXED,), formula=Formula((UnitMeasure.RATE,))))
    contest.rank((*DISTINCT, 1, 1))
    award_list = draw_up(contest.staff[0], campaign=contest.campaign)
    assert award_list.unit_awards == []
    [remark] = award_list.remarks
    assert "are equal by the formula" in str(remark)


def test_a_formula_needs_prizes_that_are_fixed() -> None:
    with pytest.raises(SettingsError):
        with_main(collective=(CollectiveTier("tap-the", "Giải tập thể"),), formula=BY_RATE)


def test_what_the_formula_gave_is_not_taken_out_by_hand(contest: Contest, unit: Unit) -> None:
    contest.save(with_main(collective=(FIXED,), formula=BY_RATE))
    contest.rank(DISTINCT)
    [award] = draw_up(contest.staff[0], campaign=contest.campaign).unit_awards
    with pytest.raises(Conflict, match="The formula gave this prize"):
        revoke(contest.staff[0], campaign=contest.campaign, number=1, award_id=award.id)


# --- how many prizes a unit may have ------------------------------------------------------------------------------


@pytest.fixture
def two_sets(contest: Contest, unit: Unit) -> Callable[..., tuple[AwardList, Callable[[], AwardList]]]:
    """Two sets of the same round by the same formula; the first is adopted, the second can be drawn up."""

    def made(formula: Formula = BY_RATE, quantity: int = 1, **limits: Any) -> tuple[AwardList, Callable[[], AwardList]]:
        other = contest.make.unit("Xã Đông Hoàng")
        contest.people += [contest.make.enrolment(contest.campaign, unit=other) for _ in range(2)]
        contest.make.headcount(contest.campaign, other, 8)
        first = with_main(collective=(replace(FIXED, quantity=quantity),), formula=formula).sets[0]
        second = replace(first, key="hai", title="Nhóm hai", tiers=())
        contest.save(replace(PLAN, sets=(first, second), allotted=0, **limits))
        contest.rank((*DISTINCT, 3, 3))

        def list_of(key: str) -> AwardList:
            of = awarded_named(contest.ctx, campaign=contest.campaign, set_key=key)
            return draw_up(contest.staff[0], campaign=contest.campaign, of=of)

        adopted = list_of("main")
        for ctx in contest.staff:
            adopt(ctx, campaign=contest.campaign, number=adopted.number, digest=adopted.digest)
        return adopted, lambda: list_of("hai")

    return made


@pytest.mark.parametrize("limits", [{"most_a_unit": 1}, {"unit_once_a_round": True}])
def test_a_unit_that_has_enough_is_passed_over_and_the_list_says_so(
    contest: Contest, unit: Unit, two_sets: Callable[..., Any], limits: dict[str, Any]
) -> None:
    first, draw_second = two_sets(**limits)
    assert [award.unit_id for award in first.unit_awards] == [unit.id]
    second = draw_second()
    assert [award.unit_name for award in second.unit_awards] == ["Xã Đông Hoàng"]
    assert [(one.unit_id, one.list_number, one.title) for one in second.passed_units] == [
        (unit.id, first.number, "Giải Nhất tập thể")
    ]
    assert is_intact(second)
    second.passed_units[0].__dict__["title"] = "Giải khác"
    assert not is_intact(second)


def test_without_a_limit_a_unit_wins_in_both_sets(unit: Unit, two_sets: Callable[..., Any]) -> None:
    _first, draw_second = two_sets()
    assert [award.unit_id for award in draw_second().unit_awards] == [unit.id]


def test_nobody_gives_a_unit_by_hand_more_than_it_may_have(
    contest: Contest, unit: Unit, two_sets: Callable[..., Any]
) -> None:
    _first, draw_second = two_sets(formula=replace(BY_RATE, least_persons=2), quantity=2, most_a_unit=1)
    second = draw_second()
    with pytest.raises(DomainError, match="as many prizes as the rules allow"):
        give(contest, unit, number=second.number)


def test_a_prize_by_hand_of_a_former_list_is_left_out_where_the_unit_has_enough_by_now(
    contest: Contest, unit: Unit, two_sets: Callable[..., Any]
) -> None:
    empty = Formula()
    _first, draw_second = two_sets(formula=empty, most_a_unit=1)
    draw_second()
    give(contest, unit, number=2)
    again = draw_up(
        contest.staff[0],
        campaign=contest.campaign,
        of=awarded_named(contest.ctx, campaign=contest.campaign, set_key="main"),
        statement="Trao giải tập thể",
    )
    give(contest, unit, number=again.number)
    for ctx in contest.staff:
        adopt(ctx, campaign=contest.campaign, number=again.number, digest=again.digest)
    second = draw_second()
    assert second.unit_awards == []
    assert "as many prizes as the rules allow" in str(second.remarks)


def test_the_database_keeps_who_was_passed_over(contest: Contest, unit: Unit, two_sets: Callable[..., Any]) -> None:
    _first, draw_second = two_sets(most_a_unit=1)
    draw_second()
    for statement in ("DELETE FROM prizes_passed_unit", "UPDATE prizes_passed_unit SET title = 'x'"):
        with pytest.raises(DBAPIError), contest.ctx.session.begin_nested():
            contest.ctx.session.execute(sa.text(statement))


def test_the_rules_say_how_many_prizes_a_unit_may_have() -> None:
    scheme = replace(with_main(collective=(FIXED,), formula=BY_RATE), most_a_unit=1, unit_once_a_round=True)
    (clause,) = rule_clauses(scheme, "vi")
    assert "mỗi đơn vị nhận nhiều nhất một giải tập thể" in clause.body
    assert "đơn vị kế tiếp được xét thay" in clause.body
