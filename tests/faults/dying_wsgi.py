"""The installation's application, which kills its process around the commit that the instance's file ``fault`` names.

The file holds "before" or "after" and words that an SQL statement holds; it is gone when the process is.
"""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from sqlalchemy import Engine, event
from sqlalchemy.pool import Pool

from cuocthi.app import create_app, registry_of

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from sqlalchemy import Connection


class Fault:
    """Waits for its statement, and then for the commit.

    Where a statement commits itself, what comes before its commit is what comes before the statement.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._moment = ""

    def see(self, connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if self._file.exists():
            moment, _, words = self._file.read_text().partition(" ")
            if words in statement:
                self._moment = moment
                if getattr(connection.connection.dbapi_connection, "autocommit", False) is True:
                    self.strike("before")

    def strike(self, moment: str) -> None:
        if self._moment == moment:
            self._file.unlink()
            os.kill(os.getpid(), signal.SIGKILL)


def application() -> Flask:
    app = create_app()
    fault = Fault(registry_of(app).config.instance / "fault")
    # Of every engine: what is saved at once has connections of its own.
    event.listen(Engine, "before_cursor_execute", fault.see)
    event.listen(Engine, "commit", lambda _connection: fault.strike("before"))
    # A connection that is given back has committed what it had to; nothing has been answered yet.
    event.listen(Pool, "checkin", lambda _connection, _record: fault.strike("after"))
    return app
