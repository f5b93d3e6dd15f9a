"""Readiness, opening and archiving."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.campaigns.lifecycle import archive_campaign, open_campaign
from cuocthi.campaigns.lifecycle import readiness as find_readiness
from cuocthi.campaigns.views.blueprints import blueprint
from cuocthi.errors import Blocked, DomainError
from cuocthi.web.context import committing, reading_context
from cuocthi.web.i18n import translate
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.contributions import ReadinessItem
    from cuocthi.text import Text

OPEN = "core:campaign:open"

#: Where each of the core's readiness items is mended.
_PLACES = {
    "basics": "campaigns.basics",
    "round": "timelines.edit",
    "timeline": "timelines.edit",
    "units": "units.listing",
    "headcounts": "units.listing",
    "organisers": "committees.listing",
    "adopters": "committees.listing",
    "jury": "committees.listing",
    "documents": "documents.listing",
    "rules": "rules.draft",
    "retention": "corrections.retention",
    "leftovers": "campaigns.leftovers",
}
#: The same for kinds of which there are several, by how their keys begin.
_PLACES_OF_MANY = {
    "parts": "campaigns.parts",
    "prerequisite": "prerequisites.listing",
    "admission": "standings.overview",
    "objections": "standings.overview",
}


@blueprint.page("/staff/readiness", permission="core:campaign:view")
def readiness() -> Response:
    """Show what is missing before the campaign can open, each with the place where it is mended."""
    return _page()


@blueprint.page("/staff/open", permission=OPEN, methods=["POST"], endpoint="open")
def open_now() -> AnyResponse:
    """Open the campaign, or say every reason why not."""
    try:
        with committing() as ctx:
            open_campaign(ctx, campaign=g.campaign)
    except Blocked as error:
        return _page(error.reasons, status=error.status)
    flash(_("The campaign is open. Everybody can see it now."), "ok")
    return redirect(url_for("campaigns.overview", slug=g.campaign.slug))


@blueprint.page("/staff/archive", permission=OPEN)
def archive() -> Response:
    """Ask before archiving."""
    return render("campaigns/archive.html", error=None, reasons=[])


@blueprint.page("/staff/archive", permission=OPEN, methods=["POST"], endpoint="archive_now")
def archive_now() -> AnyResponse:
    """Archive the campaign once its name was typed."""
    if request.form.get("confirm", "").strip() != g.campaign.slug:
        return render("campaigns/archive.html", status=422, error=_("That is not the campaign's address."), reasons=[])
    try:
        with committing() as ctx:
            archive_campaign(ctx, campaign=g.campaign)
    except DomainError as error:
        reasons = [error.message, *getattr(error, "reasons", ())]
        return render("campaigns/archive.html", status=error.status, error=None, reasons=reasons)
    flash(_("The campaign is archived."), "ok")
    return redirect(url_for("campaigns.overview", slug=g.campaign.slug))


def _page(refused: Sequence[Text] = (), *, status: int = 200) -> Response:
    found = find_readiness(reading_context(), campaign=g.campaign)
    return render(
        "campaigns/readiness.html",
        status=status,
        items=_grouped([_shown(item) for item in found.items]),
        undone=found.undone,
        ready=not found.reasons,
        refused=refused,
    )


def _grouped(shown: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the items, those that ask for the same under one title, each with the place where it is mended."""
    groups: dict[tuple[str, bool], list[dict[str, Any]]] = {}
    for item in shown:
        groups.setdefault((item["title"], item["done"]), []).append(item)
    return [
        group[0] if len(group) == 1 else {"title": title, "done": done, "detail": "", "url": "", "parts": group}
        for (title, done), group in groups.items()
    ]


def _shown(item: ReadinessItem) -> dict[str, Any]:
    endpoint = _PLACES.get(item.key) or _PLACES_OF_MANY.get(item.key.partition("-")[0], "")
    url = item.url or (url_for(endpoint, slug=g.campaign.slug) if endpoint else "")
    shown = replace(item, url=url)
    detail = translate(shown.detail) if shown.detail else ""
    if not item.required:
        detail = f"{detail} · {_('recommended')}" if detail else _("recommended")
    return {"title": translate(shown.title), "done": shown.done, "detail": detail, "url": shown.url}
