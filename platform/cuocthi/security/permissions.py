"""Who may do what: permissions are granted to committees by role, and to nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.contributions import Permission, Role
from cuocthi.errors import ContractError, Forbidden
from cuocthi.text import T

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ALL = frozenset(Role)
_ORGANISING = frozenset({Role.ORGANISING})
_ORGANISING_AND_JURY = frozenset({Role.ORGANISING, Role.JURY})

#: What the core's own staff pages ask for.
CORE_PERMISSIONS = (
    Permission("core:campaign:view", T("See the campaign's staff pages"), _ALL),
    Permission("core:campaign:edit", T("Change the campaign's basics and settings"), _ORGANISING),
    Permission("core:campaign:open", T("Open and archive the campaign"), _ORGANISING),
    Permission("core:timeline:edit", T("Change the timeline, close or extend a round"), _ORGANISING),
    Permission("core:committee:edit", T("Appoint and discharge committee members"), _ORGANISING),
    Permission("core:document:edit", T("Register documents and issue the rules"), _ORGANISING | {Role.SUPPORT}),
    Permission("core:enrolment:view", T("See who takes part"), _ALL),
    Permission("core:entry:decide", T("Exclude and restore entries, decide ties"), _ORGANISING_AND_JURY),
    Permission("core:ranking:view", T("See rankings before they are published"), _ALL),
    Permission("core:ranking:build", T("Build a ranking"), _ORGANISING_AND_JURY),
    Permission("core:ranking:adopt", T("Confirm the adoption of a ranking"), _ORGANISING_AND_JURY),
    Permission("core:audit:view", T("Read the audit log"), frozenset({Role.ORGANISING, Role.OVERSIGHT})),
)


class Permissions:
    """All permissions of one application, by name."""

    def __init__(self, contributed: Iterable[tuple[str, Permission]]) -> None:
        """Take the core's and the plugins' permissions; raise ContractError for a foreign prefix or a name twice."""
        self.by_name: dict[str, Permission] = {permission.name: permission for permission in CORE_PERMISSIONS}
        for plugin, permission in contributed:
            if not permission.name.startswith(f"{plugin}:") or permission.name.count(":") != 2:  # noqa: PLR2004 - owner:object:action
                msg = f"plugin {plugin!r}: permission {permission.name!r} must be named {plugin}:object:action"
                raise ContractError(msg)
            if permission.name in self.by_name:
                msg = f"plugin {plugin!r}: permission {permission.name!r} is registered twice"
                raise ContractError(msg)
            self.by_name[permission.name] = permission

    def granted(self, roles: Iterable[Role]) -> frozenset[str]:
        """Return the names of the permissions that somebody with these roles holds."""
        held = frozenset(roles)
        return frozenset(name for name, permission in self.by_name.items() if permission.roles & held)


def require(held: frozenset[str], name: str, known: Mapping[str, Permission]) -> None:
    """Raise Forbidden unless ``name`` is among the ``held`` permissions."""
    if name not in held:
        title = known[name].title
        raise Forbidden(T("You may not do this here: %(permission)s.", permission=title))
