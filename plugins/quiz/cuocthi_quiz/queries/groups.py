"""What is known of groups of questions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi_quiz.models import Group, Question, Revision
from cuocthi_quiz.queries.issues import drawable
from cuocthi_quiz.queries.review import newest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.context import Context


def _last(campaign_id: int) -> sa.ColumnElement[bool]:
    """Return the condition that a wording of a group is its newest."""
    later = sa.orm.aliased(Group)
    return sa.and_(
        Group.campaign_id == campaign_id,
        ~sa.exists().where(later.campaign_id == Group.campaign_id, later.key == Group.key, later.number > Group.number),
    )


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group in a list, by its newest wording; ``drawable`` questions of its ``size`` may stand on papers."""

    key: str
    text: str
    size: int
    drawable: int


def groups(ctx: Context, *, campaign_id: int) -> list[GroupRow]:
    """Return a campaign's groups by key; dissolved ones are left out (one statement)."""
    named = sa.exists().where(Revision.group_id == Group.id, newest())
    counted = (
        sa.select(sa.func.count())
        .where(Revision.group_id == Group.id, drawable(campaign_id))
        .correlate(Group)
        .scalar_subquery()
    )
    rows = ctx.session.execute(
        sa.select(Group.key, Group.text, Group.size, counted).where(_last(campaign_id), named).order_by(Group.key)
    )
    return [GroupRow(*row) for row in rows]


def group_of(ctx: Context, *, campaign_id: int, key: str) -> Group | None:
    """Return the newest wording of a group, or None."""
    return ctx.session.scalar(sa.select(Group).where(_last(campaign_id), Group.key == key))


def members(ctx: Context, *, group_id: int) -> Sequence[Question]:
    """Return the questions whose newest wording names a wording of a group, in their order."""
    return ctx.session.scalars(
        sa.select(Question)
        .join(Revision, Revision.question_id == Question.id)
        .where(Revision.group_id == group_id, newest())
        .order_by(Revision.group_place)
    ).all()


def named(ctx: Context, *, campaign_id: int, keys: Sequence[str]) -> dict[str, tuple[Question, Revision]]:
    """Return questions of a campaign by key with their newest wordings (one statement)."""
    rows = ctx.session.execute(
        sa.select(Question, Revision)
        .join(Revision, Revision.question_id == Question.id)
        .where(Question.campaign_id == campaign_id, Question.key.in_(keys), newest())
        .options(sa.orm.joinedload(Revision.topic))
    )
    return {row[0].key: (row[0], row[1]) for row in rows}
