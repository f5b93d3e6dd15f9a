"""Prizes given by hand: within what the scheme provides for, with reason and decision, kept and erased like others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from cuocthi.contributions import Browser, Erasure, Person
from cuocthi.errors import Conflict, DomainError, Missing
from cuocthi.standings.decisions import exclude_entry
from cuocthi.text import unpack
from cuocthi.users.models import User
from cuocthi_prizes import contributed
from cuocthi_prizes.candidates.decisions import Document, correct_unit, pass_over
from cuocthi_prizes.digests import NOBODY, is_intact
from cuocthi_prizes.domain.award_lists import adopt, adoption_obstacles, draw_up
from cuocthi_prizes.domain.awarded import awarded_named
from cuocthi_prizes.domain.changes import changes, given_by
from cuocthi_prizes.domain.clauses import rule_clauses
from cuocthi_prizes.domain.extra import Decided
from cuocthi_prizes.domain.extra_awards import grant_extra, persons_found, revoke_extra
from cuocthi_prizes.domain.personal_data import erase, export
from cuocthi_prizes.models import Award, AwardList, PassedOverKind
from cuocthi_prizes.outputs.order import in_ceremony_order
from cuocthi_prizes.settings import ExtraPrizes, PrizeSettings

from .adopted import decision
from .conftest import DISTINCT, Contest, with_main

OLDEST = Decided(
    title="Người dự thi cao tuổi nhất",
    value=500_000,
    in_kind="",
    reason="Sinh năm 1941, dự thi đủ các vòng",
    decision_number="15/QĐ-BTC",
    decision_date=date(2024, 9, 19),
)
DOCUMENT = Document("12/BB-BTC", date(2024, 9, 19))
#: Places of people who have no prize by rank: seventeen take part, sixteen have one.
LAST = len(DISTINCT) - 1


def with_extra(most: int = 2, total: int = 1_000_000, **more: Any) -> PrizeSettings:
    return replace(with_main(extra=ExtraPrizes(most, total)), **more)


@pytest.fixture
def draft(contest: Contest) -> AwardList:
    contest.save(with_extra())
    contest.rank((*DISTINCT, 2, 1))
    return draw_up(contest.staff[0], campaign=contest.campaign)


def give(contest: Contest, place: int = LAST, *, number: int = 1, **changed: Any) -> Award:
    return grant_extra(
        contest.staff[0],
        campaign=contest.campaign,
        number=number,
        enrolment_id=contest.people[place].id,
        decided=replace(OLDEST, **changed),
    )


def said(made: AwardList) -> list[str]:
    return [str(unpack(kept)) for kept in made.remarks]


def test_it_stands_behind_all_others_with_its_reason_and_counts_in_the_sum(contest: Contest, draft: AwardList) -> None:
    before = draft.total_value, draft.digest
    award = give(contest)
    assert (award.place, award.title, award.value, award.rank) == (17, OLDEST.title, 500_000, 17)
    assert (award.recipient, award.decision_number) == (contest.people[LAST].name, "15/QĐ-BTC")
    assert draft.total_value == before[0] + 500_000
    assert draft.digest != before[1]
    assert is_intact(draft)
    assert [one.name for one in in_ceremony_order(draft, lowest_first=False)][-1] == contest.people[LAST].name


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"title": " "}, "title"),
        ({"reason": " "}, "reason"),
        ({"decision_number": " "}, "decision_number"),
        ({"decision_date": date(2100, 1, 1)}, "decision_date"),
        ({"value": 1_000_001}, "value"),
        ({"value": -1}, "value"),
        ({"value": 0}, "value"),
        ({"place": 0}, "enrolment_id"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    contest: Contest, draft: AwardList, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        give(contest, **changed)
    assert refused.value.field == field
    assert not draft.by_hand


def test_a_prize_in_kind_alone_has_no_value(contest: Contest, draft: AwardList) -> None:
    assert give(contest, value=0, in_kind="Máy tính bảng").in_kind == "Máy tính bảng"


def test_the_scheme_says_how_many_and_for_how_much(contest: Contest, draft: AwardList) -> None:
    give(contest)
    with pytest.raises(DomainError) as refused:
        give(contest, LAST + 1, value=500_001)
    assert refused.value.field == "value"
    give(contest, LAST + 1)
    with pytest.raises(DomainError) as refused:
        give(contest, LAST + 1, value=0, in_kind="Sách")
    assert refused.value.field == "title"


def test_without_a_provision_there_are_none(contest: Contest) -> None:
    contest.rank(DISTINCT)
    draw_up(contest.staff[0], campaign=contest.campaign)
    with pytest.raises(DomainError):
        give(contest)


def test_nobody_outside_the_ranking_has_one(contest: Contest, draft: AwardList) -> None:
    stranger = contest.make.enrolment(contest.campaign)
    contest.people.append(stranger)
    with pytest.raises(DomainError) as refused:
        give(contest, -1)
    assert refused.value.field == "enrolment_id"


def test_it_stands_beside_a_prize_by_rank_where_the_scheme_does_not_count_it(contest: Contest) -> None:
    contest.save(with_extra(extra_counts=False, most_a_person=1))
    contest.rank(DISTINCT)
    made = draw_up(contest.staff[0], campaign=contest.campaign)
    give(contest, 0)
    assert [one.title for one in made.awards if one.enrolment_id == contest.people[0].id] == ["Giải Nhất", OLDEST.title]
    with pytest.raises(DomainError):
        give(contest, 0)


def test_it_is_taken_out_of_a_draft_again(contest: Contest, draft: AwardList) -> None:
    before = draft.digest
    award = give(contest)
    revoke_extra(contest.staff[0], campaign=contest.campaign, number=1, award_id=award.id)
    assert draft.digest == before
    with pytest.raises(Missing):
        revoke_extra(contest.staff[0], campaign=contest.campaign, number=1, award_id=draft.awards[0].id)


def adopted(contest: Contest, number: int) -> AwardList:
    made = contest.staff[0].session.scalars(sa.select(AwardList).where(AwardList.number == number)).one()
    for ctx in contest.staff:
        adopt(ctx, campaign=contest.campaign, number=number, digest=made.digest)
    return made


def test_a_confirmation_given_before_is_void(contest: Contest, draft: AwardList) -> None:
    adopt(contest.staff[0], campaign=contest.campaign, number=1, digest=draft.digest)
    give(contest)
    assert adopt(contest.staff[1], campaign=contest.campaign, number=1, digest=draft.digest).is_draft


def test_nothing_enters_or_leaves_an_adopted_list(contest: Contest, draft: AwardList) -> None:
    award = give(contest)
    adopted(contest, 1)
    with pytest.raises(Conflict):
        give(contest, LAST + 1)
    with pytest.raises(Conflict):
        revoke_extra(contest.staff[0], campaign=contest.campaign, number=1, award_id=award.id)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM prizes_award WHERE id = {ranked}",
        "UPDATE prizes_award SET reason = 'khác' WHERE id = {own}",
        "UPDATE prizes_award SET extra = {false} WHERE id = {own}",
        "UPDATE prizes_award SET reason = '—' WHERE id = {own}",
    ],
)
def test_the_database_refuses_to_rewrite_even_a_draft(contest: Contest, draft: AwardList, statement: str) -> None:
    award = give(contest)
    sqlite = contest.ctx.session.get_bind().dialect.name == "sqlite"
    values = {"ranked": draft.awards[0].id, "own": award.id, "false": 0 if sqlite else "false"}
    with pytest.raises(DBAPIError), contest.ctx.session.begin_nested():
        contest.ctx.session.execute(sa.text(statement.format(**values)))


def test_the_database_lets_nothing_leave_an_adopted_list(contest: Contest, draft: AwardList) -> None:
    give(contest)
    adopted(contest, 1)
    with pytest.raises(DBAPIError), contest.ctx.session.begin_nested():
        contest.ctx.session.execute(sa.text("DELETE FROM prizes_award WHERE extra"))


def test_a_new_list_takes_over_what_fits_and_says_what_does_not(contest: Contest, draft: AwardList) -> None:
    give(contest)
    give(contest, LAST + 1)
    former = adopted(contest, 1)
    exclude_entry(contest.staff[0], enrolment=contest.people[LAST], reason="Trùng người")
    contest.adopt(contest.provisional())
    made = draw_up(contest.staff[0], campaign=contest.campaign, statement="Loại một người dự thi")
    assert [one.enrolment_id for one in made.by_hand] == [contest.people[LAST + 1].id]
    assert is_intact(made)
    assert len(said(made)) == 1
    assert contest.people[LAST].code in said(made)[0]
    assert contest.people[LAST].name not in said(made)[0]
    told = " ".join(str(text) for text in changes(given_by(former), given_by(made)))
    assert f"{contest.people[LAST].name} no longer has “{OLDEST.title}”" in told


def test_what_the_scheme_provides_for_no_more_is_left_out(contest: Contest, draft: AwardList) -> None:
    give(contest)
    contest.save(with_main())
    made = draw_up(contest.staff[0], campaign=contest.campaign)
    assert (made.by_hand, len(said(made))) == ([], 1)


def test_who_wins_by_rank_meanwhile_keeps_that_prize_alone(contest: Contest, draft: AwardList) -> None:
    give(contest)
    exclude_entry(contest.staff[0], enrolment=contest.people[0], reason="Trùng người")
    contest.adopt(contest.provisional())
    made = draw_up(contest.staff[0], campaign=contest.campaign)
    assert contest.people[LAST].id in {one.enrolment_id for one in made.by_rank}
    assert (made.by_hand, len(said(made))) == ([], 1)


def test_it_uses_up_what_a_person_may_have(contest: Contest) -> None:
    one = with_extra(most_a_person=1).sets[0]
    second = replace(one, key="hai", title="Nhóm hai", extra=ExtraPrizes())
    contest.save(replace(with_extra(most_a_person=1), sets=(one, second)))
    contest.rank((*DISTINCT, 2, 1))

    def list_of(key: str) -> AwardList:
        of = awarded_named(contest.ctx, campaign=contest.campaign, set_key=key)
        return draw_up(contest.staff[0], campaign=contest.campaign, of=of)

    list_of("main")
    give(contest)
    adopted(contest, 1)
    other = list_of("hai")
    assert contest.people[LAST].id not in {award.enrolment_id for award in other.awards}
    assert contest.people[LAST].id in {passed.enrolment_id for passed in other.passed_over}


def test_a_draft_that_another_list_overtook_is_drawn_up_anew(contest: Contest) -> None:
    one = with_extra(most_a_person=1).sets[0]
    second = replace(one, key="hai", title="Nhóm hai", tiers=())
    contest.save(replace(with_extra(most_a_person=1), sets=(one, second)))
    contest.rank(DISTINCT)
    for key in ("main", "hai"):
        of = awarded_named(contest.ctx, campaign=contest.campaign, set_key=key)
        draw_up(contest.staff[0], campaign=contest.campaign, of=of, statement="–")
    give(contest, number=1)
    give(contest, number=2)
    adopted(contest, 1)
    overtaken = contest.ctx.session.scalars(sa.select(AwardList).where(AwardList.number == 2)).one()
    reasons = adoption_obstacles(contest.staff[0], campaign=contest.campaign, award_list=overtaken)
    assert ["By the lists that were adopted since" in str(reason) for reason in reasons] == [True]


def test_it_is_published_and_told_to_whom_it_is_given(contest: Contest, draft: AwardList) -> None:
    give(contest, in_kind="Sách")
    adopted(contest, 1)
    (published,) = contributed.award_lists(contest.ctx, contest.campaign)
    assert (published.awards[-1].recipient, published.awards[-1].title) == (
        contest.people[LAST].name,
        f"{OLDEST.title} (Sách)",
    )
    (held,) = export(contest.ctx, campaign=contest.campaign, person=_person(contest))
    assert OLDEST.reason in held.rows[0]


def _person(contest: Contest) -> Person:
    enrolment = contest.people[LAST]
    return Person(enrolment.user_id, enrolment.id)


def test_name_and_reason_are_erased_and_the_list_is_verified_all_the_same(contest: Contest, draft: AwardList) -> None:
    give(contest)
    made = adopted(contest, 1)
    erase(contest.ctx, campaign=contest.campaign, people=[_person(contest)], erasure=Erasure.RECORDS)
    contest.ctx.session.expire_all()
    assert [(one.recipient, one.reason) for one in made.by_hand] == [(NOBODY, NOBODY)]
    assert {one.reason for one in made.by_rank} == {""}
    assert is_intact(made)


def test_a_changed_reason_is_found(contest: Contest, draft: AwardList) -> None:
    award = give(contest)
    award.__dict__["reason"] = "Em trai của trưởng ban"
    assert not is_intact(draft)


def test_the_rules_provide_for_them(contest: Contest) -> None:
    (clause,) = rule_clauses(with_extra(), "vi")
    assert "nhiều nhất 2 giải phụ trong mỗi danh sách, có nêu lý do; tổng giá trị không quá 1.000.000" in clause.body
    assert "Giải phụ được tính như giải cá nhân" in clause.body
    (clause,) = rule_clauses(with_extra(extra_counts=False), "vi")
    assert "Giải phụ không tính vào số giải cá nhân" in clause.body
    assert "giải phụ" not in rule_clauses(with_main(), "vi")[0].body


def test_people_are_found_by_name_and_contest_number(contest: Contest, draft: AwardList) -> None:
    def found(search: str) -> list[int]:
        persons = persons_found(contest.ctx, award_list=draft, search=search, limit=20)
        return [one.enrolment_id for one in persons]

    person = contest.people[LAST]
    assert found(person.code.lower()) == [person.id]
    assert person.id in found(person.name_folded)
    assert found("") == []
    assert found("không ai tên thế") == []


def test_one_is_entered_and_taken_out_by_pages(contest: Contest, sign_in: Callable[[User], Browser]) -> None:
    contest.save(with_extra())
    contest.rank(DISTINCT)
    draw_up(contest.staff[0], campaign=contest.campaign)
    slug, person = contest.campaign.slug, contest.people[LAST]
    code, enrolment_id, name = person.code, person.id, person.name
    user = contest.ctx.session.get_one(User, contest.staff[0].actor.user_id)
    document = decision(contest.ctx, contest.campaign, "16/QĐ-BTC")
    contest.ctx.session.commit()
    browser = sign_in(user)
    contest.ctx.session.rollback()
    page = f"/c/{slug}/prizes/awards/1/extra"
    assert f'value="{enrolment_id}"' in browser.get(f"{page}?q={code}")[1]
    entered = {
        "q": code,
        "enrolment_id": str(enrolment_id),
        "title": OLDEST.title,
        "value": "500.000",
        "reason": OLDEST.reason,
        "document": str(document.id),
    }
    status, again = browser.post(page, entered | {"value": "2.000.000"})
    assert (status, OLDEST.reason in again) == (422, True)
    status, shown = browser.post(page, entered)
    assert (status, name in shown, "Giải phụ đã được nhập" in shown) == (200, True, True)
    award = contest.ctx.session.scalars(sa.select(Award).where(Award.extra)).one()
    award_id = award.id
    assert (award.decision_number, award.decision_date) == ("16/QĐ-BTC", document.issued_on)
    contest.ctx.session.rollback()
    status, shown = browser.post(f"{page}/{award_id}/revoke", {})
    assert (status, OLDEST.reason in shown) == (200, False)


def test_it_is_given_with_the_unit_that_was_corrected_by_decision(contest: Contest) -> None:
    contest.save(with_extra(extra_counts=False))
    contest.rank((*DISTINCT, 2, 1))
    draw_up(contest.staff[0], campaign=contest.campaign)
    before, right = give(contest, 0), contest.make.unit("Sở Tài chính")
    assert before.unit_id == contest.people[0].unit_id
    correct_unit(
        contest.staff[0],
        campaign=contest.campaign,
        number=1,
        enrolment_id=contest.people[0].id,
        unit=right,
        reason="Khai nhầm",
        by=DOCUMENT,
    )
    second = draw_up(contest.staff[0], campaign=contest.campaign)
    assert {award.unit_id for award in second.awards if award.enrolment_id == contest.people[0].id} == {right.id}
    revoke_extra(contest.staff[0], campaign=contest.campaign, number=2, award_id=second.by_hand[0].id)
    assert give(contest, 0, number=2).unit_id == right.id


def test_a_draft_whose_extra_prize_has_another_unit_by_now_is_drawn_up_anew(contest: Contest, draft: AwardList) -> None:
    give(contest)
    assert adoption_obstacles(contest.staff[0], campaign=contest.campaign, award_list=draft) == []
    correct_unit(
        contest.staff[0],
        campaign=contest.campaign,
        number=1,
        enrolment_id=contest.people[LAST].id,
        unit=contest.make.unit("Sở Tài chính"),
        reason="Khai nhầm",
        by=DOCUMENT,
    )
    assert len(adoption_obstacles(contest.staff[0], campaign=contest.campaign, award_list=draft)) == 1
    second = draw_up(contest.staff[0], campaign=contest.campaign)
    assert second.by_hand[0].unit_name == "Sở Tài chính"
    assert adoption_obstacles(contest.staff[0], campaign=contest.campaign, award_list=second) == []


def test_who_is_passed_over_by_decision_has_none_either(contest: Contest, draft: AwardList) -> None:
    give(contest)
    pass_over(
        contest.staff[0],
        campaign=contest.campaign,
        number=1,
        enrolment_id=contest.people[LAST].id,
        kind=PassedOverKind.DECLINED,
        reason="Báo bằng văn bản",
        by=DOCUMENT,
        post=None,
    )
    second = draw_up(contest.staff[0], campaign=contest.campaign)
    assert second.by_hand == []
    assert any("passed over by decision" in text for text in said(second))
    with pytest.raises(DomainError) as refused:
        give(contest, number=2)
    assert refused.value.field == "enrolment_id"


def test_decisions_are_dated_where_the_contest_is_held(contest: Contest, draft: AwardList) -> None:
    today = (contest.ctx.now + timedelta(hours=7)).date()
    assert give(contest, decision_date=today).decision_date == today
