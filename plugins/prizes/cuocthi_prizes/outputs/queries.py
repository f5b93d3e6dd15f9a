"""What is read for handing awards over: adopted lists, their certificates, and the one that a code names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from cuocthi.campaigns.settings import load_settings
from cuocthi.enrolments.models import Enrolment
from cuocthi.users.queries import identities
from cuocthi_prizes.models import Award, AwardList, AwardListState, UnitAward
from cuocthi_prizes.outputs.models import Certificate, CertificateIssue
from cuocthi_prizes.outputs.settings import OWNER, OutputSettings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi_prizes.acts.models import LegalAct


def output_settings(ctx: Context, *, campaign: Campaign) -> OutputSettings:
    """Return how the awards of a campaign are handed over (one statement)."""
    return load_settings(ctx, owner=OWNER, schema=OutputSettings, campaign=campaign).value


def lists_in_force(ctx: Context, *, campaign_id: int) -> Sequence[AwardList]:
    """Return the adopted lists of a campaign, in the order of their numbers."""
    return ctx.session.scalars(
        sa.select(AwardList)
        .where(AwardList.campaign_id == campaign_id, AwardList.state == AwardListState.ADOPTED)
        .order_by(AwardList.number)
    ).all()


def list_of(ctx: Context, *, campaign_id: int, list_id: int) -> AwardList | None:
    """Return an award list of a campaign, whatever its state."""
    return ctx.session.scalar(sa.select(AwardList).where(AwardList.id == list_id, AwardList.campaign_id == campaign_id))


def issues_of(ctx: Context, *, award_list: AwardList) -> Sequence[CertificateIssue]:
    """Return the issues of the certificates of a list, the newest first (one statement)."""
    return ctx.session.scalars(
        sa.select(CertificateIssue)
        .where(CertificateIssue.award_list_id == award_list.id)
        .order_by(CertificateIssue.number.desc())
    ).all()


def current_issue(ctx: Context, *, award_list: AwardList) -> CertificateIssue | None:
    """Return the issue of the certificates of a list that counts, if any were issued (one statement)."""
    return next(iter(issues_of(ctx, award_list=award_list)), None)


def certificates_of(ctx: Context, *, issue: CertificateIssue) -> Sequence[Certificate]:
    """Return the certificates of an issue (one statement)."""
    return ctx.session.scalars(
        sa.select(Certificate).where(Certificate.issue_id == issue.id).order_by(Certificate.id)
    ).all()


def certificate_of(ctx: Context, *, campaign_id: int, certificate_id: int) -> Certificate | None:
    """Return a certificate of a campaign, of whichever issue."""
    return ctx.session.scalar(
        sa.select(Certificate)
        .join(CertificateIssue, CertificateIssue.id == Certificate.issue_id)
        .join(AwardList, AwardList.id == CertificateIssue.award_list_id)
        .where(Certificate.id == certificate_id, AwardList.campaign_id == campaign_id)
    )


def own_certificate(ctx: Context, *, campaign_id: int, certificate_id: int, user_id: int) -> Certificate | None:
    """Return a certificate that names this person and counts, by a list in force; None for everybody else's."""
    return ctx.session.scalar(_own(campaign_id, user_id).where(Certificate.id == certificate_id))


def own_certificates(ctx: Context, *, campaign_id: int, user_id: int) -> dict[int, int]:
    """Return by award the certificates that name a person and count, of the lists in force (one statement)."""
    return {one.award_id or 0: one.id for one in ctx.session.scalars(_own(campaign_id, user_id))}


def _own(campaign_id: int, user_id: int) -> sa.Select[Certificate]:
    return (
        sa.select(Certificate)
        .join(CertificateIssue, CertificateIssue.id == Certificate.issue_id)
        .join(AwardList, AwardList.id == CertificateIssue.award_list_id)
        .join(Award, Award.id == Certificate.award_id)
        .join(Enrolment, Enrolment.id == Award.enrolment_id)
        .where(
            AwardList.campaign_id == campaign_id,
            AwardList.state == AwardListState.ADOPTED,
            ~_later().exists(),
            Enrolment.user_id.in_(identities(user_id)),
        )
    )


def _later() -> sa.Select[int]:
    """Select the issues that replaced the one of the statement around."""
    later = aliased(CertificateIssue)
    return sa.select(later.id).where(
        later.award_list_id == CertificateIssue.award_list_id, later.number > CertificateIssue.number
    )


@dataclass(frozen=True, slots=True)
class Verified:
    """What a code stands for: the award as the certificate says it, its list, and what has become of the list.

    ``successor`` is the list that stands in its place now, and ``kept`` whether that one gives the same prize to the
    same person or unit; None and True while the list itself is in force. ``replaced_at`` is when certificates of the
    list were issued anew, None for one that was issued last.
    """

    certificate: Certificate
    award_list: AwardList
    award: Award | UnitAward
    decision: LegalAct | None
    successor: AwardList | None
    kept: bool
    replaced_at: datetime | None

    @property
    def in_force(self) -> bool:
        """Whether the list that gave the award is the one that counts."""
        return self.award_list.state is AwardListState.ADOPTED


def verified(ctx: Context, *, campaign_id: int, code: str) -> Verified | None:
    """Return what the certificate with this code says and whether it still holds; None for every other code."""
    found = ctx.session.execute(
        sa.select(Certificate, AwardList)
        .join(CertificateIssue, CertificateIssue.id == Certificate.issue_id)
        .join(AwardList, AwardList.id == CertificateIssue.award_list_id)
        .where(Certificate.code == code, AwardList.campaign_id == campaign_id, AwardList.adopted_at.is_not(None))
    ).one_or_none()
    if found is None:
        return None
    certificate, award_list = found
    award = award_of(ctx, certificate=certificate)
    in_force = award_list.state is AwardListState.ADOPTED
    successor = None if in_force else _successor(ctx, award_list)
    return Verified(
        certificate=certificate,
        award_list=award_list,
        award=award,
        decision=certificate.issue.decision,
        successor=successor,
        kept=in_force or _is_kept(award, successor),
        replaced_at=_replaced_at(ctx, certificate.issue),
    )


def _replaced_at(ctx: Context, issue: CertificateIssue) -> datetime | None:
    return ctx.session.scalar(
        sa.select(sa.func.min(CertificateIssue.issued_at)).where(
            CertificateIssue.award_list_id == issue.award_list_id, CertificateIssue.number > issue.number
        )
    )


def award_of(ctx: Context, *, certificate: Certificate) -> Award | UnitAward:
    """Return the award that a certificate is of."""
    if certificate.award_id is not None:
        return ctx.session.get_one(Award, certificate.award_id)
    return ctx.session.get_one(UnitAward, certificate.unit_award_id)


def _successor(ctx: Context, award_list: AwardList) -> AwardList | None:
    """Return the list in force in place of one that was superseded."""
    return ctx.session.scalar(
        sa.select(AwardList).where(
            AwardList.campaign_id == award_list.campaign_id,
            AwardList.set_key == award_list.set_key,
            AwardList.phase_id == award_list.phase_id,
            AwardList.state == AwardListState.ADOPTED,
        )
    )


def _is_kept(award: Award | UnitAward, successor: AwardList | None) -> bool:
    if successor is None:
        return False
    if isinstance(award, Award):
        return any(
            (one.enrolment_id, one.title, one.unit_name) == (award.enrolment_id, award.title, award.unit_name)
            for one in successor.awards
        )
    return any((one.unit_id, one.title) == (award.unit_id, award.title) for one in successor.unit_awards)
