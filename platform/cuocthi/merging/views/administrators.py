"""The pages of administrators: any two accounts, whatever they take part in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.merging.views import doors
from cuocthi.merging.views.blueprints import people
from cuocthi.merging.views.doors import Door

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

_DOOR = Door(None)


@people.page("/", administrator=True)
def listing() -> Response:
    """List people who may have two accounts."""
    return doors.show_pairs(_DOOR)


@people.page("/apart/", administrator=True)
def told_apart() -> Response:
    """List people who were told apart."""
    return doors.show_pairs(_DOOR, apart=True)


@people.page("/<int:user_id>/<int:other_id>", administrator=True)
def pair(user_id: int, other_id: int) -> Response:
    """Show two people side by side, and what merging them would do."""
    return doors.show_pair(_DOOR, doors.two({user_id: user_id, other_id: other_id}))


@people.page("/<int:user_id>/<int:other_id>", administrator=True, methods=["POST"])
def merge(user_id: int, other_id: int) -> AnyResponse:
    """Merge two accounts."""
    return doors.merge_pair(_DOOR, doors.two({user_id: user_id, other_id: other_id}))


@people.page("/<int:user_id>/<int:other_id>/apart", administrator=True, methods=["POST"])
def apart(user_id: int, other_id: int) -> AnyResponse:
    """Say that two people are not the same."""
    return doors.keep_apart(_DOOR, doors.two({user_id: user_id, other_id: other_id}))


@people.page("/<int:user_id>/<int:other_id>/again", administrator=True, methods=["POST"])
def again(user_id: int, other_id: int) -> AnyResponse:
    """Take back that two people are not the same."""
    return doors.bring_together(_DOOR, doors.two({user_id: user_id, other_id: other_id}))


@people.page("/merged/", administrator=True)
def merged() -> Response:
    """List all that was merged."""
    return doors.show_mergers(_DOOR)


@people.page("/merged/<int:merger_id>", administrator=True, methods=["GET", "POST"])
def merger(merger_id: int) -> AnyResponse:
    """Show a merger, and take it back."""
    return doors.show_merger(_DOOR, merger_id)
