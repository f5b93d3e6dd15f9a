"""Roles: which there are, whom they bar, what a unit coordinator sees, and where a member begins."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.models import CampaignState
from cuocthi.cli import main
from cuocthi.committees.domain import seat, set_up_committee, unit_meant
from cuocthi.committees.models import Committee, Membership
from cuocthi.committees.queries import has_sat, roles_in
from cuocthi.contributions import Role
from cuocthi.enrolments.models import EnrolmentState
from cuocthi.enrolments.participation import everywhere, people, totals, unit_rows, within
from cuocthi.errors import DomainError
from cuocthi.migrations import runner
from cuocthi.rules.clauses import core_clauses
from cuocthi.standings.appointments import appoint
from cuocthi.standings.criteria import RankingRules

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.engine import Engine

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    return make.campaign("thai-binh")


def coordinators(ctx: Context, campaign: Campaign, *, sees_names: bool = False) -> Committee:
    return set_up_committee(
        ctx,
        campaign=campaign,
        key="dau-moi",
        role=Role.COORDINATING,
        title="Đầu mối các đơn vị",
        sees_names=sees_names,
    )


def test_the_database_holds_every_role_and_no_other(ctx: Context, make: Factories, campaign: Campaign) -> None:
    for role in Role:
        make.member(campaign, role)
    with pytest.raises(sa.exc.IntegrityError):
        ctx.session.execute(sa.update(Committee).values(role=sa.literal_column("'king'")))


def test_a_person_still_has_one_seat_on_a_committee(ctx: Context, make: Factories, campaign: Campaign) -> None:
    member = make.member(campaign)
    held = ctx.session.scalars(sa.select(Membership).where(Membership.user_id == member.id)).one()
    ctx.session.add(Membership(committee_id=held.committee_id, user_id=member.id, appointed_at=ctx.now))
    with pytest.raises(sa.exc.IntegrityError):
        ctx.session.flush()


def test_seats_outlive_the_revision_that_brought_the_roles(
    ctx: Context, make: Factories, campaign: Campaign, engine: Engine
) -> None:
    member = make.member(campaign, Role.JURY)
    ctx.session.commit()
    ctx.session.close()
    core = runner.owners({})[runner.CORE]
    runner.downgrade(engine, runner.CORE, core, "0002")
    with engine.begin() as connection, pytest.raises(sa.exc.IntegrityError):
        connection.exec_driver_sql("UPDATE core_committee SET role = 'standing'")
    runner.upgrade(engine, {})
    held = ctx.session.scalars(sa.select(Membership).where(Membership.user_id == member.id)).one()
    assert (held.committee.role, held.unit_id, held.error_reason) == (Role.JURY, None, "")
    ctx.session.add(Membership(committee_id=held.committee_id, user_id=member.id, appointed_at=ctx.now))
    with pytest.raises(sa.exc.IntegrityError):
        ctx.session.flush()


@pytest.mark.parametrize("role", Role)
def test_only_coordinators_may_take_part(ctx: Context, make: Factories, campaign: Campaign, role: Role) -> None:
    enrolment = make.enrolment(campaign)
    committee = set_up_committee(ctx, campaign=campaign, key="x", role=role, title="Ban")
    appoint(ctx, campaign=campaign, committee=committee, user=enrolment.user, unit=make.unit())
    free = role is Role.COORDINATING
    assert (enrolment.state is EnrolmentState.ACTIVE) == free
    assert has_sat(ctx, campaign_id=campaign.id, user_id=enrolment.user_id) != free
    assert roles_in(ctx, campaign_id=campaign.id, user_id=enrolment.user_id) == {role}


def test_a_coordinator_needs_a_unit_and_nobody_else_has_one(ctx: Context, make: Factories, campaign: Campaign) -> None:
    with pytest.raises(DomainError) as refused:
        seat(ctx, campaign=campaign, committee=coordinators(ctx, campaign), user=make.user())
    assert refused.value.field == "unit"
    jury = set_up_committee(ctx, campaign=campaign, key="bgk", role=Role.JURY, title="Ban", sees_names=True)
    assert seat(ctx, campaign=campaign, committee=jury, user=make.user(), unit=make.unit()).unit_id is None
    assert not jury.sees_names


def test_a_unit_is_meant_by_its_code_or_its_name(ctx: Context, make: Factories) -> None:
    thu, tien = make.unit("Huyện Vũ Thư", code="vu-thu"), make.unit("Huyện Tiền Hải")
    for unit in (thu, tien):
        unit.search = f"|{unit.search}|"
    ctx.session.flush()
    for text in ("vu-thu", "Huyện Vũ Thư", "vu thu", "  vũ thư "):
        assert unit_meant(ctx, text=text) is thu, text
    assert unit_meant(ctx, text=" ") is None
    for text, names in (("huyen", True), ("không có", False), ("%", False)):
        with pytest.raises(DomainError) as refused:
            unit_meant(ctx, text=text)
        assert refused.value.field == "unit"
        assert ("Huyện Tiền Hải" in str(refused.value.message)) == names


def test_the_rules_name_whom_a_seat_bars_and_who_learns_names(ctx: Context, campaign: Campaign) -> None:
    jury = set_up_committee(ctx, campaign=campaign, key="bgk", role=Role.JURY, title="Ban Giám khảo")
    both = [jury, coordinators(ctx, campaign, sees_names=True)]
    clauses = core_clauses(campaign, rounds=[], committees=both, rankings=[([], RankingRules())], measure_titles={})
    bodies = {clause.key: clause.body for clause in clauses}
    assert ("Ban Giám khảo" in bodies["barred"], "Đầu mối" in bodies["barred"]) == (True, False)
    assert "Đầu mối các đơn vị" in bodies["data"]
    both[1].sees_names = False
    clauses = core_clauses(campaign, rounds=[], committees=both, rankings=[([], RankingRules())], measure_titles={})
    assert "Đầu mối" not in "".join(clause.body for clause in clauses)


def test_figures_count_persons_whose_entries_count(ctx: Context, make: Factories, campaign: Campaign) -> None:
    top = make.unit("Huyện Vũ Thư")
    below, beside = make.unit("Xã Minh Quang", parent=top), make.unit("Xã Bình Minh")
    make.headcount(campaign, below, 8)
    make.headcount(campaign, beside, 5)
    for unit in (top, below, below, beside):
        make.enrolment(campaign, unit=unit)
    out = make.enrolment(campaign, unit=below)
    out.state, out.excluded_reason = EnrolmentState.EXCLUDED, "Vi phạm Thể lệ"
    make.enrolment(make.campaign(), unit=below)
    ctx.session.flush()
    mine = within([top])
    rows, number = unit_rows(ctx, campaign=campaign, reach=mine, limit=10)
    assert [(row.unit.name, row.figures.entitled, row.figures.registered) for row in rows] == [
        ("Huyện Vũ Thư", 0, 1),
        ("Xã Minh Quang", 8, 2),
    ]
    assert number == 2
    assert totals(ctx, campaign=campaign, reach=mine).registered == 3
    assert totals(ctx, campaign=campaign, reach=everywhere()).entitled == 13
    assert totals(ctx, campaign=campaign, reach=within([])).registered == 0
    shown, number = people(ctx, campaign=campaign, unit=top, finished=False, limit=2)
    assert (len(shown), number) == (2, 3)
    assert people(ctx, campaign=campaign, unit=top, finished=True, limit=2) == ([], 0)


def test_the_figures_take_the_same_statements_for_any_number(
    make: Factories,
    campaign: Campaign,
    sign_in: Callable[[User], Browser],
    statements: Callable[[], int],
) -> None:
    make.enrolment(campaign)
    browser = sign_in(make.member(campaign, Role.STANDING))
    counts = []
    for _ in range(2):
        statements()
        assert browser.get("/c/thai-binh/staff/participation/")[0] == 200
        counts.append(statements())
        for _number in range(3):
            make.enrolment(campaign)
        sign_in(make.user())
    assert counts[0] == counts[1]


def test_a_coordinator_is_appointed_on_the_pages_and_begins_at_the_figures(
    ctx: Context, make: Factories, campaign: Campaign, sign_in: Callable[[User], Browser]
) -> None:
    unit = make.unit("Huyện Vũ Thư", code="vu-thu")
    person = make.user("Trần Văn Tùng")
    number = coordinators(ctx, campaign).id
    organiser = sign_in(make.member(campaign))
    address = f"/c/thai-binh/staff/committees/{number}/appoint"
    assert 'name="unit"' in organiser.get(f"{address}?q=tung")[1]
    for wrong in ("", "không có"):
        status, page = organiser.post(f"{address}?q=tung", {"user_id": str(person.id), "unit": wrong})
        assert (status, "has-error" in page) == (422, True), wrong
    assert organiser.post(address, {"user_id": str(person.id), "unit": "vu-thu"})[0] == 200
    assert "Huyện Vũ Thư" in organiser.get("/c/thai-binh/staff/committees/")[1]
    make.enrolment(campaign, unit=unit)
    own = sign_in(person)
    page = own.get("/staff/")[1]
    assert "Huyện Vũ Thư" in page, "the only campaign opens by itself"
    assert own.get("/c/thai-binh/staff/")[0] == 403


def test_names_are_looked_at_on_record(
    ctx: Context, make: Factories, campaign: Campaign, sign_in: Callable[[User], Browser]
) -> None:
    unit = make.unit("Huyện Vũ Thư")
    make.enrolment(campaign, user=make.user("Nguyễn Thị Đào"), unit=unit)
    coordinator = make.user()
    seat(ctx, campaign=campaign, committee=coordinators(ctx, campaign, sees_names=True), user=coordinator, unit=unit)
    browser = sign_in(coordinator)
    assert "Nguyễn Thị Đào" in browser.get(f"/c/thai-binh/staff/participation/{unit.id}?state=no")[1]
    ctx.session.expire_all()
    event = ctx.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert (event.action, event.object_id, event.actor_id) == ("core:participation:view", unit.id, coordinator.id)


def test_an_archived_campaign_is_left_to_who_answers_for_it(
    make: Factories, sign_in: Callable[[User], Browser]
) -> None:
    campaign = make.campaign("cu", state=CampaignState.ARCHIVED)
    juror, standing = make.member(campaign, Role.JURY), make.member(campaign, Role.STANDING)
    assert "/c/cu/" not in sign_in(juror).get("/staff/")[1]
    browser = sign_in(standing)
    for page in ("audit/", "rankings/", "permissions", "committees/"):
        assert browser.get(f"/c/cu/staff/{page}")[0] == 200, page
    for page in ("enrolments/", "participation/", "basics"):
        assert browser.get(f"/c/cu/staff/{page}")[0] == 403, page


def test_the_command_says_who_may_do_what(app: Flask, ctx: Context, make: Factories, campaign: Campaign) -> None:
    make.member(campaign, Role.JURY)
    ctx.session.scalars(sa.select(Committee)).one().title = "Ban Giám khảo Hội thi"
    ctx.session.commit()
    said = app.test_cli_runner().invoke(main, ["campaigns", "permissions", "thai-binh"])
    assert said.exit_code == 0, said.output
    (line,) = (line for line in said.output.splitlines() if "core:entry:decide" in line)
    assert "Ban Giám khảo Hội thi" in line
