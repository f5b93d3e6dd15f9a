"""Complaints are dealt with: given to somebody, looked into, answered; and held against those whom they touch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.digest import digest
from cuocthi.enrolments.models import Enrolment
from cuocthi.errors import Conflict, DomainError, Missing
from cuocthi.standings.confirmations import NEEDED, confirm, hold, withdraw_confirmations
from cuocthi.text import T
from cuocthi.users.models import User
from cuocthi_inquiries.complaint_queries import handlers, involved, touched
from cuocthi_inquiries.domain.evidence import Sent, drop, keep
from cuocthi_inquiries.domain.telling import Post, tell
from cuocthi_inquiries.domain.texts import checked
from cuocthi_inquiries.models import MAX_LINE, MAX_TEXT, Complaint, ComplaintState, ComplaintTouched, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text

#: The subject under which two persons declare that a complaint touches no candidate.
HARMLESS = "inquiries:complaint"


def assign(
    ctx: Context, *, campaign: Campaign, complaint_id: int, handler_id: int, seen: int | None, post: Post
) -> Complaint:
    """Give a complaint to a member of a committee; ``seen`` is who had it when the assigning person looked.

    Raises Missing, Conflict if it is through or somebody else was faster, DomainError at ``handler`` for who sits on no
    committee that answers or is touched by it.
    """
    complaint = _held(ctx, campaign, complaint_id)
    _refuse_through(complaint)
    if complaint.handler_id != seen:
        raise Conflict(T("Somebody else has given this complaint to somebody in the meantime. Please look first."))
    if complaint.awaits_approval:
        raise Conflict(T("The answer waits for approval; send it back first."))
    names = handlers(ctx, campaign_id=campaign.id)
    if handler_id not in names:
        raise DomainError(T("Please choose a member of a committee that answers."), field="handler")
    if handler_id in involved(ctx, complaint=complaint):
        text = T("This person is touched by the complaint, or has decided on somebody whom it touches.")
        raise DomainError(text, field="handler")
    first, before = complaint.state is ComplaintState.RECEIVED, complaint.handler_id
    complaint.state, complaint.handler_id = ComplaintState.HANDLING, handler_id
    complaint.handled_at = complaint.handled_at or ctx.now
    summary = T("Gave complaint %(number)s to somebody to deal with", number=complaint.name)
    _record(ctx, campaign, complaint, "assign", summary, {"user_id": before}, {"user_id": handler_id})
    if first:
        said = T("Complaint %(number)s is being dealt with.", number=complaint.name)
        tell(ctx, campaign=campaign, complaint=complaint, said=said, post=post)
    return complaint


def list_touched(ctx: Context, *, campaign: Campaign, complaint_id: int, codes: Sequence[str]) -> Complaint:
    """Say by contest numbers whom a complaint touches; what was declared of others before is not declared any more.

    Raises Missing, Conflict if it is through, DomainError at ``codes`` naming numbers that nobody has.
    """
    complaint = _held(ctx, campaign, complaint_id)
    _refuse_through(complaint)
    wanted = {code.strip().upper() for code in codes if code.strip()}
    found = {
        one.code: one.id
        for one in ctx.session.scalars(
            sa.select(Enrolment).where(Enrolment.campaign_id == campaign.id, Enrolment.code.in_(wanted))
        )
    }
    if unknown := sorted(wanted - set(found)):
        text = T("Nobody takes part under the contest number %(code)s.", code=", ".join(unknown))
        raise DomainError(text, field="codes")
    before = [one.code for one in touched(ctx, complaint=complaint)]
    if before == sorted(found):
        return complaint
    ctx.session.execute(sa.delete(ComplaintTouched).where(ComplaintTouched.complaint_id == complaint.id))
    ctx.session.add_all(ComplaintTouched(complaint_id=complaint.id, enrolment_id=id_) for id_ in found.values())
    _no_longer_harmless(ctx, complaint)
    ctx.session.flush()
    summary = T("Said whom complaint %(number)s touches", number=complaint.name)
    _record(ctx, campaign, complaint, "touched", summary, {"codes": before}, {"codes": sorted(found)})
    return complaint


def answer(
    ctx: Context,
    *,
    campaign: Campaign,
    complaint_id: int,
    outcome: Outcome,
    text: str,
    files: Sequence[Sent],
    seen: datetime | None,
    folder: Path,
    post: Post,
) -> Complaint:
    """Write the answer to a complaint: one that rejects is given at once, one that agrees waits for another person.

    ``seen`` is when the answer was last written that the person saw. Raises Missing, Conflict if it is through, given
    to somebody else, or written by somebody in the meantime, DomainError for a text or file that cannot be.
    """
    complaint = _held(ctx, campaign, complaint_id)
    _refuse_through(complaint)
    if complaint.handler_id is None or complaint.handler_id != ctx.actor.user_id:
        raise Conflict(T("Only the person to whom the complaint was given writes the answer."))
    _refuse_involved(ctx, complaint)
    if complaint.drafted_at != seen:
        raise Conflict(T("The answer was written in the meantime. Your text is still here; please look first."))
    complaint.answer = checked(text, MAX_TEXT, "text")
    complaint.outcome, complaint.drafted_by, complaint.drafted_at = outcome, ctx.actor.user_id, ctx.now
    complaint.sent_back = ""
    if files:
        drop(ctx, [found for found in complaint.files if found.of_answer])
        ctx.session.refresh(complaint, ["files"])
        keep(ctx, campaign, complaint, files, folder, of_answer=True, field="file")
    if outcome is Outcome.REJECTED:
        _give(ctx, campaign, complaint, T("Answered complaint %(number)s", number=complaint.name), post)
    else:
        summary = T("Wrote an answer to complaint %(number)s, for approval", number=complaint.name)
        _record(ctx, campaign, complaint, "draft", summary, {}, {"result": outcome})
    return complaint


def approve(ctx: Context, *, campaign: Campaign, complaint_id: int, seen: datetime | None, post: Post) -> Complaint:
    """Approve an answer that agrees, as another person than who wrote it; it is given by that.

    Raises Missing, Conflict if there is none to approve, if it was written anew since, or for who wrote it or is
    touched by the complaint.
    """
    complaint = _awaiting(ctx, campaign, complaint_id, seen)
    drafter = ctx.session.get_one(User, complaint.drafted_by)
    if ctx.actor.user_id in {None, drafter.id, drafter.merged_into_id}:
        raise Conflict(T("You wrote this answer; another person has to approve it."))
    _refuse_involved(ctx, complaint)
    complaint.approved_by = ctx.actor.user_id
    _give(ctx, campaign, complaint, T("Approved the answer to complaint %(number)s", number=complaint.name), post)
    return complaint


def send_back(ctx: Context, *, campaign: Campaign, complaint_id: int, seen: datetime | None, reason: str) -> Complaint:
    """Send an answer that waits for approval back to whoever wrote it. Raises as :func:`approve`, and DomainError at
    ``reason`` without one.
    """
    complaint = _awaiting(ctx, campaign, complaint_id, seen)
    _refuse_involved(ctx, complaint)
    complaint.sent_back = checked(reason, MAX_LINE, "reason")
    complaint.drafted_by = complaint.drafted_at = complaint.outcome = None
    summary = T("Sent the answer to complaint %(number)s back", number=complaint.name)
    _record(ctx, campaign, complaint, "send_back", summary, {}, {})
    return complaint


def declare_harmless(ctx: Context, *, campaign: Campaign, complaint_id: int, reason: str) -> Complaint:
    """Declare, as one of two persons, that an open complaint touches no candidate for a prize.

    It holds nothing up then. The first person gives the ``reason``, the second confirms that one. Raises Missing,
    Conflict if it is through, nobody is listed whom it touches, for who is touched by it and who has declared it
    already, DomainError at ``reason`` without one.
    """
    hold(ctx, campaign_id=campaign.id)
    complaint = _held(ctx, campaign, complaint_id)
    _refuse_through(complaint)
    _refuse_involved(ctx, complaint)
    whom = [one.code for one in touched(ctx, complaint=complaint)]
    if not whom:
        raise Conflict(T("Please say first by contest numbers whom the complaint touches."))
    if complaint.harmless_at is not None:
        raise Conflict(T("Two persons have declared this already."))
    complaint.harmless_reason = complaint.harmless_reason or checked(reason, MAX_LINE, "reason")
    what = digest([complaint.id, complaint.harmless_reason, whom])
    persons = confirm(ctx, campaign=campaign, subject=HARMLESS, subject_id=complaint.id, digest=what)
    if persons >= NEEDED:
        complaint.harmless_at = ctx.now
    summary = T("Declared that complaint %(number)s touches no candidate for a prize", number=complaint.name)
    said = {"reason": complaint.harmless_reason, "codes": whom, "confirmations": persons}
    _record(ctx, campaign, complaint, "harmless", summary, {}, said)
    return complaint


def declare_serious(ctx: Context, *, campaign: Campaign, complaint_id: int) -> Complaint:
    """Take back what was declared of a complaint: it holds adoptions up again.

    Raises Missing, Conflict if nothing was declared.
    """
    hold(ctx, campaign_id=campaign.id)
    complaint = _held(ctx, campaign, complaint_id)
    if not complaint.harmless_reason:
        raise Conflict(T("Nobody has declared anything of this complaint."))
    before = {"reason": complaint.harmless_reason}
    _no_longer_harmless(ctx, complaint)
    summary = T("Took back that complaint %(number)s touches no candidate for a prize", number=complaint.name)
    _record(ctx, campaign, complaint, "serious", summary, before, {})
    return complaint


def _give(ctx: Context, campaign: Campaign, complaint: Complaint, summary: Text, post: Post) -> None:
    before = {"state": complaint.state}
    complaint.state, complaint.answered_at = ComplaintState.ANSWERED, ctx.now
    ctx.session.flush()
    after = {"state": complaint.state, "result": complaint.outcome}
    _record(ctx, campaign, complaint, "answer", summary, before, after)
    said = T("Complaint %(number)s has been answered.", number=complaint.name)
    tell(ctx, campaign=campaign, complaint=complaint, said=said, post=post)


def _awaiting(ctx: Context, campaign: Campaign, complaint_id: int, seen: datetime | None) -> Complaint:
    complaint = _held(ctx, campaign, complaint_id)
    if not complaint.awaits_approval:
        raise Conflict(T("No answer to complaint %(number)s waits for approval.", number=complaint.name))
    if complaint.drafted_at != seen:
        raise Conflict(T("The answer was written anew in the meantime. Please read it first."))
    return complaint


def _no_longer_harmless(ctx: Context, complaint: Complaint) -> None:
    complaint.harmless_reason, complaint.harmless_at = "", None
    withdraw_confirmations(ctx, subject=HARMLESS, subject_id=complaint.id)


def _refuse_involved(ctx: Context, complaint: Complaint) -> None:
    if ctx.actor.user_id in involved(ctx, complaint=complaint):
        raise Conflict(T("This complaint touches you, or somebody on whom you have decided: others deal with it."))


def _refuse_through(complaint: Complaint) -> None:
    if not complaint.is_open:
        raise Conflict(T("Complaint %(number)s is through already.", number=complaint.name))


def _held(ctx: Context, campaign: Campaign, complaint_id: int) -> Complaint:
    """Return a complaint that nobody else changes until the transaction ends."""
    found = ctx.session.scalar(
        sa.select(Complaint)
        .where(Complaint.campaign_id == campaign.id, Complaint.id == complaint_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise Missing(T("There is no complaint %(number)s.", number=complaint_id))
    return found


def _record(  # noqa: PLR0917 - the parts of an event
    ctx: Context,
    campaign: Campaign,
    complaint: Complaint,
    verb: str,
    summary: Text,
    before: Mapping[str, object],
    after: Mapping[str, object],
) -> None:
    record(
        ctx,
        action=f"inquiries:complaint:{verb}",
        summary=summary,
        campaign=campaign,
        object_kind="complaint",
        object_id=complaint.id,
        before=before,
        after=after,
    )
