"""What the tests of messages share: a gateway to phones, and letters to send through it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.app import registry_of
from cuocthi.contributions import Channel, Letter
from cuocthi.jobs.domain import enqueue
from cuocthi.jobs.work import run_job
from cuocthi.messages.domain import (
    send_message,
)
from cuocthi.messages.models import Message
from cuocthi.plugins.hookspecs import hookimpl
from cuocthi.plugins.info import PluginInfo
from cuocthi.text import T
from cuocthi.users.contacts import normalise_contact
from cuocthi.users.models import ContactKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault


PHONE, MAIL = "0912345645", "dao@example.vn"


class Gateway:
    """What the test's plugin talks to: it takes letters, or refuses them as the test says."""

    def __init__(self) -> None:
        self.taken: list[Letter] = []
        self.opened = 0
        self.refusals: list[Exception] = []
        self.is_down = False

    @contextmanager
    def connect(self) -> Iterator[Callable[[Letter], None]]:
        self.opened += 1
        if self.is_down:
            raise ConnectionError(f"the gateway is down, said of +84{PHONE[1:]}")
        yield self.take

    def take(self, letter: Letter) -> None:
        if self.refusals:
            raise self.refusals.pop(0)
        self.taken.append(letter)


GATEWAY = Gateway()


@hookimpl
def register_channels() -> list[Channel]:
    return [Channel("gateway.sms", T("SMS"), ContactKind.PHONE, GATEWAY.connect)]


def gateway_plugin() -> ModuleType:
    module = ModuleType("cuocthi_gateway")
    module.info = PluginInfo("gateway", T("Gateway"), "1")  # type: ignore[attr-defined]
    module.register_channels = register_channels  # type: ignore[attr-defined]
    return module


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [gateway_plugin()]


@pytest.fixture
def gateway() -> Gateway:
    GATEWAY.__init__()  # type: ignore[misc]  # as new
    return GATEWAY


def send(ctx: Context, vault: Vault, to: str = PHONE, key: str = "test:1", **changes: object) -> None:
    values: dict[str, object] = {"subject": T("Your code"), "body": [T("%(code)s is a code.", code="271828")]} | changes
    send_message(ctx, to=normalise_contact(to), key=key, vault=vault, **values)  # type: ignore[arg-type]


def deliver(app: Flask, ctx: Context) -> None:
    """Run the job that empties the outbox, as the worker does."""
    now = registry_of(app).clock.now()
    job = enqueue(replace(ctx, now=now), kind="core.messages", key=f"core.messages {now}", arguments={})
    ctx.session.commit()
    assert run_job(app, job.id)
    ctx.session.expire_all()
    assert ctx.session.get_one(type(job), job.id).state == "done"
    ctx.session.commit()


def the_message(ctx: Context) -> Message:
    ctx.session.expire_all()
    return ctx.session.scalars(sa.select(Message)).one()
