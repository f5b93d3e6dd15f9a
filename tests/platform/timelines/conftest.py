"""What the tests of timelines share: days, and plugins that keep what they are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import ModuleType

import pytest

from cuocthi.context import Context
from cuocthi.contributions import Edge
from cuocthi.plugins.hookspecs import hookimpl
from cuocthi.plugins.info import PluginInfo
from cuocthi.plugins.manager import Hooks
from cuocthi.text import T

HOUR = timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)
DAY = datetime(2024, 9, 15, tzinfo=UTC)


class Listener(ModuleType):
    """A plugin module that keeps what it is told, and fails as long as it is asked to."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.info = PluginInfo(name=name, title=T("Listener"), version="1")
        self.edges: list[tuple[int, Edge]] = []
        self.moved: list[int] = []
        self.failing = False
        told = self

        @hookimpl
        def phase_changed(phase: object, edge: Edge) -> None:
            if told.failing:
                message = "out of order"
                raise RuntimeError(message)
            told.edges.append((phase.id, edge))  # type: ignore[attr-defined]

        @hookimpl
        def windows_changed(phase: object) -> None:
            told.moved.append(phase.id)  # type: ignore[attr-defined]

        self.phase_changed, self.windows_changed = phase_changed, windows_changed


@pytest.fixture
def listeners() -> tuple[Listener, Listener]:
    return Listener("quiz"), Listener("second")


@pytest.fixture
def heard(ctx: Context, listeners: tuple[Listener, Listener]) -> Context:
    return replace(ctx, hooks=Hooks(listeners))
