"""Pages: the results as everybody sees them, and the staff's releases with preview and confirmation."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.campaigns.views.caching import cached
from cuocthi.errors import DomainError
from cuocthi.files.domain import file_of
from cuocthi.timelines.models import PhaseKind
from cuocthi.timelines.queries import phases
from cuocthi.web.blueprint import CampaignBlueprint
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render
from cuocthi_publishing import queries
from cuocthi_publishing.domain import releases as domain
from cuocthi_publishing.domain.pages import Links, page_keys, page_title, render_body
from cuocthi_publishing.domain.snapshot import gather
from cuocthi_publishing.forms import NoteForm

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase
    from cuocthi_publishing.models import Release

blueprint = CampaignBlueprint("publishing", __name__, plugin="publishing")

FIRST = "results"


# --- what everybody sees --------------------------------------------------------------------------------------------


@blueprint.page("/", public=True, defaults={"key": FIRST})
@blueprint.page("/<any(awards,units,statistics,documents):key>", public=True, endpoint="page")
def current(key: str) -> Response:
    """Show a page of the release in force; before there is one, say when results are expected."""
    ctx = reading_context()
    release = queries.current_release(ctx, campaign_id=g.campaign.id)
    if release is None:
        timeline = phases(ctx, campaign_id=g.campaign.id)
        return cached(timeline, lambda: render("publishing/awaited.html", expected=_expected(timeline, ctx.now)))
    links = Links(page=partial(_address, "current", "page"), release=_release_address)

    def page() -> Response:
        changes = domain.changed_under(ctx, campaign=g.campaign, release=release)
        return _release_page(ctx, release, key, links, changes=changes)

    return cached([], page)


@blueprint.page("/release/<int:number>/", public=True, defaults={"key": FIRST})
@blueprint.page(
    "/release/<int:number>/<any(awards,units,statistics,documents):key>", public=True, endpoint="former_page"
)
def former(number: int, key: str) -> Response:
    """Show a page of one published release, which may have been corrected since."""
    ctx = reading_context()
    release = domain.numbered(ctx, campaign=g.campaign, number=number)
    if not release.is_published:
        abort(404)
    links = Links(page=partial(_address, "former", "former_page", number=number), release=_release_address)
    return cached([], lambda: _release_page(ctx, release, key, links))


def _release_page(
    ctx: Context,
    release: Release,
    key: str,
    links: Links,
    *,
    preview: bool = False,
    changes: Sequence[Text] = (),
) -> Response:
    snapshot = domain.snapshot_of(release)
    if key not in page_keys(snapshot):
        abort(404)
    bundle = release.bundle_file_id and file_of(ctx, campaign_id=g.campaign.id, file_id=release.bundle_file_id)
    return render(
        "publishing/page.html",
        title=page_title(snapshot, key),
        content_language=snapshot["campaign"]["language"],
        body=render_body(snapshot, release.digest, key, links),
        release=release,
        replaced_by=queries.successor(ctx, release=release),
        bundle=bundle,
        preview=preview,
        changes=changes,
    )


def _address(first: str, other: str, key: str, number: int | None = None) -> str:
    if key == FIRST:
        return url_for(f".{first}", slug=g.campaign.slug, number=number)
    return url_for(f".{other}", slug=g.campaign.slug, key=key, number=number)


def _release_address(number: int) -> str:
    return url_for(".former", slug=g.campaign.slug, number=number)


def _expected(timeline: Sequence[Phase], now: datetime) -> datetime | None:
    """Return when results are to be expected: at the ceremony, else when judging ends, if that lies ahead."""
    for kind, edge in ((PhaseKind.CEREMONY, "opens_at"), (PhaseKind.JUDGING, "closes_at")):
        moments: list[datetime] = [getattr(phase, edge) for phase in timeline if phase.kind is kind]
        ahead = [moment for moment in moments if moment > now]
        if ahead:
            return min(ahead)
    return None


# --- the staff's releases -------------------------------------------------------------------------------------------


@blueprint.page("/releases", permission="publishing:release:view")
def releases() -> Response:
    """List the releases; show the draft with what is against publishing it."""
    return _releases_page(NoteForm())


@blueprint.page("/releases", endpoint="make", permission="publishing:release:edit", methods=["POST"])
def make() -> AnyResponse:
    """Take a snapshot as a new draft."""
    form = NoteForm()
    if not form.validate():
        return _releases_page(form, status=422)
    try:
        with committing() as ctx:
            made = domain.make(ctx, campaign=g.campaign, note=form.note.data or "", vault=registry().vault)
            number = made.number
    except DomainError as error:
        attach_error(form, error)
        return _releases_page(form, status=422)
    flash(_("Release %(number)s is made. Look at it, then let a second person confirm it.", number=number), "ok")
    return redirect(url_for(".releases", slug=g.campaign.slug))


@blueprint.page("/releases/<int:number>/", permission="publishing:release:view", defaults={"key": FIRST})
@blueprint.page(
    "/releases/<int:number>/<any(awards,units,statistics,documents):key>",
    permission="publishing:release:view",
    endpoint="preview_page",
)
def preview(number: int, key: str) -> Response:
    """Show a page of a release exactly as the public will see it."""
    ctx = reading_context()
    release = domain.numbered(ctx, campaign=g.campaign, number=number)
    links = Links(page=partial(_address, "preview", "preview_page", number=number), release=_release_address)
    return _release_page(ctx, release, key, links, preview=True)


@blueprint.page("/releases/<int:number>/confirm", permission="publishing:release:confirm", methods=["POST"])
def confirm(number: int) -> AnyResponse:
    """Confirm a draft as the second person, which publishes it."""
    with committing() as ctx:
        domain.publish(ctx, campaign=g.campaign, number=number, digest=request.form.get("digest", ""))
    flash(_("Release %(number)s is published. Its bundle is being built.", number=number), "ok")
    return redirect(url_for(".releases", slug=g.campaign.slug))


@blueprint.page("/releases/<int:number>/bundle", permission="publishing:release:edit", methods=["POST"])
def bundle(number: int) -> AnyResponse:
    """Have the bundle of a published release built (again), and go to see how far that is."""
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
    stored = file_of(ctx, campaign_id=g.campaign.id, file_id=release.bundle_file_id)
    return redirect(url_for("files.download", slug=g.campaign.slug, file_id=stored.id, name=stored.name))


def _releases_page(form: NoteForm, status: int = 200) -> Response:
    ctx = reading_context()
    listed = queries.releases(ctx, campaign_id=g.campaign.id)
    draft = next((one for one in listed if one.release.is_draft), None)
    settings = queries.load_publish_settings(ctx, campaign=g.campaign).value
    material = gather(ctx, campaign=g.campaign, settings=settings)
    published = next((one.release for one in listed if one.release.is_published), None)
    return render(
        "publishing/releases.html",
        status=status,
        form=form,
        listed=listed,
        draft=draft,
        published=published,
        changes=domain.changed_under(ctx, campaign=g.campaign, release=published) if published else [],
        settings=settings,
        obstacles=domain.obstacles(ctx, material=material),
        draft_obstacles=domain.publish_obstacles(ctx, campaign=g.campaign, release=draft.release) if draft else [],
        me=ctx.actor.user_id,
    )
