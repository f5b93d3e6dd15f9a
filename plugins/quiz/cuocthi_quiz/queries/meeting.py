"""What a review meeting talks about, and who may sit in it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.committees.queries import committees_with_members
from cuocthi.contributions import Role
from cuocthi_quiz.models import Question, Remark, RemarkKind, Revision, Topic
from cuocthi_quiz.queries.review import RemarkRow, newest, said, stage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cuocthi.context import Context

#: Committees whose members review questions.
REVIEWING = frozenset({Role.ORGANISING, Role.JURY, Role.SUPPORT})


@dataclass(frozen=True, slots=True)
class Listed:
    """A question with its newest wording."""

    key: str
    revision: Revision
    topic: str


def listed(ctx: Context, *, campaign_id: int, narrowed: Mapping[str, str] | None = None) -> list[Listed]:
    """Return questions with their newest wordings, in the order of the bank (one statement).

    ``narrowed`` may name topic, difficulty, type and state, which is a stage of the review.
    """
    columns = {"topic": Topic.key, "difficulty": Revision.difficulty, "type": Revision.type, "state": stage()}
    rows = ctx.session.execute(
        sa.select(Question.key, Revision, Topic.title)
        .join(Revision, Revision.question_id == Question.id)
        .join(Topic, Topic.id == Revision.topic_id)
        .where(Question.campaign_id == campaign_id, newest())
        .where(*[columns[name] == value for name, value in (narrowed or {}).items() if value])
        .order_by(Question.position, Question.id)
        .options(sa.orm.joinedload(Revision.question), sa.orm.joinedload(Revision.group))
    )
    return [Listed(*row) for row in rows]


def open_remarks(ctx: Context, *, campaign_id: int) -> dict[str, list[RemarkRow]]:
    """Return what was said of a campaign's questions and is not seen to, by the question's key (one statement)."""
    rows = said().where(Question.campaign_id == campaign_id, Remark.resolved_at.is_(None)).add_columns(Question.key)
    found: defaultdict[str, list[RemarkRow]] = defaultdict(list)
    for *row, key in ctx.session.execute(rows.join(Question, Question.id == Revision.question_id)):
        found[key].append(RemarkRow(*row))
    return dict(found)


def members(ctx: Context, *, campaign_id: int) -> list[tuple[int, str]]:
    """Return who sits now on a committee that reviews questions, each person once."""
    found = {
        seat.user_id: seat.user.name
        for committee in committees_with_members(ctx, campaign_id=campaign_id)
        if committee.role in REVIEWING
        for seat in committee.memberships
        if seat.ended_at is None
    }
    return list(found.items())


def sent_back(ctx: Context, *, campaign_id: int) -> set[int]:
    """Return the revisions of a campaign that have been sent back and not been taken up again (one statement)."""
    rows = (
        sa.select(Remark.revision_id)
        .join(Revision, Revision.id == Remark.revision_id)
        .join(Question, Question.id == Revision.question_id)
        .where(Question.campaign_id == campaign_id, Remark.kind == RemarkKind.SENT_BACK, Remark.resolved_at.is_(None))
    )
    return set(ctx.session.scalars(rows))


def is_said(ctx: Context, *, revision_id: int, author_id: int, text: str) -> bool:
    """Tell whether somebody has said the very same of a revision, seen to or not."""
    same = sa.select(Remark.id).where(
        Remark.revision_id == revision_id, Remark.author_id == author_id, Remark.text == text
    )
    return ctx.session.scalar(same.limit(1)) is not None
