"""The private PostgreSQL cluster: it gives databases, keeps to itself, and leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy.pool import NullPool

from cuocthi.testing import postgres
from cuocthi.testing.plugin import missing
from cuocthi.testing.postgres import Cluster, PostgresUnavailable, private_cluster, shared_cluster

pytestmark = pytest.mark.postgres

KEEPER = [sys.executable, "-m", "cuocthi.testing.postgres"]
PATIENCE_SECONDS = 20


@pytest.fixture(scope="module")
def binaries() -> Path:
    return postgres.find_binaries() or missing("PostgreSQL", postgres.NOT_FOUND)


@pytest.fixture(scope="module")
def cluster(binaries: Path) -> Iterator[Cluster]:
    with private_cluster() as cluster:
        yield cluster


def execute(url: str, statement: str) -> None:
    with sqlalchemy.create_engine(url, poolclass=NullPool).begin() as connection:
        connection.exec_driver_sql(statement)


def scalar(url: str, query: str) -> object:
    with sqlalchemy.create_engine(url, poolclass=NullPool).connect() as connection:
        return connection.exec_driver_sql(query).scalar_one()


def folder_of(url: str) -> Path:
    host = sqlalchemy.make_url(url.strip()).query["host"]
    assert isinstance(host, str)
    return Path(host)


def wait_until_gone(folder: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not folder.exists()


def test_a_copy_of_a_template_has_its_rows_and_changes_alone(cluster: Cluster) -> None:
    original = cluster.create_database("original")
    execute(original, "CREATE TABLE word (text text)")
    execute(original, "INSERT INTO word VALUES ('đơn vị')")
    copy = cluster.create_database("copy", template="original")
    assert copy == cluster.url("copy")
    assert scalar(copy, "SELECT text FROM word") == "đơn vị"

    execute(copy, "DELETE FROM word")
    assert scalar(original, "SELECT count(*) FROM word") == 1


def test_a_database_is_dropped_under_its_users(cluster: Cluster) -> None:
    url = cluster.create_database("short_lived")
    with sqlalchemy.create_engine(url, poolclass=NullPool).connect() as connection:
        connection.exec_driver_sql("SELECT 1")
        cluster.drop_database("short_lived")
        with pytest.raises(sqlalchemy.exc.OperationalError):
            connection.exec_driver_sql("SELECT 1")
    cluster.drop_database("short_lived")
    with pytest.raises(sqlalchemy.exc.OperationalError):
        scalar(url, "SELECT 1")


def test_it_is_reached_by_its_socket_only_and_sorts_by_code_point(cluster: Cluster) -> None:
    assert scalar(cluster.maintenance_url, "SHOW listen_addresses") == ""
    assert folder_of(cluster.maintenance_url).stat().st_mode & 0o077 == 0
    assert scalar(cluster.maintenance_url, "SHOW server_encoding") == "UTF8"
    assert scalar(cluster.maintenance_url, "SELECT 'a' < 'B'") is False


@pytest.mark.usefixtures("binaries")
def test_a_durable_cluster_keeps_what_it_commits() -> None:
    with private_cluster(durable=True) as cluster:
        settings = [scalar(cluster.maintenance_url, f"SHOW {name}") for name in postgres.VOLATILE]
    assert settings == ["on"] * len(settings)


@pytest.mark.usefixtures("binaries")
def test_nothing_is_left_when_the_tests_are_killed() -> None:
    code = """if True:
        import time
        from cuocthi.testing.postgres import private_cluster
        with private_cluster() as cluster:
            print(cluster.maintenance_url, flush=True)
            time.sleep(600)
    """
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as tests:
        assert tests.stdout
        folder = folder_of(tests.stdout.readline())
        assert (folder / "data").is_dir()
        tests.send_signal(signal.SIGKILL)
    wait_until_gone(folder)


@pytest.mark.usefixtures("binaries")
@pytest.mark.parametrize("end", [None, signal.SIGINT, signal.SIGTERM])
def test_the_command_keeps_a_cluster_until_it_is_told_to_stop(end: signal.Signals | None) -> None:
    with subprocess.Popen(KEEPER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as keeper:
        assert keeper.stdout
        url = keeper.stdout.readline().strip()
        assert scalar(url, "SELECT 1") == 1
        if end:
            keeper.send_signal(end)
            assert keeper.wait(PATIENCE_SECONDS) == 0
        else:
            keeper.communicate(timeout=PATIENCE_SECONDS)
            assert keeper.returncode == 0
    assert not folder_of(url).exists()


@pytest.mark.usefixtures("binaries")
def test_a_run_shares_one_cluster_with_the_processes_it_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(postgres.VARIABLE, raising=False)
    code = "from cuocthi.testing.postgres import shared_cluster\nwith shared_cluster() as c: print(c.maintenance_url)"
    with shared_cluster() as cluster:
        output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        assert output.strip() == cluster.maintenance_url
        assert scalar(cluster.maintenance_url, "SELECT 1") == 1
    assert postgres.VARIABLE not in os.environ


def test_a_machine_without_postgresql_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(postgres, "_candidates", lambda: iter([Path("nowhere")]))
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    assert postgres.find_binaries() is None
    assert postgres.main([]) == 1
    assert "apt-get install postgresql" in capsys.readouterr().err


def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    binaries = tmp_path / "bin"
    binaries.mkdir()
    initdb = binaries / "initdb"
    initdb.write_text("#!/bin/sh\necho the disk is full\nexit 1\n")
    initdb.chmod(0o755)
    folder = tmp_path / "cluster"
    folder.mkdir()
    server = postgres._Server(binaries, postgres._Account(), folder, durable=False)
    with pytest.raises(PostgresUnavailable, match="the disk is full"), server.running():
        pass
    assert not folder.exists()


def test_root_hands_the_server_to_somebody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    ids = postgres._Account.choose().ids
    assert ids is not None
    assert ids[0] != 0


def test_others_run_it_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert postgres._Account.choose() == postgres._Account()
