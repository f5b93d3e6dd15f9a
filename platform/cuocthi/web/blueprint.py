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

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response

View = TypeVar("View", bound="Callable[..., Any]")


class CampaignBlueprint(Blueprint):
    """A blueprint below ``/c/<slug>/`` (core) or ``/c/<slug>/<plugin>/`` (a plugin).

    Before a view runs, the campaign is loaded into ``g.campaign`` and the reader's permissions into
    ``g.permissions``. The answer is 404 where the campaign does not exist, is a draft and the reader no member, or
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

    def page(
        self,
        rule: str,
        *,
        public: bool = False,
        signed_in: bool = False,
        permission: str = "",
        by_statement: bool = False,
        **options: Any,
    ) -> Callable[[View], View]:
        """Register a view for everybody (``public``), for people who signed in, or for holders of ``permission``.

        ``by_statement`` is for the few acts that thousands do at once: the view's own statement decides whether the
        session may do it, and neither campaign nor reader is loaded. Exactly one of the four must be given.
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
                return refusal if refusal is not None else view(**arguments)

            endpoint = options.pop("endpoint", view.__name__)
            self.access[f"{self.name}.{endpoint}"] = access
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
        held = permissions.granted(roles_in(ctx, campaign_id=campaign.id, user_id=user_id))
        if campaign.state is CampaignState.DRAFT and not held:
            abort(404)
        g.campaign, g.permissions = campaign, held
        if access == "public":
            return None
        if user_id is None:
            return redirect(url_for("users.sign_in", next=request.full_path.rstrip("?")))
        if access != "signed-in":
            require(held, access, permissions.by_name)
        return None
