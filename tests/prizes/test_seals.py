"""What nobody changes unseen: the digest and what it covers, the database's refusals, names that are erased."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from cuocthi.campaigns.models import SettingsVersion
from cuocthi.contributions import AwardList as Contributed
from cuocthi.contributions import Erasure, Person
from cuocthi.errors import Conflict
from cuocthi.standings.models import Confirmation
from cuocthi_prizes.digests import NOBODY, digest_of, is_intact
from cuocthi_prizes.domain.award_lists import adopt, draw_up
from cuocthi_prizes.domain.personal_data import erase
from cuocthi_prizes.models import FIRST_FORM, Award, AwardList, AwardListState, UnitAward

from .conftest import DISTINCT, Contest, unguarded

AWARD, LIST = (list(kind.__table__.c.keys()) for kind in (Award, AwardList))


@pytest.fixture
def adopted(contest: Contest) -> AwardList:
    contest.rank(DISTINCT)
    made = draw_up(contest.staff[0], campaign=contest.campaign)
    for ctx in contest.staff:
        adopt(ctx, campaign=contest.campaign, number=made.number, digest=made.digest)
    contest.ctx.session.commit()
    return made


def handed(contest: Contest) -> list[Contributed]:
    contest.ctx.session.expire_all()
    return contest.ctx.hooks.collect(contest.ctx, contest.campaign, "award_lists", Contributed)


def erased(contest: Contest) -> None:
    people = [Person(one.user_id, one.id) for one in contest.people]
    erase(contest.ctx, campaign=contest.campaign, people=people, erasure=Erasure.RECORDS)


def test_a_list_is_verified_after_its_names_are_erased(contest: Contest, adopted: AwardList) -> None:
    before = adopted.digest
    erased(contest)
    (found,) = handed(contest)
    assert {award.recipient for award in found.awards} == {NOBODY}
    assert (found.digest, digest_of(adopted), is_intact(adopted)) == (before, before, True)
    assert {award.name_salt for award in adopted.awards} == {""}, "what is left says nothing of a name"


@pytest.mark.parametrize(
    "altered",
    [
        {"value": 9_000_000},
        {"recipient": "Người khác"},
        {"title": "Giải Đặc biệt"},
        {"unit_id": 1_000_000},
        {"in_kind": "Một ô tô"},
        {"name_digest": "0" * 64},
    ],
)
def test_an_altered_award_is_not_handed_out_even_if_names_are_called_erased(
    contest: Contest, adopted: AwardList, altered: dict[str, Any]
) -> None:
    unguarded(contest.ctx)
    if "unit_id" in altered:
        altered = {"unit_id": contest.make.unit("Đơn vị khác").id}
    contest.ctx.session.execute(sa.update(Award).where(Award.place == 1).values(**altered))
    contest.ctx.session.execute(sa.update(AwardList).values(names_erased_at=contest.ctx.now))
    with pytest.raises(Conflict, match="its digest differs"):
        handed(contest)


def test_an_award_of_somebody_else_is_not_handed_out(contest: Contest, adopted: AwardList) -> None:
    unguarded(contest.ctx)
    other = sa.update(Award).where(Award.place == 1).values(enrolment_id=contest.people[16].id)
    contest.ctx.session.execute(other)
    with pytest.raises(Conflict, match="its digest differs"):
        handed(contest)


def test_a_list_with_a_digest_that_nobody_confirmed_is_not_handed_out(contest: Contest, adopted: AwardList) -> None:
    unguarded(contest.ctx)
    contest.ctx.session.execute(sa.update(Award).where(Award.place == 1).values(value=9_000_000))
    contest.ctx.session.expire_all()
    forged = digest_of(adopted)
    contest.ctx.session.execute(sa.update(AwardList).values(digest=forged))
    contest.ctx.session.expire_all()
    assert is_intact(adopted), "the list itself is consistent"
    with pytest.raises(Conflict, match="its digest differs"):
        handed(contest)


def test_one_confirmation_is_not_enough_to_hand_a_list_out(contest: Contest, adopted: AwardList) -> None:
    second = contest.staff[1].actor.user_id
    contest.ctx.session.execute(
        sa.delete(Confirmation).where(Confirmation.subject == "prizes:award_list", Confirmation.user_id == second)
    )
    with pytest.raises(Conflict, match="its digest differs"):
        handed(contest)


def test_the_digest_covers_the_scheme_the_list_was_made_by(contest: Contest, adopted: AwardList) -> None:
    version = contest.ctx.session.get_one(SettingsVersion, adopted.settings_version_id)
    assert adopted.scheme_digest == version.digest
    before = digest_of(adopted)
    adopted.scheme_digest = "0" * 64
    assert digest_of(adopted) != before
    contest.ctx.session.expire(adopted)


def test_a_list_of_the_first_form_is_verified_as_it_was_made(contest: Contest, adopted: AwardList) -> None:
    unguarded(contest.ctx)
    session = contest.ctx.session
    session.execute(sa.update(Award).values(name_salt="", name_digest=""))
    session.execute(sa.update(AwardList).values(form=FIRST_FORM))
    session.expire_all()
    first = digest_of(adopted)
    session.execute(sa.update(AwardList).values(digest=first))
    session.execute(sa.update(Confirmation).where(Confirmation.subject == "prizes:award_list").values(digest=first))
    assert handed(contest)[0].digest == first
    session.execute(sa.update(Award).where(Award.place == 1).values(recipient="Người khác"))
    with pytest.raises(Conflict, match="its digest differs"):
        handed(contest)


# --- what the database refuses --------------------------------------------------------------------------------------


def refused(contest: Contest, statement: sa.Executable) -> None:
    with pytest.raises(IntegrityError, match="only a draft"), contest.ctx.session.begin_nested():
        contest.ctx.session.execute(statement)


@pytest.mark.parametrize(
    "values",
    [
        {"statement": "Khác"},
        {"total_value": 1},
        {"digest": "0" * 64},
        {"state": AwardListState.DRAFT, "adopted_at": None},
        {"ranking_digest": "0" * 64},
        {"remarks": ["x"]},
        {"set_key": "khac"},
    ],
)
def test_an_adopted_list_is_not_rewritten(contest: Contest, adopted: AwardList, values: dict[str, Any]) -> None:
    refused(contest, sa.update(AwardList).values(**values))


def test_nothing_is_added_to_an_adopted_list_or_taken_from_it(contest: Contest, adopted: AwardList) -> None:
    one = {key: getattr(adopted.awards[0], key) for key in AWARD if key != "id"}
    one |= {"place": 17, "enrolment_id": contest.people[16].id}
    refused(contest, sa.insert(Award).values(**one))
    refused(contest, sa.update(Award).values(value=1))
    refused(contest, sa.update(Award).values(recipient="Người khác"))
    refused(contest, sa.delete(Award))
    refused(contest, sa.delete(AwardList))
    prize = {
        "award_list_id": adopted.id,
        "tier": "tap-the",
        "title": "Giải tập thể",
        "value": 1,
        "unit_id": adopted.awards[0].unit_id,
        "unit_name": "Đơn vị",
        "persons": 1,
        "reason": "Lý do",
        "decision_number": "1",
        "decision_date": contest.ctx.now.date(),
    }
    refused(contest, sa.insert(UnitAward).values(**prize))


def test_no_list_begins_as_an_adopted_one(contest: Contest, adopted: AwardList) -> None:
    one = {key: getattr(adopted, key) for key in LIST if key != "id"}
    refused(contest, sa.insert(AwardList).values(**one | {"number": 2, "version": 2, "set_key": "khac"}))


def test_the_models_refuse_as_well(contest: Contest, adopted: AwardList) -> None:
    adopted.statement = "Khác"
    with pytest.raises(PermissionError, match="were to be rewritten"):
        contest.ctx.session.flush()
    contest.ctx.session.rollback()
    adopted.awards.append(Award(**_copied(adopted.awards[0]), place=17, enrolment_id=contest.people[16].id))
    with pytest.raises((PermissionError, IntegrityError)):
        contest.ctx.session.flush()


def _copied(award: Award) -> dict[str, Any]:
    left = {"id", "place", "enrolment_id", "award_list_id"}
    return {key: getattr(award, key) for key in AWARD if key not in left}


def test_erasing_goes_on_to_work(contest: Contest, adopted: AwardList) -> None:
    erased(contest)
    contest.ctx.session.commit()
    assert adopted.names_erased_at == contest.ctx.now
    refused(contest, sa.update(AwardList).values(names_erased_at=None))
