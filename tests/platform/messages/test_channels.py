"""The ways of letters: files, mail, and the gateways of plugins."""

from __future__ import annotations

import smtplib
import socket
import socketserver
import stat
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cuocthi.config import ConfigError, load
from cuocthi.contributions import Letter
from cuocthi.errors import ContractError, Undeliverable
from cuocthi.messages.channels import as_mail, channels, smtp
from cuocthi.testing.plugin import NOON
from cuocthi.users.models import ContactKind

from .conftest import MAIL, deliver, register_channels, send

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from cuocthi.config import Config
    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault


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
