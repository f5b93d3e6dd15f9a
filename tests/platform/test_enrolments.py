"""Taking part: who may join, what is frozen, who sees it."""

from __future__ import annotations

import dataclasses
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.enrolments import domain, queries
from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.enrolments.queries import Wanted
from cuocthi.errors import Closed, Conflict, DomainError, Forbidden, Missing
from cuocthi.rules.models import RulesVersion
from cuocthi.sheets.csv_text import csv_lines, harmless
from cuocthi.units.models import Unit
from cuocthi.users.models import User

if TYPE_CHECKING:
    from collections.abc import Callable

    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault
    from cuocthi.testing.factories import Factories


def enrol(ctx: Context, campaign: Campaign, user: User, unit: Unit, **changes: Any) -> Enrolment:
    values: dict[str, Any] = {"category": "official", "consent": True, "rules_version": None} | changes
    return domain.enrol(ctx, campaign=campaign, user=user, unit=unit, **values)


def count(ctx: Context) -> int:
    return ctx.session.scalar(sa.select(sa.func.count()).select_from(Enrolment)) or 0


def rules(ctx: Context, campaign: Campaign, number: int = 1) -> RulesVersion:
    version = RulesVersion(campaign_id=campaign.id, number=number, clauses={}, digest="0" * 64, issued_at=ctx.now)
    ctx.session.add(version)
    ctx.session.flush()
    return version


def test_joining_freezes_name_unit_and_category(ctx: Context, make: Factories) -> None:
    campaign, user = make.campaign(), make.user("Đặng Thị Ánh")
    district = make.unit("Huyện Vũ Thư", parent=make.unit("Tỉnh Thái Bình"))
    unit = make.unit("Xã Minh Quang", parent=district)
    enrolment = enrol(ctx, campaign, user, unit)
    user.name, unit.name = "Tên khác", "Đơn vị khác"
    ctx.session.flush()
    ctx.session.expire_all()
    assert (enrolment.name, enrolment.name_folded) == ("Đặng Thị Ánh", "dang thi anh")
    assert enrolment.unit_name == "Xã Minh Quang, Huyện Vũ Thư"
    assert (enrolment.category, enrolment.state) == ("official", EnrolmentState.ACTIVE)
    assert enrolment.enrolled_at == ctx.now
    assert len(enrolment.code) == 8
    assert len(enrolment.consent_digest) == 64


def test_joining_twice_changes_nothing(ctx: Context, make: Factories) -> None:
    campaign, user, unit = make.campaign(), make.user(), make.unit()
    first = enrol(ctx, campaign, user, unit)
    again = enrol(ctx, campaign, user, make.unit(), category="resident")
    assert (again.id, again.unit_id, again.category) == (first.id, unit.id, "official")
    assert count(ctx) == 1


def test_two_requests_at_the_same_moment_make_one_enrolment(ctx: Context, make: Factories) -> None:
    campaign, user, unit = make.campaign(), make.user(), make.unit()
    keys = (campaign.id, user.id, unit.id)
    ctx.session.commit()
    engine, barrier, found = ctx.session.get_bind(), threading.Barrier(2), []

    def run() -> None:
        with Session(engine) as session:
            own = dataclasses.replace(ctx, session=session)
            barrier.wait()
            rows = session.get_one(Campaign, keys[0]), session.get_one(User, keys[1]), session.get_one(Unit, keys[2])
            found.append(enrol(own, *rows).id)
            session.commit()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert len(found) == 2
    assert len(set(found)) == 1
    assert count(ctx) == 1


def test_a_number_that_is_taken_is_drawn_again(ctx: Context, make: Factories, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign, unit = make.campaign(), make.unit()
    drawn = iter(["AAAAAAAA", "AAAAAAAA", "BBBBBBBB"])
    monkeypatch.setattr(domain, "_new_code", lambda: next(drawn))
    assert enrol(ctx, campaign, make.user(), unit).code == "AAAAAAAA"
    assert enrol(ctx, campaign, make.user(), unit).code == "BBBBBBBB"


def test_a_number_that_must_be_known_beforehand_is_kept(ctx: Context, make: Factories) -> None:
    assert enrol(ctx, make.campaign(), make.user(), make.unit(), code="TB000017").code == "TB000017"


@pytest.mark.parametrize("state", [CampaignState.DRAFT, CampaignState.ARCHIVED])
def test_only_an_open_campaign_can_be_joined(ctx: Context, make: Factories, state: CampaignState) -> None:
    with pytest.raises(Closed):
        enrol(ctx, make.campaign(state=state), make.user(), make.unit())
    assert count(ctx) == 0


def test_nobody_joins_after_the_last_round_has_closed(ctx: Context, make: Factories) -> None:
    campaign, unit = make.campaign(), make.unit()
    make.round(campaign, number=1, closes_at=ctx.now - timedelta(days=1))
    last = make.round(campaign, number=2, closes_at=ctx.now + timedelta(days=1))
    enrol(ctx, campaign, make.user(), unit)
    just_before = dataclasses.replace(ctx, now=last.closes_at - timedelta(microseconds=1))
    enrol(just_before, campaign, make.user(), unit)
    with pytest.raises(Closed):
        enrol(dataclasses.replace(ctx, now=last.closes_at), campaign, make.user(), unit)
    assert count(ctx) == 2


def test_committee_members_may_not_take_part(ctx: Context, make: Factories) -> None:
    campaign, other = make.campaign(), make.campaign()
    member = make.member(campaign)
    with pytest.raises(Forbidden):
        enrol(ctx, campaign, member, make.unit())
    assert enrol(ctx, other, member, make.unit()).campaign_id == other.id


def test_units_that_group_others_or_are_no_longer_valid_cannot_be_chosen(ctx: Context, make: Factories) -> None:
    campaign, user = make.campaign(), make.user()
    today = ctx.now.date()
    refused = [make.unit(), make.unit(), make.unit()]
    refused[0].selectable = False
    refused[1].valid_to = today
    refused[2].valid_from = today + timedelta(days=1)
    for unit in refused:
        with pytest.raises(DomainError) as error:
            enrol(ctx, campaign, user, unit)
        assert error.value.field == "unit"
    last_day = make.unit()
    last_day.valid_from, last_day.valid_to = today, today + timedelta(days=1)
    assert enrol(ctx, campaign, user, last_day).unit_id == last_day.id


def test_another_unit_asks_for_its_name(ctx: Context, make: Factories) -> None:
    campaign, user, other = make.campaign(), make.user(), make.unit("Đơn vị khác")
    other.kind = queries.OTHER_UNIT
    for note in ("", "   ", "x" * (domain.MAX_UNIT_NOTE + 1)):
        with pytest.raises(DomainError) as error:
            enrol(ctx, campaign, user, other, unit_note=note)
        assert error.value.field == "unit_note"
    assert enrol(ctx, campaign, user, other, unit_note=" Công ty  A ").unit_note == "Công ty A"
    assert enrol(ctx, campaign, make.user(), make.unit(), unit_note="Công ty A").unit_note == ""


def test_the_profile_must_fit_the_campaign(ctx: Context, make: Factories) -> None:
    plain, divided, unit = make.campaign(), make.campaign(), make.unit()
    division, foreign = make.division(divided), make.division(make.campaign())
    wrong: list[tuple[Campaign, dict[str, Any], str]] = [
        (plain, {"category": "visitor"}, "category"),
        (plain, {"division": division}, "division"),
        (divided, {}, "division"),
        (divided, {"division": foreign}, "division"),
    ]
    for campaign, changes, field in wrong:
        with pytest.raises(DomainError) as error:
            enrol(ctx, campaign, make.user(), unit, **changes)
        assert error.value.field == field
    assert enrol(ctx, divided, make.user(), unit, division=division).division_id == division.id
    plain.categories = {}
    assert enrol(ctx, plain, make.user(), unit, category="").category == ""


def test_nobody_takes_part_without_consent_and_the_rules_in_force(ctx: Context, make: Factories) -> None:
    campaign, user, unit = make.campaign(), make.user(), make.unit()
    old, new = rules(ctx, campaign, 1), rules(ctx, campaign, 2)
    for changes, field in (({"consent": False}, "consent"), ({}, "rules"), ({"rules_version": old}, "rules")):
        with pytest.raises(DomainError) as error:
            enrol(ctx, campaign, user, unit, **changes)
        assert error.value.field == field
    assert count(ctx) == 0
    assert enrol(ctx, campaign, user, unit, rules_version=new).rules_version_id == new.id


def test_an_entry_is_excluded_and_restored_with_reasons(ctx: Context, make: Factories) -> None:
    enrolment = make.enrolment(make.campaign())
    for reason in ("", "  ", "x" * (domain.MAX_REASON + 1)):
        with pytest.raises(DomainError):
            domain.exclude(ctx, enrolment=enrolment, reason=reason)
    domain.exclude(ctx, enrolment=enrolment, reason=" Thành viên  Tổ Giúp việc ")
    ctx.session.expire_all()
    assert (enrolment.state, enrolment.excluded_reason) == (EnrolmentState.EXCLUDED, "Thành viên Tổ Giúp việc")
    with pytest.raises(Conflict):
        domain.exclude(ctx, enrolment=enrolment, reason="Lần nữa")
    with pytest.raises(DomainError):
        domain.restore(ctx, enrolment=enrolment, reason=" ")
    domain.restore(ctx, enrolment=enrolment, reason="Bổ nhiệm nhầm")
    ctx.session.expire_all()
    assert (enrolment.state, enrolment.excluded_reason) == (EnrolmentState.ACTIVE, "")
    with pytest.raises(Conflict):
        domain.restore(ctx, enrolment=enrolment, reason="Lần nữa")


def listed(ctx: Context, campaign: Campaign, vault: Vault, **wanted: Any) -> list[str]:
    rows, total = queries.list_enrolments(ctx, campaign_id=campaign.id, wanted=Wanted(**wanted), vault=vault, limit=50)
    assert total == len(rows)
    every = queries.every_enrolment(ctx, campaign_id=campaign.id, wanted=Wanted(**wanted), vault=vault)
    assert [row.id for row in every] == [row.id for row in rows]
    return [row.name for row in rows]


def test_the_list_is_searched_without_accents_filtered_and_sorted(ctx: Context, make: Factories, vault: Vault) -> None:
    campaign = make.campaign()
    unit = make.unit("Sở Nội vụ")
    dao = make.enrolment(campaign, user=make.user("Nguyễn Thị Đào", contact="0912345645"), unit=unit)
    make.enrolment(campaign, user=make.user("Trần Đào Ánh"), category="resident")
    out = make.enrolment(campaign, user=make.user("Lê Văn Bảy"), unit=unit)
    make.enrolment(make.campaign(), user=make.user("Phạm Thị Đào"))
    domain.exclude(ctx, enrolment=out, reason="Vi phạm")
    assert listed(ctx, campaign, vault) == ["Trần Đào Ánh", "Lê Văn Bảy", "Nguyễn Thị Đào"]
    assert listed(ctx, campaign, vault, descending=True) == ["Nguyễn Thị Đào", "Lê Văn Bảy", "Trần Đào Ánh"]
    assert listed(ctx, campaign, vault, search="dao") == ["Trần Đào Ánh", "Nguyễn Thị Đào"]
    assert listed(ctx, campaign, vault, search="ĐÀO nguyen") == ["Nguyễn Thị Đào"]
    assert listed(ctx, campaign, vault, search=dao.code) == ["Nguyễn Thị Đào"]
    assert listed(ctx, campaign, vault, search="+84 912 345 645") == ["Nguyễn Thị Đào"]
    assert listed(ctx, campaign, vault, search="0912345") == []
    assert listed(ctx, campaign, vault, search="%") == []
    assert listed(ctx, campaign, vault, category="resident") == ["Trần Đào Ánh"]
    assert listed(ctx, campaign, vault, state=EnrolmentState.EXCLUDED) == ["Lê Văn Bảy"]
    assert listed(ctx, campaign, vault, unit="so noi", sort="code") == ["Nguyễn Thị Đào", "Lê Văn Bảy"]
    assert listed(ctx, campaign, vault, sort="unit")[-2:] == ["Lê Văn Bảy", "Nguyễn Thị Đào"]
    assert listed(ctx, campaign, vault, sort="enrolled_at")


def test_the_code_of_a_unit_stands_for_those_below_it_too(ctx: Context, make: Factories, vault: Vault) -> None:
    campaign, district = make.campaign(), make.unit("Huyện Vũ Thư", code="vu-thu")
    make.enrolment(campaign, user=make.user("Nguyễn Thị Đào"), unit=district)
    make.enrolment(campaign, user=make.user("Trần Đào Ánh"), unit=make.unit("Xã Minh Quang", parent=district))
    make.enrolment(campaign, user=make.user("Lê Văn Bảy"), unit=make.unit("Xã Vũ Thư", code="vu-thu-khac"))
    assert listed(ctx, campaign, vault, unit=" vu-thu ") == ["Trần Đào Ánh", "Lê Văn Bảy", "Nguyễn Thị Đào"]
    assert listed(ctx, campaign, vault, unit="HUYỆN vu thu") == ["Nguyễn Thị Đào"]
    assert listed(ctx, campaign, vault, unit="vu-thu-khac") == ["Lê Văn Bảy"]
    for nothing in ("không có", "%", "..."):
        assert listed(ctx, campaign, vault, unit=nothing) == []


def test_the_list_is_paged(ctx: Context, make: Factories, vault: Vault) -> None:
    campaign = make.campaign()
    for number in range(5):
        make.enrolment(campaign, user=make.user(f"Nguyễn Văn {'ABCDE'[number]}"))
    rows, total = queries.list_enrolments(ctx, campaign_id=campaign.id, wanted=Wanted(), vault=vault, limit=2, offset=2)
    assert ([row.name[-1] for row in rows], total) == (["C", "D"], 5)


@pytest.mark.parametrize("number", [1, 30])
def test_the_list_takes_the_same_statements_for_any_number(
    ctx: Context, make: Factories, vault: Vault, statements: Callable[[], int], number: int
) -> None:
    campaign = make.campaign()
    for _ in range(number):
        make.enrolment(campaign)
    statements()
    queries.list_enrolments(ctx, campaign_id=campaign.id, wanted=Wanted(), vault=vault, limit=50)
    assert statements() == 2


def test_an_enrolment_is_found_in_its_campaign_only(ctx: Context, make: Factories) -> None:
    campaign = make.campaign()
    enrolment = make.enrolment(campaign)
    assert queries.enrolment_by_id(ctx, campaign_id=campaign.id, enrolment_id=enrolment.id) is enrolment
    with pytest.raises(Missing):
        queries.enrolment_by_id(ctx, campaign_id=make.campaign().id, enrolment_id=enrolment.id)


@pytest.mark.parametrize("cell", ["=1+1", "+84", "-5", "@sum", "\tx", " =1", "＝1"])
def test_no_cell_of_an_export_is_taken_for_a_formula(cell: str) -> None:
    assert harmless(cell) == "'" + cell


def test_an_export_opens_in_a_spreadsheet_as_it_is() -> None:
    lines = list(csv_lines(["Họ tên", "Đơn vị"], [["Nguyễn, An", '"=1'], ["=2", ""]]))
    assert "".join(lines).encode() == '\ufeffHọ tên,Đơn vị\r\n"Nguyễn, An","""=1"\r\n\'=2,\r\n'.encode()
