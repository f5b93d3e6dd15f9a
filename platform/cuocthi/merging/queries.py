"""Who may have two accounts, and which accounts were merged."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from cuocthi.enrolments.models import Enrolment
from cuocthi.errors import Missing
from cuocthi.merging.models import Merger, ToldApart
from cuocthi.text import T
from cuocthi.users.models import Contact, Profile, User
from cuocthi.users.names import fold
from cuocthi.users.profiles import birth_dates

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault

#: Why two people may be one, and by which filter they are found.
REASONS = ("number", "contact", "unit")
#: So many people may have something in common and be compared in pairs; a thousand would make half a million of them.
MOST_ALIKE = 10
#: So many larger groups are shown.
_CROWDS_SHOWN = 10
_BIRTHS_AT_ONCE = 500

_Low, _High = aliased(User), aliased(User)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two accounts that may be one person's, and what speaks for it; enrolments are those of the campaign at hand.

    ``same_birth`` tells whether both gave the same date of birth, None where that is not known of both, or before
    :func:`with_births` has looked.
    """

    low: User
    high: User
    same_number: bool
    same_contact: bool
    same_unit: bool
    enrolments: tuple[Enrolment, Enrolment] | None
    same_birth: bool | None = None

    @property
    def same_name(self) -> bool:
        """Whether both are called alike, written without accents."""
        return self.low.name_folded == self.high.name_folded


@dataclass(frozen=True, slots=True)
class Crowd:
    """More than :data:`MOST_ALIKE` people with the same, by one of :data:`REASONS`; ``name`` is one of them."""

    reason: str
    people: int
    name: str


def likely_pairs(
    ctx: Context,
    *,
    campaign_id: int | None,
    search: str = "",
    reason: str = "",
    apart: bool = False,
    limit: int | None,
    offset: int = 0,
) -> tuple[Sequence[Pair], int]:
    """Return a page of the pairs that may be one person, what is most likely first, and how many there are.

    With ``campaign_id`` both take part in that campaign; without, they are any. ``search`` is part of a name,
    ``reason`` one of :data:`REASONS`. Pairs that were told apart, for this list or everywhere, are left out; with
    ``apart`` they are what is returned. What a crowd has in common makes no pairs. Two statements.
    """
    found = _found()
    told = sa.exists().where(
        ToldApart.low_id == found.c.low, ToldApart.high_id == found.c.high, _holds_here(campaign_id)
    )
    same_name = sa.case((_Low.name_folded == _High.name_folded, 2), else_=0)
    likelihood = 4 * found.c.number + 2 * found.c.contact + found.c.unit + same_name
    chosen: sa.Select[Any] = (
        sa.select(_Low, _High, *(found.c[one] for one in REASONS))
        .join(_Low, _Low.id == found.c.low)
        .join(_High, _High.id == found.c.high)
        .where(_Low.active, _High.active)
        .where(told if apart else ~told)
    )
    if campaign_id is not None:
        chosen = chosen.where(*(_takes_part(person, campaign_id) for person in (found.c.low, found.c.high)))
    if reason in REASONS:
        chosen = chosen.where(found.c[reason] == 1)
    for word in fold(search).split():
        chosen = chosen.where(sa.or_(*(one.name_folded.contains(word, autoescape=True) for one in (_Low, _High))))
    # Finding the pairs is the work; they are counted while they are put in order.
    ordered = chosen.add_columns(sa.func.count().over()).order_by(
        likelihood.desc(), _Low.name_sort, found.c.low, found.c.high
    )
    rows = ctx.session.execute(ordered.limit(limit).offset(offset)).all()
    people = [row[side].id for row in rows for side in (0, 1)]
    entries = {} if campaign_id is None else _entries(ctx, campaign_id, people)
    pairs = [
        Pair(low, high, bool(number), bool(contact), bool(unit), _both(entries, low, high))
        for low, high, number, contact, unit, _total in rows
    ]
    return pairs, rows[0][-1] if rows else 0


def with_births(ctx: Context, *, pairs: Sequence[Pair], vault: Vault) -> list[Pair]:
    """Return pairs with whether both gave the same date of birth, a statement for every few hundred of them.

    Dates of birth are sealed: they say more of pairs that were found, and find none.
    """
    found: list[Pair] = []
    for start in range(0, len(pairs), _BIRTHS_AT_ONCE):
        some = pairs[start : start + _BIRTHS_AT_ONCE]
        born = birth_dates(ctx, user_ids={one.id for pair in some for one in (pair.low, pair.high)}, vault=vault)
        found += [_with_birth(pair, born.get(pair.low.id), born.get(pair.high.id)) for pair in some]
    return found


def _with_birth(pair: Pair, low: date | None, high: date | None) -> Pair:
    return dataclasses.replace(pair, same_birth=None if low is None or high is None else low == high)


def crowds(ctx: Context, *, campaign_id: int | None) -> list[Crowd]:
    """Return the largest groups that are too many to be compared in pairs, as far as they are in the list at hand.

    One statement.
    """
    found = sa.union_all(
        _crowd("number", Profile.user_id, Profile.citizen_id_index, campaign_id=campaign_id),
        _crowd("contact", Contact.user_id, Contact.blind_index, campaign_id=campaign_id),
        _crowd("unit", Enrolment.user_id, Enrolment.name_folded, Enrolment.unit_id, campaign_id=campaign_id),
    ).subquery()
    rows = ctx.session.execute(
        sa.select(found).order_by(found.c.people.desc(), found.c.reason, found.c.name).limit(_CROWDS_SHOWN)
    )
    return [Crowd(reason, people, name) for reason, people, name in rows]


def _crowd(reason: str, user_id: Any, *same: Any, campaign_id: int | None) -> sa.Select[Any]:
    people = sa.func.count(sa.distinct(user_id))
    shown: list[Any] = [
        sa.literal(reason).label("reason"),
        people.label("people"),
        sa.func.min(User.name).label("name"),
    ]
    chosen = (
        sa.select(*shown)
        .join(User, User.id == user_id)
        .where(User.active, sa.tuple_(*same).in_(_crowded(user_id, *same)))
        .group_by(*same)
        .having(people > 1)
    )
    return chosen if campaign_id is None else chosen.where(_takes_part(user_id, campaign_id))


def _crowded(user_id: Any, *same: Any) -> sa.Select[Any]:
    """Return what more than :data:`MOST_ALIKE` people have the same: of these columns, a row for each."""
    groups = sa.select(*same).where(same[0].is_not(None)).group_by(*same)
    return sa.select(groups.having(sa.func.count(sa.distinct(user_id)) > MOST_ALIKE).subquery())


def _holds_here(campaign_id: int | None) -> sa.ColumnElement[bool]:
    """Return the condition that what tells two people apart holds for the list at hand."""
    everywhere = ToldApart.campaign_id.is_(None)
    return everywhere if campaign_id is None else sa.or_(everywhere, ToldApart.campaign_id == campaign_id)


def told_apart(ctx: Context, *, campaign_id: int | None, first_id: int, second_id: int) -> ToldApart | None:
    """Return what was said for a campaign's list, or else everywhere, that two people are not the same."""
    low, high = sorted((first_id, second_id))
    said = sa.select(ToldApart).where(ToldApart.low_id == low, ToldApart.high_id == high, _holds_here(campaign_id))
    return ctx.session.scalars(said.order_by(ToldApart.campaign_id.is_(None))).first()


def _both(entries: dict[int, Enrolment], low: User, high: User) -> tuple[Enrolment, Enrolment] | None:
    return (entries[low.id], entries[high.id]) if entries else None


def _takes_part(user_id: Any, campaign_id: int) -> sa.ColumnElement[bool]:
    entry = aliased(Enrolment)
    return sa.exists().where(
        entry.campaign_id == campaign_id, entry.user_id == user_id, entry.duplicate_of_id.is_(None)
    )


def _entries(ctx: Context, campaign_id: int, user_ids: Sequence[int]) -> dict[int, Enrolment]:
    """Return the enrolments under which people take part in the campaign at hand."""
    found = sa.select(Enrolment).where(
        Enrolment.campaign_id == campaign_id, Enrolment.user_id.in_(user_ids), Enrolment.duplicate_of_id.is_(None)
    )
    return {enrolment.user_id: enrolment for enrolment in ctx.session.scalars(found)}


def _found() -> sa.Subquery:
    """Return pairs of accounts (``low`` < ``high``) with 1 in the column of each reason that speaks for them."""
    pairs = sa.union_all(
        _sharing("number", Profile.citizen_id_index, Profile.user_id),
        _sharing("contact", Contact.blind_index, Contact.user_id),
        _same_unit(),
    ).subquery()
    reasons = [sa.func.max(pairs.c[reason]).label(reason) for reason in REASONS]
    return sa.select(pairs.c.low, pairs.c.high, *reasons).group_by(pairs.c.low, pairs.c.high).subquery()


def _pair(low: Any, high: Any, reason: str) -> list[Any]:
    return [low.label("low"), high.label("high"), *(sa.literal(int(one == reason)).label(one) for one in REASONS)]


def _sharing(reason: str, index: Any, user_id: Any) -> sa.Select[Any]:
    """Return pairs of accounts with the same blind index in a table."""
    one, other = (aliased(index.class_) for _ in range(2))
    value = getattr(one, index.key)
    low, high = getattr(one, user_id.key), getattr(other, user_id.key)
    pairs = sa.select(*_pair(low, high, reason)).select_from(one)
    pairs = pairs.join(other, sa.and_(value == getattr(other, index.key), low < high))
    return pairs.where(value.not_in(_crowded(user_id, index)))


def _same_unit() -> sa.Select[Any]:
    """Return pairs of people of the same unit who are called alike; an index of enrolments holds all that is asked."""
    one, other = aliased(Enrolment), aliased(Enrolment)
    alike = [one.name_folded == other.name_folded, one.unit_id == other.unit_id, one.user_id < other.user_id]
    pairs = sa.select(*_pair(one.user_id, other.user_id, "unit")).select_from(one).join(other, sa.and_(*alike))
    crowded = _crowded(Enrolment.user_id, Enrolment.name_folded, Enrolment.unit_id)
    return pairs.where(sa.tuple_(one.name_folded, one.unit_id).not_in(crowded))


def mergers(
    ctx: Context, *, campaign_id: int | None, limit: int | None, offset: int = 0
) -> tuple[Sequence[Merger], int]:
    """Return a page of the mergers made by the staff of a campaign, or of all, the newest first; and their number."""
    chosen = sa.select(Merger)
    if campaign_id is not None:
        chosen = chosen.where(Merger.campaign_id == campaign_id)
    total = ctx.session.scalar(sa.select(sa.func.count()).select_from(chosen.subquery())) or 0
    rows = ctx.session.scalars(
        chosen.options(joinedload(Merger.kept), joinedload(Merger.merged))
        .order_by(Merger.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return rows.all(), total


def merger_of(ctx: Context, *, campaign_id: int | None, merger_id: int) -> Merger:
    """Return a merger, of the staff of a campaign where one is named. Raises Missing."""
    found = ctx.session.get(Merger, merger_id)
    if found is None or (campaign_id is not None and found.campaign_id != campaign_id):
        raise Missing(T("There is no such merger."))
    return found
