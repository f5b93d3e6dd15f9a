"""How a campaign begins: empty, from a file, a rule set or an earlier one; its founder sits on its first committee."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.campaigns.copying import copy_campaign
from cuocthi.campaigns.domain import create_campaign, free_slug
from cuocthi.campaigns.exchange import import_campaign, import_source
from cuocthi.campaigns.files import moved
from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.committees.domain import set_up_committee
from cuocthi.committees.models import Committee, Membership
from cuocthi.committees.queries import committees, roles_in
from cuocthi.contributions import Role
from cuocthi.prerequisites.domain import default_prerequisites, list_prerequisites
from cuocthi.standings.appointments import appoint
from cuocthi.text import T

if TYPE_CHECKING:
    from pathlib import Path

    from cuocthi.campaigns.copying import Edition
    from cuocthi.campaigns.domain import Basics
    from cuocthi.campaigns.files import CampaignSource, Files
    from cuocthi.context import Context
    from cuocthi.users.models import User

#: What the first committee is called where no file names one, in the language of the campaign.
_ORGANISERS = {"vi": "Ban Tổ chức", "en": "Organising committee"}


def found_from_file(ctx: Context, *, files: Files, folder: Path, founder: User, slug: str = "") -> Campaign:
    """Create a draft from the files of a campaign folder. Takes ``folder`` and raises as :func:`import_campaign`."""
    campaign = import_campaign(ctx, files=files, folder=folder, slug=slug)
    _seat(ctx, campaign, founder)
    return campaign


def found_empty(ctx: Context, *, slug: str, basics: Basics, founder: User) -> Campaign:
    """Create a draft that has only a name; every installed plugin is enabled. Raises as :func:`create_campaign`.

    Without a ``slug`` its address is made of the name.
    """
    slug = slug or free_slug(ctx, name=basics.name)
    campaign = create_campaign(ctx, slug=slug, basics=basics, plugins=list(ctx.hooks.plugins))
    list_prerequisites(ctx, campaign=campaign, facts=default_prerequisites(campaign.language))
    _seat(ctx, campaign, founder)
    return campaign


def found_again(ctx: Context, *, campaign: Campaign, edition: Edition, founder: User) -> Campaign:
    """Create a draft from an earlier campaign; see :func:`copy_campaign` for what it takes along and raises."""
    copy = copy_campaign(ctx, campaign=campaign, edition=edition)
    _seat(ctx, copy, founder)
    return copy


def found_from_rule_set(
    ctx: Context, *, source: CampaignSource, folder: Path, title: str, edition: Edition, founder: User
) -> Campaign:
    """Create a draft from a rule set, which is called ``title``, moved and named as ``edition`` says.

    ``folder`` is where the installation keeps files. Raises as :func:`cuocthi.campaigns.exchange.import_campaign`.
    """
    core = moved(source.core, edition.move)
    basics = dataclasses.replace(core.campaign, name=edition.name, host_name=edition.host_name)
    named = dataclasses.replace(core, slug=edition.slug, campaign=basics)
    campaign = import_source(ctx, source=dataclasses.replace(source, core=named), folder=folder)
    record(
        ctx,
        action="core:campaign:found",
        summary=T("Made it from the rule set “%(name)s”", name=title),
        campaign=campaign,
        object_kind="campaign",
        object_id=campaign.id,
    )
    _seat(ctx, campaign, founder)
    return campaign


def may_hold_again(ctx: Context, *, campaign: Campaign, user_id: int, is_admin: bool) -> bool:
    """Tell whether somebody may make another campaign from this one.

    A copy shows the questions of the first: its organisers may, and who administers the installation once it is over.
    """
    archived = campaign.state is CampaignState.ARCHIVED
    return (is_admin and archived) or Role.ORGANISING in roles_in(ctx, campaign_id=campaign.id, user_id=user_id)


def to_hold_again(ctx: Context, *, user_id: int, is_admin: bool) -> Sequence[Campaign]:
    """Return the campaigns from which somebody may make another one, the newest first (one statement)."""
    organised = (
        sa.select(Committee.campaign_id)
        .join(Membership)
        .where(Committee.role == Role.ORGANISING, Membership.user_id == user_id, Membership.ended_at.is_(None))
    )
    mine = Campaign.id.in_(organised)
    allowed = sa.or_(mine, Campaign.state == CampaignState.ARCHIVED) if is_admin else mine
    return ctx.session.scalars(sa.select(Campaign).where(allowed).order_by(Campaign.id.desc())).all()


def _seat(ctx: Context, campaign: Campaign, founder: User) -> None:
    """Give the founder a seat on the organising committee, who alone see a draft; a member taken along has one."""
    if Role.ORGANISING not in roles_in(ctx, campaign_id=campaign.id, user_id=founder.id):
        appoint(ctx, campaign=campaign, committee=_organisers(ctx, campaign), user=founder)


def _organisers(ctx: Context, campaign: Campaign) -> Committee:
    for committee in committees(ctx, campaign_id=campaign.id):
        if committee.role is Role.ORGANISING:
            return committee
    title = _ORGANISERS.get(campaign.language, _ORGANISERS["en"])
    return set_up_committee(ctx, campaign=campaign, key="organising", role=Role.ORGANISING, title=title)
