"""What every route declares that it asks for.

Whatever asks for no permission is written down here, each route with what it answers: a new one fails until somebody
has thought about it and added it by hand. What is declared is held against what happens in ``test_matrix.py``.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from flask import Blueprint

from cuocthi import app as wiring
from cuocthi.errors import ContractError
from cuocthi.web.access import ADMINISTRATOR, BY_STATEMENT, PUBLIC, SIGNED_IN, STAFF
from cuocthi.web.blueprint import CampaignBlueprint, SiteBlueprint

from .conftest import World, on_one_database

if TYPE_CHECKING:
    from collections.abc import Callable

    from cuocthi.config import Config

#: Routes for everybody, with what nobody in particular is answered: 422 is a form that was sent empty.
OPEN_TO_EVERYBODY = {
    "GET /": 200,
    "GET /c/<slug>/": 200,
    "GET /c/<slug>/documents/": 200,
    "GET /c/<slug>/files/<int:file_id>/<path:name>": 200,
    "GET /c/<slug>/inquiries/": 200,
    "GET /c/<slug>/inquiries/ask": 200,
    "POST /c/<slug>/inquiries/ask": 422,
    "GET /c/<slug>/inquiries/asked/<token>": 200,
    "GET /c/<slug>/inquiries/complaints/": 200,
    "GET /c/<slug>/join": 200,
    "POST /c/<slug>/join": 422,
    "POST /c/<slug>/join/guardian": 200,
    "GET /c/<slug>/news/": 200,
    "GET /c/<slug>/news/<key>": 404,
    "GET /c/<slug>/news/mail/<int:announcement_id>": 404,
    "GET /c/<slug>/news/page/<int:number>": 200,
    "GET /c/<slug>/news/stop/<token>": 404,
    "POST /c/<slug>/next-person": 302,
    "GET /c/<slug>/personal": 200,
    "GET /c/<slug>/pictures/<name>": 404,
    "GET /c/<slug>/picture/<name>.png": 302,
    "GET /c/<slug>/prizes/certificate": 200,
    "GET /c/<slug>/prizes/certificate/<code>": 404,
    "GET /c/<slug>/publishing/": 200,
    "GET /c/<slug>/publishing/<any(awards,units,statistics,documents):key>": 200,
    "GET /c/<slug>/publishing/check": 200,
    "GET /c/<slug>/publishing/data.schema.json": 200,
    "GET /c/<slug>/publishing/embed": 200,
    "GET /c/<slug>/publishing/embed/colours": 200,
    "GET /c/<slug>/publishing/embed/colours/<accent>-<ground>.css": 404,
    "GET /c/<slug>/publishing/feed.xml": 200,
    "GET /c/<slug>/publishing/keys.json": 200,
    "GET /c/<slug>/publishing/press": 302,
    "GET /c/<slug>/publishing/press/embed": 200,
    "GET /c/<slug>/publishing/release/<int:number>/": 404,
    "GET /c/<slug>/publishing/release/<int:number>/<any(awards,units,statistics,documents):key>": 404,
    "GET /c/<slug>/publishing/release/<int:number>/bundle.zip": 404,
    "GET /c/<slug>/publishing/release/<int:number>/data.json": 404,
    "GET /c/<slug>/publishing/release/<int:number>/data.schema.json": 404,
    "GET /c/<slug>/publishing/release/<int:number>/files/<path:path>": 404,
    "GET /c/<slug>/reference/": 200,
    "GET /c/<slug>/reference/<key>": 404,
    "GET /c/<slug>/publishing/release/<int:number>/picture/<name>.png": 404,
    "GET /c/<slug>/quiz/picture/<sha256>/<key>": 404,
    "GET /c/<slug>/quiz/practice/": 404,
    "GET /c/<slug>/quiz/practice/<token>": 404,
    "GET /c/<slug>/quiz/receipt": 200,
    "GET /c/<slug>/rankings/<int:phase_id>/": 404,
    "GET /c/<slug>/rankings/<int:phase_id>/lots/": 200,
    "GET /c/<slug>/rankings/<int:phase_id>/lots/<int:number>.json": 404,
    "GET /c/<slug>/rules": 200,
    "GET /c/<slug>/rules/<int:number>": 404,
    "GET /c/<slug>/rules/<int:number>/changes": 404,
    "GET /c/<slug>/shared-device": 404,
    "POST /c/<slug>/shared-device": 404,
    "GET /c/<slug>/timeline.ics": 200,
    "GET /robots.txt": 200,
    "GET /sign-in": 200,
    "POST /sign-in": 422,
    "GET /sign-in/account": 302,
    "POST /sign-in/account": 302,
    "GET /sign-in/code": 200,
    "POST /sign-in/code": 422,
    "GET /sign-in/enter": 302,
    "POST /sign-in/enter": 302,
    "GET /sign-in/forgotten": 200,
    "POST /sign-in/forgotten": 422,
    "GET /sign-in/invited": 302,
    "GET /sign-in/new-password": 302,
    "POST /sign-in/new-password": 302,
    "GET /sign-in/second-factor": 302,
    "POST /sign-in/second-factor": 302,
    "GET /sign-in/support": 200,
    "GET /sitemap-<int:number>.xml": 404,
    "GET /sitemap.xml": 200,
    "POST /sign-in/support": 422,
    "POST /sign-out": 302,
    "POST /sign-out-everywhere": 302,
}

#: Routes for whoever has signed in, with what somebody who takes part is answered; 302 leads on.
OPEN_TO_THE_SIGNED_IN = {
    "GET /c/<slug>/inquiries/complaints/<int:complaint_id>": 200,
    "GET /c/<slug>/inquiries/complaints/<int:complaint_id>/files/<int:file_id>": 404,
    "POST /c/<slug>/inquiries/complaints/<int:complaint_id>/withdraw": 302,
    "GET /c/<slug>/inquiries/complaints/new": 200,
    "POST /c/<slug>/inquiries/complaints/new": 409,
    "GET /c/<slug>/inquiries/mine": 200,
    "POST /c/<slug>/personal/consent": 302,
    "POST /c/<slug>/personal/news": 302,
    "POST /c/<slug>/personal/rules": 409,
    "GET /c/<slug>/prizes/my-certificates/<int:certificate_id>.pdf": 404,
    "GET /c/<slug>/prizes/mine/<int:candidacy_id>": 200,
    "POST /c/<slug>/prizes/mine/<int:candidacy_id>": 422,
    "POST /c/<slug>/prizes/mine/<int:candidacy_id>/decline": 302,
    "GET /c/<slug>/quiz/paper/<int:attempt_id>/<token>/<int:position>": 302,
    "GET /c/<slug>/quiz/paper/<int:attempt_id>/<token>/all": 302,
    "POST /c/<slug>/quiz/paper/<int:attempt_id>/<token>/flag": 409,
    "POST /c/<slug>/quiz/paper/<int:attempt_id>/<token>/hand-in": 302,
    "GET /c/<slug>/quiz/paper/<int:attempt_id>/<token>/summary": 302,
    "GET /c/<slug>/quiz/paper/<int:attempt_id>/receipt": 200,
    "GET /c/<slug>/quiz/paper/<int:attempt_id>/result": 200,
    "POST /c/<slug>/quiz/paper/<int:attempt_id>/take-over": 302,
    "GET /c/<slug>/quiz/round/<int:round_id>/": 200,
    "POST /c/<slug>/quiz/round/<int:round_id>/start": 409,
    "GET /c/<slug>/rankings/<int:phase_id>/mine": 404,
    "GET /me": 200,
    "POST /me/contacts/<int:contact_id>/confirm": 302,
    "GET /me/contacts/code": 200,
    "POST /me/contacts/code": 422,
    "GET /me/contacts/new": 200,
    "POST /me/contacts/new": 422,
    "GET /me/data/": 200,
    "GET /me/data/download": 200,
    "POST /me/data/name": 422,
    "GET /me/data/wish/<slug>": 200,
    "POST /me/data/wish/<slug>": 422,
    "GET /me/data/withdraw": 200,
    "POST /me/data/withdraw": 422,
    "POST /me/data/withdraw-code": 302,
    "POST /me/data/withdraw-code/<slug>": 302,
    "GET /me/data/withdraw/<slug>": 200,
    "POST /me/data/withdraw/<slug>": 422,
    "POST /me/devices/end": 302,
    "GET /me/password": 200,
    "POST /me/password": 422,
    "GET /me/second-factor": 200,
    "POST /me/second-factor/begin": 422,
    "POST /me/second-factor/confirm": 422,
    "POST /me/second-factor/off": 422,
}

#: Routes for whoever sits on a committee of any campaign; what they show is the reader's own, or for organisers alone.
OPEN_TO_STAFF = {
    "GET /staff/",
    "GET /staff/new/from/<earlier>",
    "POST /staff/new/from/<earlier>",
}

#: Acts of many at once, let through by the statement that does them.
DECIDED_BY_STATEMENT = {
    "POST /c/<slug>/news/stop/<token>",
    "POST /c/<slug>/quiz/paper/<int:attempt_id>/<token>/answer",
}


@on_one_database
def test_what_asks_for_no_permission_is_written_down(world: World) -> None:
    by_access: dict[str, set[str]] = {}
    for route in world.routes():
        by_access.setdefault(route.access, set()).add(str(route))
    assert by_access.pop(PUBLIC) == set(OPEN_TO_EVERYBODY)
    assert by_access.pop(SIGNED_IN) == set(OPEN_TO_THE_SIGNED_IN)
    assert by_access.pop(STAFF) == OPEN_TO_STAFF
    assert by_access.pop(BY_STATEMENT) == DECIDED_BY_STATEMENT
    assert set(by_access) == {ADMINISTRATOR, *world.permissions.by_name} & set(by_access)


@on_one_database
def test_addresses_of_staff_ask_for_a_permission_or_an_administrator(world: World) -> None:
    for route in world.routes():
        if "/staff" in route.rule.rule and str(route) not in OPEN_TO_STAFF:
            assert route.access in {ADMINISTRATOR, *world.permissions.by_name}, str(route)


@on_one_database
def test_pages_of_campaigns_are_told_by_their_addresses(world: World) -> None:
    for route in world.routes():
        blueprint = world.app.blueprints[route.rule.endpoint.partition(".")[0]]
        kind = CampaignBlueprint if route.rule.rule.startswith("/c/<slug>") else SiteBlueprint
        assert isinstance(blueprint, kind), str(route)


@on_one_database
def test_open_routes_answer_as_it_is_written_down(world: World, keep_nothing: Callable[[], None]) -> None:
    nobody, entrant = world.browser(None), world.browser(world.entrant)
    keep_nothing()
    answers: dict[str, dict[str, int]] = {PUBLIC: {}, SIGNED_IN: {}}
    for route in world.routes():
        if route.access in answers:
            send = nobody if route.access == PUBLIC else entrant
            answers[route.access][str(route)] = send(route.method, world.address(route.rule)).status_code
    assert answers == {PUBLIC: OPEN_TO_EVERYBODY, SIGNED_IN: OPEN_TO_THE_SIGNED_IN}


# --- what does not declare ---


def view() -> str:
    return "everybody's names"


def test_a_page_says_exactly_once_who_may_see_it() -> None:
    blueprint = SiteBlueprint("pages", __name__)
    with pytest.raises(ContractError, match="must be public, for the signed-in, for staff, or for administrators"):
        blueprint.page("/staff/names")
    with pytest.raises(ContractError, match="must be public"):
        blueprint.page("/staff/names", public=True, administrator=True)
    with pytest.raises(ContractError, match="which says who may see it"):
        blueprint.route("/staff/names")(view)
    blueprint.page("/staff/names", administrator=True)(view)
    with pytest.raises(ContractError, match="asks for 'public' at '/names', and for something else"):
        blueprint.page("/names", public=True)(view)


def test_an_application_with_a_page_that_declares_nothing_does_not_start(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = Blueprint("raw", __name__)
    raw.route("/c/<slug>/staff/names")(view)
    part = SimpleNamespace(blueprints=(raw,), navigation=())
    monkeypatch.setattr(wiring, "VIEWS", (*wiring.VIEWS, part))
    with pytest.raises(ContractError, match="/c/<slug>/staff/names does not say who may see it"):
        wiring.create_app(config, [])
