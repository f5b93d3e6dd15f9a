"""``make bench``: what each thing that thousands do costs, as a ratio to the floor of this stack in the same minutes.

The 2024 campaign stands on a scratch database in the middle of its round; people are enrolled through the domain
functions and then use the real pages of a real server, by turns with a bare application that does only what a save
cannot do without. Ratios are comparable between machines, milliseconds are not.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import click
from tests.load import operations
from tests.load.browsing import Client, Somebody
from tests.load.bulk import bulk
from tests.load.crowd import grow
from tests.load.first_page import first_page
from tests.load.measuring import private_mb
from tests.load.report import Run, write
from tests.load.scenery import MIDDLE, Contest, contest, databases, floor_served
from tests.load.storm import storm

from cuocthi.rehearsal.pages import serving

_FEW, _MANY = 200, 20_000
#: How many people come before anything is measured.
_FIRST_ONES = 8


@click.command()
@click.option(
    "--database", "kinds", multiple=True, type=click.Choice(["postgresql", "sqlite"]), default=["postgresql", "sqlite"]
)
@click.option("--people", default=96, show_default=True, help="How many people use the pages.")
@click.option("--results", default=0, help="Mark and rank so many papers as well (500000 takes many minutes).")
@click.option("--json", "path", default="test-results/bench.json", show_default=True, type=Path)
def bench(kinds: tuple[str, ...], people: int, results: int, path: Path) -> None:
    """Measure, print a table for each database, and write all figures into a file."""
    runs = []
    for kind in kinds:
        run = Run(kind)
        with tempfile.TemporaryDirectory() as folder, databases(kind, Path(folder)) as (url, floor_url):
            _measure(run, Path(folder), url, floor_url, people, results)
        runs.append(run)
        click.echo("\n".join([*run.lines(), ""]))
        write(path, runs)


def _measure(run: Run, folder: Path, url: str, floor_url: str, number: int, results: int) -> None:
    with (
        contest(folder, url, number + _FIRST_ONES) as held,
        serving(folder, database_url=url, moment=MIDDLE) as address,
        floor_served(floor_url) as floor,
    ):
        people = [Somebody(Client(address, cookie), contact) for contact, cookie in held.people]
        # A server that has just begun compiles its templates; the floor was asked before, too.
        operations.warm_up(held, people[:_FIRST_ONES], floor)
        people = people[_FIRST_ONES:]
        first, second = people[: number // 2], people[number // 2 :]
        run.first_page = first_page(address, f"/c/{held.slug}/")
        run.measured += operations.campaign_page(address, held.slug, floor)
        run.measured.append(operations.sign_in(address, first, floor))
        run.measured += operations.start(held, people, floor)
        run.measured.append(operations.paper_page(first, floor))
        run.measured.append(few := operations.save("save an answer", first, floor, sequence=1))
        run.measured += operations.hand_in(first, floor)
        _grow(held, 0, _FEW)
        run.measured += operations.leaderboard(address, held, _FEW, floor)
        _grow(held, _FEW, _MANY)
        run.measured += operations.leaderboard(address, held, _MANY, floor)
        run.measured.append(many := operations.save(f"save among {_MANY:,}", second, floor, sequence=1))
        run.growth_percent = round((many.ratio / few.ratio - 1) * 100, 1)
        run.storm = storm(address, second)
        run.memory_mb = private_mb()
        if results > _MANY:
            grow(held.course.engine, already=_MANY, to=results)
            run.bulk = bulk(held)


def _grow(held: Contest, already: int, to: int) -> None:
    grow(held.course.engine, already=already, to=to)
    held.rank()


if __name__ == "__main__":
    bench()
