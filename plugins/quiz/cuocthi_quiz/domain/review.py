"""Reviewing drafts: remarks on them, sending them back, and their approval by two persons other than the author."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.errors import Conflict, DomainError, Forbidden
from cuocthi.standings.confirmations import NEEDED, confirm, withdraw_confirmations
from cuocthi.text import T
from cuocthi.users.queries import identities
from cuocthi_quiz.domain.bank import retire
from cuocthi_quiz.domain.contents import FORM, digest_of
from cuocthi_quiz.domain.questions import MAX_TEXT, tidy
from cuocthi_quiz.models import Question, Remark, RemarkKind, Revision, RevisionState
from cuocthi_quiz.queries import review as review_queries

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text


def approve(ctx: Context, *, campaign: Campaign, revision: Revision) -> None:
    """Approve a draft and record it; the second person's approval takes it into the bank in place of what was there.

    Who has approved it already changes nothing. Raises Forbidden for the author and for who is no person, Conflict if
    the draft is no longer the newest or has been sent back.
    """
    actor_id = _person(ctx)
    if wrote(ctx, revision=revision):
        raise Forbidden(T("A question is approved by somebody else than its author."))
    question = _hold(ctx, revision)
    if actor_id in {
        given.user_id
        for given in review_queries.approvals(ctx, question_id=question.id)
        if given.revision_id == revision.id
    }:
        return
    _refuse_decided(revision)
    if _open_remark(ctx, revision, kind=RemarkKind.SENT_BACK) is not None:
        raise Conflict(T("This draft has been sent back; a new wording is approved instead of it."))
    given = confirm(
        ctx,
        campaign=campaign,
        subject=review_queries.APPROVAL,
        subject_id=revision.id,
        digest=_digest(ctx, question, revision),
    )
    if given >= NEEDED:
        retire(ctx, question, RevisionState.APPROVED)
        revision.state = RevisionState.APPROVED
        revision.approved_by, revision.approved_at = actor_id, ctx.now
        ctx.session.flush()
    _record(
        ctx,
        campaign,
        question,
        verb="approve",
        summary=T("Approved revision %(number)s of question %(key)s", number=revision.number, key=question.key),
        after={"revision": revision.number, "approvals": given, "state": str(revision.state)},
    )


def _digest(ctx: Context, question: Question, revision: Revision) -> str:
    """Return the digest of a draft, in the form in which somebody else has approved it if that is an earlier one."""
    given = review_queries.digests(ctx, revision_id=revision.id)
    forms = [digest_of(revision, key=question.key, topic=revision.topic.key, form=form) for form in (FORM, 1)]
    return next((one for one in forms if one in given), forms[0])


def remark(
    ctx: Context, *, campaign: Campaign, revision: Revision, kind: RemarkKind, text: str, author_id: int | None = None
) -> Remark:
    """Add a comment on a revision, or a proposal of another wording, and record it; the same one twice is one.

    ``author_id`` is whose remark it is, if the actor enters what somebody else has said. Raises DomainError (field
    ``text``) for an empty or an overlong text.
    """
    actor_id = _person(ctx)
    _hold(ctx, revision)
    return _add(ctx, campaign, revision, kind=kind, text=_checked(text), author_id=author_id or actor_id)


def send_back(ctx: Context, *, campaign: Campaign, revision: Revision, reason: str) -> Remark:
    """Send a draft back to its author and record it: approvals that it has are void, and only a new wording goes on.

    Raises DomainError (field ``text``) without a reason, Conflict if the draft is no longer the newest.
    """
    actor_id = _person(ctx)
    text = _checked(reason)
    _hold(ctx, revision)
    _refuse_decided(revision)
    withdraw_confirmations(ctx, subject=review_queries.APPROVAL, subject_id=revision.id)
    return _add(ctx, campaign, revision, kind=RemarkKind.SENT_BACK, text=text, author_id=actor_id)


def resolve(ctx: Context, *, campaign: Campaign, remark: Remark, revision: Revision) -> None:
    """Say that a remark on a revision has been seen to, and record it; one that is not open any more stays as it is.

    Raises Forbidden for anybody else than who sent a draft back: otherwise a new wording answers that.
    """
    actor_id = _person(ctx)
    question = _hold(ctx, revision)
    ctx.session.refresh(remark)
    if remark.resolved_at is not None:
        return
    if remark.kind is RemarkKind.SENT_BACK and remark.author_id != actor_id:
        raise Forbidden(T("A draft that was sent back is answered by a new wording, or taken up by who sent it back."))
    remark.resolved_at, remark.resolved_by = ctx.now, actor_id
    ctx.session.flush()
    _record(
        ctx,
        campaign,
        question,
        verb="resolve",
        summary=T("Saw to a remark on question %(key)s", key=question.key),
        after={"remark": remark.id, "revision": revision.number},
    )


def wrote(ctx: Context, *, revision: Revision) -> bool:
    """Tell whether the actor is the author of a revision, under whatever account."""
    if revision.author_id is None or ctx.actor.user_id is None:
        return False
    return revision.author_id in ctx.session.scalars(identities(ctx.actor.user_id)).all()


def _person(ctx: Context) -> int:
    if ctx.actor.user_id is None:
        raise Forbidden(T("Questions are reviewed by persons who are signed in."))
    return ctx.actor.user_id


def _hold(ctx: Context, revision: Revision) -> Question:
    """Let what is said and decided of a question take turns until the transaction ends."""
    question = ctx.session.get_one(Question, revision.question_id, with_for_update=True)
    ctx.session.refresh(revision, ["state"])
    return question


def _refuse_decided(revision: Revision) -> None:
    if revision.state is not RevisionState.DRAFT:
        raise Conflict(T("This draft has been replaced or decided on in the meantime; please look at the newest one."))


def _checked(text: str) -> str:
    tidied = tidy(text)
    if not tidied:
        raise DomainError(T("Please write what you have to say."), field="text")
    if len(tidied) > MAX_TEXT:
        raise DomainError(T("The text is longer than %(most)s characters.", most=MAX_TEXT), field="text")
    return tidied


def _open_remark(ctx: Context, revision: Revision, **said: object) -> Remark | None:
    wanted = sa.select(Remark).where(Remark.revision_id == revision.id, Remark.resolved_at.is_(None))
    return ctx.session.scalars(wanted.filter_by(**said).limit(1)).first()


def _add(ctx: Context, campaign: Campaign, revision: Revision, **said: Any) -> Remark:
    same = _open_remark(ctx, revision, **said)
    if same is not None:
        return same
    added = Remark(revision_id=revision.id, recorded_by=_person(ctx), said_at=ctx.now, **said)
    ctx.session.add(added)
    ctx.session.flush()
    # The log is read by people who may not know the questions: what was said stands with the question alone.
    after = {"remark": added.id, "revision": revision.number, "user": added.author_id}
    verb, summary = _done(added.kind, revision.question.key)
    _record(ctx, campaign, revision.question, verb=verb, summary=summary, after=after)
    return added


def _done(kind: RemarkKind, key: str) -> tuple[str, Text]:
    match kind:
        case RemarkKind.COMMENT:
            return "comment", T("Commented on question %(key)s", key=key)
        case RemarkKind.PROPOSAL:
            return "propose", T("Proposed another wording of question %(key)s", key=key)
        case RemarkKind.SENT_BACK:
            return "send_back", T("Sent question %(key)s back", key=key)


def _record(ctx: Context, campaign: Campaign, question: Question, *, verb: str, **event: Any) -> None:
    record(
        ctx,
        action=f"quiz:question:{verb}",
        campaign=campaign,
        object_kind="quiz_question",
        object_id=question.id,
        **event,
    )
