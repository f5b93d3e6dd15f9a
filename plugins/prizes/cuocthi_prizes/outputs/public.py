"""The public page that verifies a certificate by its code.

It tells nothing beyond what the certificate itself says, but for what has become of its award list. Every code that
stands for nothing is answered alike, and only so many of them from one network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, redirect, request, url_for

from cuocthi.security.limits import limit_guesses
from cuocthi.web.context import reading_context
from cuocthi.web.rendering import render
from cuocthi_prizes.digests import NOBODY
from cuocthi_prizes.models import Award
from cuocthi_prizes.outputs.hand_over import as_printed, as_stored
from cuocthi_prizes.outputs.models import CODE_LENGTH
from cuocthi_prizes.outputs.queries import verified
from cuocthi_prizes.views.blueprint import blueprint

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse


@blueprint.page("/certificate", public=True)
def verify() -> AnyResponse:
    """Show where a code is typed in, and lead to what it stands for."""
    written = request.args.get("code", "")
    if written.strip():
        # Something has to stand in the address, whatever was written.
        code = as_printed(as_stored(written)) or "0"
        return redirect(url_for(".certificate", slug=g.campaign.slug, code=code))
    return _unkept(render("prizes/outputs/verify.html", unknown=False, code=""))


def _too_many() -> Response:
    return _unkept(render("prizes/outputs/verify.html", status=429, unknown=False, too_many=True, code=""))


@blueprint.page("/certificate/<code>", public=True)
@limit_guesses(_too_many)
def certificate(code: str) -> Response:
    """Say what the certificate with this code says, and whether it still holds."""
    stored = as_stored(code)
    found = None
    if len(stored) == CODE_LENGTH:
        found = verified(reading_context(), campaign_id=g.campaign.id, code=stored)
    if found is None:
        return _unkept(render("prizes/outputs/verify.html", status=404, unknown=True, code=code[:40]))
    award = found.award
    name = award.recipient if isinstance(award, Award) else award.unit_name
    known = name if name != NOBODY else ""
    return _unkept(render("prizes/outputs/certificate.html", found=found, name=known, code=as_printed(stored)))


def _unkept(response: Response) -> Response:
    """Let nobody keep the answer, and no search engine list it."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
