"""A new campaign, from an earlier one, from a file or empty, and a campaign handed out as a file."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import abort, flash, g, redirect, request, send_file, url_for
from flask_babel import gettext as _

from cuocthi.campaigns.archives import read_archive, write_archive
from cuocthi.campaigns.copying import Edition
from cuocthi.campaigns.domain import Basics
from cuocthi.campaigns.exchange import export_campaign
from cuocthi.campaigns.forms import EditionForm, NewCampaignForm
from cuocthi.campaigns.founding import (
    found_again,
    found_empty,
    found_from_file,
    found_from_rule_set,
    may_hold_again,
    to_hold_again,
)
from cuocthi.campaigns.queries import campaign_by_slug
from cuocthi.campaigns.rule_sets import FOLDER, find_rule_sets, first_day_of, span_of
from cuocthi.campaigns.views.blueprints import blueprint, home
from cuocthi.clock import LOCAL_ZONE
from cuocthi.committees.reading import EXPORT, EXPORTED
from cuocthi.enrolments.domain import check_may_know
from cuocthi.errors import DomainError
from cuocthi.timelines.drawing import span_in_words
from cuocthi.timelines.localtime import first_day, move_span
from cuocthi.timelines.moving import next_anniversary, onto, unmoved
from cuocthi.timelines.queries import phases
from cuocthi.users import sign_in
from cuocthi.users.models import User
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.forms import attach_error
from cuocthi.web.i18n import language
from cuocthi.web.on_record import put_on_record
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.campaigns.files import Files
    from cuocthi.campaigns.models import Campaign
    from cuocthi.campaigns.rule_sets import Found
    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase
    from cuocthi.timelines.moving import Move
    from cuocthi.timelines.windows import Span

#: How long after today a contest from a rule set is proposed to begin.
_PREPARATION = timedelta(days=30)
_YEAR = re.compile(r"\b20\d\d\b")


@home.page("/staff/new", administrator=True, methods=["GET", "POST"])
def new() -> AnyResponse:
    """Create a campaign; only administrators of the installation may."""
    reader = sign_in.known_reader()
    form = NewCampaignForm()
    if form.validate_on_submit():
        try:
            # Reading takes a while; no transaction stays open meanwhile, above all no writing one.
            reading_context().session.rollback()
            files = read_archive(form.file.data.read()) if form.file.data else None
            with committing() as ctx:
                campaign = _found(ctx, form, files, ctx.session.get_one(User, reader.id))
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("The campaign is created as a draft; only its committees see it."), "ok")
            return redirect(url_for("campaigns.readiness", slug=campaign.slug))
    sets, problems = _rule_sets()
    return render(
        "campaigns/new.html",
        status=422 if form.errors else 200,
        form=form,
        earlier=to_hold_again(reading_context(), user_id=reader.id, is_admin=True),
        rule_sets=sets,
        problems=problems,
    )


@home.page("/staff/new/rules/<key>", administrator=True, methods=["GET", "POST"])
def from_rule_set(key: str) -> AnyResponse:
    """Create a campaign from a rule set; only administrators of the installation may."""
    reader = sign_in.known_reader()
    chosen = next((found for found in _rule_sets()[0] if found.key == key), None) or abort(404)
    source = chosen.read()
    anchor = first_day_of(source.core)
    form = _rule_set_form(chosen, anchor)
    if request.method == "POST" and "preview" not in request.form and form.validate():
        try:
            with committing() as ctx:
                campaign = found_from_rule_set(
                    ctx,
                    source=source,
                    folder=registry().config.files,
                    title=chosen.rule_set.title,
                    edition=_edition(form, anchor),
                    founder=ctx.session.get_one(User, reader.id),
                )
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("The campaign is created as a draft; only its committees see it."), "ok")
            return redirect(url_for("campaigns.readiness", slug=campaign.slug))
    return render(
        "campaigns/rule_set.html",
        "campaigns/_moved.html",
        status=422 if form.errors else 200,
        form=form,
        chosen=chosen,
        moved=_moved(form, anchor, [(phase.title, span_of(phase)) for phase in source.core.phases]),
    )


def _rule_sets() -> tuple[list[Found], list[Text]]:
    """Return the rule sets whose parts are all installed, and what is wrong with others."""
    parts = registry()
    found, problems = find_rule_sets(parts.config.instance / FOLDER, parts.rule_sets)
    return [one for one in found if set(one.plugins) <= set(parts.hooks.plugins)], problems


def _rule_set_form(chosen: Found, anchor: date | None) -> EditionForm:
    """Return the form, filled with a first day that leaves time to prepare, on the weekday of the rule set's own."""
    soon = reading_context().now.astimezone(LOCAL_ZONE).date() + _PREPARATION
    form = EditionForm(
        data={
            "opens_on": soon + timedelta(days=(anchor.weekday() - soon.weekday()) % 7) if anchor else soon,
            "keep_weekdays": chosen.rule_set.weekly,
        }
    )
    del form.members
    if anchor is None:
        del form.opens_on, form.keep_weekdays
    return form


@home.page("/staff/new/from/<earlier>", staff=True, methods=["GET", "POST"])
def again(earlier: str) -> AnyResponse:
    """Hold a campaign again; its organisers may, and administrators once it is archived."""
    reader = sign_in.known_reader()
    ctx = reading_context()
    campaign = campaign_by_slug(ctx, slug=earlier)
    if campaign is None or not may_hold_again(ctx, campaign=campaign, user_id=reader.id, is_admin=reader.is_admin):
        abort(404)
    timeline = phases(ctx, campaign_id=campaign.id)
    form = _edition_form(ctx, campaign, timeline)
    if request.method == "POST" and "preview" not in request.form and form.validate():
        try:
            with committing() as writing:
                founder = writing.session.get_one(User, reader.id)
                edition = _edition(form, first_day(timeline))
                copy = found_again(writing, campaign=campaign, edition=edition, founder=founder)
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("The campaign is created as a draft; only its committees see it."), "ok")
            return redirect(url_for("campaigns.readiness", slug=copy.slug))
    return render(
        "campaigns/again.html",
        "campaigns/_moved.html",
        status=422 if form.errors else 200,
        form=form,
        earlier=campaign,
        moved=_moved(form, first_day(timeline), [(phase.title, phase) for phase in timeline]),
    )


def _edition_form(ctx: Context, earlier: Campaign, timeline: Sequence[Phase]) -> EditionForm:
    """Return the form, filled as for the same day of the next year in which it is to come."""
    anchor = first_day(timeline)
    if anchor is None:
        form = EditionForm(data={"name": earlier.name, "host_name": earlier.host_name, "slug": f"{earlier.slug}-2"})
        del form.opens_on, form.keep_weekdays
        return form
    day = next_anniversary(anchor, ctx.now.astimezone(LOCAL_ZONE).date())
    slug, years = _YEAR.subn(str(day.year), earlier.slug)
    name = earlier.name.replace(str(anchor.year), str(day.year))
    return EditionForm(
        data={
            "name": name,
            "host_name": earlier.host_name,
            "slug": slug if years else f"{slug}-{day.year}",
            "opens_on": day,
        }
    )


def _edition(form: EditionForm, anchor: date | None) -> Edition:
    return Edition(
        slug=(form.slug.data or "").strip(),
        name=(form.name.data or "").strip(),
        host_name=(form.host_name.data or "").strip(),
        move=_move(form, anchor),
        members="members" in form and form.members.data,
    )


def _move(form: EditionForm, anchor: date | None) -> Move:
    if anchor is None or form.opens_on.data is None:  # nothing to move, or a day that cannot be read
        return unmoved
    return onto(anchor, form.opens_on.data, keep_weekdays=form.keep_weekdays.data)


def _moved(form: EditionForm, anchor: date | None, timeline: Sequence[tuple[str, Span]]) -> list[tuple[str, str, str]]:
    """Return for each phase its title, when it was, and when it will be."""
    move = _move(form, anchor)
    return [
        (title, span_in_words(span, language()), span_in_words(move_span(span, move), language()))
        for title, span in timeline
    ]


def _found(ctx: Context, form: NewCampaignForm, files: Files | None, founder: User) -> Campaign:
    slug = (form.slug.data or "").strip()
    if files is not None:
        return found_from_file(ctx, files=files, folder=registry().config.files, founder=founder, slug=slug)
    basics = Basics(name=(form.name.data or "").strip(), host_name=(form.host_name.data or "").strip())
    return found_empty(ctx, slug=slug, basics=basics, founder=founder)


@blueprint.page("/staff/campaign.zip", permission="core:campaign:edit")
def export() -> Response:
    """Hand the campaign out as a file from which another one can be made: no people, no results."""
    ctx = reading_context()
    check_may_know(ctx, campaign=g.campaign, user_id=sign_in.known_reader().id)
    files = export_campaign(ctx, campaign=g.campaign, folder=registry().config.files)
    archive = write_archive(files)
    put_on_record(
        action=EXPORT,
        summary=EXPORTED,
        object_kind="campaign",
        object_id=g.campaign.id,
    )
    response = send_file(archive, mimetype="application/zip")
    response.call_on_close(archive.close)
    response.headers["Content-Disposition"] = f'attachment; filename="{g.campaign.slug}.zip"'
    return response
