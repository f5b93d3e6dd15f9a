"""Erasing people: enrolments that name nobody any more, and accounts that are nobody's.

What was stored of an enrolment goes: the copy of the name, the note on the unit, and every row of the core with a
sealed value that belongs to it (:mod:`cuocthi.security.rotation` says how such columns are declared); plugins erase
their own in the same transaction. Unit, category, contest number, entries, results and places stay: the digests of
rankings cover contest numbers and places, never names, so that each can be checked as before. The audit log stays as it
is; it refers to people by number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from cuocthi.committees.models import Membership
from cuocthi.contributions import AwardList, Erasure, Person
from cuocthi.database import Base
from cuocthi.enrolments.models import Enrolment
from cuocthi.errors import Conflict
from cuocthi.merging.reasons import forget_reasons
from cuocthi.news.models import NewsConsent
from cuocthi.personal.models import Correction, ErasedEnrolment
from cuocthi.personal.words import nobody
from cuocthi.security.rotation import sealed_columns
from cuocthi.text import T
from cuocthi.users.models import RecoveryCode, User, WebSession
from cuocthi.users.names import fold, sort_key

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context

_CORE = "core_"
#: Rows of these tables stay and are emptied: others refer to them.
_EMPTIED = frozenset({"core_user", "core_enrolment"})
#: What nobody's password has as its hash.
_NO_PASSWORD = "!"  # noqa: S105 - it opens nothing


def erase_enrolments(ctx: Context, *, campaign: Campaign, enrolment_ids: Sequence[int], erasure: Erasure) -> None:
    """Make enrolments of one campaign name nobody any more; those erased already stay erased.

    A name on an adopted award list stays, and nothing else, until the records are due (``Erasure.RECORDS``). Raises
    Conflict if a part of the campaign is not installed, as its data could not be erased; errors of plugins go on.
    """
    refuse_absent_parts(ctx, campaign)
    kept = set() if erasure is Erasure.RECORDS else awarded(ctx, campaign=campaign) & set(enrolment_ids)
    owners = ctx.session.execute(sa.select(Enrolment.user_id, Enrolment.id).where(Enrolment.id.in_(enrolment_ids)))
    people = [Person(user_id, enrolment_id) for user_id, enrolment_id in owners]
    ctx.hooks.notify(ctx, campaign, "erase_personal_data", people=people, erasure=erasure)
    if not people:
        return
    _forget_rows(ctx, "enrolment_id", "core_enrolment.id", enrolment_ids)
    ctx.session.execute(sa.delete(Correction).where(Correction.enrolment_id.in_(enrolment_ids)))
    ctx.session.execute(
        sa.update(NewsConsent)
        .where(NewsConsent.enrolment_id.in_(enrolment_ids), NewsConsent.withdrawn_at.is_(None))
        .values(withdrawn_at=ctx.now)
    )
    unnamed = [enrolment_id for enrolment_id in enrolment_ids if enrolment_id not in kept]
    _set(ctx, Enrolment, enrolment_ids, {"unit_note": "", **_sealed_columns_of("core_enrolment")})
    _set(ctx, Enrolment, unnamed, {**_naming(campaign.language), "publishes_name": False})
    _note(ctx, enrolment_ids, kept, erasure)
    campaign.renew_pages()
    ctx.session.flush()


def erase_accounts(ctx: Context, *, user_ids: Sequence[int]) -> None:
    """Make accounts nobody's, with those that were merged into them: nobody signs in or is reached by them any more."""
    merged = sa.select(User.id).where(User.merged_into_id.in_(user_ids))
    ids = [*user_ids, *ctx.session.scalars(merged)]
    ctx.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id.in_(ids)))
    ctx.session.execute(sa.delete(WebSession).where(WebSession.user_id.in_(ids)))
    _forget_rows(ctx, "user_id", "core_user.id", ids)
    forget_reasons(ctx, user_ids=ids)
    gone = {"password_hash": _NO_PASSWORD, "active": False, "is_admin": False, "must_change_password": False}
    _set(ctx, User, ids, {**_naming(), **gone, **_sealed_columns_of("core_user")})


def awarded(ctx: Context, *, campaign: Campaign) -> set[int]:
    """Return the enrolments that stand on adopted award lists of a campaign."""
    found = ctx.hooks.collect(ctx, campaign, "award_lists", AwardList)
    return {award.enrolment_id for listed in found for award in listed.awards if award.enrolment_id is not None}


def in_office() -> sa.Select[Any]:
    """Return a SELECT of the accounts that sit or ever sat on a committee.

    What they did, they did in office: the audit log must be able to name them.
    """
    return sa.select(Membership.user_id)


def refuse_absent_parts(ctx: Context, campaign: Campaign) -> None:
    """Raise Conflict if a plugin that is enabled in a campaign is not installed."""
    absent = [name for name in campaign.plugins if name not in ctx.hooks.plugins]
    if absent:
        message = T("“%(name)s” is not installed at the moment, so that its data cannot be erased.", name=absent[0])
        raise Conflict(message)


def _forget_rows(ctx: Context, link: str, key: str, ids: Collection[int]) -> None:
    """Delete the core's rows with sealed values that belong to these enrolments or accounts."""
    tables = {sealed.table.name: sealed.table for sealed in sealed_columns()}
    for name, table in tables.items():
        if not name.startswith(_CORE) or name in _EMPTIED:
            continue
        column = table.columns.get(link)
        if column is not None and any(found.target_fullname == key for found in column.foreign_keys):
            ctx.session.execute(sa.delete(table).where(column.in_(ids)))


def _sealed_columns_of(table: str) -> dict[str, None]:
    return {sealed.column.name: None for sealed in sealed_columns() if sealed.table is Base.metadata.tables[table]}


def _naming(language: str = "vi") -> dict[str, str]:
    name = nobody(language)
    return {"name": name, "name_folded": fold(name), "name_sort": sort_key(name)}


def _set(ctx: Context, model: type[Enrolment | User], ids: Collection[int], values: dict[str, Any]) -> None:
    statement = sa.update(model).where(model.id.in_(ids)).values(values)
    ctx.session.execute(statement, execution_options={"synchronize_session": "fetch"})


def _note(ctx: Context, enrolment_ids: Sequence[int], kept: set[int], erasure: Erasure) -> None:
    insert = postgresql.insert if ctx.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(ErasedEnrolment)
    ctx.session.execute(
        statement.on_conflict_do_update(
            index_elements=["enrolment_id"],
            set_={"name_kept": statement.excluded.name_kept, "erasure": statement.excluded.erasure},
        ),
        [
            {
                "enrolment_id": enrolment_id,
                "erasure": erasure,
                "name_kept": enrolment_id in kept,
                "erased_at": ctx.now,
            }
            for enrolment_id in enrolment_ids
        ],
    )
