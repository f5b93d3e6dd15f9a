"""What everybody sees: answers, official information, genuine addresses; asking, and reading the reply."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.campaigns.models import CampaignState
from cuocthi.campaigns.views.caching import cached
from cuocthi.errors import DomainError
from cuocthi.rules.markdown import to_html
from cuocthi.security.limits import limit_posts
from cuocthi.timelines.queries import phases
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.forms import attach_error
from cuocthi.web.links import public_link
from cuocthi.web.rendering import render
from cuocthi_inquiries import queries
from cuocthi_inquiries.domain import inquiries as domain
from cuocthi_inquiries.forms import InquiryForm
from cuocthi_inquiries.models import StatementKind
from cuocthi_inquiries.views.blueprint import blueprint
from cuocthi_inquiries.words import STATES

if TYPE_CHECKING:
    from flask import Response
    from markupsafe import Markup
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi_inquiries.models import Statement

#: People behind one address may be a school; each of them may also sign in and ask.
QUESTIONS_OF_A_NETWORK = "20 per hour"


@blueprint.page("/", public=True)
def show() -> Response:
    """Show official information, frequent questions with their answers, and the genuine addresses."""
    ctx = reading_context()
    return cached(
        phases(ctx, campaign_id=g.campaign.id),
        lambda: render(
            "inquiries/show.html",
            faq=_published(ctx, StatementKind.FAQ),
            corrections=_published(ctx, StatementKind.CORRECTION)[::-1],
            own_address=public_link("campaigns.show", slug=g.campaign.slug),
            addresses=queries.load_inquiry_settings(ctx, campaign=g.campaign).value.addresses,
        ),
    )


def _published(ctx: Context, kind: StatementKind) -> list[tuple[Statement, Markup]]:
    found = queries.statements(ctx, campaign_id=g.campaign.id, kind=kind, published=True)
    return [(one, to_html(one.body)) for one in found]


def _too_many() -> Response:
    return _refused(_("Very many questions have come from your network. Please sign in to ask, or call us."), 429)


@blueprint.page("/ask", public=True, methods=["GET", "POST"])
@limit_posts(QUESTIONS_OF_A_NETWORK, _too_many)
def ask() -> AnyResponse:
    """Show and take the form of a question."""
    ctx = reading_context()
    settings = queries.load_inquiry_settings(ctx, campaign=g.campaign).value
    known = ctx.actor.user_id is not None
    if g.campaign.state is CampaignState.ARCHIVED:
        return _refused(_("This campaign is archived; questions are no longer taken here."), 409)
    if not known and not settings.anonymous:
        return redirect(url_for("users.sign_in", next=url_for(".ask", slug=g.campaign.slug)))
    form = InquiryForm()
    if known:
        del form.contact
    if request.method == "GET":
        form.token.data = secrets.token_urlsafe(32)
    elif form.validate():
        try:
            return _asked(form)
        except DomainError as error:
            attach_error(form, error)
    status = 422 if form.errors else 200
    return render("inquiries/ask.html", status=status, form=form, days=settings.working_days)


def _asked(form: InquiryForm) -> AnyResponse:
    token, contact = form.token.data or "", form.contact.data or "" if "contact" in form else ""
    with committing() as ctx:
        domain.ask(
            ctx,
            campaign=g.campaign,
            body=form.body.data or "",
            token=token,
            contact=contact,
            vault=registry().vault,
        )
    if "contact" in form:
        return redirect(url_for(".asked", slug=g.campaign.slug, token=token))
    flash(_("Your question has reached the organising committee."), "ok")
    return redirect(url_for(".mine", slug=g.campaign.slug))


def _refused(reason: str, status: int) -> Response:
    return render("inquiries/not_taken.html", status=status, reason=reason)


@blueprint.page("/asked/<token>", public=True)
def asked(token: str) -> Response:
    """Show a question and its reply to who has the address that was given when it was asked."""
    digest = domain.token_hash(token)
    inquiry = queries.inquiry_by_token(reading_context(), campaign_id=g.campaign.id, token_hash=digest) or abort(404)
    return render("inquiries/asked.html", inquiry=inquiry, reply=to_html(inquiry.reply), states=STATES)


@blueprint.page("/mine", signed_in=True)
def mine() -> Response:
    """Show the reader's own questions and the replies to them."""
    ctx = reading_context()
    found = queries.inquiries_of(ctx, campaign_id=g.campaign.id, user_id=ctx.actor.user_id or 0)
    own = [(one, to_html(one.reply)) for one in found]
    return render("inquiries/mine.html", inquiries=own, states=STATES)
