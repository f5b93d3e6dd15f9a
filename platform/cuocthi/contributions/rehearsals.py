"""How a plugin takes part in a rehearsal: synthetic people, their browser, their entries, the steps afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from cuocthi.context import Context
    from cuocthi.text import Text


@dataclass(frozen=True, slots=True)
class Participant:
    """A synthetic participant of a rehearsal: an enrolment with a plausible nature.

    ``skill`` and ``speed`` are in 0..1; ``starts_at`` is when this person opens the round; ``seed`` makes every
    choice of this person reproducible whatever the order in which people are simulated.
    """

    enrolment_id: int
    user_id: int
    skill: float
    speed: float
    starts_at: datetime
    seed: str


@dataclass(frozen=True, slots=True)
class Browser:
    """A signed-in participant's HTTP client in a rehearsal through the real web interface.

    ``get(path)`` and ``post(path, fields)`` follow redirects and return (status, body); ``post`` adds the CSRF token.
    """

    get: Callable[[str], tuple[int, str]]
    post: Callable[[str, Mapping[str, str | list[str]]], tuple[int, str]]


@dataclass(frozen=True, slots=True)
class RehearsedEntry:
    """How a format lets a synthetic participant take part in one of its rounds.

    ``take(ctx_at, participant, round_id)`` uses the domain functions: ``ctx_at(moment)`` gives a context at a
    moment and commits the previous one. ``browse(browser, participant, campaign_slug, round_id)`` does the same
    through the pages. Both return the number of answers that the system acknowledged.
    """

    source: str
    take: Callable[[Callable[[datetime], Context], Participant, int], int]
    browse: Callable[[Browser, Participant, str, int], int]


@dataclass(frozen=True, slots=True)
class RehearsalStep:
    """What a plugin does in a rehearsal after the ranking was adopted (allocate prizes, publish), in order.

    ``run(ctx, campaign_id, staff_ids)`` returns lines to report; ``staff_ids`` are two different committee members.
    """

    key: str
    title: Text
    run: Callable[[Context, int, tuple[int, int]], Sequence[tuple[str, str]]]
    order: int = 50
