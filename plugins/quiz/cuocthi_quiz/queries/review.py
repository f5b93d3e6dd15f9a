"""What the review of questions answers: remarks, approvals, and how far each question has come."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.standings.models import Confirmation
from cuocthi.users.models import User
from cuocthi_quiz.models import Question, Remark, RemarkKind, Revision, RevisionState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cuocthi.context import Context

#: The subject under which revisions are approved, one confirmation a person.
APPROVAL = "quiz:revision"


class Stage(StrEnum):
    """How far the newest wording of a question has come."""

    DRAFT = "draft"
    COMMENTED = "commented"
    SENT_BACK = "sent_back"
    ONE_APPROVAL = "one_approval"
    IN_BANK = "in_bank"
    FORMER = "former"


def newest() -> sa.ColumnElement[bool]:
    """Return the condition that a revision is the newest of its question."""
    later = sa.orm.aliased(Revision)
    return ~sa.exists().where(later.question_id == Revision.question_id, later.number > Revision.number)


def stage() -> sa.ColumnElement[str]:
    """Return the stage of a revision, to be selected with it; what still hinders it goes before what it has got."""
    has_approval = sa.exists().where(Confirmation.subject == APPROVAL, Confirmation.subject_id == Revision.id)
    return sa.case(
        (Revision.state == RevisionState.APPROVED, Stage.IN_BANK),
        (Revision.state == RevisionState.FORMER, Stage.FORMER),
        (_open_remarks(RemarkKind.SENT_BACK).exists(), Stage.SENT_BACK),
        (_open_remarks().exists(), Stage.COMMENTED),
        (has_approval, Stage.ONE_APPROVAL),
        else_=Stage.DRAFT,
    )


def open_count() -> sa.ScalarSelect[int]:
    """Return how many remarks on a revision's question are open, to be selected with it."""
    return _open_remarks().with_only_columns(sa.func.count()).scalar_subquery()


def _open_remarks(kind: RemarkKind | None = None) -> sa.Select[int]:
    said_of = sa.orm.aliased(Revision)
    return (
        sa.select(Remark.id)
        .join(said_of, said_of.id == Remark.revision_id)
        .where(said_of.question_id == Revision.question_id, Remark.resolved_at.is_(None))
        .where(*[Remark.kind == kind] * (kind is not None))
        .correlate(Revision)
    )


def stages_in(ctx: Context, *, campaign_ids: Sequence[int]) -> dict[tuple[int, Stage], int]:
    """Return by campaign and stage how many questions are there (one statement)."""
    stages = (
        sa.select(Question.campaign_id, stage().label("stage"))
        .join(Revision, Revision.question_id == Question.id)
        .where(Question.campaign_id.in_(campaign_ids), newest())
        .subquery()
    )
    rows = ctx.session.execute(
        sa.select(stages.c.campaign_id, stages.c.stage, sa.func.count()).group_by(stages.c.campaign_id, stages.c.stage)
    )
    return {(row[0], Stage(row[1])): row[2] for row in rows}


@dataclass(frozen=True, slots=True)
class Approval:
    """Somebody's approval of a revision; ``user_id`` is the account that the person has now."""

    revision_id: int
    user_id: int
    name: str
    at: datetime


def approvals(ctx: Context, *, question_id: int) -> list[Approval]:
    """Return who approved the revisions of a question, the first first (one statement)."""
    rows = ctx.session.execute(
        sa.select(
            Confirmation.subject_id,
            sa.func.coalesce(User.merged_into_id, User.id),
            User.name,
            Confirmation.confirmed_at,
        )
        .join(User, User.id == Confirmation.user_id)
        .join(Revision, Revision.id == Confirmation.subject_id)
        .where(Confirmation.subject == APPROVAL, Revision.question_id == question_id)
        .order_by(Confirmation.confirmed_at, Confirmation.id)
    )
    return [Approval(*row) for row in rows]


def digests(ctx: Context, *, revision_id: int) -> set[str]:
    """Return what a revision was when it was approved, by digest (one statement)."""
    given = (Confirmation.subject == APPROVAL, Confirmation.subject_id == revision_id)
    return set(ctx.session.scalars(sa.select(Confirmation.digest).where(*given)))


@dataclass(frozen=True, slots=True)
class RemarkRow:
    """A remark with the number of the wording it is about, and the names of those concerned."""

    remark: Remark
    number: int
    author: str
    recorder: str
    resolver: str | None


def said() -> sa.Select[Remark, int, str, str, str]:
    """Return what selects remarks as rows of :class:`RemarkRow`, in the order in which they were said."""
    author, recorder, resolver = (sa.orm.aliased(User) for _ in range(3))
    return (
        sa.select(Remark, Revision.number, author.name, recorder.name, resolver.name)
        .join(Revision, Revision.id == Remark.revision_id)
        .join(author, author.id == Remark.author_id)
        .join(recorder, recorder.id == Remark.recorded_by)
        .outerjoin(resolver, resolver.id == Remark.resolved_by)
        .order_by(Remark.said_at, Remark.id)
    )


def remarks(ctx: Context, *, question_id: int) -> list[RemarkRow]:
    """Return what was said of a question, in the order in which it was said (one statement)."""
    return [RemarkRow(*row) for row in ctx.session.execute(said().where(Revision.question_id == question_id))]


def remark_of(ctx: Context, *, campaign_id: int, remark_id: int) -> tuple[Remark, Revision] | None:
    """Return a remark on a question of this campaign with the revision it is about, or None."""
    row = ctx.session.execute(
        sa.select(Remark, Revision)
        .join(Revision, Revision.id == Remark.revision_id)
        .join(Question, Question.id == Revision.question_id)
        .where(Remark.id == remark_id, Question.campaign_id == campaign_id)
    ).one_or_none()
    return None if row is None else (row[0], row[1])
