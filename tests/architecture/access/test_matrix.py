"""Role × route × object: every route of core and plugins is tried in every role, and each answer follows from what is
declared. Whoever is not named may not; and nobody reaches the objects of another campaign or of another unit's subtree.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from cuocthi.campaigns.models import CampaignState
from cuocthi.committees.domain import seat, set_up_committee
from cuocthi.committees.models import Committee, Membership
from cuocthi.contributions import Permission, Role
from cuocthi.errors import ContractError
from cuocthi.security.permissions import ANSWERING, Permissions, holders
from cuocthi.text import T
from cuocthi.web.access import ADMINISTRATOR, BY_STATEMENT, PUBLIC, SIGNED_IN, STAFF

from .conftest import NAMES, Route, Send, World, on_one_database

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

pytestmark = on_one_database
#: Acts of who takes part: others, though signed in, are refused by the act itself.
FOR_ENTRANTS = {"POST /c/<slug>/quiz/round/<int:round_id>/start"}


def test_every_object_that_an_address_can_name_is_tried(world: World) -> None:
    named = {name for route in world.routes() for name in route.objects}
    assert named == set(world.own) - {"name", "unit_id"}


@pytest.mark.parametrize("role", Role)
def test_each_role_may_exactly_what_is_declared(world: World, role: Role, keep_nothing: Callable[[], None]) -> None:
    held = world.permissions.granted([role])
    send = world.browser(world.make.member(world.campaign, role))
    keep_nothing()
    wrong = []
    for method, rule, access in world.guarded():
        status = send(method, world.address(rule)).status_code
        if (status == 403) != (access not in held) or status >= 500:
            wrong.append((method, rule.rule, access, status))
    assert wrong == []


# --- who holds no seat here ---


def strangers(world: World) -> dict[str, Send]:
    """The browsers of nobody, and of people who have nothing to do with this campaign's staff but its coordinator."""
    make, campaign = world.make, world.campaign
    coordinator, elsewhere, former, administrator = (make.user(password=True, admin=rank == 3) for rank in range(4))
    make.member(campaign, Role.COORDINATING, user=coordinator)
    make.member(make.campaign("mot-noi-khac", plugins=NAMES), user=elsewhere)
    make.member(campaign, user=former)
    ended = world.ctx.session.scalars(sa.select(Membership).where(Membership.user_id == former.id)).one()
    ended.ended_at = world.ctx.now
    people = {
        "nobody": None,
        "entrant": world.entrant,
        "coordinator": coordinator,
        "organiser elsewhere": elsewhere,
        "former organiser": former,
        "administrator": administrator,
    }
    return {who: world.browser(user) for who, user in people.items()}


def outcome(answer: TestResponse) -> str:
    """What became of a request."""
    if answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in?next=/"):
        return "led to sign in"
    return "broken" if answer.status_code >= 500 else "refused" if answer.status_code == 403 else "answered"


def due(who: str, route: Route, coordinated: frozenset[str]) -> str:
    """What has to become of a stranger's request."""
    access = route.access
    let_in = {
        PUBLIC: True,
        SIGNED_IN: who == "entrant" or str(route) not in FOR_ENTRANTS,
        STAFF: who in {"coordinator", "organiser elsewhere", "administrator"},
        ADMINISTRATOR: who == "administrator",
    }
    if who == "nobody":
        return "answered" if access == PUBLIC else "led to sign in"
    return "answered" if let_in.get(access, who == "coordinator" and access in coordinated) else "refused"


def test_every_route_answers_strangers_as_it_declares(world: World, keep_nothing: Callable[[], None]) -> None:
    coordinated = world.permissions.granted([Role.COORDINATING])
    browsers = strangers(world)
    keep_nothing()
    wrong, tried = [], 0
    for route in world.routes():
        for who, send in browsers.items():
            # Whoever has sat on a committee may not take part, which some pages for everybody say with a refusal.
            if route.access == BY_STATEMENT or (who == "former organiser" and route.access in {PUBLIC, SIGNED_IN}):
                continue
            found = outcome(send(route.method, world.address(route.rule)))
            if found != due(who, route, coordinated):
                wrong.append((who, str(route), route.access, found))
            tried += 1
    assert wrong == []
    assert tried > 1500


def test_a_draft_is_not_there_for_who_holds_no_seat_in_it(world: World, keep_nothing: Callable[[], None]) -> None:
    world.make.campaign("nhap", plugins=NAMES, state=CampaignState.DRAFT)
    nobody, organiser = world.browser(None), world.browser(world.make.member(world.campaign))
    keep_nothing()
    for route in world.routes():
        if route.rule.rule.startswith("/c/") and route.access != BY_STATEMENT:
            for send, slug in ((nobody, "nhap"), (organiser, "nhap"), (nobody, "nowhere")):
                assert send(route.method, world.address(route.rule, slug=slug)).status_code == 404, (slug, str(route))


# --- objects ---


def test_objects_of_another_campaign_are_not_there(world: World, keep_nothing: Callable[[], None]) -> None:
    staff = {role: world.browser(world.make.member(world.campaign, role)) for role in Role}
    entrant = world.browser(world.entrant)
    keep_nothing()
    wrong, tried = [], 0
    for route in world.routes():
        if not route.objects or route.access in {ADMINISTRATOR, BY_STATEMENT}:
            continue
        permission = world.permissions.by_name.get(route.access)
        # The entrant's papers in the other campaign are the entrant's own, and still no papers of this one.
        send = staff[min(permission.roles)] if permission else entrant
        status = send(route.method, world.address(route.rule, world.foreign)).status_code
        tried += 1
        if status != 404:
            wrong.append((str(route), status))
    assert wrong == []
    assert tried > 100


def test_nobody_reaches_what_is_another_persons(world: World, keep_nothing: Callable[[], None]) -> None:
    send = world.browser(world.make.enrolment(world.campaign).user)
    keep_nothing()
    personal = [route for route in world.routes() if route.access == SIGNED_IN and route.objects - {"round_id"}]
    assert len(personal) >= 9
    for route in personal:
        assert send(route.method, world.address(route.rule)).status_code == 404, str(route)


def test_a_coordinator_sees_the_own_subtree_only(world: World) -> None:
    ctx, make = world.ctx, world.make
    province = make.unit("Tỉnh", code="tinh")
    mine, other = make.unit("Huyện Vũ Thư", parent=province), make.unit("Huyện Kiến Xương", parent=province)
    below, beside = make.unit("Xã Minh Quang", parent=mine), make.unit("Xã Bình Minh", parent=other)
    for unit, name in ((below, "Nguyễn Thị Đào"), (beside, "Trần Văn Tùng")):
        make.enrolment(world.campaign, user=make.user(name), unit=unit)
    committee = set_up_committee(
        ctx, campaign=world.campaign, key="dau-moi", role=Role.COORDINATING, title="Đầu mối", sees_names=True
    )
    coordinator = make.user()
    seat(ctx, campaign=world.campaign, committee=committee, user=coordinator, unit=mine)
    send = world.browser(coordinator)
    base = "/c/hoi-thi/staff/participation/"
    page = send("GET", base).text
    assert ("Xã Minh Quang" in page, "Xã Bình Minh" in page) == (True, False)
    assert "Xã Bình Minh" not in send("GET", f"{base}?q=binh+minh").text.partition("data-table")[2].replace(
        "binh minh", ""
    )
    for unit, status in ((mine, 200), (below, 200), (other, 404), (beside, 404), (province, 404)):
        assert send("GET", f"{base}{unit.id}").status_code == status, unit.name
    assert "Nguyễn Thị Đào" in send("GET", f"{base}{mine.id}").text
    ctx.session.get_one(Committee, committee.id).sees_names = False
    ctx.session.commit()
    assert send("GET", f"{base}{mine.id}").status_code == 404, "the rules do not let names be known"
    assert "Nguyễn Thị Đào" not in send("GET", base).text


# --- what is declared ---


def test_oversight_reads_everything_and_changes_nothing(world: World) -> None:
    for permission in world.permissions.by_name.values():
        reads = permission.name.endswith(":view")
        assert (Role.OVERSIGHT in permission.roles) == reads, permission.name


def test_nothing_is_changed_under_a_permission_to_read(world: World) -> None:
    changing = [(rule.rule, access) for method, rule, access in world.guarded() if method == "POST"]
    assert [pair for pair in changing if pair[1].endswith(":view")] == []


def test_whoever_can_read_questions_is_barred(world: World) -> None:
    revealing = [found for found in world.permissions.by_name.values() if found.reveals]
    assert {found.name for found in revealing} >= {"quiz:question:view", "quiz:question:edit", "quiz:question:approve"}
    assert all(role.bars for found in revealing for role in found.roles)
    given_away = Permission("quiz:secret:view", T("Read"), frozenset({Role.COORDINATING}), reveals=True)
    with pytest.raises(ContractError, match="coordinating"):
        Permissions([("quiz", given_away)])


def test_coordinators_hold_nothing_but_the_figures_and_rosters_of_units(world: World) -> None:
    assert world.permissions.granted([Role.COORDINATING]) == {
        "core:participation:view",
        "core:roster:edit",
        "prizes:units:view",
    }


def test_every_page_that_reveals_questions_is_put_on_record(world: World) -> None:
    blueprint: Any = world.app.blueprints["quiz"]
    shown = {name for name, words in blueprint.on_record.items() if words is not None}
    assert shown == {
        "quiz.attempt",
        "quiz.duplicates",
        "quiz.edit_group",
        "quiz.edit_question",
        "quiz.end_validity",
        "quiz.endings",
        "quiz.evidence",
        "quiz.export_file",
        "quiz.groups",
        "quiz.item",
        "quiz.items",
        "quiz.look_at_import",
        "quiz.meeting",
        "quiz.pictures",
        "quiz.propose_key",
        "quiz.question",
        "quiz.questions",
        "quiz.validity",
        "quiz.wrong_key",
    }


# --- afterwards ---


def test_roles_end_when_the_campaign_is_archived(world: World, keep_nothing: Callable[[], None]) -> None:
    world.campaign.state = CampaignState.ARCHIVED
    world.ctx.session.commit()
    kept = {role: world.permissions.granted([role], archived=True) for role in Role}
    assert {role for role in Role if kept[role]} == set(ANSWERING)
    assert {
        "core:audit:view",
        "core:ranking:view",
        "prizes:awards:view",
        "publishing:release:view",
    } <= set.intersection(*(set(kept[role]) for role in ANSWERING))
    assert not any(found.lasts and found.reveals for found in world.permissions.by_name.values())
    browsers: dict[Role | None, Send] = {
        role: world.browser(world.make.member(world.campaign, role)) for role in ANSWERING
    }
    # Of the other roles nothing is left, even to somebody who held all of them.
    others = world.make.user()
    for role in set(Role) - ANSWERING:
        world.make.member(world.campaign, role, user=others)
    browsers[None] = world.browser(others)
    keep_nothing()
    wrong = []
    for method, rule, access in world.guarded():
        kept_by = holders(world.permissions.by_name[access], archived=True)
        for held, send in browsers.items():
            may = held in kept_by
            if method == "POST" and may:
                continue
            status = send(method, world.address(rule)).status_code
            if (status == 403) == may:
                wrong.append((held, method, rule.rule, status))
    assert wrong == []


def test_the_matrix_page_names_every_permission_by_the_titles_of_the_committees(world: World) -> None:
    send = world.browser(world.make.member(world.campaign, Role.TECHNICAL))
    statement = sa.select(Committee).where(Committee.campaign_id == world.campaign.id, Committee.role == Role.JURY)
    jury = world.ctx.session.scalars(statement).one()
    jury.title = "Ban Giám khảo Hội thi"
    world.ctx.session.commit()
    page = send("GET", "/c/hoi-thi/staff/permissions").text
    assert "Ban Giám khảo Hội thi" in page
    rows = re.findall(r'<th scope="row".*?</tr>', page, re.DOTALL)
    assert len(rows) == len(world.permissions.by_name)
    for row, permission in zip(rows, world.permissions.by_name.values(), strict=True):
        assert row.count('aria-label="') == len(permission.roles), permission.name
