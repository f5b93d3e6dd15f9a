"""Who may do what: permissions are granted to committees by role, and to nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.contributions import Permission, Role
from cuocthi.errors import ContractError, Forbidden
from cuocthi.text import T

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: The owner of the core's permissions.
CORE = "core"

#: Who answers for a campaign once it is archived: complaints, inspections, corrections. All other roles end with it.
ANSWERING = frozenset({Role.ORGANISING, Role.STANDING, Role.OVERSIGHT})

_MEMBERS = frozenset(Role) - {Role.COORDINATING}
_ORGANISING = frozenset({Role.ORGANISING})
_HELPING = frozenset({Role.ORGANISING, Role.SUPPORT})
_ORGANISING_AND_JURY = frozenset({Role.ORGANISING, Role.JURY})
_FOLLOWING = frozenset({Role.ORGANISING, Role.JURY, Role.SUPPORT, Role.OVERSIGHT, Role.STANDING})
_WRITING = frozenset({Role.ORGANISING, Role.SUPPORT, Role.EDITORIAL})
_LEADING = frozenset({Role.ORGANISING, Role.STANDING})
_CORRECTING = frozenset({Role.ORGANISING, Role.SUPPORT, Role.STANDING})
_ANSWERING_PEOPLE = _CORRECTING | {Role.OVERSIGHT}

#: What the core's own staff pages ask for. Who oversees holds what is called ``…:view``, and nothing else.
CORE_PERMISSIONS = (
    Permission("core:campaign:view", T("See the campaign's staff pages"), _MEMBERS, lasts=True),
    Permission("core:campaign:edit", T("Change the campaign's basics and settings"), _ORGANISING),
    Permission("core:unit:edit", T("Keep the tree of units, which all campaigns share"), _ORGANISING),
    Permission("core:campaign:open", T("Open and archive the campaign"), _ORGANISING),
    Permission("core:timeline:edit", T("Change the timeline, close or extend a round"), _ORGANISING),
    Permission("core:task:edit", T("Set tasks and give them to somebody"), _LEADING),
    Permission("core:task:complete", T("Tick off the tasks that were given to oneself"), _MEMBERS - {Role.OVERSIGHT}),
    Permission("core:prerequisite:edit", T("Confirm the administrative conditions"), _LEADING | {Role.TECHNICAL}),
    Permission("core:committee:edit", T("Appoint and discharge committee members"), _ORGANISING),
    # What is corrected afterwards rests on documents of its own.
    Permission("core:document:register", T("Register documents"), _WRITING | {Role.STANDING}, lasts=True),
    Permission("core:document:edit", T("Correct registered documents and issue the rules"), _WRITING),
    Permission("core:news:edit", T("Write announcements"), _WRITING),
    Permission("core:news:send", T("Send announcements to people who take part"), _ORGANISING),
    Permission("core:article:edit", T("Write news and reference material, and add pictures"), _WRITING),
    Permission(
        "core:article:publish",
        T("Publish news and reference material, and withdraw them"),
        frozenset({Role.ORGANISING, Role.EDITORIAL, Role.STANDING}),
        lasts=True,
    ),
    Permission("core:enrolment:view", T("See who takes part"), _FOLLOWING),
    Permission("core:profile:view", T("See dates of birth, ID numbers and answers in full"), _ANSWERING_PEOPLE),
    Permission("core:person:merge", T("Merge accounts of a person who registered twice"), _HELPING),
    Permission("core:access:restore", T("Let people in again who lost phone or password"), _HELPING),
    Permission(
        "core:participation:view",
        T("See how many of a unit's people take part"),
        _FOLLOWING | {Role.COORDINATING},
    ),
    Permission(
        "core:roster:edit", T("Keep the roster of a unit's own people"), frozenset({Role.ORGANISING, Role.COORDINATING})
    ),
    Permission("core:entry:decide", T("Exclude and restore entries, decide ties"), _ORGANISING_AND_JURY, lasts=True),
    Permission("core:ranking:view", T("See rankings before they are published"), _FOLLOWING, lasts=True),
    Permission("core:ranking:build", T("Build a ranking"), _ORGANISING_AND_JURY, lasts=True),
    Permission("core:ranking:adopt", T("Confirm the adoption of a ranking"), _ORGANISING_AND_JURY, lasts=True),
    Permission("core:correction:view", T("See what people ask to have corrected"), _ANSWERING_PEOPLE, lasts=True),
    Permission("core:correction:decide", T("Correct what was frozen at registration"), _CORRECTING, lasts=True),
    Permission("core:audit:view", T("Read the audit log"), ANSWERING, lasts=True),
)


class Permissions:
    """All permissions of one application, by name."""

    def __init__(self, contributed: Iterable[tuple[str, Permission]]) -> None:
        """Take the core's and the plugins' permissions.

        Raises ContractError for a foreign prefix, a name twice, and for what reveals questions to who may take part.
        """
        self.by_name: dict[str, Permission] = {permission.name: permission for permission in CORE_PERMISSIONS}
        for plugin, permission in contributed:
            if not permission.name.startswith(f"{plugin}:") or permission.name.count(":") != 2:  # noqa: PLR2004 - owner:object:action
                msg = f"plugin {plugin!r}: permission {permission.name!r} must be named {plugin}:object:action"
                raise ContractError(msg)
            if permission.name in self.by_name:
                msg = f"plugin {plugin!r}: permission {permission.name!r} is registered twice"
                raise ContractError(msg)
            free = sorted(role for role in permission.roles if permission.reveals and not role.bars)
            if free:
                msg = f"plugin {plugin!r}: {permission.name!r} reveals questions, but {free[0]} members may take part"
                raise ContractError(msg)
            self.by_name[permission.name] = permission

    def granted(self, roles: Iterable[Role], *, archived: bool = False) -> frozenset[str]:
        """Return the names of the permissions that somebody with these roles holds, or keeps once it is archived."""
        held = frozenset(roles)
        return frozenset(name for name, found in self.by_name.items() if holders(found, archived=archived) & held)


def holders(permission: Permission, *, archived: bool = False) -> frozenset[Role]:
    """Return the roles that hold a permission, in an ``archived`` campaign those that keep it."""
    if not archived:
        return permission.roles
    return permission.roles & ANSWERING if permission.lasts else frozenset()


def require(held: frozenset[str], name: str, known: Mapping[str, Permission]) -> None:
    """Raise Forbidden unless ``name`` is among the ``held`` permissions."""
    if name not in held:
        title = known[name].title
        raise Forbidden(T("You may not do this here: %(permission)s.", permission=title))
