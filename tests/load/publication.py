"""A contest of 100,000 from the database to a bundle that is opened from disk, with everybody named on the ranking.

``python -m tests.load.publication --database sqlite`` lets some hundred people take part through the domain functions
and gives all others a copy of one of their papers (``population.py``), closes the round, ranks, lets two persons adopt,
awards and decide as ``cuocthi rehearse`` does, and then measures, each in a process of its own, what making the
release, confirming it and the job that builds its bundle take: seconds, processor seconds (beside those of a database
server), and the peak of memory. The bundle is unpacked and opened in Chromium from disk; every request beyond the disk,
every message on the console and every violation that axe finds stands in what is printed. ``--keep`` leaves instance
and bundle in a folder; ``--instance`` measures a further release of such an instance, or of one that
``cuocthi rehearse --keep`` has left (SQLite only).
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from tests.load.from_disk import WANTED, looked_at
from tests.load.measuring import cpu_seconds
from tests.load.population import populate
from tests.load.publication_stage import STAGES
from tests.load.scenery import MIDDLE, databases

from cuocthi import config as configuration
from cuocthi.app import create_app, registry_of
from cuocthi.campaigns.files import read_folder
from cuocthi.campaigns.models import Campaign
from cuocthi.cli.demo import example_folder
from cuocthi.clock import FixedClock
from cuocthi.extensions import db
from cuocthi.files.domain import path_of
from cuocthi.migrations import runner
from cuocthi.rehearsal.course import Rehearsal
from cuocthi.web.i18n import translate
from cuocthi_quiz.domain.foreseen import mark_foreseen

#: So many people take part by themselves.
ORIGINALS = 200
_SETTINGS, _EVERYBODY = b"depth = 0\n", b"everybody = true\nfull_names = true\n"


@dataclass(frozen=True, slots=True)
class Held:
    """A contest whose ranking is adopted and whose awards are final: where it is, and who publishes it when."""

    instance: Path
    url: str
    staff: tuple[int, int]
    moment: datetime

    def stage(self, name: str) -> dict[str, float]:
        """Do a stage of the publication in a process of its own; return what it took."""
        staff = [part for person in self.staff for part in ("--staff", str(person))]
        at = ["--moment", self.moment.isoformat()]
        command = [sys.executable, "-m", "tests.load.publication_stage", str(self.instance), self.url, name]
        before = cpu_seconds()
        done = subprocess.run([*command, *at, *staff], check=True, stdout=subprocess.PIPE)
        found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        return {**found, "database_cpu_seconds": round(cpu_seconds() - before, 1)}


def hold(instance: Path, url: str, participants: int) -> Held:
    """Hold a contest of so many people up to the final awards."""
    config = configuration.load(instance, {"DATABASE_URL": url, "CUOCTHI_EMBEDDED_JOBS": "0"})
    clock = FixedClock(MIDDLE)
    app = create_app(config, clock=clock)
    with app.app_context():
        runner.upgrade(db.engine, registry_of(app).migrations)
        course = Rehearsal(registry_of(app), db.engine, 1, translate)
        campaign_id, staff = course.prepare(_named_in_full(read_folder(example_folder())), moment=MIDDLE)
        with course.at(MIDDLE) as ctx:
            mark_foreseen(ctx)
        persons = course.people(campaign_id, participants)
        course.register(campaign_id, persons[:ORIGINALS])
        course.take_part(campaign_id, persons[:ORIGINALS])
        populate(course.engine, persons[ORIGINALS:])
        clock.move_to(course.close(campaign_id))
        _rankings, moment = course.rank(campaign_id, moment=clock.now(), staff=staff)
        clock.move_to(moment)
        _award(course, campaign_id, moment, staff)
        db.engine.dispose()
    return Held(instance, url, staff, moment)


def _named_in_full(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return a campaign whose rules let everybody be published in full."""
    plan = files["campaign.toml"]
    assert plan.count(_SETTINGS) == 1
    return {**files, "campaign.toml": plan.replace(_SETTINGS, _EVERYBODY)}


def _award(course: Rehearsal, campaign_id: int, moment: datetime, staff: tuple[int, int]) -> None:
    for plugin, step in course.registry.rehearsal_steps:
        with course.at(moment) as ctx:
            if plugin != "publishing" and plugin in ctx.session.get_one(Campaign, campaign_id).plugins:
                step.run(ctx, campaign_id, staff)


def bundle_of(held: Held) -> bytes:
    """Return the bundle of the newest release."""
    engine = sa.create_engine(held.url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        query = (
            "SELECT f.sha256 FROM publishing_release r JOIN core_file f ON f.id = r.bundle_file_id ORDER BY r.id DESC"
        )
        sha256 = connection.execute(sa.text(query)).scalars().first()
    engine.dispose()
    assert sha256 is not None
    return path_of(held.instance / "files", sha256).read_bytes()


def left_behind(instance: Path) -> Held:
    """Return the contest of an instance that was kept, a day after its awards."""
    url = f"sqlite:///{instance / 'cuocthi.sqlite3'}"
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        members = "SELECT DISTINCT confirmed FROM (SELECT user_id AS confirmed, id FROM core_confirmation ORDER BY id)"
        first, second = connection.execute(sa.text(f"{members} LIMIT 2")).scalars()
        latest = connection.execute(sa.text("SELECT MAX(confirmed_at) FROM core_confirmation")).scalar_one()
    engine.dispose()
    return Held(instance, url, (first, second), datetime.fromtimestamp(latest / 1e6 + 86_400, MIDDLE.tzinfo))


@contextmanager
def _contest(kind: str, participants: int, keep: Path | None) -> Iterator[Held]:
    with tempfile.TemporaryDirectory() as temporary:
        folder = keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        if kind == "sqlite":
            yield hold(folder, f"sqlite:///{folder / 'cuocthi.sqlite3'}", participants)
            return
        with databases(kind, folder) as (url, _):
            yield hold(folder, url, participants)


@click.command()
@click.option("--database", "kind", type=click.Choice(["postgresql", "sqlite"]), default="postgresql")
@click.option("--participants", "-n", default=100_000, show_default=True, help="How many people take part.")
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="Leave instance and bundle here.")
@click.option("--instance", type=click.Path(exists=True, path_type=Path), help="Measure this instance's contest.")
@click.option("--look/--no-look", default=True, help="Open the bundle in Chromium.")
def main(kind: str, participants: int, keep: Path | None, instance: Path | None, *, look: bool) -> None:
    """Measure the publication of so many people, and print it as JSON."""
    if instance is not None:
        found = _measured(left_behind(instance), instance / "bundle", look=look)
    else:
        with _contest(kind, participants, keep) as held:
            found = _measured(held, held.instance / "bundle", look=look)
    click.echo(json.dumps({"database": kind, **found}, indent=2, ensure_ascii=False))


def _measured(held: Held, folder: Path, *, look: bool) -> dict[str, Any]:
    found: dict[str, Any] = {stage: held.stage(stage) for stage in STAGES}
    bundle = bundle_of(held)
    found["bundle_bytes"] = len(bundle)
    folder.mkdir(exist_ok=True)
    (folder.parent / "bundle.zip").write_bytes(bundle)
    with zipfile.ZipFile(folder.parent / "bundle.zip") as archive:
        archive.extractall(folder)
        found["files"] = len(archive.namelist())
    if look:
        found[f"opened from disk, searched for {WANTED!r}"] = looked_at(folder)
    return found


if __name__ == "__main__":
    main()
