"""The command that rehearses a whole campaign."""

from __future__ import annotations

import dataclasses
import tempfile
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click
import sqlalchemy as sa
from flask.cli import with_appcontext

from cuocthi import config as configuration
from cuocthi.app import create_app, registry_of
from cuocthi.campaigns.files import read_folder, read_source, times
from cuocthi.campaigns.models import Campaign
from cuocthi.cli.demo import example_folder
from cuocthi.clock import FixedClock
from cuocthi.database import reading
from cuocthi.errors import DomainError
from cuocthi.extensions import db
from cuocthi.migrations import runner
from cuocthi.rehearsal import outcome
from cuocthi.rehearsal.course import Rehearsal, shuffled
from cuocthi.rehearsal.pages import Visit, serving, take_part
from cuocthi.text import T
from cuocthi.web.i18n import translate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from flask import Flask

    from cuocthi.rehearsal.people import Person


#: So many of the first places of each round are printed; the digest is over all.
PLACES = 10


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
        with app.app_context(), _own_tables(app):
            course = Rehearsal(registry_of(app), db.engine, seed, translate)
            report = _rehearse(course, clock, files, participants, shuffle=shuffle, through_pages=through_pages)
    _print(report)


def _scratch(instance: Path, files: Mapping[str, bytes]) -> tuple[Flask, FixedClock]:
    config = dataclasses.replace(configuration.load(instance), embedded_jobs=False)
    first = min(times(window).opens_at for phase in read_source(files).core.phases for window in phase.windows)
    clock = FixedClock(first - timedelta(days=1))
    return create_app(config, clock=clock), clock


@contextmanager
def _own_tables(app: Flask) -> Iterator[None]:
    try:
        with reading():
            if sa.inspect(db.engine).get_table_names():
                raise DomainError(T("This database holds tables already; a rehearsal needs an empty one."))
        runner.upgrade(db.engine, registry_of(app).migrations)
        yield
    finally:
        db.engine.dispose()


def _rehearse(
    course: Rehearsal,
    clock: FixedClock,
    files: Mapping[str, bytes],
    participants: int,
    *,
    shuffle: bool,
    through_pages: bool,
) -> outcome.Report:
    report = outcome.Report()
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


def _conclude(
    course: Rehearsal, report: outcome.Report, campaign_id: int, staff: tuple[int, int], clock: FixedClock
) -> None:
    with report.timed("close"):
        clock.move_to(course.close(campaign_id))
    with report.timed("rank and adopt"):
        rankings, adopted_at = course.rank(campaign_id, moment=clock.now(), staff=staff)
        clock.move_to(adopted_at)
    with report.timed("award and publish"):
        lines = course.finish(campaign_id, moment=clock.now(), staff=staff)
    with course.at(clock.now()) as ctx:
        for title, value in outcome.figures(ctx, campaign_id=campaign_id, rankings=rankings):
            report.add(title, value)
        report.places += outcome.first_places(ctx, rankings=rankings, limit=PLACES)
        report.standings_digest = outcome.standings_digest(ctx, rankings=rankings)
    for title, text in lines:
        report.add(title, text)


def _print(report: outcome.Report) -> None:
    seconds = [(stage, f"{taken:.1f} s") for stage, taken in report.seconds]
    _print_columns([*report.figures, *seconds])
    for places in report.places:
        click.echo(f"\n{places.round}")
        _print_columns([places.heading, *places.lines])
    click.echo()
    _print_columns([("digest of all standings", report.standings_digest)])


def _print_columns(lines: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        click.echo("  ".join(f"{text:<{width}}" for text, width in zip(line, widths, strict=True)).rstrip())
