"""What decisions on keys answer: which there are, and whose score they change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.enrolments.models import Enrolment
from cuocthi.timelines.models import Phase
from cuocthi.users.models import User
from cuocthi.users.names import fold
from cuocthi_quiz.models import Attempt, Item, KeyChange, Question, Rescored, Revision
from cuocthi_quiz.queries.papers import COUNTS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from cuocthi.context import Context

_BATCH = 1_000
_PROPOSER, _SECOND = sa.orm.aliased(User), sa.orm.aliased(User)


def last_number(ctx: Context, *, revision_id: int) -> int:
    """Return the number of a revision's last key, whatever became of it; 0 for the approved one."""
    return ctx.session.scalar(sa.select(sa.func.max(KeyChange.number)).where(KeyChange.revision_id == revision_id)) or 0


def waiting_for(ctx: Context, *, revision_id: int) -> bool:
    """Tell whether a proposal for a revision waits for its second person."""
    waits = (KeyChange.confirmed_at.is_(None), KeyChange.withdrawn_at.is_(None))
    return bool(ctx.session.scalar(sa.select(sa.exists().where(KeyChange.revision_id == revision_id, *waits))))


def being_remarked(ctx: Context, *, campaign_id: int) -> bool:
    """Tell whether papers of a campaign are being marked again after a decision."""
    running = (KeyChange.confirmed_at.is_not(None), KeyChange.remarked_at.is_(None))
    return bool(ctx.session.scalar(sa.select(sa.exists().where(KeyChange.campaign_id == campaign_id, *running))))


@dataclass(frozen=True, slots=True)
class Undecided:
    """How many keys of questions that stand on papers of a round wait for a person, and for being marked by."""

    proposed: int
    unmarked: int


def undecided(ctx: Context, *, round_ids: Sequence[int]) -> Undecided:
    """Return what of keys stands against adopting a ranking that counts these rounds (one statement)."""
    of_rounds = Attempt.phase_id.in_(round_ids)
    stands = (
        sa.exists()
        .where(Item.revision_id == KeyChange.revision_id, Attempt.id == Item.attempt_id, of_rounds)
        .correlate(KeyChange)
    )
    row = ctx.session.execute(
        sa.select(
            sa.func.count().filter(KeyChange.confirmed_at.is_(None)),
            sa.func.count().filter(KeyChange.confirmed_at.is_not(None)),
        ).where(KeyChange.withdrawn_at.is_(None), KeyChange.remarked_at.is_(None), stands)
    ).one()
    return Undecided(*row)


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A decision on a key, with the question and the persons."""

    change: KeyChange
    revision: Revision
    question: Question
    proposer: str
    second: str | None


def changes(
    ctx: Context, *, campaign_id: int, change_id: int | None = None, question_id: int | None = None
) -> list[ChangeRow]:
    """Return a campaign's decisions on keys, the newest first; only one of them, or those of one question."""
    chosen = (
        sa.select(KeyChange, Revision, Question, _PROPOSER.name, _SECOND.name)
        .join(Revision, Revision.id == KeyChange.revision_id)
        .join(Question, Question.id == Revision.question_id)
        .join(_PROPOSER, _PROPOSER.id == KeyChange.proposed_by)
        .outerjoin(_SECOND, _SECOND.id == KeyChange.confirmed_by)
        .where(KeyChange.campaign_id == campaign_id)
        .order_by(KeyChange.id.desc())
    )
    if change_id is not None:
        chosen = chosen.where(KeyChange.id == change_id)
    if question_id is not None:
        chosen = chosen.where(Revision.question_id == question_id)
    return [ChangeRow(*row) for row in ctx.session.execute(chosen)]


def used_revisions(ctx: Context, *, question_id: int) -> set[int]:
    """Return those revisions of a question that stand on papers."""
    stands = sa.exists().where(Item.revision_id == Revision.id)
    return set(ctx.session.scalars(sa.select(Revision.id).where(Revision.question_id == question_id, stands)))


# --- whose score changes --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Effect:
    """What a decision does to scores: papers and persons whose score is another one, and which of them are perfect."""

    papers: int
    persons: int
    higher: int
    lower: int
    perfect_before: int
    perfect_after: int


def effect(ctx: Context, *, change: KeyChange) -> Effect:
    """Return how many scores a decision changes, or has changed; set-aside papers are left out (one statement).

    Of a proposal, what was found when it was looked ahead.
    "Higher" and "lower" compare shares of the maximum, which a void question makes smaller.
    """
    row = Rescored.__table__.c
    was, will = row.score_before * row.max_after, row.score_after * row.max_before
    counts = ctx.session.execute(
        sa.select(
            sa.func.count(),
            sa.func.count(sa.distinct(Attempt.enrolment_id)),
            sa.func.count().filter(will > was),
            sa.func.count().filter(will < was),
            sa.func.count().filter(row.score_before == row.max_before, row.max_before > 0),
            sa.func.count().filter(row.score_after == row.max_after, row.max_after > 0),
        )
        .select_from(Rescored)
        .join(Attempt, Attempt.id == row.attempt_id)
        .where(row.key_id == change.id, COUNTS)
    ).one()
    return Effect(*counts)


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """A paper whose score a decision changes; scores in thousandths."""

    attempt_id: int
    code: str
    name: str
    unit: str
    round_title: str
    number: int
    score_before: int
    max_before: int
    score_after: int
    max_after: int


def _chosen(change: KeyChange, search: str, sort: str, descending: bool) -> Any:  # noqa: FBT001 - as tables say it
    row = Rescored.__table__.c
    sorts: Mapping[str, Any] = {
        "name": Enrolment.name_sort,
        "code": Enrolment.code,
        "before": row.score_before,
        "after": row.score_after,
    }
    order = sorts[sort]
    chosen = (
        sa.select(
            row.attempt_id,
            Enrolment.code,
            Enrolment.name,
            Enrolment.unit_name,
            Phase.title,
            Attempt.number,
            row.score_before,
            row.max_before,
            row.score_after,
            row.max_after,
        )
        .select_from(Rescored)
        .join(Attempt, Attempt.id == row.attempt_id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Phase, Phase.id == Attempt.phase_id)
        .where(row.key_id == change.id, COUNTS)
        .order_by(order.desc() if descending else order, row.attempt_id)
    )
    for word in fold(search).split():
        by_name = Enrolment.name_folded.contains(word, autoescape=True)
        chosen = chosen.where(sa.or_(by_name, sa.func.lower(Enrolment.code).startswith(word, autoescape=True)))
    return chosen


def score_rows(
    ctx: Context,
    *,
    change: KeyChange,
    search: str,
    sort: str,
    descending: bool,
    limit: int | None = None,
    offset: int = 0,
) -> tuple[Sequence[ScoreRow], int]:
    """Return a page of the papers whose score a decision changes, and the number of all (two statements)."""
    chosen = _chosen(change, search, sort, descending)
    total = ctx.session.scalar(sa.select(sa.func.count()).select_from(chosen.order_by(None).subquery())) or 0
    return [ScoreRow(*row) for row in ctx.session.execute(chosen.limit(limit).offset(offset))], total


def every_score_row(ctx: Context, *, change: KeyChange, search: str, sort: str, descending: bool) -> Iterator[ScoreRow]:
    """Yield all papers whose score a decision changes, fetched in batches (one statement)."""
    chosen = _chosen(change, search, sort, descending)
    for row in ctx.session.execute(chosen.execution_options(yield_per=_BATCH)):
        yield ScoreRow(*row)


def named(ctx: Context, *, enrolment_ids: Collection[int]) -> dict[int, Enrolment]:
    """Return whose these enrolments are (one statement)."""
    found = ctx.session.scalars(sa.select(Enrolment).where(Enrolment.id.in_(enrolment_ids)))
    return {enrolment.id: enrolment for enrolment in found}


# --- what waits, and what may be told -------------------------------------------------------------------------------


def waiting_in(ctx: Context, *, campaign_ids: Sequence[int]) -> dict[int, int]:
    """Return how many proposals wait for a second person, by campaign (one statement)."""
    waits = (KeyChange.confirmed_at.is_(None), KeyChange.withdrawn_at.is_(None))
    rows = ctx.session.execute(
        sa.select(KeyChange.campaign_id, sa.func.count())
        .where(KeyChange.campaign_id.in_(campaign_ids), *waits)
        .group_by(KeyChange.campaign_id)
    )
    return {row[0]: row[1] for row in rows}


def decided(ctx: Context, *, campaign_id: int, hidden_in: Sequence[int]) -> list[ChangeRow]:
    """Return the decisions by which all papers have been marked, the oldest first, but for questions of some rounds."""
    hidden = sa.exists().where(
        Item.revision_id == KeyChange.revision_id, Attempt.id == Item.attempt_id, Attempt.phase_id.in_(hidden_in)
    )
    shown = set(
        ctx.session.scalars(
            sa.select(KeyChange.id).where(
                KeyChange.campaign_id == campaign_id, KeyChange.remarked_at.is_not(None), ~hidden.correlate(KeyChange)
            )
        )
    )
    return [row for row in reversed(changes(ctx, campaign_id=campaign_id)) if row.change.id in shown]
