"""What every domain function is given: where to write, whom to ask, when it is, and who acts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from cuocthi.plugins.manager import Hooks


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a signed-in user, or the system itself (``user_id`` is None), and from which network address."""

    user_id: int | None = None
    address: str = ""


SYSTEM = Actor()


@dataclass(frozen=True, slots=True)
class Context:
    """The surroundings of one unit of work.

    ``now`` was read once from the clock and is bound in every statement that decides on time. Domain functions
    flush; whoever made the context commits once.
    """

    session: Session
    hooks: Hooks
    now: datetime
    actor: Actor = SYSTEM
