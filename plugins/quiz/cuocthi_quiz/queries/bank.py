"""What the bank answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.campaigns.models import Division
from cuocthi.users.models import User
from cuocthi.users.names import fold
from cuocthi_quiz.models import Difficulty, Group, Question, QuestionType, Revision, RevisionState, Topic
from cuocthi_quiz.queries.issues import drawable
from cuocthi_quiz.queries.review import Stage, newest, open_count, stage
from cuocthi_quiz.queries.validity import ended

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from cuocthi.context import Context


def topics(ctx: Context, *, campaign_id: int) -> Sequence[Topic]:
    """Return a campaign's topics in their order."""
    found = sa.select(Topic).where(Topic.campaign_id == campaign_id).order_by(Topic.position, Topic.id)
    return ctx.session.scalars(found).all()


def question_of(ctx: Context, *, campaign_id: int, question_id: int) -> Question | None:
    """Return a question of this campaign, or None."""
    return ctx.session.scalar(
        sa.select(Question).where(Question.id == question_id, Question.campaign_id == campaign_id)
    )


def revision_of(ctx: Context, *, campaign_id: int, revision_id: int) -> Revision | None:
    """Return a revision of a question of this campaign, or None."""
    return ctx.session.scalar(
        sa.select(Revision).join(Question).where(Revision.id == revision_id, Question.campaign_id == campaign_id)
    )


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """A revision of a question with the names of those who wrote and approved it."""

    revision: Revision
    topic: str
    author: str | None
    approver: str | None


def revisions(ctx: Context, *, question_id: int) -> list[RevisionRow]:
    """Return all revisions of a question, the newest first (one statement)."""
    author, approver = sa.orm.aliased(User), sa.orm.aliased(User)
    rows = ctx.session.execute(
        sa.select(Revision, Topic.title, author.name, approver.name)
        .join(Topic, Topic.id == Revision.topic_id)
        .outerjoin(author, author.id == Revision.author_id)
        .outerjoin(approver, approver.id == Revision.approved_by)
        .where(Revision.question_id == question_id)
        .order_by(Revision.number.desc())
    )
    return [RevisionRow(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question in a list, as its newest revision has it.

    ``in_bank`` tells whether an approved revision exists, ``remarks`` how many remarks are open.
    """

    id: int
    key: str
    text: str
    topic: str
    difficulty: Difficulty
    type: QuestionType
    stage: Stage
    in_bank: bool
    tags: str
    for_practice: bool
    remarks: int


_SORTS: Mapping[str, Any] = {
    "key": Question.key,
    "topic": Topic.position,
    "difficulty": sa.case(
        (Revision.difficulty == Difficulty.EASY, 0), (Revision.difficulty == Difficulty.MEDIUM, 1), else_=2
    ),
    "state": stage(),
}


def questions(
    ctx: Context,
    *,
    campaign_id: int,
    search: str = "",
    narrowed: Mapping[str, str] | None = None,
    sort_key: str = "key",
    descending: bool = False,
    limit: int | None = 50,
    offset: int = 0,
) -> tuple[list[QuestionRow], int]:
    """Return a page of the bank, and the number of all questions that match (two statements).

    ``search`` finds words without accents in any order; ``narrowed`` may name topic, difficulty, type, division, tag
    and state, which is a :class:`Stage`.
    """
    conditions = [Question.campaign_id == campaign_id, newest()]
    conditions += [Revision.search.contains(word, autoescape=True) for word in fold(search).split()]
    columns = {
        "topic": Topic.key,
        "difficulty": Revision.difficulty,
        "type": Revision.type,
        "division": Division.key,
        "state": stage(),
    }
    wanted = {name: value for name, value in (narrowed or {}).items() if value}
    if tag := wanted.pop("tag", ""):
        conditions.append((Revision.tags + "\n").contains(f"\n{tag}\n", autoescape=True))
    conditions += [columns[name] == value for name, value in wanted.items()]
    approved = sa.orm.aliased(Revision)
    in_bank = sa.exists().where(approved.question_id == Question.id, approved.state == RevisionState.APPROVED)
    base = sa.select(Question.id).join(Revision, Revision.question_id == Question.id).join(Topic, _TOPIC)
    base = base.outerjoin(Division, Division.id == Revision.division_id)
    total = ctx.session.scalar(sa.select(sa.func.count()).select_from(base.where(*conditions).subquery())) or 0
    order = _SORTS[sort_key].desc() if descending else _SORTS[sort_key]
    rows: Any = ctx.session.execute(
        base.with_only_columns(
            Question.id,
            Question.key,
            Revision.text,
            Topic.title,
            Revision.difficulty,
            Revision.type,
            stage(),
            in_bank,
            Revision.tags,
            Question.for_practice,
            open_count(),
        )
        .where(*conditions)
        .order_by(order, Question.position, Question.id)
        .limit(limit)
        .offset(offset)
    )
    found: list[tuple[Any, ...]] = [(*row[:6], Stage(row[6]), *row[7:]) for row in rows]
    return [QuestionRow(*row) for row in found], total


def tags(ctx: Context, *, campaign_id: int) -> list[str]:
    """Return the tags of a campaign's questions as their newest wordings have them, in order."""
    found = sa.select(Revision.tags).join(Question).where(Question.campaign_id == campaign_id, newest()).distinct()
    return sorted({tag for text in ctx.session.scalars(found) for tag in text.split("\n") if tag})


_TOPIC = Topic.id == Revision.topic_id


def drawn_from(ctx: Context, *, campaign_id: int, on: date) -> Sequence[Any]:
    """Return what papers that count may be drawn with; questions are left out that do not hold on the day ``on``."""
    return _candidates(ctx, campaign_id, drawable(campaign_id), ~ended(on), ~Question.for_practice)


def practised_from(ctx: Context, *, campaign_id: int, on: date) -> Sequence[Any]:
    """Return the questions for practice in the same way; they are never issued, and never on a paper that counts."""
    approved = Revision.state == RevisionState.APPROVED
    return _candidates(ctx, campaign_id, approved, ~ended(on), Question.for_practice)


def _candidates(ctx: Context, campaign_id: int, *conditions: Any) -> Sequence[Any]:
    """Return rows as ``domain.drawing.candidate`` takes them."""
    return ctx.session.execute(
        sa.select(
            Revision.id,
            Question.key,
            Topic.key,
            Revision.difficulty,
            Revision.option_count,
            Revision.shuffled,
            Revision.tags,
            Division.key,
            Group.key,
            Revision.group_place,
            Group.size,
            Group.number,
        )
        .join(Question, Question.id == Revision.question_id)
        .join(Topic, _TOPIC)
        .outerjoin(Division, Division.id == Revision.division_id)
        .outerjoin(Group, Group.id == Revision.group_id)
        .where(Question.campaign_id == campaign_id, *conditions)
    ).all()


def bank(ctx: Context, *, campaign_id: int) -> list[tuple[Question, Revision, str]]:
    """Return every question with its approved revision, or else its draft, and the key of the topic, in order."""
    rows = ctx.session.execute(
        sa.select(Question, Revision, Topic.key)
        .join(Revision, Revision.question_id == Question.id)
        .join(Topic, _TOPIC)
        .where(Question.campaign_id == campaign_id, Revision.state != RevisionState.FORMER)
        .order_by(Question.position, Question.id, Revision.state)
    )
    # "approved" comes before "draft".
    first: dict[int, tuple[Question, Revision, str]] = {}
    for question, revision, topic in rows:
        first.setdefault(question.id, (question, revision, topic))
    return list(first.values())
