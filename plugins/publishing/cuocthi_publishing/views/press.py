"""For newspapers, broadcasters and portals: the press kit of the release in force, and how results are framed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, redirect, request, url_for

from cuocthi.campaigns.views.caching import cached
from cuocthi.web.context import reading_context
from cuocthi.web.links import public_link
from cuocthi.web.rendering import render
from cuocthi.web.theme import LIGHT_PAPER, light_tints
from cuocthi_publishing import queries
from cuocthi_publishing.domain.abridged import shown_of
from cuocthi_publishing.domain.releases import numbered
from cuocthi_publishing.outputs.picture import card_of
from cuocthi_publishing.outputs.press import KIT, charts, press_text
from cuocthi_publishing.outputs.published import Published
from cuocthi_publishing.views.blueprint import blueprint, file_address
from cuocthi_publishing.views.embedded import asked_colours

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi_publishing.models import Release


@blueprint.page("/press", public=True)
def press() -> AnyResponse:
    """Show text, picture and charts of the release in force; before there is one, lead to where it will be."""
    ctx = reading_context()
    release = queries.current_release(ctx, campaign_id=g.campaign.id)
    if release is None:
        return redirect(url_for(".current", slug=g.campaign.slug))
    return cached([], lambda: _kit(release), moments=queries.moments_ahead(ctx, campaign_id=g.campaign.id))


@blueprint.page("/releases/<int:number>/press", permission="publishing:release:view", endpoint="press_preview")
def press_preview(number: int) -> Response:
    """Show what the press will find, before it is public."""
    release = numbered(reading_context(), campaign=g.campaign, number=number)
    return _kit(release, preview=True)


@blueprint.page("/press/embed", public=True)
def embed_code() -> Response:
    """Write the lines by which a portal shows the results, in its own colours if they can be read."""
    chosen = asked_colours()
    asked = {name: request.args.get(name, "")[:7] for name in ("accent", "ground")}
    defaults = {"accent": light_tints(g.campaign.accent).accent, "ground": LIGHT_PAPER}
    address = (
        public_link(".embed_in_colours", slug=g.campaign.slug, accent=chosen.accent[1:], ground=chosen.ground[1:])
        if chosen
        else public_link(".embed", slug=g.campaign.slug)
    )
    return render(
        "publishing/embed_code.html",
        address=address,
        shown={name: getattr(chosen, name) if chosen else defaults[name] for name in defaults},
        refused=any(asked.values()) and chosen is None,
    )


def _kit(release: Release, *, preview: bool = False) -> Response:
    published = Published(shown_of(release), release.digest)
    built = release.bundle_file_id is not None and not preview
    return render(
        "publishing/press.html",
        release=release,
        preview=preview,
        content_language=published.language,
        text=press_text(published),
        card=card_of(published.snapshot),
        charts=[title for _, title, _ in charts(published)],
        kit=file_address(release.number, KIT) if built else "",
    )
