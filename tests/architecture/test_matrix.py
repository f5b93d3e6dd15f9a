"""Role × route × object: every route of core and plugins is tried in every role, and each answer follows from what is
declared. Whoever is not named may not; and nobody reaches the objects of another campaign or of another unit's subtree.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.committees.domain import seat, set_up_committee
from cuocthi.committees.models import Committee, Membership
from cuocthi.contributions import Permission, Role
from cuocthi.database import UtcTime
from cuocthi.documents.models import Document
from cuocthi.errors import ContractError
from cuocthi.files.models import StoredFile
from cuocthi.jobs.models import Job
from cuocthi.merging.models import Merger
from cuocthi.news.models import Announcement
from cuocthi.personal.models import Correction
from cuocthi.prerequisites.models import Prerequisite
from cuocthi.security.permissions import ANSWERING, Permissions, holders
from cuocthi.standings.models import Ranking
from cuocthi.tasks.models import Task
from cuocthi.testing.browsing import browser_over
from cuocthi.text import T
from cuocthi.users.domain import start_session

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

    from cuocthi.context import Context
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

NAMES = ("quiz", "prizes", "publishing", "inquiries")
#: Who may do what does not hang on the database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
#: Numbers that count within an object, and units, which belong to no campaign.
NO_OBJECTS = {"number", "rank", "position", "unit_id"}
_ARGUMENT = re.compile(r"<(?:([^:>]+):)?(\w+)>")
#: What a merger moved that moved nothing.
NOTHING: dict[str, list[int]] = {"excluded": []}


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [importlib.import_module(f"cuocthi_{name}.plugin") for name in NAMES]


@dataclass
class World:
    """Two campaigns alike, with every plugin and an object of each kind; routes and browsers."""

    app: Flask
    ctx: Context
    make: Factories
    campaign: Campaign
    own: Mapping[str, int]
    foreign: Mapping[str, int]

    @property
    def permissions(self) -> Permissions:
        found: Permissions = self.app.extensions["cuocthi"].permissions
        return found

    def guarded(self) -> Iterator[tuple[str, Rule, str]]:
        """Every route that asks for a permission: method, rule, permission."""
        for rule in self.app.url_map.iter_rules():
            blueprint = self.app.blueprints.get(rule.endpoint.partition(".")[0])
            access = getattr(blueprint, "access", {}).get(rule.endpoint, "")
            if access in self.permissions.by_name:
                yield from ((method, rule, access) for method in ("GET", "POST") if method in (rule.methods or ()))

    def address(self, rule: Rule, objects: Mapping[str, int], slug: str = "hoi-thi") -> str:
        def stand_in(found: re.Match[str]) -> str:
            converter, name = found[1] or "", found[2]
            if converter.startswith("any("):
                return converter[4:-1].partition(",")[0].strip()
            return {"slug": slug, "owner": "quiz"}.get(name) or str(objects.get(name, 1))

        return _ARGUMENT.sub(stand_in, rule.rule)

    def browser(self, user: User) -> Callable[[str, str], TestResponse]:
        """A browser in which somebody has signed in; it sends the form's token, and follows no redirect."""
        client = self.app.test_client()
        token = start_session(self.ctx, user_id=user.id, device="test", hours=1)
        self.ctx.session.commit()
        form = browser_over(client, session_token=token).get("/me")[1]
        found = re.search(r'name="csrf_token" value="([^"]+)"', form)
        assert found

        def send(method: str, address: str) -> TestResponse:
            return client.open(address, method=method, data={"csrf_token": found[1]} if method == "POST" else None)

        return send


def add(ctx: Context, model: type[Any], **values: Any) -> Any:
    """Add a row of any table; what it needs and the test does not care for is filled in."""
    for column in model.__table__.columns:
        optional = column.nullable or column.default is not None or column.primary_key
        if column.key in values or (optional and not column.foreign_keys) or column.nullable:
            continue
        kind = column.type
        if isinstance(kind, sa.Enum):
            values[column.key] = next(iter(kind.enum_class or ()))
        elif isinstance(kind, sa.JSON):
            values[column.key] = []
        elif isinstance(kind, UtcTime):
            values[column.key] = ctx.now
        else:
            plain = {str: "x", date: ctx.now.date(), bool: False, bytes: b"x"}
            values[column.key] = plain.get(kind.python_type, 1)
    row = model(**values)
    ctx.session.add(row)
    ctx.session.flush()
    return row


def populate(ctx: Context, make: Factories, campaign: Campaign) -> dict[str, int]:
    """Fill a campaign with an object of each kind; return their numbers by the names that addresses give them."""
    quiz, prizes = (importlib.import_module(f"cuocthi_{name}.models") for name in ("quiz", "prizes"))
    inquiries = importlib.import_module("cuocthi_inquiries.models")
    within = {"campaign_id": campaign.id}
    round_, enrolment = make.round(campaign), make.enrolment(campaign)
    juror = make.member(campaign, Role.JURY)
    membership = ctx.session.scalars(sa.select(Membership).where(Membership.user_id == juror.id)).one()
    topic = add(ctx, quiz.Topic, **within)
    question = add(ctx, quiz.Question, **within)
    revision = add(
        ctx, quiz.Revision, question_id=question.id, topic_id=topic.id, option_count=2, options=["Đúng", "Sai"]
    )
    entered = {**within, "enrolment_id": enrolment.id, "user_id": enrolment.user_id, "phase_id": round_.id}
    attempt = add(ctx, quiz.Attempt, **entered)
    ranking = add(ctx, Ranking, **within, phase_id=round_.id, criteria={"counted": "best", "criteria": []})
    award_list = add(ctx, prizes.AwardList, **within, phase_id=round_.id, ranking_id=ranking.id)
    return {
        "phase_id": round_.id,
        "round_id": round_.id,
        "enrolment_id": enrolment.id,
        "other_id": make.enrolment(campaign).id,
        "merger_id": add(ctx, Merger, **within, kept_id=make.user().id, merged_id=make.user().id, moved=NOTHING).id,
        "committee_id": membership.committee_id,
        "membership_id": membership.id,
        "division_id": make.division(campaign).id,
        "document_id": add(ctx, Document, **within).id,
        "file_id": add(ctx, StoredFile, **within).id,
        "job_id": add(ctx, Job, **within, key=campaign.slug, kind="quiz.sweep", arguments={}, result={}).id,
        "question_id": question.id,
        "revision_id": revision.id,
        "attempt_id": attempt.id,
        "award_id": add(ctx, prizes.UnitAward, award_list_id=award_list.id, unit_id=enrolment.unit_id).id,
        "inquiry_id": add(ctx, inquiries.Inquiry, **within).id,
        "statement_id": add(ctx, inquiries.Statement, **within).id,
        "case_id": add(ctx, inquiries.FalseInformation, **within).id,
        "task_id": add(ctx, Task, **within, phase_id=round_.id).id,
        "prerequisite_id": add(ctx, Prerequisite, **within).id,
        "announcement_id": add(ctx, Announcement, **within).id,
        "correction_id": add(ctx, Correction, enrolment_id=enrolment.id).id,
        "unit_id": enrolment.unit_id,
    }


@pytest.fixture
def world(app: Flask, ctx: Context, make: Factories) -> World:
    campaign, other = (make.campaign(slug, plugins=NAMES) for slug in ("hoi-thi", "khac"))
    own, foreign = (populate(ctx, make, one) for one in (campaign, other))
    make.member(campaign)
    ctx.session.commit()
    return World(app, ctx, make, campaign, own, foreign)


@pytest.fixture
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every act be tried without keeping it, so that all of them find the same world."""
    monkeypatch.setattr(Session, "commit", Session.rollback)


def test_every_object_that_an_address_can_name_is_tried(world: World) -> None:
    named = {
        name
        for _method, rule, _access in world.guarded()
        for converter, name in _ARGUMENT.findall(rule.rule)
        if converter == "int"
    }
    assert named - NO_OBJECTS == set(world.own) - {"round_id", "unit_id"}


@pytest.mark.parametrize("role", Role)
def test_each_role_may_exactly_what_is_declared(world: World, role: Role, request: pytest.FixtureRequest) -> None:
    held = world.permissions.granted([role])
    send = world.browser(world.make.member(world.campaign, role))
    request.getfixturevalue("nothing_kept")
    wrong = []
    for method, rule, access in world.guarded():
        status = send(method, world.address(rule, world.own)).status_code
        if (status == 403) != (access not in held) or status >= 500:
            wrong.append((method, rule.rule, access, status))
    assert wrong == []


def test_who_holds_no_seat_here_may_nothing(world: World, request: pytest.FixtureRequest) -> None:
    entrant = world.make.enrolment(world.campaign).user
    elsewhere = world.make.member(world.make.campaign("mot-noi-khac", plugins=NAMES))
    former = world.make.member(world.campaign)
    ended = world.ctx.session.scalars(sa.select(Membership).where(Membership.user_id == former.id)).one()
    ended.ended_at = world.ctx.now
    world.make.campaign("nhap", plugins=NAMES, state=CampaignState.DRAFT)
    administrator = world.make.user(admin=True)
    browsers = [world.browser(user) for user in (entrant, elsewhere, former, administrator)]
    request.getfixturevalue("nothing_kept")
    tried = 0
    for method, rule, _access in world.guarded():
        for send in browsers:
            assert send(method, world.address(rule, world.own)).status_code == 403, (method, rule.rule)
            assert send(method, world.address(rule, world.own, slug="nhap")).status_code == 404, (method, rule.rule)
            tried += 1
    assert tried > 400


@pytest.mark.parametrize("role", [Role.ORGANISING, Role.JURY, Role.OVERSIGHT])
def test_objects_of_another_campaign_are_not_there(world: World, role: Role, request: pytest.FixtureRequest) -> None:
    held = world.permissions.granted([role])
    send = world.browser(world.make.member(world.campaign, role))
    request.getfixturevalue("nothing_kept")
    wrong = []
    for method, rule, access in world.guarded():
        objects = {name for converter, name in _ARGUMENT.findall(rule.rule) if converter == "int"} - NO_OBJECTS
        if access in held and objects:
            status = send(method, world.address(rule, world.foreign)).status_code
            if status != 404:
                wrong.append((method, rule.rule, status))
    assert wrong == []


def test_another_campaign_is_closed_to_the_organisers_of_this_one(world: World, request: pytest.FixtureRequest) -> None:
    send = world.browser(world.make.member(world.campaign))
    request.getfixturevalue("nothing_kept")
    for method, rule, _access in world.guarded():
        address = world.address(rule, world.foreign, slug="khac")
        assert send(method, address).status_code == 403, (method, rule.rule)


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
    assert world.permissions.granted([Role.COORDINATING]) == {"core:participation:view", "core:roster:edit"}


def test_every_page_that_reveals_questions_is_put_on_record(world: World) -> None:
    blueprint: Any = world.app.blueprints["quiz"]
    shown = {name for name, words in blueprint.on_record.items() if words is not None}
    assert shown == {"quiz.questions", "quiz.question", "quiz.edit_question", "quiz.attempt"}


# --- afterwards ---


def test_roles_end_when_the_campaign_is_archived(world: World, request: pytest.FixtureRequest) -> None:
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
    browsers = {role: world.browser(world.make.member(world.campaign, role)) for role in Role}
    request.getfixturevalue("nothing_kept")
    wrong = []
    for method, rule, access in world.guarded():
        for role, send in browsers.items():
            may = role in holders(world.permissions.by_name[access], archived=True)
            if method == "POST" and may:
                continue
            status = send(method, world.address(rule, world.own)).status_code
            if (status == 403) == may:
                wrong.append((role, method, rule.rule, status))
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
