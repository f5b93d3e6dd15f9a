"""Commands about plugins: which are installed, a new one, whether one keeps the contract, and the end of one."""

from __future__ import annotations

from pathlib import Path

import click
import sqlalchemy as sa
from flask.cli import with_appcontext

from cuocthi.campaigns.models import Campaign
from cuocthi.cli.context import parts
from cuocthi.extensions import db
from cuocthi.migrations import runner
from cuocthi.plugins.checks import advise_named, check_named
from cuocthi.plugins.new import write_skeleton


@click.group()
def plugins() -> None:
    """List, start, check and purge plugins."""


@plugins.command("list")
@with_appcontext
def list_() -> None:
    """List the installed plugins with what they provide and require."""
    for info in parts().hooks.plugins.values():
        provides, requires = (" ".join(sorted(names)) or "-" for names in (info.provides, info.requires))
        click.echo(f"{info.name}\t{info.version}\t{info.title}\tprovides {provides}\trequires {requires}")


@plugins.command()
@click.argument("name")
@click.option("--folder", type=click.Path(path_type=Path), help="Where to write it; ./NAME if nothing is said.")
def new(name: str, folder: Path | None) -> None:
    """Write a plugin called NAME ([a-z]+): a small contest format that works and passes its tests, to be changed."""
    folder = folder or Path(name)
    for path in write_skeleton(name, folder):
        click.echo(path)
    click.echo(f"Now: pip install --editable {folder} && cuocthi plugins check {name}")


@plugins.command()
@click.argument("name")
def check(name: str) -> None:
    """Tell what in the plugin NAME breaks the contract, and how to mend it; exit 1 if anything does.

    What it may have forgotten without breaking the contract is told as a warning.

    NAME is that of an installed plugin, or of a module that Python finds.
    """
    findings = check_named(name)
    for finding in findings:
        click.echo(f"- {finding.what}\n  {finding.remedy}")
    if findings:
        raise SystemExit(1)
    for advice in advise_named(name):
        click.echo(f"- warning: {advice.what}\n  {advice.remedy}")
    click.echo(f"{name} keeps the contract.")


@plugins.command()
@click.argument("name")
@with_appcontext
def purge(name: str) -> None:
    """Drop every table of the plugin NAME, installed or not, after its name was typed once more.

    What the core keeps stays: results, rankings, settings, the audit log.
    """
    tables = [table for table in sa.inspect(db.engine).get_table_names() if table.startswith(f"{name}_")]
    if name == runner.CORE or not tables:
        raise click.BadParameter(f"no plugin named {name!r} has tables in this database", param_hint="NAME")
    for table in tables:
        click.echo(f"{table}\t{db.session.scalar(sa.select(sa.func.count()).select_from(sa.table(table)))} rows")
    for campaign in db.session.scalars(sa.select(Campaign).order_by(Campaign.slug)):
        if name in campaign.plugins:
            click.echo(f"enabled in {campaign.slug}")
    db.session.rollback()
    if click.prompt(f"These rows cannot be brought back. Type {name} to drop the tables") != name:
        raise click.Abort
    click.echo(f"dropped {', '.join(runner.purge(db.engine, name))}")
