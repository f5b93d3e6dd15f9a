"""Attempts and papers, as their takers and the organisers see them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa

from cuocthi.campaigns.models import SettingsVersion
from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.users.names import fold
from cuocthi_quiz.models import (
    Answer,
    Attempt,
    Group,
    Item,
    Question,
    QuestionType,
    Revision,
    TakeOver,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from cuocthi.context import Context

#: How many rows are fetched at once where all are wanted.
_BATCH = 1_000

#: What tells the attempts that count from those that an incident set aside.
COUNTS = Attempt.set_aside_reason == ""


def attempts_of(ctx: Context, *, round_id: int, enrolment_id: int) -> Sequence[Attempt]:
    """Return a person's attempts in a round, in order."""
    return ctx.session.scalars(_attempts_of(), {"round_id": round_id, "enrolment_id": enrolment_id}).all()


@cache
def _attempts_of() -> sa.Select[Attempt]:
    """Made once: everybody who starts asks it."""
    own = (Attempt.phase_id == sa.bindparam("round_id"), Attempt.enrolment_id == sa.bindparam("enrolment_id"))
    return sa.select(Attempt).where(*own).order_by(Attempt.number)


def counted_elsewhere(ctx: Context, *, campaign_id: int, round_id: int, enrolment_id: int) -> int:
    """Return how many attempts of a person count in the campaign's other rounds."""
    other = (Attempt.campaign_id == campaign_id, Attempt.phase_id != round_id, Attempt.enrolment_id == enrolment_id)
    return ctx.session.scalar(sa.select(sa.func.count()).where(*other, COUNTS)) or 0


def attempts_in(ctx: Context, *, round_ids: Sequence[int], enrolment_id: int) -> Sequence[Attempt]:
    """Return a person's attempts in several rounds, in order (one statement)."""
    return ctx.session.scalars(
        sa.select(Attempt)
        .where(Attempt.phase_id.in_(round_ids), Attempt.enrolment_id == enrolment_id)
        .order_by(Attempt.phase_id, Attempt.number)
    ).all()


def attempt_of_user(
    ctx: Context, *, campaign_id: int, attempt_id: int, user_id: int | None
) -> tuple[Attempt, SettingsVersion | None] | None:
    """Return a user's own attempt in this campaign with the settings it was made under (None for defaults), or None."""
    wanted = {"attempt_id": attempt_id, "campaign_id": campaign_id, "user_id": user_id}
    row = ctx.session.execute(_attempt_of_user(), wanted).one_or_none()
    return None if row is None else (row[0], row[1])


@cache
def _attempt_of_user() -> Any:
    """Made once: every page of a paper asks it."""
    own = (Attempt.campaign_id == sa.bindparam("campaign_id"), Attempt.user_id == sa.bindparam("user_id"))
    return (
        sa.select(Attempt, SettingsVersion)
        .outerjoin(SettingsVersion, SettingsVersion.id == Attempt.settings_version_id)
        .where(Attempt.id == sa.bindparam("attempt_id"), *own)
    )


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A question of a paper as it stands: what it says, and what was answered.

    On a paper that is open, what only matters afterwards is not there: what is right and why, and how it was answered.
    """

    position: int
    option_order: int
    flagged: bool
    type: QuestionType
    text: str
    content: dict[str, Any]
    option_count: int
    target_count: int
    group_id: int | None
    group_text: str
    response: str
    sequence: int
    saved_at: datetime | None
    key: dict[str, Any] = field(default_factory=dict)
    explanation: str = ""
    source: str = ""
    question_key: str = ""
    revision_number: int = 0
    history: str = ""

    @property
    def answered(self) -> bool:
        """Whether something was answered and not taken back."""
        return self.response != ""


#: What a revision that papers were drawn from asks.
ASKED = (
    Revision.type,
    Revision.text,
    Revision.content,
    Revision.option_count,
    Revision.target_count,
    Group.id,
    sa.func.coalesce(Group.text, ""),
)
_ITEM = (Item.position, Item.option_order, Item.flagged)
_ANSWER = (sa.func.coalesce(Answer.response, ""), sa.func.coalesce(Answer.sequence, 0), Answer.saved_at)
_ITS_ANSWER = sa.and_(Answer.attempt_id == Item.attempt_id, Answer.position == Item.position)


def paper(ctx: Context, *, attempt_id: int) -> list[PaperRow]:
    """Return the questions of a paper in their order (one statement)."""
    afterwards = (Revision.key, Revision.explanation, Revision.source, Question.key, Revision.number)
    rows = ctx.session.execute(
        sa.select(*_ITEM, *ASKED, *_ANSWER, *afterwards, sa.func.coalesce(Answer.history, ""))
        .select_from(Item)
        .join(Revision, Revision.id == Item.revision_id)
        .outerjoin(Group, Group.id == Revision.group_id)
        .join(Question, Question.id == Revision.question_id)
        .outerjoin(Answer, _ITS_ANSWER)
        .where(Item.attempt_id == attempt_id)
        .order_by(Item.position)
    )
    return [PaperRow(*cast("tuple[Any, ...]", row)) for row in rows]


def unanswered(ctx: Context, *, orders: Mapping[int, int]) -> list[PaperRow]:
    """Return a paper that nobody holds: revisions in this order, each with the order of its options (one statement)."""
    rows = ctx.session.execute(
        sa.select(Revision, Question.key, Group.id, sa.func.coalesce(Group.text, ""))
        .join(Question, Question.id == Revision.question_id)
        .outerjoin(Group, Group.id == Revision.group_id)
        .where(Revision.id.in_(orders))
    )
    found = {row[0].id: row for row in rows}
    return [_unanswered(position, found[key], order) for position, (key, order) in enumerate(orders.items(), start=1)]


def _unanswered(position: int, row: Any, order: int) -> PaperRow:
    revision: Revision = row[0]
    return PaperRow(
        position=position,
        option_order=order,
        flagged=False,
        type=revision.type,
        text=revision.text,
        content=revision.content,
        key=revision.key,
        option_count=revision.option_count,
        target_count=revision.target_count,
        explanation=revision.explanation,
        source=revision.source,
        question_key=row[1],
        revision_number=revision.number,
        response="",
        sequence=0,
        saved_at=None,
        history="",
        group_id=row[2],
        group_text=row[3],
    )


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
