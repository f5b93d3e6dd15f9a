"""The divisions (bảng) of a campaign: adding, naming and removing them, and the ages that each is for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError

from cuocthi.audit.domain import record
from cuocthi.campaigns.entrants import Ask, check_ages, entrant_rules
from cuocthi.campaigns.models import Division
from cuocthi.campaigns.settings import SettingsError
from cuocthi.errors import Conflict, DomainError, Missing
from cuocthi.text import T, Text
from cuocthi.users.names import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context

MAX_DIVISION_NAME = 120
_KEY_LENGTH = 40
_NOT_IN_A_KEY = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class DivisionFacts:
    """What is known of a division; the ages are completed years on the day that the campaign names, None: any age."""

    name: str
    min_age: int | None = None
    max_age: int | None = None


def division_of(campaign: Campaign, *, division_id: int) -> Division:
    """Return a division of a campaign. Raises Missing."""
    found = next((division for division in campaign.divisions if division.id == division_id), None)
    if found is None:
        raise Missing(T("This division does not exist (any more)."))
    return found


def add_division(ctx: Context, *, campaign: Campaign, facts: DivisionFacts, key: str = "") -> Division:
    """Add a part of the entrants that competes by itself; ``key`` stands in files, by default it follows the name.

    Raises DomainError (fields ``name``, ``min_age``, ``max_age``), and Conflict in a campaign that opened without any:
    those who have joined would be in none.
    """
    checked = _checked(ctx, campaign, facts)
    if campaign.opened_at is not None and not campaign.divisions:
        message = T("The campaign has opened without divisions: those who have registered would be in none.")
        raise Conflict(message, field="name")
    taken = {division.key for division in campaign.divisions}
    division = Division(campaign_id=campaign.id, key=key or _free_key(checked.name, taken), name=checked.name)
    division.min_age, division.max_age = checked.min_age, checked.max_age
    ctx.session.add(division)
    ctx.session.flush()
    summary = T("Added the division “%(name)s”", name=checked.name)
    _recorded(ctx, campaign, division, summary, before={}, after=_plain(checked))
    return division


def edit_division(ctx: Context, *, campaign: Campaign, division: Division, facts: DivisionFacts) -> None:
    """Name a division anew, or change its ages; those in it stay in it. Raises DomainError as :func:`add_division`."""
    before, after = DivisionFacts(division.name, division.min_age, division.max_age), _checked(ctx, campaign, facts)
    if before == after:
        return
    division.name, division.min_age, division.max_age = after.name, after.min_age, after.max_age
    ctx.session.flush()
    summary = T("Changed the division “%(name)s”", name=before.name)
    _recorded(ctx, campaign, division, summary, before=_plain(before), after=_plain(after))


def remove_division(ctx: Context, *, campaign: Campaign, division: Division) -> None:
    """Remove a division that nobody and nothing is in. Raises Conflict if somebody or something is."""
    facts = DivisionFacts(division.name, division.min_age, division.max_age)
    try:
        with ctx.session.begin_nested():
            ctx.session.delete(division)
            ctx.session.flush()
    except IntegrityError as error:
        message = T(
            "“%(name)s” is in use: people have registered in it, or a part of the campaign refers to it.",
            name=facts.name,
        )
        raise Conflict(message) from error
    summary = T("Removed the division “%(name)s”", name=facts.name)
    _recorded(ctx, campaign, division, summary, before=_plain(facts), after={})


def _checked(ctx: Context, campaign: Campaign, facts: DivisionFacts) -> DivisionFacts:
    name = " ".join(facts.name.split())
    if not name or len(name) > MAX_DIVISION_NAME:
        message = T("A division needs a name of at most %(most)s characters.", most=MAX_DIVISION_NAME)
        raise DomainError(message, field="name")
    check_ages(facts.min_age, facts.max_age)
    limited = (facts.min_age, facts.max_age) != (None, None)
    if limited and entrant_rules(ctx, campaign=campaign).value.birth_date is not Ask.REQUIRED:
        message = T("Limits of age need the date of birth: please ask for it as required.")
        raise SettingsError(message, field="min_age" if facts.min_age is not None else "max_age")
    return DivisionFacts(name, facts.min_age, facts.max_age)


def _free_key(name: str, taken: Collection[str]) -> str:
    stem = _NOT_IN_A_KEY.sub("-", fold(name)).strip("-")[: _KEY_LENGTH - 4] or "division"
    numbered = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return next(key for key in (stem, *numbered) if key not in taken)


def _plain(facts: DivisionFacts) -> dict[str, object]:
    return {"name": facts.name, "min_age": facts.min_age, "max_age": facts.max_age}


def _recorded(
    ctx: Context,
    campaign: Campaign,
    division: Division,
    summary: Text,
    *,
    before: Mapping[str, object],
    after: Mapping[str, object],
) -> None:
    campaign.version += 1
    ctx.session.flush()
    ctx.session.expire(campaign, ["divisions"])
    record(
        ctx,
        action="core:division:edit",
        summary=summary,
        campaign=campaign,
        object_kind="division",
        object_id=division.id,
        before=before,
        after=after,
    )
