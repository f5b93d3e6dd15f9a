"""A list of units that is too long to wait for is imported in the background, by the person who asked for it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from html import unescape
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns import long_lists
from cuocthi.jobs.models import Job, JobState
from cuocthi.jobs.work import run_job
from cuocthi.testing.browsing import browser_over
from cuocthi.units.models import Unit
from cuocthi.users.domain import start_session

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from cuocthi.context import Context
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

STAFF = "/c/thi/staff"
LIST = "code,parent,name,kind,block,aliases\n" + "".join(f"xa-{n},,Xã {n},commune,,\n" for n in range(5))


@pytest.fixture
def head(ctx: Context, make: Factories, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> User:
    """An organiser who is signed in to ``client``; lists of more than three units count as long."""
    monkeypatch.setattr(long_lists, "_LONG", 3)
    found = make.member(make.campaign("thi"))
    browser_over(client, session_token=start_session(ctx, user_id=found.id, device="test", hours=1))
    ctx.session.commit()
    return found


Ask = Callable[..., "TestResponse"]


@pytest.fixture
def ask(client: FlaskClient, head: User) -> Ask:
    """Hand the list in, look at the preview and confirm it; what is named is sent in place of what the page says."""

    def act(**instead: str) -> TestResponse:
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(f"{STAFF}/units/import").text)
        assert token
        data = {"csrf_token": token[1], "file": (io.BytesIO(LIST.encode()), "units.csv")}
        preview = client.post(f"{STAFF}/units/import", data=data, content_type="multipart/form-data")
        address = preview.headers["Location"]
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', client.get(address).text))
        fields = {name: unescape(value) for name, value in hidden.items()} | instead
        return client.post(address.partition("?")[0], data=fields)

    return act


def jobs(ctx: Context) -> list[Job]:
    ctx.session.rollback()
    found = list(ctx.session.scalars(sa.select(Job).where(Job.kind == long_lists.LIST_JOB)))
    ctx.session.expunge_all()
    ctx.session.rollback()
    return found


def units(ctx: Context) -> int:
    ctx.session.rollback()
    number = ctx.session.scalar(sa.select(sa.func.count()).where(Unit.code.startswith("xa-")).select_from(Unit)) or 0
    ctx.session.rollback()
    return number


def test_it_waits_for_the_worker_and_its_page_says_what_came_of_it(
    app: Flask, ctx: Context, client: FlaskClient, ask: Ask, head: User
) -> None:
    answer = ask()
    (job,) = jobs(ctx)
    assert answer.headers["Location"].endswith(f"{STAFF}/jobs/{job.id}")
    assert units(ctx) == 0
    assert run_job(app, job.id)
    assert units(ctx) == 5
    page = client.get(answer.headers["Location"]).text
    assert re.search(r"Số đơn vị được thêm.*?5", page, re.DOTALL)
    event = ctx.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "core:unit:import")).one()
    assert event.actor_id == head.id
    ctx.session.rollback()


def test_asking_twice_is_one_piece_of_work_and_doing_it_twice_changes_nothing(
    app: Flask, ctx: Context, ask: Ask
) -> None:
    ask()
    ask()
    found = jobs(ctx)
    for job in found:
        run_job(app, job.id)
    assert {job.state for job in jobs(ctx)} == {JobState.DONE}
    assert units(ctx) == 5


def test_a_tree_that_changed_meanwhile_stops_it(app: Flask, ctx: Context, make: Factories, ask: Ask) -> None:
    ask()
    make.unit("Xã khác", code="xa-1")
    ctx.session.commit()
    (job,) = jobs(ctx)
    run_job(app, job.id)
    (job,) = jobs(ctx)
    assert job.state is JobState.FAILED
    assert units(ctx) == 1


def test_who_confirms_another_preview_sees_what_the_list_would_do_now_and_nothing_waits(ctx: Context, ask: Ask) -> None:
    assert ask(digest="0" * 64).status_code == 409
    assert jobs(ctx) == []
