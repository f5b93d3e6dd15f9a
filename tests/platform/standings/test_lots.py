"""Lots: committed to, given by two, drawn once; and the jury's word."""

from __future__ import annotations

import dataclasses
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.settings import save_settings
from cuocthi.committees.models import Membership
from cuocthi.context import Actor, Context
from cuocthi.errors import Blocked, Closed, Conflict, DomainError, Forbidden
from cuocthi.plugins.manager import Hooks
from cuocthi.standings import drawing, lot_queries, queries
from cuocthi.standings.criteria import RULES_OWNER, RankingRules
from cuocthi.standings.decisions import exclude_entry, restore_entry
from cuocthi.standings.domain import adopt_ranking, build_ranking, submit_ranking
from cuocthi.standings.lot_models import Lot, LotState
from cuocthi.standings.lots import abandon, confirm_order, give_part, open_lot, propose_order
from cuocthi.standings.models import Confirmation, Ranking, RankingState
from cuocthi.testing.lots import draw_lot

from .conftest import post

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from cuocthi.campaigns.models import Campaign
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase

SOURCES = ("Xúc xắc của Trưởng Ban Giám khảo", "XSMB 10/10/2024, giải Đặc biệt")


def order(ctx: Context, ranking: Ranking, rank: int) -> list[tuple[str, int | None]]:
    rows = queries.tied_rows(ctx, ranking=ranking, rank=rank)
    return [(found.enrolment.code, found.standing.tie_place) for found in rows]


def decided(ctx: Context, ranking: Ranking) -> list[tuple[int, bool]]:
    return [(group.rank, group.decision is not None) for group in queries.tied_groups(ctx, ranking=ranking)]


@pytest.fixture
def tied(ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment]) -> Ranking:
    """A submitted ranking: three share the first rank, two the fourth; parts of lots are given at once."""
    save_settings(ctx, owner=RULES_OWNER, campaign=campaign, value=RankingRules(lot_minutes=0))
    post(ctx, campaign, round_, people, [2_000, 2_000, 2_000, 1_000, 1_000])
    ranking = build_ranking(ctx, campaign=campaign, round_=round_)
    submit_ranking(ctx, ranking=ranking)
    return ranking


@pytest.fixture
def public_first(ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment]) -> Ranking:
    """The same by rules that leave twenty minutes between a lot and its parts."""
    save_settings(ctx, owner=RULES_OWNER, campaign=campaign, value=RankingRules(lot_minutes=20))
    post(ctx, campaign, round_, people, [2_000, 2_000, 2_000, 1_000, 1_000])
    return rebuilt(ctx, campaign, round_)


def test_no_part_is_given_before_the_lot_has_been_public_for_the_time_that_the_rules_leave(
    ctx: Context, campaign: Campaign, public_first: Ranking, jury: list[Context]
) -> None:
    lot = open_lot(jury[0], ranking=public_first, rank=1, sources=SOURCES)
    ready = ctx.now + timedelta(minutes=20)
    assert lot.parts_from == ready
    save_settings(ctx, owner=RULES_OWNER, campaign=campaign, value=RankingRules(lot_minutes=0))
    just_before = dataclasses.replace(jury[0], now=ready - timedelta(microseconds=1))
    with pytest.raises(Closed, match="Parts are entered from"):
        give_part(just_before, lot=lot, number=1, part="6 3 5 1 2 2")
    assert lot_queries.parts_of(ctx, lot=lot) == [], "nothing of it is kept"
    assert give_part(dataclasses.replace(jury[0], now=ready), lot=lot, number=1, part="6 3 5 1 2 2") is False
    assert give_part(dataclasses.replace(jury[1], now=ready), lot=lot, number=2, part="48271 09") is True


def test_the_database_takes_no_part_that_is_too_early_and_moves_no_such_time(
    ctx: Context, public_first: Ranking, jury: list[Context]
) -> None:
    open_lot(jury[0], ranking=public_first, rank=1, sources=SOURCES)
    ctx.session.flush()
    early = (
        "INSERT INTO core_lot_part (lot_id, number, user_id, part, nonce, seal, given_at)"
        " SELECT id, 1, opened_by, 'x', 'x', 'x', opened_at FROM core_lot"
    )
    for statement in ("UPDATE core_lot SET parts_from = opened_at", early):
        with pytest.raises(DBAPIError, match="a lot stays as it is"), ctx.session.begin_nested():
            ctx.session.execute(sa.text(statement))


def test_the_jurys_word_waits_for_nobody_but_the_second_person(
    ctx: Context, public_first: Ranking, people: list[Enrolment], jury: list[Context]
) -> None:
    lot = propose_order(
        jury[0], ranking=public_first, rank=1, order=[person.id for person in people[:3]], reason="Biên bản 12"
    )
    confirm_order(jury[1], lot=lot)
    assert (lot.state, lot.parts_from) == (LotState.DRAWN, None)


def rebuilt(ctx: Context, campaign: Campaign, round_: Phase) -> Ranking:
    ranking = build_ranking(ctx, campaign=campaign, round_=round_)
    submit_ranking(ctx, ranking=ranking)
    return ranking


def test_entrants_are_committed_to_before_two_persons_draw(
    ctx: Context, campaign: Campaign, round_: Phase, tied: Ranking, people: list[Enrolment], jury: list[Context]
) -> None:
    lot = open_lot(jury[0], ranking=tied, rank=1, sources=SOURCES)
    codes = sorted(person.code for person in people[:3])
    assert lot.head == [
        "cuocthi lot 1: entrants", campaign.slug, round_.key, "1", "1", tied.digest, "1", *SOURCES
    ]  # fmt: skip
    assert lot.entrants_digest == drawing.entrants_digest(lot.head, codes)
    [shown] = lot_queries.shown_lots(ctx, lots=[lot], action="core:lot:open")
    event = ctx.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "core:lot:open")).one()
    assert shown.anchor == f"{event.id}:{event.hash}"
    assert event.after["digest"] == lot.entrants_digest

    assert give_part(jury[1], lot=lot, number=2, part="  48271 ") is False
    assert (lot.state, lot.seed, {place for _, place in order(ctx, tied, 1)}) == (LotState.OPEN, "", {None})
    told = ctx.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "core:lot:part")).one()
    [given] = lot_queries.parts_of(ctx, lot=lot)
    assert told.after == {"seal": given.part.seal}, "nobody learns the part from the log"
    assert given.part.seal == drawing.seal_of(lot.entrants_digest, 2, given.part.nonce, "48271")

    assert give_part(jury[0], lot=lot, number=1, part="6 3 5 1 2 2") is True
    assert lot.seed == drawing.seed_of(lot.entrants_digest, ["6 3 5 1 2 2", "48271"])
    expected = drawing.order_of(lot.seed, codes)
    assert order(ctx, tied, 1) == [(code, place) for place, code in enumerate(expected, start=1)]
    assert decided(ctx, tied) == [(1, True), (4, False)]
    drawn = ctx.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert (drawn.action, drawn.after["order"], drawn.after["parts"]) == (
        "core:lot:draw",
        expected,
        ["6 3 5 1 2 2", "48271"],
    )


def test_nobody_gives_both_parts_and_no_part_is_given_twice(
    ctx: Context, make: Factories, tied: Ranking, jury: list[Context]
) -> None:
    lot = open_lot(jury[0], ranking=tied, rank=1, sources=SOURCES)
    with pytest.raises(Forbidden):
        give_part(ctx, lot=lot, number=1, part="6 3 5 1 2 2")
    for part in ("1234", "x" * 201, "  "):
        with pytest.raises(DomainError, match="between"):
            give_part(jury[0], lot=lot, number=1, part=part)
    for number in (0, 3):
        with pytest.raises(Conflict):
            give_part(jury[0], lot=lot, number=number, part="6 3 5 1 2 2")
    give_part(jury[0], lot=lot, number=1, part="6 3 5 1 2 2")
    with pytest.raises(Conflict, match="another person"):
        give_part(jury[0], lot=lot, number=2, part="48271 09")
    second_account = make.user()
    second_account.merged_into_id, second_account.active = jury[0].actor.user_id, False
    with pytest.raises(Conflict, match="another person"):
        give_part(dataclasses.replace(ctx, actor=Actor(second_account.id)), lot=lot, number=2, part="48271 09")
    with pytest.raises(Conflict, match="given already"):
        give_part(jury[1], lot=lot, number=1, part="48271 09")
    assert give_part(jury[1], lot=lot, number=2, part="48271 09")
    for number in (1, 2):
        with pytest.raises(Conflict, match="not open"):
            give_part(jury[2], lot=lot, number=number, part="99999 99")
    with pytest.raises(Conflict, match="not open"):
        abandon(jury[2], lot=lot, reason="Không vừa ý")


def test_a_lot_needs_sources_a_tie_and_the_newest_version(
    ctx: Context, campaign: Campaign, round_: Phase, tied: Ranking, jury: list[Context]
) -> None:
    with pytest.raises(DomainError, match="both parts"):
        open_lot(jury[0], ranking=tied, rank=1, sources=("Xúc xắc", "  "))
    for rank in (2, 9):
        with pytest.raises(DomainError, match="Nobody shares"):
            open_lot(jury[0], ranking=tied, rank=rank, sources=SOURCES)
    with pytest.raises(Forbidden):
        open_lot(ctx, ranking=tied, rank=1, sources=SOURCES)
    draft = build_ranking(ctx, campaign=campaign, round_=round_)
    for ranking in (tied, draft):
        with pytest.raises(Conflict, match="newest version"):
            open_lot(jury[0], ranking=ranking, rank=1, sources=SOURCES)


def test_a_lot_is_drawn_once_whoever_is_excluded_and_restored(
    ctx: Context, campaign: Campaign, round_: Phase, tied: Ranking, people: list[Enrolment], jury: list[Context]
) -> None:
    for rank in (1, 4):
        draw_lot(jury, ranking=tied, rank=rank)
    [first, second, third] = [code for code, _ in order(ctx, tied, 1)]
    by_code = {person.code: person for person in people}
    exclude_entry(ctx, enrolment=by_code[second], reason="Thành viên Tổ Giúp việc")
    exclude_entry(ctx, enrolment=people[3], reason="Thành viên Tổ Giúp việc")
    for later in (rebuilt(ctx, campaign, round_), newest := rebuilt(ctx, campaign, round_)):
        assert order(ctx, later, 1) == [(first, 1), (third, 3)]
        assert decided(ctx, later) == [(1, True)]
    with pytest.raises(DomainError, match="needs a reason"):
        open_lot(jury[0], ranking=newest, rank=1, sources=SOURCES)
    restore_entry(ctx, enrolment=by_code[second], reason="Nhầm người")
    restore_entry(ctx, enrolment=people[3], reason="Nhầm người")
    back = rebuilt(ctx, campaign, round_)
    assert order(ctx, back, 1) == [(first, 1), (second, 2), (third, 3)]
    assert decided(ctx, back) == [(1, True), (4, True)]
    exclude_entry(ctx, enrolment=by_code[first], reason="Trùng người")
    exclude_entry(ctx, enrolment=by_code[second], reason="Trùng người")
    assert decided(ctx, rebuilt(ctx, campaign, round_)) == [(3 - 1, True)], "nobody is left to be equal with"
    restore_entry(ctx, enrolment=by_code[first], reason="Nhầm người")
    assert order(ctx, rebuilt(ctx, campaign, round_), 1) == [(first, 1), (third, 3)]


def test_who_comes_in_needs_a_lot_among_all_and_its_reason(
    ctx: Context, campaign: Campaign, round_: Phase, tied: Ranking, people: list[Enrolment], jury: list[Context]
) -> None:
    draw_lot(jury, ranking=tied, rank=1)
    post(ctx, campaign, round_, people, [2_000, 2_000, 2_000, 2_000, 1_000])
    mixed = rebuilt(ctx, campaign, round_)
    assert decided(ctx, mixed) == [(1, False)]
    with pytest.raises(DomainError, match="needs a reason"):
        open_lot(jury[0], ranking=mixed, rank=1, sources=SOURCES)
    later = draw_lot(jury, ranking=mixed, rank=1, parts=("11 22 33", "44 55 66"), reason="Một bài được chấm lại")
    assert decided(ctx, mixed) == [(1, True)]
    assert {place for _, place in order(ctx, mixed, 1)} == {1, 2, 3, 4}
    lots = lot_queries.lots_of(ctx, phase_id=round_.id)
    assert [(lot.number, lot.state, lot.after_id) for lot in lots] == [
        (2, LotState.DRAWN, lots[1].id),
        (1, LotState.DRAWN, None),
    ]
    assert later.reason == "Một bài được chấm lại"


def test_a_fault_means_another_lot_beside_the_first(ctx: Context, tied: Ranking, jury: list[Context]) -> None:
    draw_lot(jury, ranking=tied, rank=1)
    before = order(ctx, tied, 1)
    adopt_ranking(jury[0], ranking=tied)
    found = [
        draw_lot(jury, ranking=tied, rank=1, parts=(f"11 22 3{n}", "44 55 66"), reason="Đọc nhầm số") for n in range(3)
    ]
    assert [lot.number for lot in found] == [2, 3, 4]
    expected = drawing.order_of(found[-1].seed, [code for code, _ in before])
    assert [code for code, _ in order(ctx, tied, 1)] == expected
    assert ctx.session.scalar(sa.select(sa.func.count()).select_from(Confirmation)) == 0, "what was signed has changed"
    assert len(lot_queries.lots_of(ctx, phase_id=tied.phase_id)) == 4


def test_an_open_lot_stands_against_adoption_until_it_is_drawn_or_given_up(tied: Ranking, jury: list[Context]) -> None:
    lot = open_lot(jury[0], ranking=tied, rank=1, sources=SOURCES)
    with pytest.raises(Conflict, match="is open"):
        open_lot(jury[1], ranking=tied, rank=1, sources=SOURCES)
    with pytest.raises(Blocked) as refused:
        adopt_ranking(jury[0], ranking=tied)
    assert [str(reason)[:14] for reason in refused.value.reasons] == ["Lot 1 is open:"]
    with pytest.raises(DomainError, match="reason"):
        abandon(jury[1], lot=lot, reason=" ")
    abandon(jury[1], lot=lot, reason="Nguồn số không còn tổ chức")
    assert (lot.state, lot.end_reason) == (LotState.ABANDONED, "Nguồn số không còn tổ chức")
    draw_lot(jury, ranking=tied, rank=1)
    assert adopt_ranking(jury[0], ranking=tied) == 1


def test_after_adoption_nothing_is_drawn(ctx: Context, tied: Ranking, jury: list[Context]) -> None:
    stale = queries.tied_rows(ctx, ranking=tied, rank=1)
    for member in jury[:2]:
        adopt_ranking(member, ranking=tied)
    with pytest.raises(Conflict, match="newest version"):
        open_lot(jury[0], ranking=tied, rank=1, sources=SOURCES)
    ordered = [row.enrolment.id for row in stale]
    with pytest.raises(Conflict, match="newest version"):
        propose_order(jury[0], ranking=tied, rank=1, order=ordered, reason="Biên bản số 4")
    assert tied.state is RankingState.ADOPTED


def test_a_seed_after_adoption_is_refused(ctx: Context, tied: Ranking, jury: list[Context], engine: Engine) -> None:
    lot = open_lot(jury[0], ranking=tied, rank=1, sources=SOURCES)
    give_part(jury[0], lot=lot, number=1, part="6 3 5 1 2 2")
    confirmed = [
        Confirmation(
            campaign_id=tied.campaign_id,
            subject="core:ranking",
            subject_id=tied.id,
            digest=tied.digest,
            user_id=member.actor.user_id or 0,
            confirmed_at=ctx.now,
        )
        for member in jury[:2]
    ]
    ctx.session.add_all(confirmed)
    ctx.session.flush()
    tied.state = RankingState.ADOPTED
    ctx.session.flush()
    with pytest.raises(Conflict, match="is adopted"):
        give_part(jury[1], lot=lot, number=2, part="48271 09")


# --- the jury's word ---


def test_the_jurys_word_takes_a_reason_and_two_persons(
    ctx: Context, tied: Ranking, people: list[Enrolment], jury: list[Context]
) -> None:
    def propose(given: list[int], reason: str = "Biên bản số 4") -> Lot:
        return propose_order(jury[0], ranking=tied, rank=1, order=given, reason=reason)

    ids = [person.id for person in people]
    for wrong in ([], ids[:2], [ids[0], ids[0], ids[1]], [ids[0], ids[1], ids[3]]):
        with pytest.raises(DomainError, match="place of their own"):
            propose(wrong)
    with pytest.raises(DomainError, match="reason"):
        propose(ids[:3], " ")
    lot = propose([ids[2], ids[0], ids[1]])
    assert {place for _, place in order(ctx, tied, 1)} == {None}
    with pytest.raises(Forbidden, match="another person"):
        confirm_order(jury[0], lot=lot)
    with pytest.raises(Conflict, match="not open"):
        give_part(jury[1], lot=lot, number=1, part="6 3 5 1 2 2")
    confirm_order(jury[1], lot=lot)
    expected = [people[2].code, people[0].code, people[1].code]
    assert order(ctx, tied, 1) == [(code, place) for place, code in enumerate(expected, start=1)]
    with pytest.raises(Conflict):
        confirm_order(jury[2], lot=lot)


def test_whoever_was_discharged_has_not_acted_first(
    ctx: Context, make: Factories, campaign: Campaign, tied: Ranking, people: list[Enrolment], jury: list[Context]
) -> None:
    member = dataclasses.replace(ctx, actor=Actor(make.member(campaign).id))
    lot = open_lot(member, ranking=tied, rank=1, sources=SOURCES)
    give_part(member, lot=lot, number=1, part="6 3 5 1 2 2")
    ids = [person.id for person in people]
    word = propose_order(member, ranking=tied, rank=4, order=ids[3:], reason="Biên bản số 4")
    own = sa.update(Membership).where(Membership.user_id == member.actor.user_id)
    ctx.session.execute(own.values(ended_at=ctx.now))
    with pytest.raises(Conflict, match="discharged"):
        give_part(jury[0], lot=lot, number=2, part="48271 09")
    with pytest.raises(Conflict, match="discharged"):
        confirm_order(jury[0], lot=word)


def test_the_second_signature_is_not_that_of_who_opened_the_lot(tied: Ranking, jury: list[Context]) -> None:
    draw_lot(jury, ranking=tied, rank=1)
    assert adopt_ranking(jury[1], ranking=tied) == 1
    with pytest.raises(Forbidden, match="opened a lot"):
        adopt_ranking(jury[0], ranking=tied)
    assert tied.state is RankingState.PROVISIONAL


def test_whoever_opened_the_lot_may_sign_first(tied: Ranking, jury: list[Context]) -> None:
    draw_lot(jury, ranking=tied, rank=1)
    assert adopt_ranking(jury[0], ranking=tied) == 1
    assert adopt_ranking(jury[1], ranking=tied) == 2


# --- two at the same time ---


@pytest.mark.parametrize("same_person", [False, True])
def test_two_parts_at_the_same_time(
    engine: Engine,
    hooks: Hooks,
    ctx: Context,
    tied: Ranking,
    jury: list[Context],
    same_person: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    lot = open_lot(jury[0], ranking=tied, rank=1, sources=SOURCES)
    ctx.session.commit()
    outcomes = at_once(
        [
            partial_part(engine, hooks, ctx, lot.id, jury[0 if same_person else number - 1].actor, number)
            for number in (1, 2)
        ]
    )
    ctx.session.expire_all()
    assert set(outcomes) == ({False, Conflict} if same_person else {False, True})
    assert lot.state is (LotState.OPEN if same_person else LotState.DRAWN)


def test_the_same_part_by_two_at_the_same_time(
    engine: Engine, hooks: Hooks, ctx: Context, tied: Ranking, jury: list[Context]
) -> None:
    lot = open_lot(jury[0], ranking=tied, rank=1, sources=SOURCES)
    give_part(jury[2], lot=lot, number=1, part="6 3 5 1 2 2")
    ctx.session.commit()
    outcomes = at_once([partial_part(engine, hooks, ctx, lot.id, member.actor, 2) for member in jury[:2]])
    ctx.session.expire_all()
    assert set(outcomes) == {True, Conflict}
    assert len(lot_queries.parts_of(ctx, lot=lot)) == 2


def partial_part(engine: Engine, hooks: Hooks, ctx: Context, lot_id: int, actor: Actor, number: int):  # type: ignore[no-untyped-def]  # noqa: ANN201 - a step of these tests
    """What a thread does: give a part in a session of its own."""

    def act(ready: threading.Barrier) -> object:
        with Session(engine) as session:
            mine = Context(session, hooks, ctx.now, actor)
            ready.wait()
            try:
                drawn = give_part(mine, lot=session.get_one(Lot, lot_id), number=number, part=f"phần số {number}")
                session.commit()
            except Conflict as error:
                session.rollback()
                return type(error)
            return drawn

    return act


def at_once(acts: list) -> list[object]:  # type: ignore[type-arg]
    """Do all of these in threads that begin together; return what became of each."""
    ready, outcomes = threading.Barrier(len(acts)), []
    threads = [threading.Thread(target=lambda act=act: outcomes.append(act(ready))) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
