"""What the tests of targets share: a portal that a plugin contributes, and the job that delivers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.context import SYSTEM
from cuocthi.contributions import PublicationTarget
from cuocthi.testing.plugins import make_plugin
from cuocthi.text import T
from cuocthi_publishing.jobs import build_bundle
from cuocthi_publishing.targets.jobs import deliver_due
from cuocthi_publishing.targets.models import LoggedDelivery

if TYPE_CHECKING:
    from flask import Flask
    from tests.publishing.conftest import Contest

    from cuocthi.clock import FixedClock
    from cuocthi.contributions import Delivery
    from cuocthi_publishing.models import Release


@dataclass
class Portal:
    """A portal that keeps what it is given, and fails with each of ``failures`` first."""

    failures: list[Exception] = field(default_factory=list)
    taken: list[Delivery] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    meanwhile: Callable[[], object] = lambda: None

    def take(self, delivery: Delivery) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.taken.append(delivery)
        self.files = dict(delivery.files())
        self.meanwhile()

    def clear(self) -> None:
        self.failures, self.taken, self.files, self.meanwhile = [], [], {}, lambda: None


PORTALS = {"portal": Portal(), "mirror": Portal()}


def _portals() -> ModuleType:
    """A plugin with two portals, as one that knows how to reach them would have."""

    def publication_targets() -> list[PublicationTarget]:
        return [PublicationTarget(key, T(key.capitalize()), portal.take) for key, portal in PORTALS.items()]

    return make_plugin("sftp", publication_targets)


@pytest.fixture(scope="session")
def plugins(plugins: list[ModuleType]) -> list[ModuleType]:
    return [*plugins, _portals()]


@pytest.fixture
def portal() -> Portal:
    for one in PORTALS.values():
        one.clear()
    return PORTALS["portal"]


@pytest.fixture
def mirror(portal: Portal) -> Portal:
    return PORTALS["mirror"]


@dataclass
class Courier:
    """Builds bundles and delivers, as the worker would."""

    contest: Contest
    app: Flask
    clock: FixedClock

    @contextmanager
    def working(self) -> Iterator[None]:
        self.contest.ctx.session.commit()
        with self.app.app_context():
            yield
        self.contest.ctx.session.commit()

    def build(self, release: Release) -> Release:
        """Have the bundle of a release built."""
        with self.working():
            build_bundle(replace(self.contest.ctx, actor=SYSTEM), {"release_id": release.id}, lambda *_: None)
        return release

    def publish(self, note: str = "") -> Release:
        """Publish a release and have its bundle built."""
        return self.build(self.contest.publish(note))

    def deliver(self) -> int:
        """Let the job run once; return how many deliveries were tried."""
        with self.working():
            ctx = replace(self.contest.ctx, actor=SYSTEM, now=self.clock.now())
            return int(deliver_due(ctx, {}, lambda *_: None)["deliveries"])

    def log(self) -> list[LoggedDelivery]:
        """Every delivery there is, in their order."""
        return list(
            self.contest.ctx.session.scalars(
                sa.select(LoggedDelivery).order_by(LoggedDelivery.id).execution_options(populate_existing=True)
            )
        )

    def logged(self, target: str, *, withdrawn: bool = False) -> LoggedDelivery:
        """The newest delivery to a target."""
        return [one for one in self.log() if one.target == target and one.withdrawn is withdrawn][-1]


@pytest.fixture
def courier(contest: Contest, app: Flask, clock: FixedClock, portal: Portal) -> Courier:
    """A contest with adopted results whose campaign has the plugin with the portals."""
    contest.campaign.plugins = [*contest.campaign.plugins, "sftp"]
    contest.adopt()
    return Courier(contest, app, clock)
