"""Background work: typesetting all certificates of a list as one PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cuocthi.campaigns.models import Campaign
from cuocthi.contributions import JobKind
from cuocthi.errors import Conflict
from cuocthi.files.domain import store
from cuocthi.files.kinds import PDF
from cuocthi.jobs.domain import enqueue
from cuocthi.papers.typesetting import ALL, typeset
from cuocthi.text import T
from cuocthi.web.context import registry
from cuocthi.web.links import public_link
from cuocthi_prizes.outputs import certificates
from cuocthi_prizes.outputs.hand_over import adopted_list, give_codes
from cuocthi_prizes.outputs.queries import hand_over_of, output_settings
from cuocthi_prizes.outputs.typesetting import template_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cuocthi.context import Context
    from cuocthi.jobs.models import Job

#: The kind of the work.
TYPESET = "prizes.certificates"
#: Who may take the PDF away.
PERMISSION = "prizes:awards:view"


def ask_for_certificates(ctx: Context, *, campaign: Campaign, list_id: int) -> Job:
    """Give all awards of a list their codes and ask for the PDF; what is under way already is not asked for twice.

    Raises what :func:`cuocthi_prizes.outputs.hand_over.give_codes` raises.
    """
    award_list = give_codes(ctx, campaign=campaign, list_id=list_id)
    arguments = {"campaign_id": campaign.id, "list_id": award_list.id}
    return enqueue(ctx, kind=TYPESET, key=f"{TYPESET}:{award_list.id}", arguments=arguments, campaign=campaign)


def typeset_certificates(
    ctx: Context, arguments: Mapping[str, Any], progress: Callable[[int, int], None]
) -> Mapping[str, Any]:
    """Typeset and keep the certificates of the list that ``arguments`` name; the same again is left as it is.

    Half of the steps are the codes that are drawn, one by one; Typst sets all pages at once. Raises Conflict for a list
    that is not in force any more, or that changed its decision meanwhile.
    """
    campaign = ctx.session.get_one(Campaign, arguments["campaign_id"])
    award_list = adopted_list(ctx, campaign=campaign, list_id=arguments["list_id"])
    settings = output_settings(ctx, campaign=campaign)
    folder = registry().config.files
    template = template_of(ctx, campaign=campaign, settings=settings, folder=folder)
    common = certificates.common_data(
        ctx, campaign=campaign, award_list=award_list, settings=settings, page=page_of(campaign)
    )
    sheets = certificates.sheets_of(ctx, award_list=award_list, settings=settings)
    fingerprint = certificates.fingerprint_of(award_list, common, sheets, template)
    kept = hand_over_of(ctx, award_list=award_list)
    done = {"list": award_list.number, "certificates": len(sheets)}
    if kept is None or kept.fingerprint == fingerprint:
        return done
    decided = common["decision"]
    # On SQLite this transaction would keep everybody else from saving while pages are set; it has written nothing.
    ctx.session.commit()
    filled = []
    for number, sheet in enumerate(sheets, start=1):
        filled.append(certificates.one_filled(sheet, address=lambda code: address_of(campaign, code)))
        progress(number, 2 * len(sheets))
    content = typeset(template, {**common, "certificates": filled}, bounds=ALL)
    progress(2 * len(sheets), 2 * len(sheets))
    ctx.session.expire_all()
    adopted_list(ctx, campaign=campaign, list_id=award_list.id)
    if certificates.decision_of(ctx, award_list=award_list) != decided:
        raise Conflict(T("The decision was changed meanwhile. Please ask for the certificates again."))
    stored = store(
        ctx,
        folder=folder,
        content=content,
        name=f"giay-chung-nhan-{campaign.slug}-{award_list.number}.pdf",
        kinds=(PDF,),
        campaign=campaign,
        permission=PERMISSION,
    )
    kept.file_id, kept.fingerprint = stored.id, fingerprint
    ctx.session.flush()
    return done


def page_of(campaign: Campaign) -> str:
    """Return the public address at which certificates of a campaign are verified."""
    return public_link("prizes.verify", slug=campaign.slug)


def address_of(campaign: Campaign, code: str) -> str:
    """Return the public address that the QR code of a certificate leads to."""
    return public_link("prizes.certificate", slug=campaign.slug, code=code)


KINDS = (JobKind(TYPESET, T("Make certificates"), typeset_certificates, results={"certificates": T("Certificates")}),)
