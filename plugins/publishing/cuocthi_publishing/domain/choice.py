"""What a release lets out, chosen for each: from the settings, never deeper than the issued rules."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.campaigns.models import SettingsVersion
from cuocthi.campaigns.settings import settings_in
from cuocthi.errors import DomainError
from cuocthi.rules.queries import current_rules
from cuocthi.text import T
from cuocthi_publishing.settings import OWNER, PARTS, Parts, PublishSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text


@dataclass(frozen=True, slots=True)
class Choice(Parts):
    """The parts of one release, as in the settings.

    ``without`` are the keys of sections of plugins that are left out. With ``groups`` nothing but statistics of these
    kinds goes out: the figures and categories of the core, or what a plugin contributes, by its name.
    """

    without: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    @property
    def places(self) -> int | None:
        """How many places of each ranking go out, None for all of them."""
        return None if self.everybody else self.depth

    @property
    def shows_results(self) -> bool:
        """Whether results go out, which have to be adopted, and which gates may hold up."""
        return self.awards or self.places != 0 or self.units

    @property
    def is_empty(self) -> bool:
        """Whether nothing goes out at all."""
        return not (self.shows_results or self.statistics or self.documents or self.news or self.notices)

    def lets_out(self, plugin: str, key: str) -> bool:
        """Tell whether a section of a plugin goes out, as far as its page does."""
        return key not in self.without and (not self.groups or plugin in self.groups)

    def as_values(self) -> dict[str, Any]:
        """Return the choice as plain values."""
        return {**asdict(self), "without": list(self.without), "groups": list(self.groups)}


@dataclass(frozen=True, slots=True)
class Promise:
    """How far the issued rules let a release go: so many places of each ranking (None: all), and under which names."""

    places: int | None = 0
    full_names: bool = False

    def objections(self, choice: Choice) -> Iterator[tuple[str, Text]]:
        """Yield each field of a choice that goes further, with the reason."""
        if self.places is not None and choice.everybody:
            yield "everybody", T("The issued rules do not let out whole rankings.")
        elif self.places == 0 and choice.depth:
            yield "depth", T("The issued rules let out winners only.")
        elif self.places is not None and choice.depth > self.places:
            message = T("The issued rules let out each ranking down to rank %(most)s at the most.", most=self.places)
            yield "depth", message
        if choice.full_names and not self.full_names:
            yield "full_names", T("By the issued rules, only winners are named in full.")


def from_settings(settings: PublishSettings, *, promise: Promise) -> Choice:
    """Return what goes out by default, as far as the promise goes."""
    chosen = Choice(**{name: getattr(settings, name) for name in PARTS})
    chosen = replace(chosen, full_names=chosen.full_names and promise.full_names)
    if promise.places is None:
        return chosen
    depth = promise.places if chosen.everybody else min(chosen.depth, promise.places)
    return replace(chosen, everybody=False, depth=depth)


def of_groups(groups: tuple[str, ...]) -> Choice:
    """Return the choice of statistics of these kinds, and of nothing else."""
    return Choice(awards=False, units=False, documents=False, news=False, notices=False, groups=groups)


def from_values(values: dict[str, Any] | None) -> Choice:
    """Return the choice that a snapshot holds; one of the first form knows none."""
    if values is None:
        return Choice()
    return Choice(**{**values, "without": tuple(values["without"]), "groups": tuple(values["groups"])})


def promise_of(ctx: Context, *, campaign: Campaign) -> Promise:
    """Return how far the issued rules let a release go, winners only without issued rules (two statements)."""
    issued = current_rules(ctx, campaign_id=campaign.id)
    if issued is None:
        return Promise()
    # The clause was made of the settings of that moment; its words may change with the platform's.
    version = ctx.session.scalar(
        sa.select(SettingsVersion)
        .where(SettingsVersion.campaign_id == campaign.id, SettingsVersion.owner == OWNER)
        .where(SettingsVersion.phase_id.is_(None), SettingsVersion.created_at <= issued.issued_at)
        .order_by(SettingsVersion.number.desc())
        .limit(1)
    )
    settings = settings_in(version, PublishSettings)
    return Promise(None if settings.everybody else settings.depth, settings.full_names)


def check_choice(choice: Choice, *, promise: Promise) -> None:
    """Raise DomainError, with the field, for a choice of nothing or of more than the rules let out."""
    if choice.is_empty:
        raise DomainError(T("Choose at least one section to publish."), field="awards")
    for field, message in promise.objections(choice):
        raise DomainError(message, field=field)
