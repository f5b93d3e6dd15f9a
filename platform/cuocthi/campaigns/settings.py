"""Settings of an owner (the core or a plugin): frozen dataclasses, stored as versions that are only ever added."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import cattrs
import sqlalchemy as sa
from cattrs import transform_error

from cuocthi.campaigns.models import SettingsVersion
from cuocthi.digest import digest
from cuocthi.errors import DomainError, InvalidData
from cuocthi.text import T

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase

Schema = TypeVar("Schema")


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
    return converter


def _is(kind: type[Any]) -> Any:
    def check(value: object, target: type[Any]) -> object:
        if target is not kind:
            # A string enumeration comes here as a kind of str; it is made from its value.
            return target(value)
        # Not isinstance: a bool is an int and a datetime is a date, but neither is meant as one.
        if type(value) is not kind:
            msg = f"expected {kind.__name__}, got {value!r}"
            raise TypeError(msg)
        return value

    return check


_CONVERTER = _converter()


def structure(schema: type[Schema], values: Mapping[str, Any]) -> Schema:
    """Make a dataclass of ``schema`` from plain values.

    Raises InvalidData with a text for every unknown key, missing key, wrong type or refused value, and its path.
    """
    try:
        return _CONVERTER.structure(dict(values), schema)
    except cattrs.BaseValidationError as error:
        problems = [T("%(problem)s", problem=problem) for problem in transform_error(error, format_exception=_say)]
        raise InvalidData(T("These values are not valid; nothing was changed."), problems) from error


def _say(error: BaseException, kind: type[Any] | None) -> str:
    if isinstance(error, SettingsError):
        return str(error)
    if isinstance(error, KeyError):
        return f"required field missing: {error.args[0]}"
    return str(cattrs.v.format_exception(error, kind)) if not isinstance(error, TypeError) else str(error)


def unstructure(value: object) -> dict[str, Any]:
    """Return a dataclass as plain values for TOML or JSON; None and its kin are left out by the caller's schema."""
    plain: dict[str, Any] = _CONVERTER.unstructure(value)
    return plain


def load_settings(
    ctx: Context, *, owner: str, schema: type[Schema], campaign: Campaign, round_: Phase | None = None
) -> Loaded[Schema]:
    """Return the newest settings of ``owner`` for a round, else for the campaign, else the defaults (one statement)."""
    scope: sa.ColumnElement[bool] = SettingsVersion.phase_id.is_(None)
    if round_ is not None:
        scope = sa.or_(scope, SettingsVersion.phase_id == round_.id)
    found = ctx.session.scalar(
        sa.select(SettingsVersion)
        .where(SettingsVersion.campaign_id == campaign.id, SettingsVersion.owner == owner, scope)
        .order_by(SettingsVersion.phase_id.is_(None), SettingsVersion.number.desc())
        .limit(1)
    )
    return Loaded(schema(), None) if found is None else Loaded(structure(schema, found.values), found.id)


def load_version(ctx: Context, *, version_id: int | None, schema: type[Schema]) -> Schema:
    """Return the settings of one version, or the defaults for None."""
    if version_id is None:
        return schema()
    version = ctx.session.get_one(SettingsVersion, version_id)
    return structure(schema, version.values)


def save_settings(
    ctx: Context, *, owner: str, campaign: Campaign, value: object, round_: Phase | None = None
) -> SettingsVersion:
    """Add a version of an owner's settings for a campaign, or for one of its rounds; unchanged values add none."""
    values = unstructure(value)
    same_scope = (
        SettingsVersion.phase_id.is_(None) if round_ is None else SettingsVersion.phase_id == round_.id,
        SettingsVersion.campaign_id == campaign.id,
        SettingsVersion.owner == owner,
    )
    newest = ctx.session.scalar(
        sa.select(SettingsVersion).where(*same_scope).order_by(SettingsVersion.number.desc()).limit(1)
    )
    if newest is not None and newest.digest == digest(values):
        return newest
    version = SettingsVersion(
        campaign_id=campaign.id,
        phase_id=None if round_ is None else round_.id,
        owner=owner,
        number=1 if newest is None else newest.number + 1,
        values=values,
        digest=digest(values),
        author_id=ctx.actor.user_id,
        created_at=ctx.now,
    )
    ctx.session.add(version)
    campaign.version += 1
    ctx.session.flush()
    return version
