"""What every route of the application with all its plugins answers: to strangers, to odd requests, to forms without
their token. Who may do what is tried in ``test_matrix.py``.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from werkzeug.routing import Rule

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.testing.browsing import browser_over
from cuocthi.users.domain import start_session

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from cuocthi.context import Context
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

NAMES = ("quiz", "prizes", "publishing", "inquiries")
#: Pages outside of campaigns, and those that the statement itself guards.
OPEN_TO_ALL = {"public", "signed-in", "by-statement", ""}
#: Acts of the paper's script, which carries its own token; what they answer is tested with the quiz.
TOKEN_IN_ADDRESS = "by-statement"
#: Who may do what does not hang on the database.
on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
_ARGUMENT = re.compile(r"<(?:([^:>]+):)?(\w+)>")


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [importlib.import_module(f"cuocthi_{name}.plugin") for name in NAMES]


@dataclass
class World:
    """An open campaign with every plugin, a draft beside it, and people."""

    app: Flask
    ctx: Context
    make: Factories
    campaign: Campaign
    ids: dict[str, int]

    def access(self, rule: Rule) -> str:
        """What a route asks for: a permission, or a word for everybody."""
        blueprint = self.app.blueprints.get(rule.endpoint.partition(".")[0])
        found: str = getattr(blueprint, "access", {}).get(rule.endpoint, "")
        return found

    def rules(self, method: str) -> Iterator[Rule]:
        for rule in self.app.url_map.iter_rules():
            if method in (rule.methods or ()) and rule.endpoint != "assets.file":
                yield rule

    def address(self, rule: Rule, *, slug: str = "hoi-thi", number: int | None = None) -> str:
        """The address of a route; its things are there, or ``number`` stands for each of them."""
        words = {"slug": slug, "owner": "quiz", "name": "a.pdf", "token": "x", "key": "units", "path": "x", "act": "up"}
        words["clause"] = "entrants"

        def stand_in(found: re.Match[str]) -> str:
            converter, name = found[1] or "", found[2]
            if converter.startswith("any("):
                return converter[4:-1].partition(",")[0].strip()
            return words.get(name) or str(self.ids.get(name, 1) if number is None else number)

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

    def count(self) -> int:
        """How many acts are on record; looks at questions and people are there as well, and change nothing."""
        acts = sa.select(sa.func.count()).where(
            AuditEvent.action.not_like("%:view"), AuditEvent.action.not_like("%:export")
        )
        number = self.ctx.session.scalar(acts) or 0
        self.ctx.session.rollback()
        return number


@pytest.fixture
def world(app: Flask, ctx: Context, make: Factories) -> World:
    campaign = make.campaign("hoi-thi", plugins=NAMES)
    round_ = make.round(campaign)
    enrolment = make.enrolment(campaign, user=make.user("Nguyễn Thị Đào"))
    make.campaign("nhap", plugins=NAMES, state=CampaignState.DRAFT)
    ids = {"phase_id": round_.id, "round_id": round_.id, "enrolment_id": enrolment.id}
    ctx.session.commit()
    return World(app, ctx, make, campaign, ids)


@on_one_database
def test_every_address_answers_somebody_who_has_not_signed_in(world: World, client: FlaskClient) -> None:
    for rule in world.rules("GET"):
        for slug in ("hoi-thi", "nhap", "nowhere"):
            address = world.address(rule, slug=slug)
            answer = client.get(address)
            if rule.rule.startswith("/c/<slug>") and slug != "hoi-thi":
                assert answer.status_code == 404, address
            elif world.access(rule) not in OPEN_TO_ALL - {"signed-in"}:
                assert answer.status_code == 302, address
                assert answer.headers["Location"].startswith("/sign-in?next="), address
            else:
                assert answer.status_code in {200, 302, 403, 404}, (address, answer.status_code)


def test_a_number_that_nothing_has_is_not_found(world: World) -> None:
    send = world.browser(world.make.member(world.campaign))
    for method in ("GET", "POST"):
        for rule in world.rules(method):
            if "<int:" not in rule.rule:
                continue
            for number in (2**63 - 1, 2**63, 10**40):
                status = send(method, world.address(rule, number=number)).status_code
                assert 300 <= status < 500, (method, rule.rule, status)


def test_odd_questions_after_the_address_break_no_page(world: World) -> None:
    send = world.browser(world.make.member(world.campaign))
    odd = (f"page={10**30}&sort=nothing&q=%25_%27", "q=%00", f"page=-1&q={'x' * 5000}")
    before = world.count()
    for rule in world.rules("GET"):
        for query in odd:
            status = send("GET", f"{world.address(rule)}?{query}").status_code
            assert status < 500, (rule.rule, query)
    assert world.count() == before


@on_one_database
def test_no_form_is_taken_without_its_token_and_the_answer_says_so(world: World) -> None:
    organiser = world.make.member(world.campaign)
    token = start_session(world.ctx, user_id=organiser.id, device="test", hours=1)
    world.ctx.session.commit()
    client = world.app.test_client()
    browser_over(client, session_token=token)
    before, tried = world.count(), 0
    for rule in world.rules("POST"):
        if world.access(rule) == TOKEN_IN_ADDRESS:
            continue
        for data in ({}, {"csrf_token": ""}, {"csrf_token": "made-up"}):
            answer = client.post(world.address(rule), data=data)
            assert answer.status_code == 400, rule.rule
            assert "Biểu mẫu này không còn hiệu lực" in answer.text, rule.rule
            assert "Chưa có gì thay đổi" in answer.text, rule.rule
            tried += 1
    assert tried > 100
    assert world.count() == before
