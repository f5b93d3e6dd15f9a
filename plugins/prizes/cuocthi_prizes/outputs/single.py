"""One certificate by itself: what it is typeset of, and the winner's own copy of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, g, request

from cuocthi.digest import digest
from cuocthi.errors import Missing
from cuocthi.papers.typesetting import typeset
from cuocthi.text import T
from cuocthi.web.context import reading_context, registry
from cuocthi_prizes.outputs import certificates
from cuocthi_prizes.outputs.hand_over import adopted_list
from cuocthi_prizes.outputs.jobs import address_of, page_of
from cuocthi_prizes.outputs.queries import output_settings, own_certificate
from cuocthi_prizes.outputs.typesetting import template_of
from cuocthi_prizes.views.blueprint import blueprint

if TYPE_CHECKING:
    from cuocthi.context import Context
    from cuocthi_prizes.models import AwardList


@blueprint.page("/my-certificates/<int:certificate_id>.pdf", signed_in=True)
def own_certificate_file(certificate_id: int) -> Response:
    """Hand out a certificate to whom it names, as long as prizes are handed over by its list.

    A browser that has it already is told so before anything is typeset. Raises Missing for everybody else.
    """
    ctx = reading_context()
    found = own_certificate(
        ctx, campaign_id=g.campaign.id, certificate_id=certificate_id, user_id=ctx.actor.user_id or 0
    )
    if found is None:
        raise Missing(T("There is no such certificate."))
    award_list = adopted_list(ctx, campaign=g.campaign, list_id=found.award_list_id)
    template, data = one_certificate(ctx, award_list=award_list, certificate_id=certificate_id)
    tag = digest([template, data])
    if request.if_none_match.contains(tag):
        response = Response(status=304)
    else:
        response = Response(typeset(template, data), content_type="application/pdf")
        name = f"{g.campaign.slug}-certificate-{certificate_id}.pdf"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.set_etag(tag)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def one_certificate(ctx: Context, *, award_list: AwardList, certificate_id: int) -> tuple[str, dict[str, Any]]:
    """Return the template that counts and what it is filled with for one certificate of a list."""
    settings = output_settings(ctx, campaign=g.campaign)
    template = template_of(ctx, campaign=g.campaign, settings=settings, folder=registry().config.files)
    common = certificates.common_data(
        ctx, campaign=g.campaign, award_list=award_list, settings=settings, page=page_of(g.campaign)
    )
    sheets = certificates.sheets_of(ctx, award_list=award_list, settings=settings)
    chosen = [sheet for sheet in sheets if sheet.certificate.id == certificate_id]
    return template, certificates.filled(common, chosen, address=lambda code: address_of(g.campaign, code))
