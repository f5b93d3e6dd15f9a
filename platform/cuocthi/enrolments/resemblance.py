"""Who that takes part resembles somebody whom a seat, or knowledge of the questions, bars from the contest.

A second account, or a phone of the family, gets past the bar that :mod:`cuocthi.committees.queries` holds by account.
So whoever is about to win is compared with everybody who is barred: by account, ID number, contact, name, date of birth
and unit. That two people have the same name says little, so nothing follows by itself: people rule on it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.committees.models import Committee, Membership
from cuocthi.committees.queries import barring
from cuocthi.committees.reading import readers
from cuocthi.enrolments.models import Enrolment
from cuocthi.errors import ContractError
from cuocthi.users.models import Contact, Profile, User
from cuocthi.users.names import fold
from cuocthi.users.profiles import birth_date_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault


class Agreement(StrEnum):
    """What two identities have in common. ``NAME`` are the same words in any order, without accents."""

    ACCOUNT = "account"
    CITIZEN_ID = "citizen_id"
    CONTACT = "contact"
    NAME = "name"
    GIVEN_NAME = "given_name"
    BIRTH_DATE = "birth_date"
    UNIT = "unit"


#: Any of these is enough to be one person's; a phone may be a family's all the same.
CERTAIN = frozenset({Agreement.ACCOUNT, Agreement.CITIZEN_ID, Agreement.CONTACT})
_NEAR = (
    frozenset({Agreement.NAME}),
    frozenset({Agreement.BIRTH_DATE, Agreement.GIVEN_NAME}),
    frozenset({Agreement.BIRTH_DATE, Agreement.UNIT}),
)
#: By these alone people are looked up; the others are compared between those who were found.
_FOUND_BY = (*CERTAIN, Agreement.NAME, Agreement.BIRTH_DATE)


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells who somebody is: the account in use, its names, blind indexes of contacts and ID number, units.

    ``numbers`` are blind indexes of ID numbers that the person gave elsewhere than in the profile.
    """

    user_id: int
    name: str
    names: frozenset[str]
    contacts: frozenset[str] = frozenset()
    citizen_id: str = ""
    born: date | None = None
    units: frozenset[int] = frozenset()
    numbers: frozenset[str] = frozenset()

    def marks(self) -> Iterator[tuple[Agreement, object]]:
        """Yield everything by which another identity may agree with this one."""
        yield Agreement.ACCOUNT, self.user_id
        yield from ((Agreement.CONTACT, index) for index in self.contacts)
        yield from ((Agreement.NAME, _words(name)) for name in self.names)
        yield from ((Agreement.GIVEN_NAME, name.rpartition(" ")[2]) for name in self.names)
        yield from ((Agreement.UNIT, unit) for unit in self.units)
        yield from ((Agreement.CITIZEN_ID, index) for index in self.numbers | {self.citizen_id} if index)
        if self.born is not None:
            yield Agreement.BIRTH_DATE, self.born


@dataclass(frozen=True, slots=True)
class Barred:
    """Somebody who may not take part: on which committees, by their titles; none where the log shows a reading."""

    identity: Identity
    committees: Sequence[str]


@dataclass(frozen=True, slots=True)
class Resemblance:
    """An entry whose owner resembles somebody barred, and in what."""

    enrolment_id: int
    barred: Barred
    agreeing: frozenset[Agreement]

    @property
    def is_certain(self) -> bool:
        """Whether more than likeness says that they are one person."""
        return bool(self.agreeing & CERTAIN)


def agreement(one: Identity, other: Identity) -> frozenset[Agreement]:
    """Return in what two identities agree."""
    return frozenset(kind for kind, _value in set(one.marks()) & set(other.marks()))


def is_near(agreeing: frozenset[Agreement]) -> bool:
    """Tell whether what agrees is enough that people should look at it."""
    return bool(agreeing & CERTAIN) or any(enough <= agreeing for enough in _NEAR)


def resemblances(
    ctx: Context,
    *,
    campaign_id: int,
    enrolments: sa.Select[Any],
    vault: Vault | None = None,
    numbers: Mapping[int, Collection[str]] | None = None,
) -> list[Resemblance]:
    """Return which of these entries resemble somebody whom the campaign bars (a constant number of statements).

    ``enrolments`` is a SELECT of their ids; ``numbers`` are by enrolment the blind indexes of ID numbers that people
    gave elsewhere than in the profile (:func:`cuocthi.users.profiles.citizen_id_index`). Without ``vault`` nobody
    concerned may have given a date of birth: raises ContractError, as nothing may be left out of the comparison.
    Raises Undecipherable.
    """
    barred = _barred(ctx, campaign_id, vault)
    people = identities(ctx, enrolments=enrolments, vault=vault) if barred else {}
    marked: dict[tuple[Agreement, object], set[int]] = defaultdict(set)
    for user_id, one in barred.items():
        for mark in _looked_up(one.identity):
            marked[mark].add(user_id)
    found = []
    for enrolment_id, known in sorted(people.items()):
        person = replace(known, numbers=frozenset((numbers or {}).get(enrolment_id, ())))
        alike = {user_id for mark in _looked_up(person) for user_id in marked.get(mark, ())}
        for user_id in sorted(alike):
            agreeing = agreement(person, barred[user_id].identity)
            if is_near(agreeing):
                found.append(Resemblance(enrolment_id, barred[user_id], agreeing))
    return found


def identities(ctx: Context, *, enrolments: sa.Select[Any], vault: Vault | None = None) -> dict[int, Identity]:
    """Return by enrolment who these people are (three statements); raises as :func:`resemblances`."""
    in_use = sa.func.coalesce(User.merged_into_id, User.id)
    rows = ctx.session.execute(
        sa.select(Enrolment.id, Enrolment.name, Enrolment.unit_id, in_use.label("user_id"), User.name.label("now"))
        .join(User, User.id == Enrolment.user_id)
        .where(Enrolment.id.in_(enrolments))
    ).all()
    owners = (
        sa.select(in_use).join(Enrolment, Enrolment.user_id == User.id).where(Enrolment.id.in_(enrolments)).distinct()
    )
    contacts, born, numbers = _contacts(ctx, owners), *_profiles(ctx, owners, vault)
    return {
        row.id: Identity(
            row.user_id,
            row.name,
            frozenset({fold(row.name), fold(row.now)}),
            frozenset(contacts.get(row.user_id, ())),
            numbers.get(row.user_id, ""),
            born.get(row.user_id),
            frozenset({row.unit_id}),
        )
        for row in rows
    }


def _barred(ctx: Context, campaign_id: int, vault: Vault | None) -> dict[int, Barred]:
    """Return by account in use everybody whom the campaign bars."""
    in_use = sa.func.coalesce(User.merged_into_id, User.id)
    seats = (
        sa.select(in_use)
        .join(Membership, Membership.user_id == User.id)
        .join(Committee, Committee.id == Membership.committee_id)
        .where(Committee.campaign_id == campaign_id, barring())
    )
    titles: dict[int, list[str]] = defaultdict(list)
    units: dict[int, set[int]] = defaultdict(set)
    for user_id, title, unit_id in ctx.session.execute(
        seats.add_columns(Committee.title, Membership.unit_id).order_by(Membership.id)
    ):
        titles[user_id].append(title)
        units[user_id].update([unit_id] if unit_id is not None else [])
    everybody = seats.union(readers(ctx, campaign_id=campaign_id)).subquery()
    ids = sa.select(everybody.c[0])
    # Units are known of those who have ever taken part in anything.
    for user_id, unit_id in ctx.session.execute(
        sa.select(Enrolment.user_id, Enrolment.unit_id).where(Enrolment.user_id.in_(ids))
    ):
        units[user_id].add(unit_id)
    contacts, born, numbers = _contacts(ctx, ids), *_profiles(ctx, ids, vault)
    return {
        user_id: Barred(
            Identity(
                user_id,
                name,
                frozenset({fold(name)}),
                frozenset(contacts.get(user_id, ())),
                numbers.get(user_id, ""),
                born.get(user_id),
                frozenset(units[user_id]),
            ),
            tuple(dict.fromkeys(titles[user_id])),
        )
        for user_id, name in ctx.session.execute(sa.select(User.id, User.name).where(User.id.in_(ids)))
    }


def _contacts(ctx: Context, users: sa.Select[Any]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for user_id, index in ctx.session.execute(
        sa.select(Contact.user_id, Contact.blind_index).where(Contact.user_id.in_(users))
    ):
        found[user_id].add(index)
    return found


def _profiles(
    ctx: Context, users: sa.Select[Any], vault: Vault | None
) -> tuple[dict[int, date | None], dict[int, str]]:
    """Return dates of birth, and indexes of ID numbers, of those of these people who gave them."""
    profiles = ctx.session.scalars(sa.select(Profile).where(Profile.user_id.in_(users))).all()
    return (
        {one.user_id: _born(one, vault) for one in profiles if one.birth_date is not None},
        {one.user_id: one.citizen_id_index for one in profiles if one.citizen_id_index is not None},
    )


def _born(profile: Profile, vault: Vault | None) -> date | None:
    if vault is None:
        msg = "dates of birth are to be compared: whoever asks passes the vault"
        raise ContractError(msg)
    return birth_date_of(profile, vault)


def _looked_up(identity: Identity) -> Collection[tuple[Agreement, object]]:
    return [mark for mark in identity.marks() if mark[0] in _FOUND_BY]


def _words(name: str) -> tuple[str, ...]:
    return tuple(sorted(name.split()))
