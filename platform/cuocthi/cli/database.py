"""Commands about the database's schema."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from cuocthi.cli.context import parts
from cuocthi.extensions import db as extension
from cuocthi.migrations import runner


@click.group()
def db() -> None:
    """Create and migrate the tables of the core and of the plugins."""


@db.command()
@with_appcontext
def upgrade() -> None:
    """Bring all tables up to date: the core's, then each plugin's, under a lock."""
    for owner, (before, after) in runner.upgrade(extension.engine, parts().migrations).items():
        state = "up to date" if before == after else f"{before or 'empty'} -> {after}"
        click.echo(f"{owner}: {state}")


@db.command()
@with_appcontext
def status() -> None:
    """Say which owners' tables are behind their revisions; exit 1 if any is."""
    behind = runner.pending(extension.engine, parts().migrations)
    click.echo("behind: " + ", ".join(behind) if behind else "up to date")
    if behind:
        raise SystemExit(1)


@db.command()
@click.option("--owner", default=runner.CORE, show_default=True, help="core or a plugin's name.")
@click.option("--message", "-m", required=True, help="What the revision does, in the imperative.")
@with_appcontext
def revision(owner: str, message: str) -> None:
    """Write a new revision for one owner from the difference between its models and the database."""
    folders = runner.owners(parts().migrations)
    if owner not in folders:
        raise click.BadParameter(f"unknown owner {owner!r}; known are {', '.join(folders)}", param_hint="--owner")
    runner.revise(extension.engine, owner, folders[owner], message)
