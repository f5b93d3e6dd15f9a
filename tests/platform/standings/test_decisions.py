"""Decisions of people: who is left out and taken in again, and the order of those who are equal."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.context import Context
from cuocthi.enrolments import domain as enrolments
from cuocthi.errors import Conflict, DomainError
from cuocthi.standings import queries
from cuocthi.standings.decisions import decide_tie, exclude_entry, restore_entry
from cuocthi.standings.domain import adopt_ranking, build_ranking, submit_ranking
from cuocthi.standings.models import Decision, Ranking, RankingState, TieMethod
from cuocthi.standings.ties import lot_order

from .conftest import post

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.timelines.models import Phase


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


def tied(ctx: Context, ranking: Ranking, rank: int = 2) -> list[tuple[str, int | None]]:
    rows = queries.tied_rows(ctx, ranking=ranking, rank=rank)
    return [(found.enrolment.code, found.standing.tie_place) for found in rows]


def test_ties_are_shown_and_adoption_does_not_mind(
    ctx: Context, provisional: Ranking, people: list[Enrolment], jury: list[Context]
) -> None:
    groups = queries.tied_groups(ctx, ranking=provisional)
    assert [(group.rank, group.persons, group.decision) for group in groups] == [(2, 2, None)]
    assert queries.tied_groups(ctx, ranking=provisional, upto_rank=1) == []
    assert {place for _, place in tied(ctx, provisional)} == {None}
    for member in jury[:2]:
        adopt_ranking(member, ranking=provisional)
    assert provisional.state is RankingState.ADOPTED


def test_a_lot_can_be_drawn_again_by_anyone(ctx: Context, provisional: Ranking, people: list[Enrolment]) -> None:
    decide_tie(
        ctx, ranking=provisional, rank=2, method=TieMethod.LOT, seed="XSMB 09/10/2024: 48271", reason="Biên bản số 3"
    )
    codes = [people[1].code, people[2].code]
    by_hand = sorted(codes, key=lambda code: hashlib.sha256(f"XSMB 09/10/2024: 48271:{code}".encode()).hexdigest())
    assert tied(ctx, provisional) == [(by_hand[0], 1), (by_hand[1], 2)]
    assert lot_order("XSMB 09/10/2024: 48271", codes) == lot_order("XSMB 09/10/2024: 48271", codes[::-1]) == by_hand
    ordered = [found.enrolment_id for found in queries.ordered_enrolments(ctx, ranking=provisional, limit=3)]
    by_code = {person.code: person.id for person in people}
    assert ordered == [people[0].id, by_code[by_hand[0]], by_code[by_hand[1]]]


def test_the_jury_orders_everybody_of_the_tie_once(ctx: Context, provisional: Ranking, people: list[Enrolment]) -> None:
    def decide(order: list[int]) -> None:
        decide_tie(ctx, ranking=provisional, rank=2, method=TieMethod.JURY, order=order, reason="Biên bản số 4")

    for wrong in ([], [people[1].id], [people[1].id] * 2, [people[1].id, people[3].id]):
        with pytest.raises(DomainError, match="place of their own"):
            decide(wrong)
    decide([people[2].id, people[1].id])
    assert tied(ctx, provisional) == [(people[2].code, 1), (people[1].code, 2)]


def test_a_tie_needs_a_reason_a_seed_and_a_tie(
    ctx: Context, campaign: Campaign, round_: Phase, provisional: Ranking
) -> None:
    for rank, seed, reason in (
        (2, " ", "Biên bản"),
        (2, "48271", " "),
        (1, "48271", "Biên bản"),
        (9, "48271", "Biên bản"),
    ):
        with pytest.raises(DomainError):
            decide_tie(ctx, ranking=provisional, rank=rank, method=TieMethod.LOT, seed=seed, reason=reason)
    draft = build_ranking(ctx, campaign=campaign, round_=round_)
    with pytest.raises(Conflict):
        decide_tie(ctx, ranking=draft, rank=2, method=TieMethod.LOT, seed="48271", reason="Biên bản")


def test_deciding_a_tie_takes_back_confirmations(
    ctx: Context, provisional: Ranking, people: list[Enrolment], jury: list[Context]
) -> None:
    adopt_ranking(jury[0], ranking=provisional)
    order = [people[1].id, people[2].id]
    decide_tie(jury[1], ranking=provisional, rank=2, method=TieMethod.JURY, order=order, reason="Biên bản số 4")
    assert adopt_ranking(jury[1], ranking=provisional) == 1
    decide_tie(jury[1], ranking=provisional, rank=2, method=TieMethod.JURY, order=order[::-1], reason="Biên bản số 5")
    event = ctx.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert (event.before["reason"], event.after["reason"]) == ("Biên bản số 4", "Biên bản số 5")
    assert event.after["confirmations_withdrawn"] == 1
    assert adopt_ranking(jury[0], ranking=provisional) == 1


def test_a_lot_is_drawn_once_even_if_somebody_leaves_the_tie(
    ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment]
) -> None:
    post(ctx, campaign, round_, people, [2_000, 2_000, 2_000, 1_000, 1_000])
    ranking = build_ranking(ctx, campaign=campaign, round_=round_)
    submit_ranking(ctx, ranking=ranking)
    for rank in (1, 4):
        decide_tie(ctx, ranking=ranking, rank=rank, method=TieMethod.LOT, seed=f"48271-{rank}", reason="Biên bản")
    first, second, third = [code for code, _ in tied(ctx, ranking, 1)]
    by_code = {person.code: person for person in people}
    exclude_entry(ctx, enrolment=by_code[second], reason="Thành viên Tổ Giúp việc")
    exclude_entry(ctx, enrolment=people[3], reason="Thành viên Tổ Giúp việc")
    for _again in range(2):
        later = build_ranking(ctx, campaign=campaign, round_=round_)
        assert tied(ctx, later, 1) == [(first, 1), (third, 3)]
        assert [(group.rank, group.decision is not None) for group in queries.tied_groups(ctx, ranking=later)] == [
            (1, True)
        ]
    post(ctx, campaign, round_, people, [2_000, 2_000, 2_000, 2_000, 2_000])
    mixed = build_ranking(ctx, campaign=campaign, round_=round_)
    assert [group.decision for group in queries.tied_groups(ctx, ranking=mixed)] == [None], "a stranger came in"
