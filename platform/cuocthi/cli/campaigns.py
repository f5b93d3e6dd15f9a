"""Commands about campaigns, their rankings and the audit log."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import sqlalchemy as sa
from flask.cli import with_appcontext

from cuocthi.audit.domain import head as chain_head
from cuocthi.audit.domain import holds, read_anchor, record
from cuocthi.audit.domain import verify as verify_chain
from cuocthi.campaigns import lifecycle
from cuocthi.campaigns.exchange import export_campaign, import_campaign
from cuocthi.campaigns.files import read_folder, write_folder
from cuocthi.campaigns.models import Campaign
from cuocthi.cli.context import campaign_named, committing, parts
from cuocthi.committees.matrix import matrix
from cuocthi.committees.reading import EXPORT, EXPORTED
from cuocthi.errors import DomainError
from cuocthi.rules.issuing import issue_or_propose
from cuocthi.rules.language import writer
from cuocthi.standings import domain as standings
from cuocthi.standings.inspection import record_inspection, write_archive
from cuocthi.standings.queries import latest_ranking, standing_rows
from cuocthi.text import T
from cuocthi.timelines.announcing import announce_edges
from cuocthi.timelines.ending import close_now
from cuocthi.timelines.queries import rounds
from cuocthi.web.i18n import translate

if TYPE_CHECKING:
    from cuocthi.context import Context
    from cuocthi.standings.models import Ranking
    from cuocthi.timelines.models import Phase

in_name_of = click.option("--as", "contact", required=True, help="Contact of the person in whose name this is done.")


@click.group()
def campaigns() -> None:
    """Import, export, open, close and archive campaigns."""


@campaigns.command("list")
@with_appcontext
def list_() -> None:
    """List all campaigns with their state."""
    with committing() as ctx:
        for campaign in ctx.session.scalars(sa.select(Campaign).order_by(Campaign.slug)):
            click.echo(f"{campaign.slug}\t{campaign.state}\t{campaign.name}")


@campaigns.command("import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--slug", default="", help="Another name in addresses than the file's own.")
@with_appcontext
def import_(folder: Path, slug: str) -> None:
    """Create a campaign from a folder with campaign.toml, all or nothing."""
    with committing() as ctx:
        campaign = import_campaign(ctx, files=read_folder(folder), folder=parts().config.files, slug=slug)
        click.echo(f"/c/{campaign.slug}/")


@campaigns.command("export")
@click.argument("slug")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@with_appcontext
def export(slug: str, folder: Path) -> None:
    """Write a campaign (without people and results) to a folder."""
    with committing() as ctx:
        campaign = campaign_named(ctx, slug)
        files = export_campaign(ctx, campaign=campaign, folder=parts().config.files)
        record(
            ctx,
            action=EXPORT,
            summary=EXPORTED,
            campaign=campaign,
            object_kind="campaign",
            object_id=campaign.id,
        )
    write_folder(folder, files)
    click.echo(f"{len(files)} files")


@campaigns.command("issue-rules")
@click.argument("slug")
@in_name_of
@with_appcontext
def issue(slug: str, contact: str) -> None:
    """Issue the rules (Thể lệ) as they follow from the settings now."""
    with committing(contact) as ctx:
        campaign = campaign_named(ctx, slug, permission="core:document:edit")
        version = issue_or_propose(ctx, campaign=campaign, write=writer(campaign.language))
        if version is None:
            click.echo("a round is open: proposed, another person has to confirm it")
        else:
            click.echo(f"version {version.number} {version.digest}")


@campaigns.command("open")
@click.argument("slug")
@in_name_of
@with_appcontext
def open_(slug: str, contact: str) -> None:
    """Open a campaign to the public; refused with all reasons at once."""
    with committing(contact) as ctx:
        lifecycle.open_campaign(ctx, campaign=campaign_named(ctx, slug, permission="core:campaign:open"))


@campaigns.command("close-round")
@click.argument("slug")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why the round is closed now; it stands in the audit log.")
@in_name_of
@with_appcontext
def close_round(slug: str, number: int, reason: str, contact: str) -> None:
    """Close a round at once."""
    with committing(contact) as ctx:
        campaign = campaign_named(ctx, slug, permission="core:timeline:edit")
        close_now(ctx, campaign=campaign, phase=_round(ctx, campaign, number), reason=reason)
    with committing() as ctx:
        announce_edges(ctx)


@campaigns.command()
@click.argument("slug")
@in_name_of
@with_appcontext
def archive(slug: str, contact: str) -> None:
    """Archive a campaign; the committees' roles in it end."""
    with committing(contact) as ctx:
        lifecycle.archive_campaign(ctx, campaign=campaign_named(ctx, slug, permission="core:campaign:open"))


@campaigns.command("permissions")
@click.argument("slug")
@with_appcontext
def permissions_(slug: str) -> None:
    """Show who may do what in a campaign, by the titles of its committees."""
    with committing() as ctx:
        found = matrix(ctx, campaign=campaign_named(ctx, slug), permissions=parts().permissions)
    for group in found.groups:
        click.echo(f"{translate(group.title)}:")
        for row in group.rows:
            names = [translate(title) for role, title in found.titles.items() if role in row.holders]
            click.echo(f"  {row.permission.name}\t{translate(row.permission.title)}\t{'; '.join(names) or '–'}")


@click.group()
def rankings() -> None:
    """Build, show and submit rankings; to adopt one, two persons sign in and confirm it on its page."""


@rankings.command()
@click.argument("slug")
@click.argument("number", type=int)
@in_name_of
@with_appcontext
def build(slug: str, number: int, contact: str) -> None:
    """Build a ranking of a round from its results."""
    with committing(contact) as ctx:
        campaign = campaign_named(ctx, slug, permission="core:ranking:build")
        ranking = standings.build_ranking(ctx, campaign=campaign, round_=_round(ctx, campaign, number))
        click.echo(f"version {ranking.number}: {ranking.persons} persons, {ranking.entries} entries, {ranking.digest}")


@rankings.command()
@click.argument("slug")
@click.argument("number", type=int)
@click.option("--limit", default=20, show_default=True, help="How many places.")
@with_appcontext
def show(slug: str, number: int, limit: int) -> None:
    """Show the newest ranking of a round."""
    with committing() as ctx:
        campaign = campaign_named(ctx, slug)
        ranking = _newest(ctx, campaign, number)
        rows, _ = standing_rows(ctx, ranking=ranking, limit=limit, offset=0)
        for row in rows:
            place, person = row.standing, row.enrolment
            facts = (place.rank, person.code, person.name, person.unit_name, place.score, place.max_score)
            click.echo("\t".join(map(str, (*facts, place.duration_ms))))


@rankings.command()
@click.argument("slug")
@click.argument("number", type=int)
@in_name_of
@with_appcontext
def submit(slug: str, number: int, contact: str) -> None:
    """Submit the newest ranking of a round for adoption: it becomes provisional."""
    with committing(contact) as ctx:
        ranking = _newest(ctx, campaign_named(ctx, slug, permission="core:ranking:build"), number)
        standings.submit_ranking(ctx, ranking=ranking)
        click.echo(ranking.state)


@rankings.command()
@click.argument("slug")
@click.argument("number", type=int)
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@in_name_of
@with_appcontext
def inspect(slug: str, number: int, path: Path, contact: str) -> None:
    """Write everything that the newest ranking of a round rests on into a ZIP file, to be computed again elsewhere."""
    with committing(contact) as ctx, path.open("wb") as target:
        campaign = campaign_named(ctx, slug, permission="core:ranking:view")
        ranking, round_ = _newest(ctx, campaign, number), _round(ctx, campaign, number)
        digest = write_archive(ctx, campaign=campaign, round_=round_, ranking=ranking, to=target)
        record_inspection(ctx, campaign=campaign, ranking=ranking, digest=digest)
        click.echo(f"version {ranking.number}: {digest}")


@click.group()
def audit() -> None:
    """Check the audit log."""


@audit.command()
@click.option("--anchor", default="", help="NUMBER:HASH as printed with published results; compared with the log.")
@with_appcontext
def verify(anchor: str) -> None:
    """Check the chain of the audit log; name the first record that was tampered with, and exit 1."""
    with committing() as ctx:
        broken, end = verify_chain(ctx), chain_head(ctx)
        printed = read_anchor(anchor) if anchor else None
        kept = printed is None or holds(ctx, anchor=printed)
    if broken is not None:
        click.echo(f"record {broken} does not fit the chain")
    if printed is not None and not kept:
        click.echo(f"record {printed.number} is not the one that was printed")
    if broken is not None or not kept:
        raise SystemExit(1)
    click.echo("the chain is whole")
    if printed is not None:
        click.echo(f"record {printed.number} is the one that was printed")
    if end is not None:
        click.echo(f"its end is {end}")


def _round(ctx: Context, campaign: Campaign, number: int) -> Phase:
    found = next((phase for phase in rounds(ctx, campaign_id=campaign.id) if phase.number == number), None)
    if found is None:
        raise DomainError(T("There is no round %(number)s.", number=number))
    return found


def _newest(ctx: Context, campaign: Campaign, number: int) -> Ranking:
    ranking = latest_ranking(ctx, round_=_round(ctx, campaign, number))
    if ranking is None:
        raise DomainError(T("This round has no ranking yet."))
    return ranking
