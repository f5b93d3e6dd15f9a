"""The command for automation: ``cuocthi prizes allocate``. Two persons who sign in adopt; no command does."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from cuocthi.cli.context import campaign_named, committing
from cuocthi.web.formats import money
from cuocthi_prizes.domain.award_lists import draw_up
from cuocthi_prizes.domain.awarded import awarded_named


@click.command()
@click.argument("slug")
@click.option("--set", "set_key", default="", help="Key of the prize set; may be left out if there is one alone.")
@click.option("--round", "round_key", default="", help="Key of the round; may be left out if one alone is awarded.")
@click.option("--statement", default="", help="What a list that replaces an adopted one changes, and why.")
@click.option("--as", "contact", required=True, help="Contact of the person in whose name this is done.")
@with_appcontext
def allocate(slug: str, set_key: str, round_key: str, statement: str, contact: str) -> None:
    """Draw up an award list from the adopted ranking; two persons confirm it on the pages."""
    with committing(contact) as ctx:
        campaign = campaign_named(ctx, slug, permission="prizes:awards:adopt")
        of = awarded_named(ctx, campaign=campaign, set_key=set_key, round_key=round_key)
        made = draw_up(ctx, campaign=campaign, of=of, statement=statement)
        click.echo(f"list {made.number}: {len(made.awards)} awards, {money(made.total_value, 'vi')}, {made.digest}")


COMMANDS = (allocate,)
