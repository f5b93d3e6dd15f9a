"""Commands for automation: ``cuocthi publishing release``, ``cuocthi publishing confirm`` and … ``verify``."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from cuocthi.cli.context import campaign_named, committing, parts
from cuocthi.errors import Missing
from cuocthi.text import T
from cuocthi.web.i18n import translate
from cuocthi_publishing.domain.releases import make, publish
from cuocthi_publishing.domain.verification import verify as verify_bundle
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
@_in_name_of
@with_appcontext
def confirm(slug: str, contact: str) -> None:
    """Confirm the release that waits, as the second person: it is published, and its bundle built by the worker."""
    with committing(contact) as ctx:
        campaign = campaign_named(ctx, slug, permission="publishing:release:confirm")
        draft = draft_release(ctx, campaign_id=campaign.id)
        if draft is None:
            raise Missing(T("There is no release that waits for a second person."))
        published = publish(ctx, campaign=campaign, number=draft.number, digest=draft.digest)
        click.echo(f"release {published.number}: {published.state}")


@click.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--digest", default="", help="The release's digest as its site shows it.")
@with_appcontext
def verify(path: Path, digest: str) -> None:
    """Check a bundle, a ZIP file or a folder: name every file that was changed, is missing or was added, and exit 1."""
    checked = verify_bundle(path, published_digest=digest)
    for fault in checked.faults:
        click.echo(translate(fault))
    click.echo(f"{checked.campaign}, {checked.release}: {checked.digest}")
    if checked.faults:
        raise SystemExit(1)
    click.echo(f"OK ({checked.files})")


COMMANDS = (release, confirm, verify)
