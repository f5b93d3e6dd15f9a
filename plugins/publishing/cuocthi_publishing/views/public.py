"""What everybody sees: the release in force, each one by its number, tombstones, data, and how to check them.

What is public is decided by the statements with the moment of the request: no work has to be done at that moment.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flask import Response, abort, g, jsonify, request, url_for

from cuocthi.bundles.sealing import DATA
from cuocthi.campaigns.views.caching import cached
from cuocthi.digest import canonical
from cuocthi.files.domain import file_of, read
from cuocthi.timelines.models import PhaseKind
from cuocthi.timelines.queries import phases
from cuocthi.web.context import reading_context, registry
from cuocthi.web.formats import iso
from cuocthi.web.rendering import render
from cuocthi_publishing import queries
from cuocthi_publishing.domain.pages import Links
from cuocthi_publishing.domain.releases import changed_under
from cuocthi_publishing.views import unpacked
from cuocthi_publishing.views.blueprint import (
    FIRST,
    OTHERS,
    address,
    blueprint,
    for_everybody,
    release_address,
    release_page,
    seen,
)
from cuocthi_publishing.views.sharing import shared_at

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase
    from cuocthi_publishing.models import Release

_GONE = 410


@blueprint.page("/", public=True, defaults={"key": FIRST})
@blueprint.page(f"/{OTHERS}", public=True, endpoint="page")
def current(key: str) -> Response:
    """Show a page of the release in force, else of the newest statistics, else when results are expected.

    Where the newest release was withdrawn its tombstone stands here until there is another one.
    """
    ctx = reading_context()
    release = queries.last_public(ctx, campaign_id=g.campaign.id)
    if release is not None and release.left_a_tombstone:
        return _tombstone(ctx, release, status=200 if key == FIRST else _GONE)
    statistics = queries.current_statistics(ctx, campaign_id=g.campaign.id)
    moments = queries.moments_ahead(ctx, campaign_id=g.campaign.id)
    if release is None and statistics is None:
        return _awaited(ctx, moments)
    shown, links = release or statistics, Links(page=partial(address, "current", "page"), release=release_address)

    def page() -> Response:
        changes = changed_under(ctx, campaign=g.campaign, release=release) if release else []
        newer = statistics if release and statistics and statistics.number > release.number else None
        share = shared_at("current", "page", key)
        return release_page(ctx, shown, key, links, changes=changes, statistics=newer, share=share)  # type: ignore[arg-type]  # one is

    return cached([], page, moments=moments)


@blueprint.page("/release/<int:number>/", public=True, defaults={"key": FIRST})
@blueprint.page(f"/release/<int:number>/{OTHERS}", public=True, endpoint="former_page")
def former(number: int, key: str) -> Response:
    """Show a page of one release, which may have been corrected since, or its tombstone."""
    ctx = reading_context()
    release = seen(ctx, number)
    if release.left_a_tombstone:
        return _tombstone(ctx, release, status=_GONE)
    links = Links(page=partial(address, "former", "former_page", number=number), release=release_address)
    moments = queries.moments_ahead(ctx, campaign_id=g.campaign.id)
    share = shared_at("former", "former_page", key, number)
    return cached([], lambda: release_page(ctx, release, key, links, share=share), moments=moments)


@blueprint.page("/release/<int:number>/data.json", public=True)
def data(number: int) -> Response:
    """Hand out the values of a release, as the canonical JSON that its digest is made of."""
    ctx = reading_context()
    release = seen(ctx, number)
    if release.left_a_tombstone:
        return _gone_in_json(ctx, release)
    response = Response(content_type="application/json")
    if not request.if_none_match.contains_weak(release.digest):
        found = _of_bundle(ctx, release, DATA)
        if found is None:
            response.set_data(release.snapshot.encode())
        else:
            unpacked.fill(response, found)
    return for_everybody(response, release.digest)


@blueprint.page("/release/<int:number>/bundle.zip", public=True)
def bundle(number: int) -> Response:
    """Hand out the bundle of a release, once it is built."""
    ctx = reading_context()
    release = seen(ctx, number)
    if release.left_a_tombstone:
        return _tombstone(ctx, release, status=_GONE)
    if release.bundle_file_id is None:
        abort(404)
    stored = file_of(ctx, campaign_id=g.campaign.id, file_id=release.bundle_file_id)
    answer = Response(content_type=stored.media_type)
    if not request.if_none_match.contains_weak(stored.sha256):
        answer.set_data(read(registry().config.files, stored))
    answer.headers.set("Content-Disposition", "attachment", filename=stored.name)
    return for_everybody(answer, stored.sha256)


@blueprint.page("/release/<int:number>/files/<path:path>", public=True)
def file(number: int, path: str) -> Response:
    """Hand out a file of the bundle of a release as it is there; small ones are kept in memory like pages."""
    ctx = reading_context()
    release = seen(ctx, number)
    if release.left_a_tombstone:
        return _tombstone(ctx, release, status=_GONE)
    found = _of_bundle(ctx, release, path)
    if found is None:
        abort(404)
    if found.size > unpacked.MOST_KEPT:
        return unpacked.answer(found)
    return cached([], lambda: unpacked.answer(found))


def _of_bundle(ctx: Context, release: Release, path: str) -> unpacked.Member | None:
    """Return a file of the bundle of a release, None where there is none, or no bundle yet."""
    if release.bundle_file_id is None:
        return None
    stored = file_of(ctx, campaign_id=g.campaign.id, file_id=release.bundle_file_id)
    return unpacked.member(registry().config.files, stored, path)


@blueprint.page("/check", public=True)
def check() -> Response:
    """Say how anybody checks a release, and show the keys of this site."""
    ctx = reading_context()
    return cached(
        [],
        lambda: render(
            "publishing/check.html",
            keys=registry().signer.public_keys(),
            release=queries.current_release(ctx, campaign_id=g.campaign.id),
        ),
        moments=queries.moments_ahead(ctx, campaign_id=g.campaign.id),
    )


@blueprint.page("/keys.json", public=True)
def keys() -> Response:
    """Hand out the public keys of this site: with the current one last, and from when until when each has signed."""
    found = [
        {
            "id": key.id,
            "public": key.public.hex(),
            "pem": key.pem,
            "since": iso(key.since),
            "until": iso(key.until) if key.until else None,
        }
        for key in registry().signer.public_keys()
    ]
    response = jsonify(found)
    response.headers["Cache-Control"] = "no-cache"
    return response


def _tombstone(ctx: Context, release: Release, *, status: int) -> Response:
    """Say what was here, since when it is withdrawn, and why."""
    return render(
        "publishing/tombstone.html",
        status=status,
        release=release,
        withdrawal=queries.withdrawal_of(ctx, release=release),
        replaced_by=queries.successor(ctx, release=release),
        home=url_for(".current", slug=g.campaign.slug),
    )


def _gone_in_json(ctx: Context, release: Release) -> Response:
    withdrawal = queries.withdrawal_of(ctx, release=release)
    values = {
        "release": release.number,
        "digest": release.digest,
        "withdrawn_at": iso(release.withdrawn_at) if release.withdrawn_at else None,
        "reason": withdrawal.reason if withdrawal else "",
    }
    return Response(canonical(values), status=_GONE, content_type="application/json")


def _awaited(ctx: Context, moments: Sequence[datetime]) -> Response:
    timeline = phases(ctx, campaign_id=g.campaign.id)
    return cached(
        timeline, lambda: render("publishing/awaited.html", expected=_expected(timeline, ctx.now)), moments=moments
    )


def _expected(timeline: Sequence[Phase], now: datetime) -> datetime | None:
    """Return when results are to be expected: at the ceremony, else when judging ends, if that lies ahead."""
    for kind, edge in ((PhaseKind.CEREMONY, "opens_at"), (PhaseKind.JUDGING, "closes_at")):
        moments: list[datetime] = [getattr(phase, edge) for phase in timeline if phase.kind is kind]
        ahead = [moment for moment in moments if moment > now]
        if ahead:
            return min(ahead)
    return None
