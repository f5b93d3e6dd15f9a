"""The register of false information about the contest."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from cuocthi.audit.domain import record
from cuocthi.days import check_day
from cuocthi.errors import Missing
from cuocthi.files.kinds import JPEG, PDF, PNG
from cuocthi.text import T
from cuocthi_inquiries.models import FalseInformation
from cuocthi_inquiries.queries import case_of

if TYPE_CHECKING:
    from datetime import date

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.files.models import StoredFile
    from cuocthi.text import Text

#: What a capture may be.
CAPTURE_KINDS = (PNG, JPEG, PDF)


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What the register says of a case; see :class:`FalseInformation`."""

    claim: str
    place: str
    found_on: date
    assessment: str = ""
    referred_to: str = ""
    outcome: str = ""


def enter(ctx: Context, *, campaign: Campaign, facts: CaseFacts, capture: StoredFile | None) -> FalseInformation:
    """Enter a case into the register. Raises DomainError for a day that cannot be."""
    case = FalseInformation(campaign_id=campaign.id, entered_by=ctx.actor.user_id, entered_at=ctx.now)
    _store(ctx, campaign, case, facts, capture, T("Entered a case of false information"), {})
    return case


def edit(
    ctx: Context, *, campaign: Campaign, case_id: int, facts: CaseFacts, capture: StoredFile | None
) -> FalseInformation:
    """Change what the register says of a case; without ``capture`` the stored one stays.

    Raises Missing, and DomainError for a day that cannot be.
    """
    case = case_of(ctx, campaign_id=campaign.id, case_id=case_id)
    if case is None:
        raise Missing(T("There is no case %(number)s in the register.", number=case_id))
    summary = T("Changed case %(number)s of false information", number=case_id)
    _store(ctx, campaign, case, facts, capture or case.capture, summary, _described(case))
    return case


def facts_of(case: FalseInformation) -> CaseFacts:
    """Return what the register says of a case now."""
    return CaseFacts(case.claim, case.place, case.found_on, case.assessment, case.referred_to, case.outcome)


def _described(case: FalseInformation) -> dict[str, object]:
    return {**asdict(facts_of(case)), "capture": case.capture.sha256 if case.capture else None}


def _store(  # noqa: PLR0917 - what the register says, and the words for it
    ctx: Context,
    campaign: Campaign,
    case: FalseInformation,
    facts: CaseFacts,
    capture: StoredFile | None,
    summary: Text,
    before: dict[str, object],
) -> None:
    check_day(facts.found_on, now=ctx.now, field="found_on")
    for name, value in asdict(facts).items():
        setattr(case, name, value)
    case.capture = capture
    ctx.session.add(case)
    ctx.session.flush()
    if _described(case) != before:
        record(
            ctx,
            action="inquiries:register:edit",
            summary=summary,
            campaign=campaign,
            object_kind="false_information",
            object_id=case.id,
            before=before,
            after=_described(case),
        )
