"""Whether questions are still true: until when their sources hold, and who has looked at them again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.clock import LOCAL_ZONE
from cuocthi.days import check_day
from cuocthi.errors import DomainError, Forbidden
from cuocthi.text import TN, T
from cuocthi.timelines.moving import by_years
from cuocthi.timelines.queries import rounds
from cuocthi.users.names import fold
from cuocthi_quiz.domain.bank import refuse_shortage
from cuocthi_quiz.domain.deadlines import last_day
from cuocthi_quiz.domain.questions import MAX_TEXT, tidy
from cuocthi_quiz.models import Ending, Question, Revision, RevisionState, StillTrue
from cuocthi_quiz.settings import OWNER

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context


_A_YEAR_BEFORE = by_years(-1)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is asked of a question: to be known to be true as of ``since`` or later, and to hold ``until`` a day.

    Rounds after the next one ask for it until the ``last`` day of all.
    """

    since: date
    until: date
    last: date


def bounds(ctx: Context, *, campaign: Campaign) -> Bounds | None:
    """Return what the rounds that are not over ask of questions, or of all that are the last one.

    At most a year has passed since they were looked at when the next of them opens. None without a round.
    """
    own = sorted(rounds(ctx, campaign_id=campaign.id, source=OWNER), key=lambda round_: round_.opens_at)
    if not own:
        return None
    coming = [round_ for round_ in own if round_.closes_at > ctx.now] or own[-1:]
    return Bounds(
        _A_YEAR_BEFORE(coming[0].opens_at.astimezone(LOCAL_ZONE).date()),
        last_day(coming[0].closes_at),
        max(last_day(round_.closes_at) for round_ in coming),
    )


def resting_on(ctx: Context, *, campaign: Campaign, document: str) -> list[tuple[Question, Revision]]:
    """Return the approved questions whose source names a document, in the order of keys.

    It is found without accents, and by whole numbers: 13/2023 is not in 113/2023.
    """
    wanted = fold(document)
    if not wanted:
        return []
    named = re.compile(r"(?<!\d)" * wanted[0].isdigit() + re.escape(wanted) + r"(?!\d)" * wanted[-1].isdigit())
    rows = ctx.session.execute(
        sa.select(Question, Revision)
        .join(Revision, Revision.question_id == Question.id)
        .where(Question.campaign_id == campaign.id, Revision.state == RevisionState.APPROVED)
        .order_by(Question.position, Question.id)
    )
    return [(row[0], row[1]) for row in rows if named.search(fold(row[1].source))]


def end_validity(
    ctx: Context, *, campaign: Campaign, question_ids: Collection[int], valid_until: date, replaced_by: str
) -> int:
    """Set the last day on which these questions hold, and what replaces their source; record it, return their number.

    Rounds that close later are not drawn with them any more; papers already drawn keep them. An end that was set before
    is replaced; wordings written since then are drawn on unless the end now comes earlier. Raises DomainError without a
    question or for a day that cannot be meant, Conflict if a round that is open could not be drawn without them.
    """
    check_day(valid_until, now=ctx.now, field="valid_until")
    note = tidy(replaced_by)[:MAX_TEXT]
    found = _questions(ctx, campaign, question_ids)
    ended = {
        ending.question_id: ending
        for ending in ctx.session.scalars(sa.select(Ending).where(Ending.question_id.in_([one.id for one in found])))
    }
    before = {
        question.key: [ended[question.id].valid_until.isoformat(), ended[question.id].replaced_by]
        for question in found
        if question.id in ended
    }
    for question in found:
        ending = ended.get(question.id)
        if ending is None:
            ending = Ending(question_id=question.id, valid_until=valid_until, known_at=ctx.now)
            ctx.session.add(ending)
        elif valid_until < ending.valid_until:
            ending.known_at = ctx.now
        ending.valid_until, ending.replaced_by = valid_until, note
    ctx.session.flush()
    refuse_shortage(ctx, campaign)
    record(
        ctx,
        action="quiz:question:end_validity",
        summary=TN("Ended the validity of %(count)s question", "Ended the validity of %(count)s questions", len(found)),
        campaign=campaign,
        object_kind="quiz_question",
        object_id=None,
        before=before,
        after={
            "questions": [question.key for question in found],
            "valid_until": valid_until.isoformat(),
            "replaced_by": note,
        },
    )
    return len(found)


def lift_ending(ctx: Context, *, campaign: Campaign, question: Question) -> None:
    """Take back that a question's validity ends, and record it; where nothing ends nothing changes."""
    ending = ctx.session.get(Ending, question.id)
    if ending is None:
        return
    before = {"valid_until": ending.valid_until.isoformat(), "replaced_by": ending.replaced_by}
    ctx.session.delete(ending)
    ctx.session.flush()
    record(
        ctx,
        action="quiz:question:lift_ending",
        summary=T("Took back that the validity of question %(key)s ends", key=question.key),
        campaign=campaign,
        object_kind="quiz_question",
        object_id=question.id,
        before=before,
    )


def confirm_true(ctx: Context, *, campaign: Campaign, revision_ids: Collection[int], true_as_of: date) -> int:
    """Say of approved revisions that they are true as of a later day, and record it; return their number.

    Two persons have to say so. Said once more, the later day stands. Raises Forbidden for who is no person, DomainError
    without a question or for a day in the future.
    """
    if ctx.actor.user_id is None:
        raise Forbidden(T("Questions are reviewed by persons who are signed in."))
    if true_as_of > ctx.now.astimezone(LOCAL_ZONE).date():
        raise DomainError(T("Nobody knows yet what is true on a day in the future."), field="true_as_of")
    keys = dict(_approved(ctx, campaign, revision_ids))
    said = {
        row.revision_id: row
        for row in ctx.session.scalars(
            sa.select(StillTrue).where(StillTrue.revision_id.in_(keys), StillTrue.user_id == ctx.actor.user_id)
        )
    }
    for revision_id in keys:
        word = said.get(revision_id) or StillTrue(
            revision_id=revision_id, user_id=ctx.actor.user_id, true_as_of=true_as_of
        )
        word.true_as_of, word.said_at = max(word.true_as_of, true_as_of), ctx.now
        ctx.session.add(word)
    ctx.session.flush()
    record(
        ctx,
        action="quiz:question:confirm_true",
        summary=TN(
            "Said that %(count)s question is still true", "Said that %(count)s questions are still true", len(keys)
        ),
        campaign=campaign,
        object_kind="quiz_question",
        object_id=None,
        after={"questions": sorted(keys.values()), "true_as_of": true_as_of.isoformat()},
    )
    return len(keys)


def _questions(ctx: Context, campaign: Campaign, ids: Collection[int]) -> Sequence[Question]:
    found = ctx.session.scalars(
        sa.select(Question)
        .where(Question.campaign_id == campaign.id, Question.id.in_(ids))
        .order_by(Question.position, Question.id)
        # What two persons say of a question at the same time takes turns.
        .with_for_update(key_share=True)
    ).all()
    if not found:
        raise _nothing_chosen()
    return found


def _approved(ctx: Context, campaign: Campaign, ids: Collection[int]) -> list[tuple[int, str]]:
    rows = ctx.session.execute(
        sa.select(Revision.id, Question.key)
        .join(Question, Question.id == Revision.question_id)
        .where(Question.campaign_id == campaign.id, Revision.id.in_(ids), Revision.state == RevisionState.APPROVED)
        .order_by(Question.position, Question.id)
        .with_for_update(of=Question, key_share=True)
    ).all()
    if not rows:
        raise _nothing_chosen()
    return [(row[0], row[1]) for row in rows]


def _nothing_chosen() -> DomainError:
    return DomainError(T("Please choose at least one question."), field="chosen")
