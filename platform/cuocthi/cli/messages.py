"""Commands about messages to people: what was sent, what waits, what was given up."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from cuocthi.cli.context import committing, parts
from cuocthi.messages import domain
from cuocthi.messages.models import MessageState
from cuocthi.messages.queries import newest_messages
from cuocthi.web.i18n import translate


@click.group()
def messages() -> None:
    """Look after the messages that leave for people."""


@messages.command("list")
@click.option("--state", type=click.Choice([state.value for state in MessageState]), help="Only those in this state.")
@click.option("--limit", default=20, show_default=True, help="How many, the newest first.")
@with_appcontext
def list_(state: str | None, limit: int) -> None:
    """List the newest messages; what they say is not kept, but for files in place of messages."""
    with committing() as ctx:
        found = newest_messages(ctx, state=MessageState(state) if state else None, limit=limit)
    for message in found:
        facts = (message.created_at.isoformat(timespec="seconds"), message.state, message.contact_kind, message.tries)
        click.echo("\t".join([*map(str, facts), translate(message.title), message.channel, message.problem]))
    folder = parts().config.outbox
    for path in sorted(folder.glob("*.txt"), reverse=True)[:limit] if folder.is_dir() else []:
        click.echo(path)


@messages.command()
@with_appcontext
def retry() -> None:
    """Try again what was given up and is still of use, once the cause is mended."""
    with committing() as ctx:
        click.echo(f"{domain.retry(ctx)} message(s) are tried again")
