"""Who may do what in a campaign: every permission of the core and of its enabled plugins, by role, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cuocthi.campaigns.models import CampaignState
from cuocthi.committees.queries import committees
from cuocthi.committees.words import ROLES
from cuocthi.contributions import Permission, Role
from cuocthi.security.permissions import CORE, holders
from cuocthi.text import T, Text

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.security.permissions import Permissions


@dataclass(frozen=True, slots=True)
class Row:
    """An act and the roles that may do it now."""

    permission: Permission
    holders: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Group:
    """The acts of one owner: the platform, or an enabled plugin."""

    title: Text
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Matrix:
    """``titles`` are the roles by the titles of the campaign's committees; ``seated`` those that have a committee."""

    titles: Mapping[Role, str | Text]
    seated: frozenset[Role]
    groups: Sequence[Group]


def matrix(ctx: Context, *, campaign: Campaign, permissions: Permissions) -> Matrix:
    """Return who may do what in a campaign as it stands now (one statement); an archived one has few answers left."""
    named: dict[Role, list[str]] = {}
    for committee in committees(ctx, campaign_id=campaign.id):
        named.setdefault(committee.role, []).append(committee.title)
    owners = {CORE: T("The platform")} | {name: ctx.hooks.plugins[name].title for name in ctx.hooks.enabled(campaign)}
    archived = campaign.state is CampaignState.ARCHIVED
    return Matrix(
        titles={role: ", ".join(named[role]) if role in named else title for role, title in ROLES.items()},
        seated=frozenset(named),
        groups=[
            Group(
                title,
                [
                    Row(permission, holders(permission, archived=archived))
                    for permission in permissions.by_name.values()
                    if permission.name.startswith(f"{owner}:")
                ],
            )
            for owner, title in owners.items()
        ],
    )
