"""Issuing the approved set: one numbered, digested version with its decision, in force when two persons say so.

From then on papers are drawn from it alone, so that nothing that is approved later slips in unseen. What it says stays
sealed until the last round is over: before that its digest is published, afterwards whoever has the content can make
the same digest again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.days import check_day
from cuocthi.digest import digest
from cuocthi.errors import Closed, Conflict, DomainError
from cuocthi.standings.confirmations import NEEDED, confirm, hold, withdraw_confirmations
from cuocthi.text import T
from cuocthi.timelines.queries import rounds
from cuocthi_quiz.domain.bank import refuse_shortage
from cuocthi_quiz.domain.contents import FORM, content_of
from cuocthi_quiz.domain.questions import tidy
from cuocthi_quiz.models import MAX_DECISION, Issue, Issued
from cuocthi_quiz.queries import issues as issue_queries
from cuocthi_quiz.settings import OWNER

if TYPE_CHECKING:
    from datetime import date

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi_quiz.models import Question, Revision

#: The subject under which issues are confirmed.
SUBJECT = "quiz:issue"


def issue(ctx: Context, *, campaign: Campaign, decision: str, decided_on: date) -> Issue:
    """Issue the approved set as it is now, as the first of two persons, and record it.

    ``decision`` is the number and symbol of the document it rests on. Raises DomainError (field ``decision`` or
    ``decided_on``) for what cannot be meant, Conflict if nothing is approved or an issue waits for its second person.
    """
    written = tidy(decision)
    if not written:
        raise DomainError(T("Please enter number and symbol of the decision."), field="decision")
    if len(written) > MAX_DECISION:
        raise DomainError(T("The text is longer than %(most)s characters.", most=MAX_DECISION), field="decision")
    check_day(decided_on, now=ctx.now, field="decided_on")
    hold(ctx, campaign_id=campaign.id)
    if any(one.in_force_at is None for one in issue_queries.issues(ctx, campaign_id=campaign.id)):
        raise Conflict(T("An issue waits for its second person already; confirm or discard it first."))
    approved = issue_queries.approved_set(ctx, campaign_id=campaign.id)
    if not approved:
        raise Conflict(T("No question has been approved, so there is nothing to issue."))
    made = Issue(
        campaign_id=campaign.id,
        number=issue_queries.last_number(ctx, campaign_id=campaign.id) + 1,
        decision=written,
        decided_on=decided_on,
        digest=digest(contents(approved, form=FORM)),
        form=FORM,
        question_count=len(approved),
        made_at=ctx.now,
    )
    ctx.session.add(made)
    ctx.session.flush()
    ctx.session.execute(
        sa.insert(Issued), [{"issue_id": made.id, "revision_id": revision.id} for _, revision, _ in approved]
    )
    confirm(ctx, campaign=campaign, subject=SUBJECT, subject_id=made.id, digest=made.digest)
    _record(ctx, campaign, made, "make", T("Issued the approved questions as number %(number)s", number=made.number))
    return made


def put_in_force(ctx: Context, *, campaign: Campaign, issue: Issue) -> None:
    """Confirm an issue as the second person, so that papers are drawn from it alone, and record it.

    One that is in force already stays so. Raises Forbidden and Conflict as
    :func:`cuocthi.standings.confirmations.confirm`, and Conflict if a round that is open could not be drawn from it or
    what it holds is no longer what was issued.
    """
    hold(ctx, campaign_id=campaign.id)
    ctx.session.refresh(issue)
    if issue.in_force_at is not None:
        return
    if digest(held(ctx, issue=issue)) != issue.digest:
        raise Conflict(T("What this issue holds has been changed since it was made. It cannot come into force."))
    given = confirm(ctx, campaign=campaign, subject=SUBJECT, subject_id=issue.id, digest=issue.digest)
    if given < NEEDED:
        return
    issue.in_force_at = ctx.now
    ctx.session.flush()
    refuse_shortage(ctx, campaign)
    _record(ctx, campaign, issue, "confirm", T("Put issue number %(number)s into force", number=issue.number))


def discard(ctx: Context, *, campaign: Campaign, issue: Issue) -> None:
    """Discard an issue that is not in force yet, and record it. Its number is not given again: its digest may be known.

    Raises Conflict for one that is in force.
    """
    hold(ctx, campaign_id=campaign.id)
    ctx.session.refresh(issue)
    if issue.in_force_at is not None:
        raise Conflict(T("This issue is in force and stays; issue the approved set anew instead."))
    if issue.discarded_at is not None:
        return
    withdraw_confirmations(ctx, subject=SUBJECT, subject_id=issue.id)
    _record(ctx, campaign, issue, "discard", T("Discarded issue number %(number)s", number=issue.number))
    ctx.session.execute(sa.delete(Issued).where(Issued.issue_id == issue.id))
    issue.discarded_at = ctx.now
    ctx.session.flush()


def contents(listed: list[tuple[Question, Revision, str]], *, form: int = FORM) -> list[dict[str, Any]]:
    """Return what a set of revisions says, in the order over which its digest is made."""
    return [content_of(revision, key=question.key, topic=topic, form=form) for question, revision, topic in listed]


def held(ctx: Context, *, issue: Issue) -> list[dict[str, Any]]:
    """Return what an issue says, in its own form (one statement)."""
    return contents(issue_queries.revisions_of(ctx, issue_id=issue.id), form=issue.form)


def sealed(ctx: Context, *, campaign: Campaign) -> bool:
    """Tell whether what issues say is sealed: until the campaign's last round is over for everybody."""
    own = rounds(ctx, campaign_id=campaign.id, source=OWNER)
    return not own or any(ctx.now < round_.over_at for round_ in own)


def opened_contents(ctx: Context, *, campaign: Campaign, issue: Issue) -> list[dict[str, Any]]:
    """Return what an issue says once it is sealed no more. Raises Closed before that."""
    if sealed(ctx, campaign=campaign):
        raise Closed(T("What this issue says is sealed until the last round is over."))
    return held(ctx, issue=issue)


def _record(ctx: Context, campaign: Campaign, issue: Issue, verb: str, summary: Text) -> None:
    record(
        ctx,
        action=f"quiz:issue:{verb}",
        summary=summary,
        campaign=campaign,
        object_kind="quiz_issue",
        object_id=issue.id,
        after={
            "number": issue.number,
            "decision": issue.decision,
            "decided_on": issue.decided_on.isoformat(),
            "digest": issue.digest,
            "questions": issue.question_count,
        },
    )
