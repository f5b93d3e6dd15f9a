"""What is read for handing awards over: adopted lists, their certificates, and the one that a code names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.campaigns.settings import load_settings
from cuocthi.enrolments.models import Enrolment
from cuocthi.users.queries import identities
from cuocthi_prizes.acts.queries import finality_of
from cuocthi_prizes.models import Award, AwardList, AwardListState, UnitAward
from cuocthi_prizes.outputs.models import Certificate, HandOver
from cuocthi_prizes.outputs.settings import OWNER, OutputSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

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


def hand_over_of(ctx: Context, *, award_list: AwardList) -> HandOver | None:
    """Return what is kept beside a list, if there is anything."""
    return ctx.session.scalar(sa.select(HandOver).where(HandOver.award_list_id == award_list.id))


def certificates_of(ctx: Context, *, award_list: AwardList) -> Sequence[Certificate]:
    """Return the certificates of a list, as far as they have codes (one statement)."""
    return ctx.session.scalars(
        sa.select(Certificate).where(Certificate.award_list_id == award_list.id).order_by(Certificate.id)
    ).all()


def certificate_of(ctx: Context, *, campaign_id: int, certificate_id: int) -> tuple[Certificate, AwardList] | None:
    """Return a certificate of a campaign with its list."""
    found = ctx.session.execute(
        sa.select(Certificate, AwardList)
        .join(AwardList, AwardList.id == Certificate.award_list_id)
        .where(Certificate.id == certificate_id, AwardList.campaign_id == campaign_id)
    ).one_or_none()
    return None if found is None else (found[0], found[1])


def own_certificate(ctx: Context, *, campaign_id: int, certificate_id: int, user_id: int) -> Certificate | None:
    """Return a certificate that names this person, by a list in force; None for everybody else's."""
    return ctx.session.scalar(_own(campaign_id, user_id).where(Certificate.id == certificate_id))


def own_certificates(ctx: Context, *, campaign_id: int, user_id: int) -> dict[int, int]:
    """Return by award the certificates that name a person, of the lists in force (one statement)."""
    return {one.award_id or 0: one.id for one in ctx.session.scalars(_own(campaign_id, user_id))}


def _own(campaign_id: int, user_id: int) -> sa.Select[Certificate]:
    return (
        sa.select(Certificate)
        .join(AwardList, AwardList.id == Certificate.award_list_id)
        .join(Award, Award.id == Certificate.award_id)
        .join(Enrolment, Enrolment.id == Award.enrolment_id)
        .where(
            AwardList.campaign_id == campaign_id,
            AwardList.state == AwardListState.ADOPTED,
            Enrolment.user_id.in_(identities(user_id)),
        )
    )


@dataclass(frozen=True, slots=True)
class Verified:
    """What a code stands for: the award as the certificate says it, its list, and what has become of the list.

    ``successor`` is the list that stands in its place now, and ``kept`` whether that one gives the same prize to the
    same person or unit; None and True while the list itself is in force.
    """

    certificate: Certificate
    award_list: AwardList
    award: Award | UnitAward
    decision: LegalAct | None
    successor: AwardList | None
    kept: bool

    @property
    def in_force(self) -> bool:
        """Whether the list that gave the award is the one that counts."""
        return self.award_list.state is AwardListState.ADOPTED


def verified(ctx: Context, *, campaign_id: int, code: str) -> Verified | None:
    """Return what the certificate with this code says and whether it still holds; None for every other code."""
    found = ctx.session.execute(
        sa.select(Certificate, AwardList)
        .join(AwardList, AwardList.id == Certificate.award_list_id)
        .where(Certificate.code == code, AwardList.campaign_id == campaign_id, AwardList.adopted_at.is_not(None))
    ).one_or_none()
    if found is None:
        return None
    certificate, award_list = found
    finality = finality_of(ctx, award_list=award_list)
    decision = finality.decision if finality else None
    award = award_of(ctx, certificate=certificate)
    if award_list.state is AwardListState.ADOPTED:
        return Verified(certificate, award_list, award, decision, None, kept=True)
    successor = _successor(ctx, award_list)
    return Verified(certificate, award_list, award, decision, successor, kept=_is_kept(award, successor))


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
