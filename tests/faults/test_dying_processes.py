"""A process of the site dies by itself, as one does that the machine has no memory for: another takes its place."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from .conftest import Installation, until

if TYPE_CHECKING:
    import subprocess

pytestmark = [pytest.mark.faults, pytest.mark.slow]

NEWEST = "SELECT coalesce(max(finished_at), 0) FROM core_job WHERE state = 'done'"


def children(process: subprocess.Popen[bytes]) -> list[int]:
    """The processes that a server has started, and that are alive."""
    found = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split()
    return [int(pid) for pid in found if "(zombie)" not in Path(f"/proc/{pid}/status").read_text(encoding="ascii")]


def answers(installation: Installation) -> bool:
    """Whether the site answers now."""
    try:
        return not httpx.get(f"{installation.address}/", timeout=10).is_error
    except httpx.TransportError:
        return False


def works(installation: Installation) -> None:
    """Wait until the site answers and background work goes on."""
    until(lambda: answers(installation))
    before = installation.number(NEWEST)
    until(lambda: installation.number(NEWEST) > before)


def test_whichever_process_dies_is_started_again(installation: Installation) -> None:
    installation.move_clock(installation.middle)
    installation.serve()
    (server,) = installation.processes
    works(installation)
    for pid in children(server):
        os.kill(pid, signal.SIGKILL)
        works(installation)
    # Those that took their places die at once, which a server alone takes for a reason to give up.
    for pid in children(server):
        os.kill(pid, signal.SIGKILL)
    works(installation)
    assert server.poll() is None
    server.terminate()
    assert server.wait(60) == 0
