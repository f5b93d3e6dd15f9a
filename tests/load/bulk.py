"""What is done once for everybody: ranking all papers, looking ahead of another key, and marking all papers by it.

Every paper holds the question whose key is changed, which is the most there can be. Alone, without the pages:
``python -m tests.load.bulk --database sqlite --results 500000``.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import click
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from tests.load.crowd import grow
from tests.load.measuring import cpu_seconds
from tests.load.scenery import MIDDLE, Contest, contest, databases

from cuocthi.campaigns.models import Campaign
from cuocthi.committees.models import Committee, Membership
from cuocthi.context import Actor
from cuocthi.contributions import Role
from cuocthi.standings.domain import build_ranking
from cuocthi.timelines.models import Phase
from cuocthi_quiz.domain.grading import grade_round
from cuocthi_quiz.domain.looking_ahead import look_ahead
from cuocthi_quiz.domain.remarking import remark
from cuocthi_quiz.domain.wrong_keys import Finding, propose, put_in_force
from cuocthi_quiz.models import Item, KeyChange, Remedy, Revision
from cuocthi_quiz.queries.questions import question_figures

#: A question of the paper that everybody has a copy of.
_POSITION = 3


@dataclass(frozen=True, slots=True)
class Bulk:
    """How long one thing took: seconds passed, processor seconds on both sides, and the longest transaction."""

    seconds: float
    cpu_seconds: float
    longest_transaction: float


def bulk(contest: Contest) -> dict[str, Bulk]:
    """Return how long it takes to do what is done once for all papers that were handed in."""
    course = contest.course
    first, second = _organisers(contest)

    def grade() -> None:
        with course.at(MIDDLE) as ctx:
            grade_round(ctx, round_id=contest.round_id, again=True)

    def rank() -> None:
        with course.at(MIDDLE) as ctx:
            campaign = ctx.session.get_one(Campaign, contest.campaign_id)
            build_ranking(ctx, campaign=campaign, round_=ctx.session.get_one(Phase, contest.round_id))

    def ahead() -> None:
        with course.at(MIDDLE) as ctx:
            look_ahead(ctx, change=_change(ctx.session), progress=_nobody, keep=ctx.session.commit)

    def mark() -> None:
        with course.at(MIDDLE) as ctx:
            remark(ctx, change=_change(ctx.session), progress=_nobody, keep=ctx.session.commit)

    def extremes(*, several: bool = False) -> None:
        with course.at(MIDDLE) as ctx:
            question_figures(ctx, round_=ctx.session.get_one(Phase, contest.round_id), several=several)

    def extremes_of_several() -> None:
        extremes(several=True)

    found = {
        "hardest and easiest questions": _taken(course.engine, extremes),
        "hardest and easiest questions, as with several papers a person": _taken(course.engine, extremes_of_several),
        "grade all papers": _taken(course.engine, grade),
        "post and rank all results": _taken(course.engine, rank),
        "rank all results again": _taken(course.engine, rank),
    }
    with course.at(MIDDLE, Actor(first)) as ctx:
        campaign, revision = ctx.session.get_one(Campaign, contest.campaign_id), _everybodys(ctx.session)
        propose(ctx, campaign=campaign, revision=revision, finding=Finding(Remedy.VOID, "Đáp án sai", "05/TB-BTC"))
    found["look ahead of another key"] = _taken(course.engine, ahead)
    with course.at(MIDDLE, Actor(second)) as ctx:
        change = _change(ctx.session)
        campaign = ctx.session.get_one(Campaign, contest.campaign_id)
        put_in_force(ctx, campaign=campaign, change=change, seen=change.preview_digest)
    found["mark all papers by another key"] = _taken(course.engine, mark)
    return found


def _organisers(contest: Contest) -> tuple[int, int]:
    with contest.course.at(MIDDLE) as ctx:
        chosen = (
            sa.select(Membership.user_id)
            .join(Committee, Committee.id == Membership.committee_id)
            .where(Committee.campaign_id == contest.campaign_id, Committee.role == Role.ORGANISING)
            .order_by(Membership.user_id)
        )
        first, second = ctx.session.scalars(chosen.limit(2))
        return first, second


def _everybodys(session: sa.orm.Session) -> Revision:
    copied = sa.select(Item.revision_id).where(Item.position == _POSITION).order_by(Item.attempt_id.desc()).limit(1)
    return session.get_one(Revision, session.scalars(copied).one())


def _change(session: sa.orm.Session) -> KeyChange:
    return session.scalars(sa.select(KeyChange)).one()


def _nobody(_done: int, _total: int) -> None:
    """Nobody watches."""


def _taken(engine: Engine, act: Callable[[], None]) -> Bulk:
    with _transactions(engine) as lasted:
        spent, begun = cpu_seconds() + time.process_time(), time.perf_counter()
        act()
        passed, used = time.perf_counter() - begun, cpu_seconds() + time.process_time() - spent
    return Bulk(round(passed, 1), round(used, 1), round(max(lasted), 1))


@contextmanager
def _transactions(engine: Engine) -> Iterator[list[float]]:
    """Yield a list into which the seconds of each transaction go, for as long as this lasts."""
    begun: dict[Connection, float] = {}
    lasted: list[float] = []

    def begin(connection: Connection) -> None:
        begun[connection] = time.perf_counter()

    def end(connection: Connection) -> None:
        lasted.append(time.perf_counter() - begun.pop(connection))

    listeners = (("begin", begin), ("commit", end), ("rollback", end))
    for name, listener in listeners:
        sa.event.listen(engine, name, listener)
    try:
        yield lasted
    finally:
        for name, listener in listeners:
            sa.event.remove(engine, name, listener)


@click.command()
@click.option("--database", "kind", type=click.Choice(["postgresql", "sqlite"]), default="postgresql")
@click.option("--results", default=500_000, show_default=True, help="How many papers.")
def main(kind: str, results: int) -> None:
    """Measure on a database with so many papers, and print it as JSON."""
    with (
        tempfile.TemporaryDirectory() as folder,
        databases(kind, Path(folder)) as (url, _),
        contest(Path(folder), url, 1) as held,
    ):
        held.course.take_part(held.campaign_id, held.course.people(held.campaign_id, 1))
        grow(held.course.engine, already=0, to=results)
        found = {title: asdict(one) for title, one in bulk(held).items()}
    click.echo(json.dumps(found, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
