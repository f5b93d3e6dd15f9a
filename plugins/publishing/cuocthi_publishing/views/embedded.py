"""The release in force in small: the one page that other sites may put into a frame. It has no script and no form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, abort, g, request, url_for
from markupsafe import Markup

from cuocthi.campaigns.views.caching import cached
from cuocthi.text import T
from cuocthi.web.context import reading_context
from cuocthi.web.rendering import render
from cuocthi_publishing import queries
from cuocthi_publishing.domain.abridged import shown_of
from cuocthi_publishing.domain.colours import colours, stylesheet
from cuocthi_publishing.domain.pages import page_title, render_embedded
from cuocthi_publishing.views.blueprint import FIRST, blueprint
from cuocthi_publishing.wording import say

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi_publishing.domain.colours import Colours
    from cuocthi_publishing.models import Release

#: Whoever wants may frame this page; it loads style sheets and fonts from here and nothing else.
_POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors *"
)
#: Releases in small by digest and address, so many at the most.
_KEPT: dict[tuple[str, str], tuple[str, str, Markup]] = {}
_MOST_KEPT = 32


@blueprint.page("/embed", public=True)
def embed() -> Response:
    """Show figures and first winners of the release in force, or that there is none, to be framed by another site."""
    ctx = reading_context()
    release = _shown(ctx)
    return cached([], lambda: _page(release), moments=queries.moments_ahead(ctx, campaign_id=g.campaign.id))


@blueprint.page("/embed/colours", public=True)
def embed_in_colours() -> AnyResponse:
    """Show the same in the two colours of the portal that frames it, in the campaign's where they cannot be read.

    Anybody may invent colours, so that these pages stay out of the memory of public pages; what takes time is kept.
    """
    response = _page(_shown(reading_context()), asked_colours())
    response.add_etag(weak=True)
    response.headers["Cache-Control"] = "no-cache"
    return response.make_conditional(request)


@blueprint.page("/embed/colours/<accent>-<ground>.css", public=True)
def embed_stylesheet(accent: str, ground: str) -> Response:
    """Hand out two colours as a style sheet; the same address gives the same for ever."""
    chosen = colours(accent, ground, campaign=g.campaign.accent)
    if chosen is None or chosen.name != f"{accent}-{ground}":
        abort(404)
    response = Response(stylesheet(chosen), content_type="text/css; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def asked_colours() -> Colours | None:
    """Return the colours that the query of the address asks for, None for none that can be read."""
    return colours(request.args.get("accent", ""), request.args.get("ground", ""), campaign=g.campaign.accent)


def _shown(ctx: Context) -> Release | None:
    found = queries.last_public(ctx, campaign_id=g.campaign.id)
    return found if found is not None else queries.current_statistics(ctx, campaign_id=g.campaign.id)


def _page(release: Release | None, chosen: Colours | None = None) -> Response:
    results = url_for(".current", slug=g.campaign.slug)
    if release is not None and release.is_published:
        language, title, body = _content(release, results)
        said = ""
    else:
        language = g.campaign.language
        why = (
            T("The results have not been published yet.")
            if release is None
            else T("Release %(number)s was withdrawn", number=release.number)
        )
        title, body, said = say(T("Results"), language), Markup(), say(why, language)
    response = render(
        "publishing/embed.html",
        content_language=language,
        title=title,
        body=body,
        said=said,
        link=say(T("To the page of the results"), language),
        results=results,
        colours=chosen,
    )
    response.headers["Content-Security-Policy"] = _POLICY
    return response


def _content(release: Release, results: str) -> tuple[str, str, Markup]:
    """Return language, title and body of a release in small; its snapshot, which may be long, is read once."""
    found = _KEPT.get((release.digest, results))
    if found is None:
        snapshot = shown_of(release)
        language = snapshot["campaign"]["language"]
        found = (language, page_title(snapshot, FIRST), render_embedded(snapshot, results))
        if len(_KEPT) >= _MOST_KEPT:
            _KEPT.clear()
        _KEPT[release.digest, results] = found
    return found
