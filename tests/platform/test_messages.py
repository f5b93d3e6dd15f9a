"""The outbox: written with the change that asks for a message, sent afterwards, tried again, given up visibly."""

from __future__ import annotations

import smtplib
import socket
import socketserver
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from cuocthi.app import create_app, registry_of
from cuocthi.cli import main
from cuocthi.config import ConfigError, load
from cuocthi.contributions import Channel, Letter
from cuocthi.core_jobs import CORE_JOBS
from cuocthi.errors import ContractError, Undeliverable
from cuocthi.jobs.domain import enqueue
from cuocthi.jobs.work import run_job
from cuocthi.messages.channels import as_mail, channels, smtp
from cuocthi.messages.domain import (
    KEPT,
    LONGEST_PAUSE,
    MAX_TRIES,
    forget_old,
    pause_after,
    retry,
    send_message,
    take_due,
)
from cuocthi.messages.models import Message, MessageState
from cuocthi.plugins.hookspecs import hookimpl
from cuocthi.plugins.info import PluginInfo
from cuocthi.testing.plugin import NOON, running
from cuocthi.text import T
from cuocthi.users.contacts import normalise_contact
from cuocthi.users.models import ContactKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask import Flask

    from cuocthi.clock import FixedClock
    from cuocthi.config import Config
    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.security.personal_data import Vault
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

PHONE, MAIL = "0912345645", "dao@example.vn"


# --- the plugin of a gateway to phones --------------------------------------------------------------------------------


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


# --- writing ----------------------------------------------------------------------------------------------------------


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


# --- sending ----------------------------------------------------------------------------------------------------------


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


# --- channels ---------------------------------------------------------------------------------------------------------


def test_a_plugin_serves_phones_and_the_core_mail(config: Config) -> None:
    contributed = [("gateway", register_channels()[0])]
    names = {kind: channel.name for kind, channel in channels(config, contributed).items()}
    assert names == {ContactKind.PHONE: "gateway.sms", ContactKind.EMAIL: "core.files"}
    with_server = replace(config, smtp_host="mail.example", smtp_sender="a@example.vn")
    assert {kind: channel.name for kind, channel in channels(with_server, []).items()} == {
        ContactKind.EMAIL: "core.smtp"
    }


def test_two_channels_for_one_kind_and_foreign_names_stop_the_start(config: Config) -> None:
    [channel] = register_channels()
    with pytest.raises(ContractError, match=r"brings messages to phone already"):
        channels(config, [("gateway", channel), ("other", replace(channel, name="other.sms"))])
    with pytest.raises(ContractError, match=r"must be named other\."):
        channels(config, [("other", channel)])


def test_without_a_mail_server_messages_are_files_that_only_the_owner_reads(
    app: Flask, ctx: Context, vault: Vault, config: Config
) -> None:
    before = set(config.outbox.glob("*")) if config.outbox.is_dir() else set()
    send(ctx, vault, to=MAIL, key=f"file:{app.name}:{config.database_url}")
    deliver(app, ctx)
    [path] = set(config.outbox.glob("*")) - before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text("utf-8")
    assert text.startswith(f"To: {MAIL}\nSubject: ")
    assert "271828 is a code." in text
    assert text.rstrip().endswith("Cuộc thi trực tuyến\nhttp://127.0.0.1:8000")


LETTER = Letter("test:1", MAIL, "Mã của quý vị", "271828 là mã.", NOON)


def test_a_mail_says_who_sends_it_and_is_the_same_mail_each_time() -> None:
    mail = as_mail(LETTER, "Cuộc thi <no-reply@example.vn>")
    assert (mail["To"], mail["Subject"]) == (MAIL, "Mã của quý vị")
    assert mail["Message-ID"] == as_mail(LETTER, "Cuộc thi <no-reply@example.vn>")["Message-ID"]
    assert mail["Date"] == "Fri, 20 Sep 2024 12:00:00 +0700"
    assert mail.get_content().strip() == "271828 là mã."


@pytest.mark.parametrize("mark", ["\n", "\r", "\v", "\x85", "\u2028"])
def test_a_letter_that_no_mail_can_hold_is_not_tried_again(mark: str) -> None:
    with pytest.raises(Undeliverable):
        as_mail(replace(LETTER, subject=f"Một{mark}hai"), "no-reply@example.vn")


class _MailServer(socketserver.StreamRequestHandler):
    """As much of a mail server as one letter needs; it refuses everybody called ``nobody``."""

    received: list[str]

    def handle(self) -> None:
        self._say("220 here")
        in_data, lines = False, []
        for raw in self.rfile:
            line = raw.decode().rstrip("\r\n")
            if in_data:
                in_data = line != "."
                lines.append(line)
                if not in_data:
                    self.received.append("\n".join(lines))
                    self._say("250 taken")
            elif line.upper().startswith("RCPT") and "nobody" in line:
                self._say("550 nobody@example.vn is unknown")
            elif line.upper() == "DATA":
                in_data = True
                self._say("354 go on")
            elif line.upper() == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 well")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def mail_server(tmp_path: Path) -> Iterator[tuple[Config, list[str]]]:
    received: list[str] = []
    handler = type("Handler", (_MailServer,), {"received": received})
    with socketserver.TCPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        port = server.server_address[1]
        settings = {"HOST": "127.0.0.1", "PORT": str(port), "SECURITY": "none", "SENDER": "no-reply@example.vn"}
        yield load(tmp_path, {f"CUOCTHI_SMTP_{name}": value for name, value in settings.items()}), received
        server.shutdown()
        thread.join()


def test_mail_goes_through_the_server(mail_server: tuple[Config, list[str]]) -> None:
    config, received = mail_server
    with smtp(config) as deliver_letter:
        deliver_letter(LETTER)
        with pytest.raises(Undeliverable, match="550"):
            deliver_letter(replace(LETTER, address="nobody@example.vn"))
        deliver_letter(replace(LETTER, key="test:2"))
    assert len(received) == 2
    assert f"To: {MAIL}" in received[0]


def test_a_server_that_is_not_there_is_a_failure_that_passes(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    settings = {"CUOCTHI_SMTP_HOST": "127.0.0.1", "CUOCTHI_SMTP_PORT": port, "CUOCTHI_SMTP_SENDER": "a@example.vn"}
    with pytest.raises(OSError, match="refused"), smtp(load(tmp_path, settings)):
        pass
    assert not issubclass(smtplib.SMTPException, Undeliverable)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"SENDER": "a@example.vn"}, "smtp_host is missing"),
        ({"HOST": "mail.example"}, "smtp_sender must be an address"),
        ({"HOST": "mail.example", "SENDER": "nobody"}, "smtp_sender must be an address"),
        ({"HOST": "mail.example", "SENDER": "a@b.vn", "USER": "a"}, "smtp_user and smtp_password are needed together"),
        ({"HOST": "mail.example", "SENDER": "a@b.vn", "SECURITY": "ssl"}, "smtp_security must be starttls or tls"),
        ({"HOST": "mail.example", "SENDER": "a@b.vn", "PORT": "0"}, "smtp_port must be between 1 and 65535"),
        (
            {"HOST": "mail.example", "SENDER": "a@b.vn", "USER": "a", "PASSWORD": "b", "SECURITY": "none"},
            "smtp_security must be starttls or tls where a password is sent",
        ),
    ],
)
def test_wrong_settings_of_the_mail_server_stop_the_start(tmp_path: Path, settings: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, {f"CUOCTHI_SMTP_{name}": value for name, value in settings.items()})
    assert str(refused.value).startswith(words)


def test_the_password_of_the_mail_server_is_not_shown(tmp_path: Path) -> None:
    settings = {"HOST": "mail.example", "SENDER": "a@b.vn", "USER": "a", "PASSWORD": "very secret"}
    assert "very secret" not in repr(
        load(tmp_path, {f"CUOCTHI_SMTP_{name}": value for name, value in settings.items()})
    )


# --- what staff and operators see -------------------------------------------------------------------------------------


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
