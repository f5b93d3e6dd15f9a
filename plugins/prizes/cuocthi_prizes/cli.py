"""Commands for automation: ``cuocthi prizes allocate`` and ``cuocthi prizes adopt``."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from cuocthi.cli.context import campaign_named, committing
from cuocthi.errors import Missing
from cuocthi.text import T
from cuocthi.web.formats import money
from cuocthi_prizes.domain.award_lists import adopt as adopt_list
from cuocthi_prizes.domain.award_lists import draw_up
from cuocthi_prizes.queries import draft_list

_in_name_of = click.option("--as", "contact", required=True, help="Contact of the person in whose name this is done.")


@click.command()
@click.argument("slug")
@click.option("--statement", default="", help="What a list that replaces an adopted one changes, and why.")
@_in_name_of
@with_appcontext
def allocate(slug: str, statement: str, contact: str) -> None:
    """Draw up an award list from the adopted ranking."""
    with committing(contact) as ctx:
        campaign = campaign_named(ctx, slug, permission="prizes:awards:adopt")
        made = draw_up(ctx, campaign=campaign, statement=statement)
        click.echo(f"list {made.number}: {len(made.awards)} awards, {money(made.total_value, 'vi')}, {made.digest}")


@click.command()
@click.argument("slug")
@_in_name_of
@with_appcontext
def adopt(slug: str, contact: str) -> None:
    """Confirm the draft of the award list; the second person's confirmation adopts it."""
    with committing(contact) as ctx:
        campaign = campaign_named(ctx, slug, permission="prizes:awards:adopt")
        draft = draft_list(ctx, campaign_id=campaign.id)
        if draft is None:
            raise Missing(T("There is no draft of an award list to confirm."))
        confirmed = adopt_list(ctx, campaign=campaign, number=draft.number, digest=draft.digest)
        click.echo(f"list {confirmed.number}: {confirmed.state}")


COMMANDS = (allocate, adopt)
