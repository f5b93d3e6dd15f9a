"""The application starts with no plugin at all, with each alone, and with all; what a campaign lacks then is said."""

from __future__ import annotations

import importlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from cuocthi.app import create_app
from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.config import load as load_config
from cuocthi.context import Context
from cuocthi.contributions import Browser
from cuocthi.database import configure_engine
from cuocthi.extensions import db
from cuocthi.plugins.manager import Hooks
from cuocthi.security.personal_data import Vault
from cuocthi.testing import migrated
from cuocthi.testing.browsing import browser_over
from cuocthi.testing.factories import Factories
from cuocthi.testing.templates import COMPILED
from cuocthi.timelines.models import PhaseKind
from cuocthi.users.domain import start_session

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from cuocthi.clock import FixedClock

ALL = ("quiz", "prizes", "publishing", "inquiries")
#: Pages that refuse an organiser of a draft: those that end so, then those for administrators and for entrants.
REFUSED = {"new": {200, 403}, "join": {409}, "shared-device": {404}}
FOR_OTHERS = {"/staff/people/": {403}, "/me/data/wish/": {404}, "/me/data/withdraw/": {404}}
SETS = ((), *((name,) for name in ALL), ALL)


@dataclass
class Installation:
    """A running application with some plugins, and a member of an organising committee in front of it."""

    app: Flask
    loaded: tuple[str, ...]
    organiser: Browser
    session: Session

    def pages(self, slug: str) -> Iterator[tuple[str, str]]:
        """The address of every page that needs to know nothing but the campaign, and the plugin it belongs to."""
        for rule in self.app.url_map.iter_rules():
            if "GET" in (rule.methods or ()) and rule.arguments <= {"slug"}:
                blueprint = rule.endpoint.partition(".")[0]
                yield rule.rule.replace("<slug>", slug), blueprint if blueprint in ALL else ""


def modules(names: tuple[str, ...]) -> list[ModuleType]:
    return [importlib.import_module(f"cuocthi_{name}.plugin") for name in names]


@pytest.fixture
def install(
    tmp_path: Path, clock: FixedClock, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[tuple[str, ...]], Installation]]:
    """Install the platform with the named plugins and with nothing of the others, not even their tables."""
    running: list[Installation] = []

    def begin(names: tuple[str, ...]) -> Installation:
        made = migrated.sqlite(migrated.folder(tmp_path_factory), modules(names))
        url = f"sqlite:///{shutil.copyfile(made, tmp_path / 'start.sqlite3')}"
        config = load_config(
            tmp_path / "instance", {"DATABASE_URL": url, "CUOCTHI_TESTING": "1", "CUOCTHI_STAFF_SECOND_FACTOR": "off"}
        )
        hooks = Hooks(modules(names))
        engine = sa.create_engine(url)
        configure_engine(engine)
        tables = sa.inspect(engine).get_table_names()
        assert {name for name in ALL if any(table.startswith(f"{name}_") for table in tables)} == set(names)
        session = Session(engine)
        ctx = Context(session=session, hooks=hooks, now=clock.now())
        make = Factories(ctx, Vault(config.keys))
        organiser = make.user()
        for slug, enabled in (("own", names), ("wanting", ALL)):
            campaign = make.campaign(slug, plugins=enabled, state=CampaignState.DRAFT)
            make.member(campaign, user=organiser)
            make.phase(campaign, PhaseKind.LAUNCH)
            if "quiz" in enabled:
                make.round(campaign)
        token = start_session(ctx, user_id=organiser.id, device="test", hours=1)
        session.commit()
        app = create_app(config, modules(names), clock=clock)
        app.jinja_env.bytecode_cache = COMPILED
        running.append(Installation(app, names, browser_over(app.test_client(), session_token=token), session))
        return running[-1]

    yield begin
    for one in running:
        engine = one.session.get_bind()
        one.session.close()
        engine.dispose()  # type: ignore[union-attr]  # it is an engine
        with one.app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.mark.parametrize("names", SETS, ids=lambda names: "+".join(names) or "none")
def test_every_page_answers_whichever_plugins_are_loaded(
    install: Callable[[tuple[str, ...]], Installation], names: tuple[str, ...]
) -> None:
    installed = install(names)
    seen = 0
    for slug in ("own", "wanting"):
        for address, plugin in installed.pages(slug):
            status, _ = installed.organiser.get(address)
            # What needs a thing to exist before it, or another role, refuses; nothing breaks.
            usual = {200, 404} if plugin else REFUSED.get(address.rpartition("/")[2], {200})
            allowed = next((codes for part, codes in FOR_OTHERS.items() if address.startswith(part)), usual)
            assert status in allowed, (address, status)
            seen += 1
    assert seen > 50


@pytest.mark.parametrize("names", SETS, ids=lambda names: "+".join(names) or "none")
def test_what_a_campaign_lacks_is_named_and_keeps_it_shut(
    install: Callable[[tuple[str, ...]], Installation], names: tuple[str, ...]
) -> None:
    installed = install(names)
    _, page = installed.organiser.get("/c/wanting/staff/readiness")
    for name in ALL:
        assert (f"“{name}” được bật nhưng chưa cài đặt" in page) == (name not in names), name
    lacking = "prizes" in names and "quiz" not in names
    assert ("“Giải thưởng” cần một thành phần cung cấp “results”" in page) == lacking
    if names == ALL:
        return
    status, page = installed.organiser.post("/c/wanting/staff/open", {})
    assert status == 409
    assert "chưa cài đặt" in page
    installed.session.expire_all()
    states = installed.session.scalars(sa.select(Campaign.state)).all()
    assert set(states) == {CampaignState.DRAFT}


def test_a_page_of_a_plugin_that_is_not_enabled_does_not_exist(
    install: Callable[[tuple[str, ...]], Installation],
) -> None:
    installed = install(ALL)
    installed.session.execute(sa.update(Campaign).where(Campaign.slug == "own").values(plugins=["quiz"]))
    installed.session.commit()
    for address, plugin in installed.pages("own"):
        if plugin in {"prizes", "publishing", "inquiries"}:
            assert installed.organiser.get(address)[0] == 404, address
        if plugin:
            assert installed.organiser.get(address.replace("/own/", "/wanting/"))[0] != 500, address
