"""What the pages of releases have in common: the blueprint, addresses, who sees a release, and a page of one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from flask import abort, g, request, url_for

from cuocthi.articles.addresses import picture_address
from cuocthi.errors import Missing
from cuocthi.text import T
from cuocthi.web.blueprint import CampaignBlueprint
from cuocthi.web.rendering import render
from cuocthi_publishing import queries
from cuocthi_publishing.domain.abridged import shown_of
from cuocthi_publishing.domain.pages import page_keys, page_title, render_body
from cuocthi_publishing.domain.releases import numbered
from cuocthi_publishing.outputs.names import list_folders, picture_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from flask import Response

    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi.web.sharing import Shared
    from cuocthi_publishing.domain.pages import Links
    from cuocthi_publishing.domain.snapshot import Snapshot
    from cuocthi_publishing.models import Release

blueprint = CampaignBlueprint("publishing", "cuocthi_publishing", plugin="publishing")

FIRST = "results"
#: The other pages of a release, as an address names them.
OTHERS = "<any(awards,units,statistics,documents):key>"


def address(first: str, other: str, key: str, number: int | None = None) -> str:
    """Return where a page of a release is: at the endpoint ``first`` the one that it begins with, else at ``other``."""
    if key == FIRST:
        return url_for(f".{first}", slug=g.campaign.slug, number=number)
    return url_for(f".{other}", slug=g.campaign.slug, key=key, number=number)


def release_address(number: int) -> str:
    """Return where one release is for everybody."""
    return url_for(".former", slug=g.campaign.slug, number=number)


def file_address(number: int, path: str) -> str:
    """Return where a file of the bundle of a release is for everybody."""
    return url_for(".file", slug=g.campaign.slug, number=number, path=path)


def _picture_here(file: Mapping[str, Any]) -> str:
    """Return where a picture is as long as its article is public, or to staff: until the bundle is built."""
    return picture_address(f"{file['sha256']}{PurePosixPath(file['name']).suffix}")


def staff_address() -> str:
    """Return where the staff's releases are."""
    return url_for(".releases", slug=g.campaign.slug)


def seen(ctx: Context, number: int) -> Release:
    """Return a release that the public sees, or saw until it was withdrawn; to anybody else there is none."""
    release = numbered(ctx, campaign=g.campaign, number=number)
    if not release.is_public(ctx.now) and not release.left_a_tombstone:
        raise Missing(T("There is no release %(number)s.", number=number))
    return release


def for_everybody(response: Response, tag: str) -> Response:
    """Answer with what anybody may keep, as long as it asks each time whether it is still there."""
    # Weak, as it is the same whether it is sent compressed or not.
    response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    # It is the same for everybody: scripts of portals may read it.
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.make_conditional(request)
    return response


def release_page(
    ctx: Context,
    release: Release,
    key: str,
    links: Links,
    *,
    preview: bool = False,
    changes: Sequence[Text] = (),
    statistics: Release | None = None,
    share: Callable[[Snapshot], Shared] | None = None,
) -> Response:
    """Show a page of a release; ``statistics`` are newer ones that went out by themselves.

    ``share`` says how it shows itself where its address is shared, None for a page that is not public.
    """
    snapshot = shown_of(release)
    if key not in page_keys(snapshot):
        abort(404)
    links = replace(links, picture=_picture_here)
    if release.bundle_file_id is not None and not preview:
        folders = list_folders(snapshot)
        links = replace(
            links,
            whole=lambda section: file_address(release.number, f"{folders[section]}/1.html"),
            picture=lambda file: file_address(release.number, picture_file(file)),
        )
    return render(
        "publishing/page.html",
        title=page_title(snapshot, key),
        content_language=snapshot["campaign"]["language"],
        body=render_body(snapshot, release.digest, key, links),
        release=release,
        replaced_by=queries.successor(ctx, release=release),
        preview=preview,
        changes=changes,
        statistics=statistics,
        shared=share(snapshot) if share else None,
    )
