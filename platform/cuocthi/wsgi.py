"""What the web server loads: the application, with the job loop beside it where the database has one writer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.app import create_app, registry_of
from cuocthi.memory import give_back_regularly, leave_alone, share_one_heap

if TYPE_CHECKING:
    from flask import Flask


def application() -> Flask:
    """Return the installation's application; called once in each web process."""
    share_one_heap()
    give_back_regularly()
    app = create_app()
    if registry_of(app).config.runs_jobs_in_web_process:
        from cuocthi.jobs.runner import start_embedded  # noqa: PLC0415 - elsewhere a worker of its own loads huey

        start_embedded(app)
    leave_alone()
    return app
