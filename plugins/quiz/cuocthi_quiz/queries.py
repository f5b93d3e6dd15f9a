"""What the quiz answers: the bank, papers, and figures over attempts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa

from cuocthi.campaigns.models import SettingsVersion
from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.users.models import User
from cuocthi.users.names import fold
from cuocthi_quiz.models import (
    Answer,
    Attempt,
    Difficulty,
    Item,
    Question,
    QuestionType,
    Revision,
    RevisionState,
    TakeOver,
    Topic,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase

#: How many rows are fetched at once where all are wanted.
_BATCH = 1_000


# --- the bank -------------------------------------------------------------------------------------------------------


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
    """A question in a list, as its newest revision has it; ``in_bank`` if an approved revision exists."""

    id: int
    key: str
    text: str
    topic: str
    difficulty: Difficulty
    type: QuestionType
    state: RevisionState
    in_bank: bool
    revision: int


_SORTS: Mapping[str, Any] = {
    "key": Question.key,
    "topic": Topic.position,
    "difficulty": sa.case(
        (Revision.difficulty == Difficulty.EASY, 0), (Revision.difficulty == Difficulty.MEDIUM, 1), else_=2
    ),
    "state": Revision.state,
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

    ``search`` finds words without accents in any order; ``narrowed`` may name topic, difficulty, type and state.
    """
    newest = _newest()
    conditions = [Question.campaign_id == campaign_id, newest]
    conditions += [Revision.search.contains(word, autoescape=True) for word in fold(search).split()]
    columns = {"topic": Topic.key, "difficulty": Revision.difficulty, "type": Revision.type, "state": Revision.state}
    conditions += [columns[name] == value for name, value in (narrowed or {}).items() if value]
    approved = sa.orm.aliased(Revision)
    in_bank = sa.exists().where(approved.question_id == Question.id, approved.state == RevisionState.APPROVED)
    base = sa.select(Question.id).join(Revision, Revision.question_id == Question.id).join(Topic, _TOPIC)
    total = ctx.session.scalar(sa.select(sa.func.count()).select_from(base.where(*conditions).subquery())) or 0
    order = _SORTS[sort_key].desc() if descending else _SORTS[sort_key]
    rows = ctx.session.execute(
        base.with_only_columns(
            Question.id,
            Question.key,
            Revision.text,
            Topic.title,
            Revision.difficulty,
            Revision.type,
            Revision.state,
            in_bank,
            Revision.number,
        )
        .where(*conditions)
        .order_by(order, Question.position, Question.id)
        .limit(limit)
        .offset(offset)
    )
    return [QuestionRow(*row) for row in rows], total


_TOPIC = Topic.id == Revision.topic_id


def _newest() -> sa.ColumnElement[bool]:
    later = sa.orm.aliased(Revision)
    return ~sa.exists().where(later.question_id == Revision.question_id, later.number > Revision.number)


def waiting(ctx: Context, *, campaign_id: int) -> int:
    """Return how many drafts wait for approval."""
    drafts = (
        sa.select(sa.func.count())
        .select_from(Revision)
        .join(Question)
        .where(Question.campaign_id == campaign_id, Revision.state == RevisionState.DRAFT)
    )
    return ctx.session.scalar(drafts) or 0


def waiting_in(ctx: Context, *, campaign_ids: Sequence[int]) -> dict[int, int]:
    """Return by campaign how many drafts wait for approval, where some do (one statement)."""
    rows = ctx.session.execute(
        sa.select(Question.campaign_id, sa.func.count())
        .join(Revision, Revision.question_id == Question.id)
        .where(Question.campaign_id.in_(campaign_ids), Revision.state == RevisionState.DRAFT)
        .group_by(Question.campaign_id)
    )
    return {row[0]: row[1] for row in rows}


def approved(ctx: Context, *, campaign_id: int) -> list[tuple[int, str, str, Difficulty, QuestionType, int]]:
    """Return (revision, key, topic, difficulty, type, number of options) of every question in the bank."""
    rows = ctx.session.execute(
        sa.select(Revision.id, Question.key, Topic.key, Revision.difficulty, Revision.type, Revision.option_count)
        .join(Question, Question.id == Revision.question_id)
        .join(Topic, _TOPIC)
        .where(Question.campaign_id == campaign_id, Revision.state == RevisionState.APPROVED)
    )
    return [(row[0], row[1], row[2], row[3], row[4], row[5]) for row in rows]


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


# --- attempts and papers --------------------------------------------------------------------------------------------

#: What tells the attempts that count from those that an incident set aside.
COUNTS = Attempt.set_aside_reason == ""


def attempts_of(ctx: Context, *, round_id: int, enrolment_id: int) -> Sequence[Attempt]:
    """Return a person's attempts in a round, in order."""
    return ctx.session.scalars(
        sa.select(Attempt)
        .where(Attempt.phase_id == round_id, Attempt.enrolment_id == enrolment_id)
        .order_by(Attempt.number)
    ).all()


def attempts_in(ctx: Context, *, round_ids: Sequence[int], enrolment_id: int) -> Sequence[Attempt]:
    """Return a person's attempts in several rounds, in order (one statement)."""
    return ctx.session.scalars(
        sa.select(Attempt)
        .where(Attempt.phase_id.in_(round_ids), Attempt.enrolment_id == enrolment_id)
        .order_by(Attempt.phase_id, Attempt.number)
    ).all()


def attempt_of_user(
    ctx: Context, *, campaign_id: int, attempt_id: int, user_id: int | None
) -> tuple[Attempt, Mapping[str, Any] | None] | None:
    """Return a user's own attempt in this campaign with the settings it was made under (None for defaults), or None."""
    row = ctx.session.execute(
        sa.select(Attempt, SettingsVersion.values)
        .outerjoin(SettingsVersion, SettingsVersion.id == Attempt.settings_version_id)
        .where(Attempt.id == attempt_id, Attempt.campaign_id == campaign_id, Attempt.user_id == user_id)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A question of a paper as it stands: what it says, and what was answered."""

    position: int
    option_order: int
    flagged: bool
    type: QuestionType
    text: str
    options: list[str]
    key_mask: int
    explanation: str
    source: str
    question_key: str
    revision_number: int
    chosen: int
    sequence: int
    saved_at: datetime | None
    history: str


def paper(ctx: Context, *, attempt_id: int) -> list[PaperRow]:
    """Return the questions of a paper in their order (one statement)."""
    rows = ctx.session.execute(
        sa.select(
            Item.position,
            Item.option_order,
            Item.flagged,
            Revision.type,
            Revision.text,
            Revision.options,
            Revision.key_mask,
            Revision.explanation,
            Revision.source,
            Question.key,
            Revision.number,
            sa.func.coalesce(Answer.chosen, 0),
            sa.func.coalesce(Answer.sequence, 0),
            Answer.saved_at,
            sa.func.coalesce(Answer.history, ""),
        )
        .join(Revision, Revision.id == Item.revision_id)
        .join(Question, Question.id == Revision.question_id)
        .outerjoin(Answer, sa.and_(Answer.attempt_id == Item.attempt_id, Answer.position == Item.position))
        .where(Item.attempt_id == attempt_id)
        .order_by(Item.position)
    )
    return [PaperRow(*cast("tuple[Any, ...]", row)) for row in rows]


def answer_at(ctx: Context, *, attempt_id: int, position: int) -> PaperRow | None:
    """Return one question of a paper, or None."""
    return next((row for row in paper(ctx, attempt_id=attempt_id) if row.position == position), None)


def take_overs(ctx: Context, *, attempt_id: int) -> Sequence[TakeOver]:
    """Return when and from where a paper was taken over, in order."""
    found = sa.select(TakeOver).where(TakeOver.attempt_id == attempt_id).order_by(TakeOver.id)
    return ctx.session.scalars(found).all()


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """An attempt in a list for organisers."""

    attempt: Attempt
    code: str
    name: str
    unit: str
    active: bool


_ATTEMPT_SORTS: Mapping[str, Any] = {
    "name": Enrolment.name_sort,
    "started": Attempt.started_at,
    "score": sa.func.coalesce(Attempt.score, -1),
}


@dataclass(frozen=True, slots=True)
class WantedAttempts:
    """Which attempts of a campaign are wanted, in which order.

    ``search`` is part of a name or the beginning of a contest number; ``state`` is "open", "handed-in" or empty;
    ``sort`` is name, started or score.
    """

    campaign_id: int
    search: str = ""
    state: str = ""
    sort: str = "started"
    descending: bool = False

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """Return which attempts, joined with their enrolments, are meant."""
        found: list[sa.ColumnElement[bool]] = [Attempt.campaign_id == self.campaign_id]
        for word in fold(self.search).split():
            by_name = Enrolment.name_folded.contains(word, autoescape=True)
            found.append(sa.or_(by_name, sa.func.lower(Enrolment.code).startswith(word, autoescape=True)))
        if self.state:
            found.append(Attempt.submitted_at.is_(None) if self.state == "open" else Attempt.submitted_at.is_not(None))
        return found


def attempt_rows(
    ctx: Context, *, wanted: WantedAttempts, limit: int | None = 50, offset: int = 0
) -> tuple[list[AttemptRow], int]:
    """Return a page of a campaign's attempts, and the number of all that match (two statements)."""
    chosen = _attempts(wanted)
    total = ctx.session.scalar(chosen.with_only_columns(sa.func.count(), maintain_column_froms=True).order_by(None))
    rows = ctx.session.execute(chosen.limit(limit).offset(offset))
    return [AttemptRow(*row) for row in rows], total or 0


def every_attempt_row(ctx: Context, *, wanted: WantedAttempts) -> Iterator[AttemptRow]:
    """Yield all of a campaign's attempts that match, fetched in batches (one statement)."""
    for row in ctx.session.execute(_attempts(wanted).execution_options(yield_per=_BATCH)):
        yield AttemptRow(*row)


def _attempts(wanted: WantedAttempts) -> sa.Select[Attempt, str, str, str, bool]:
    order = _ATTEMPT_SORTS[wanted.sort]
    return (
        sa.select(
            Attempt, Enrolment.code, Enrolment.name, Enrolment.unit_name, Enrolment.state == EnrolmentState.ACTIVE
        )
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(*wanted.conditions())
        .order_by(order.desc() if wanted.descending else order, Attempt.id)
    )


def attempt_of(ctx: Context, *, campaign_id: int, attempt_id: int) -> AttemptRow | None:
    """Return an attempt of this campaign with who made it, or None."""
    row = ctx.session.execute(
        sa.select(
            Attempt, Enrolment.code, Enrolment.name, Enrolment.unit_name, Enrolment.state == EnrolmentState.ACTIVE
        )
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(Attempt.id == attempt_id, Attempt.campaign_id == campaign_id)
    ).one_or_none()
    return None if row is None else AttemptRow(*row)


# --- figures --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a round's papers are: open ones, and handed-in ones without a score."""

    open: int
    ungraded: int


def unfinished(ctx: Context, *, round_id: int) -> Standing:
    """Return how many papers of a round are still open or ungraded."""
    row = ctx.session.execute(
        sa.select(
            sa.func.count().filter(Attempt.submitted_at.is_(None)),
            sa.func.count().filter(Attempt.submitted_at.is_not(None)),
        ).where(Attempt.phase_id == round_id, Attempt.graded_at.is_(None))
    ).one()
    return Standing(*row)


def finishers(*, campaign_id: int) -> sa.Select[int]:
    """Return the SELECT of the enrolments that have handed in a paper."""
    handed_in = (Attempt.campaign_id == campaign_id, Attempt.submitted_at.is_not(None), COUNTS)
    return sa.select(Attempt.enrolment_id).where(*handed_in)


def activity(ctx: Context, *, campaign_id: int, since: datetime) -> tuple[int, int, int]:
    """Return how many persons started since, handed in since, and have a paper open now."""
    person = sa.distinct(Attempt.enrolment_id)
    row = ctx.session.execute(
        sa.select(
            sa.func.count(person).filter(Attempt.started_at >= since),
            sa.func.count(person).filter(Attempt.submitted_at >= since),
            sa.func.count(person).filter(Attempt.submitted_at.is_(None), Attempt.deadline > ctx.now),
        ).where(Attempt.campaign_id == campaign_id)
    ).one()
    return (row[0], row[1], row[2])


def _counting(round_: Phase) -> list[sa.ColumnElement[bool]]:
    return [
        Attempt.phase_id == round_.id,
        Attempt.graded_at.is_not(None),
        Enrolment.state == EnrolmentState.ACTIVE,
        COUNTS,
    ]


def score_distribution(ctx: Context, *, round_: Phase) -> list[tuple[int, int, int]]:
    """Return (score in thousandths, attempts, persons) of a round, the best first; excluded persons are left out."""
    rows = ctx.session.execute(
        sa.select(sa.func.coalesce(Attempt.score, 0), sa.func.count(), sa.func.count(sa.distinct(Attempt.enrolment_id)))
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(*_counting(round_))
        .group_by(Attempt.score)
        .order_by(Attempt.score.desc())
    )
    return [(row[0], row[1], row[2]) for row in rows]


def persons_and_attempts(ctx: Context, *, round_: Phase) -> tuple[int, int]:
    """Return how many persons have a graded attempt in a round, and how many such attempts there are."""
    row = ctx.session.execute(
        sa.select(sa.func.count(sa.distinct(Attempt.enrolment_id)), sa.func.count())
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(*_counting(round_))
    ).one()
    return (row[0], row[1])


@dataclass(frozen=True, slots=True)
class QuestionFigure:
    """How a question fared: on how many papers it stood, and on how many it was answered rightly."""

    key: str
    text: str
    papers: int
    right: int


def question_figures(ctx: Context, *, round_: Phase) -> list[QuestionFigure]:
    """Return how every question of a round fared, by key; excluded persons are left out."""
    right = sa.func.count().filter(Answer.chosen == Revision.key_mask)
    rows = ctx.session.execute(
        sa.select(Question.key, sa.func.max(Revision.text), sa.func.count(), right)
        .select_from(Item)
        .join(Attempt, Attempt.id == Item.attempt_id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Revision, Revision.id == Item.revision_id)
        .join(Question, Question.id == Revision.question_id)
        .outerjoin(Answer, sa.and_(Answer.attempt_id == Item.attempt_id, Answer.position == Item.position))
        .where(*_counting(round_))
        .group_by(Question.id, Question.key)
        .order_by(Question.key)
    )
    return [QuestionFigure(*row) for row in rows]


def difficulties(ctx: Context, *, attempt_id: int) -> dict[int, Difficulty]:
    """Return the difficulty of each question of a paper by its position."""
    rows = ctx.session.execute(
        sa.select(Item.position, Revision.difficulty)
        .join(Revision, Revision.id == Item.revision_id)
        .where(Item.attempt_id == attempt_id)
    )
    return {row[0]: row[1] for row in rows}
