"""The two blueprints: one's own pages, and those of a campaign's staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, request, url_for

from cuocthi.users import sign_in
from cuocthi.web.blueprint import CampaignBlueprint
from cuocthi.web.links import own_path

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

campaign_pages = CampaignBlueprint("corrections", "cuocthi.personal")
my_pages = Blueprint("personal", "cuocthi.personal", template_folder="templates", url_prefix="/me/data")


@my_pages.before_request
def only_signed_in() -> Response | None:
    """Lead who has not signed in to where that is done, and back."""
    if sign_in.reader() is not None:
        return None
    there = request.path if request.method == "GET" else own_path("personal.data")
    return redirect(url_for("users.sign_in", next=there))
