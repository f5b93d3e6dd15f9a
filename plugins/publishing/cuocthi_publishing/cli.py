"""Commands for automation: ``cuocthi publishing release`` and ``cuocthi publishing confirm``."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from cuocthi.cli.context import campaign_named, committing, parts
from cuocthi.errors import Missing
from cuocthi.text import T
from cuocthi_publishing.domain.releases import make, publish
from cuocthi_publishing.queries import draft_release

_in_name_of = click.option("--as", "contact", required=True, help="Contact of the person in whose name this is done.")


@click.command()
@click.argument("slug")
@click.option("--note", default="", help="What a release that corrects a published one changes, and why.")
@_in_name_of
@with_appcontext
def release(slug: str, note: str, contact: str) -> None:
    """Make a release, which waits for a second person."""
    with committing(contact) as ctx:
        campaign = campaign_named(ctx, slug, permission="publishing:release:edit")
        made = make(ctx, campaign=campaign, note=note, vault=parts().vault)
        click.echo(f"release {made.number}: {made.digest}")


@click.command()
@click.argument("slug")
@click.option("--digest", required=True, help="The digest of the release that this person has looked at.")
@_in_name_of
@with_appcontext
def confirm(slug: str, digest: str, contact: str) -> None:
    """Confirm the release that waits, as the second person: it is published, and its bundle built by the worker.

    Nothing is published but what was looked at: its digest stands on its pages.
    """
    with committing(contact) as ctx:
        campaign = campaign_named(ctx, slug, permission="publishing:release:confirm")
        draft = draft_release(ctx, campaign_id=campaign.id)
        if draft is None:
            raise Missing(T("There is no release that waits for a second person."))
        published = publish(ctx, campaign=campaign, number=draft.number, digest=digest.strip().lower())
        click.echo(f"release {published.number}: {published.state}")


COMMANDS = (release, confirm)
