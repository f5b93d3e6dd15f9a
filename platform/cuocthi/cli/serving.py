"""Commands that serve: the web server and the worker."""

from __future__ import annotations

import ipaddress
import os
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING

import click
import structlog
from flask import current_app
from flask.cli import with_appcontext
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

from cuocthi.app import create_app
from cuocthi.cli.context import parts
from cuocthi.cli.demo import load_demo
from cuocthi.cli.keeping import Patience, kept
from cuocthi.config import DEFAULT_ADDRESS
from cuocthi.extensions import db
from cuocthi.jobs.runner import run_worker
from cuocthi.memory import give_back_regularly, leave_alone
from cuocthi.migrations import runner

if TYPE_CHECKING:
    from cuocthi.config import Config

#: Threads of a web process that run Python: answers wait for the database most of the time.
THREADS = 8
#: Connections that wait to be accepted, and requests taken at a time; more wait in the backlog instead of hanging.
BACKLOG, BACKPRESSURE = 4096, 512

log = structlog.get_logger(__name__)


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
    # With the embedded database the web process does the background work as well.
    with nullcontext() if config.is_embedded else kept(_work_anew, "worker"):
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
    """Serve until somebody stops it. A web process that dies is started again; if one does not stay, all are."""
    patience = Patience()
    while True:
        server = _server(config, host, port, workers)
        patience.start()
        # A server one of whose processes died for good leaves by SystemExit.
        with suppress(SystemExit):
            server.serve()
        if not server.interrupt_signal:
            pause = patience.ended()
            if patience.is_spent:
                raise click.ClickException("the web processes end again and again; see the log for why")
            log.error("web_processes_ended", again_in_seconds=pause)
            server.main_loop_interrupt.clear()
            server.main_loop_interrupt.wait(pause)
        if server.interrupt_signal:
            return


def _server(config: Config, host: str, port: int, workers: int) -> MPServer:
    return MPServer(
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
        respawn_failed_workers=True,
        log_level=LogLevels.error,
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
