"""One certificate by itself: what it is typeset of, and the winner's own copy of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, g, request

from cuocthi.digest import digest
from cuocthi.errors import Missing
from cuocthi.papers.typesetting import typeset
from cuocthi.text import T
from cuocthi.web.context import reading_context
from cuocthi_prizes.outputs import certificates
from cuocthi_prizes.outputs.hand_over import adopted_list
from cuocthi_prizes.outputs.jobs import said_by
from cuocthi_prizes.outputs.order import recipient_of
from cuocthi_prizes.outputs.queries import award_of, own_certificate
from cuocthi_prizes.views.blueprint import blueprint

if TYPE_CHECKING:
    from cuocthi.context import Context
    from cuocthi_prizes.outputs.models import Certificate


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
    template, data = one_certificate(ctx, certificate=found)
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


def one_certificate(ctx: Context, *, certificate: Certificate) -> tuple[str, dict[str, Any]]:
    """Return the template and what it is filled with for one certificate, as its issue fixed both.

    Raises Missing or Conflict for one by a list that is not in force, or that says no more what it said.
    """
    issue = certificate.issue
    award_list = adopted_list(ctx, campaign=g.campaign, list_id=issue.award_list_id)
    wording = said_by(ctx, campaign=g.campaign, award_list=award_list, issue=issue)
    sheet = certificates.Sheet(recipient_of(award_of(ctx, certificate=certificate)), certificate)
    data = {**wording.common, "certificates": [certificates.one_filled(sheet, page=wording.page)]}
    return wording.template, data
