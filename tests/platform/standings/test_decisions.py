"""Decisions of people: who is left out and taken in again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.context import Context
from cuocthi.enrolments import domain as enrolments
from cuocthi.errors import Conflict, DomainError
from cuocthi.standings import queries
from cuocthi.standings.decisions import exclude_entry, restore_entry
from cuocthi.standings.domain import adopt_ranking
from cuocthi.standings.models import Decision, Ranking, RankingState

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.enrolments.models import Enrolment


def test_exclusion_and_restoration_are_on_record_with_their_reasons(
    ctx: Context, campaign: Campaign, people: list[Enrolment], jury: list[Context]
) -> None:
    with pytest.raises(DomainError):
        exclude_entry(jury[0], enrolment=people[0], reason="  ")
    exclude_entry(jury[0], enrolment=people[0], reason="Thành viên  Tổ Giúp việc")
    with pytest.raises(Conflict):
        exclude_entry(jury[0], enrolment=people[0], reason="Lần nữa")
    enrolments.exclude(ctx, enrolment=people[1], reason="Được cử vào Ban Tổ chức")
    listed = {item.enrolment.id: item for item in queries.excluded_entries(ctx, campaign_id=campaign.id)}
    assert set(listed) == {people[0].id, people[1].id}
    assert listed[people[0].id].decision is not None
    assert listed[people[0].id].enrolment.excluded_reason == "Thành viên Tổ Giúp việc"
    assert listed[people[1].id].decision is None
    restore_entry(jury[1], enrolment=people[0], reason="Không thuộc Tổ Giúp việc")
    kinds = ctx.session.execute(sa.select(Decision.kind, Decision.reason).order_by(Decision.id)).all()
    assert [(str(kind), reason) for kind, reason in kinds] == [
        ("exclude", "Thành viên Tổ Giúp việc"),
        ("restore", "Không thuộc Tổ Giúp việc"),
    ]


def test_ties_are_shown_and_adoption_does_not_mind(
    ctx: Context, provisional: Ranking, people: list[Enrolment], jury: list[Context]
) -> None:
    groups = queries.tied_groups(ctx, ranking=provisional)
    assert [(group.rank, group.persons, group.decision) for group in groups] == [(2, 2, None)]
    assert queries.tied_groups(ctx, ranking=provisional, upto_rank=1) == []
    assert {row.standing.tie_place for row in queries.tied_rows(ctx, ranking=provisional, rank=2)} == {None}
    for member in jury[:2]:
        adopt_ranking(member, ranking=provisional)
    assert provisional.state is RankingState.ADOPTED
