"""Where it is measured: a database, the campaign of 2024 in the middle of its round, its people, and both servers."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from tests.load import floor
from tests.load.browsing import Client
from tests.load.measuring import Figures

from cuocthi import config as configuration
from cuocthi.app import create_app, registry_of
from cuocthi.campaigns.files import read_folder
from cuocthi.campaigns.models import Campaign
from cuocthi.cli.demo import example_folder
from cuocthi.clock import FixedClock
from cuocthi.enrolments.models import Enrolment
from cuocthi.extensions import db
from cuocthi.migrations import runner
from cuocthi.rehearsal.course import Rehearsal
from cuocthi.rehearsal.pages import free_port, wait_for
from cuocthi.security.passwords import hash_password
from cuocthi.standings.domain import SUBJECT, adoption_digest, build_ranking, submit_ranking
from cuocthi.standings.models import Confirmation, Ranking, RankingState
from cuocthi.testing.postgres import private_cluster
from cuocthi.timelines.models import Phase
from cuocthi.users.domain import start_session
from cuocthi.users.models import User
from cuocthi.web.i18n import translate
from cuocthi_quiz.domain.foreseen import mark_foreseen

MIDDLE = datetime.fromisoformat("2024-09-25T10:00:00+07:00")
PASSWORD = "hoa-gao-do-ben-song-tra-ly"
#: Requests of the floor between two turns of an operation, and connections that make them.
_FLOOR_BLOCK, _FLOOR_CLIENTS = 150, 8


@dataclass(frozen=True, slots=True)
class Contest:
    """The campaign people take part in: where it is, and (contact, session cookie) of everybody."""

    course: Rehearsal
    campaign_id: int
    round_id: int
    slug: str
    people: Sequence[tuple[str, str]]

    def rank(self) -> None:
        """Build the ranking of the round from what is handed in, and adopt it without asking anybody."""
        with self.course.at(MIDDLE) as ctx:
            campaign = ctx.session.get_one(Campaign, self.campaign_id)
            ranking = build_ranking(ctx, campaign=campaign, round_=ctx.session.get_one(Phase, self.round_id))
            submit_ranking(ctx, ranking=ranking)
            others = sa.update(Ranking).where(Ranking.id != ranking.id, Ranking.phase_id == self.round_id)
            ctx.session.execute(others.values(state=RankingState.SUPERSEDED))
            for person in ctx.session.scalars(sa.select(User).order_by(User.id).limit(2)).all():
                # No ranking is adopted without two persons, which the database sees to.
                ctx.session.add(
                    Confirmation(
                        campaign_id=campaign.id,
                        subject=SUBJECT,
                        subject_id=ranking.id,
                        digest=adoption_digest(ctx, ranking=ranking),
                        user_id=person.id,
                        confirmed_at=MIDDLE,
                    )
                )
            ctx.session.flush()
            own = sa.update(Ranking).where(Ranking.id == ranking.id)
            ctx.session.execute(own.values(state=RankingState.ADOPTED, adopted_at=MIDDLE))


@contextmanager
def databases(kind: str, folder: Path) -> Iterator[tuple[str, str]]:
    """Give the URLs of two empty databases that keep what they have acknowledged: the platform's and the floor's."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'bench.sqlite3'}", f"sqlite:///{folder / 'floor.sqlite3'}"
        return
    with private_cluster(durable=True) as cluster:
        yield cluster.create_database("bench"), cluster.create_database("floor")


@contextmanager
def contest(instance: Path, url: str, people: int) -> Iterator[Contest]:
    """Prepare the campaign with ``people`` who are signed in, through the domain functions."""
    config = configuration.load(instance, {"DATABASE_URL": url, "CUOCTHI_EMBEDDED_JOBS": "0"})
    app = create_app(config, clock=FixedClock(MIDDLE))
    with app.app_context():
        runner.upgrade(db.engine, registry_of(app).migrations)
        course = Rehearsal(registry_of(app), db.engine, 1, translate)
        campaign_id, _ = course.prepare(read_folder(example_folder()), moment=MIDDLE)
        with course.at(MIDDLE) as ctx:
            mark_foreseen(ctx)
        persons = course.people(campaign_id, people)
        course.register(campaign_id, persons)
        sign = app.session_interface.get_signing_serializer(app).dumps  # type: ignore[attr-defined]
        with course.at(MIDDLE) as ctx:
            password_hash = hash_password(PASSWORD)
            enrolled = {row.code: row.user_id for row in ctx.session.query(Enrolment)}
            round_id = ctx.session.scalars(sa.select(Phase.id).where(Phase.number == 1)).one()
            slug = ctx.session.get_one(Campaign, campaign_id).slug
            known = []
            for person in persons:
                ctx.session.get_one(User, enrolled[person.code]).password_hash = password_hash
                token = start_session(ctx, user_id=enrolled[person.code], device="bench", hours=12)
                known.append((person.contact, f"cuocthi={sign({'_user_id': token, '_fresh': True})}"))
        yield Contest(course, campaign_id, round_id, slug, known)
        db.engine.dispose()


@contextmanager
def floor_served(url: str) -> Iterator[Callable[[Figures], None]]:
    """Serve the floor as the platform is served; yield what makes a block of its saves."""
    floor.prepare(url)
    port = free_port()
    server = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "--port", str(port)]
    options = ["--blocking-threads", "8", "--log-level", "error"]
    environment = {**os.environ, "FLOOR_DATABASE_URL": url}
    process = subprocess.Popen([*server, *options, "tests.load.floor:create"], env=environment)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(address, process)
        clients = [Client(address) for _ in range(_FLOOR_CLIENTS)]
        for client in clients:
            client.get("/begin")
        asked = [(clients[number % len(clients)], number % 20) for number in range(_FLOOR_BLOCK)]
        Figures().measure(asked, _floor_save)
        yield lambda figures: figures.measure(asked, _floor_save)
    finally:
        process.terminate()
        process.wait()


def _floor_save(asked: tuple[Client, int]) -> None:
    client, position = asked
    client.post("/save", {"attempt": "1", "position": str(position), "choice": "1"})
