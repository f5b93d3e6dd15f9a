"""What stands against adopting a ranking, and the two persons who do it."""

from __future__ import annotations

import dataclasses
import threading
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from cuocthi.audit.domain import record
from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.settings import save_settings
from cuocthi.committees.models import Membership
from cuocthi.committees.reading import EXPORT, EXPORTED
from cuocthi.context import Actor, Context
from cuocthi.contributions import Direction
from cuocthi.errors import Blocked, Conflict, Forbidden
from cuocthi.plugins.manager import Hooks
from cuocthi.standings import queries
from cuocthi.standings.confirmations import confirm
from cuocthi.standings.criteria import RULES_OWNER, Criterion, RankingRules
from cuocthi.standings.decisions import exclude_entry, restore_entry
from cuocthi.standings.domain import adopt_ranking, adoption_blockers, build_ranking, stale_reasons, submit_ranking
from cuocthi.standings.models import Confirmation, Ranking, RankingState
from cuocthi.standings.results import post_measures

from .conftest import places, post, ungraded

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from cuocthi.campaigns.models import Campaign
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase


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


def test_whoever_knows_questions_according_to_the_log_is_neither_restored_nor_adopted(
    ctx: Context, make: Factories, campaign: Campaign, round_: Phase
) -> None:
    people = [make.enrolment(campaign) for _ in range(2)]
    post(ctx, campaign, round_, people, [3_000, 2_000])
    ranking = build_ranking(ctx, campaign=campaign, round_=round_)
    submit_ranking(ctx, ranking=ranking)
    record(
        dataclasses.replace(ctx, actor=Actor(people[1].user_id)),
        action=EXPORT,
        summary=EXPORTED,
        campaign=campaign,
        object_kind="campaign",
        object_id=campaign.id,
    )
    [reason] = adoption_blockers(ctx, campaign=campaign, round_=round_, ranking=ranking)
    assert (people[1].code in str(reason), "knows questions" in str(reason)) == (True, True)
    exclude_entry(ctx, enrolment=people[1], reason="Biết trước câu hỏi")
    with pytest.raises(Forbidden, match="knows questions"):
        restore_entry(ctx, enrolment=people[1], reason="Nhầm lẫn")


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
