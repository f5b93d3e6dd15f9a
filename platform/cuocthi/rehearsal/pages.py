"""A rehearsal through the real web interface: a server of its own, and people with HTTP clients."""

from __future__ import annotations

import ipaddress
import os
import re
import socket
import subprocess
import sys
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from cuocthi.clock import ShiftedClock
from cuocthi.contributions import Browser, Participant
from cuocthi.rehearsal.people import division_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from cuocthi.contributions import RehearsedEntry
    from cuocthi.rehearsal.people import Person
    from cuocthi.timelines.models import Phase

#: How many people are at their browsers at the same time.
AT_ONCE = 8
_PASSWORD = "hoa-gao-do-ben-song-tra-ly"  # noqa: S105 - of synthetic people on a scratch database
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_START_SECONDS = 60
_PATIENCE = httpx.Timeout(30)
#: A person tries again for a minute when the server is away, as people do.
_TRIES, _PAUSE_SECONDS = 240, 0.25


@dataclass(frozen=True, slots=True)
class Visit:
    """Where people go: the server's address, the campaign's slug, its rounds and their formats."""

    address: str
    slug: str
    rounds: Sequence[Phase]
    entries: Mapping[str, RehearsedEntry]


@contextmanager
def serving(instance: Path, *, database_url: str, moment: datetime) -> Iterator[str]:
    """Serve the instance with the clock moved to ``moment``; yield the address; stop the server on leaving."""
    ShiftedClock(instance / "clock.json").move_to(moment)
    port = free_port()
    environment = {
        **os.environ,
        "CUOCTHI_INSTANCE": str(instance),
        "DATABASE_URL": database_url,
        # People come from many networks; the server believes the header that says from which.
        "CUOCTHI_TRUSTED_HOPS": "1",
    }
    command = [sys.executable, "-m", "cuocthi", "run", "--port", str(port)]
    server = subprocess.Popen(command, env=environment)  # noqa: S603 - our own command
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(address, server)
        yield address
    finally:
        server.terminate()
        server.wait()


def take_part(visit: Visit, persons: Sequence[Person]) -> int:
    """Let people register and take every round in their browsers; return the number of acknowledged answers."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sum(pool.map(lambda person: _take(visit, person), persons))


def _take(visit: Visit, person: Person) -> int:
    headers = {"X-Forwarded-For": _address_of(person.unit_code), "Accept-Language": "vi"}
    with httpx.Client(base_url=visit.address, follow_redirects=True, timeout=_PATIENCE, headers=headers) as client:
        browser = browser_of(client)
        join(browser, visit, person)
        return sum(
            visit.entries[round_.source].browse(
                browser,
                Participant(0, 0, person.skill, person.speed, person.starts_at, person.seed),
                visit.slug,
                round_.id,
            )
            for round_ in visit.rounds
        )


def browser_of(client: httpx.Client) -> Browser:
    """Return a browser over an HTTP client: it keeps cookies, fills in the CSRF token and tries again patiently."""
    token = ""

    def remember(response: httpx.Response) -> tuple[int, str]:
        nonlocal token
        found = _TOKEN.search(response.text)
        token = found.group(1) if found else token
        return response.status_code, response.text

    def get(path: str) -> tuple[int, str]:
        return remember(patiently(lambda: client.get(path)))

    def post(path: str, fields: Mapping[str, str | list[str]]) -> tuple[int, str]:
        return remember(patiently(lambda: client.post(path, data={"csrf_token": token, **fields})))

    return Browser(get, post)


def patiently(request: Callable[[], httpx.Response]) -> httpx.Response:
    """Make a request again and again until somebody answers."""
    for _ in range(_TRIES):
        try:
            return request()
        except httpx.TransportError:
            time.sleep(_PAUSE_SECONDS)
    return request()


def join(browser: Browser, visit: Visit, person: Person) -> None:
    """Let a person register and enrol."""
    path = f"/c/{visit.slug}/join?unit={person.unit_code}"
    _, page = browser.get(path)
    version = re.search(r'name="rules_version"[^>]*value="(\d+)"', page)
    divisions = re.findall(r'name="division"[^>]*value="([^"]+)"', page)
    status, answer = browser.post(
        path,
        {
            "unit": person.unit_code,
            "name": person.name,
            "contact": person.contact,
            "password": _PASSWORD,
            "category": person.category,
            "division": division_of(person, divisions),
            "consent": "y",
            "rules": "y",
            "rules_version": version.group(1) if version else "",
        },
    )
    if status != httpx.codes.OK:
        message = f"person {person.number} could not join: {status} {answer[:500]}"
        raise RuntimeError(message)


def _address_of(unit_code: str) -> str:
    """Return the address from which the people of a unit come: a unit is one network."""
    return str(ipaddress.ip_address("10.0.0.0") + zlib.crc32(unit_code.encode()) % 2**24)


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    """Return when a server answers at an address. Raises RuntimeError if it ends, or takes too long."""
    begun = time.monotonic()
    while time.monotonic() - begun < _START_SECONDS:
        if server.poll() is not None:
            message = f"the server ended with {server.returncode} before it answered"
            raise RuntimeError(message)
        try:
            httpx.get(f"{address}/", timeout=2)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    message = f"the server did not answer within {_START_SECONDS} s"
    raise RuntimeError(message)
