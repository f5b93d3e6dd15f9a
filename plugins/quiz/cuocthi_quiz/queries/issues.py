"""What issues of the approved set answer, and what papers may be drawn with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi_quiz.models import Issue, Issued, Question, Revision, RevisionState, Topic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.context import Context


def _in_force(campaign_id: int) -> sa.ScalarSelect[int]:
    """Return the number of the row of the newest issue in force, to be compared with; NULL if there is none."""
    found = sa.select(sa.func.max(Issue.id)).where(Issue.campaign_id == campaign_id, Issue.in_force_at.is_not(None))
    return found.scalar_subquery()


def _issued_in(issue: sa.ColumnElement[int] | sa.ScalarSelect[int]) -> sa.ColumnElement[bool]:
    return sa.exists().where(Issued.issue_id == issue, Issued.revision_id == Revision.id)


def drawable(campaign_id: int) -> sa.ColumnElement[bool]:
    """Return the condition that papers may be drawn with a revision.

    Once a set has been issued these are the revisions of the newest issue in force, whatever has been approved since,
    but for questions that have been withdrawn. Before that they are the approved ones.
    """
    issue, kept = _in_force(campaign_id), sa.orm.aliased(Revision)
    not_withdrawn = sa.exists().where(kept.question_id == Revision.question_id, kept.state == RevisionState.APPROVED)
    return sa.or_(
        sa.and_(issue.is_(None), Revision.state == RevisionState.APPROVED),
        sa.and_(_issued_in(issue), not_withdrawn),
    )


def issues(ctx: Context, *, campaign_id: int) -> Sequence[Issue]:
    """Return a campaign's issues but for those that were discarded, the newest first."""
    return ctx.session.scalars(
        sa.select(Issue)
        .where(Issue.campaign_id == campaign_id, Issue.discarded_at.is_(None))
        .order_by(Issue.number.desc())
    ).all()


def last_number(ctx: Context, *, campaign_id: int) -> int:
    """Return the highest number that was given to an issue, discarded or not; 0 before the first."""
    return ctx.session.scalar(sa.select(sa.func.max(Issue.number)).where(Issue.campaign_id == campaign_id)) or 0


def issue_of(ctx: Context, *, campaign_id: int, issue_id: int) -> Issue | None:
    """Return an issue of this campaign, or None; a discarded one is none any more."""
    return ctx.session.scalar(
        sa.select(Issue).where(Issue.id == issue_id, Issue.campaign_id == campaign_id, Issue.discarded_at.is_(None))
    )


def revisions_of(ctx: Context, *, issue_id: int) -> list[tuple[Question, Revision, str]]:
    """Return what an issue holds with the keys of topics, in the order of the questions' keys (one statement)."""
    return _listed(ctx, _issued_in(sa.literal(issue_id)))


def approved_set(ctx: Context, *, campaign_id: int) -> list[tuple[Question, Revision, str]]:
    """Return what is approved for papers that count, as :func:`revisions_of` does (one statement)."""
    counts = (Question.campaign_id == campaign_id, ~Question.for_practice)
    return _listed(ctx, *counts, Revision.state == RevisionState.APPROVED)


def _listed(ctx: Context, *wanted: sa.ColumnElement[bool]) -> list[tuple[Question, Revision, str]]:
    rows = ctx.session.execute(
        sa.select(Question, Revision, Topic.key)
        .join(Revision, Revision.question_id == Question.id)
        .join(Topic, Topic.id == Revision.topic_id)
        .where(*wanted)
        .options(sa.orm.joinedload(Revision.group), sa.orm.joinedload(Revision.division))
    )
    # Databases order letters each in their own way; the digest follows this order.
    return sorted(((row[0], row[1], row[2]) for row in rows), key=lambda row: row[0].key)


def not_issued(ctx: Context, *, campaign_id: int) -> int:
    """Return how many approved revisions are not in the issue in force; none where nothing is."""
    issue = _in_force(campaign_id)
    missing = (
        sa.select(sa.func.count())
        .select_from(Revision)
        .join(Question)
        .where(
            Question.campaign_id == campaign_id,
            Revision.state == RevisionState.APPROVED,
            ~Question.for_practice,
            issue.is_not(None),
            ~_issued_in(issue),
        )
    )
    return ctx.session.scalar(missing) or 0
