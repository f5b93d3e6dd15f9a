"""How a campaign begins: empty or from a file, with its founder on the organising committee, who alone see a draft."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.campaigns.domain import create_campaign
from cuocthi.campaigns.exchange import import_campaign
from cuocthi.committees.domain import set_up_committee
from cuocthi.committees.queries import committees
from cuocthi.contributions import Role
from cuocthi.standings.appointments import appoint

if TYPE_CHECKING:
    from cuocthi.campaigns.domain import Basics
    from cuocthi.campaigns.files import Files
    from cuocthi.campaigns.models import Campaign
    from cuocthi.committees.models import Committee
    from cuocthi.context import Context
    from cuocthi.users.models import User

#: What the first committee is called where no file names one, in the language of the campaign.
_ORGANISERS = {"vi": "Ban Tổ chức", "en": "Organising committee"}


def found_from_file(ctx: Context, *, files: Files, founder: User, slug: str = "") -> Campaign:
    """Create a draft from the files of a campaign folder; see :func:`import_campaign` for what is raised."""
    campaign = import_campaign(ctx, files=files, slug=slug)
    _seat(ctx, campaign, founder)
    return campaign


def found_empty(ctx: Context, *, slug: str, basics: Basics, founder: User) -> Campaign:
    """Create a draft that has only a name; every installed plugin is enabled. Raises as :func:`create_campaign`."""
    campaign = create_campaign(ctx, slug=slug, basics=basics, plugins=list(ctx.hooks.plugins))
    _seat(ctx, campaign, founder)
    return campaign


def _seat(ctx: Context, campaign: Campaign, founder: User) -> None:
    appoint(ctx, campaign=campaign, committee=_organisers(ctx, campaign), user=founder)


def _organisers(ctx: Context, campaign: Campaign) -> Committee:
    for committee in committees(ctx, campaign_id=campaign.id):
        if committee.role is Role.ORGANISING:
            return committee
    title = _ORGANISERS.get(campaign.language, _ORGANISERS["en"])
    return set_up_committee(ctx, campaign=campaign, key="organising", role=Role.ORGANISING, title=title)
