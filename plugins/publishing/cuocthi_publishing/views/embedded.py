"""The release in force in small: the one page that other sites may put into a frame. It has no script and no form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, url_for
from markupsafe import Markup

from cuocthi.campaigns.views.caching import cached
from cuocthi.text import T
from cuocthi.web.context import reading_context
from cuocthi.web.rendering import render
from cuocthi_publishing import queries
from cuocthi_publishing.domain.pages import page_title, render_embedded
from cuocthi_publishing.domain.releases import snapshot_of
from cuocthi_publishing.views.blueprint import FIRST, blueprint
from cuocthi_publishing.wording import say

if TYPE_CHECKING:
    from flask import Response

    from cuocthi_publishing.models import Release

#: Whoever wants may frame this page; it loads style sheets and fonts from here and nothing else.
_POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors *"
)


@blueprint.page("/embed", public=True)
def embed() -> Response:
    """Show figures and first winners of the release in force, or that there is none, to be framed by another site."""
    ctx = reading_context()
    campaign_id = g.campaign.id
    release = queries.last_public(ctx, campaign_id=campaign_id)
    if release is None:
        release = queries.current_statistics(ctx, campaign_id=campaign_id)
    return cached([], lambda: _page(release), moments=queries.moments_ahead(ctx, campaign_id=campaign_id))


def _page(release: Release | None) -> Response:
    results = url_for(".current", slug=g.campaign.slug)
    if release is not None and release.is_published:
        snapshot = snapshot_of(release)
        language = snapshot["campaign"]["language"]
        title, body, said = page_title(snapshot, FIRST), render_embedded(snapshot, results), ""
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
    )
    response.headers["Content-Security-Policy"] = _POLICY
    return response
