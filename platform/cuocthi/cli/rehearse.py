"""The command that rehearses a whole campaign."""

from __future__ import annotations

import dataclasses
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask.cli import with_appcontext

from cuocthi import config as configuration
from cuocthi.app import create_app, registry_of
from cuocthi.campaigns.files import read_folder, read_source, times
from cuocthi.campaigns.models import Campaign
from cuocthi.cli.demo import example_folder
from cuocthi.clock import FixedClock
from cuocthi.extensions import db
from cuocthi.migrations import runner
from cuocthi.rehearsal.course import Rehearsal, Report, shuffled
from cuocthi.rehearsal.pages import Visit, serving, take_part
from cuocthi.web.i18n import translate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask import Flask

    from cuocthi.rehearsal.people import Person


@click.command()
@click.option("--participants", "-n", default=2000, show_default=True, help="How many synthetic people take part.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same course and the same digest.")
@click.option("--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="The campaign's folder.")
@click.option("--shuffle", is_flag=True, help="Register people in another order; the digest must stay the same.")
@click.option("--http", "through_pages", is_flag=True, help="Let people take part through the web pages.")
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="Keep the scratch instance here.")
@with_appcontext
def rehearse(
    participants: int, seed: int, folder: Path | None, keep: Path | None, *, shuffle: bool, through_pages: bool
) -> None:
    """Run a whole campaign on a scratch database in shifted time, to the published bundle, and report.

    The scratch database is a new SQLite file, or the empty database that DATABASE_URL names.
    """
    files = read_folder(folder or example_folder())
    with tempfile.TemporaryDirectory() as temporary:
        app, clock = _scratch(keep or Path(temporary), files)
        with app.app_context():
            course = Rehearsal(registry_of(app), db.engine, seed, translate)
            report = _rehearse(course, clock, files, participants, shuffle=shuffle, through_pages=through_pages)
            db.engine.dispose()
    _print(report)


def _scratch(instance: Path, files: Mapping[str, bytes]) -> tuple[Flask, FixedClock]:
    config = dataclasses.replace(configuration.load(instance), embedded_jobs=False)
    first = min(times(window).opens_at for phase in read_source(files).core.phases for window in phase.windows)
    clock = FixedClock(first - timedelta(days=1))
    app = create_app(config, clock=clock)
    with app.app_context():
        runner.upgrade(db.engine, registry_of(app).migrations)
    return app, clock


def _rehearse(
    course: Rehearsal,
    clock: FixedClock,
    files: Mapping[str, bytes],
    participants: int,
    *,
    shuffle: bool,
    through_pages: bool,
) -> Report:
    report = Report()
    with report.timed("prepare"):
        campaign_id, staff = course.prepare(files, moment=clock.now())
        persons = course.people(campaign_id, participants)
    if shuffle:
        persons = shuffled(persons, course.seed)
    if through_pages:
        with report.timed("register and take part"):
            report.add("answers acknowledged", _through_pages(course, campaign_id, persons))
    else:
        with report.timed("register"):
            course.register(campaign_id, persons)
        with report.timed("take part"):
            report.add("answers acknowledged", course.take_part(campaign_id, persons))
    _conclude(course, report, campaign_id, staff, clock)
    return report


def _through_pages(course: Rehearsal, campaign_id: int, persons: Sequence[Person]) -> int:
    config, rounds = course.registry.config, course.rounds(campaign_id)
    with course.at(rounds[0].opens_at) as ctx:
        slug = ctx.session.get_one(Campaign, campaign_id).slug
    middle = rounds[0].opens_at + (rounds[0].closes_at - rounds[0].opens_at) / 2
    with serving(config.instance, database_url=config.database_url, moment=middle) as address:
        return take_part(Visit(address, slug, rounds, course.registry.rehearsed_entries), persons)


def _conclude(course: Rehearsal, report: Report, campaign_id: int, staff: tuple[int, int], clock: FixedClock) -> None:
    with report.timed("close"):
        clock.move_to(course.close(campaign_id))
    with report.timed("rank and adopt"):
        rankings = course.rank(campaign_id, moment=clock.now(), staff=staff)
    with report.timed("award and publish"):
        lines = course.finish(campaign_id, moment=clock.now(), staff=staff)
    for title, value in course.figures(campaign_id, rankings):
        report.add(title, value)
    for title, text in lines:
        report.add(title, text)
    report.standings_digest = course.standings_digest(rankings)


def _print(report: Report) -> None:
    width = max(len(title) for title, _ in report.figures)
    for title, value in report.figures:
        click.echo(f"{title:<{width}}  {value}")
    for stage, seconds in report.seconds:
        click.echo(f"{stage:<{width}}  {seconds:.1f} s")
    click.echo(f"{'standings':<{width}}  {report.standings_digest}")
