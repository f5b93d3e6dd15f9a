"""``make bench``: what each thing that thousands do costs, as a ratio to the floor of this stack in the same run.

The 2024 campaign stands on a scratch database in the middle of its round; people are enrolled through the domain
functions and then use the real pages of a real server. Ratios are comparable between machines, milliseconds are not.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click
import httpx
from tests.load import floor
from tests.load.measuring import Figures, measure, memory_mb

from cuocthi import config as configuration
from cuocthi.app import create_app, registry_of
from cuocthi.campaigns.files import read_folder
from cuocthi.campaigns.models import Campaign as Contest
from cuocthi.cli.demo import example_folder
from cuocthi.clock import FixedClock
from cuocthi.enrolments.models import Enrolment
from cuocthi.extensions import db
from cuocthi.migrations import runner
from cuocthi.rehearsal.course import Rehearsal
from cuocthi.rehearsal.pages import free_port, serving, wait_for
from cuocthi.security.passwords import hash_password
from cuocthi.testing.postgres import private_cluster
from cuocthi.timelines.models import Phase
from cuocthi.users.domain import start_session
from cuocthi.users.models import User
from cuocthi.web.i18n import translate

MIDDLE = datetime.fromisoformat("2024-09-25T10:00:00+07:00")
PASSWORD = "hoa-gao-do-ben-song-tra-ly"
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_PAPER = re.compile(r"/quiz/paper/(\d+)/([0-9a-f]+)/")

#: What performance.md of the design asks for, as ratios to the floor on PostgreSQL.
TARGETS = {
    "save an answer": 0.8,
    "paper page": 1.0,
    "start": 1.7,
    "hand in and score": 2.1,
    "campaign page, unchanged": 0.2,
    "sign in": 12.0,
}


@dataclass(slots=True)
class Somebody:
    """A person at a browser: a client with cookies, the CSRF token of the session, and the paper's address."""

    client: httpx.Client
    contact: str
    token: str = ""
    paper: str = ""

    def get(self, path: str, status: int = 200) -> str:
        """Return a page; raise if the answer has another status."""
        return self._checked(self.client.get(path), status)

    def post(self, path: str, status: int = 200, accept: str = "text/html", **fields: str) -> str:
        """Send a form."""
        data = {"csrf_token": self.token, **fields}
        return self._checked(self.client.post(path, data=data, headers={"Accept": accept}), status)

    def _checked(self, response: httpx.Response, status: int) -> str:
        if response.status_code != status:
            message = f"{response.request.url}: {response.status_code} instead of {status}"
            raise RuntimeError(message)
        found = _TOKEN.search(response.text)
        self.token = found[1] if found else self.token
        return response.text


@click.command()
@click.option("--people", default=120, show_default=True, help="How many people take part.")
@click.option("--database", type=click.Choice(["postgresql", "sqlite"]), default="postgresql", show_default=True)
def bench(people: int, database: str) -> None:
    """Measure and print a table."""
    with tempfile.TemporaryDirectory() as folder, _database(database, Path(folder)) as url:
        floor.prepare(url)
        with _floor_served(url) as address:
            base = _floor(address, people * 20)
        campaign = _campaign(Path(folder), url, people)
        with serving(Path(folder), database_url=url, moment=MIDDLE) as address:
            found = list(_operations(address, campaign))
            memory = memory_mb()
    _print(database, base, found, memory)


# --- what is measured -----------------------------------------------------------------------------------------------


def _operations(address: str, campaign: Campaign) -> Iterator[tuple[str, Figures]]:
    persons = [Somebody(_client(address, cookie), contact) for contact, cookie in campaign.people]
    anonymous = [_client(address, None) for _ in persons]
    page, entrance = f"/c/{campaign.slug}/", f"/c/{campaign.slug}/quiz/round/{campaign.round_id}/"
    tag = anonymous[0].get(page).headers["ETag"]
    yield "campaign page", measure(anonymous * 5, lambda client: _expect(client.get(page), 200))
    unchanged = {"If-None-Match": tag}
    yield (
        "campaign page, unchanged",
        measure(anonymous * 5, lambda client: _expect(client.get(page, headers=unchanged), 304)),
    )
    yield "sign in", measure([_at_the_door(address, person) for person in persons], _sign_in)
    yield "entrance", measure(persons * 2, lambda person: person.get(entrance))
    yield "start", measure(persons, lambda person: _start(person, entrance))
    yield "paper page", measure(persons * 5, lambda person: person.get(f"{person.paper}1"))
    saves = [(person, position) for position in range(1, 21) for person in persons]
    yield "save an answer", measure(saves, lambda save: _save(*save))
    yield "hand in and score", measure(persons, lambda person: person.post(f"{person.paper}hand-in", 302))


def _at_the_door(address: str, person: Somebody) -> Somebody:
    somebody = Somebody(_client(address, None), person.contact)
    somebody.get("/sign-in")
    return somebody


def _sign_in(person: Somebody) -> None:
    person.post("/sign-in", 302, contact=person.contact, password=PASSWORD)


def _start(person: Somebody, entrance: str) -> None:
    response = person.client.post(f"{entrance}start", data={"csrf_token": person.token})
    found = _PAPER.search(response.headers.get("Location", ""))
    if found is None:
        message = f"no paper: {response.status_code}"
        raise RuntimeError(message)
    person.paper = f"{entrance.partition('/quiz/')[0]}/quiz/paper/{found[1]}/{found[2]}/"


def _save(person: Somebody, position: int) -> None:
    answer = f"{person.paper}answer"
    saved = person.post(answer, accept="application/json", position=str(position), choice="0", sequence="1")
    if '"saved"' not in saved:
        message = "an answer was not saved"
        raise RuntimeError(message)


def _floor(address: str, requests: int) -> Figures:
    clients = [_client(address, None) for _ in range(32)]
    for client in clients:
        client.get("/begin")
    asked = [(clients[number % len(clients)], number % 20) for number in range(requests)]

    def save(asking: tuple[httpx.Client, int]) -> None:
        client, position = asking
        _expect(client.post("/save", data={"attempt": "1", "position": str(position), "choice": "1"}), 200)

    return measure(asked, save)


def _expect(response: httpx.Response, status: int) -> None:
    if response.status_code != status:
        message = f"{response.request.url}: {response.status_code} instead of {status}"
        raise RuntimeError(message)


def _client(address: str, cookie: str | None) -> httpx.Client:
    client = httpx.Client(base_url=address, timeout=60, headers={"Accept-Language": "vi"})
    if cookie:
        client.cookies.set("cuocthi", cookie, domain=client.base_url.host)
    return client


# --- where it is measured -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Campaign:
    """The campaign people take part in: where it is, and (contact, session cookie) of everybody."""

    slug: str
    round_id: int
    people: Sequence[tuple[str, str]]


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'bench.sqlite3'}"
        return
    with private_cluster(durable=True) as cluster:
        yield cluster.create_database("bench")


@contextmanager
def _floor_served(url: str) -> Iterator[str]:
    port = free_port()
    server = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "--port", str(port)]
    options = ["--blocking-threads", "8", "--log-level", "error"]
    environment = {**os.environ, "FLOOR_DATABASE_URL": url}
    process = subprocess.Popen([*server, *options, "tests.load.floor:create"], env=environment)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(address, process)
        yield address
    finally:
        process.terminate()
        process.wait()


def _campaign(instance: Path, url: str, people: int) -> Campaign:
    config = configuration.load(instance, {"DATABASE_URL": url, "CUOCTHI_EMBEDDED_JOBS": "0"})
    app = create_app(config, clock=FixedClock(MIDDLE))
    with app.app_context():
        runner.upgrade(db.engine, registry_of(app).migrations)
        course = Rehearsal(registry_of(app), db.engine, 1, translate)
        campaign_id, _ = course.prepare(read_folder(example_folder()), moment=MIDDLE)
        persons = course.people(campaign_id, people)
        course.register(campaign_id, persons)
        sign = app.session_interface.get_signing_serializer(app).dumps  # type: ignore[attr-defined]
        with course.at(MIDDLE) as ctx:
            password_hash = hash_password(PASSWORD)
            enrolled = {row.code: row.user_id for row in ctx.session.query(Enrolment)}
            round_ = ctx.session.query(Phase).filter(Phase.number == 1).one()
            slug = ctx.session.get_one(Contest, campaign_id).slug
            known = []
            for person in persons:
                ctx.session.get_one(User, enrolled[person.code]).password_hash = password_hash
                token = start_session(ctx, user_id=enrolled[person.code], device="bench", hours=12)
                known.append((person.contact, sign({"_user_id": token, "_fresh": True})))
            found = Campaign(slug, round_.id, known)
        db.engine.dispose()
    return found


def _print(database: str, base: Figures, found: Sequence[tuple[str, Figures]], memory: float) -> None:
    click.echo(f"{database}; ratios of processor time to the floor save of the same run")
    click.echo(
        f"{'':28}{'ratio':>7}{'target':>8}{'cpu ms':>9}{'median ms':>11}{'p99 ms':>9}{'per s':>9}{'requests':>10}"
    )
    for title, figures in [("floor save", base), *found]:
        target = f"{TARGETS[title]:.1f}" if title in TARGETS else ""
        click.echo(
            f"{title:28}{figures.cpu_ms / base.cpu_ms:7.2f}{target:>8}{figures.cpu_ms:9.2f}"
            f"{figures.median_ms:11.1f}{figures.slow_ms:9.1f}{figures.per_second:9.0f}{figures.requests:10}"
        )
    click.echo(f"private memory of the largest process: {memory:.0f} MB (target 70)")


if __name__ == "__main__":
    bench()
