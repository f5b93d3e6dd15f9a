"""The schema of the values of releases, at an address of its own and beside the values of each."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from flask import Response, abort

from cuocthi.web.context import reading_context
from cuocthi_publishing.domain.abridged import shown_of
from cuocthi_publishing.schemas import FILE, VERSION, schema
from cuocthi_publishing.views.blueprint import blueprint, for_everybody, seen

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse


@blueprint.page(f"/{FILE}", public=True)
def newest_schema() -> AnyResponse:
    """Hand out the schema of what is released from now on."""
    return _schema(VERSION)


@blueprint.page(f"/release/<int:number>/{FILE}", public=True)
def schema_of(number: int) -> AnyResponse:
    """Hand out the schema of a release as its values name it; of one before there were schemas there is none."""
    release = seen(reading_context(), number)
    return _schema(shown_of(release)["schema"])


def _schema(version: str) -> AnyResponse:
    content = schema(version)
    if content is None:
        abort(404)
    return for_everybody(Response(content, content_type="application/schema+json"), sha256(content).hexdigest())
