"""Two plugins that listen to the timeline and may die while they do, and a worker with them.

What a plugin does on an edge is written into the audit log, in the transaction of its ledger row. While the instance's
file ``fault`` holds a plugin's name, that plugin writes, removes the file and kills its process before anything is
committed.
"""

from __future__ import annotations

import os
import signal
from types import ModuleType
from typing import TYPE_CHECKING

from cuocthi.app import create_app
from cuocthi.audit.domain import record
from cuocthi.config import load
from cuocthi.contributions import Edge
from cuocthi.jobs.runner import run_worker
from cuocthi.testing.plugins import make_plugin
from cuocthi.text import T

if TYPE_CHECKING:
    from pathlib import Path

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase

NAMES = ("first", "second")


def listener(name: str, fault: Path | None = None) -> ModuleType:
    """Return a plugin that writes down what it hears."""

    def phase_changed(ctx: Context, campaign: Campaign, phase: Phase, edge: Edge) -> None:
        record(
            ctx,
            action=f"{name}:phase:heard",
            summary=T("Heard"),
            campaign=campaign,
            object_kind=str(edge),
            object_id=phase.id,
        )
        if fault is not None and fault.exists() and fault.read_text() == name:
            fault.unlink()
            os.kill(os.getpid(), signal.SIGKILL)

    return make_plugin(name, phase_changed)


def work(instance: Path, database_url: str) -> None:
    """Do background work on a database until the process is killed."""
    config = load(instance, {"DATABASE_URL": database_url})
    run_worker(create_app(config, [listener(name, instance / "fault") for name in NAMES]))
