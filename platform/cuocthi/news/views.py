"""Announcements: written, looked at, confirmed and watched by staff; the way out for readers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask import Response, abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.campaigns.models import Campaign
from cuocthi.committees.domain import unit_meant
from cuocthi.contributions import NavGroup
from cuocthi.enrolments.models import Enrolment
from cuocthi.errors import DomainError
from cuocthi.extensions import csrf
from cuocthi.messages.domain import new_key, send_message
from cuocthi.news.audience import reach
from cuocthi.news.domain import (
    confirm_announcement,
    discard_announcement,
    edit_announcement,
    end_news,
    stop_announcement,
    write_announcement,
)
from cuocthi.news.forms import AnnouncementForm
from cuocthi.news.links import enrolment_of_token
from cuocthi.news.models import Announcement, AnnouncementState, Audience
from cuocthi.news.queries import agreed_to_news, announcement_of, announcements
from cuocthi.rules.plain import to_plain
from cuocthi.text import T
from cuocthi.timelines.edges import in_words
from cuocthi.timelines.queries import phases
from cuocthi.users.contacts import NormalisedContact, mask, reveal
from cuocthi.users.models import Contact, ContactKind
from cuocthi.web.blueprint import CampaignBlueprint
from cuocthi.web.context import committing, reading_context, registry, slug
from cuocthi.web.downloads import download
from cuocthi.web.forms import attach_error
from cuocthi.web.i18n import translate
from cuocthi.web.navigation import NavEntry
from cuocthi.web.rendering import render
from cuocthi.web.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase

VIEW = "core:campaign:view"
EDIT = "core:news:edit"
SEND = "core:news:send"
#: What mail programs post when their reader ends a list with one click (RFC 8058).
_ONE_CLICK = ("List-Unsubscribe", "One-Click")

blueprint = CampaignBlueprint("news", __name__)
blueprints = (blueprint,)
navigation = (NavEntry("news", T("Announcements"), "news.listing", VIEW, 48, NavGroup.RUNNING),)

STATES = {
    AnnouncementState.DRAFT: T("Draft"),
    AnnouncementState.WAITING: T("Waits for its time"),
    AnnouncementState.SENDING: T("Is being sent"),
    AnnouncementState.SENT: T("Sent"),
    AnnouncementState.STOPPED: T("Stopped"),
    AnnouncementState.MISSED: T("Not sent in time"),
}
AUDIENCES = {
    Audience.ENROLLED: T("Everybody who has registered"),
    Audience.UNFINISHED: T("Who has registered but handed in nothing yet"),
}


@blueprint.page("/staff/news/", permission=VIEW)
def listing() -> Response:
    """List the announcements, the newest first."""
    table = Table(
        id="announcements",
        path=url_for("news.listing", slug=g.campaign.slug),
        args=request.args,
        columns=[
            Column("subject", _("Subject"), cell=lambda one: one.subject),
            Column("audience", _("To whom"), cell=lambda one: AUDIENCES[one.audience]),
            Column("when", _("When"), cell=lambda one: one.started_at or one.due_at or _when(one)),
            Column("reached", _("Persons"), kind="number", cell=lambda one: one.written if one.started_at else None),
            Column("state", _("State"), kind="status", cell=lambda one: STATES[one.state]),
        ],
        sort="subject",
        searchable=False,
        in_files=[Column("unit", _("Unit"), cell=lambda one: one.unit and one.unit.name)],
    )
    every = partial(announcements, campaign_id=g.campaign.id)
    if table.export:
        return download(table, every, of="core:announcement", summary=T("Exported the list of announcements"))
    found = every(reading_context())
    return render(
        "news/listing.html",
        table=table.show([(one, _when(one)) for one in table.part_of(found)], len(found)),
        states=STATES,
        audiences=AUDIENCES,
    )


def _when(announcement: Announcement) -> str:
    """Return in words what an announcement is timed by."""
    found = announcement
    if found.phase is not None and found.edge is not None:
        return translate(in_words(edge=found.edge, days=found.days, phase=found.phase.title))
    return "" if found.send_at else _("As soon as it is confirmed")


@blueprint.page("/staff/news/<int:announcement_id>", permission=VIEW)
def announcement(announcement_id: int) -> Response:
    """Show an announcement as people will get it, how many it reaches, and, while it is being sent, how far it is."""
    ctx = reading_context()
    return _show(ctx, _announcement(ctx, announcement_id))


def _show(ctx: Context, found: Announcement, error: DomainError | None = None) -> Response:
    contact = _own_mail(ctx)
    return render(
        "news/announcement.html",
        "news/_progress.html",
        status=error.status if error else 200,
        announcement=found,
        refusal=error.message if error else None,
        state=STATES[found.state],
        audience=AUDIENCES[found.audience],
        when=_when(found),
        plain=to_plain(found.body),
        reach=reach(ctx, campaign=g.campaign, audience=found.audience, unit=found.unit)
        if found.state in (AnnouncementState.DRAFT, AnnouncementState.WAITING)
        else None,
        own_mail=mask(contact.kind, contact.value) if contact else "",
    )


@blueprint.page("/staff/news/new", permission=EDIT)
def new() -> Response:
    """Show an empty announcement."""
    form = AnnouncementForm.blank()
    form.offer(_phases(reading_context()))
    return _page(form, None)


@blueprint.page("/staff/news/new", permission=EDIT, methods=["POST"], endpoint="add")
def add() -> AnyResponse:
    """Write an announcement; it goes out when somebody confirms it."""
    form, timeline = AnnouncementForm(), _phases(reading_context())
    form.offer(timeline)
    if form.validate():
        try:
            with committing() as ctx:
                facts = form.to_facts(timeline, unit_meant(ctx, text=form.unit.data or ""))
                written = write_announcement(ctx, campaign=g.campaign, facts=facts)
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("Please look at it once more; nothing has been sent yet."), "ok")
            return redirect(_address(written))
    return _page(form, None, status=422)


@blueprint.page("/staff/news/<int:announcement_id>/edit", permission=EDIT)
def edit(announcement_id: int) -> Response:
    """Show a draft for editing."""
    ctx = reading_context()
    found = _announcement(ctx, announcement_id)
    form = AnnouncementForm.of(found)
    form.offer(_phases(ctx))
    return _page(form, found)


@blueprint.page("/staff/news/<int:announcement_id>/edit", permission=EDIT, methods=["POST"], endpoint="save")
def save(announcement_id: int) -> AnyResponse:
    """Store a draft."""
    ctx = reading_context()
    found, timeline = _announcement(ctx, announcement_id), _phases(ctx)
    form = AnnouncementForm()
    form.offer(timeline)
    if form.validate():
        try:
            with committing() as writing:
                facts = form.to_facts(timeline, unit_meant(writing, text=form.unit.data or ""))
                edit_announcement(writing, campaign=g.campaign, announcement=found, facts=facts)
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("Saved."), "ok")
            return redirect(_address(found))
    return _page(form, found, status=422)


@blueprint.page("/staff/news/<int:announcement_id>/discard", permission=EDIT, methods=["POST"])
def discard(announcement_id: int) -> AnyResponse:
    """Throw a draft away."""
    with committing() as ctx:
        discard_announcement(ctx, campaign=g.campaign, announcement=_announcement(ctx, announcement_id))
    flash(_("The draft was discarded."), "ok")
    return redirect(url_for("news.listing", slug=g.campaign.slug))


@blueprint.page("/staff/news/<int:announcement_id>/try", permission=EDIT, methods=["POST"], endpoint="try_out")
def try_out(announcement_id: int) -> AnyResponse:
    """Send an announcement to the reader's own address only."""
    with committing() as ctx:
        found, contact = _announcement(ctx, announcement_id), _own_mail(ctx)
        if contact is None:
            raise DomainError(T("You have no confirmed e-mail address. You can give one on your own page."))
        send_message(
            ctx,
            to=contact,
            subject=T("On trial: %(subject)s", subject=found.subject),
            body=[T("%(text)s", text=to_plain(found.body))],
            key=new_key("core.trial"),
            vault=registry().vault,
            user_id=ctx.actor.user_id,
            language=g.campaign.language,
        )
    flash(_("It is on its way to %(address)s.", address=mask(contact.kind, contact.value)), "ok")
    return redirect(_address(found))


@blueprint.page("/staff/news/<int:announcement_id>/send", permission=SEND, methods=["POST"])
def send(announcement_id: int) -> AnyResponse:
    """Confirm an announcement: it goes out at its time."""
    ctx = reading_context()
    found = _announcement(ctx, announcement_id)
    try:
        with committing() as writing:
            figures = reach(writing, campaign=g.campaign, audience=found.audience, unit=found.unit)
            seen = request.form.get("seen", "")
            confirm_announcement(writing, campaign=g.campaign, announcement=found, seen=seen, reach=figures)
    except DomainError as error:
        return _show(reading_context(), _announcement(reading_context(), announcement_id), error)
    flash(_("It is confirmed and goes out by itself."), "ok")
    return redirect(_address(found))


@blueprint.page("/staff/news/<int:announcement_id>/stop", permission=SEND, methods=["POST"], endpoint="halt")
def halt(announcement_id: int) -> AnyResponse:
    """Let nothing more of an announcement go out."""
    with committing() as ctx:
        found = _announcement(ctx, announcement_id)
        stop_announcement(ctx, campaign=g.campaign, announcement=found)
    flash(_("Nothing more of it goes out."), "ok")
    return redirect(_address(found))


def _announcement(ctx: Context, announcement_id: int) -> Announcement:
    return announcement_of(ctx, campaign_id=g.campaign.id, announcement_id=announcement_id) or abort(404)


def _address(found: Announcement) -> str:
    return url_for("news.announcement", slug=g.campaign.slug, announcement_id=found.id)


def _phases(ctx: Context) -> Sequence[Phase]:
    return phases(ctx, campaign_id=g.campaign.id)


def _page(form: AnnouncementForm, found: Announcement | None, *, status: int = 200) -> Response:
    return render("news/edit.html", status=status, form=form, announcement=found)


def _own_mail(ctx: Context) -> NormalisedContact | None:
    """Return the reader's own confirmed e-mail address."""
    found = ctx.session.scalar(
        sa.select(Contact)
        .where(
            Contact.user_id == ctx.actor.user_id,
            Contact.kind == ContactKind.EMAIL,
            Contact.verified_at.is_not(None),
        )
        .limit(1)
    )
    return None if found is None else NormalisedContact(found.kind, reveal(found, registry().vault))


# --- for everybody ---


@blueprint.page("/news/stop/<token>", public=True)
def stop(token: str) -> Response:
    """Ask whoever has the mail whether to end the news; nothing is changed by looking."""
    ctx = reading_context()
    enrolment = _enrolment(ctx, g.campaign, token) or abort(404)
    gets_news = enrolment.id in agreed_to_news(ctx, enrolment_ids=[enrolment.id])
    response = render("news/stop.html", token=token, gets_news=gets_news)
    response.headers["Cache-Control"] = "no-store"
    return response


@csrf.exempt  # type: ignore[untyped-decorator]  # Flask-WTF has no annotations
@blueprint.page("/news/stop/<token>", by_statement=True, methods=["POST"], endpoint="end")
def end(token: str) -> AnyResponse:
    """End the news with one click, in the reader's mail program (RFC 8058) or on the page: the token says whose."""
    with committing() as ctx:
        campaign = ctx.session.scalar(sa.select(Campaign).where(Campaign.slug == slug())) or abort(404)
        enrolment = _enrolment(ctx, campaign, token) or abort(404)
        end_news(ctx, enrolment=enrolment)
    name, value = _ONE_CLICK
    if request.form.get(name) == value:
        return Response(_("You will get no more news of this contest."), content_type="text/plain; charset=utf-8")
    return redirect(url_for("news.stop", slug=slug(), token=token), 303)


def _enrolment(ctx: Context, campaign: Campaign, token: str) -> Enrolment | None:
    found = enrolment_of_token(token)
    if found is None:
        return None
    return ctx.session.scalar(sa.select(Enrolment).where(Enrolment.id == found, Enrolment.campaign_id == campaign.id))
