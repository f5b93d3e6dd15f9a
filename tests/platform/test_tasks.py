"""Tasks of the committees: set by phase, given to somebody, brought to mind, ticked off, and taken along."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.copying import Edition, copy_campaign
from cuocthi.campaigns.exchange import export_campaign, import_campaign
from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.clock import LOCAL_ZONE
from cuocthi.committees.models import Committee, Membership
from cuocthi.context import Actor, Context
from cuocthi.contributions import Edge, Role
from cuocthi.errors import Conflict, DomainError, InvalidData
from cuocthi.messages.domain import content_of
from cuocthi.messages.models import Message
from cuocthi.tasks.domain import (
    EDIT,
    TaskFacts,
    add_task,
    complete_task,
    edit_task,
    move_tasks,
    remove_task,
    reopen_task,
)
from cuocthi.tasks.models import Task
from cuocthi.tasks.queries import tasks
from cuocthi.tasks.reminding import AFTERWARDS, remind
from cuocthi.timelines.edges import day_from, days_from
from cuocthi.timelines.models import Phase
from cuocthi.timelines.moving import by_years
from cuocthi.timelines.windows import Times
from cuocthi.users.models import ContactKind

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from cuocthi.contributions import Browser
    from cuocthi.security.personal_data import Vault
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

STAFF = "/c/thai-binh/staff/tasks/"
BOTH = frozenset(ContactKind)


def local(month: int, day: int, hour: int = 0) -> datetime:
    return datetime(2024, month, day, hour, tzinfo=LOCAL_ZONE)


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    return make.campaign("thai-binh")


@pytest.fixture
def phase(make: Factories, campaign: Campaign) -> Phase:
    """The preparation, from 16 to 25 September."""
    return make.phase(campaign, opens_at=local(9, 16), closes_at=local(9, 26), title="Chuẩn bị")


@pytest.fixture
def member(make: Factories, campaign: Campaign) -> User:
    return make.member(campaign, Role.SUPPORT, user=reachable(make, "Vũ Thị Lan Anh", "lan.anh@example.vn"))


@pytest.fixture
def team(ctx: Context, campaign: Campaign, member: User) -> Committee:
    """The support team, on which one member sits."""
    committee = ctx.session.scalars(sa.select(Committee).where(Committee.role == Role.SUPPORT)).one()
    committee.title = "Tổ Giúp việc"
    return committee


def reachable(make: Factories, name: str, *contacts: str) -> User:
    """Make somebody who has confirmed contacts."""
    user = make.user(name, contact=contacts[0])
    for contact in contacts[1:]:
        user.contacts.append(make.user(contact=contact).contacts[0])
    for found in user.contacts:
        found.verified_at = user.created_at
    return user


def facts(phase: Phase, **changes: object) -> TaskFacts:
    return replace(TaskFacts("Rà soát bộ câu hỏi", phase, Edge.CLOSED, -3), **changes)  # type: ignore[arg-type]


def acting(ctx: Context, user: User) -> Context:
    return replace(ctx, actor=Actor(user.id))


def address(campaign: Campaign, task: Task) -> str:
    return f"https://example.vn/c/{campaign.slug}/staff/tasks/{task.id}"


def stored(ctx: Context, *columns: object) -> tuple[object, ...]:
    """What the database holds now; the test's own transaction ends, so that pages can go on writing."""
    found = tuple(ctx.session.execute(sa.select(*columns)).one())  # type: ignore[call-overload]
    ctx.session.commit()
    return found


def last_event(ctx: Context) -> AuditEvent:
    return ctx.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc())).first() or pytest.fail("none")


# --- the day ----------------------------------------------------------------------------------------------------------


@given(st.sampled_from(Edge), st.integers(-400, 400), st.integers(0, 60), st.integers(1, 60))
def test_a_day_counted_from_an_edge_is_the_day_that_was_meant(edge: Edge, days: int, begin: int, length: int) -> None:
    span = Times(local(8, 1) + timedelta(days=begin), local(8, 1) + timedelta(days=begin + length))
    day = day_from(span, edge=edge, days=days)
    assert days_from(span, edge=edge, day=day) == days


def test_the_end_of_a_phase_at_24h00_is_its_last_day(ctx: Context, campaign: Campaign, phase: Phase) -> None:
    task = add_task(ctx, campaign=campaign, facts=facts(phase, due_days=0))
    assert task.due_on == date(2024, 9, 25)


def test_the_day_follows_the_phase(ctx: Context, campaign: Campaign, phase: Phase) -> None:
    before_the_end = add_task(ctx, campaign=campaign, facts=facts(phase))
    after_the_beginning = add_task(ctx, campaign=campaign, facts=facts(phase, due_edge=Edge.OPENED, due_days=2))
    assert (before_the_end.due_on, after_the_beginning.due_on) == (date(2024, 9, 22), date(2024, 9, 18))
    phase.windows[0].closes_at += timedelta(days=5)
    assert (before_the_end.due_on, after_the_beginning.due_on) == (date(2024, 9, 27), date(2024, 9, 18))


# --- setting, giving and doing ----------------------------------------------------------------------------------------


def test_a_task_is_a_members_or_the_whole_committees(
    ctx: Context, campaign: Campaign, phase: Phase, team: Committee, member: User
) -> None:
    whole = add_task(ctx, campaign=campaign, facts=facts(phase, committee=team))
    own = add_task(ctx, campaign=campaign, facts=facts(phase, committee=team, user=member))
    assert (whole.user, own.user) == (None, member)
    assert last_event(ctx).after["due"] == "2024-09-22"
    edit_task(ctx, campaign=campaign, task=own, facts=facts(phase, title="In thư mời", committee=team, user=member))
    assert (last_event(ctx).before["title"], last_event(ctx).after["title"]) == ("Rà soát bộ câu hỏi", "In thư mời")
    number = last_event(ctx).id
    edit_task(ctx, campaign=campaign, task=own, facts=facts(phase, title="In thư mời ", committee=team, user=member))
    assert last_event(ctx).id == number, "nothing has changed"
    remove_task(ctx, campaign=campaign, task=own)
    assert tasks(ctx, campaign_ids=[campaign.id]) == [whole]
    assert last_event(ctx).action == "core:task:remove"


def test_what_cannot_be_a_task_is_refused_at_its_field(
    ctx: Context, make: Factories, campaign: Campaign, phase: Phase, team: Committee
) -> None:
    elsewhere = make.phase(make.campaign("khac"))
    coordinators = make.member(campaign, Role.COORDINATING)
    coordinating = ctx.session.scalars(sa.select(Committee).where(Committee.role == Role.COORDINATING)).one()
    wrong = {
        "title": facts(phase, title=" "),
        "phase": facts(elsewhere),
        "due_on": facts(phase, due_days=401),
        "assignee": facts(phase, committee=team, user=make.user()),
    }
    for field, one in wrong.items():
        with pytest.raises(DomainError) as refusal:
            add_task(ctx, campaign=campaign, facts=one)
        assert refusal.value.field == field
    with pytest.raises(DomainError, match="committee of this campaign"):
        add_task(ctx, campaign=campaign, facts=facts(phase, committee=coordinating, user=coordinators))
    assert tasks(ctx, campaign_ids=[campaign.id]) == []


@pytest.mark.parametrize("columns", [{"user_id": 1}, {"done_at": 1}, {"due_days": 401}])
def test_the_database_holds_the_invariants(
    ctx: Context, campaign: Campaign, phase: Phase, columns: dict[str, int]
) -> None:
    task = add_task(ctx, campaign=campaign, facts=facts(phase))
    statement = f"UPDATE core_task SET {', '.join(f'{name} = {value}' for name, value in columns.items())}"  # noqa: S608
    with pytest.raises(IntegrityError):
        ctx.session.execute(sa.text(f"{statement} WHERE id = {task.id}"))


def test_whoever_has_a_task_ticks_it_off_and_nobody_else(
    ctx: Context, make: Factories, campaign: Campaign, phase: Phase, team: Committee, member: User
) -> None:
    task = add_task(ctx, campaign=campaign, facts=facts(phase, committee=team))
    stranger = acting(ctx, make.member(campaign, Role.JURY))
    with pytest.raises(Conflict, match="somebody else"):
        complete_task(stranger, campaign=campaign, task=task, held=frozenset())
    complete_task(acting(ctx, member), campaign=campaign, task=task, held=frozenset())
    assert (task.done_at, task.done_by) == (ctx.now, member)
    later = replace(stranger, now=ctx.now + timedelta(hours=1))
    complete_task(later, campaign=campaign, task=task, held=frozenset({EDIT}))
    assert task.done_by == member, "the first one who did it stays"
    reopen_task(later, campaign=campaign, task=task, held=frozenset({EDIT}))
    assert [task.done_at, task.done_by] == [None, None]
    assert last_event(ctx).action == "core:task:reopen"


# --- reminders --------------------------------------------------------------------------------------------------------


def written(ctx: Context) -> list[Message]:
    return list(ctx.session.scalars(sa.select(Message).order_by(Message.id)))


def reminded(ctx: Context, vault: Vault, when: datetime) -> list[str]:
    """Remind at a moment; return the kinds of reminders that are new."""
    before = len(written(ctx))
    number = remind(replace(ctx, now=when), vault=vault, reached=BOTH, address=address)
    new = written(ctx)[before:]
    assert len(new) == number
    return [message.key.split(":")[2] for message in new]


def test_a_person_is_reminded_once_before_the_day_and_once_after_it(
    ctx: Context, vault: Vault, campaign: Campaign, phase: Phase, team: Committee, member: User
) -> None:
    task = add_task(ctx, campaign=campaign, facts=facts(phase, committee=team, user=member))
    days = [(19, []), (20, ["due"]), (20, []), (21, []), (22, []), (23, ["late"]), (24, []), (29, [])]
    for day, expected in days:
        assert reminded(ctx, vault, local(9, day, 8)) == expected, day
    content = content_of(written(ctx)[0], vault)
    assert content.address == "lan.anh@example.vn"
    said = " ".join(map(str, content.body))
    assert "Rà soát bộ câu hỏi" in said
    assert address(campaign, task) in said


def test_nobody_is_written_to_at_night_or_long_after(
    ctx: Context, vault: Vault, campaign: Campaign, phase: Phase, team: Committee, member: User
) -> None:
    add_task(ctx, campaign=campaign, facts=facts(phase, committee=team, user=member))
    assert reminded(ctx, vault, local(9, 20, 6)) == []
    assert reminded(ctx, vault, local(9, 22, 8) + AFTERWARDS + timedelta(days=1)) == []
    assert reminded(ctx, vault, local(9, 22, 8) + AFTERWARDS) == ["late"]


def test_a_contact_that_does_not_open_keeps_nobody_else_from_being_reminded(
    ctx: Context, vault: Vault, make: Factories, campaign: Campaign, phase: Phase, team: Committee, member: User
) -> None:
    other = reachable(make, "Nguyễn Hữu Quang", "0912345678")
    ctx.session.add(Membership(committee_id=team.id, user_id=other.id, appointed_at=ctx.now))
    add_task(ctx, campaign=campaign, facts=facts(phase, committee=team))
    member.contacts[0].ciphertext = other.contacts[0].ciphertext
    ctx.session.flush()
    assert reminded(ctx, vault, local(9, 20, 8)) == ["due"]
    assert written(ctx)[-1].user_id == other.id


def test_another_day_and_another_person_are_reminded_anew(
    ctx: Context, vault: Vault, make: Factories, campaign: Campaign, phase: Phase, team: Committee, member: User
) -> None:
    task = add_task(ctx, campaign=campaign, facts=facts(phase, committee=team, user=member))
    assert reminded(ctx, vault, local(9, 21, 8)) == ["due"]
    edit_task(ctx, campaign=campaign, task=task, facts=facts(phase, due_days=-2, committee=team, user=member))
    assert reminded(ctx, vault, local(9, 21, 9)) == ["due"]
    other = reachable(make, "Nguyễn Hữu Quang", "0912345678")
    ctx.session.add(Membership(committee_id=team.id, user_id=other.id, appointed_at=ctx.now))
    task.user = None
    ctx.session.flush()
    assert reminded(ctx, vault, local(9, 21, 10)) == ["due"], "the whole committee has it now"
    seat = ctx.session.scalars(sa.select(Membership).where(Membership.user_id == other.id)).one()
    task.user, seat.ended_at = other, ctx.now
    ctx.session.flush()
    assert reminded(ctx, vault, local(9, 24, 10)) == ["late"], "who sits there no more leaves it to the committee"
    assert written(ctx)[-1].user_id == member.id


def test_only_who_can_be_reached_for_certain_is_reminded_and_only_of_what_is_to_be_done(
    ctx: Context, vault: Vault, make: Factories, campaign: Campaign, phase: Phase, team: Committee, member: User
) -> None:
    unsure = make.user(contact="ai-do@example.vn")
    ctx.session.add(Membership(committee_id=team.id, user_id=unsure.id, appointed_at=ctx.now))
    task = add_task(ctx, campaign=campaign, facts=facts(phase, committee=team))
    add_task(ctx, campaign=campaign, facts=facts(phase, title="Của chưa ai"))
    done = add_task(ctx, campaign=campaign, facts=facts(phase, title="Xong rồi", committee=team))
    complete_task(acting(ctx, member), campaign=campaign, task=done, held=frozenset())
    assert reminded(ctx, vault, local(9, 21, 8)) == ["due"]
    assert written(ctx)[0].key.startswith(f"core.task:{task.id}:")
    campaign.state = CampaignState.ARCHIVED
    assert reminded(ctx, vault, local(9, 24, 8)) == []


def test_two_workers_write_each_reminder_once(
    ctx: Context, engine: Engine, vault: Vault, campaign: Campaign, phase: Phase, team: Committee, member: User
) -> None:
    for number in range(5):
        add_task(ctx, campaign=campaign, facts=facts(phase, title=f"Việc {number}", committee=team, user=member))
    ctx.session.commit()
    together = threading.Barrier(2)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            with Session(engine) as session:
                own = replace(ctx, session=session, now=local(9, 21, 8))
                together.wait(5)
                remind(own, vault=vault, reached=BOTH, address=address)
                session.commit()
        except BaseException as error:  # noqa: BLE001 - shown by the test
            failures.append(error)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    assert failures == []
    assert len(written(ctx)) == 5


# --- taken along ------------------------------------------------------------------------------------------------------


def again(ctx: Context, campaign: Campaign, *, members: bool) -> list[Task]:
    edition = Edition("thai-binh-2025", "Hội thi năm 2025", "Sở KHCN", by_years(1), members=members)
    copy = copy_campaign(ctx, campaign=campaign, edition=edition)
    return tasks(ctx, campaign_ids=[copy.id])


@pytest.mark.parametrize("members", [True, False])
def test_tasks_are_taken_along_to_the_next_year_undone_and_moved(
    ctx: Context, campaign: Campaign, phase: Phase, team: Committee, member: User, *, members: bool
) -> None:
    done = add_task(ctx, campaign=campaign, facts=facts(phase, committee=team, user=member))
    add_task(ctx, campaign=campaign, facts=facts(phase, title="Mời báo đài", due_days=0, committee=team))
    complete_task(acting(ctx, member), campaign=campaign, task=done, held=frozenset())
    first, second = again(ctx, campaign, members=members)
    assert (first.title, first.due_on, first.done_at) == ("Rà soát bộ câu hỏi", date(2025, 9, 22), None)
    assert (second.title, second.due_on, second.user) == ("Mời báo đài", date(2025, 9, 25), None)
    assert first.user == (member if members else None)
    assert first.committee is not None
    assert (first.committee.key, first.committee.campaign_id) == (team.key, first.campaign_id)


def test_whoever_has_left_the_committee_is_not_taken_along(
    ctx: Context, campaign: Campaign, phase: Phase, team: Committee, member: User
) -> None:
    add_task(ctx, campaign=campaign, facts=facts(phase, committee=team, user=member))
    ctx.session.execute(sa.update(Membership).values(ended_at=ctx.now))
    (task,) = again(ctx, campaign, members=True)
    assert (task.user, task.committee is not None) == (None, True)


def test_a_campaign_file_holds_tasks_and_gives_the_same_file_again(
    ctx: Context, campaign: Campaign, phase: Phase, team: Committee
) -> None:
    add_task(ctx, campaign=campaign, facts=facts(phase, committee=team, note="Xem Kế hoạch 52"))
    files = export_campaign(ctx, campaign=campaign)
    assert b"[[tasks]]" in files["campaign.toml"]
    copy = import_campaign(ctx, files=files, slug="ban-sao")
    exported = export_campaign(ctx, campaign=copy)["campaign.toml"].replace(b"ban-sao", b"thai-binh")
    assert exported == files["campaign.toml"]
    broken = files["campaign.toml"].replace(f'phase = "{phase.key}"'.encode(), b'phase = "nowhere"')
    with pytest.raises(InvalidData) as refusal:
        import_campaign(ctx, files={**files, "campaign.toml": broken}, slug="hong")
    assert "nowhere" in " ".join(map(str, refusal.value.problems))


# --- pages ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def organiser(make: Factories, campaign: Campaign, sign_in: Callable[[User], Browser]) -> Browser:
    return sign_in(make.member(campaign, user=make.user("Phạm Thị Thu Hà")))


def form(phase: Phase, **changes: str) -> dict[str, str]:
    fields = {"title": "Họp góp ý Thể lệ", "phase": str(phase.id), "due_on": "2024-09-23", "due_edge": "closed"}
    return {**fields, **changes}


def test_a_task_is_set_edited_ticked_off_and_removed_by_forms_alone(
    ctx: Context, organiser: Browser, phase: Phase, team: Committee, member: User
) -> None:
    ctx.session.commit()
    assert "Chưa có việc nào" in organiser.get(STAFF)[1]
    page = organiser.get(f"{STAFF}new")[1]
    assert f'<option value="{team.id}-{member.id}">' in page
    status, page = organiser.post(f"{STAFF}new", form(phase, assignee=f"{team.id}-{member.id}"))
    assert (status, "Họp góp ý Thể lệ" in page, "Vũ Thị Lan Anh" in page, "23/09/2024" in page) == (200,) + (True,) * 3
    (task_id, *due), people = stored(ctx, Task.id, Task.due_edge, Task.due_days), form(phase, assignee=str(team.id))
    assert due == [Edge.CLOSED, -2]
    ctx.session.commit()
    status, page = organiser.post(f"{STAFF}{task_id}/edit", {**people, "title": ""})
    assert (status, "errors-summary" in page) == (422, True)
    organiser.post(f"{STAFF}{task_id}/edit", {**people, "due_edge": "opened"})
    assert stored(ctx, Task.due_edge, Task.due_days, Task.user_id) == (Edge.OPENED, 7, None)
    page = organiser.post(f"{STAFF}{task_id}/complete", {})[1]
    assert "Phạm Thị Thu Hà" in page
    assert f"{task_id}/reopen" in page
    organiser.post(f"{STAFF}{task_id}/remove", {})
    assert stored(ctx, sa.func.count(Task.id)) == (0,)


def test_whoever_is_reminded_sees_the_task_and_ticks_it_off(
    ctx: Context, campaign: Campaign, phase: Phase, team: Committee, member: User, sign_in: Callable[[User], Browser]
) -> None:
    task = add_task(ctx, campaign=campaign, facts=facts(phase, committee=team, user=member))
    other = add_task(ctx, campaign=campaign, facts=facts(phase, title="Của ban khác"))
    browser = sign_in(member)
    page = browser.get(f"{STAFF}{task.id}")[1]
    assert f'action="{STAFF}{task.id}/complete"' in page
    assert f"{STAFF}{task.id}/edit" not in page
    assert browser.post(f"{STAFF}{task.id}/complete", {})[0] == 200
    assert browser.post(f"{STAFF}{other.id}/complete", {})[0] == 409
    ctx.session.expire_all()
    assert (task.done_by_id, other.done_at) == (member.id, None)


def test_the_list_is_narrowed_sorted_and_exported(
    ctx: Context, make: Factories, campaign: Campaign, phase: Phase, team: Committee, member: User, organiser: Browser
) -> None:
    later = make.phase(campaign, opens_at=local(10, 1), closes_at=local(10, 11), title="Tổng kết")
    for title, where, days in (("Một", phase, -9), ("Hai", phase, 0), ("Ba", later, 0)):
        add_task(ctx, campaign=campaign, facts=facts(where, title=title, due_days=days, committee=team, user=member))
    ctx.session.commit()

    def titles(query: str) -> list[str]:
        return re.findall(r"<strong>(Một|Hai|Ba)</strong>", organiser.get(f"{STAFF}?{query}")[1])

    assert titles("") == ["Một", "Hai", "Ba"]
    assert titles("sort=-due") == ["Ba", "Hai", "Một"]
    assert titles("state=late") == ["Một"]
    assert titles(f"phase={later.id}") == ["Ba"]
    assert titles("q=ba") == ["Ba"]
    assert titles(f"who=u{member.id}&state=done") == []
    lines = organiser.get(f"{STAFF}?export=csv&state=late")[1].splitlines()
    assert len(lines) == 2
    assert "Vũ Thị Lan Anh" in lines[1]
    assert last_event(ctx).action == "core:task:export"


def test_own_tasks_go_into_a_calendar(
    ctx: Context, campaign: Campaign, phase: Phase, team: Committee, member: User, sign_in: Callable[[User], Browser]
) -> None:
    task = add_task(ctx, campaign=campaign, facts=facts(phase, committee=team, user=member))
    add_task(ctx, campaign=campaign, facts=facts(phase, title="Của cả tổ", committee=team))
    status, calendar = sign_in(member).get(f"{STAFF}mine.ics")
    assert (status, calendar.count("BEGIN:VEVENT")) == (200, 1)
    assert "DTSTART;VALUE=DATE:20240922" in calendar
    assert f"/staff/tasks/{task.id}" in calendar.replace("\r\n ", "")


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_takes_a_constant_number_of_statements(
    ctx: Context,
    make: Factories,
    campaign: Campaign,
    member: User,
    sign_in: Callable[[User], Browser],
    statements: Callable[[], int],
    number: int,
) -> None:
    team = ctx.session.scalars(sa.select(Committee)).one()
    for _ in range(number):
        phase = make.phase(campaign)
        add_task(ctx, campaign=campaign, facts=facts(phase, committee=team, user=member))
    browser = sign_in(member)
    browser.get(STAFF)
    statements()
    assert browser.get(STAFF)[0] == 200
    assert statements() == 4


@pytest.mark.parametrize("moved", [True, False])
def test_what_becomes_of_the_tasks_is_asked_before_a_phase_is_removed(
    ctx: Context, make: Factories, campaign: Campaign, organiser: Browser, phase: Phase, *, moved: bool
) -> None:
    doomed = make.phase(campaign, opens_at=local(10, 1), closes_at=local(10, 6), title="Chấm thi")
    add_task(ctx, campaign=campaign, facts=facts(doomed))
    number = doomed.id
    ctx.session.commit()
    address = f"/c/thai-binh/staff/timeline/{number}/remove"
    organiser.get(f"/c/thai-binh/staff/timeline/{number}")
    page = organiser.get(address)[1]
    assert ("Rà soát bộ câu hỏi" in page, "02/10/2024" in page) == (True, True)
    assert organiser.post(address, {})[0] == 422
    assert stored(ctx, sa.func.count(Phase.id)) == (2,), "nothing is removed by asking"
    assert organiser.post(address, {"tasks": ""})[0] == 422
    assert organiser.post(address, {"tasks": str(number)})[0] == 422, "not to itself"

    assert organiser.post(address, {"tasks": str(phase.id) if moved else "removed"})[0] == 200
    assert stored(ctx, sa.func.count(Phase.id)) == (1,)
    if moved:
        assert stored(ctx, Task.phase_id, Task.due_edge, Task.due_days) == (phase.id, Edge.CLOSED, 7)
    else:
        assert stored(ctx, sa.func.count(Task.id)) == (0,)
    events = list(ctx.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc()).limit(2)))
    assert [event.action for event in events] == [
        "core:phase:remove",
        "core:task:edit" if moved else "core:task:remove",
    ]
    assert events[1].before["tasks"][0]["due"] == "2024-10-02"


def test_tasks_are_not_moved_too_far_from_their_day(ctx: Context, make: Factories, campaign: Campaign) -> None:
    near = make.phase(campaign, opens_at=local(10, 1), closes_at=local(10, 6))
    far = make.phase(
        campaign, opens_at=local(10, 1) + timedelta(days=500), closes_at=local(10, 6) + timedelta(days=500)
    )
    task = add_task(ctx, campaign=campaign, facts=facts(near))
    with pytest.raises(DomainError) as refusal:
        move_tasks(ctx, campaign=campaign, tasks=[task], phase=far)
    assert refusal.value.field == "tasks"
