"""What a release lets out, chosen for each: from the settings, never deeper than the issued rules."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.campaigns.models import SettingsVersion
from cuocthi.campaigns.settings import settings_in
from cuocthi.errors import DomainError
from cuocthi.rules.queries import current_rules
from cuocthi.text import T
from cuocthi_publishing.settings import OWNER, PublishSettings

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context


@dataclass(frozen=True, slots=True)
class Choice:
    """The parts of one release; ``comparison`` and ``compared_with`` are as in the settings.

    ``without`` are the keys of sections of plugins that are left out. With ``groups`` nothing but statistics of these
    kinds goes out: the figures and categories of the core, or what a plugin contributes, by its name.
    """

    awards: bool = True
    depth: int = 0
    units: bool = True
    statistics: bool = True
    comparison: bool = True
    compared_with: str = ""
    documents: bool = True
    news: bool = True
    notices: bool = True
    without: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    @property
    def shows_results(self) -> bool:
        """Whether results go out, which have to be adopted, and which gates may hold up."""
        return self.awards or self.depth > 0 or self.units

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


def from_settings(settings: PublishSettings, *, most: int) -> Choice:
    """Return what goes out by default, as deep as ``most`` at the most."""
    chosen = {field.name: getattr(settings, field.name) for field in fields(settings)}
    return replace(Choice(**chosen), depth=min(settings.depth, most))


def of_groups(groups: tuple[str, ...]) -> Choice:
    """Return the choice of statistics of these kinds, and of nothing else."""
    return Choice(awards=False, units=False, documents=False, news=False, notices=False, groups=groups)


def from_values(values: dict[str, Any] | None) -> Choice:
    """Return the choice that a snapshot holds; one of the first form knows none."""
    if values is None:
        return Choice()
    return Choice(**{**values, "without": tuple(values["without"]), "groups": tuple(values["groups"])})


def promised_depth(ctx: Context, *, campaign: Campaign) -> int:
    """Return how many places of each ranking the issued rules let out, 0 without issued rules (two statements)."""
    issued = current_rules(ctx, campaign_id=campaign.id)
    if issued is None:
        return 0
    # The clause was made of the settings of that moment; its words may change with the platform's.
    version = ctx.session.scalar(
        sa.select(SettingsVersion)
        .where(SettingsVersion.campaign_id == campaign.id, SettingsVersion.owner == OWNER)
        .where(SettingsVersion.phase_id.is_(None), SettingsVersion.created_at <= issued.issued_at)
        .order_by(SettingsVersion.number.desc())
        .limit(1)
    )
    return settings_in(version, PublishSettings).depth


def check_choice(choice: Choice, *, most: int) -> None:
    """Raise DomainError, with the field, for a choice of nothing or of more places than the rules let out."""
    if choice.is_empty:
        raise DomainError(T("Choose at least one section to publish."), field="awards")
    if choice.depth > most:
        message = T("The issued rules let out %(most)s places of each ranking at the most.", most=most)
        raise DomainError(message, field="depth")
