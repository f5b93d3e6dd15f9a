"""A contest of the example format in a process of its own, as the tests beside this start it.

``play`` holds it from the opening to the published bundle, ``look`` visits its pages afterwards; each prints what
it saw as JSON. Which plugins there are is not said here: they are found by their entry points.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from cuocthi.app import create_app, registry_of
from cuocthi.campaigns.models import Campaign
from cuocthi.campaigns.settings import save_settings
from cuocthi.cli import main
from cuocthi.clock import FixedClock
from cuocthi.context import Actor, Context
from cuocthi.contributions import Browser, Direction
from cuocthi.enrolments.models import Enrolment
from cuocthi.errors import Blocked
from cuocthi.extensions import db
from cuocthi.rehearsal.course import Rehearsal
from cuocthi.standings.criteria import RULES_OWNER, Criterion, RankingRules
from cuocthi.standings.domain import adopt_ranking, build_ranking, submit_ranking
from cuocthi.testing.browsing import browser_over
from cuocthi.testing.factories import Factories
from cuocthi.testing.plugin import NOON
from cuocthi.timelines.models import Phase
from cuocthi.users.domain import start_session
from cuocthi.users.models import User
from cuocthi_prizes.settings import PrizeSettings, Tier

#: Five take part, so that the second is exact and the last is the worst.
ESTIMATES = {"Nguyễn An": 7, "Trần Bình": 5, "Lê Chi": 9, "Phạm Dũng": 1, "Vũ Giang": 400_000}
AFTERWARDS = NOON + timedelta(hours=2)


def command(*words: str) -> str:
    """Run a command of the platform; return what it says."""
    done = CliRunner().invoke(main, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


@contextmanager
def context(app: Flask, user: User | None = None) -> Iterator[Context]:
    """Give a context at the application's time and commit it."""
    with app.app_context(), Session(db.engine, expire_on_commit=False) as session:
        parts = registry_of(app)
        yield Context(session, parts.hooks, parts.clock.now(), Actor(user.id if user else None))
        session.commit()


def signed_in(app: Flask, user_id: int) -> tuple[FlaskClient, Browser]:
    """Return the browser of somebody who has signed in, and the client below it."""
    with context(app) as ctx:
        token = start_session(ctx, user_id=user_id, device="test", hours=1)
    client = app.test_client()
    return client, browser_over(client, session_token=token)


def play() -> dict[str, Any]:
    """Hold the contest."""
    listed, _ = command("plugins", "list"), command("db", "upgrade")
    clock = FixedClock(NOON)
    app = create_app(clock=clock)
    parts = registry_of(app)
    with context(app) as ctx:
        make = Factories(ctx, parts.vault)
        campaign = make.campaign("uoc-luong", plugins=("guess", "prizes", "publishing"))
        round_ = make.round(campaign, "guess", closes_at=NOON + timedelta(hours=1))
        rules = RankingRules(criteria=(Criterion("distance", Direction.LOWEST),))
        save_settings(ctx, owner=RULES_OWNER, campaign=campaign, value=rules)
        save_settings(
            ctx,
            owner="prizes",
            campaign=campaign,
            value=PrizeSettings(tiers=(Tier("nhat", "Giải Nhất", 1, 1_000_000),)),
        )
        first, second = make.member(campaign), make.member(campaign)
        people = {name: make.enrolment(campaign, user=make.user(name)).user for name in ESTIMATES}
    entered = []
    for name, number in ESTIMATES.items():
        (_, browser), page = signed_in(app, people[name].id), f"/c/uoc-luong/guess/round/{round_.id}/"
        entered += [browser.get(page)[0], browser.post(page, {"number": str(number)})[0]]
    clock.move_to(AFTERWARDS)
    with app.app_context():
        course = Rehearsal(parts, db.engine, seed=1, write=str)
        course.rank(campaign.id, moment=clock.now(), staff=(first.id, second.id))
        report = dict(course.finish(campaign.id, moment=clock.now(), staff=(first.id, second.id)))
    return {"listed": listed, "entered": entered, "report": report, "bundle": bundle(app, first.id)}


def bundle(app: Flask, user_id: int) -> dict[str, Any]:
    """Return what the bundle of the release holds."""
    client, _ = signed_in(app, user_id)
    answer = client.get("/c/uoc-luong/publishing/releases/1/file", follow_redirects=True)
    with ZipFile(BytesIO(answer.data)) as archive:
        found: dict[str, Any] = json.loads(archive.read("data.json"))
    return found


def look() -> dict[str, Any]:
    """Visit the pages of the contest, and try what must be refused."""
    listed, _ = command("plugins", "list"), command("db", "upgrade")
    app = create_app(clock=FixedClock(AFTERWARDS))
    with context(app) as ctx:
        campaign = ctx.session.scalars(sa.select(Campaign)).one()
        round_ = ctx.session.scalars(sa.select(Phase).where(Phase.source == "guess")).one()
        entrant = ctx.session.scalars(sa.select(Enrolment.user_id).where(Enrolment.name == "Trần Bình")).one()
        staff = ctx.session.scalars(sa.select(User).where(User.id.not_in(sa.select(Enrolment.user_id)))).all()
    own = f"/c/uoc-luong/guess/round/{round_.id}/"
    public = {"key": "awards"}
    numbered = {**public, "clause": "entrants", "round_id": round_.id, "phase_id": round_.id, "number": 1}
    pages = {}
    for reader, user_id in {"entrant": entrant, "organiser": staff[0].id}.items():
        _, browser = signed_in(app, user_id)
        for address in [own, *addresses(app, numbered if reader == "organiser" else public)]:
            if reader == "organiser" or "/staff/" not in address:
                pages[f"{reader} {address}"] = browser.get(address)
    refused = []
    with context(app, staff[0]) as ctx:
        campaign, round_ = ctx.session.get_one(Campaign, campaign.id), ctx.session.get_one(Phase, round_.id)
        save_settings(ctx, owner=RULES_OWNER, campaign=campaign, round_=round_, value=RankingRules())
        ranking = build_ranking(ctx, campaign=campaign, round_=round_)
        submit_ranking(ctx, ranking=ranking)
        try:
            adopt_ranking(ctx, ranking=ranking)
        except Blocked as error:
            refused = [str(reason) for reason in error.reasons]
        ctx.session.rollback()
    return {"listed": listed, "pages": pages, "refused": refused, "own": own}


def addresses(app: Flask, known: Mapping[str, Any]) -> Iterator[str]:
    """Yield the address of every page of a campaign that needs no more than these values."""
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and "slug" in rule.arguments <= {"slug", *known}:
            with app.test_request_context():
                values = {name: known[name] for name in rule.arguments - {"slug", *(rule.defaults or {})}}
                yield app.url_for(rule.endpoint, slug="uoc-luong", _external=False, **values)


if __name__ == "__main__":
    json.dump({"play": play, "look": look}[sys.argv[1]](), sys.stdout, default=str)
