"""Messages are written once, sent until they arrive or cannot, and seen by staff and operators."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from cuocthi.app import create_app, registry_of
from cuocthi.cli import main
from cuocthi.contributions import Letter
from cuocthi.core_jobs import CORE_JOBS
from cuocthi.errors import Undeliverable
from cuocthi.messages.domain import (
    KEPT,
    LONGEST_PAUSE,
    MAX_TRIES,
    forget_old,
    pause_after,
    retry,
    take_due,
)
from cuocthi.messages.models import Message, MessageState
from cuocthi.testing.plugin import NOON, running
from cuocthi.text import T

from .conftest import MAIL, Gateway, deliver, gateway_plugin, send, the_message

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from cuocthi.clock import FixedClock
    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.security.personal_data import Vault
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User


def test_neither_the_address_nor_the_text_stands_in_the_database_in_clear(ctx: Context, vault: Vault) -> None:
    send(ctx, vault)
    row = ctx.session.execute(sa.text("SELECT * FROM core_message")).one()
    written = " ".join(map(str, row)).replace("\\", "")
    assert "912345645" not in written
    assert "271828" not in written


def test_a_message_is_written_once_however_often_it_is_asked_for(ctx: Context, vault: Vault) -> None:
    send(ctx, vault)
    send(ctx, vault, body=[T("Something else")])
    send(ctx, vault, key="test:2")
    assert [message.key for message in ctx.session.scalars(sa.select(Message).order_by(Message.id))] == [
        "test:1",
        "test:2",
    ]


def test_a_message_of_a_change_that_is_taken_back_is_never_sent(
    app: Flask, ctx: Context, vault: Vault, gateway: Gateway
) -> None:
    send(ctx, vault)
    ctx.session.rollback()
    deliver(app, ctx)
    assert gateway.taken == []


def test_a_message_is_sent_once_in_its_language_and_what_it_said_is_destroyed(
    app: Flask, ctx: Context, vault: Vault, gateway: Gateway
) -> None:
    until = NOON + timedelta(minutes=10)
    send(ctx, vault, body=[T("Closes at %(when)s.", when=until)], language="en")
    send(ctx, vault, key="test:2", subject=T("Sign in"), body=[T("Sign in"), T("My page")])
    deliver(app, ctx)
    deliver(app, ctx)
    english, vietnamese = gateway.taken
    assert english.address == "+84912345645"
    assert english.body == "Cuộc thi trực tuyến: Closes at 12:10, 20 September 2024."
    assert (vietnamese.subject, vietnamese.body) == ("Đăng nhập", "Cuộc thi trực tuyến: Đăng nhập Trang của tôi")
    for message in ctx.session.scalars(sa.select(Message)):
        assert (message.state, message.channel, message.sealed) == (MessageState.SENT, "gateway.sms", None)


def test_letters_of_one_run_share_one_connection(app: Flask, ctx: Context, vault: Vault, gateway: Gateway) -> None:
    for number in range(25):
        send(ctx, vault, key=f"test:{number}")
    deliver(app, ctx)
    assert (len(gateway.taken), gateway.opened) == (25, 2)


def test_a_message_that_fails_is_tried_again_after_growing_pauses_and_given_up_in_the_end(
    app: Flask, ctx: Context, vault: Vault, gateway: Gateway, clock: FixedClock
) -> None:
    send(ctx, vault)
    gateway.is_down = True
    for tries in range(1, MAX_TRIES + 1):
        deliver(app, ctx)
        message = the_message(ctx)
        assert message.tries == tries
        clock.advance(pause_after(tries) - timedelta(microseconds=1))
        deliver(app, ctx)
        assert the_message(ctx).tries == tries
        clock.advance(timedelta(microseconds=1))
    message = the_message(ctx)
    assert message.state is MessageState.GIVEN_UP
    assert message.problem == "ConnectionError: the gateway is down, said of …"
    gateway.is_down = False
    assert retry(replace(ctx, now=clock.now())) == 1
    deliver(app, ctx)
    assert the_message(ctx).state is MessageState.SENT
    assert len(gateway.taken) == 1


def test_pauses_grow_up_to_the_longest() -> None:
    pauses = [pause_after(tries) for tries in range(1, 40)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (timedelta(seconds=30), LONGEST_PAUSE)


def test_one_letter_that_cannot_arrive_holds_no_other_up(
    app: Flask, ctx: Context, vault: Vault, gateway: Gateway
) -> None:
    for number in range(4):
        send(ctx, vault, key=f"test:{number}")
    gateway.refusals = [Undeliverable("550 no such number"), TimeoutError("too slow")]
    deliver(app, ctx)
    states = {message.key: (message.state, message.problem) for message in ctx.session.scalars(sa.select(Message))}
    assert states == {
        "test:0": (MessageState.GIVEN_UP, "550 no such number"),
        "test:1": (MessageState.WAITING, "TimeoutError: too slow"),
        "test:2": (MessageState.SENT, ""),
        "test:3": (MessageState.SENT, ""),
    }


def test_a_server_that_is_away_is_asked_once_for_a_whole_batch(
    app: Flask, ctx: Context, vault: Vault, gateway: Gateway
) -> None:
    for number in range(5):
        send(ctx, vault, key=f"test:{number}")
    gateway.is_down = True
    deliver(app, ctx)
    assert gateway.opened == 1
    assert {message.tries for message in ctx.session.scalars(sa.select(Message))} == {1}


def test_a_message_whose_time_has_passed_is_not_sent(
    app: Flask, ctx: Context, vault: Vault, gateway: Gateway, clock: FixedClock
) -> None:
    send(ctx, vault, expires_at=NOON + timedelta(minutes=10))
    ctx.session.commit()
    clock.advance(timedelta(minutes=10))
    deliver(app, ctx)
    assert gateway.taken == []
    assert the_message(ctx).state is MessageState.GIVEN_UP
    assert retry(replace(ctx, now=clock.now())) == 0


def test_what_a_dead_worker_had_taken_is_tried_again_after_the_pause(
    app: Flask, ctx: Context, vault: Vault, gateway: Gateway, clock: FixedClock
) -> None:
    send(ctx, vault)
    assert len(take_due(ctx, limit=10)) == 1
    ctx.session.commit()
    deliver(app, ctx)
    assert gateway.taken == []
    clock.advance(pause_after(1))
    deliver(app, ctx)
    assert len(gateway.taken) == 1


def test_no_transaction_is_open_while_a_letter_is_handed_over(
    app: Flask, ctx: Context, vault: Vault, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite a job that holds the writer's lock while a server thinks would stop every saver."""
    send(ctx, vault)
    ctx.session.commit()

    def take(letter: Letter) -> None:
        send(ctx, vault, key="written meanwhile", to=MAIL)
        ctx.session.commit()
        Gateway.take(gateway, letter)

    monkeypatch.setattr(gateway, "take", take)
    deliver(app, ctx)
    assert len(gateway.taken) == 1


def test_records_are_forgotten_after_a_month_and_those_for_nobody_at_once(ctx: Context, vault: Vault) -> None:
    send(ctx, vault, dropped=True)
    send(ctx, vault, key="test:2")
    assert forget_old(ctx) == 1
    the_message(ctx).state, the_message(ctx).finished_at = MessageState.SENT, ctx.now
    ctx.session.flush()
    assert forget_old(replace(ctx, now=ctx.now + KEPT - timedelta(microseconds=1))) == 0
    assert forget_old(replace(ctx, now=ctx.now + KEPT)) == 1


def test_the_health_page_shows_what_was_given_up_and_that_nothing_leaves_the_machine(
    app: Flask, ctx: Context, vault: Vault, make: Factories, gateway: Gateway, sign_in: Callable[[User], Browser]
) -> None:
    campaign = make.campaign("hoi-thi")
    organiser = make.member(campaign)
    send(ctx, vault)
    gateway.refusals = [Undeliverable("550 no such number")]
    deliver(app, ctx)
    status, page = sign_in(organiser).get("/c/hoi-thi/staff/health")
    assert status == 200
    assert "550 no such number" in page
    assert "cuocthi messages retry" in page
    assert "instance/outbox" in page
    assert "271828" not in page


def test_the_command_line_lists_messages_and_tries_again(
    app: Flask, ctx: Context, vault: Vault, gateway: Gateway
) -> None:
    send(ctx, vault)
    gateway.refusals = [Undeliverable("550 no such number")]
    deliver(app, ctx)
    with running(create_app(registry_of(app).config, [gateway_plugin()], clock=registry_of(app).clock)) as other:
        runner = CliRunner()
        listed = runner.invoke(main, ["messages", "list", "--state", "given_up"], obj=_info(other))
        assert "550 no such number" in listed.output
        assert "912345645" not in listed.output
        assert runner.invoke(main, ["messages", "retry"], obj=_info(other)).output.startswith("1 message(s)")
    assert the_message(ctx).state is MessageState.WAITING


def _info(app: Flask) -> object:
    from flask.cli import ScriptInfo  # noqa: PLC0415 - only here

    return ScriptInfo(create_app=lambda: app)


def test_the_outbox_is_emptied_every_few_seconds() -> None:
    [kind] = [kind for kind in CORE_JOBS if kind.name == "core.messages"]
    assert kind.every is not None
    assert kind.every <= timedelta(seconds=5)
