"""Issues of certificates: what certificates say is fixed when they are issued, so that a code always gives one paper.

Signatory, decision, template, and where they are verified are kept with the issue. Where any of it is to be another one
afterwards, somebody issues the certificates anew, with a reason: these have codes of their own, and those before verify
as replaced.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from secrets import choice
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.digest import canonical, digest
from cuocthi.errors import Conflict, DomainError
from cuocthi.text import T
from cuocthi_prizes.acts.queries import finality_of
from cuocthi_prizes.models import AwardList
from cuocthi_prizes.outputs import certificates
from cuocthi_prizes.outputs.hand_over import adopted_list
from cuocthi_prizes.outputs.models import CODE_LENGTH, CODE_LETTERS, Certificate, CertificateIssue
from cuocthi_prizes.outputs.queries import current_issue, output_settings
from cuocthi_prizes.outputs.typesetting import template_of

if TYPE_CHECKING:
    from pathlib import Path

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context

#: How long a reason may be.
REASON_LENGTH = 400


@dataclass(frozen=True, slots=True)
class Wording:
    """All that the certificates of an issue are made of beside their awards.

    ``common`` is what all of them say alike, ``page`` the address below which each is verified by its code.
    """

    template: str
    common: dict[str, Any]
    page: str

    @property
    def content(self) -> str:
        """This as an issue keeps it."""
        return canonical([self.template, self.common, self.page]).decode()


def present_wording(ctx: Context, *, campaign: Campaign, award_list: AwardList, folder: Path, page: str) -> Wording:
    """Return what certificates say that are issued now.

    ``folder`` has the template, ``page`` is where all are verified. Raises Missing if the template in use is gone.
    """
    settings = output_settings(ctx, campaign=campaign)
    template = template_of(ctx, campaign=campaign, settings=settings, folder=folder)
    common = certificates.common_data(ctx, campaign=campaign, award_list=award_list, settings=settings, page=page)
    return Wording(template, common, page)


def wording_of(
    ctx: Context, *, campaign: Campaign, award_list: AwardList, issue: CertificateIssue, present: Wording
) -> Wording:
    """Return what the certificates of an issue say.

    Of what was issued before contents were kept, that is what certificates would say at ``present`` if it is provably
    the same. Raises Conflict if it is not.
    """
    if issue.content is not None:
        return Wording(*json.loads(issue.content))
    if says_the_same(ctx, campaign=campaign, award_list=award_list, issue=issue, present=present):
        return present
    raise Conflict(
        T(
            "What this certificate says was not kept when it was made, and has been changed since. The organisers have "
            "it in the PDF of all certificates."
        )
    )


def says_the_same(
    ctx: Context, *, campaign: Campaign, award_list: AwardList, issue: CertificateIssue, present: Wording
) -> bool:
    """Tell whether certificates that are issued at ``present`` would say what those of an issue say."""
    if issue.content is not None:
        return issue.fingerprint == fingerprint_of(award_list, present)
    settings = output_settings(ctx, campaign=campaign)
    sheets = certificates.sheets_of(ctx, award_list=award_list, issue=issue, settings=settings)
    former = {
        "list": award_list.digest,
        "common": present.common,
        "codes": [sheet.certificate.code for sheet in sheets],
        "template": present.template,
    }
    return issue.fingerprint == digest(former)


def fingerprint_of(award_list: AwardList, wording: Wording) -> str:
    """Return the digest of all that the certificates of a list are made of by this wording."""
    return digest([award_list.digest, wording.content])


def issue_certificates(
    ctx: Context, *, campaign: Campaign, list_id: int, folder: Path, page: str, reason: str
) -> CertificateIssue:
    """Issue the certificates of a list as they would be now; return the issue that counts.

    Where the one that counts says the same already, nothing is issued. Where it says something else, this one replaces
    it, for the ``reason``, and each award gets a certificate with a new code. ``folder`` and ``page`` are as in
    :func:`present_wording`. Raises what :func:`cuocthi_prizes.outputs.hand_over.adopted_list` raises, Conflict for a
    list that no decision makes final yet, and DomainError where a reason is missing.
    """
    award_list = _held(ctx, campaign, list_id)
    finality = finality_of(ctx, award_list=award_list)
    if finality is None:
        raise Conflict(
            T("Certificates are given by a decision. Name the minutes and the decision of this award list first.")
        )
    present = present_wording(ctx, campaign=campaign, award_list=award_list, folder=folder, page=page)
    former, written = current_issue(ctx, award_list=award_list), reason.strip()
    if former is not None:
        if says_the_same(ctx, campaign=campaign, award_list=award_list, issue=former, present=present):
            return former
        if not written:
            raise DomainError(T("Say why the certificates are issued anew."), field="reason")
    issue = CertificateIssue(
        award_list_id=award_list.id,
        number=former.number + 1 if former else 1,
        content=present.content,
        decision_id=finality.decision_id,
        fingerprint=fingerprint_of(award_list, present),
        reason=written[:REASON_LENGTH] if former else "",
        issued_by=ctx.actor.user_id,
        issued_at=ctx.now,
    )
    ctx.session.add(issue)
    ctx.session.flush()
    awards: list[dict[str, int]] = [{"award_id": award.id} for award in award_list.awards]
    awards += [{"unit_award_id": award.id} for award in award_list.unit_awards]
    ctx.session.add_all(Certificate(issue=issue, code=_new_code(), **award) for award in awards)
    ctx.session.flush()
    _record(ctx, campaign, award_list, issue, len(awards))
    return issue


def _record(ctx: Context, campaign: Campaign, award_list: AwardList, issue: CertificateIssue, number: int) -> None:
    said = {"certificates": number, "digest": award_list.digest, "fingerprint": issue.fingerprint}
    words = {"number": award_list.number, "issue": issue.number}
    record(
        ctx,
        action="prizes:certificates:make",
        summary=T("Issued the certificates of award list %(number)s (issue %(issue)s)", **words),
        campaign=campaign,
        object_kind="award_list",
        object_id=award_list.id,
        after=said | ({"reason": issue.reason} if issue.reason else {}),
    )


def _new_code() -> str:
    return "".join(choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def _held(ctx: Context, campaign: Campaign, list_id: int) -> AwardList:
    """Return the list, held to the end of the transaction, so that two who ask at once do not both issue."""
    ctx.session.execute(
        sa.select(AwardList.id)
        .where(AwardList.id == list_id, AwardList.campaign_id == campaign.id)
        .with_for_update(key_share=True)
    )
    return adopted_list(ctx, campaign=campaign, list_id=list_id)
