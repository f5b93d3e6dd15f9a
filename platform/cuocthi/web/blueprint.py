"""Pages of a campaign and pages outside of campaigns: each says who may see it, and none is there that does not."""

from __future__ import annotations

from functools import cache, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import sqlalchemy as sa
from flask import Blueprint, abort, g, redirect, request, url_for
from flask_login import current_user

from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.committees.queries import roles_by_campaign
from cuocthi.enrolments.domain import check_may_know
from cuocthi.errors import ContractError, Forbidden
from cuocthi.security.permissions import require
from cuocthi.text import T
from cuocthi.users.sign_in import lead_to_what_is_owed
from cuocthi.web.access import ADMINISTRATOR, BY_STATEMENT, PUBLIC, SIGNED_IN, STAFF
from cuocthi.web.context import reading_context, registry, session, signed_in_user_id
from cuocthi.web.context import slug as named_campaign
from cuocthi.web.links import own_path
from cuocthi.web.on_record import put_look_on_record

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response

    from cuocthi.text import Text
    from cuocthi.web.arrivals import Arrival

View = TypeVar("View", bound="Callable[..., Any]")
Shortcut: TypeAlias = "Callable[..., Response | None]"

_SHOWN = 200


class _DeclaringBlueprint(Blueprint):
    """A blueprint whose every page says who may see it, in ``access`` by endpoint."""

    def __init__(self, name: str, import_name: str, *, url_prefix: str | None = None) -> None:
        super().__init__(name, import_name, url_prefix=url_prefix, template_folder="templates")
        self.access: dict[str, str] = {}

    def add_url_rule(self, rule: str, *_arguments: Any, **_options: Any) -> None:
        """Refuse a route that does not say who may see it."""
        msg = f"{self.name}: register {rule!r} with @blueprint.page(…), which says who may see it"
        raise ContractError(msg)

    def _declare(self, rule: str, view: View, answering: Callable[..., Any], access: str, **options: Any) -> str:
        """Register a view under a rule; ``answering`` is what answers for it. Return its endpoint."""
        name = options.pop("endpoint", view.__name__)
        endpoint = f"{self.name}.{name}"
        # Several rules may lead to one view, but not with one of them open to more people than another.
        if self.access.setdefault(endpoint, access) != access:
            msg = f"{self.name}: {name!r} asks for {access!r} at {rule!r}, and for something else at another address"
            raise ContractError(msg)
        super().add_url_rule(rule, name, answering, **options)
        return endpoint


class SiteBlueprint(_DeclaringBlueprint):
    """A blueprint of the core for pages outside of campaigns: signing in, one's own pages, those of the installation.

    Before a view runs, who has not signed in is led to where that is done, and who may not see the page is refused.
    Registering a route in another way than :meth:`page` is refused.
    """

    def __init__(self, name: str, import_name: str, *, url_prefix: str | None = None) -> None:
        super().__init__(name, import_name, url_prefix=url_prefix)
        self.before_request(self._enter)

    def page(
        self,
        rule: str,
        *,
        public: bool = False,
        signed_in: bool = False,
        staff: bool = False,
        administrator: bool = False,
        **options: Any,
    ) -> Callable[[View], View]:
        """Register a view for everybody (``public``), people who signed in, ``staff``, or an ``administrator``.

        Staff is who sits on a committee of any campaign, and administrators. Exactly one of the four must be given.
        ``options`` are those of Flask's ``route``.
        """
        chosen = {PUBLIC: public, SIGNED_IN: signed_in, STAFF: staff, ADMINISTRATOR: administrator}
        if [*chosen.values()].count(True) != 1:
            msg = f"{self.name}: the page {rule!r} must be public, for the signed-in, for staff, or for administrators"
            raise ContractError(msg)
        access = next(word for word, meant in chosen.items() if meant)

        def register(view: View) -> View:
            self._declare(rule, view, view, access, **options)
            return view

        return register

    def _enter(self) -> Response | None:
        access = self.access[request.endpoint or ""]
        if access == PUBLIC:
            return None
        if (owed := lead_to_what_is_owed(access)) is not None:
            return owed
        reader: Any = current_user
        if not reader.is_authenticated:
            return _to_sign_in()
        if access == SIGNED_IN or reader.is_admin:
            return None
        if access == ADMINISTRATOR:
            abort(403)
        if not roles_by_campaign(reading_context(), user_id=reader.id):
            raise Forbidden(T("You sit on no committee. Whoever organises a campaign can appoint you."))
        return None


class CampaignBlueprint(_DeclaringBlueprint):
    """A blueprint below ``/c/<slug>/`` (core) or ``/c/<slug>/<plugin>/`` (a plugin).

    Before a view runs, the campaign is loaded into ``g.campaign``, the reader's roles into ``g.roles`` and permissions
    into ``g.permissions``. The answer is 404 where the campaign does not exist, is a draft and the reader no member, or
    the plugin is not enabled in it. Registering a route in another way than :meth:`page` is refused.
    """

    def __init__(self, name: str, import_name: str, *, plugin: str | None = None) -> None:
        prefix = f"/c/<slug>/{plugin}" if plugin else "/c/<slug>"
        super().__init__(name, import_name, url_prefix=prefix)
        self.plugin = plugin
        # Flask would serve these below every campaign; the core serves them once for all.
        folder = Path(self.root_path) / "static"
        self.assets = folder if folder.is_dir() else None
        #: What is said of each page that is put on record; None for one that says that it reveals nothing.
        self.on_record: dict[str, Text | None] = {}

    def page(
        self,
        rule: str,
        *,
        public: bool = False,
        signed_in: bool = False,
        permission: str = "",
        by_statement: bool = False,
        shortcut: Shortcut | None = None,
        on_record: Text | None = None,
        reveals_nothing: bool = False,
        **options: Any,
    ) -> Callable[[View], View]:
        """Register a view for everybody (``public``), for people who signed in, or for holders of ``permission``.

        ``by_statement`` is for the few acts that thousands do at once: the view's own statement decides whether the
        session may do it, and neither campaign nor reader is loaded. Exactly one of the four must be given.

        ``shortcut`` is for a page for people who signed in that thousands open at once. It is called with what the view
        is called with, and answers where its own statement finds that the session may see the page; neither campaign
        nor reader is loaded then. Where it returns None, the view answers in the usual way.

        ``on_record`` says in words what a reader sees there that is sensitive: the page is put into the audit log when
        it is shown, under the permission's name and with the one number in the address; as long as the reader goes on
        reading, once in a while. A page whose permission reveals questions has either that or ``reveals_nothing``.
        ``options`` are those of Flask's ``route``.
        """
        if [public, signed_in, bool(permission), by_statement].count(True) != 1:
            msg = f"{self.name}: the page {rule!r} must be public, for the signed-in, or for holders of a permission"
            raise ContractError(msg)
        if shortcut is not None and not signed_in:
            msg = f"{self.name}: the page {rule!r} has a shortcut, which only a page for people who signed in may have"
            raise ContractError(msg)
        access = permission or (SIGNED_IN if signed_in else BY_STATEMENT if by_statement else PUBLIC)

        def register(view: View) -> View:
            @wraps(view)
            def guarded(slug: str, **arguments: Any) -> Any:
                if by_statement:
                    return view(**arguments)
                if shortcut is not None and (answer := shortcut(**arguments)) is not None:
                    return answer
                refusal = self._enter(slug, access)
                if refusal is not None:
                    return refusal
                answer = view(**arguments)
                if on_record is not None and getattr(answer, "status_code", _SHOWN) == _SHOWN:
                    _record_reading(access, on_record, arguments)
                return answer

            endpoint = self._declare(rule, view, guarded, access, **options)
            if on_record is not None or reveals_nothing:
                self.on_record[endpoint] = on_record
            return view

        return register

    def enter(self) -> None:
        """Load campaign and reader after all, in a shortcut that needs them; lead away whoever may not see the page."""
        refusal = self._enter(named_campaign(), SIGNED_IN)
        if refusal is not None:
            abort(refusal)

    def _enter(self, slug: str, access: str) -> Response | None:
        if (owed := lead_to_what_is_owed(access)) is not None:
            return owed
        # Whoever has signed in has been looked for by now, and the campaign with it.
        user_id = signed_in_user_id()
        arrived: Arrival | None = g.get("arrival")
        campaign = arrived.campaign if arrived else session().scalar(_by_slug(), {"slug": slug})
        if campaign is None or (self.plugin is not None and self.plugin not in campaign.plugins):
            abort(404)
        permissions = registry().permissions
        roles = arrived.roles if arrived and user_id is not None else frozenset()
        held = permissions.granted(roles, archived=campaign.state is CampaignState.ARCHIVED)
        if campaign.state is CampaignState.DRAFT and not held:
            abort(404)
        g.campaign, g.permissions, g.roles = campaign, held, roles
        if access == PUBLIC:
            return None
        if user_id is None:
            return _to_sign_in()
        if access != SIGNED_IN:
            require(held, access, permissions.by_name)
            if permissions.by_name[access].reveals:
                check_may_know(reading_context(), campaign=campaign, user_id=user_id)
        return None


@cache
def _by_slug() -> sa.Select[Campaign]:
    """Made once: every page of a campaign asks it."""
    return sa.select(Campaign).where(Campaign.slug == sa.bindparam("slug"))


def _to_sign_in() -> Response:
    """Lead to where people sign in, and from there back to the page, or to one's own page after a form without one."""
    shown = request.url_rule is not None and "GET" in (request.url_rule.methods or ())
    there = request.full_path.rstrip("?") if shown else own_path("me.show")
    return redirect(url_for("users.sign_in", next=there))


def _record_reading(permission: str, summary: Text, arguments: dict[str, Any]) -> None:
    """Put a page that was shown on record, by the number of what stood on it if the address has just one."""
    numbers = [value for value in arguments.values() if isinstance(value, int)]
    put_look_on_record(
        action=permission,
        summary=summary,
        object_kind=permission.split(":")[1],
        object_id=numbers[0] if len(numbers) == 1 else None,
    )
