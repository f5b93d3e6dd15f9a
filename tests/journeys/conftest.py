"""The platform as `make run` starts it, and people with browsers."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, expect

from cuocthi.app import create_app, registry_of
from cuocthi.cli.demo import load_demo
from cuocthi.clock import ShiftedClock
from cuocthi.config import load
from cuocthi.extensions import db
from cuocthi.migrations import runner
from cuocthi.rehearsal.course import Rehearsal
from cuocthi.rehearsal.pages import free_port, wait_for
from cuocthi.rules.language import writer
from cuocthi_quiz.domain.drawing import unpack
from cuocthi_quiz.domain.kinds import KINDS
from cuocthi_quiz.domain.responses import WAYS, chosen_in, to_given
from cuocthi_quiz.queries.papers import paper

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

    from cuocthi.testing.postgres import Cluster

# Several suites may share the machine.
expect.set_options(timeout=30_000)

AXE = (Path(__file__).parents[1] / "vendor/axe.min.js").read_text("utf-8")
RUN_AXE = """tags => axe.run(document, {runOnly: tags, resultTypes: ["violations"], preload: false}).then(
  found => [found.passes.length, found.violations.map(one => [one.id, one.nodes[0].html])])"""
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PHONE, DESKTOP = 360, 1280
HEIGHTS = {PHONE: 740, DESKTOP: 900}
#: The demonstration holds one campaign.
CAMPAIGN_ID = 1
#: With the person of the journey these are two more than there are prizes, and one who is excluded.
OTHERS = 18

_numbers = count(1)


@dataclass
class Visitor:
    """A person with a browser of their own, in which every page has to keep the house rules.

    ``careful`` people look at every page they come to. ``expected`` are words of messages of the browser that the
    test brings about itself.
    """

    page: Page
    width: int
    script: bool
    address: str
    careful: bool = True
    expected: tuple[str, ...] = ()
    messages: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda message: self._note(message.type, message.text))
        self.page.on("pageerror", lambda error: self._note("error", str(error)))
        self.page.on("request", self._watch)

    def _watch(self, sent: Request) -> None:
        if not sent.url.startswith(self.address):
            self.messages.append(f"a request to {sent.url}")

    def _note(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.messages.append(text)

    @property
    def complaints(self) -> list[str]:
        """What the browser complained of, and requests to other hosts."""
        return [text for text in self.messages if not any(words in text for words in self.expected)]

    def visit(self, address: str) -> None:
        """Open a page and look at it."""
        self.page.goto(address)
        self._look()

    def press(self, target: Locator) -> None:
        """Follow a link, or send a form, to the next page, and look at it."""
        with self.page.expect_navigation():
            target.click()
        self._look()

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def link(self, name: str) -> Locator:
        return self.page.get_by_role("link", name=name, exact=True)

    def _look(self) -> None:
        if self.careful:
            self.inspect()

    def inspect(self) -> None:
        """Assert what holds for every page: its language, one heading, no overflow at any width, and WCAG."""
        assert self.page.locator("html").get_attribute("lang") == "vi"
        assert self.page.locator("h1:visible").count() == 1, self.page.url
        for width in {PHONE, DESKTOP} - {self.width}:
            self._assert_it_fits(width)
        self._assert_it_fits(self.width)
        if self.script:
            self._assert_it_is_accessible()
        assert self.complaints == [], self.page.url

    def _assert_it_fits(self, width: int) -> None:
        self._resize(width, HEIGHTS[width])
        assert self.page.evaluate("document.scrollingElement.scrollWidth") <= width, f"{self.page.url} at {width} px"

    def _assert_it_is_accessible(self) -> None:
        # In a window as high as the page nothing lies below a bar that stays.
        self._resize(self.width, self.page.evaluate("document.scrollingElement.scrollHeight"))
        self.page.evaluate(AXE)  # through the debugger, which the CSP does not bind
        passed, violations = self.page.evaluate(RUN_AXE, WCAG)
        assert violations == [], self.page.url
        assert passed > 10
        self._resize(self.width, HEIGHTS[self.width])

    def _resize(self, width: int, height: int) -> None:
        self.page.set_viewport_size({"width": width, "height": height})


@dataclass
class Site:
    """A running platform with the demonstration, and what its start printed."""

    instance: Path
    database_url: str
    address: str
    printed: list[str]

    @property
    def campaign(self) -> str:
        """The address of the campaign's public page."""
        return self.printed[0]

    @property
    def staff(self) -> list[list[str]]:
        """Address, contact and password of the two organisers."""
        return [line.split()[:3] for line in self.printed[1:3]]

    @cached_property
    def app(self) -> Flask:
        return create_app(load(self.instance, {"DATABASE_URL": self.database_url, "CUOCTHI_EMBEDDED_JOBS": "0"}))

    @cached_property
    def course(self) -> Rehearsal:
        """The domain functions on the platform's database."""
        with self.app.app_context():
            return Rehearsal(registry_of(self.app), db.engine, 1, writer("vi"))

    def let_others_take_part(self, number: int) -> None:
        """Load the demonstration and let synthetic people register and take part before now.

        This is for before the start: background work would hand in what these people, who live in the past, still do.
        """
        course = self.course
        with self.app.app_context():
            runner.upgrade(db.engine, course.registry.migrations)
            load_demo(self.address)
        begun = course.registry.clock.now() - timedelta(hours=number)
        people = course.people(CAMPAIGN_ID, number)
        earlier = [replace(one, starts_at=begun + timedelta(hours=place)) for place, one in enumerate(people)]
        course.register(CAMPAIGN_ID, earlier)
        course.take_part(CAMPAIGN_ID, earlier)

    @contextmanager
    def at(self, moment: datetime) -> Iterator[None]:
        """Move the clock of the platform to a moment, and back."""
        path = self.instance / "clock.json"
        ShiftedClock(path).move_to(moment)
        yield
        path.unlink()

    @property
    def closes_at(self) -> datetime:
        (round_,) = self.course.rounds(CAMPAIGN_ID)
        return round_.closes_at

    def right_options(self, attempt_id: int) -> dict[int, list[int]]:
        """The right options of each question of a paper, as places in the order shown."""
        found = {}
        with self.course.at(self.course.registry.clock.now()) as ctx:
            for row in paper(ctx, attempt_id=attempt_id):
                right = KINDS[row.type].right(row.content, row.key)
                given = to_given(right, WAYS[row.type], unpack(row.option_order, row.option_count))
                found[row.position] = chosen_in(given.bits)
        return found


@contextmanager
def serving(instance: Path, database_url: str, *, others: int = 0) -> Iterator[Site]:
    """Start the platform as `make run` does, on a scratch instance."""
    port = free_port()
    site = Site(instance, database_url, f"http://127.0.0.1:{port}", [])
    if others:
        site.let_others_take_part(others)
    log = instance / "printed"
    environment = {**os.environ, "CUOCTHI_INSTANCE": str(instance), "DATABASE_URL": database_url}
    command = [sys.executable, "-m", "cuocthi", "run", "--demo", "--port", str(port)]
    with log.open("wb") as printed:
        server = subprocess.Popen(command, env=environment, stdout=printed)
    try:
        wait_for(site.address, server)
        site.printed = log.read_text("utf-8").splitlines()
        yield site
    finally:
        server.terminate()
        server.wait()
        site.course.engine.dispose()


@pytest.fixture
def sqlite_site(tmp_path: Path) -> Iterator[Site]:
    with serving(tmp_path, "", others=OTHERS) as site:
        yield site


@pytest.fixture
def postgres_site(tmp_path: Path, postgres_cluster: Cluster) -> Iterator[Site]:
    with serving(
        tmp_path, postgres_cluster.create_database(f"journeys_{os.getpid()}_{next(_numbers)}"), others=OTHERS
    ) as site:
        yield site


@pytest.fixture(scope="module")
def shared_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A platform for tests that each bring a person of their own."""
    with serving(tmp_path_factory.mktemp("shared"), "") as site:
        yield site


@pytest.fixture
def open_browser(chromium: Browser) -> Iterator[Callable[..., Visitor]]:
    """Give somebody a browser; in the end none of them may have complained of anything."""
    visitors = []

    def opened(address: str, *, width: int = PHONE, script: bool = True, careful: bool = True) -> Visitor:
        context = chromium.new_context(
            viewport={"width": width, "height": HEIGHTS[width]},
            locale="vi-VN",
            java_script_enabled=script,
            color_scheme="light" if script else "dark",
        )
        visitors.append(Visitor(context.new_page(), width, script, address, careful))
        return visitors[-1]

    yield opened
    for visitor in visitors:
        visitor.page.context.close()
        assert visitor.complaints == []
