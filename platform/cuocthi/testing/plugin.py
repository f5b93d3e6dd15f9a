"""The pytest plugin that ships with the core, for its own tests and those of plugin authors.

A plugin's ``conftest.py`` says what is loaded::

    @pytest.fixture(scope="session")
    def plugins() -> list[ModuleType]:
        return [my_plugin]

A module of tests may override it once more; :mod:`cuocthi.testing.plugins` makes plugins for that.

Every test that asks for ``ctx``, ``app``, ``client`` or ``make`` runs on SQLite and on PostgreSQL, on a fresh database
copied from a migrated template, at a moment that only the test moves (``clock``). What tests write lies in memory
where there is room, unless ``PYTEST_DEBUG_TEMPROOT`` names another place.
"""

from __future__ import annotations

import os
import shutil
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, NoReturn

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

import cuocthi.models  # noqa: F401 - the core's tables refer to one another by name
from cuocthi.clock import LOCAL_ZONE, FixedClock
from cuocthi.config import Config
from cuocthi.config import load as load_config
from cuocthi.context import SYSTEM, Context
from cuocthi.database import configure_engine
from cuocthi.plugins.manager import Hooks
from cuocthi.security.personal_data import Vault
from cuocthi.testing.browsing import browser_over
from cuocthi.testing.factories import Factories
from cuocthi.testing.memory import folder_in_memory
from cuocthi.testing.postgres import Cluster, PostgresUnavailable, shared_cluster
from cuocthi.users.domain import start_session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import ModuleType

    from flask import Flask
    from flask.testing import FlaskClient
    from playwright.sync_api import Browser as PlaywrightBrowser
    from sqlalchemy.engine import Engine

    from cuocthi.contributions import Browser
    from cuocthi.users.models import User

#: Every test begins at this moment: noon in Việt Nam, in the middle of the contest of 2024.
NOON = datetime(2024, 9, 20, 12, 0, tzinfo=LOCAL_ZONE)

#: The programs that are Chromium.
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")

#: More than the tests of the core send.
_STATEMENTS = 5_000

_numbers = count(1)


def pytest_configure() -> None:
    """Keep the temporary files of tests, with their databases, in memory unless somebody has named a place for them."""
    folder = folder_in_memory()
    if folder:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(folder))


def missing(what: str, reason: str) -> NoReturn:
    """Skip a test because the machine lacks something; with ``REQUIRE_ALL=1`` that is a failure."""
    text = f"{what} is missing: {reason}"
    if os.environ.get("REQUIRE_ALL") == "1":
        pytest.fail(text)
    pytest.skip(text)


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    """The plugin modules that are loaded; override this fixture in a plugin's own tests."""
    return []


@pytest.fixture(scope="module")
def hooks(plugins: list[ModuleType]) -> Hooks:
    """The loaded plugins; a module of tests may have other ones than those beside it."""
    return Hooks(plugins)


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scratch instance folder of the run."""
    return tmp_path_factory.mktemp("instance")


@pytest.fixture(scope="session")
def vault(instance: Path) -> Vault:
    """The keeper of personal data, with the scratch instance's keys."""
    return Vault(load_config(instance, {}).keys)


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """A private PostgreSQL cluster of this run."""
    with ExitStack() as stack:
        try:
            cluster = stack.enter_context(shared_cluster())
        except PostgresUnavailable as error:
            missing("PostgreSQL", str(error))
        yield cluster


@pytest.fixture(scope="session")
def sqlite_template(plugins: list[ModuleType], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite database; all processes of the run copy this one, so nobody may change it."""
    from cuocthi.testing import migrated  # noqa: PLC0415 - only the templates need it

    return migrated.sqlite(migrated.folder(tmp_path_factory), plugins)


@pytest.fixture(scope="session")
def postgres_template(
    postgres_cluster: Cluster, plugins: list[ModuleType], tmp_path_factory: pytest.TempPathFactory
) -> str:
    """A migrated, empty PostgreSQL database, the only one of its cluster with these revisions; returns its name."""
    from cuocthi.testing import migrated  # noqa: PLC0415 - only the templates need it

    def make() -> str:
        name = f"template_{os.getpid()}_{next(_numbers)}"
        migrated.migrate(_with_driver(postgres_cluster.create_database(name)), plugins)
        return name

    shared = migrated.folder(tmp_path_factory)
    return migrated.postgresql(shared, plugins, postgres_cluster.maintenance_url, make)


def _with_driver(url: str) -> str:
    return sa.make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, instance: Path) -> Iterator[str]:
    """The URL of a fresh, migrated database, on either kind of database.

    All tests of a process find theirs at the same place: what an engine knows of its database, and every statement
    that it has compiled, serves the next test too.
    """
    if request.param == "sqlite":
        path = instance / "test.sqlite3"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        for file in instance.glob(f"{path.name}*"):
            file.unlink()
        return
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    name = f"test_{os.getpid()}"
    yield _with_driver(cluster.create_database(name, template=request.getfixturevalue("postgres_template")))
    cluster.drop_database(name)


@cache
def _engine(url: str) -> Engine:
    created = sa.create_engine(url, query_cache_size=_STATEMENTS)
    configure_engine(created)
    return created


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine of the fresh database with the platform's transaction rules."""
    given = _engine(database_url)
    yield given
    given.dispose()


@pytest.fixture
def clock() -> FixedClock:
    """The time, standing at noon on 20 September 2024 until the test moves it."""
    return FixedClock(NOON)


@pytest.fixture
def ctx(engine: Engine, hooks: Hooks, clock: FixedClock) -> Iterator[Context]:
    """A context as a domain function takes it, without Flask; the test commits where it needs to."""
    with Session(engine, expire_on_commit=False) as session:
        yield Context(session=session, hooks=hooks, now=clock.now(), actor=SYSTEM)


@pytest.fixture
def make(ctx: Context, vault: Vault) -> Factories:
    """Factories of campaigns, rounds, units, people and enrolments in the fresh database (flushed, not committed)."""
    return Factories(ctx, vault)


@pytest.fixture
def config(database_url: str, instance: Path) -> Config:
    """The settings of an application on the fresh database."""
    environment = {
        "DATABASE_URL": database_url,
        "CUOCTHI_TESTING": "1",
        "CUOCTHI_EMBEDDED_JOBS": "0",
        "CUOCTHI_STAFF_SECOND_FACTOR": "off",
    }
    return load_config(instance, environment)


@pytest.fixture
def app(config: Config, plugins: list[ModuleType], clock: FixedClock) -> Iterator[Flask]:
    """An application on the fresh database with the loaded plugins; who adds routes makes one of its own."""
    from cuocthi.testing.applications import application  # noqa: PLC0415 - tests of the domain need no Flask

    with running(application(config, plugins, clock)) as given:
        yield given


@contextmanager
def running(app: Flask) -> Iterator[Flask]:
    """Give an application that a test made itself, and close its connections in the end.

    A connection that a page or a job kept is a fault of its own, and found here: it would stay open until Python
    happens to look for what nobody needs.
    """
    from cuocthi.extensions import db  # noqa: PLC0415 - as in ``app``
    from cuocthi.testing.templates import COMPILED  # noqa: PLC0415

    app.jinja_env.bytecode_cache = COMPILED
    yield app
    with app.app_context():
        db.session.remove()
        kept = getattr(db.engine.pool, "checkedout", int)()
        db.engine.dispose()
        if kept:
            pytest.fail(f"{kept} connections were not given back")


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """An anonymous browser; forms it posts carry no CSRF token unless the test takes it from the page."""
    return app.test_client()


@pytest.fixture
def sign_in(app: Flask, ctx: Context) -> Callable[[User], Browser]:
    """Sign people in: call it with a user, and get a browser whose ``get`` and ``post`` return (status, page).

    What ``ctx`` holds is committed first, so that the pages see it.
    """

    def begin(user: User) -> Browser:
        token = start_session(ctx, user_id=user.id, device="test", hours=1)
        ctx.session.commit()
        return browser_over(app.test_client(), session_token=token)

    return begin


@pytest.fixture(scope="module")
def chromium() -> Iterator[PlaywrightBrowser]:
    """The machine's Chromium, driven by Playwright (which the test's own distribution has to require)."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - most tests need no browser

    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        missing("Chromium", f"none of {', '.join(CHROMIUM)} is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def statements() -> Iterator[Callable[[], int]]:
    """A counter of SQL statements: call it for the number sent since the last call, by whatever engine."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN", "SAVEPOINT", "RELEASE")):
            sent.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)

    def taken() -> int:
        number = len(sent)
        sent.clear()
        return number

    yield taken
    sa.event.remove(sa.Engine, "before_cursor_execute", note)
