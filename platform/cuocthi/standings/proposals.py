"""Proposals of two persons: one proposes, another one confirms or rejects.

A proposal is a version of settings under an owner of its own, so that it stays as it was made; its confirmations are
those by which rankings are adopted. What was rejected has lost them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import sqlalchemy as sa

from cuocthi.campaigns.models import SettingsVersion
from cuocthi.campaigns.settings import save_settings, structure
from cuocthi.errors import Conflict
from cuocthi.standings.confirmations import NEEDED, confirm, withdraw_confirmations
from cuocthi.standings.models import Confirmation
from cuocthi.text import T
from cuocthi.users.models import User

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase

Content = TypeVar("Content")


@dataclass(frozen=True, slots=True)
class ProposalKind(Generic[Content]):
    """What is proposed: under which ``owner`` it is stored, under which ``subject`` confirmed, and its ``schema``."""

    owner: str
    subject: str
    schema: type[Content]


@dataclass(frozen=True, slots=True)
class Proposal(Generic[Content]):
    """What somebody has proposed, and who has confirmed it: pairs of a person's number and name, the first first."""

    id: int
    phase_id: int | None
    content: Content
    digest: str
    made_at: datetime
    confirmed: Sequence[tuple[int, str]]

    @property
    def in_force(self) -> bool:
        """Whether enough different persons have confirmed."""
        return len(self.confirmed) >= NEEDED

    @property
    def undecided(self) -> bool:
        """Whether it is neither in force nor rejected."""
        return 0 < len(self.confirmed) < NEEDED

    def is_of(self, user_id: int | None) -> bool:
        """Tell whether this person has confirmed it, by proposing it or afterwards."""
        return any(confirmed_by == user_id for confirmed_by, _ in self.confirmed)


def proposals(ctx: Context, *, campaign_id: int, kind: ProposalKind[Content]) -> list[Proposal[Content]]:
    """Return what was proposed in a campaign, the newest first (one statement)."""
    rows = ctx.session.execute(
        sa.select(SettingsVersion, Confirmation.user_id, User.name)
        .outerjoin(
            Confirmation, sa.and_(Confirmation.subject == kind.subject, Confirmation.subject_id == SettingsVersion.id)
        )
        .outerjoin(User, User.id == Confirmation.user_id)
        .where(SettingsVersion.campaign_id == campaign_id, SettingsVersion.owner == kind.owner)
        .order_by(SettingsVersion.id.desc(), Confirmation.id)
    )
    return [_proposal(kind, version, of_version) for version, of_version in groupby(rows, key=lambda row: row[0])]


def undecided(
    ctx: Context, *, campaign_ids: Sequence[int], kinds: Sequence[ProposalKind[Any]]
) -> list[tuple[int, ProposalKind[Any], Proposal[Any]]]:
    """Return by campaign and kind the newest proposals, for each round and part, that wait for a second person.

    Whether one can still come into force its own part has to say (one statement).
    """
    by_owner = {kind.owner: kind for kind in kinds}
    rows = ctx.session.execute(
        sa.select(SettingsVersion, Confirmation.user_id, User.name)
        .outerjoin(
            Confirmation,
            sa.and_(
                Confirmation.subject.in_([kind.subject for kind in kinds]),
                Confirmation.subject_id == SettingsVersion.id,
            ),
        )
        .outerjoin(User, User.id == Confirmation.user_id)
        .where(SettingsVersion.campaign_id.in_(campaign_ids), SettingsVersion.owner.in_(list(by_owner)))
        .order_by(SettingsVersion.id.desc(), Confirmation.id)
    )
    newest: dict[tuple[object, ...], tuple[int, ProposalKind[Any], Proposal[Any]]] = {}
    for version, of_version in groupby(rows, key=lambda row: row[0]):
        kind = by_owner[version.owner]
        proposal = _proposal(kind, version, of_version)
        place = (version.campaign_id, kind.owner, version.phase_id, getattr(proposal.content, "part", None))
        newest.setdefault(place, (version.campaign_id, kind, proposal))
    return [found for found in newest.values() if found[2].undecided]


def _proposal(kind: ProposalKind[Content], version: SettingsVersion, rows: Iterable[Any]) -> Proposal[Content]:
    return Proposal(
        id=version.id,
        phase_id=version.phase_id,
        content=structure(kind.schema, version.values),
        digest=version.digest,
        made_at=version.created_at,
        confirmed=[(user_id, name) for _, user_id, name in rows if user_id is not None],
    )


def store_proposal(
    ctx: Context, *, campaign: Campaign, kind: ProposalKind[Content], content: Content, round_: Phase | None = None
) -> Proposal[Content]:
    """Keep a proposal, and return it; the same as the newest one is that one. It still has to be confirmed."""
    version = save_settings(ctx, owner=kind.owner, campaign=campaign, value=content, round_=round_)
    made = proposals(ctx, campaign_id=campaign.id, kind=kind)
    return next(proposal for proposal in made if proposal.id == version.id)


def confirm_proposal(
    ctx: Context, *, campaign: Campaign, kind: ProposalKind[Content], proposal: Proposal[Content]
) -> bool:
    """Confirm a proposal, as the first or the second person; tell whether it is in force by that.

    Raises Conflict if it was in force before, and as :func:`cuocthi.standings.confirmations.confirm`.
    """
    persons = confirm(ctx, campaign=campaign, subject=kind.subject, subject_id=proposal.id, digest=proposal.digest)
    if persons > NEEDED:
        raise no_longer_present()
    return persons == NEEDED


def reject_proposal(ctx: Context, *, kind: ProposalKind[Content], proposal: Proposal[Content]) -> None:
    """Let a proposal fall that nobody has confirmed but who made it. Raises Conflict if it is decided already."""
    if not proposal.undecided:
        raise no_longer_present()
    withdraw_confirmations(ctx, subject=kind.subject, subject_id=proposal.id)


def no_longer_present() -> Conflict:
    """Return the refusal of a proposal that another one has replaced, or that was decided meanwhile."""
    return Conflict(T("This proposal is not the present one any more. Please load the page again."))
