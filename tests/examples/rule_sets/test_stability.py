"""The same papers give the same rankings and awards: on both databases, in whatever order they came, made again."""

from __future__ import annotations

from contextlib import contextmanager
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from cuocthi.config import load as load_config
from cuocthi.context import SYSTEM, Context
from cuocthi.database import configure_engine
from cuocthi.rules.language import writer
from cuocthi.standings.domain import build_ranking
from cuocthi.standings.integrity import adoption_digest
from cuocthi.standings.queries import tied_groups
from cuocthi.testing.applications import application
from cuocthi.testing.factories import Factories

from . import test_one_round, test_two_blocks, test_two_divisions, test_weekly
from .held import hold, prizes_of, shipped, unit_prizes_of, with_units

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType

    from cuocthi.clock import FixedClock
    from cuocthi.plugins.manager import Hooks
    from cuocthi.security.personal_data import Vault
    from cuocthi.testing.postgres import Cluster


class Contest(NamedTuple):
    """What the tests of a rule set let people do, and which sets of prizes follow."""

    key: str
    units: str
    categories: tuple[str, ...]
    people: str
    round: str
    papers: str
    sets: tuple[str, ...]


BOTH = ("officials", "residents")
CONTESTS = (
    Contest(
        "mot-vong",
        test_one_round.UNITS,
        BOTH,
        test_one_round.PEOPLE,
        "thi-truc-tuyen",
        test_one_round.PAPERS,
        ("main",),
    ),
    Contest(
        "hang-tuan", test_weekly.UNITS, ("citizens",), test_weekly.PEOPLE, "tuan-01", test_weekly.FIRST_WEEK, ("tuan",)
    ),
    Contest(
        "hai-khoi",
        test_two_blocks.UNITS,
        BOTH,
        test_two_blocks.PEOPLE,
        "tuan-04",
        test_two_blocks.LAST_WEEK,
        ("tuan", "tap-the"),
    ),
    Contest(
        "hai-bang",
        test_two_divisions.UNITS,
        BOTH,
        test_two_divisions.PEOPLE,
        "tuan-04",
        test_two_divisions.LAST_WEEK,
        ("tuan-officials", "tuan-residents", "tap-the"),
    ),
)


@contextmanager
def opened(url: str, folder: Path, plugins: list[ModuleType], hooks: Hooks, clock: FixedClock) -> Iterator[Context]:
    """Give a context on a database, within an application that puts its texts into words."""
    environment = {"DATABASE_URL": url, "CUOCTHI_TESTING": "1", "CUOCTHI_EMBEDDED_JOBS": "0"}
    app = application(load_config(folder, environment), plugins, clock)
    engine = sa.create_engine(url)
    configure_engine(engine)
    with app.test_request_context(), Session(engine, expire_on_commit=False) as session:
        yield Context(session=session, hooks=hooks, now=clock.now(), actor=SYSTEM)
        session.rollback()
    engine.dispose()


def outcome(contest: Contest, ctx: Context, vault: Vault, shuffle: Random | None) -> dict[str, object]:
    """Hold a contest to its adopted lists; return the digests and everything that they are of."""
    files = with_units(shipped(contest.key), contest.units, *contest.categories)
    held = hold(ctx, Factories(ctx, vault), files, writer("vi"))
    held.register(contest.people, shuffle=shuffle)
    held.play(contest.round, contest.papers, shuffle=shuffle)
    held.close(contest.round)
    draft = build_ranking(held.two[0], campaign=held.campaign, round_=held.round(contest.round))
    built = (draft.results_digest, draft.digest)
    ranking = held.ranking(contest.round)
    assert (ranking.results_digest, ranking.digest) == built, "built again it is the same"
    for group in tied_groups(held.ctx, ranking=ranking):
        held.lot(ranking, group.rank)
    held.adopt(ranking)
    found: dict[str, object] = {
        "results": ranking.results_digest,
        "standings": ranking.digest,
        "adopted": adoption_digest(held.ctx, ranking=ranking),
        "places": held.places(ranking),
    }
    for set_key in contest.sets:
        first = held.draft(set_key, contest.round)
        drawn = (prizes_of(first), unit_prizes_of(first), first.total_value)
        made = held.award(set_key, contest.round)
        assert drawn == (prizes_of(made), unit_prizes_of(made), made.total_value), "drawn up again it is the same"
        found[set_key] = (made.digest, *drawn)
    return found


@pytest.mark.postgres
@pytest.mark.parametrize("contest", CONTESTS, ids=[contest.key for contest in CONTESTS])
def test_both_databases_come_to_the_same_in_whatever_order_papers_came(
    contest: Contest,
    sqlite_template: Path,
    postgres_cluster: Cluster,
    postgres_template: str,
    tmp_path: Path,
    plugins: list[ModuleType],
    hooks: Hooks,
    clock: FixedClock,
    vault: Vault,
) -> None:
    file = tmp_path / "test.sqlite3"
    file.write_bytes(sqlite_template.read_bytes())
    with opened(f"sqlite:///{file}", tmp_path, plugins, hooks, clock) as ctx:
        in_order = outcome(contest, ctx, vault, None)
    name = f"stability_{contest.key.replace('-', '_')}"
    url = sa.make_url(postgres_cluster.create_database(name, template=postgres_template))
    address = url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    with opened(address, tmp_path, plugins, hooks, clock) as ctx:
        assert outcome(contest, ctx, vault, Random(2)) == in_order
