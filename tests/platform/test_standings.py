"""From results to an adopted ranking: what makes it stale or blocks it, two persons, decisions, ties, explanations."""

from __future__ import annotations

import dataclasses
import hashlib
import threading
from datetime import timedelta
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.settings import save_settings
from cuocthi.committees.models import Membership
from cuocthi.context import Actor, Context
from cuocthi.contributions import Act, Blocker, Direction, Measure, ResultRow
from cuocthi.enrolments import domain as enrolments
from cuocthi.errors import Blocked, Conflict, ContractError, DomainError, Forbidden, InvalidData, Missing
from cuocthi.plugins.manager import Hooks
from cuocthi.standings import queries
from cuocthi.standings.confirmations import confirm
from cuocthi.standings.criteria import RULES_OWNER, Criterion, RankingRules
from cuocthi.standings.decisions import decide_tie, exclude_entry, restore_entry
from cuocthi.standings.domain import adopt_ranking, adoption_blockers, build_ranking, stale_reasons, submit_ranking
from cuocthi.standings.explanation import explain
from cuocthi.standings.models import Confirmation, Decision, Ranking, RankingState, Standing, TieMethod
from cuocthi.standings.refresh import rebuild_drafts
from cuocthi.standings.results import post_measures, post_results
from cuocthi.standings.ties import lot_order
from cuocthi.testing.plugins import make_format
from cuocthi.text import T

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy.engine import Engine

    from cuocthi.campaigns.models import Campaign
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase

FULL = 3_000

ungraded: list[str] = []
refreshed: list[int] = []


def act_blockers(act: Act) -> list[Blocker]:
    return [Blocker(text, T(text)) for text in ungraded if act is Act.ADOPT_RANKING]


def refresh_results(round_: Phase) -> None:
    refreshed.append(round_.id)


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    style = Measure("style", T("Style"), "count", Direction.HIGHEST)
    return [make_format("essays", act_blockers, refresh_results, measures=(style,))]


@pytest.fixture(autouse=True)
def graded() -> Iterator[None]:
    ungraded.clear()
    refreshed.clear()
    yield
    ungraded.clear()


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    return make.campaign(plugins=("essays",))


@pytest.fixture
def round_(ctx: Context, make: Factories, campaign: Campaign) -> Phase:
    """A round that has closed."""
    return make.round(campaign, "essays", opens_at=ctx.now - timedelta(days=9), closes_at=ctx.now)


@pytest.fixture
def people(make: Factories, campaign: Campaign) -> list[Enrolment]:
    return [make.enrolment(campaign) for _ in range(5)]


@pytest.fixture
def jury(ctx: Context, make: Factories) -> list[Context]:
    """Contexts of three different persons."""
    return [dataclasses.replace(ctx, actor=Actor(make.user().id)) for _ in range(3)]


def row(ctx: Context, person: Enrolment, score: int, **measures: int) -> ResultRow:
    start = ctx.now - timedelta(days=1)
    return ResultRow(person.id, "1", score, FULL, 60_000, start, start + timedelta(minutes=1), measures)


def post(ctx: Context, campaign: Campaign, round_: Phase, people: Sequence[Enrolment], scores: Sequence[int]) -> None:
    rows = [row(ctx, person, score) for person, score in zip(people, scores, strict=True)]
    post_results(ctx, campaign=campaign, round_=round_, source="essays", rows=rows)


@pytest.fixture
def provisional(ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment]) -> Ranking:
    """A submitted ranking: one first, two who share the second rank, and two others."""
    post(ctx, campaign, round_, people, [3_000, 2_000, 2_000, 1_000, 0])
    ranking = build_ranking(ctx, campaign=campaign, round_=round_)
    submit_ranking(ctx, ranking=ranking)
    return ranking


def places(ctx: Context, ranking: Ranking) -> list[tuple[str, int]]:
    rows, _ = queries.standing_rows(ctx, ranking=ranking)
    return [(found.enrolment.code, found.standing.rank) for found in rows]


# --- versions -------------------------------------------------------------------------------------------------------


def test_building_asks_the_format_first_and_replaces_an_unsubmitted_draft(
    ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment]
) -> None:
    post(ctx, campaign, round_, people, [1_000] * 5)
    first = build_ranking(ctx, campaign=campaign, round_=round_)
    assert refreshed == [round_.id]
    digest = first.digest
    post(ctx, campaign, round_, people, [1_000, 2_000, 0, 0, 0])
    second = build_ranking(ctx, campaign=campaign, round_=round_)
    assert (second.number, second.state) == (1, RankingState.DRAFT)
    assert second.digest != digest
    assert ctx.session.scalar(sa.select(sa.func.count()).select_from(Ranking)) == 1
    assert ctx.session.scalar(sa.select(sa.func.count()).select_from(Standing)) == 5


def test_what_was_submitted_stays_as_it_was(
    ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment], provisional: Ranking
) -> None:
    before, digest = places(ctx, provisional), provisional.digest
    post(ctx, campaign, round_, people, [0, 0, 0, 0, 3_000])
    later = build_ranking(ctx, campaign=campaign, round_=round_)
    ctx.session.expire_all()
    assert (places(ctx, provisional), provisional.digest) == (before, digest)
    assert (later.number, later.digest != digest) == (2, True)
    with pytest.raises(Conflict):
        submit_ranking(ctx, ranking=provisional)
    submit_ranking(ctx, ranking=later)
    ctx.session.refresh(provisional)
    assert provisional.state is RankingState.SUPERSEDED


def test_the_next_adopted_version_supersedes_the_one_before(
    ctx: Context,
    campaign: Campaign,
    round_: Phase,
    people: list[Enrolment],
    provisional: Ranking,
    jury: list[Context],
) -> None:
    for member in jury[:2]:
        adopt_ranking(member, ranking=provisional)
    assert queries.adopted_ranking(ctx, round_=round_) is provisional
    post(ctx, campaign, round_, people, [0, 0, 0, 0, 3_000])
    later = build_ranking(ctx, campaign=campaign, round_=round_)
    submit_ranking(ctx, ranking=later)
    assert queries.adopted_ranking(ctx, round_=round_) is provisional, "until the next one is adopted"
    for member in jury[1:]:
        adopt_ranking(member, ranking=later)
    ctx.session.expire_all()
    assert provisional.state is RankingState.SUPERSEDED
    assert queries.adopted_ranking(ctx, round_=round_) is later


# --- what stands against adoption -----------------------------------------------------------------------------------


def test_adoption_is_refused_with_every_reason_at_once(
    ctx: Context,
    make: Factories,
    campaign: Campaign,
    people: list[Enrolment],
    jury: list[Context],
) -> None:
    open_round = make.round(campaign, "essays", number=2)
    post(ctx, campaign, open_round, people, [1_000] * 5)
    ranking = build_ranking(ctx, campaign=campaign, round_=open_round)
    post(ctx, campaign, open_round, people, [2_000] * 5)
    exclude_entry(jury[0], enrolment=people[0], reason="Thành viên Tổ Giúp việc")
    save_settings(
        ctx,
        owner=RULES_OWNER,
        campaign=campaign,
        round_=open_round,
        value=RankingRules((Criterion("score", Direction.LOWEST),)),
    )
    ungraded.extend(["1 essay is disputed.", "3 essays are not graded."])
    with pytest.raises(Blocked) as refused:
        adopt_ranking(jury[1], ranking=ranking)
    reasons = [str(reason) for reason in refused.value.reasons]
    assert [reason[:25] for reason in reasons] == [
        "The round “Vòng 2” has no",
        "This ranking is a draft; ",
        "Results have changed sinc",
        "Somebody was excluded or ",
        "The ranking rules have ch",
        "1 essay is disputed.",
        "3 essays are not graded.",
    ]
    assert ctx.session.scalar(sa.select(sa.func.count()).select_from(Confirmation)) == 0


def test_a_gate_that_cannot_be_asked_stays_closed(
    ctx: Context, campaign: Campaign, provisional: Ranking, jury: list[Context]
) -> None:
    campaign.plugins = []
    with pytest.raises(Blocked, match="cannot be adopted"):
        adopt_ranking(jury[0], ranking=provisional)


def test_whoever_sat_on_a_committee_is_neither_restored_nor_adopted(
    ctx: Context, make: Factories, campaign: Campaign, round_: Phase
) -> None:
    people = [make.enrolment(campaign) for _ in range(2)]
    post(ctx, campaign, round_, people, [3_000, 2_000])
    ranking = build_ranking(ctx, campaign=campaign, round_=round_)
    submit_ranking(ctx, ranking=ranking)
    assert adoption_blockers(ctx, campaign=campaign, round_=round_, ranking=ranking) == []
    make.member(campaign, user=people[0].user)
    ctx.session.execute(sa.update(Membership).values(ended_at=ctx.now))
    [reason] = adoption_blockers(ctx, campaign=campaign, round_=round_, ranking=ranking)
    assert people[0].code in str(reason)
    exclude_entry(ctx, enrolment=people[0], reason="Thành viên Ban Tổ chức")
    with pytest.raises(Forbidden):
        restore_entry(ctx, enrolment=people[0], reason="Nhầm lẫn")


def test_an_older_version_cannot_be_adopted(
    ctx: Context, campaign: Campaign, round_: Phase, provisional: Ranking, jury: list[Context]
) -> None:
    build_ranking(ctx, campaign=campaign, round_=round_)
    with pytest.raises(Blocked) as refused:
        adopt_ranking(jury[0], ranking=provisional)
    assert [str(reason) for reason in refused.value.reasons] == ["There is a newer version of this ranking: number 2."]


def test_a_ranking_is_stale_after_any_change_of_what_it_was_made_of(
    ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment], provisional: Ranking
) -> None:
    def stale() -> int:
        return len(stale_reasons(ctx, campaign=campaign, round_=round_, ranking=provisional))

    assert stale() == 0
    post(ctx, campaign, round_, people, [3_000, 2_000, 2_000, 1_000, 0])
    assert stale() == 0, "the same results again"
    exclude_entry(ctx, enrolment=people[4], reason="Trùng người dự thi")
    assert stale() == 1
    restore_entry(ctx, enrolment=people[4], reason="Nhầm người")
    assert stale() == 0
    style = sa.select(
        sa.literal(people[0].id).label("enrolment_id"),
        sa.literal("1").label("entry_key"),
        sa.literal("style").label("key"),
        sa.literal(7).label("value"),
    )
    post_measures(ctx, round_=round_, source="essays", rows=style)
    assert stale() == 1, "a measure"
    post(ctx, campaign, round_, people, [3_000, 2_000, 2_000, 1_000, 1_000])
    assert stale() == 1, "a score"


def test_people_left_out_make_it_stale_when_they_come_back(
    ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment]
) -> None:
    exclude_entry(ctx, enrolment=people[0], reason="Thành viên Ban Giám khảo")
    post(ctx, campaign, round_, people, [3_000, 2_000, 1_000, 0, 0])
    ranking = build_ranking(ctx, campaign=campaign, round_=round_)
    assert people[0].code not in dict(places(ctx, ranking))
    assert not stale_reasons(ctx, campaign=campaign, round_=round_, ranking=ranking)
    restore_entry(ctx, enrolment=people[0], reason="Quyết định bổ nhiệm bị hủy")
    assert stale_reasons(ctx, campaign=campaign, round_=round_, ranking=ranking)
    again = build_ranking(ctx, campaign=campaign, round_=round_)
    assert places(ctx, again)[0] == (people[0].code, 1)


# --- two persons ----------------------------------------------------------------------------------------------------


def test_two_different_persons_adopt(
    ctx: Context, campaign: Campaign, round_: Phase, provisional: Ranking, jury: list[Context]
) -> None:
    version = campaign.version
    assert adopt_ranking(jury[0], ranking=provisional) == 1
    assert provisional.state is RankingState.PROVISIONAL
    with pytest.raises(Conflict, match="another person"):
        adopt_ranking(jury[0], ranking=provisional)
    assert adopt_ranking(jury[1], ranking=provisional) == 2
    assert (provisional.state, provisional.adopted_at) == (RankingState.ADOPTED, ctx.now)
    assert campaign.version == version + 1, "public pages show it"
    with pytest.raises(Blocked):
        adopt_ranking(jury[2], ranking=provisional)
    actions = ctx.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert actions == [
        "core:ranking:build",
        "core:ranking:submit",
        "core:ranking:confirm",
        "core:ranking:confirm",
        "core:ranking:adopt",
    ]


def test_nobody_is_no_person(ctx: Context, provisional: Ranking) -> None:
    with pytest.raises(Forbidden):
        adopt_ranking(ctx, ranking=provisional)


def test_a_confirmation_is_bound_to_what_was_confirmed(ctx: Context, campaign: Campaign, jury: list[Context]) -> None:
    assert confirm(jury[0], campaign=campaign, subject="prizes:list", subject_id=1, digest="a" * 64) == 1
    with pytest.raises(Conflict, match="changed"):
        confirm(jury[1], campaign=campaign, subject="prizes:list", subject_id=1, digest="b" * 64)
    assert confirm(jury[1], campaign=campaign, subject="prizes:list", subject_id=2, digest="b" * 64) == 1
    assert confirm(jury[1], campaign=campaign, subject="prizes:list", subject_id=1, digest="a" * 64) == 2


@pytest.mark.parametrize("same_person", [False, True])
def test_two_confirmations_at_the_same_time(
    engine: Engine,
    hooks: Hooks,
    ctx: Context,
    round_: Phase,
    provisional: Ranking,
    jury: list[Context],
    same_person: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    ctx.session.commit()
    members = [jury[0].actor, jury[0 if same_person else 1].actor]
    ready = threading.Barrier(2)
    outcomes: list[object] = []

    def adopt(actor: Actor) -> None:
        with Session(engine) as session:
            mine = Context(session, hooks, ctx.now, actor)
            ready.wait()
            try:
                outcomes.append(adopt_ranking(mine, ranking=session.get_one(Ranking, provisional.id)))
                session.commit()
            except Conflict as error:
                session.rollback()
                outcomes.append(type(error))

    threads = [threading.Thread(target=adopt, args=[actor]) for actor in members]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ctx.session.expire_all()
    expected = {1, Conflict} if same_person else {1, 2}
    assert set(outcomes) == expected
    adopted = queries.adopted_ranking(ctx, round_=round_)
    assert (adopted is None) is same_person


# --- decisions ------------------------------------------------------------------------------------------------------


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


# --- why, and other questions ---------------------------------------------------------------------------------------


def test_any_two_neighbours_can_be_explained(
    ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment]
) -> None:
    criteria = (Criterion("full_marks", Direction.HIGHEST, gate=True), Criterion("style", Direction.HIGHEST))
    save_settings(ctx, owner=RULES_OWNER, campaign=campaign, round_=round_, value=RankingRules(criteria))
    rows = [
        row(ctx, people[0], FULL, style=9),
        row(ctx, people[1], FULL, style=5),
        row(ctx, people[2], FULL, style=5),
        row(ctx, people[3], FULL),
        row(ctx, people[4], 0, style=99),
    ]
    post_results(ctx, campaign=campaign, round_=round_, source="essays", rows=rows)
    ranking = build_ranking(ctx, campaign=campaign, round_=round_)
    submit_ranking(ctx, ranking=ranking)

    def why(first: int, second: int) -> tuple[list[tuple[int | None, int | None, str]], str]:
        pair = [queries.standing_of(ctx, ranking=ranking, enrolment_id=people[n].id) for n in (first, second)]
        assert pair[0] is not None
        assert pair[1] is not None
        decision = queries.tie_decision(ctx, ranking=ranking, rank=pair[0].rank)
        found = explain(ranking, pair[0], pair[1], decision)
        return [(step.first, step.second, str(step.verdict)) for step in found.steps], str(found.conclusion)

    assert why(0, 1) == ([(1, 1, "equal"), (9, 5, "better")], "The first stands before the second by “Style”.")
    assert why(1, 0) == ([(1, 1, "equal"), (5, 9, "worse")], "The first stands behind the second by “Style”.")
    assert why(2, 3)[0] == [(1, 1, "equal"), (5, None, "better")]
    assert why(3, 4) == ([(1, 0, "better")], "The first stands before the second by “Qualified”.")
    assert why(1, 2)[1] == "Both are equal by every criterion and share rank 2."
    order = [people[2].id, people[1].id]
    decide_tie(ctx, ranking=ranking, rank=2, method=TieMethod.JURY, order=order, reason="Biên bản số 4")
    assert why(1, 2)[1] == "Both are equal by every criterion; the jury put the second before: Biên bản số 4"
    assert why(2, 1)[1] == "Both are equal by every criterion; the jury put the first before: Biên bản số 4"


def test_rows_are_found_by_name_and_number(ctx: Context, provisional: Ranking, people: list[Enrolment]) -> None:
    people[3].name_folded = "tran thi bich"
    ctx.session.flush()

    def found(search: str) -> list[str]:
        rows, total = queries.standing_rows(ctx, ranking=provisional, limit=10, search=search)
        assert total == len(rows)
        return [item.enrolment.code for item in rows]

    assert found("Bích") == [people[3].code]
    assert found(people[4].code.lower()) == [people[4].code]
    assert found("nobody") == []
    first = queries.standing_row(ctx, ranking=provisional, code=people[0].code)
    codes = [people[0].code]
    row_at = first
    for _ in range(4):
        codes.append(queries.code_after(ctx, ranking=provisional, row=row_at))
        row_at = queries.standing_row(ctx, ranking=provisional, code=codes[-1])
    assert codes == [code for code, _ in places(ctx, provisional)]
    with pytest.raises(Missing):
        queries.code_after(ctx, ranking=provisional, row=row_at)


def test_units_are_counted_in_persons_and_means_are_exact(
    ctx: Context, make: Factories, campaign: Campaign, round_: Phase
) -> None:
    full, empty = make.unit("Sở Tư pháp"), make.unit("Sở Y tế")
    people = [make.enrolment(campaign, unit=full) for _ in range(3)]
    make.headcount(campaign, full, 40)
    make.headcount(campaign, full, 20, "resident")
    make.headcount(campaign, empty, 10)
    rows = [row(ctx, person, score) for person, score in zip(people, (1_000, 1_000, 0), strict=True)]
    again = dataclasses.replace(rows[0], entry_key="2", score=0)
    post_results(ctx, campaign=campaign, round_=round_, source="essays", rows=[*rows, again])
    ranking = build_ranking(ctx, campaign=campaign, round_=round_)
    figures = {item.unit_name: item for item in queries.unit_figures(ctx, ranking=ranking)}
    assert set(figures) == {"Sở Tư pháp", "Sở Y tế"}
    busy, idle = figures["Sở Tư pháp"], figures["Sở Y tế"]
    assert (busy.persons, busy.entries, busy.score_sum, busy.mean_score) == (3, 4, 2_000, 667)
    assert (busy.headcount, busy.rate_permille) == (60, 50)
    assert (idle.persons, idle.mean_score, idle.headcount, idle.rate_permille) == (0, 0, 10, 0)


def test_drafts_follow_their_results_by_themselves(
    ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment]
) -> None:
    steps: list[tuple[int, int]] = []

    def rebuild() -> int:
        return rebuild_drafts(ctx, progress=lambda done, total: steps.append((done, total)))

    assert rebuild() == 0, "no results yet"
    post(ctx, campaign, round_, people, [0] * 5)
    assert (rebuild(), rebuild()) == (1, 0)
    exclude_entry(ctx, enrolment=people[0], reason="Thành viên Ban Tổ chức")
    assert (rebuild(), rebuild()) == (1, 0)
    unusable = RankingRules((Criterion("wisdom", Direction.HIGHEST),))
    save_settings(ctx, owner=RULES_OWNER, campaign=campaign, round_=round_, value=unusable)
    assert rebuild() == 0
    latest = queries.latest_ranking(ctx, round_=round_)
    assert latest is not None
    assert latest.persons == 4
    assert steps[-1] == (1, 1)


def test_results_come_only_from_the_rounds_own_format(
    ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment]
) -> None:
    with pytest.raises(ContractError):
        post_results(ctx, campaign=campaign, round_=round_, source="quiz", rows=[])
    select = sa.select(sa.literal(people[0].id).label("enrolment_id"))
    with pytest.raises(ContractError, match="entry_key, score"):
        post_results(ctx, campaign=campaign, round_=round_, source="essays", rows=select)


def test_measures_are_replaced_whole_and_only_for_posted_results(
    ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment]
) -> None:
    post(ctx, campaign, round_, people[:1], [0])

    def measure(person: Enrolment, key: str, value: int) -> sa.Select[int, str, str, int]:
        return sa.select(
            sa.literal(person.id).label("enrolment_id"),
            sa.literal("1").label("entry_key"),
            sa.literal(key).label("key"),
            sa.literal(value).label("value"),
        )

    post_measures(ctx, round_=round_, source="essays", rows=measure(people[0], "style", 3))
    for wrong in (measure(people[1], "style", 3), measure(people[0], "wisdom", 3)):
        with pytest.raises(InvalidData):
            post_measures(ctx, round_=round_, source="essays", rows=wrong)
    with pytest.raises(ContractError):
        post_measures(ctx, round_=round_, source="quiz", rows=measure(people[0], "style", 3))
    rules = RankingRules((Criterion("style", Direction.HIGHEST),))
    save_settings(ctx, owner=RULES_OWNER, campaign=campaign, round_=round_, value=rules)
    ranking = build_ranking(ctx, campaign=campaign, round_=round_)
    standing = queries.standing_of(ctx, ranking=ranking, enrolment_id=people[0].id)
    assert standing is not None
    assert standing.key_1 == -3
