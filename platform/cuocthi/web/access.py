"""What the addresses of an application ask for, as their blueprints declare it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

PUBLIC = "public"
SIGNED_IN = "signed-in"
#: Somebody on a committee of any campaign, or an administrator of the installation.
STAFF = "staff"
ADMINISTRATOR = "administrator"
#: The view's own statement decides.
BY_STATEMENT = "by-statement"
#: What can be asked for beside a permission.
WORDS = frozenset({PUBLIC, SIGNED_IN, STAFF, ADMINISTRATOR, BY_STATEMENT})
#: What everybody meets.
OPEN = frozenset({PUBLIC, BY_STATEMENT})


def access_of(app: Flask, endpoint: str | None) -> str:
    """Return what a page asks for: a permission, or one of ``WORDS``; nothing for one that does not say."""
    blueprint = app.blueprints.get((endpoint or "").rpartition(".")[0])
    declared: dict[str, str] = getattr(blueprint, "access", {})
    return declared.get(endpoint or "", "")


def is_for_staff(access: str) -> bool:
    """Tell whether a page that asks for this is one of those on which committees and administrators work."""
    return access not in OPEN | {SIGNED_IN, ""}
