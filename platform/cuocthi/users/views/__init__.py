"""Pages of signing in: with a password, a code, a second factor; and one's own password, contacts and devices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.users.sign_in import local_target
from cuocthi.users.views import codes, contacts, entering, second_factor
from cuocthi.users.views.blueprint import blueprint

if TYPE_CHECKING:
    from cuocthi.web.navigation import NavEntry

__all__ = ["blueprints", "codes", "contacts", "entering", "local_target", "navigation", "second_factor"]

blueprints = (blueprint,)
navigation: tuple[NavEntry, ...] = ()
