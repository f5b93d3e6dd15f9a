"""Rosters of units: handed in after a look, matched to who takes part, seen by name where the rules allow it."""

from __future__ import annotations

import dataclasses
import io
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.lifecycle import archive_campaign
from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.committees.models import Committee
from cuocthi.context import Actor, Context
from cuocthi.contributions import Role
from cuocthi.errors import Closed, DomainError, Missing
from cuocthi.rosters.domain import forget_waiting, hand_in, handed_in, remove, take_over
from cuocthi.rosters.lists import RosterRow, read_roster
from cuocthi.rosters.models import RosterDraft, RosterEntry
from cuocthi.rosters.queries import Progress, listed, totals
from cuocthi.sheets.writing import write_workbook
from cuocthi.testing.browsing import browser_over
from cuocthi.units.models import Unit
from cuocthi.users.domain import start_session

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.engine import Engine

    from cuocthi.contributions import Browser
    from cuocthi.security.personal_data import Vault
    from cuocthi.testing.factories import Factories

HEADINGS = ["Họ và tên", "Điện thoại", "Đối tượng"]
CATEGORIES = {"official": "Cán bộ, công chức, viên chức", "resident": "Người dân"}
on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def sheet(*rows: list[str | int], headings: list[str] | None = None) -> bytes:
    return write_workbook([("Danh sách", [headings or HEADINGS, *rows])])


# --- reading ---


def test_a_list_is_read_however_its_columns_stand() -> None:
    rows, problems = read_roster(
        sheet(
            ["Người dân", "nguyễn thị  đào", 912345678], ["", "Trần Văn Tùng", ""], headings=HEADINGS[2:] + HEADINGS[:2]
        ),
        categories=CATEGORIES,
    )
    assert problems == []
    assert rows == [RosterRow("nguyễn thị đào", "0912345678", "resident"), RosterRow("Trần Văn Tùng")]
    assert read_roster("Họ tên;Liên hệ\nTrần Văn Tùng;tung@example.vn\n".encode(), categories={})[0] == [
        RosterRow("Trần Văn Tùng", "tung@example.vn")
    ]


def test_every_problem_is_named_with_its_row() -> None:
    raw = sheet(
        ["X", "", ""],
        ["Trần Văn Tùng", "12", ""],
        ["Lê Thị Hoa", "", "Khách"],
        ["Lê Thị Ba", "", ""],
        ["Lê Thị Ba", "", ""],
    )
    problems = read_roster(raw, categories=CATEGORIES)[1]
    assert [problem.row for problem in problems] == [2, 3, 4, 6]


@pytest.mark.parametrize("raw", [b"", b"Ten\nA\n", sheet(), sheet(headings=["Mã"])])
def test_what_names_nobody_is_no_roster(raw: bytes) -> None:
    with pytest.raises(DomainError) as refused:
        read_roster(raw, categories={})
    assert refused.value.field == "file"


# --- keeping ---


@dataclasses.dataclass
class Office:
    """A department of a province, and somebody who keeps its roster."""

    ctx: Context
    make: Factories
    vault: Vault
    campaign: Campaign
    unit: Unit
    below: Unit

    def keep(self, *rows: RosterRow, unit: Unit | None = None) -> int:
        unit = unit or self.unit
        draft = hand_in(self.ctx, campaign=self.campaign, unit=unit, rows=rows, vault=self.vault)
        return take_over(self.ctx, campaign=self.campaign, unit=unit, token=draft.token, vault=self.vault)

    def seen(self, unit: Unit | None = None, **wanted: object) -> dict[str, Progress]:
        values = {"campaign": self.campaign, "unit": unit or self.unit, "limit": 50} | wanted
        rows, _total = listed(self.ctx, **values)  # type: ignore[arg-type]
        return {row.name: row.progress for row in rows}


@pytest.fixture
def office(ctx: Context, make: Factories, vault: Vault) -> Office:
    campaign = make.campaign("thi")
    unit = make.unit("Sở Nội vụ")
    keeper = dataclasses.replace(ctx, actor=Actor(make.member(campaign).id))
    return Office(keeper, make, vault, campaign, unit, make.unit("Phòng Cải cách hành chính", parent=unit))


def test_a_roster_takes_the_place_of_the_earlier_one_and_keeps_no_contact(office: Office) -> None:
    office.keep(RosterRow("Lê Thị Ba"), RosterRow("Lê Thị Tư"))
    assert office.keep(RosterRow("Nguyễn Thị Đào", "0912 345 678", "official")) == 1
    entry = office.ctx.session.scalars(sa.select(RosterEntry)).one()
    assert (entry.name, entry.category, len(entry.contact_index or "")) == ("Nguyễn Thị Đào", "official", 64)
    assert office.ctx.session.scalars(sa.select(RosterDraft)).all() == []
    events = sa.select(AuditEvent.before, AuditEvent.after).where(AuditEvent.action == "core:roster:take_over")
    assert [tuple(row) for row in office.ctx.session.execute(events.order_by(AuditEvent.id))] == [
        ({"people": 0}, {"people": 2}),
        ({"people": 2}, {"people": 1}),
    ]
    assert (remove(office.ctx, campaign=office.campaign, unit=office.unit), office.seen()) == (1, {})


def test_a_list_waits_for_a_day_sealed_and_for_its_own_unit_only(office: Office) -> None:
    ctx, rows = office.ctx, [RosterRow("Nguyễn Thị Đào", "0912345678")]
    draft = hand_in(ctx, campaign=office.campaign, unit=office.unit, rows=rows, vault=office.vault)
    assert "Nguyễn".encode() not in draft.rows
    where = {"campaign": office.campaign, "token": draft.token, "vault": office.vault}
    assert handed_in(ctx, unit=office.unit, **where) == rows  # type: ignore[arg-type]
    with pytest.raises(Missing):
        handed_in(ctx, unit=office.below, **where)  # type: ignore[arg-type]
    later = dataclasses.replace(ctx, now=ctx.now + timedelta(days=1))
    with pytest.raises(Missing):
        handed_in(later, unit=office.unit, **where)  # type: ignore[arg-type]
    forget_waiting(ctx)
    assert ctx.session.scalars(sa.select(RosterDraft)).all() == [draft]
    forget_waiting(later)
    assert ctx.session.scalars(sa.select(RosterDraft)).all() == []


def test_a_list_is_taken_over_once_and_never_the_one_that_took_its_place(office: Office) -> None:
    where = {"campaign": office.campaign, "unit": office.unit, "vault": office.vault}
    first = hand_in(office.ctx, rows=[RosterRow("Lê Thị Ba")], **where).token  # type: ignore[arg-type]
    second = hand_in(office.ctx, rows=[RosterRow("Lê Thị Tư")], **where).token  # type: ignore[arg-type]
    with pytest.raises(Missing):
        take_over(office.ctx, token=first, **where)  # type: ignore[arg-type]
    assert office.seen() == {}
    assert take_over(office.ctx, token=second, **where) == 1  # type: ignore[arg-type]
    with pytest.raises(Missing):
        take_over(office.ctx, token=second, **where)  # type: ignore[arg-type]
    assert set(office.seen()) == {"Lê Thị Tư"}


def at_once(office: Office, engine: Engine, *acts: Callable[[Office], str]) -> list[str]:
    """Let several act at the same moment, each in a transaction of its own; return what came of it, in their order."""
    campaign_id, unit_id = office.campaign.id, office.unit.id
    office.ctx.session.commit()
    together = threading.Barrier(len(acts))

    def act(one: Callable[[Office], str]) -> str:
        with Session(engine) as session:
            own = dataclasses.replace(office.ctx, session=session)
            together.wait(10)
            campaign, unit = session.get_one(Campaign, campaign_id), session.get_one(Unit, unit_id)
            try:
                came = one(dataclasses.replace(office, ctx=own, campaign=campaign, unit=unit))
            except Missing:
                return "too late"
            session.commit()
            return came

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(act, acts))


def handing_in(name: str) -> Callable[[Office], str]:
    def act(office: Office) -> str:
        rows = [RosterRow(name)]
        return hand_in(office.ctx, campaign=office.campaign, unit=office.unit, rows=rows, vault=office.vault).token

    return act


def taking_over(token: str) -> Callable[[Office], str]:
    def act(office: Office) -> str:
        return str(take_over(office.ctx, campaign=office.campaign, unit=office.unit, token=token, vault=office.vault))

    return act


@pytest.mark.parametrize("waiting", [False, True])
def test_of_lists_handed_in_at_the_same_moment_one_waits(office: Office, engine: Engine, *, waiting: bool) -> None:
    if waiting:
        handing_in("Lê Thị Hai")(office)
    tokens = at_once(office, engine, *(handing_in(f"Lê Thị {number}") for number in ("Ba", "Tư", "Năm")))
    (draft,) = office.ctx.session.scalars(sa.select(RosterDraft)).all()
    assert draft.token in tokens
    assert sorted(at_once(office, engine, *(taking_over(token) for token in tokens))) == ["1", "too late", "too late"]
    assert len(office.seen()) == 1


def test_a_list_taken_over_while_another_is_handed_in_is_not_mixed_with_it(office: Office, engine: Engine) -> None:
    token = handing_in("Lê Thị Ba")(office)
    taken, other = at_once(office, engine, taking_over(token), handing_in("Lê Thị Tư"))
    assert taken in {"1", "too late"}
    assert set(office.seen()) == ({"Lê Thị Ba"} if taken == "1" else set())
    assert taking_over(other)(office) == "1"
    assert set(office.seen()) == {"Lê Thị Tư"}


def test_rosters_end_with_the_archiving(office: Office) -> None:
    office.keep(RosterRow("Lê Thị Ba"))
    hand_in(office.ctx, campaign=office.campaign, unit=office.unit, rows=[RosterRow("Lê Thị Tư")], vault=office.vault)
    archive_campaign(office.ctx, campaign=office.campaign)
    assert office.campaign.state is CampaignState.ARCHIVED
    for model in (RosterEntry, RosterDraft):
        assert office.ctx.session.scalar(sa.select(sa.func.count()).select_from(model)) == 0
    with pytest.raises(Closed):
        office.keep(RosterRow("Lê Thị Ba"))


# --- who has taken part ---


def test_people_are_found_by_contact_or_by_name_within_the_unit_only(office: Office) -> None:
    make, elsewhere = office.make, office.make.unit("Sở Tài chính")
    for name, contact, unit in (
        ("Trần Văn Tùng", "", office.below),
        ("Lê Thị Ba", "", elsewhere),
        ("Hoa Lê", "0912345678", office.below),
        ("Ai Đó", "0987654321", elsewhere),
    ):
        make.enrolment(office.campaign, user=make.user(name, contact=contact), unit=unit)
    office.keep(
        RosterRow("Tran Van Tung"),
        RosterRow("Lê Thị Ba"),
        RosterRow("Lê Thị Hoa", "0912345678"),
        RosterRow("Vũ Tư", "0987654321"),
    )
    assert office.seen() == {
        "Tran Van Tung": Progress.REGISTERED,
        "Lê Thị Ba": Progress.ABSENT,
        "Lê Thị Hoa": Progress.REGISTERED,
        "Vũ Tư": Progress.ABSENT,
    }
    assert set(office.seen(progress=Progress.ABSENT)) == {"Lê Thị Ba", "Vũ Tư"}
    assert set(office.seen(search="tung")) == {"Tran Van Tung"}
    numbers = totals(office.ctx, campaign=office.campaign, unit=office.unit)
    assert numbers == {Progress.FINISHED: 0, Progress.REGISTERED: 2, Progress.ABSENT: 2}
    assert office.seen(unit=office.below) == {}, "a unit's people are those of its own rosters"


def test_namesakes_of_a_unit_are_not_passed_off_as_one_another(office: Office) -> None:
    office.keep(RosterRow("Lê Thị Ba"), RosterRow("Lê Thị Ba", "0912345678"), RosterRow("Vũ Tư"))
    rows, total = listed(office.ctx, campaign=office.campaign, unit=office.unit, limit=50)
    assert (total, [row.namesakes for row in rows]) == (3, [True, False, False])


def test_a_roster_of_any_length_takes_two_statements(office: Office, statements: Callable[[], int]) -> None:
    def taken(people: int) -> int:
        office.keep(*(RosterRow(f"Lê Thị {name}") for name in ("Ba", "Tư", "Năm")[:people]))
        statements()
        listed(office.ctx, campaign=office.campaign, unit=office.unit, limit=50)
        return statements()

    assert taken(1) == taken(3) == 2


# --- the pages ---


@on_one_database
def test_a_coordinator_keeps_the_rosters_of_the_own_subtree_where_names_may_be_known(
    office: Office, client: FlaskClient, sign_in: Callable[..., Browser]
) -> None:
    coordinator = office.make.member(office.campaign, Role.COORDINATING, unit=office.unit)
    committee = office.ctx.session.scalars(sa.select(Committee).where(Committee.role == Role.COORDINATING)).one()
    browser_over(client, session_token=start_session(office.ctx, user_id=coordinator.id, device="", hours=1))
    office.ctx.session.commit()
    base = f"/c/thi/staff/participation/{office.below.id}/roster"
    assert client.get(base).status_code == 404, "the rules do not let names be known"
    committee.sees_names = True
    elsewhere = office.make.unit("Sở Tài chính")
    office.ctx.session.commit()
    assert client.get(base).status_code == 200
    assert client.get(f"/c/thi/staff/participation/{elsewhere.id}/roster").status_code == 404
    assert client.get(f"{base}/template.xlsx").status_code == 200

    def send(raw: bytes) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(f"{base}/new").text)
        assert found
        data = {"csrf_token": found[1], "file": (io.BytesIO(raw), "a.xlsx")}
        answer = client.post(f"{base}/new", data=data, content_type="multipart/form-data")
        return answer.headers.get("Location") or answer.text

    assert "Dòng 2" in send(sheet(["X", "", ""]))
    preview = send(sheet(["Nguyễn Thị Đào", "0912345678", "Người dân"]))
    page = client.get(preview).text
    assert "Nguyễn Thị Đào" in page
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    page = client.post(preview, data={"csrf_token": token[1]}, follow_redirects=True).text
    assert "Nguyễn Thị Đào" in page
    assert "Chưa đăng ký" in page
    assert client.get(preview).status_code == 404, "it was taken over"
    looks = sa.select(AuditEvent.object_id).where(AuditEvent.action == "core:participation:view")
    office.ctx.session.rollback()
    assert set(office.ctx.session.scalars(looks)) == {office.below.id}
