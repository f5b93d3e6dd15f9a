"""What public pages stand at: a version that moves with every change they may show.

Whatever staff change is on record, in the transaction of the change itself: the head of the audit log is the version.
What is changed without a record counts the campaign's own version up (``Campaign.renew_pages``).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session, object_session

from cuocthi.audit.models import AuditHead
from cuocthi.campaigns.models import Campaign
from cuocthi.database import reading

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

#: How long a process may rely on what it has read, in seconds: so late it learns of what another process changed.
KNOWN_FOR = 1.0

#: Marks a session that has changed what public pages show, in its ``info``.
_CHANGED = "cuocthi_public_change"

_STATE = sa.select(
    sa.select(AuditHead.hash).scalar_subquery(),
    sa.select(sa.func.sum(Campaign.version)).scalar_subquery(),
)


@dataclass(frozen=True, slots=True)
class PublicState:
    """The end of the audit log, and the sum of all campaigns' versions."""

    head: str | None
    versions: int | None


@dataclass(frozen=True, slots=True)
class _Known:
    state: PublicState
    read_at: float
    commits: int


class _Commits:
    """How many transactions of this process have changed what public pages show."""

    number = 0


class Changes:
    """What one process knows of the public state; ``tell`` is a clock that only runs forward, in seconds."""

    def __init__(self, tell: Callable[[], float] = time.monotonic) -> None:
        self._tell = tell
        self._known: _Known | None = None

    def state(self, engine: Engine) -> PublicState:
        """Return the state: at most ``KNOWN_FOR`` old, and never older than the last commit of this process."""
        known = self._known
        moment, commits = self._tell(), _Commits.number
        if known is None or known.commits != commits or moment - known.read_at >= KNOWN_FOR:
            # Threads that read at the same time may overtake one another: each notes when it asked, not when it heard.
            self._known = known = _Known(_read(engine), moment, commits)
        return known.state


def _read(engine: Engine) -> PublicState:
    with reading(), engine.connect() as connection:
        head, versions = connection.execute(_STATE).one()
    return PublicState(head, None if versions is None else int(versions))


@event.listens_for(Campaign, "before_update")
def _renew(_mapper: Any, _connection: Any, campaign: Campaign) -> None:
    """What a campaign says of itself is on its pages: whoever changes its row renews them, knowingly or not."""
    state = sa.inspect(campaign)
    changed = {
        attribute.key for attribute in state.mapper.column_attrs if state.attrs[attribute.key].history.has_changes()
    }
    if changed and "version" not in changed:
        campaign.renew_pages()


@event.listens_for(AuditHead, "after_insert")
@event.listens_for(AuditHead, "after_update")
@event.listens_for(Campaign, "after_update")
def _mark(_mapper: Any, _connection: Any, row: object) -> None:
    session = object_session(row)
    if session is not None:
        session.info[_CHANGED] = True


@event.listens_for(Session, "after_commit")
def _count(session: Session) -> None:
    if session.info.pop(_CHANGED, False):
        _Commits.number += 1
