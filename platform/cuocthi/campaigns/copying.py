"""A campaign to be held again: another draft with all that was set, moved to other days."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.campaigns.exchange import export_campaign, import_source
from cuocthi.campaigns.files import moved, read_source
from cuocthi.campaigns.models import Headcount
from cuocthi.committees.queries import committees, committees_with_members
from cuocthi.documents.models import Document
from cuocthi.documents.queries import ORGANISING, documents
from cuocthi.files.domain import share
from cuocthi.standings.appointments import appoint
from cuocthi.tasks.queries import tasks
from cuocthi.text import T

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.campaigns.schema import CampaignFile
    from cuocthi.context import Context
    from cuocthi.timelines.moving import Move


@dataclass(frozen=True, slots=True)
class Edition:
    """How a campaign is to be held again.

    ``move`` brings the days of its timeline to the new ones; with ``members`` everybody who sits on a committee now
    sits on the same one again.
    """

    slug: str
    name: str
    host_name: str
    move: Move
    members: bool = False


def copy_campaign(ctx: Context, *, campaign: Campaign, edition: Edition) -> Campaign:
    """Create a draft with a campaign's texts, timeline, committees, settings, headcounts and its plugins' parts.

    The decisions that set the committees up and the documents of the earlier edition are left out; reference material
    goes along with its files. Raises DomainError for an address that cannot be or days out of order, Conflict if the
    address is taken.
    """
    with ctx.session.begin_nested():
        source = read_source(export_campaign(ctx, campaign=campaign))
        copy = import_source(ctx, source=dataclasses.replace(source, core=_core(source.core, edition), units=()))
        copy.earlier_id = campaign.id
        _copy_headcounts(ctx, campaign, copy)
        _copy_files(ctx, campaign, copy)
        if edition.members:
            _seat_members(ctx, campaign, copy)
            _give_tasks(ctx, campaign, copy)
        record(
            ctx,
            action="core:campaign:copy",
            summary=T("Made it from the campaign “%(name)s”", name=campaign.name),
            campaign=copy,
            object_kind="campaign",
            object_id=copy.id,
            after={"from": campaign.slug, "members": edition.members},
        )
    return copy


def _core(core: CampaignFile, edition: Edition) -> CampaignFile:
    lasting = [document for document in core.documents if document.kind not in ORGANISING]
    keys = {document.key for document in lasting}
    return dataclasses.replace(
        moved(core, edition.move),
        slug=edition.slug,
        campaign=dataclasses.replace(core.campaign, name=edition.name, host_name=edition.host_name),
        committees=[dataclasses.replace(committee, decision="") for committee in core.committees],
        documents=[
            dataclasses.replace(document, replaces=document.replaces if document.replaces in keys else "")
            for document in lasting
        ],
    )


def _copy_headcounts(ctx: Context, campaign: Campaign, copy: Campaign) -> None:
    kept = (Headcount.unit_id, Headcount.category, Headcount.number, Headcount.source, Headcount.as_of)
    rows = sa.select(sa.literal(copy.id), *kept).where(Headcount.campaign_id == campaign.id)
    ctx.session.execute(sa.insert(Headcount).from_select(["campaign_id", *(column.key for column in kept)], rows))


def _copy_files(ctx: Context, campaign: Campaign, copy: Campaign) -> None:
    copies = {document.key: document for document in _documents(ctx, copy)}
    for document in _documents(ctx, campaign):
        if document.file is not None and document.key in copies:
            copies[document.key].file = share(ctx, stored=document.file, campaign=copy)
    ctx.session.flush()


def _documents(ctx: Context, campaign: Campaign) -> list[Document]:
    return list(documents(ctx, campaign_id=campaign.id, public_only=False))


def _give_tasks(ctx: Context, campaign: Campaign, copy: Campaign) -> None:
    """Give the tasks again to those who have them now and still sit on their committee."""
    again = {committee.key: committee for committee in committees(ctx, campaign_id=copy.id)}
    seated = {
        (committee.id, member.user_id)
        for committee in committees_with_members(ctx, campaign_id=campaign.id)
        for member in committee.memberships
        if member.ended_at is None
    }
    # They were stored in the order in which they had been read.
    copies = sorted(tasks(ctx, campaign_ids=[copy.id]), key=lambda task: task.id)
    for old, new in zip(tasks(ctx, campaign_ids=[campaign.id]), copies, strict=True):
        if old.user is not None and old.committee is not None and (old.committee_id, old.user_id) in seated:
            new.committee, new.user = again[old.committee.key], old.user
    ctx.session.flush()


def _seat_members(ctx: Context, campaign: Campaign, copy: Campaign) -> None:
    again = {committee.key: committee for committee in committees(ctx, campaign_id=copy.id)}
    for committee in committees_with_members(ctx, campaign_id=campaign.id):
        for member in committee.memberships:
            if member.ended_at is None:
                appoint(
                    ctx,
                    campaign=copy,
                    committee=again[committee.key],
                    user=member.user,
                    position=member.position,
                    unit=member.unit,
                )
