"""Pages of a campaign: every one says who may see it, and is only there where its plugin is enabled."""

from __future__ import annotations

from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from flask import Blueprint, abort, g, redirect, request, url_for
from sqlalchemy.orm import selectinload

from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.committees.queries import roles_in
from cuocthi.errors import ContractError
from cuocthi.security.permissions import require
from cuocthi.web.context import reading_context, registry, signed_in_user_id
from cuocthi.web.on_record import put_look_on_record

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response

    from cuocthi.text import Text

View = TypeVar("View", bound="Callable[..., Any]")

_SHOWN = 200


class CampaignBlueprint(Blueprint):
    """A blueprint below ``/c/<slug>/`` (core) or ``/c/<slug>/<plugin>/`` (a plugin).

    Before a view runs, the campaign is loaded into ``g.campaign``, the reader's roles into ``g.roles`` and permissions
    into ``g.permissions``. The answer is 404 where the campaign does not exist, is a draft and the reader no member, or
    the plugin is not enabled in it. Registering a route in another way than :meth:`page` is refused.
    """

    def __init__(self, name: str, import_name: str, *, plugin: str | None = None) -> None:
        prefix = f"/c/<slug>/{plugin}" if plugin else "/c/<slug>"
        super().__init__(name, import_name, url_prefix=prefix, template_folder="templates")
        self.plugin = plugin
        # Flask would serve these below every campaign; the core serves them once for all.
        folder = Path(self.root_path) / "static"
        self.assets = folder if folder.is_dir() else None
        self.access: dict[str, str] = {}
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
        on_record: Text | None = None,
        reveals_nothing: bool = False,
        **options: Any,
    ) -> Callable[[View], View]:
        """Register a view for everybody (``public``), for people who signed in, or for holders of ``permission``.

        ``by_statement`` is for the few acts that thousands do at once: the view's own statement decides whether the
        session may do it, and neither campaign nor reader is loaded. Exactly one of the four must be given.

        ``on_record`` says in words what a reader sees there that is sensitive: the page is put into the audit log when
        it is shown, under the permission's name and with the one number in the address; as long as the reader goes on
        reading, once in a while. A page whose permission reveals questions has either that or ``reveals_nothing``.
        ``options`` are those of Flask's ``route``.
        """
        if [public, signed_in, bool(permission), by_statement].count(True) != 1:
            msg = f"{self.name}: the page {rule!r} must be public, for the signed-in, or for holders of a permission"
            raise ContractError(msg)
        access = permission or ("signed-in" if signed_in else "by-statement" if by_statement else "public")

        def register(view: View) -> View:
            @wraps(view)
            def guarded(slug: str, **arguments: Any) -> Any:
                if by_statement:
                    return view(**arguments)
                refusal = self._enter(slug, access)
                if refusal is not None:
                    return refusal
                answer = view(**arguments)
                if on_record is not None and getattr(answer, "status_code", _SHOWN) == _SHOWN:
                    _record_reading(access, on_record, arguments)
                return answer

            endpoint = options.pop("endpoint", view.__name__)
            self.access[f"{self.name}.{endpoint}"] = access
            if on_record is not None or reveals_nothing:
                self.on_record[f"{self.name}.{endpoint}"] = on_record
            super(CampaignBlueprint, self).add_url_rule(rule, endpoint, guarded, **options)
            return view

        return register

    def add_url_rule(self, rule: str, *_arguments: Any, **_options: Any) -> None:
        """Refuse a route that does not say who may see it."""
        msg = f"{self.name}: register {rule!r} with @blueprint.page(…), which says who may see it"
        raise ContractError(msg)

    def _enter(self, slug: str, access: str) -> Response | None:
        ctx = reading_context()
        campaign = ctx.session.scalar(
            sa.select(Campaign).where(Campaign.slug == slug).options(selectinload(Campaign.divisions))
        )
        if campaign is None or (self.plugin is not None and self.plugin not in campaign.plugins):
            abort(404)
        user_id = signed_in_user_id()
        permissions = registry().permissions
        roles = roles_in(ctx, campaign_id=campaign.id, user_id=user_id)
        held = permissions.granted(roles, archived=campaign.state is CampaignState.ARCHIVED)
        if campaign.state is CampaignState.DRAFT and not held:
            abort(404)
        g.campaign, g.permissions, g.roles = campaign, held, roles
        if access == "public":
            return None
        if user_id is None:
            return redirect(url_for("users.sign_in", next=request.full_path.rstrip("?")))
        if access != "signed-in":
            require(held, access, permissions.by_name)
        return None


def _record_reading(permission: str, summary: Text, arguments: dict[str, Any]) -> None:
    """Put a page that was shown on record, by the number of what stood on it if the address has just one."""
    numbers = [value for value in arguments.values() if isinstance(value, int)]
    put_look_on_record(
        action=permission,
        summary=summary,
        object_kind=permission.split(":")[1],
        object_id=numbers[0] if len(numbers) == 1 else None,
    )
