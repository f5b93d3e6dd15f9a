"""One stage of a publication in a process of its own, so that its memory and processor time are nobody else's."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click
import sqlalchemy as sa

from cuocthi import config as configuration
from cuocthi.app import create_app, registry_of
from cuocthi.campaigns.models import Campaign
from cuocthi.clock import FixedClock
from cuocthi.context import Actor, Context
from cuocthi.extensions import db
from cuocthi.jobs.models import Job, JobState
from cuocthi.jobs.work import run_job
from cuocthi.rehearsal.course import Rehearsal
from cuocthi.web.i18n import translate
from cuocthi_publishing.domain.releases import make, publish
from cuocthi_publishing.queries import BUNDLE_JOB, draft_release

STAGES = ("make", "confirm", "bundle")


def peak_mb() -> float:
    """Return the most memory that this process had at any time, in megabytes.

    What ``getrusage`` says would hold that of the process that started this one as well.
    """
    status = Path("/proc/self/status").read_text("ascii")
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) / 1024


@click.command()
@click.argument("instance", type=click.Path(path_type=Path))
@click.argument("url")
@click.argument("stage", type=click.Choice(STAGES))
@click.option("--moment", required=True)
@click.option("--staff", "staff", multiple=True, type=int, required=True)
def main(instance: Path, url: str, stage: str, moment: str, staff: tuple[int, ...]) -> None:
    """Do the stage on the only campaign of a database; print how long it took and its peak of memory."""
    config = configuration.load(instance, {"DATABASE_URL": url, "CUOCTHI_EMBEDDED_JOBS": "0"})
    now = datetime.fromisoformat(moment)
    app = create_app(config, clock=FixedClock(now))
    with app.app_context():
        course = Rehearsal(registry_of(app), db.engine, 1, translate)

        def acting(user_id: int, act: Callable[[Context, Campaign], object]) -> None:
            with course.at(now, Actor(user_id)) as ctx:
                act(ctx, ctx.session.scalars(sa.select(Campaign)).one())

        def confirm(ctx: Context, campaign: Campaign) -> None:
            draft = draft_release(ctx, campaign_id=campaign.id)
            assert draft is not None
            publish(ctx, campaign=campaign, number=draft.number, digest=draft.digest)

        def bundle() -> None:
            with course.at(now) as ctx:
                waiting = (Job.kind == BUNDLE_JOB, Job.state == JobState.QUEUED)
                job_id = ctx.session.scalars(sa.select(Job.id).where(*waiting)).one()
            run_job(app, job_id)
            with course.at(now) as ctx:
                job = ctx.session.get_one(Job, job_id)
                assert job.state is JobState.DONE, job.message

        stages: dict[str, Callable[[], object]] = {
            "make": lambda: acting(
                staff[0],
                lambda ctx, campaign: make(ctx, campaign=campaign, note="Đo lại.", vault=course.registry.vault),
            ),
            "confirm": lambda: acting(staff[1], confirm),
            "bundle": bundle,
        }
        before, begun, spent = peak_mb(), time.perf_counter(), time.process_time()
        stages[stage]()
        found = {
            "seconds": round(time.perf_counter() - begun, 1),
            "cpu_seconds": round(time.process_time() - spent, 1),
            "peak_mb": round(peak_mb()),
            "peak_mb_before": round(before),
        }
    click.echo(json.dumps(found))


if __name__ == "__main__":
    main()
