"""Settings of an owner (the core or a plugin): frozen dataclasses, stored as versions that are only ever added."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from types import UnionType
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, get_args, get_origin

import cattrs
import sqlalchemy as sa
from cattrs.cols import homogenous_tuple_structure_factory, is_sequence, list_structure_factory

from cuocthi.campaigns.models import SettingsVersion
from cuocthi.digest import digest
from cuocthi.errors import DomainError, InvalidData
from cuocthi.text import T, Text

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase

Schema = TypeVar("Schema")

#: What both databases hold in a column of whole numbers.
_LARGEST_NUMBER = 2**62


class SettingsError(DomainError):
    """A value of the settings is not possible; ``field`` names it."""


@dataclass(frozen=True, slots=True)
class Loaded(Generic[Schema]):
    """Settings as they stand, and the version they come from (None for the defaults)."""

    value: Schema
    version_id: int | None


def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=True)
    for plain in (date, datetime):
        # TOML has dates and times of its own; they pass as they are.
        converter.register_structure_hook(plain, _is(plain))
        converter.register_unstructure_hook(plain, lambda value: value)
    for exact in (int, str, bool):
        converter.register_structure_hook(exact, _is(exact))
    # A text has letters as a list has items, but a list is never meant by it.
    for matches, make in ((is_sequence, list_structure_factory), (_is_tuple, homogenous_tuple_structure_factory)):
        converter.register_structure_hook_factory(matches, _only_of_lists(make))
    return converter


def _is(kind: type[Any]) -> Any:
    def check(value: object, target: type[Any]) -> object:
        if target is not kind:
            # A string enumeration comes here as a kind of str; it is made from its value.
            return target(value)
        # Not isinstance: a bool is an int and a datetime is a date, but neither is meant as one.
        if type(value) is not kind or (isinstance(value, int) and abs(value) > _LARGEST_NUMBER):
            raise TypeError
        return value

    return check


def _is_tuple(kind: Any) -> bool:
    return get_origin(kind) is tuple


def _only_of_lists(factory: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def make(kind: Any, converter: Any) -> Any:
        inner = factory(kind, converter)

        def check(value: object, target: Any) -> object:
            if not isinstance(value, list | tuple):
                raise TypeError
            return inner(value, target)

        return check

    return make


_CONVERTER = _converter()

#: What was structured, by schema and digest of the values, and how much of it is kept.
_STRUCTURED: dict[tuple[type[Any], str], object] = {}
_MOST_STRUCTURED = 500


def structure(schema: type[Schema], values: object) -> Schema:
    """Make a dataclass of ``schema`` from plain values.

    Raises InvalidData with a text for every unknown key, missing key, wrong type or refused value, and its path.
    """
    try:
        return _CONVERTER.structure(values if isinstance(values, dict) else _mapping(values), schema)
    except (cattrs.BaseValidationError, TypeError) as error:
        raise InvalidData(_REFUSAL, list(_problems(error, schema, ""))) from error


def _mapping(values: object) -> dict[str, Any]:
    if not isinstance(values, Mapping):
        raise TypeError
    return dict(values)


def _problems(error: BaseException, kind: Any, place: str) -> Iterator[Text]:
    if not isinstance(error, cattrs.BaseValidationError):
        yield from (_at(place, problem) for problem in _words(error, kind))
        return
    noted, bare = error.group_exceptions()  # type: ignore[attr-defined]  # both kinds of the exception have it
    for inner, note in noted:
        step = f"[{note.index!r}]" if isinstance(note, cattrs.IterableValidationNote) else f".{note.name}"
        # A missing key is said of the table that it is missing in.
        inside = place if isinstance(inner, KeyError) else f"{place}{step}".removeprefix(".")
        yield from _problems(inner, note.type, inside)
    for inner in bare:
        yield from _problems(inner, kind, place)


def _at(place: str, problem: Text) -> Text:
    return T("%(place)s: %(problem)s", place=place, problem=problem) if place else problem


def _words(error: BaseException, kind: Any) -> Iterator[Text]:
    if isinstance(error, SettingsError):
        yield error.message
    elif isinstance(error, KeyError):
        yield T("“%(name)s” is missing", name=str(error.args[0]))
    elif isinstance(error, cattrs.ForbiddenExtraKeysError):
        yield from (T("“%(name)s” is not known here", name=name) for name in sorted(error.extra_fields))
    else:
        yield _expected(kind)


def _expected(kind: Any) -> Text:
    """Say what stands where a value of the wrong kind was found."""
    kinds = [item for item in get_args(kind) if item is not type(None)] if isinstance(kind, UnionType) else [kind]
    found = kinds[0]
    if found in _EXPECTED:
        return _EXPECTED[found]
    if isinstance(found, type) and issubclass(found, Enum):
        return T("it must be one of %(known)s", known=", ".join(str(member.value) for member in found))
    if get_origin(found) in {list, tuple}:
        return T("it must be a list")
    return T("it must be a table")


_REFUSAL = T("These values are not valid; nothing was changed.")
_EXPECTED = {
    int: T("it must be a whole number"),
    str: T("it must be a text"),
    bool: T("it must be true or false"),
    date: T("it must be a day, written as 2024-09-15"),
}


def unstructure(value: object) -> dict[str, Any]:
    """Return a dataclass as plain values for TOML or JSON; None and its kin are left out by the caller's schema."""
    plain: dict[str, Any] = _CONVERTER.unstructure(value)
    return plain


def load_settings(
    ctx: Context, *, owner: str, schema: type[Schema], campaign: Campaign, round_: Phase | None = None
) -> Loaded[Schema]:
    """Return the newest settings of ``owner`` for a round, else for the campaign, else the defaults (one statement).

    For a round those count that hold from it or from an earlier round; without one, those that were set last.
    """
    wanted: dict[str, Any] = {"campaign_id": campaign.id, "owner": owner}
    if round_ is not None:
        wanted |= {"phase_id": round_.id, "round": round_.number}
    found = ctx.session.scalar(_newest(of_a_round=round_ is not None), wanted)
    return Loaded(settings_in(found, schema), found.id if found else None)


@cache
def _newest(*, of_a_round: bool) -> sa.Select[SettingsVersion]:
    """Made once: nearly every page asks it."""
    scope: sa.ColumnElement[bool] = SettingsVersion.phase_id.is_(None)
    if of_a_round:
        number = sa.bindparam("round", type_=sa.BigInteger())
        begun = sa.or_(SettingsVersion.from_round.is_(None), SettingsVersion.from_round <= number)
        scope = sa.or_(sa.and_(scope, begun), SettingsVersion.phase_id == sa.bindparam("phase_id"))
    own = (SettingsVersion.campaign_id == sa.bindparam("campaign_id"), SettingsVersion.owner == sa.bindparam("owner"))
    newest_first = (SettingsVersion.phase_id.is_(None), SettingsVersion.number.desc())
    return sa.select(SettingsVersion).where(*own, scope).order_by(*newest_first).limit(1)


def settings_by_rounds(
    ctx: Context, *, owner: str, schema: type[Schema], campaign: Campaign, rounds: Sequence[Phase]
) -> list[tuple[list[Phase], Schema]]:
    """Return the settings that hold in these rounds, each with the rounds in which it does (one statement)."""
    versions = ctx.session.scalars(
        sa.select(SettingsVersion)
        .where(SettingsVersion.campaign_id == campaign.id, SettingsVersion.owner == owner)
        .order_by(SettingsVersion.phase_id.is_(None), SettingsVersion.number.desc())
    ).all()
    found: list[tuple[list[Phase], Schema]] = []
    for round_ in rounds:
        version = next((version for version in versions if _holds_in(version, round_)), None)
        value = settings_in(version, schema)
        alike = next((held for held, other in found if other == value), None)
        if alike is None:
            found.append(([round_], value))
        else:
            alike.append(round_)
    return found


def _holds_in(version: SettingsVersion, round_: Phase) -> bool:
    if version.phase_id is not None:
        return version.phase_id == round_.id
    return version.from_round is None or version.from_round <= (round_.number or 0)


def load_version(ctx: Context, *, version_id: int | None, schema: type[Schema]) -> Schema:
    """Return the settings of one version, or the defaults for None."""
    return settings_in(None if version_id is None else ctx.session.get_one(SettingsVersion, version_id), schema)


def settings_in(version: SettingsVersion | None, schema: type[Schema]) -> Schema:
    """Return the settings that a version holds, or the defaults for None.

    Equal values are structured once: the same few versions are asked for by every page.
    """
    if version is None:
        return schema()
    found = _STRUCTURED.get((schema, version.digest))
    if found is None:
        if len(_STRUCTURED) >= _MOST_STRUCTURED:
            _STRUCTURED.clear()
        found = _STRUCTURED[schema, version.digest] = structure(schema, version.values)
    return cast("Schema", found)


def save_settings(
    ctx: Context,
    *,
    owner: str,
    campaign: Campaign,
    value: object,
    round_: Phase | None = None,
    from_round: int | None = None,
    proposed_by: int | None = None,
) -> SettingsVersion:
    """Add a version of an owner's settings for a campaign, or for one of its rounds; unchanged values add none.

    ``from_round`` is the number of the round from which it holds; earlier rounds keep what they have. With
    ``proposed_by`` that person is its author, and the actor the one who confirmed it.
    """
    values = unstructure(value)
    same_scope = (
        SettingsVersion.phase_id.is_(None) if round_ is None else SettingsVersion.phase_id == round_.id,
        SettingsVersion.campaign_id == campaign.id,
        SettingsVersion.owner == owner,
    )
    newest = ctx.session.scalar(
        sa.select(SettingsVersion).where(*same_scope).order_by(SettingsVersion.number.desc()).limit(1)
    )
    if newest is not None and (newest.digest, newest.from_round) == (digest(values), from_round):
        return newest
    version = SettingsVersion(
        campaign_id=campaign.id,
        phase_id=None if round_ is None else round_.id,
        owner=owner,
        number=1 if newest is None else newest.number + 1,
        values=values,
        digest=digest(values),
        author_id=ctx.actor.user_id if proposed_by is None else proposed_by,
        seconded_by=None if proposed_by is None else ctx.actor.user_id,
        from_round=from_round,
        created_at=ctx.now,
    )
    ctx.session.add(version)
    campaign.version += 1
    ctx.session.flush()
    return version
