"""The scheme: changing it, and finding the round it awards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.audit.domain import record
from cuocthi.campaigns.models import CampaignState
from cuocthi.campaigns.settings import SettingsError, save_settings, unstructure
from cuocthi.errors import Closed, Missing
from cuocthi.text import T
from cuocthi.timelines.queries import rounds
from cuocthi_prizes.queries import OWNER, load_scheme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.campaigns.models import Campaign, SettingsVersion
    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase
    from cuocthi_prizes.settings import PrizeSettings


def save_scheme(ctx: Context, *, campaign: Campaign, scheme: PrizeSettings) -> SettingsVersion:
    """Store a new version of the scheme; award lists keep the version they were made by.

    Raises Closed in an archived campaign, SettingsError for a round that the campaign does not have.
    """
    refuse_archived(campaign)
    if scheme.round and scheme.round not in {round_.key for round_ in rounds(ctx, campaign_id=campaign.id)}:
        message = T("This campaign has no round with the code “%(key)s”.", key=scheme.round)
        raise SettingsError(message, field="round")
    before = load_scheme(ctx, campaign=campaign)
    version = save_settings(ctx, owner=OWNER, campaign=campaign, value=scheme)
    if version.id != before.version_id:
        record(
            ctx,
            action="prizes:scheme:edit",
            summary=T("Changed the scheme of prizes"),
            campaign=campaign,
            object_kind="settings_version",
            object_id=version.id,
            before=unstructure(before.value),
            after=unstructure(scheme),
        )
    return version


def awarded_round(scheme: PrizeSettings, campaign_rounds: Sequence[Phase]) -> Phase:
    """Return the round whose ranking is awarded, among those of the campaign.

    Raises Missing if the scheme names none and there is not exactly one, or names one that is gone.
    """
    if scheme.round:
        found = [round_ for round_ in campaign_rounds if round_.key == scheme.round]
    else:
        found = list(campaign_rounds)
    if len(found) != 1:
        raise Missing(T("The scheme of prizes does not say which round is awarded."))
    return found[0]


def refuse_archived(campaign: Campaign) -> None:
    """Raise Closed if the campaign is archived."""
    if campaign.state is CampaignState.ARCHIVED:
        raise Closed(T("This campaign is archived; nothing in it can be changed."))
