"""The ways out: mail by SMTP, or, where no mail server is configured, files below the instance's outbox."""

from __future__ import annotations

import hashlib
import os
import smtplib
import ssl
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import TYPE_CHECKING

from cuocthi.contributions import Channel
from cuocthi.errors import ContractError, Undeliverable
from cuocthi.text import T
from cuocthi.users.models import ContactKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from cuocthi.config import Config
    from cuocthi.contributions import Letter

    Deliver = Callable[[Letter], None]

#: The name of the channel that only writes files.
FILES = "core.files"
#: Seconds to wait for the mail server; a job thread waits with it.
PATIENCE = 15
_PERMANENT = range(500, 600)
_SHOWN_DIGITS = 12


def channels(config: Config, contributed: list[tuple[str, Channel]]) -> Mapping[ContactKind, Channel]:
    """Return the channel that serves each kind of contact, as far as one does: a plugin's before the core's own.

    Raises ContractError for a channel that carries another owner's name, and for two that serve the same kind.
    """
    found: dict[ContactKind, Channel] = {}
    for plugin, channel in contributed:
        if not channel.name.startswith(f"{plugin}."):
            msg = f"plugin {plugin!r}: channel {channel.name!r} must be named {plugin}.…"
            raise ContractError(msg)
        if channel.reaches in found:
            msg = f"plugin {plugin!r}: {found[channel.reaches].name} brings messages to {channel.reaches} already"
            raise ContractError(msg)
        found[channel.reaches] = channel
    return _own_channels(config) | found


def _own_channels(config: Config) -> dict[ContactKind, Channel]:
    if config.smtp_host:
        return {ContactKind.EMAIL: Channel("core.smtp", T("Mail"), ContactKind.EMAIL, lambda: smtp(config))}
    title = T("Files in place of messages")
    return {kind: Channel(FILES, title, kind, lambda: files(config.outbox)) for kind in ContactKind}


@contextmanager
def smtp(config: Config) -> Iterator[Deliver]:
    """Connect to the mail server of ``config`` and give what sends letters through it."""
    context = ssl.create_default_context()
    with _connected(config, context) as server:
        if config.smtp_security == "starttls":
            server.starttls(context=context)
        if config.smtp_user:
            server.login(config.smtp_user, config.smtp_password)

        def deliver(letter: Letter) -> None:
            try:
                server.send_message(as_mail(letter, config.smtp_sender))
            except smtplib.SMTPRecipientsRefused as error:
                code, reply = next(iter(error.recipients.values()))
                refusal = Undeliverable if code in _PERMANENT else ConnectionError
                raise refusal(f"{code} {reply.decode('utf-8', 'replace')}") from error

        yield deliver


def _connected(config: Config, context: ssl.SSLContext) -> smtplib.SMTP:
    host, port = config.smtp_host, config.smtp_port
    if config.smtp_security == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=PATIENCE, context=context)
    return smtplib.SMTP(host, port, timeout=PATIENCE)


def as_mail(letter: Letter, sender: str) -> EmailMessage:
    """Return a letter as a mail; the same letter always has the same Message-ID.

    Raises Undeliverable for one that cannot be written as a mail, however often it is tried.
    """
    try:
        return _as_mail(letter, sender)
    except ValueError as error:
        raise Undeliverable(str(error)) from error


def _as_mail(letter: Letter, sender: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, letter.address, letter.subject
    mail["Date"] = format_datetime(letter.written_at)
    domain = parseaddr(sender)[1].partition("@")[2]
    mail["Message-ID"] = f"<{hashlib.sha256(letter.key.encode()).hexdigest()[:32]}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    if letter.unsubscribe:
        # One click in the reader's mail program is enough (RFC 2369 and 8058).
        mail["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(letter.body)
    return mail


@contextmanager
def files(folder: Path) -> Iterator[Deliver]:
    """Give what puts letters into files below ``folder``, readable by their owner only."""
    folder.mkdir(mode=0o700, exist_ok=True)

    def deliver(letter: Letter) -> None:
        name = f"{letter.written_at:%Y%m%dT%H%M%SZ}-{hashlib.sha256(letter.key.encode()).hexdigest()[:_SHOWN_DIGITS]}"
        descriptor = os.open(folder / f"{name}.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"To: {letter.address}\nSubject: {letter.subject}\n\n{letter.body}\n")

    yield deliver
