"""The league of units: every figure says whether it counts persons or entries, and coordinators see their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from cuocthi.contributions import Browser, Role
from cuocthi.units.models import Unit
from cuocthi.users.models import User
from cuocthi_prizes.candidates.decisions import Document, correct_unit
from cuocthi_prizes.domain.award_lists import adopt, draw_up
from cuocthi_prizes.domain.league import league
from cuocthi_prizes.domain.outlook import outlook
from cuocthi_prizes.domain.unit_awards import grant
from cuocthi_prizes.formula import Formula, UnitMeasure
from cuocthi_prizes.settings import CollectiveTier

from .conftest import DISTINCT, Contest, with_main


@pytest.fixture
def communes(contest: Contest) -> tuple[Unit, Unit, Unit]:
    """A district with a commune, two of whose people win, and another commune, with one person behind all prizes."""
    district = contest.make.unit("Huyện Vũ Thư")
    inside = contest.make.unit("Xã Minh Quang", parent=district, block="Khối xã")
    outside = contest.make.unit("Xã Đông Hoàng", block="Khối xã")
    contest.people += [contest.make.enrolment(contest.campaign, unit=inside) for _ in range(2)]
    contest.make.headcount(contest.campaign, inside, 8)
    contest.people += [contest.make.enrolment(contest.campaign) for _ in range(len(DISTINCT) - 2)]
    contest.people += [contest.make.enrolment(contest.campaign, unit=outside)]
    contest.rank((*DISTINCT, 1))
    return district, inside, outside


def adopted(contest: Contest, unit: Unit) -> None:
    made = draw_up(contest.staff[0], campaign=contest.campaign)
    grant(
        contest.staff[0],
        campaign=contest.campaign,
        number=made.number,
        tier="tap-the",
        unit_id=unit.id,
        reason="Tỷ lệ cao nhất",
        decision_number="15/QĐ-BTC",
        decision_date=date(2024, 9, 19),
        value=1_000_000,
    )
    for ctx in contest.staff:
        adopt(ctx, campaign=contest.campaign, number=made.number, digest=made.digest)


def test_it_tells_persons_winners_and_prizes_of_adopted_lists_alone(
    contest: Contest, communes: tuple[Unit, Unit, Unit]
) -> None:
    _district, inside, outside = communes

    def told() -> dict[int, tuple[int, int | None, int, str]]:
        rows = league(contest.ctx, round_=contest.round_, units={inside.id, outside.id})
        return {
            row.figures.unit_id: (row.figures.persons, row.figures.rate_permille, row.winners, row.prizes)
            for row in rows
        }

    assert told() == {inside.id: (2, 250, 0, ""), outside.id: (1, None, 0, "")}
    adopted(contest, inside)
    assert told() == {inside.id: (2, 250, 2, "Giải tập thể"), outside.id: (1, None, 0, "")}


@pytest.fixture
def page_of(contest: Contest, sign_in: Callable[[User], Browser]) -> Callable[..., str]:
    def read(user: User, query: str = "") -> str:
        address = f"/c/{contest.campaign.slug}/prizes/league{query}"
        contest.ctx.session.commit()
        browser = sign_in(user)
        contest.ctx.session.rollback()
        status, page = browser.get(address)
        assert status == 200
        return page

    return read


def test_a_coordinator_sees_the_own_unit_and_what_lies_below_it(
    contest: Contest, communes: tuple[Unit, Unit, Unit], page_of: Callable[..., str]
) -> None:
    district, inside, _outside = communes
    adopted(contest, inside)
    coordinator = contest.make.member(contest.campaign, Role.COORDINATING, unit=district)
    page = page_of(coordinator)
    assert "Xã Minh Quang" in page
    assert "Xã Đông Hoàng" not in page
    assert "Số người đạt giải cá nhân" in page
    files = page_of(coordinator, "?export=csv")
    assert "Xã Minh Quang" in files
    assert "Xã Đông Hoàng" not in files


def test_the_committee_sees_all_units_and_takes_them_away_as_a_file(
    contest: Contest, communes: tuple[Unit, Unit, Unit], page_of: Callable[..., str]
) -> None:
    _district, inside, _outside = communes
    adopted(contest, inside)
    member = contest.ctx.session.get_one(User, contest.staff[0].actor.user_id)
    page = page_of(member, "?sort=-winners")
    assert page.index("Xã Minh Quang") < page.index("Xã Đông Hoàng")
    rows = [line.split(",") for line in page_of(member, "?export=csv&q=xa+minh").splitlines() if "Xã" in line]
    assert [(row[0].lstrip("\ufeff"), row[2], row[3], row[7]) for row in rows] == [("Xã Minh Quang", "2", "2", "2")]


def test_it_takes_the_same_number_of_statements_however_many_units(
    contest: Contest, communes: tuple[Unit, Unit, Unit], statements: Callable[[], int]
) -> None:
    contest.ctx.session.refresh(contest.round_)
    statements()
    assert len(league(contest.ctx, round_=contest.round_, units=None)) > 10
    assert statements() == 4


def test_nothing_stands_there_before_a_ranking_is_adopted(contest: Contest, page_of: Callable[..., Any]) -> None:
    member = contest.ctx.session.get_one(User, contest.staff[0].actor.user_id)
    assert "ngay khi bảng xếp hạng của một vòng được thông qua" in page_of(member)


def test_who_is_awarded_with_another_unit_counts_for_the_one_of_the_enrolment(
    contest: Contest, communes: tuple[Unit, Unit, Unit]
) -> None:
    _district, inside, outside = communes
    prize = CollectiveTier("tap-the", "Giải tập thể", 1, 1_000_000)
    scheme = with_main(collective=(prize,), formula=Formula((UnitMeasure.WINNERS,), least_winners=2))
    contest.save(replace(scheme, allotted=20_000_000))
    made = draw_up(contest.staff[0], campaign=contest.campaign)
    for person in contest.people[:2]:
        correct_unit(
            contest.staff[0],
            campaign=contest.campaign,
            number=made.number,
            enrolment_id=person.id,
            unit=outside,
            reason="Khai nhầm",
            by=Document("12/BB-BTC", date(2024, 9, 19)),
        )
    made = draw_up(contest.staff[0], campaign=contest.campaign)
    assert [award.unit_id for award in made.awards[:2]] == [outside.id] * 2
    assert [award.unit_id for award in made.unit_awards] == [inside.id]
    (look,) = outlook(contest.ctx, campaign=contest.campaign, present=scheme, changed=scheme, key=scheme.sets[0].key)
    assert look.unit_winners == (1, 1)
    assert [unit.name for unit in look.units] == [inside.name]
    for ctx in contest.staff:
        adopt(ctx, campaign=contest.campaign, number=made.number, digest=made.digest)
    rows = league(contest.ctx, round_=contest.round_, units={inside.id, outside.id})
    assert {row.figures.unit_id: row.winners for row in rows} == {inside.id: 2, outside.id: 0}
