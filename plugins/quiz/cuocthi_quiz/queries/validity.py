"""Until when questions hold, and as of when they are known to be true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.standings.confirmations import NEEDED
from cuocthi.users.models import User
from cuocthi_quiz.models import Ending, Question, Revision, RevisionState, StillTrue, Topic

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from cuocthi.context import Context


def ended(on: date) -> sa.ColumnElement[bool]:
    """Return the condition that what a revision rests on is not in force any more on a day.

    A wording that was written after the end was known rests on what came after it.
    """
    end = sa.orm.aliased(Ending)
    return sa.exists().where(
        end.question_id == Revision.question_id, end.valid_until < on, Revision.created_at <= end.known_at
    )


def _outdated(since: date) -> sa.ColumnElement[bool]:
    """Return the condition that a revision is not known to be true as of a day since then: not by two persons."""
    persons = (
        sa.select(sa.func.count(sa.distinct(sa.func.coalesce(User.merged_into_id, User.id))))
        .select_from(StillTrue)
        .join(User, User.id == StillTrue.user_id)
        .where(StillTrue.revision_id == Revision.id, StillTrue.true_as_of >= since)
        .scalar_subquery()
    )
    return sa.and_(Revision.true_as_of < since, persons < NEEDED)


@dataclass(frozen=True, slots=True)
class Affected:
    """An approved question that has to be looked at before it is asked again.

    ``true_as_of`` is what its wording says, ``valid_until`` the end of validity if it has come, ``said_by`` the names
    of those who have said that it is still true, recently enough.
    """

    question_id: int
    revision_id: int
    key: str
    text: str
    topic: str
    source: str
    true_as_of: date
    valid_until: date | None
    replaced_by: str
    said_by: tuple[str, ...]
    said_by_reader: bool


def _affected(campaign_id: int, since: date, until: date) -> list[sa.ColumnElement[bool]]:
    return [
        Question.campaign_id == campaign_id,
        Revision.state == RevisionState.APPROVED,
        sa.or_(ended(until), _outdated(since)),
    ]


def affected(ctx: Context, *, campaign_id: int, since: date, until: date) -> list[Affected]:
    """Return approved questions that are not known to be true ``since`` a day or do not hold ``until`` another.

    In the order of sources, so that those that rest on one document stand together (two statements).
    """
    gone = sa.case((ended(until), Ending.valid_until))
    rows = ctx.session.execute(
        sa.select(
            Question.id,
            Revision.id,
            Question.key,
            Revision.text,
            Topic.title,
            Revision.source,
            Revision.true_as_of,
            gone,
            sa.func.coalesce(Ending.replaced_by, ""),
        )
        .join(Revision, Revision.question_id == Question.id)
        .join(Topic, Topic.id == Revision.topic_id)
        .outerjoin(Ending, Ending.question_id == Question.id)
        .where(*_affected(campaign_id, since, until))
    ).all()
    said = _said(ctx, campaign_id=campaign_id, since=since)
    found = []
    for row in sorted(rows, key=lambda row: (row[5], row[2])):
        persons = said.get(row[1], [])
        names = tuple(name for _, name in persons)
        found.append(Affected(*[*row, names, any(user_id == ctx.actor.user_id for user_id, _ in persons)]))
    return found


def count_affected(ctx: Context, *, campaign_id: int, since: date, until: date) -> int:
    """Return how many questions :func:`affected` has."""
    counted = sa.select(sa.func.count()).select_from(Question).join(Revision, Revision.question_id == Question.id)
    return ctx.session.scalar(counted.where(*_affected(campaign_id, since, until))) or 0


def _said(ctx: Context, *, campaign_id: int, since: date) -> dict[int, list[tuple[int, str]]]:
    """Return by revision who has said that it is true as of a day since then."""
    rows = ctx.session.execute(
        sa.select(StillTrue.revision_id, sa.func.coalesce(User.merged_into_id, User.id), User.name)
        .join(User, User.id == StillTrue.user_id)
        .join(Revision, Revision.id == StillTrue.revision_id)
        .join(Question, Question.id == Revision.question_id)
        .where(Question.campaign_id == campaign_id, StillTrue.true_as_of >= since)
        .order_by(StillTrue.said_at, StillTrue.user_id)
    )
    found: dict[int, list[tuple[int, str]]] = {}
    for revision_id, user_id, name in rows:
        found.setdefault(revision_id, []).append((user_id, name))
    return found


def true_since(ctx: Context, *, campaign_id: int) -> dict[int, date]:
    """Return by revision the day as of which two persons have said that it is still true (one statement)."""
    person = sa.func.coalesce(User.merged_into_id, User.id)
    rows = ctx.session.execute(
        sa.select(StillTrue.revision_id, sa.func.max(StillTrue.true_as_of))
        .join(User, User.id == StillTrue.user_id)
        .join(Revision, Revision.id == StillTrue.revision_id)
        .join(Question, Question.id == Revision.question_id)
        .where(Question.campaign_id == campaign_id)
        .group_by(StillTrue.revision_id, person)
    )
    days: dict[int, list[date]] = {}
    for revision_id, day in rows:
        days.setdefault(revision_id, []).append(day)
    return {key: sorted(found)[-NEEDED] for key, found in days.items() if len(found) >= NEEDED}


def endings(ctx: Context, *, campaign_id: int) -> dict[int, Ending]:
    """Return by question the ends of validity that are known in a campaign (one statement)."""
    found = ctx.session.scalars(
        sa.select(Ending).join(Question, Question.id == Ending.question_id).where(Question.campaign_id == campaign_id)
    )
    return {ending.question_id: ending for ending in found}


@dataclass(frozen=True, slots=True)
class Source:
    """A document on which approved questions of a campaign rest, and how many of them do."""

    text: str
    questions: int


def sources(ctx: Context, *, campaign_id: int) -> Sequence[Source]:
    """Return the sources of approved questions as they are written, those of most questions first."""
    number = sa.func.count()
    rows = ctx.session.execute(
        sa.select(Revision.source, number)
        .join(Question, Question.id == Revision.question_id)
        .where(Question.campaign_id == campaign_id, Revision.state == RevisionState.APPROVED)
        .group_by(Revision.source)
        .order_by(number.desc(), Revision.source)
    )
    return [Source(*row) for row in rows]
