"""What single rounds have of their own, as a campaign file says it: by round and owner, where it differs from the rest.

A round of which nothing is said goes by the settings of the campaign. What is said of one is laid over these, key by
key, and stored as the round's own settings, as if it had been entered on its pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.campaigns.models import SettingsVersion
from cuocthi.campaigns.settings import load_settings, save_settings, structure, unstructure
from cuocthi.contributions import SettingsSpec
from cuocthi.errors import InvalidData
from cuocthi.standings.criteria import RULES_OWNER, RankingRules
from cuocthi.text import T
from cuocthi.timelines.queries import rounds

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text

#: By the round's key and the owner's word in files: plain values.
RoundSettings = Mapping[str, Mapping[str, Any]]

#: What the core itself lets rounds have of their own, by its word in files: the owner, and the form.
OF_THE_CORE: Mapping[str, tuple[str, type[Any]]] = {"ranking": (RULES_OWNER, RankingRules)}


def enter_round_settings(ctx: Context, *, campaign: Campaign, given: RoundSettings) -> None:
    """Store what a file says of single rounds; the settings of the campaign are there already.

    Raises InvalidData with every problem: an owner whose settings rounds do not have of their own, values that cannot
    be.
    """
    timeline = {round_.key: round_ for round_ in rounds(ctx, campaign_id=campaign.id)}
    known = _owners(ctx)
    problems: list[Text] = []
    for key, by_owner in given.items():
        for word, values in by_owner.items():
            place = f"rounds.{key}.{word}"
            if word not in known:
                problems.append(T("%(place)s: a round has no settings of this kind of its own", place=place))
                continue
            owner, schema = known[word]
            common = load_settings(ctx, owner=owner, schema=schema, campaign=campaign).value
            try:
                value = structure(schema, {**unstructure(common), **values})
            except InvalidData as error:
                problems += [T("%(place)s: %(problem)s", place=place, problem=problem) for problem in error.problems]
            else:
                save_settings(ctx, owner=owner, campaign=campaign, value=value, round_=timeline[key])
    if problems:
        raise InvalidData(T("The campaign file cannot be used; nothing was changed."), problems)


def round_settings(ctx: Context, *, campaign: Campaign) -> dict[str, dict[str, Any]]:
    """Return what single rounds have of their own, where it differs from the settings of the campaign."""
    own = sa.select(SettingsVersion.phase_id, SettingsVersion.owner).where(
        SettingsVersion.campaign_id == campaign.id, SettingsVersion.phase_id.is_not(None)
    )
    stored = {(phase_id, owner) for phase_id, owner in ctx.session.execute(own.distinct())}
    found: dict[str, dict[str, Any]] = {}
    for round_ in rounds(ctx, campaign_id=campaign.id) if stored else ():
        for word, (owner, schema) in _owners(ctx).items():
            if (round_.id, owner) not in stored:
                continue
            common, of_round = (
                unstructure(load_settings(ctx, owner=owner, schema=schema, campaign=campaign, round_=held).value)
                for held in (None, round_)
            )
            differing = {name: value for name, value in of_round.items() if value != common[name]}
            if differing:
                found.setdefault(round_.key, {})[word] = differing
    return found


def _owners(ctx: Context) -> dict[str, tuple[str, type[Any]]]:
    specs = ctx.hooks.boot("register_settings", SettingsSpec)
    return {**OF_THE_CORE, **{plugin: (plugin, spec.schema) for plugin, spec in specs if spec.per_round}}
