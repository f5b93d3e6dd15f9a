"""The staff's releases: what goes out is chosen, looked at as the public will see it, and confirmed by another one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.errors import DomainError
from cuocthi.files.domain import file_of
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render
from cuocthi.web.tables import Table
from cuocthi_publishing import queries
from cuocthi_publishing.domain import releases as domain
from cuocthi_publishing.domain.choice import promise_of
from cuocthi_publishing.domain.pages import Links
from cuocthi_publishing.domain.sections import key_of, offered
from cuocthi_publishing.domain.snapshot import gather
from cuocthi_publishing.forms import ReleaseForm
from cuocthi_publishing.targets.queries import arrivals
from cuocthi_publishing.views.blueprint import (
    FIRST,
    OTHERS,
    address,
    blueprint,
    release_address,
    release_page,
    staff_address,
)

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context

#: So many releases of results, and so many of statistics, stand on one page.
_PER_PAGE = 20


@blueprint.page("/releases", permission="publishing:release:view")
def releases() -> Response:
    """List the releases; show the draft with what is against publishing it."""
    ctx = reading_context()
    return _releases_page(ctx, _form(ctx, filled=True))


@blueprint.page("/releases", endpoint="make", permission="publishing:release:edit", methods=["POST"])
def make() -> AnyResponse:
    """Take a snapshot as a new draft."""
    reading = reading_context()
    form = _form(reading)
    if not form.validate():
        return _releases_page(reading, form, status=422)
    try:
        not_before = form.moment()
        with committing() as ctx:
            number = domain.make(
                ctx,
                campaign=g.campaign,
                choice=form.to_choice(),
                note=form.note.data or "",
                not_before=not_before,
                vault=registry().vault,
            ).number
    except DomainError as error:
        attach_error(form, error)
        return _releases_page(reading, form, status=422)
    flash(_("Release %(number)s is made. Look at it, then let a second person confirm it.", number=number), "ok")
    return redirect(staff_address())


@blueprint.page("/releases/<int:number>/", permission="publishing:release:view", defaults={"key": FIRST})
@blueprint.page(f"/releases/<int:number>/{OTHERS}", permission="publishing:release:view", endpoint="preview_page")
def preview(number: int, key: str) -> Response:
    """Show a page of a release exactly as the public will see it."""
    ctx = reading_context()
    release = domain.numbered(ctx, campaign=g.campaign, number=number)
    links = Links(page=partial(address, "preview", "preview_page", number=number), release=release_address)
    return release_page(ctx, release, key, links, preview=True)


@blueprint.page("/releases/<int:number>/confirm", permission="publishing:release:confirm", methods=["POST"])
def confirm(number: int) -> AnyResponse:
    """Confirm a draft as the second person, which publishes it at once or at its moment."""
    with committing() as ctx:
        release = domain.publish(ctx, campaign=g.campaign, number=number, digest=request.form.get("digest", ""))
        scheduled = release.is_scheduled(ctx.now)
    if scheduled:
        flash(_("Release %(number)s goes out by itself at its moment. Its bundle is being built.", number=number), "ok")
    else:
        flash(_("Release %(number)s is published. Its bundle is being built.", number=number), "ok")
    return redirect(staff_address())


@blueprint.page("/releases/<int:number>/call-off", permission="publishing:release:confirm", methods=["POST"])
def call_off(number: int) -> AnyResponse:
    """Stop a release that waits for its moment."""
    with committing() as ctx:
        domain.call_off(ctx, campaign=g.campaign, number=number, read_clock=registry().clock.now)
    flash(_("Release %(number)s was called off. Nobody outside saw it.", number=number), "ok")
    return redirect(staff_address())


@blueprint.page("/releases/<int:number>/bundle", permission="publishing:release:edit", methods=["POST"])
def build(number: int) -> AnyResponse:
    """Have the bundle of a published release built, and go to see how far that is."""
    with committing() as ctx:
        release = domain.numbered(ctx, campaign=g.campaign, number=number)
        job_id = domain.request_bundle(ctx, campaign=g.campaign, release=release).id
    return redirect(url_for("jobs.progress", slug=g.campaign.slug, job_id=job_id))


@blueprint.page("/releases/<int:number>/file", permission="publishing:release:view")
def download(number: int) -> AnyResponse:
    """Go to the bundle of a release."""
    ctx = reading_context()
    release = domain.numbered(ctx, campaign=g.campaign, number=number)
    if release.bundle_file_id is None:
        abort(404)
    if release.is_public(ctx.now):
        return redirect(url_for(".bundle", slug=g.campaign.slug, number=number))
    stored = file_of(ctx, campaign_id=g.campaign.id, file_id=release.bundle_file_id)
    return redirect(url_for("files.download", slug=g.campaign.slug, file_id=stored.id, name=stored.name))


def _form(ctx: Context, *, filled: bool = False) -> ReleaseForm:
    """Return the form with the sections that there are to choose from, ``filled`` by what the settings say."""
    sections, unfit = [], None
    try:
        sections = [(key_of(plugin, found), found.title) for plugin, found in offered(ctx, campaign=g.campaign)]
    except DomainError as error:
        # What is published already can still be looked at and withdrawn.
        unfit = error.message
    form = ReleaseForm.of(domain.default_choice(ctx, campaign=g.campaign), sections) if filled else ReleaseForm()
    form.offer(sections, promise=promise_of(ctx, campaign=g.campaign))
    form.unfit = unfit
    return form


def _past(ctx: Context, key: str, *, statistics: bool) -> Table:
    path = url_for(".releases", slug=g.campaign.slug)
    table = Table(key, path, request.args, (), "", searchable=False, per_page=_PER_PAGE, prefix=f"{key}-")
    rows, total = queries.past_releases(
        ctx, campaign_id=g.campaign.id, statistics=statistics, limit=table.limit, offset=table.offset
    )
    return table.show(rows, total)


def _releases_page(ctx: Context, form: ReleaseForm, status: int = 200) -> Response:
    waiting = queries.waiting_releases(ctx, campaign_id=g.campaign.id)
    draft = next((one for one in waiting if one.release.is_draft), None)
    in_force = queries.current_release(ctx, campaign_id=g.campaign.id)
    everything = gather(ctx, campaign=g.campaign, choice=domain.default_choice(ctx, campaign=g.campaign))
    of_draft = draft and gather(ctx, campaign=g.campaign, choice=domain.choice_of(draft.release))
    return render(
        "publishing/releases.html",
        status=status,
        form=form,
        to_withdraw=[one for one in waiting if one.withdrawal],
        results=_past(ctx, "results", statistics=False),
        statistics=_past(ctx, "statistics", statistics=True),
        draft=draft,
        in_force=in_force,
        corrects=queries.last_public(ctx, campaign_id=g.campaign.id),
        changes=domain.changed_under(ctx, campaign=g.campaign, release=in_force) if in_force else [],
        obstacles=domain.obstacles(ctx, material=everything),
        draft_obstacles=domain.publish_obstacles(ctx, material=of_draft, release=draft.release)
        if draft and of_draft
        else [],
        me=ctx.actor.user_id,
        now=ctx.now,
        arrivals=arrivals(ctx, campaign_id=g.campaign.id),
    )
