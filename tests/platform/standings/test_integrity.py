"""A ranking that is no draft stays as it is: the database refuses changes, and who gets past that is found."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from cuocthi.audit.models import AuditEvent
from cuocthi.committees.models import Membership
from cuocthi.context import Actor, Context
from cuocthi.contributions import Role
from cuocthi.errors import Blocked, Conflict
from cuocthi.standings import queries
from cuocthi.standings.domain import adopt_ranking, build_ranking, submit_ranking
from cuocthi.standings.integrity import check_intact, digest_of_standings, intact_reasons
from cuocthi.standings.lots import give_part, open_lot
from cuocthi.standings.models import Confirmation, Ranking, RankingState, Standing
from cuocthi.testing.lots import draw_lot
from cuocthi.testing.tampering import unguard

from .conftest import places, post

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase

STAYS = "a ranking that is no draft stays as it is|a lot stays as it is"
#: The triggers that refuse; a revision that lays a table down anew on SQLite has to make them again.
TRIGGERS = {
    *(f"core_{table}_update" for table in ("ranking", "standing", "tie_decision", "confirmation")),
    *(f"core_{table}_delete" for table in ("ranking", "standing", "tie_decision", "confirmation")),
    *(f"core_{table}_update" for table in ("lot", "lot_entrant", "lot_part")),
    *(f"core_{table}_delete" for table in ("lot", "lot_entrant", "lot_part")),
    *(f"core_{table}_insert" for table in ("ranking", "tie_decision", "lot_entrant", "lot_part")),
    "core_ranking_made_of",
    "core_lot_parts_from",
    "core_lot_part_early",
}


@pytest.fixture
def adopted(ctx: Context, provisional: Ranking, jury: list[Context]) -> Ranking:
    """The ranking with its tie drawn, adopted by two."""
    draw_lot(jury, ranking=provisional, rank=2)
    for member in jury[:2]:
        adopt_ranking(member, ranking=provisional)
    return provisional


def refused(ctx: Context, *statements: str, **values: int) -> None:
    """Each of these statements is refused by the database; nothing of it remains."""
    ctx.session.flush()
    for statement in statements:
        with pytest.raises(DBAPIError, match=STAYS), ctx.session.begin_nested():
            ctx.session.execute(sa.text(statement), values)


def tamper(ctx: Context, *statements: str) -> None:
    """Do what somebody does who can take the refusal away."""
    ctx.session.flush()
    unguard(ctx, *(f"core_{table}" for table in ("ranking", "standing", "tie_decision", "confirmation")))
    for statement in statements:
        ctx.session.execute(sa.text(statement))


def test_the_refusals_are_there_after_all_revisions(ctx: Context) -> None:
    sqlite = ctx.session.get_bind().dialect.name == "sqlite"
    known = "SELECT name FROM sqlite_master WHERE type = 'trigger'" if sqlite else "SELECT tgname FROM pg_trigger"
    assert set(ctx.session.scalars(sa.text(known))) >= TRIGGERS


def test_an_adopted_ranking_cannot_be_changed_or_removed(ctx: Context, adopted: Ranking) -> None:
    refused(
        ctx,
        "UPDATE core_standing SET rank = 6 - rank WHERE ranking_id = :ranking",
        "UPDATE core_standing SET tie_place = 3 - tie_place WHERE ranking_id = :ranking AND tie_place IS NOT NULL",
        "UPDATE core_standing SET score = 0 WHERE ranking_id = :ranking",
        "DELETE FROM core_standing WHERE ranking_id = :ranking AND rank = 1",
        "UPDATE core_tie_decision SET seed = 'x' WHERE ranking_id = :ranking",
        "DELETE FROM core_tie_decision WHERE ranking_id = :ranking",
        "INSERT INTO core_tie_decision (ranking_id, rank, method, seed, reason, decided_at)"
        " VALUES (:ranking, 9, 'jury', '', 'x', 0)",
        "UPDATE core_ranking SET digest = results_digest WHERE id = :ranking",
        "UPDATE core_ranking SET state = 'provisional' WHERE id = :ranking",
        "UPDATE core_ranking SET criteria = '{}' WHERE id = :ranking",
        "UPDATE core_ranking SET adopted_at = 0 WHERE id = :ranking",
        "UPDATE core_ranking SET made_of = '{}' WHERE id = :ranking",
        "DELETE FROM core_ranking WHERE id = :ranking",
        "DELETE FROM core_confirmation WHERE subject_id = :ranking",
        "UPDATE core_confirmation SET digest = 'x' WHERE subject_id = :ranking",
        "UPDATE core_lot SET seed = 'x'",
        "DELETE FROM core_lot",
        "UPDATE core_lot_entrant SET place = place + 10",
        "DELETE FROM core_lot_entrant",
        "UPDATE core_lot_part SET part = 'x'",
        "DELETE FROM core_lot_part",
        "INSERT INTO core_lot_part (lot_id, number, user_id, part, nonce, seal, given_at)"
        " SELECT lot_id, 3 - number, user_id, part, nonce, seal, given_at FROM core_lot_part",
        ranking=adopted.id,
    )
    assert intact_reasons(ctx, ranking=adopted) == []


def test_neither_the_session_nor_a_new_version_changes_an_adopted_one(
    ctx: Context, campaign: Campaign, round_: Phase, adopted: Ranking, people: list[Enrolment], jury: list[Context]
) -> None:
    before = places(ctx, adopted)
    first = queries.tied_rows(ctx, ranking=adopted, rank=2)[0].standing
    ctx.session.commit()
    first.tie_place = 9
    with pytest.raises(IntegrityError, match=STAYS):
        ctx.session.flush()
    ctx.session.rollback()
    post(ctx, campaign, round_, people, [0, 2_000, 2_000, 1_000, 3_000])
    later = build_ranking(ctx, campaign=campaign, round_=round_)
    submit_ranking(ctx, ranking=later)
    for member in (jury[0], jury[2]):
        adopt_ranking(member, ranking=later)
    assert (adopted.state, later.state) == (RankingState.SUPERSEDED, RankingState.ADOPTED)
    assert places(ctx, adopted) == before
    check_intact(ctx, ranking=adopted)


def test_a_provisional_ranking_changes_by_lots_alone(
    ctx: Context, provisional: Ranking, people: list[Enrolment], jury: list[Context]
) -> None:
    give = "UPDATE core_standing SET tie_place = 1 WHERE ranking_id = :ranking AND enrolment_id = :person"
    ids = {"ranking": provisional.id, "person": people[1].id}
    refused(
        ctx,
        give,
        "UPDATE core_standing SET rank = 1 WHERE ranking_id = :ranking",
        "DELETE FROM core_standing WHERE ranking_id = :ranking",
        **ids,
    )
    lot = open_lot(jury[0], ranking=provisional, rank=2, sources=("Xúc xắc", "Đồng xu"))
    assert lot.parts_from is not None
    later = [dataclasses.replace(one, now=lot.parts_from) for one in jury]
    give_part(later[0], lot=lot, number=1, part="6 3 5 1 2 2")
    refused(
        ctx,
        give,
        "UPDATE core_lot SET state = 'drawn', closed_at = 0, seed = 'x' WHERE id = :lot",
        "UPDATE core_lot SET entrants_digest = 'x' WHERE id = :lot",
        "INSERT INTO core_lot_entrant (lot_id, enrolment_id) VALUES (:lot, :person)",
        "DELETE FROM core_ranking WHERE id = :ranking",
        "UPDATE core_ranking SET state = 'adopted', adopted_at = 0 WHERE id = :ranking",
        lot=lot.id,
        **ids,
    )
    give_part(later[1], lot=lot, number=2, part="48271 09")
    wrong = "UPDATE core_standing SET tie_place = 3 - tie_place WHERE ranking_id = :ranking AND tie_place IS NOT NULL"
    refused(ctx, wrong, **ids)


def test_a_draft_is_rebuilt_as_often_as_wished(
    ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment]
) -> None:
    numbers = set()
    for score in (1_000, 2_000, 3_000):
        post(ctx, campaign, round_, people, [score] * 5)
        numbers.add(build_ranking(ctx, campaign=campaign, round_=round_).number)
    assert (numbers, ctx.session.scalar(sa.select(sa.func.count()).select_from(Standing))) == ({1}, 5)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE core_standing SET rank = CASE rank WHEN 1 THEN 5 WHEN 5 THEN 1 ELSE rank END", "places of version 1"),
        ("UPDATE core_standing SET score = score + 1 WHERE rank = 5", "places of version 1"),
        ("UPDATE core_standing SET tie_place = 3 - tie_place WHERE tie_place IS NOT NULL", "what was confirmed"),
        ("DELETE FROM core_standing WHERE rank = 1", "places of version 1"),
        ("UPDATE core_confirmation SET digest = 'x'", "what was confirmed"),
    ],
)
def test_what_was_changed_past_the_refusal_is_found(ctx: Context, adopted: Ranking, change: str, said: str) -> None:
    check_intact(ctx, ranking=adopted)
    tamper(ctx, change)
    with pytest.raises(Blocked, match="changed past the platform") as found:
        check_intact(ctx, ranking=adopted)
    assert any(said in str(reason) for reason in found.value.reasons)


def test_who_changes_digests_and_signatures_too_is_found_by_the_log(ctx: Context, adopted: Ranking) -> None:
    tamper(ctx, "UPDATE core_standing SET rank = CASE rank WHEN 1 THEN 5 WHEN 5 THEN 1 ELSE rank END")
    from cuocthi.standings.integrity import adoption_digest, digest_of_standings  # noqa: PLC0415 - what a forger does

    ctx.session.refresh(adopted)
    adopted.digest = digest_of_standings(ctx, ranking=adopted)
    ctx.session.flush()
    forged = adoption_digest(ctx, ranking=adopted)
    ctx.session.execute(sa.update(Confirmation).values(digest=forged))
    [reason] = intact_reasons(ctx, ranking=adopted)
    assert "on record" in str(reason)


def test_nobody_signs_what_was_changed_since_it_was_built(
    ctx: Context, provisional: Ranking, jury: list[Context]
) -> None:
    ctx.session.flush()
    tamper(ctx, "UPDATE core_standing SET rank = CASE rank WHEN 1 THEN 5 WHEN 5 THEN 1 ELSE rank END")
    with pytest.raises(Blocked, match="changed past the platform"):
        adopt_ranking(jury[0], ranking=provisional)


def test_nobody_signs_second_what_was_changed_since_the_first(
    ctx: Context, provisional: Ranking, jury: list[Context]
) -> None:
    draw_lot(jury, ranking=provisional, rank=2)
    adopt_ranking(jury[0], ranking=provisional)
    tamper(ctx, "UPDATE core_standing SET tie_place = 3 - tie_place WHERE tie_place IS NOT NULL")
    with pytest.raises(Conflict, match="changed since"):
        adopt_ranking(jury[1], ranking=provisional)


def test_a_signature_of_who_was_discharged_does_not_count(
    ctx: Context, make: Factories, campaign: Campaign, round_: Phase, provisional: Ranking
) -> None:
    members = [dataclasses.replace(ctx, actor=Actor(make.member(campaign, Role.JURY).id)) for _ in range(3)]
    adopt_ranking(members[0], ranking=provisional)
    own = sa.update(Membership).where(Membership.user_id == members[0].actor.user_id)
    ctx.session.execute(own.values(ended_at=ctx.now))
    assert adopt_ranking(members[1], ranking=provisional) == 1
    event = ctx.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "core:confirmation:void")).one()
    assert event.before["user_id"] == members[0].actor.user_id
    assert queries.adopted_ranking(ctx, round_=round_) is None
    assert adopt_ranking(members[2], ranking=provisional) == 2
    assert queries.adopted_ranking(ctx, round_=round_) is provisional


def test_who_only_helps_by_now_has_not_signed_for_the_jury(
    ctx: Context, make: Factories, campaign: Campaign, provisional: Ranking
) -> None:
    user = make.member(campaign, Role.JURY)
    adopt_ranking(dataclasses.replace(ctx, actor=Actor(user.id)), ranking=provisional)
    ctx.session.execute(sa.update(Membership).where(Membership.user_id == user.id).values(ended_at=ctx.now))
    make.member(campaign, Role.SUPPORT, user=user)
    other = dataclasses.replace(ctx, actor=Actor(make.member(campaign).id))
    assert adopt_ranking(other, ranking=provisional) == 1


def test_a_ranking_of_the_time_when_digests_said_less_is_intact_too(
    ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment], jury: list[Context]
) -> None:
    post(ctx, campaign, round_, people, [3_000, 2_000, 1_500, 1_000, 0])
    ranking = build_ranking(ctx, campaign=campaign, round_=round_)
    ranking.digest = digest_of_standings(ctx, ranking=ranking, first_form=True)
    submit_ranking(ctx, ranking=ranking)
    for member in jury[:2]:
        adopt_ranking(member, ranking=ranking)
    assert intact_reasons(ctx, ranking=ranking) == []
