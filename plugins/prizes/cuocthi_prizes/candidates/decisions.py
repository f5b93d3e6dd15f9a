"""Decisions on candidates: keep, exclude, award with another unit, pass over, and take that back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.days import check_day
from cuocthi.errors import Conflict, DomainError
from cuocthi.standings.decisions import exclude_entry
from cuocthi.text import T
from cuocthi.units.queries import full_name
from cuocthi_prizes.candidates.checks import written
from cuocthi_prizes.candidates.conditions import answered_by_owner
from cuocthi_prizes.candidates.models import (
    MAX_NUMBER,
    Candidacy,
    CandidateDecision,
    DecisionKind,
)
from cuocthi_prizes.candidates.parts import of_part, part_of, subject
from cuocthi_prizes.candidates.queries import corrected_units
from cuocthi_prizes.candidates.telling import tell_passed_over
from cuocthi_prizes.domain.award_lists import lock
from cuocthi_prizes.models import PassedOverKind
from cuocthi_prizes.queries import load_scheme

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.documents.models import Document as RegisteredDocument
    from cuocthi.text import Text
    from cuocthi.units.models import Unit
    from cuocthi_prizes.candidates.parts import Subject
    from cuocthi_prizes.candidates.telling import Post

_SUMMARIES: dict[DecisionKind, Text] = {
    DecisionKind.KEEP: T("Kept a candidate for a prize"),
    DecisionKind.EXCLUDE: T("Excluded a candidate for a prize"),
    DecisionKind.UNIT: T("Corrected the unit with which a candidate is awarded"),
    DecisionKind.NO_ANSWER: T("Passed over a candidate who did not answer in time"),
    DecisionKind.DECLINED: T("Passed over a candidate who declined the prize"),
    DecisionKind.TAKE_BACK: T("Took back that a candidate is passed over"),
    DecisionKind.EXTEND: T("Gave a candidate more time to answer"),
    DecisionKind.ENTERED: T("Entered in a candidate's place how the prize is paid"),
}
#: Room in the reason of the core for the number and date of the document.
_REASON = 300


@dataclass(frozen=True, slots=True)
class Document:
    """The document by which something is decided."""

    number: str
    day: date

    def __str__(self) -> str:
        """Write it as reasons name it."""
        return f"{self.number}, {self.day:%d/%m/%Y}"


def document(ctx: Context, *, number: str, day: date | None) -> Document | None:
    """Return what somebody entered as a document, None for nothing at all.

    Raises DomainError (fields ``document_number`` and ``document_date``) for half of it, or an impossible day.
    """
    symbol = " ".join(number.split())
    if not symbol and day is None:
        return None
    if not symbol or len(symbol) > MAX_NUMBER:
        raise DomainError(T("Please enter the number of the document."), field="document_number")
    if day is None:
        raise DomainError(T("Please enter the date of the document."), field="document_date")
    check_day(day, now=ctx.now, field="document_date")
    return Document(symbol, day)


def keep(
    ctx: Context, *, campaign: Campaign, number: int, enrolment_id: int, reason: str, by: Document | None
) -> CandidateDecision:
    """Decide that somebody stays a candidate, whatever was found.

    Raises DomainError without reason or document, what :func:`subject` raises.
    """
    about = _held(ctx, campaign, number, enrolment_id)
    return decide(ctx, campaign=campaign, about=about, kind=DecisionKind.KEEP, reason=reason, by=_due(by))


def exclude(
    ctx: Context,
    *,
    campaign: Campaign,
    number: int,
    enrolment_id: int,
    reason: str,
    by: Document | None,
    registered: RegisteredDocument | None = None,
) -> CandidateDecision:
    """Let the entries of a candidate count no longer, from the next ranking on; the list is drawn up anew from that.

    Raises DomainError without reason or document, and in an archived campaign without a ``registered`` one, Conflict if
    the person is excluded already, what :func:`subject` raises.
    """
    about = _held(ctx, campaign, number, enrolment_id)
    due, words = _due(by), written(reason, most=_REASON)
    exclude_entry(ctx, enrolment=about.enrolment, reason=f"{words} ({due})", document=registered)
    return decide(ctx, campaign=campaign, about=about, kind=DecisionKind.EXCLUDE, reason=words, by=due)


def correct_unit(
    ctx: Context,
    *,
    campaign: Campaign,
    number: int,
    enrolment_id: int,
    unit: Unit,
    reason: str,
    by: Document | None,
) -> CandidateDecision:
    """Decide with which unit a candidate is awarded; lists that are drawn up from then on say that one.

    The ranking is adopted, and the figures of units rest on it: in these the person stays where it is. Raises
    DomainError without reason or document, Conflict if it is that unit already, what :func:`subject` raises.
    """
    about = _held(ctx, campaign, number, enrolment_id)
    award_list = about.award_list
    corrected = corrected_units(ctx, campaign_id=campaign.id, part=part_of(award_list))
    if corrected.get(enrolment_id, (about.enrolment.unit_id, ""))[0] == unit.id:
        raise Conflict(T("The person is awarded with this unit already."))
    at = {"unit_id": unit.id, "unit_name": full_name(ctx, unit=unit)}
    return decide(ctx, campaign=campaign, about=about, kind=DecisionKind.UNIT, reason=reason, by=_due(by), **at)


def pass_over(
    ctx: Context,
    *,
    campaign: Campaign,
    number: int,
    enrolment_id: int,
    kind: PassedOverKind,
    reason: str,
    by: Document | None,
    post: Post | None,
) -> CandidateDecision:
    """Let the next list pass a candidate over, who did not answer in time or has told that the prize is declined.

    The person is written to, with the reason and where to object. For not answering, the scheme has to say how many
    days candidates have, and they have to be over. Who has answered in person can decline in person alone.

    Raises DomainError without reason or document, Conflict where it is not so (any more), what :func:`subject` raises.
    """
    about = _held(ctx, campaign, number, enrolment_id)
    grounds = _due(by)
    due: list[sa.ColumnElement[bool]] = [Candidacy.set_aside.is_(None)]
    if kind is PassedOverKind.NO_ANSWER:
        if not load_scheme(ctx, campaign=campaign).value.answer_days:
            raise Conflict(T("The scheme of prizes does not say by when candidates have to answer."))
        due += [Candidacy.answer_by <= ctx.now, Candidacy.answered_at.is_(None)]
    elif kind is PassedOverKind.DECLINED:
        row_of(ctx, about)
        due.append(~answered_by_owner())
    else:
        raise DomainError(T("Say why the candidate is passed over."), field="kind")
    changed = ctx.session.execute(
        sa.update(Candidacy)
        .where(_own(about), *due)
        .values(set_aside=kind, set_aside_at=ctx.now)
        .returning(Candidacy.id)
        .execution_options(synchronize_session=False)
    ).first()
    if changed is None:
        raise Conflict(
            T("Nobody was passed over: the person has answered, has time to answer, or is passed over already.")
        )
    made = decide(ctx, campaign=campaign, about=about, kind=DecisionKind(kind.value), reason=reason, by=grounds)
    if post is not None:
        tell_passed_over(ctx, campaign=campaign, candidacy_id=changed.id, decision=made, post=post)
    return made


def take_back(
    ctx: Context, *, campaign: Campaign, number: int, enrolment_id: int, reason: str, by: Document | None
) -> CandidateDecision:
    """Let the lists that are drawn up from now on award somebody again who was passed over by decision.

    Raises DomainError without reason or document, Conflict where nobody is passed over, what :func:`subject` raises.
    """
    about, due = _held(ctx, campaign, number, enrolment_id), _due(by)
    changed = ctx.session.execute(
        sa.update(Candidacy)
        .where(_own(about), Candidacy.set_aside.is_not(None))
        .values(set_aside=None, set_aside_at=None)
        .returning(Candidacy.id)
        .execution_options(synchronize_session=False)
    ).first()
    if changed is None:
        raise Conflict(T("The person is not passed over by a decision."))
    return decide(ctx, campaign=campaign, about=about, kind=DecisionKind.TAKE_BACK, reason=reason, by=due)


def decide(
    ctx: Context,
    *,
    campaign: Campaign,
    about: Subject,
    kind: DecisionKind,
    reason: str,
    by: Document | None = None,
    **more: Any,
) -> CandidateDecision:
    """Keep a decision with its reason, and put it on record; the log refers to it by its number."""
    made = CandidateDecision(
        **about.values,
        kind=kind,
        reason=written(reason),
        document_number=by.number if by else "",
        document_date=by.day if by else None,
        decided_by=ctx.actor.user_id,
        decided_at=ctx.now,
        **more,
    )
    ctx.session.add(made)
    ctx.session.flush()
    ctx.session.expire_all()
    after = {"contest_number": about.enrolment.code, "decision": made.id, "document": made.document_number}
    record(
        ctx,
        action=f"prizes:candidates:{kind.value}",
        summary=_SUMMARIES[kind],
        campaign=campaign,
        object_kind="enrolment",
        object_id=about.enrolment.id,
        after=after | ({"unit": made.unit_name} if made.unit_name else {}),
    )
    return made


def row_of(ctx: Context, about: Subject) -> Candidacy:
    """Return the row of a candidate, made where there is none yet; call it under the lock of the campaign."""
    found = ctx.session.scalar(sa.select(Candidacy).where(_own(about)).execution_options(populate_existing=True))
    if found is None:
        found = Candidacy(**about.values)
        ctx.session.add(found)
        ctx.session.flush()
    return found


def _held(ctx: Context, campaign: Campaign, number: int, enrolment_id: int) -> Subject:
    lock(ctx, campaign)
    return subject(ctx, campaign=campaign, number=number, enrolment_id=enrolment_id, draft=True)


def _own(about: Subject) -> sa.ColumnElement[bool]:
    part = part_of(about.award_list)
    own: sa.ColumnElement[bool] = Candidacy.enrolment_id == about.enrolment.id
    return sa.and_(of_part(Candidacy, about.award_list.campaign_id, part), own)


def _due(by: Document | None) -> Document:
    if by is None:
        raise DomainError(T("Please enter number and date of the document."), field="document_number")
    return by
