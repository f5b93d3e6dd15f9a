"""The pages of administrators: any two accounts, whatever they take part in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, redirect, request, url_for

from cuocthi.merging.views import doors
from cuocthi.merging.views.blueprints import people
from cuocthi.merging.views.doors import Door
from cuocthi.users import sign_in

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

_DOOR = Door(None)


@people.before_request
def administrators_only() -> AnyResponse | None:
    """Let administrators in, and nobody else."""
    reader = sign_in.reader()
    if reader is None:
        return redirect(url_for("users.sign_in", next=request.path))
    if not reader.is_admin:
        abort(403)
    return None


@people.route("/")
def listing() -> Response:
    """List people who may have two accounts."""
    return doors.show_pairs(_DOOR)


@people.route("/apart/")
def told_apart() -> Response:
    """List people who were told apart."""
    return doors.show_pairs(_DOOR, apart=True)


@people.route("/<int:user_id>/<int:other_id>")
def pair(user_id: int, other_id: int) -> Response:
    """Show two people side by side, and what merging them would do."""
    return doors.show_pair(_DOOR, doors.two({user_id: user_id, other_id: other_id}))


@people.route("/<int:user_id>/<int:other_id>", methods=["POST"])
def merge(user_id: int, other_id: int) -> AnyResponse:
    """Merge two accounts."""
    return doors.merge_pair(_DOOR, doors.two({user_id: user_id, other_id: other_id}))


@people.route("/<int:user_id>/<int:other_id>/apart", methods=["POST"])
def apart(user_id: int, other_id: int) -> AnyResponse:
    """Say that two people are not the same."""
    return doors.keep_apart(_DOOR, doors.two({user_id: user_id, other_id: other_id}))


@people.route("/<int:user_id>/<int:other_id>/again", methods=["POST"])
def again(user_id: int, other_id: int) -> AnyResponse:
    """Take back that two people are not the same."""
    return doors.bring_together(_DOOR, doors.two({user_id: user_id, other_id: other_id}))


@people.route("/merged/")
def merged() -> Response:
    """List all that was merged."""
    return doors.show_mergers(_DOOR)


@people.route("/merged/<int:merger_id>", methods=["GET", "POST"])
def merger(merger_id: int) -> AnyResponse:
    """Show a merger, and take it back."""
    return doors.show_merger(_DOOR, merger_id)
