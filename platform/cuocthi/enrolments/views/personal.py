"""What a person can do now: the button of a campaign's public page, and my page across campaigns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from cuocthi.consents.domain import give_consent, words_in_force
from cuocthi.consents.queries import consent_due
from cuocthi.contributions import Panel
from cuocthi.enrolments import queries
from cuocthi.enrolments.actions import entry_actions
from cuocthi.enrolments.domain import accept_rules, check_may_join
from cuocthi.enrolments.views.blueprints import campaign_pages, my_pages
from cuocthi.errors import DomainError
from cuocthi.incidents.queries import granted_to
from cuocthi.news.domain import agree_to_news, end_news
from cuocthi.news.queries import agreed_to_news
from cuocthi.rules.queries import rules_due, rules_version
from cuocthi.standings.provisional import own_places
from cuocthi.users import sign_in
from cuocthi.users.queries import open_sessions, own_contacts, token_hash
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.htmx import htmx
from cuocthi.web.rendering import render
from cuocthi.web.requests import row_number

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from cuocthi.context import Context
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.incidents.incident import Incident
    from cuocthi.text import Text


@campaign_pages.page("/personal", public=True)
def personal() -> Response:
    """Show the one right act for this reader in this campaign: a fragment of the public page, or a page of its own."""
    ctx = reading_context()
    enrolment, refusal = None, None
    if ctx.actor.user_id is not None:
        enrolment = queries.enrolment_of(ctx, campaign_id=g.campaign.id, user_id=ctx.actor.user_id)
    if enrolment is None:
        refusal = _refusal(ctx)
    return render(
        "enrolments/personal.html",
        "enrolments/_personal.html",
        enrolment=enrolment,
        refusal=refusal,
        granted=_granted(ctx, enrolment) if enrolment else [],
        provisional=own_places(ctx, campaign_id=g.campaign.id, enrolment_id=enrolment.id) if enrolment else [],
        actions=entry_actions(ctx, campaign=g.campaign, enrolment=enrolment) if enrolment else [],
        panels=_panels(ctx) if enrolment and not htmx.wants_fragment else [],
        rules_due=rules_due(ctx, campaign_id=g.campaign.id, accepted_id=enrolment.rules_version_id)
        if enrolment
        else None,
        consent_due=consent_due(ctx, enrolment=enrolment) if enrolment else None,
    )


@campaign_pages.page("/personal/rules", signed_in=True, methods=["POST"])
def accept() -> Response:
    """Accept the rules that were issued after joining."""
    number = request.form.get("number", 0, type=row_number)
    with committing() as ctx:
        enrolment = queries.enrolment_of(ctx, campaign_id=g.campaign.id, user_id=ctx.actor.user_id or 0) or abort(404)
        version = rules_version(ctx, campaign_id=g.campaign.id, number=number)
        accept_rules(ctx, enrolment=enrolment, version=version)
    flash(_("Thank you. You have accepted the present rules."), "ok")
    return redirect(url_for(".personal", slug=g.campaign.slug))


@campaign_pages.page("/personal/consent", signed_in=True, methods=["POST"])
def consent() -> Response:
    """Consent to the words that were changed materially after joining; the box is ticked by the person."""
    there = redirect(url_for(".personal", slug=g.campaign.slug))
    if not request.form.get("consent"):
        flash(_("Please tick the box if you agree. You can also withdraw on the page “My data”."), "warn")
        return there
    with committing() as ctx:
        enrolment = queries.enrolment_of(ctx, campaign_id=g.campaign.id, user_id=ctx.actor.user_id or 0) or abort(404)
        words = words_in_force(ctx, campaign=g.campaign, seen=request.form.get("number", 0, type=row_number))
        if words is not None:
            give_consent(ctx, enrolment_id=enrolment.id, version=words)
    flash(_("Thank you. Your consent is noted."), "ok")
    return there


@campaign_pages.page("/personal/news", signed_in=True, methods=["POST"])
def news() -> Response:
    """Agree to get news of the campaign, or end it."""
    agrees = request.form.get("agrees") == "yes"
    with committing() as ctx:
        enrolment = queries.enrolment_of(ctx, campaign_id=g.campaign.id, user_id=ctx.actor.user_id or 0) or abort(404)
        act = agree_to_news if agrees else end_news
        act(ctx, enrolment=enrolment)
    flash(_("You will get news of this contest.") if agrees else _("You will get no more news of this contest."), "ok")
    return redirect(url_for("me.show"))


def _granted(ctx: Context, enrolment: Enrolment) -> list[Incident]:
    """Return what incidents have granted to the person and that still holds."""
    return [one for one in granted_to(ctx, enrolment_id=enrolment.id) if ctx.now < one.until_at]


def _refusal(ctx: Context) -> Text | None:
    try:
        check_may_join(ctx, campaign=g.campaign, user_id=ctx.actor.user_id)
    except DomainError as error:
        return error.message
    return None


def _panels(ctx: Context) -> list[tuple[Panel, Markup]]:
    """Return the plugins' parts of my page with their content."""
    found = ctx.hooks.collect(ctx, g.campaign, "panels", Panel, slot="person")
    return [
        (panel, Markup(render_template(panel.template, **panel.values)) if panel.template else Markup(""))  # noqa: S704 - made by Jinja, which escapes
        for panel in found
    ]


@my_pages.page("/me", signed_in=True)
def show() -> Response:
    """Show the reader's contests, committees, contacts and devices."""
    reader = sign_in.known_reader()
    ctx = reading_context()
    enrolments = queries.enrolments_of(ctx, user_id=reader.id)
    return render(
        "enrolments/me.html",
        enrolments=enrolments,
        gets_news=agreed_to_news(ctx, enrolment_ids=[enrolment.id for enrolment, _campaign in enrolments]),
        staff_campaigns=queries.campaigns_of_member(ctx, user_id=reader.id),
        contacts=own_contacts(ctx, user_id=reader.id, vault=registry().vault),
        reached=registry().channels,
        devices=open_sessions(ctx, user_id=reader.id),
        this_device=token_hash(reader.token),
    )
