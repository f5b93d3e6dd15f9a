"""Background work: typesetting all certificates of a list as one PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cuocthi.campaigns.models import Campaign
from cuocthi.contributions import JobKind
from cuocthi.files.domain import store
from cuocthi.files.kinds import PDF
from cuocthi.jobs.domain import enqueue
from cuocthi.papers.typesetting import ALL, typeset
from cuocthi.text import T
from cuocthi.web.context import registry
from cuocthi.web.links import public_link
from cuocthi_prizes.outputs import certificates
from cuocthi_prizes.outputs.hand_over import adopted_list
from cuocthi_prizes.outputs.issues import issue_certificates, present_wording, wording_of
from cuocthi_prizes.outputs.models import CertificateIssue
from cuocthi_prizes.outputs.queries import output_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cuocthi.context import Context
    from cuocthi.jobs.models import Job
    from cuocthi_prizes.models import AwardList
    from cuocthi_prizes.outputs.issues import Wording

#: The kind of the work.
TYPESET = "prizes.certificates"
#: Who may take the PDF away.
PERMISSION = "prizes:awards:view"


def ask_for_certificates(ctx: Context, *, campaign: Campaign, list_id: int, reason: str = "") -> Job | None:
    """Issue the certificates of a list as they would be now, and ask for their PDF; None where it is there already.

    What is under way is not asked for twice. Raises what :func:`cuocthi_prizes.outputs.issues.issue_certificates` does.
    """
    issue = issue_certificates(
        ctx,
        campaign=campaign,
        list_id=list_id,
        folder=registry().config.files,
        page=page_of(campaign),
        reason=reason,
    )
    if issue.file_id is not None:
        return None
    arguments = {"campaign_id": campaign.id, "issue_id": issue.id}
    return enqueue(ctx, kind=TYPESET, key=job_key(issue), arguments=arguments, campaign=campaign)


def job_key(issue: CertificateIssue) -> str:
    """Return the key of the work on the PDF of an issue."""
    return f"{TYPESET}:{issue.id}"


def typeset_certificates(
    ctx: Context, arguments: Mapping[str, Any], progress: Callable[[int, int], None]
) -> Mapping[str, Any]:
    """Typeset and keep the certificates of the issue that ``arguments`` name; one that has its PDF is left as it is.

    Half of the steps are the codes that are drawn, one by one; Typst sets all pages at once. Raises Conflict for a list
    that is not in force any more.
    """
    campaign = ctx.session.get_one(Campaign, arguments["campaign_id"])
    issue = ctx.session.get_one(CertificateIssue, arguments["issue_id"])
    award_list = adopted_list(ctx, campaign=campaign, list_id=issue.award_list_id)
    sheets = certificates.sheets_of(
        ctx, award_list=award_list, issue=issue, settings=output_settings(ctx, campaign=campaign)
    )
    done = {"list": award_list.number, "certificates": len(sheets)}
    if issue.file_id is not None:
        return done
    folder = registry().config.files
    wording = said_by(ctx, campaign=campaign, award_list=award_list, issue=issue)
    # On SQLite this transaction would keep everybody else from saving while pages are set; it has written nothing.
    ctx.session.commit()
    filled = []
    for number, sheet in enumerate(sheets, start=1):
        filled.append(certificates.one_filled(sheet, page=wording.page))
        progress(number, 2 * len(sheets))
    content = typeset(wording.template, {**wording.common, "certificates": filled}, bounds=ALL)
    progress(2 * len(sheets), 2 * len(sheets))
    ctx.session.expire_all()
    adopted_list(ctx, campaign=campaign, list_id=award_list.id)
    stored = store(
        ctx,
        folder=folder,
        content=content,
        name=f"giay-chung-nhan-{campaign.slug}-{award_list.number}-{issue.number}.pdf",
        kinds=(PDF,),
        campaign=campaign,
        permission=PERMISSION,
    )
    issue.file_id = stored.id
    ctx.session.flush()
    return done


def said_by(ctx: Context, *, campaign: Campaign, award_list: AwardList, issue: CertificateIssue) -> Wording:
    """Return what the certificates of an issue say.

    Raises what :func:`cuocthi_prizes.outputs.issues.wording_of` raises.
    """
    present = present_wording(
        ctx, campaign=campaign, award_list=award_list, folder=registry().config.files, page=page_of(campaign)
    )
    return wording_of(ctx, campaign=campaign, award_list=award_list, issue=issue, present=present)


def page_of(campaign: Campaign) -> str:
    """Return the public address at which certificates of a campaign are verified."""
    return public_link("prizes.verify", slug=campaign.slug)


KINDS = (JobKind(TYPESET, T("Make certificates"), typeset_certificates, results={"certificates": T("Certificates")}),)
