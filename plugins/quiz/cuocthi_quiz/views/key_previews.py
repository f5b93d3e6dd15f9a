"""What a proposed key would change, as it was worked out, with the names of whom it concerns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.jobs.models import Job, JobState
from cuocthi.text import unpack
from cuocthi.timelines.queries import rounds
from cuocthi_quiz.domain.looking_ahead import job_key, still_holds
from cuocthi_quiz.queries import wrong_keys as queries
from cuocthi_quiz.settings import OWNER

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.text import Text
    from cuocthi_quiz.models import KeyChange


#: Who may see whose papers a key concerns; the numbers are for all who read questions.
PAPERS = "quiz:attempt:view"


@dataclass(frozen=True, slots=True)
class Moved:
    """Somebody whose place would be another one."""

    person: Enrolment
    before: int | None
    after: int


@dataclass(frozen=True, slots=True)
class Follows:
    """What would follow for somebody, or for nobody singly."""

    person: Enrolment | None
    note: Text


@dataclass(frozen=True, slots=True)
class RoundAhead:
    """A round's ranking as it would be; ``told`` holds the numbers (``cuocthi.standings.previews.RoundPreview``).

    ``hidden`` tells that something follows which this reader may not see.
    """

    title: str
    told: Mapping[str, Any]
    moves: Sequence[Moved]
    impacts: Sequence[Follows]
    hidden: bool


@dataclass(frozen=True, slots=True)
class Ahead:
    """Whether it is known what a key changes, whether that still holds, or whether the work for it failed."""

    rounds: Sequence[RoundAhead]
    known: bool
    holds: bool
    failed: bool


def ahead(ctx: Context, *, campaign: Campaign, change: KeyChange, held: Collection[str]) -> Ahead:
    """Return what was worked out, as far as a reader who ``held`` these permissions may see it."""
    told = change.preview.get("rounds", [])
    people = queries.named(ctx, enrolment_ids=_concerned(told))
    titles = {round_.id: round_.title for round_ in rounds(ctx, campaign_id=campaign.id, source=OWNER)}
    return Ahead(
        [_round(one, titles[one["round_id"]], people, held) for one in told],
        known=bool(change.preview_digest),
        holds=not change.waits or still_holds(ctx, campaign=campaign, change=change),
        failed=change.waits and _last_job(ctx, change) is JobState.FAILED,
    )


def _concerned(told: Sequence[Mapping[str, Any]]) -> set[int]:
    moved = {one["enrolment_id"] for round_ in told for one in round_["moves"]}
    return moved | {one["enrolment_id"] for round_ in told for one in round_["impacts"] if one["enrolment_id"]}


def _round(told: Mapping[str, Any], title: str, people: Mapping[int, Enrolment], held: Collection[str]) -> RoundAhead:
    seen = [
        one
        for one in told["impacts"]
        if (not one["permission"] or one["permission"] in held) and (not one["enrolment_id"] or PAPERS in held)
    ]
    moves = told["moves"] if PAPERS in held else []
    return RoundAhead(
        title,
        told,
        [Moved(people[one["enrolment_id"]], one["before"], one["after"]) for one in moves],
        [Follows(people.get(one["enrolment_id"]), unpack(one["note"])) for one in seen],
        hidden=len(seen) < len(told["impacts"]),
    )


def _last_job(ctx: Context, change: KeyChange) -> JobState | None:
    asked = sa.select(Job.state).where(Job.key == job_key(change)).order_by(Job.id.desc()).limit(1)
    return ctx.session.scalar(asked)
