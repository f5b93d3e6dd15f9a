"""Commands that serve: the web server and the worker."""

from __future__ import annotations

import ipaddress
import multiprocessing
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from flask import current_app
from flask.cli import with_appcontext
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from cuocthi.app import create_app
from cuocthi.cli.context import parts
from cuocthi.cli.demo import load_demo
from cuocthi.config import DEFAULT_ADDRESS
from cuocthi.extensions import db
from cuocthi.jobs.runner import run_worker
from cuocthi.memory import give_back_regularly, leave_alone
from cuocthi.migrations import runner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cuocthi.config import Config

#: Threads of a web process that run Python: answers wait for the database most of the time.
THREADS = 8
#: Connections that wait to be accepted, and requests taken at a time; more wait in the backlog instead of hanging.
BACKLOG, BACKPRESSURE = 4096, 512


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option("--workers", default=1, show_default=True, help="Web processes (always one with the embedded database).")
@click.option("--demo", "with_demo", is_flag=True, help="Load the demonstration campaign if the database is empty.")
@with_appcontext
def run(host: str, port: int, workers: int, *, with_demo: bool) -> None:
    """Migrate the database and serve the pages, with the background work in the same process tree, until Ctrl-C."""
    config = parts().config
    if (with_demo or config.demo) and not _is_loopback(host):
        raise click.BadParameter("demonstration accounts are refused outside loopback", param_hint="--host")
    runner.upgrade(db.engine, parts().migrations)
    address = f"http://{host}:{port}"
    if config.public_url == DEFAULT_ADDRESS:
        # Who has not configured a public address reaches the pages where they are served.
        os.environ["CUOCTHI_PUBLIC_URL"] = address
    if with_demo:
        _announce(address)
        os.environ["CUOCTHI_DEMO"] = "1"
    db.engine.dispose()
    leave_alone()
    with _worker(config):
        _serve(config, host, port, workers)


@click.command()
@with_appcontext
def worker() -> None:
    """Do background work until SIGTERM or Ctrl-C (for installations on PostgreSQL)."""
    _work()


def _work() -> None:
    give_back_regularly()
    run_worker(current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's own way


def _work_anew() -> None:
    """Work in a process of its own, by the settings that hold for it: the address is known only by now."""
    give_back_regularly()
    run_worker(create_app())


def _announce(address: str) -> None:
    for line in load_demo(address):
        click.echo(line)


def _serve(config: Config, host: str, port: int, workers: int) -> None:
    Granian(
        "cuocthi.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=1 if config.is_embedded else workers,
        blocking_threads=THREADS,
        backlog=BACKLOG,
        backpressure=BACKPRESSURE,
        websockets=False,
        log_level=LogLevels.error,
    ).serve()


@contextmanager
def _worker(config: Config) -> Iterator[None]:
    if config.is_embedded:
        yield
        return
    process = multiprocessing.get_context("fork").Process(target=_work_anew, name="worker")
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
