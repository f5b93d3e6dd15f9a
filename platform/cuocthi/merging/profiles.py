"""What is known of a person beyond the name, when two accounts become one, and when they become two again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cuocthi.users.models import Profile
from cuocthi.users.profiles import complete_profile, correct_profile, known_of, take_over_profile

if TYPE_CHECKING:
    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault
    from cuocthi.users.profiles import Known

_NAMES = ("birth_date", "citizen_id")


def differing(one: Known, other: Known) -> list[str]:
    """Return the names of what is known of both and is not the same."""
    return [name for name in _NAMES if _both(one, other, name) and getattr(one, name) != getattr(other, name)]


def gained(kept: Known, merged: Known) -> list[str]:
    """Return the names of what only the account that is given up knows."""
    return [name for name in _NAMES if getattr(merged, name) and not getattr(kept, name)]


def _both(one: Known, other: Known, name: str) -> bool:
    return bool(getattr(one, name) and getattr(other, name))


def bring_profile(ctx: Context, *, kept_id: int, merged_id: int, vault: Vault) -> dict[str, Any]:
    """Give the kept account what the merged one knew; return what it knew and what of it was new, for the way back."""
    kept, merged = (known_of(ctx, user_id=user_id, vault=vault) for user_id in (kept_id, merged_id))
    take_over_profile(ctx, user_id=merged_id, into_id=kept_id, vault=vault)
    return {
        "known": [name for name in _NAMES if getattr(merged, name)],
        "gained": gained(kept, merged),
        "proved": merged.confirmed and not kept.confirmed,
    }


def give_profile_back(ctx: Context, *, kept_id: int, merged_id: int, moved: dict[str, Any], vault: Vault) -> None:
    """Let the merged account know again what it knew, and the kept one no more than before."""
    now = known_of(ctx, user_id=kept_id, vault=vault)
    if not moved["known"]:
        return
    profile = ctx.session.get(Profile, kept_id)
    if moved["proved"] and profile is not None:
        profile.confirmed_at = None
        ctx.session.flush()
    complete_profile(
        ctx,
        user_id=merged_id,
        birth_date=now.birth_date if "birth_date" in moved["known"] else None,
        citizen_id=now.citizen_id if "citizen_id" in moved["known"] else "",
        vault=vault,
    )
    correct_profile(
        ctx,
        user_id=kept_id,
        birth_date=None if "birth_date" in moved["gained"] else now.birth_date,
        citizen_id="" if "citizen_id" in moved["gained"] else now.citizen_id,
        vault=vault,
    )
    returned = ctx.session.get(Profile, merged_id)
    if moved["proved"] and returned is not None and returned.citizen_id is not None:
        returned.confirmed_at = ctx.now
    ctx.session.flush()
