"""The demonstration: the 2024 campaign with its dates moved so that the round is open now, and two organisers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
import sqlalchemy as sa
from flask.cli import with_appcontext

from cuocthi.campaigns.exchange import import_campaign
from cuocthi.campaigns.files import move_into_round, read_folder, read_source
from cuocthi.campaigns.lifecycle import open_campaign
from cuocthi.campaigns.models import Campaign
from cuocthi.campaigns.settings import load_settings, save_settings
from cuocthi.cli.context import committing, parts
from cuocthi.clock import LOCAL_ZONE
from cuocthi.committees.models import Committee
from cuocthi.context import Actor
from cuocthi.rules.domain import issue_rules
from cuocthi.rules.language import writer
from cuocthi.standings.appointments import appoint
from cuocthi.standings.criteria import RULES_OWNER, RankingRules
from cuocthi.tasks.domain import EDIT, complete_task
from cuocthi.tasks.queries import tasks
from cuocthi.users.domain import register_user
from cuocthi.users.models import User

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.context import Context

#: The demonstration accounts work on loopback only, and only while the installation allows them.
PASSWORD = "trinh-dien-cuoc-thi"  # noqa: S105 - known to everybody, see above
#: (name, contact, committee of the campaign file, position)
STAFF = (
    ("Phạm Thị Thu Hà", "btc1@demo.example", "btc", "Trưởng ban"),
    ("Nguyễn Hữu Quang", "btc2@demo.example", "btc", "Phó Trưởng ban"),
    ("Đặng Minh Tuấn", "bgk1@demo.example", "bgk", "Trưởng ban"),
    ("Vũ Thị Lan Anh", "tgv1@demo.example", "tgv", "Tổ trưởng"),
)
DAYS_LEFT = 3


@click.command()
@click.option("--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="The campaign's folder.")
@with_appcontext
def demo(folder: Path | None) -> None:
    """Load the demonstration campaign, open now, unless the database holds campaigns already."""
    for line in load_demo(parts().config.public_url, folder):
        click.echo(line)


def load_demo(address: str, folder: Path | None = None) -> Sequence[str]:
    """Load the demonstration into an empty database, in one transaction; return what to tell the person."""
    with committing() as ctx:
        slug = ctx.session.scalar(sa.select(Campaign.slug).order_by(Campaign.id))
        if slug is None:
            slug = _load(ctx, folder or example_folder()).slug
    return [
        f"{address}/c/{slug}/",
        *(
            f"{address}/sign-in  {contact}  {PASSWORD}  ({position}, {name})"
            for name, contact, _, position in STAFF[:2]
        ),
    ]


def example_folder() -> Path:
    """Return the folder of the 2024 campaign: below the working directory, or beside the sources."""
    name = Path("examples") / "thai-binh-2024"
    for root in (Path.cwd(), Path(__file__).resolve().parents[3]):
        if (root / name).is_dir():
            return root / name
    raise click.ClickException(f"{name} is not here; say where it is with --folder")


def _load(ctx: Context, folder: Path) -> Campaign:
    files = read_folder(folder)
    move = move_into_round(read_source(files).core, ctx.now, DAYS_LEFT)
    campaign = import_campaign(ctx, files=files, folder=parts().config.files, move=move)
    _appoint_staff(ctx, campaign)
    _shorten_lots(ctx, campaign)
    issue_rules(ctx, campaign=campaign, write=writer(campaign.language))
    open_campaign(ctx, campaign=campaign)
    _tick_off(ctx, campaign)
    return campaign


def _shorten_lots(ctx: Context, campaign: Campaign) -> None:
    """Let a lot be drawn a minute after it was opened, while somebody looks on."""
    rules = load_settings(ctx, owner=RULES_OWNER, schema=RankingRules, campaign=campaign).value
    save_settings(ctx, owner=RULES_OWNER, campaign=campaign, value=replace(rules, lot_minutes=1))


def _appoint_staff(ctx: Context, campaign: Campaign) -> None:
    committees = {
        committee.key: committee
        for committee in ctx.session.scalars(sa.select(Committee).where(Committee.campaign_id == campaign.id))
    }
    for name, contact, key, position in STAFF:
        user = register_user(ctx, name=name, contact=contact, password=PASSWORD, vault=parts().vault)
        # The first of them administers the installation too, so that the page of a new campaign can be tried.
        user.is_demo, user.is_admin = True, contact == STAFF[0][1]
        appoint(ctx, campaign=campaign, committee=committees[key], user=user, position=position)


def _tick_off(ctx: Context, campaign: Campaign) -> None:
    """Let the chair have ticked off what was to be done before today."""
    chair = ctx.session.scalars(sa.select(User.id).where(User.is_demo).order_by(User.id)).first()
    today = ctx.now.astimezone(LOCAL_ZONE).date()
    for task in tasks(ctx, campaign_ids=[campaign.id]):
        if task.due_on < today:
            complete_task(replace(ctx, actor=Actor(chair)), campaign=campaign, task=task, held=frozenset({EDIT}))
