"""Wrong keys: another key for a question that stood on papers, by two persons, known beforehand in all it changes.

A proposal has the marks of all different answers under its key written at once; background work finds out whose score,
place and prize it would change (``domain/looking_ahead.py``). That is what the second person confirms. Then it is the
key in force: papers handed in from then on are graded by it, and background work marks those again that were graded
before (``domain/remarking.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from cuocthi.audit.domain import record
from cuocthi.digest import digest
from cuocthi.errors import Conflict, DomainError
from cuocthi.jobs.domain import enqueue
from cuocthi.standings.confirmations import NEEDED, confirm, hold, withdraw_confirmations
from cuocthi.text import T
from cuocthi_quiz.domain.kinds import ALSO, EVERYONE, KINDS, VOID
from cuocthi_quiz.domain.looking_ahead import ask_to_look_ahead, still_holds
from cuocthi_quiz.domain.marks import mark_under
from cuocthi_quiz.domain.questions import MAX_TEXT, tidy
from cuocthi_quiz.domain.remarking import next_turn
from cuocthi_quiz.models import MAX_DOCUMENT, POINT, Item, KeyChange, Mark, Remedy, Rescored, Revision
from cuocthi_quiz.queries import wrong_keys as queries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi_quiz.domain.kinds.base import Json

#: The subject under which keys are confirmed.
SUBJECT = "quiz:key"
#: The job that marks again.
REMARK = "quiz.remark"
#: How long a confirmation waits for papers that are being graded, in milliseconds.
_GRADING_MS = 3_000


@dataclass(frozen=True, slots=True)
class Finding:
    """What is to be done about a key, why, and the document it rests on.

    ``responses`` are the answers that are to be right (``domain/responses.py``), none for full marks and void.
    """

    remedy: Remedy
    reason: str
    document: str
    responses: Sequence[str] = ()


def propose(ctx: Context, *, campaign: Campaign, revision: Revision, finding: Finding) -> KeyChange:
    """Propose another key for a revision that stood on papers, as the first of two persons, and record it.

    Nobody's score changes yet; what would change is worked out in the background. Raises DomainError (field ``reason``,
    ``document`` or ``answer``) for what cannot be meant, Conflict if the revision stands on no paper or a proposal for
    it waits already.
    """
    reason, document = _checked(finding)
    hold(ctx, campaign_id=campaign.id)
    ctx.session.refresh(revision)
    if not ctx.session.scalar(sa.select(sa.exists().where(Item.revision_id == revision.id))):
        raise Conflict(T("This wording stands on no paper; write a new wording of the question instead."))
    if queries.waiting_for(ctx, revision_id=revision.id):
        raise Conflict(T("Another key for this question waits for its second person; confirm or withdraw it first."))
    key, worth = _decided(revision, finding)
    change = KeyChange(
        campaign_id=campaign.id,
        revision_id=revision.id,
        number=queries.last_number(ctx, revision_id=revision.id) + 1,
        based_on=revision.key_number,
        remedy=finding.remedy,
        key=key,
        worth=worth,
        former_key=revision.key,
        former_worth=revision.worth,
        reason=reason,
        document=document,
        proposed_by=_person(ctx),
        proposed_at=ctx.now,
    )
    ctx.session.add(change)
    ctx.session.flush()
    mark_under(ctx, revision, change)
    confirm(ctx, campaign=campaign, subject=SUBJECT, subject_id=change.id, digest=digest_of(change))
    ask_to_look_ahead(ctx, campaign=campaign, change=change)
    _record(ctx, campaign, change, "propose", T("Proposed another key for a question that stood on papers"))
    return change


def put_in_force(ctx: Context, *, campaign: Campaign, change: KeyChange, seen: str) -> None:
    """Confirm a key as the second person: from now on it marks, and what was marked before is marked again.

    ``seen`` is the digest of the preview that the person looked at. One that is in force already stays so. Raises
    Forbidden and Conflict as :func:`cuocthi.standings.confirmations.confirm`, and Conflict for one that was withdrawn,
    that rests on a key which is no longer in force, whose preview was not this one or no longer holds, while papers
    are still being marked again after another decision, or while papers are being graded for too long.
    """
    hold(ctx, campaign_id=campaign.id)
    ctx.session.refresh(change)
    if change.confirmed_at is not None:
        return
    if change.withdrawn_at is not None:
        raise Conflict(T("This proposal has been withdrawn."))
    revision = ctx.session.get_one(Revision, change.revision_id, populate_existing=True)
    if revision.key_number != change.based_on:
        raise Conflict(T("Another key of this question has come into force in the meantime. Please propose this anew."))
    if queries.being_remarked(ctx, campaign_id=campaign.id):
        raise Conflict(
            T("Papers are still being marked again after another decision. Please confirm when that is done.")
        )
    _check_preview(ctx, campaign, change, seen)
    given = confirm(ctx, campaign=campaign, subject=SUBJECT, subject_id=change.id, digest=digest_of(change))
    if given < NEEDED:
        return
    _let_grading_end(ctx)
    revision.approved_key = revision.approved_key or revision.key
    revision.key, revision.key_number, revision.worth = change.key, change.number, change.worth
    turn = next_turn(ctx, campaign_id=campaign.id)
    change.confirmed_by, change.confirmed_at, change.turn = _person(ctx), ctx.now, turn
    arguments = {"key": change.id}
    enqueue(ctx, kind=REMARK, key=f"{REMARK}:{change.id}", arguments=arguments, campaign=campaign)
    campaign.renew_pages()
    _record(ctx, campaign, change, "confirm", T("Put another key for a question into force"))


def withdraw(ctx: Context, *, campaign: Campaign, change: KeyChange) -> None:
    """Withdraw a proposal that waits, and record it; what it would change leaves with it.

    Raises Conflict for one that is in force.
    """
    hold(ctx, campaign_id=campaign.id)
    ctx.session.refresh(change)
    if change.confirmed_at is not None:
        raise Conflict(T("This key is in force; propose another one instead."))
    if change.withdrawn_at is not None:
        return
    change.withdrawn_at = ctx.now
    withdraw_confirmations(ctx, subject=SUBJECT, subject_id=change.id)
    theirs = (Mark.revision_id == change.revision_id, Mark.key_number == change.number)
    ctx.session.execute(sa.delete(Mark).where(*theirs))
    ctx.session.execute(sa.delete(Rescored).where(Rescored.key_id == change.id))
    _record(ctx, campaign, change, "withdraw", T("Withdrew the proposal of another key"))


def digest_of(change: KeyChange) -> str:
    """Return the SHA-256 of what two persons confirm: the key, what it rests on, and why."""
    values = (change.revision_id, change.number, change.based_on, change.key, change.worth)
    return digest([*values, str(change.remedy), change.reason, change.document])


def _checked(finding: Finding) -> tuple[str, str]:
    reason, document = tidy(finding.reason), tidy(finding.document)
    if not reason:
        raise DomainError(T("Please say what is wrong with the key."), field="reason")
    if len(reason) > MAX_TEXT:
        raise DomainError(T("The text is longer than %(most)s characters.", most=MAX_TEXT), field="reason")
    if not document:
        raise DomainError(T("Please enter number and symbol of the document that decides it."), field="document")
    if len(document) > MAX_DOCUMENT:
        raise DomainError(T("The text is longer than %(most)s characters.", most=MAX_DOCUMENT), field="document")
    return reason, document


def _decided(revision: Revision, finding: Finding) -> tuple[Json, int]:
    """Return key and worth after a decision on what holds now. A void question keeps its key and counts no more."""
    now: Json = revision.key
    if finding.remedy is Remedy.VOID:
        return {**now, VOID: True}, 0
    worth = revision.worth or POINT
    plain = {name: value for name, value in now.items() if name != VOID}
    if finding.remedy is Remedy.EVERYONE:
        return {**plain, EVERYONE: True}, worth
    plain.pop(EVERYONE, None)
    given = [response for response in finding.responses if response]
    if not given:
        raise DomainError(T("Please say which answer is right."), field="answer")
    kind = KINDS[revision.type]
    keys = [kind.key_for(revision.content, plain, response) for response in given]
    if finding.remedy is Remedy.ACCEPT:
        key = {**plain, ALSO: [*plain.get(ALSO, ()), *keys]}
    else:
        first, *others = keys
        key = {name: value for name, value in first.items() if name != ALSO} | ({ALSO: others} if others else {})
    if key == now:
        raise DomainError(T("That is the key in force already."), field="answer")
    return key, worth


def _check_preview(ctx: Context, campaign: Campaign, change: KeyChange, seen: str) -> None:
    if not change.preview_digest:
        raise Conflict(T("What this key changes is still being worked out. Please look at it before you confirm."))
    if seen != change.preview_digest:
        raise Conflict(T("What this key changes was worked out anew in the meantime. Please look at it, then confirm."))
    if not still_holds(ctx, campaign=campaign, change=change):
        raise Conflict(
            T(
                "What you looked at no longer holds: results, rankings, decisions or settings have changed. Nothing "
                "was confirmed. Please have it worked out anew."
            )
        )


def _let_grading_end(ctx: Context) -> None:
    """Wait until nobody grades by the former key any more; raise Conflict if that takes too long.

    Whoever grades holds this lock until it is committed, and sees the new key if it comes later. Saving an answer does
    not write here and goes on; a hand-in waits as long as this does, and therefore this does not wait for long. SQLite
    has one writer at a time anyway.
    """
    ctx.session.flush()
    if ctx.session.get_bind().dialect.name != "postgresql":
        return
    ctx.session.execute(sa.text(f"SET LOCAL lock_timeout = {_GRADING_MS}"))
    try:
        with ctx.session.begin_nested():
            ctx.session.execute(sa.text("LOCK TABLE quiz_attempt IN SHARE MODE"))
    except OperationalError as error:
        message = T("Papers are being graded just now. Nothing was confirmed. Please try again in a minute.")
        raise Conflict(message) from error
    ctx.session.execute(sa.text("SET LOCAL lock_timeout = DEFAULT"))


def _person(ctx: Context) -> int:
    if ctx.actor.user_id is None:
        raise DomainError(T("Only a person who is signed in can decide on a key."))
    return ctx.actor.user_id


def _record(ctx: Context, campaign: Campaign, change: KeyChange, verb: str, summary: Text) -> None:
    def said(number: int, key: Any, worth: int) -> dict[str, object]:
        # The log is read by people who must not know keys.
        return {"number": number, "worth": worth, "digest": digest(key)}

    record(
        ctx,
        action=f"quiz:key:{verb}",
        summary=summary,
        campaign=campaign,
        object_kind="quiz_key",
        object_id=change.id,
        before=said(change.based_on, change.former_key, change.former_worth),
        after={
            **said(change.number, change.key, change.worth),
            "remedy": str(change.remedy),
            "reason": change.reason,
            "document": change.document,
        },
    )
