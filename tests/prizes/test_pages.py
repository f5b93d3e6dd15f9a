"""The staff pages: the scheme and its sets, the lists of several rounds, what an adopted list no longer rests on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cuocthi.contributions import Browser
from cuocthi.documents.models import Document
from cuocthi.users.models import User
from cuocthi_prizes.domain.award_lists import adopt, draw_up
from cuocthi_prizes.domain.awarded import awarded_named
from cuocthi_prizes.formula import Band, Formula, UnitMeasure, Weight
from cuocthi_prizes.queries import load_scheme
from cuocthi_prizes.settings import CollectiveTier, PrizeSet, PrizeSettings, Tier, Ties

from .conftest import DISTINCT, PLAN, Contest, of_sets

WEEK = PrizeSet("tuan", "Giải tuần", each_round=True, tiers=(Tier("nhat", "Giải Nhất tuần", 1, 800_000),))


@pytest.fixture
def open_page(contest: Contest, sign_in: Callable[[User], Browser]) -> Callable[[int], Browser]:
    """Sign in the first or the second of the staff."""

    def signed_in(which: int = 0) -> Browser:
        person = contest.ctx.session.get_one(User, contest.staff[which].actor.user_id)
        contest.ctx.session.commit()
        browser = sign_in(person)
        contest.ctx.session.rollback()
        browser.get(address(contest, "scheme"))  # a form brings the token
        return browser

    return signed_in


def address(contest: Contest, path: str) -> str:
    slug = contest.campaign.slug
    contest.ctx.session.rollback()  # on SQLite the request may write
    return f"/c/{slug}/prizes/{path}"


def upcoming(contest: Contest) -> None:
    contest.round_.windows[0].opens_at = contest.ctx.now + timedelta(hours=1)
    contest.round_.windows[0].closes_at = contest.ctx.now + timedelta(hours=2)


def scheme_of(contest: Contest) -> PrizeSettings:
    contest.ctx.session.rollback()
    contest.ctx.session.expire_all()
    value = load_scheme(contest.ctx, campaign=contest.campaign).value
    contest.ctx.session.rollback()  # on SQLite the next request writes
    return value


ENTERED: dict[str, Any] = {
    "title": "Giải tuần",
    "awarded": "*",
    "ties": "share",
    "most_a_person": "1",
    "tiers-0-key": "",
    "tiers-0-title": "Giải Nhất tuần",
    "tiers-0-quantity": "2",
    "tiers-0-value": "1.000.000",
    "tiers-0-in_kind": "Cúp",
    "tiers-0-threshold": "62,5",
    "tiers-0-share": "1",
}


def test_a_set_is_entered_by_pages_alone(contest: Contest, open_page: Callable[[int], Browser]) -> None:
    upcoming(contest)
    browser = open_page(0)
    assert "Thêm nhóm giải" in browser.get(address(contest, "scheme"))[1]
    status, page = browser.post(address(contest, "scheme/sets/+"), ENTERED)
    assert (status, "Cơ cấu giải thưởng đã được lưu" in page or "Giải tuần" in page) == (200, True)
    _main, made = scheme_of(contest).sets
    tier = Tier("giai-nhat-tuan", "Giải Nhất tuần", 2, 1_000_000, "Cúp", 625, 10)
    assert made == PrizeSet("giai-tuan", "Giải tuần", each_round=True, tiers=(tier,), ties=Ties.SHARE, most_a_person=1)
    status, page = browser.get(address(contest, "scheme/sets/giai-tuan"))
    assert 'value="62,5"' in page
    assert browser.post(address(contest, "scheme/sets/giai-tuan/remove"), {})[0] == 200
    assert [one.key for one in scheme_of(contest).sets] == ["main"]


@pytest.mark.parametrize(
    "wrong", [{"title": ""}, {"tiers-0-threshold": "101"}, {"tiers-0-share": "x"}, {"tiers-0-title": ""}]
)
def test_what_cannot_be_meant_is_said_and_kept(
    contest: Contest, open_page: Callable[[int], Browser], wrong: dict[str, str]
) -> None:
    upcoming(contest)
    status, page = open_page(0).post(address(contest, "scheme/sets/+"), ENTERED | wrong)
    assert (status, "Cúp" in page) == (422, True)
    assert scheme_of(contest) == PLAN


def test_rows_are_added_and_who_would_win_is_shown_without_storing(
    contest: Contest, open_page: Callable[[int], Browser]
) -> None:
    contest.rank(DISTINCT)
    browser, best = open_page(0), contest.people[0].name
    added = browser.post(address(contest, "scheme/sets/main"), ENTERED | {"act": "add-collective"})[1]
    assert 'name="collective-0-title"' in added
    looked = browser.post(address(contest, "scheme/sets/main"), ENTERED | {"awarded": "", "act": "look"})[1]
    assert "Điều sẽ thay đổi" in looked
    assert best in looked
    assert scheme_of(contest) == PLAN


def test_two_persons_change_the_scheme_by_pages(contest: Contest, open_page: Callable[[int], Browser]) -> None:
    values: dict[str, Any] = {"kind": "decision", "title": "Quyết định điều chỉnh", "created_at": contest.ctx.now}
    document = Document(campaign_id=contest.campaign.id, key="qd", **values)
    contest.ctx.session.add(document)
    contest.ctx.session.commit()
    entered = {"allotted": "20.000.000", "change-document": str(document.id), "change-reason": "Bổ sung kinh phí"}
    browser = open_page(0)
    assert browser.post(address(contest, "scheme"), {"allotted": "20.000.000"})[0] == 422
    assert "đề xuất" in browser.post(address(contest, "scheme"), entered)[1]
    assert scheme_of(contest).allotted == PLAN.allotted
    second = open_page(1)
    page = second.get(address(contest, "scheme"))[1]
    assert "Bổ sung kinh phí" in page
    assert "20.000.000" in page
    proposal = page.partition('name="proposal" value="')[2].partition('"')[0]
    second.post(address(contest, "scheme/confirm"), {"proposal": proposal})
    assert scheme_of(contest).allotted == 20_000_000


def test_each_list_has_its_place_among_those_of_all_rounds(
    contest: Contest, open_page: Callable[[int], Browser]
) -> None:
    closes = contest.ctx.now - timedelta(minutes=30)
    second = replace(contest, round_=contest.make.round(contest.campaign, "sprint", number=2, closes_at=closes))
    contest.save(of_sets(WEEK, most_a_person=1))
    for week in (contest, second):
        week.rank(DISTINCT)
    keys = [week.round_.key for week in (contest, second)]
    browser = open_page(0)
    page = browser.get(address(contest, "awards"))[1]
    assert page.count("Có thể lập") == 2
    browser.post(address(contest, "awards"), {"set": "tuan", "round": keys[0]})
    for ctx in contest.staff:
        found = contest.ctx.session.scalars(_drafts()).one()
        adopt(ctx, campaign=contest.campaign, number=found.number, digest=found.digest)
    contest.ctx.session.commit()
    browser.post(address(contest, "awards"), {"set": "tuan", "round": keys[1]})
    page = browser.get(address(contest, f"awards?set=tuan&round={keys[1]}"))[1]
    assert "Không được xét nữa" in page
    assert contest.people[0].name in page
    assert browser.get(address(contest, "awards?set=khac"))[0] == 404


def _drafts() -> Any:
    import sqlalchemy as sa  # noqa: PLC0415 - for one statement

    from cuocthi_prizes.models import AwardList, AwardListState  # noqa: PLC0415

    return sa.select(AwardList).where(AwardList.state == AwardListState.DRAFT)


def test_marking_again_after_the_adoption_is_told_at_once(
    contest: Contest, open_page: Callable[[int], Browser]
) -> None:
    contest.rank(DISTINCT)
    of = awarded_named(contest.ctx, campaign=contest.campaign)
    for statement in ("", "Lần hai"):
        made = draw_up(contest.staff[0], campaign=contest.campaign, of=of, statement=statement)
        for ctx in contest.staff:
            adopt(ctx, campaign=contest.campaign, number=made.number, digest=made.digest)
    said = "Chưa giải nào thay đổi vì điều đó"
    browser = open_page(0)
    page = browser.get(address(contest, "awards"))[1]
    assert said not in page
    assert address(contest, "awards/1") in page, "the former version is linked"
    contest.post((1, *DISTINCT[1:]))
    contest.ctx.session.commit()
    page = browser.get(address(contest, "awards"))[1]
    assert said in page.partition("<main")[2].partition("<details")[0], "it is not hidden"
    assert contest.people[0].name in page
    assert said in browser.get(address(contest, "awards/2"))[1], "the list by itself says so as well"
    assert said not in browser.get(address(contest, "awards/1"))[1], "what was replaced leads to what is in force"
    assert said in browser.get(address(contest, "hand-over"))[1], "and where prizes are handed over by it"


def test_a_list_that_names_nobody_is_drawn_up_by_pages(contest: Contest, open_page: Callable[[int], Browser]) -> None:
    contest.save(of_sets(PrizeSet("main", "Giải", tiers=(Tier("mot-phan", "Giải", share=1),))))
    contest.rank(DISTINCT)
    browser = open_page(0)
    assert "không ai đủ điều kiện nhận giải" in browser.get(address(contest, "awards"))[1]
    assert browser.post(address(contest, "awards"), {"statement": ""})[0] == 422
    assert "Không trao" in browser.post(address(contest, "awards"), {"statement": "Không trao"})[1]


FORMULA: dict[str, Any] = {
    "awarded": "",
    "by-0-measure": "weighted",
    "by-1-measure": "persons",
    "weights-0-measure": "rate",
    "weights-0-weight": "60",
    "weights-1-measure": "mean",
    "weights-1-weight": "40",
    "bands-0-headcount": "0",
    "bands-0-rate": "30",
    "bands-1-headcount": "50",
    "bands-1-rate": "25,5",
    "least_persons": "2",
    "least_winners": "1",
    "collective-0-key": "",
    "collective-0-title": "Giải Nhất tập thể",
    "collective-0-quantity": "1",
    "collective-0-value": "5.000.000",
    "collective-0-block": "Khối xã",
}
BY_WEIGHT = Formula(
    (UnitMeasure.WEIGHTED, UnitMeasure.PERSONS),
    (Weight(UnitMeasure.RATE, 60), Weight(UnitMeasure.MEAN, 40)),
    (Band(0, 300), Band(50, 255)),
    least_persons=2,
    least_winners=1,
)


def test_a_formula_is_entered_and_changed_by_pages_alone(contest: Contest, open_page: Callable[[int], Browser]) -> None:
    upcoming(contest)
    contest.make.unit("Xã Vũ Quý", block="Khối xã")
    browser = open_page(0)
    assert browser.post(address(contest, "scheme/sets/+"), ENTERED | FORMULA)[0] == 200
    made = scheme_of(contest).sets[1]
    assert made.formula == BY_WEIGHT
    assert made.collective == (CollectiveTier("giai-nhat-tap-the", "Giải Nhất tập thể", 1, 5_000_000, "Khối xã"),)
    page = browser.get(address(contest, "scheme/sets/giai-tuan"))[1]
    assert 'value="25,5"' in page
    assert '<option selected value="Khối xã">Khối xã</option>' in page, "what is stored is offered again"
    campaign_page = browser.get(f"/c/{contest.campaign.slug}/")[1]
    assert "01 giải Nhất tập thể" in campaign_page, "as the individual ones, with quantity and value"
    assert "5.000.000" in campaign_page
    assert "Điểm tổng hợp tính theo hệ số" in browser.get(address(contest, "scheme"))[1]
    assert browser.post(address(contest, "scheme/sets/giai-tuan"), ENTERED | {"awarded": ""})[0] == 200
    assert scheme_of(contest).sets[1].formula == Formula()


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"weights-0-weight": "0"}, "weights-0-weight-error"),
        ({"bands-0-rate": "130"}, "bands-0-rate-error"),
        ({"by-1-measure": "weighted"}, "Mỗi chỉ số"),
        ({"by-0-measure": "rate"}, "hệ số"),
        ({"bands-1-headcount": "0"}, "quy mô"),
        ({"least_persons": "0"}, "least_persons-error"),
        ({"collective-0-quantity": ""}, "số lượng và giá trị"),
    ],
)
def test_what_is_wrong_in_a_formula_is_said_where_it_is(
    contest: Contest, open_page: Callable[[int], Browser], wrong: dict[str, str], named: str
) -> None:
    upcoming(contest)
    contest.make.unit("Xã Vũ Quý", block="Khối xã")
    status, page = open_page(0).post(address(contest, "scheme/sets/+"), ENTERED | FORMULA | wrong)
    assert (status, named in page) == (422, True)
    assert "Khối xã" in page
    assert scheme_of(contest) == PLAN


@pytest.mark.parametrize(
    ("act", "there", "gone"),
    [
        ("add-by", 'name="by-2-measure"', ""),
        ("add-weights", 'name="weights-2-weight"', ""),
        ("add-bands", 'name="bands-2-rate"', ""),
        ("remove-bands-1", 'name="bands-0-rate"', 'name="bands-1-rate"'),
    ],
)
def test_rows_of_a_formula_come_and_go_without_storing(
    contest: Contest, open_page: Callable[[int], Browser], act: str, there: str, gone: str
) -> None:
    upcoming(contest)
    status, page = open_page(0).post(address(contest, "scheme/sets/+"), ENTERED | FORMULA | {"act": act})
    assert (status, there in page) == (200, True)
    assert not gone or gone not in page
    assert scheme_of(contest) == PLAN


def test_which_units_would_win_is_shown_beside_the_present_ones(
    contest: Contest, open_page: Callable[[int], Browser]
) -> None:
    small, large = (contest.make.unit(name, block="Khối xã") for name in ("Xã Nhỏ", "Xã Lớn"))
    contest.people += [contest.make.enrolment(contest.campaign, unit=small) for _ in range(2)]
    contest.people += [contest.make.enrolment(contest.campaign, unit=large) for _ in range(3)]
    for unit, number in ((small, 2), (large, 30)):
        contest.make.headcount(contest.campaign, unit, number)
    contest.post(DISTINCT)
    contest.provisional()  # not adopted yet: the newest version is enough to look ahead
    present = replace(
        PLAN.sets[0],
        formula=Formula((UnitMeasure.PERSONS,)),
        collective=(CollectiveTier("tt", "Giải Nhất tập thể", 1, 5_000_000),),
    )
    contest.save(of_sets(present))
    browser = open_page(0)
    entered = ENTERED | {
        "awarded": "",
        "by-0-measure": "rate",
        "collective-0-key": "tt",
        "collective-0-title": "Giải Nhất tập thể",
        "collective-0-quantity": "1",
        "collective-0-value": "9.000.000",
    }
    page = browser.post(address(contest, "scheme/sets/main"), entered | {"act": "look"})[1]
    rows = [row for row in page.split("<tr") if "<strong>Xã" in row]
    assert [("Nhỏ" in row, row.count("Giải Nhất tập thể")) for row in rows] == [(True, 1), (False, 1)]
    assert scheme_of(contest) == of_sets(present)
