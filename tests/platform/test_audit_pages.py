"""The audit log on its pages and as files: filtered, searched, in words, handed out on record; and sensitive reads."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import python_calamine
import sqlalchemy as sa

from cuocthi.audit.domain import head, record, verify
from cuocthi.audit.models import AuditEvent
from cuocthi.cli import main
from cuocthi.contributions import Role
from cuocthi.testing.browsing import browser_over
from cuocthi.text import T
from cuocthi.users.domain import start_session
from cuocthi.web.on_record import READING

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from cuocthi.campaigns.models import Campaign
    from cuocthi.clock import FixedClock
    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

LOG = "/c/thai-binh/staff/audit/"


@pytest.fixture
def campaign(ctx: Context, make: Factories) -> Campaign:
    found = make.campaign("thai-binh")
    person = make.user("Nguyễn Thị Đào")
    record(
        ctx,
        action="core:committee:appoint",
        summary=T("Appointed a member of “%(title)s”", title="Ban Giám khảo"),
        campaign=found,
        object_kind="membership",
        object_id=3,
        before={"position": "=HYPERLINK(1)", "open": True},
        after={"user": person.id, "position": "Ủy viên", "role": "jury", "closes_at": ctx.now, "open": False},
    )
    return found


@pytest.fixture
def inspector(make: Factories, campaign: Campaign, sign_in: Callable[[User], Browser]) -> Browser:
    return sign_in(make.member(campaign, Role.OVERSIGHT))


def last(ctx: Context) -> AuditEvent:
    ctx.session.rollback()
    ctx.session.expire_all()
    found = ctx.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    ctx.session.expunge(found)
    ctx.session.rollback()
    return found


def test_before_and_after_stand_there_in_words(inspector: Browser) -> None:
    page = inspector.get(LOG)[1]
    for words in ("Nguyễn Thị Đào", "Ủy viên", "Ban Giám khảo", "12:00:00 ngày 20/09/2024", "Vai trò", "không"):
        assert words in page, words
    assert "2024-09-20T12" not in page


@pytest.mark.parametrize(
    ("query", "there"),
    [
        ("", True),
        ("action=core:committee:appoint", True),
        ("kind=membership&since=2024-09-20&until=2024-09-20", True),
        ("since=2024-09-21", False),
        ("until=2024-09-19", False),
        ("since=0001-01-01&until=9999-12-31", True),
        ("since=tomorrow", True),
        ("q=bổ+nhiệm", False),
        ("q=cu+thanh+vien", True),
        ("q=Giám+khảo", True),
        ("q=nobody", False),
        ("object=3", True),
        ("object=4", False),
    ],
)
def test_the_log_is_filtered_and_searched(inspector: Browser, query: str, *, there: bool) -> None:
    status, page = inspector.get(f"{LOG}?{query}")
    assert (status, 'class="change' in page or "small change" in page) == (200, there)


def test_it_is_handed_out_as_csv_which_is_on_record(
    ctx: Context, make: Factories, campaign: Campaign, inspector: Browser
) -> None:
    content = inspector.get(f"{LOG}?export=csv&kind=membership&action=core:committee:appoint")[1]
    heading, row = csv.reader(io.StringIO(content.lstrip("\ufeff")))
    assert len(heading) == len(row) == 12
    assert json.loads(row[8])["position"] == "=HYPERLINK(1)"
    assert row[-1] == ctx.session.scalars(sa.select(AuditEvent.hash).order_by(AuditEvent.id)).first()
    event = last(ctx)
    assert event.action == "core:audit:export"
    assert event.after == {"kind": "membership", "action": "core:committee:appoint"}
    assert verify(ctx) is None


def test_it_is_handed_out_as_a_workbook_without_formulas(
    ctx: Context, make: Factories, campaign: Campaign, client: FlaskClient
) -> None:
    token = start_session(ctx, user_id=make.member(campaign, Role.STANDING).id, device="test", hours=1)
    ctx.session.commit()
    browser = browser_over(client, session_token=token)
    answer = client.get(f"{LOG}?export=xlsx")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="thai-binh-audit.xlsx"'
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    rows = book.get_sheet_by_index(0).to_python()
    assert (len(rows), len(rows[0])) == (3, 12), "the export itself is the newest record"
    assert rows[2][5] == "core:audit:export"
    assert browser.get(f"{LOG}?export=pdf")[0] == 200, "an unknown kind is the page"


def test_a_printed_anchor_is_compared(ctx: Context, inspector: Browser) -> None:
    printed = head(ctx)
    assert printed is not None
    ctx.session.rollback()
    assert "Mốc đối chiếu khớp" in inspector.get(f"{LOG}check?anchor={printed}")[1]
    assert "Mốc đối chiếu không khớp" in inspector.get(f"{LOG}check?anchor={printed.number}:{'0' * 64}")[1]
    status, page = inspector.get(f"{LOG}check?anchor=12")
    assert (status, "has-error" in page) == (422, True)


@pytest.mark.usefixtures("tampering")
def test_the_command_compares_it_too(ctx: Context, app: Flask, campaign: Campaign) -> None:
    ctx.session.commit()
    printed = head(ctx)
    assert printed is not None
    ctx.session.rollback()

    def said(*arguments: str) -> tuple[int, str]:
        done = app.test_cli_runner().invoke(main, ["audit", "verify", *arguments])
        return done.exit_code, done.output

    code, text = said("--anchor", str(printed))
    assert (code, "is the one that was printed" in text, str(printed) in text) == (0, True, True)
    code, text = said("--anchor", f"{printed.number}:{'0' * 64}")
    assert (code, f"record {printed.number} is not the one" in text) == (1, True)
    assert said("--anchor", "nonsense")[0] == 1
    ctx.session.execute(sa.update(AuditEvent).where(AuditEvent.id == printed.number).values(address="203.0.113.9"))
    ctx.session.commit()
    assert said() == (1, f"record {printed.number} does not fit the chain\n")


def test_a_look_at_a_person_and_every_export_are_on_record(
    ctx: Context, make: Factories, campaign: Campaign, sign_in: Callable[[User], Browser]
) -> None:
    number = make.enrolment(campaign).id
    organiser = sign_in(make.member(campaign))
    assert organiser.get(f"/c/thai-binh/staff/enrolments/{number}")[0] == 200
    event = last(ctx)
    assert (event.action, event.object_kind, event.object_id) == ("core:enrolment:view", "enrolment", number)
    assert organiser.get("/c/thai-binh/staff/enrolments/?export=csv")[0] == 200
    assert last(ctx).action == "core:enrolment:export"
    assert organiser.get("/c/thai-binh/staff/campaign.zip")[0] == 200
    exported = last(ctx)
    assert exported.action == "core:campaign:export"
    assert organiser.get(f"/c/thai-binh/staff/enrolments/{number + 99}")[0] == 404
    assert last(ctx).id == exported.id, "what was not shown is not on record"
    assert verify(ctx) is None


def test_who_goes_on_reading_is_on_record_once_in_fifteen_minutes_and_every_file_is(
    ctx: Context, make: Factories, campaign: Campaign, clock: FixedClock, sign_in: Callable[[User], Browser]
) -> None:
    number, another = make.enrolment(campaign).id, make.enrolment(campaign).id
    readers = [sign_in(make.member(campaign)) for _ in range(2)]

    def on_record(action: str = "core:enrolment:view") -> list[int | None]:
        ctx.session.rollback()
        looks = sa.select(AuditEvent.object_id).where(AuditEvent.action == action).order_by(AuditEvent.id)
        return list(ctx.session.scalars(looks))

    def look(reader: Browser, at: int) -> None:
        ctx.session.rollback()
        assert reader.get(f"/c/thai-binh/staff/enrolments/{at}")[0] == 200

    for _ in range(3):
        look(readers[0], number)
    assert on_record() == [number]
    look(readers[0], another)
    look(readers[1], number)
    assert on_record() == [number, another, number], "every person and every object has an entry of its own"
    clock.advance(READING + timedelta(seconds=1))
    look(readers[0], number)
    assert on_record() == [number, another, number, number]
    clock.advance(-2 * READING)
    look(readers[0], number)
    assert len(on_record()) == 5, "what is on record for later hides nothing"
    for _ in range(2):
        ctx.session.rollback()
        readers[0].get("/c/thai-binh/staff/enrolments/?export=csv")
    assert len(on_record("core:enrolment:export")) == 2


def test_what_cannot_be_put_on_record_is_not_shown(
    ctx: Context,
    make: Factories,
    campaign: Campaign,
    sign_in: Callable[[User], Browser],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    number = make.enrolment(campaign, user=make.user("Trần Văn Tùng")).id
    organiser = sign_in(make.member(campaign))

    def broken(*_arguments: object, **_values: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("cuocthi.web.on_record.record", broken)
    status, page = organiser.get(f"/c/thai-binh/staff/enrolments/{number}")
    assert (status, "Trần Văn Tùng" in page) == (500, False)


def test_the_log_takes_the_same_statements_for_any_number(
    ctx: Context, make: Factories, campaign: Campaign, inspector: Browser, statements: Callable[[], int]
) -> None:
    statements()
    inspector.get(LOG)
    one = statements()
    for number in range(3):
        record(
            ctx,
            action="core:committee:edit",
            summary=T("Changed “%(title)s”", title=str(number)),
            campaign=campaign,
            object_kind="committee",
            object_id=number,
            after={"user": make.user().id},
        )
    ctx.session.commit()
    statements()
    inspector.get(LOG)
    assert statements() == one
