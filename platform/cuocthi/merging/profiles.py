"""What is known of a person beyond the name, when two accounts become one, and when they become two again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cuocthi.users.models import Profile
from cuocthi.users.profiles import complete_profile, correct_profile, known_of, take_over_profile

if TYPE_CHECKING:
    from cuocthi.context import Context
    from cuocthi.merging.models import Merger
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


def give_profile_back(ctx: Context, *, merger: Merger, vault: Vault) -> None:
    """Let the merged account know again what it knew, and the kept one no more than before.

    A number that is another one by now did not come from the merged account: it stays where it is, and what staff
    confirmed is confirmed of nothing else.
    """
    moved: dict[str, Any] = merger.moved["profile"]
    profile = ctx.session.get(Profile, merger.kept_id)
    if profile is None or not moved["known"]:
        return
    now = known_of(ctx, user_id=merger.kept_id, vault=vault)
    same = profile.citizen_id_index is not None and profile.citizen_id_index == merger.number_index
    back = {name for name in moved["known"] if same or name != "citizen_id"}
    lost = back & set(moved["gained"])
    confirmed_at = profile.confirmed_at if same and moved["proved"] else None
    if confirmed_at is not None:
        profile.confirmed_at = None
        ctx.session.flush()
    complete_profile(
        ctx,
        user_id=merger.merged_id,
        birth_date=now.birth_date if "birth_date" in back else None,
        citizen_id=now.citizen_id if "citizen_id" in back else "",
        vault=vault,
    )
    correct_profile(
        ctx,
        user_id=merger.kept_id,
        birth_date=None if "birth_date" in lost else now.birth_date,
        citizen_id="" if "citizen_id" in lost else now.citizen_id,
        vault=vault,
    )
    if confirmed_at is not None:
        ctx.session.get_one(Profile, merger.merged_id).confirmed_at = confirmed_at
    ctx.session.flush()
