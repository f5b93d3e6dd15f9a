"""What is read of prizes: the scheme, who could be awarded, the award lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.campaigns.settings import Loaded, load_settings
from cuocthi.enrolments.models import Enrolment
from cuocthi.standings.models import Standing
from cuocthi_prizes.models import Award, AwardList, AwardListState
from cuocthi_prizes.settings import PrizeSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context

OWNER = "prizes"

#: Under this name confirmations of award lists stand.
SUBJECT = "prizes:award_list"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A qualified standing as an award would copy it; ``tied`` persons share the rank."""

    enrolment_id: int
    unit_id: int
    code: str
    name: str
    unit_name: str
    rank: int
    tied: int
    tie_place: int | None
    score: int
    max_score: int
    duration_ms: int


def load_scheme(ctx: Context, *, campaign: Campaign) -> Loaded[PrizeSettings]:
    """Return the campaign's scheme of prizes as it stands (one statement)."""
    return load_settings(ctx, owner=OWNER, schema=PrizeSettings, campaign=campaign)


def candidates(ctx: Context, *, ranking_id: int, limit: int) -> list[Candidate]:
    """Return the first ``limit`` qualified standings of a ranking, by rank and decided order among equals.

    Undecided equals stand in the order of their names, which decides nothing: see ``allocation``.
    """
    rows = ctx.session.execute(
        sa.select(
            Enrolment.id,
            Enrolment.unit_id,
            Enrolment.code,
            Enrolment.name,
            Enrolment.unit_name,
            Standing.rank,
            Standing.tied,
            Standing.tie_place,
            Standing.score,
            Standing.max_score,
            Standing.duration_ms,
        )
        .join(Enrolment, Enrolment.id == Standing.enrolment_id)
        .where(Standing.ranking_id == ranking_id, Standing.qualified)
        .order_by(Standing.rank, Standing.tie_place.is_(None), Standing.tie_place, Enrolment.name_sort, Enrolment.code)
        .limit(limit)
    )
    return [Candidate(*row) for row in rows]


def draft_list(ctx: Context, *, campaign_id: int) -> AwardList | None:
    """Return the draft of a campaign's award list, if there is one."""
    return _in_state(ctx, campaign_id, AwardListState.DRAFT)


def draft_lists(ctx: Context, *, campaign_ids: Sequence[int]) -> Sequence[AwardList]:
    """Return the drafts of award lists of these campaigns (one statement)."""
    return ctx.session.scalars(
        sa.select(AwardList)
        .where(AwardList.campaign_id.in_(campaign_ids), AwardList.state == AwardListState.DRAFT)
        .order_by(AwardList.id)
    ).all()


def adopted_list(ctx: Context, *, campaign_id: int) -> AwardList | None:
    """Return the adopted award list of a campaign, if there is one."""
    return _in_state(ctx, campaign_id, AwardListState.ADOPTED)


def _in_state(ctx: Context, campaign_id: int, state: AwardListState) -> AwardList | None:
    return ctx.session.scalar(
        sa.select(AwardList)
        .where(AwardList.campaign_id == campaign_id, AwardList.state == state)
        .execution_options(populate_existing=True)
    )


def list_numbered(ctx: Context, *, campaign_id: int, number: int) -> AwardList | None:
    """Return one version of a campaign's award list."""
    return ctx.session.scalar(
        sa.select(AwardList).where(AwardList.campaign_id == campaign_id, AwardList.number == number)
    )


def versions(ctx: Context, *, campaign_id: int) -> Sequence[sa.Row[int, AwardListState, int, str]]:
    """Return (number, state, total value in đồng, statement) of every version, the newest first."""
    return ctx.session.execute(
        sa.select(AwardList.number, AwardList.state, AwardList.total_value, AwardList.statement)
        .where(AwardList.campaign_id == campaign_id)
        .order_by(AwardList.number.desc())
    ).all()


def predecessor(ctx: Context, *, award_list: AwardList) -> AwardList | None:
    """Return the version that was in force before ``award_list``: the newest adopted one with a lower number."""
    return ctx.session.scalar(
        sa.select(AwardList)
        .where(
            AwardList.campaign_id == award_list.campaign_id,
            AwardList.number < award_list.number,
            AwardList.adopted_at.is_not(None),
        )
        .order_by(AwardList.number.desc())
        .limit(1)
    )


def last_number(ctx: Context, *, campaign_id: int) -> int:
    """Return the number of the newest version, 0 before the first."""
    newest = sa.select(sa.func.max(AwardList.number)).where(AwardList.campaign_id == campaign_id)
    return ctx.session.scalar(newest) or 0


def award_of(ctx: Context, *, campaign_id: int, user_id: int) -> Award | None:
    """Return what a user is awarded by the adopted list of a campaign, if anything."""
    return ctx.session.scalar(
        sa.select(Award)
        .join(AwardList, AwardList.id == Award.award_list_id)
        .join(Enrolment, Enrolment.id == Award.enrolment_id)
        .where(
            AwardList.campaign_id == campaign_id,
            AwardList.state == AwardListState.ADOPTED,
            Enrolment.user_id == user_id,
        )
    )
