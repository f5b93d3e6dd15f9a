"""Handing out files."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Response, abort, g, redirect, request, url_for
from werkzeug.http import dump_options_header

from cuocthi.files.domain import file_of, read
from cuocthi.security.permissions import require
from cuocthi.text import T
from cuocthi.users.sign_in import lead_to_second_factor
from cuocthi.web.blueprint import CampaignBlueprint
from cuocthi.web.context import reading_context, registry
from cuocthi.web.on_record import put_look_on_record

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from cuocthi.web.navigation import NavEntry

#: How the log says that somebody took a file that is not for everybody. Its name may be a person's and is left out.
VIEW = "core:file:view"
LOOKED = T("Downloaded a file that is not for everybody")

pages = CampaignBlueprint("files", __name__)
blueprints = (pages,)
navigation: tuple[NavEntry, ...] = ()


@pages.page("/files/<int:file_id>/<path:name>", public=True)
def download(file_id: int, name: str) -> BaseResponse:
    """Hand a file out as an attachment to who may read it; ``name`` is only there for people who save the address.

    Whoever takes one that is not for everybody is put on record.
    """
    ctx = reading_context()
    stored = file_of(ctx, campaign_id=g.campaign.id, file_id=file_id)
    if name != stored.name:
        abort(404)
    if stored.permission:
        if ctx.actor.user_id is None:
            return redirect(url_for("users.sign_in", next=request.full_path.rstrip("?")))
        require(g.permissions, stored.permission, registry().permissions.by_name)
        if owed := lead_to_second_factor():
            return owed
        put_look_on_record(action=VIEW, summary=LOOKED, object_kind="file", object_id=file_id)
    if request.if_none_match.contains(stored.sha256):
        response = Response(status=304)
    else:
        response = Response(read(registry().config.files, stored), content_type=stored.media_type)
        # RFC 6266: the name in UTF-8, and a form of it for old browsers.
        plain = stored.name.encode("ascii", "replace").decode().replace("?", "_")
        disposition = dump_options_header("attachment", {"filename": plain})
        response.headers["Content-Disposition"] = f"{disposition}; filename*=UTF-8''{quote(stored.name, safe='')}"
    response.set_etag(stored.sha256)
    response.headers["Cache-Control"] = "private, no-cache" if stored.permission else "no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
