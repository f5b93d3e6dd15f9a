"""ID numbers of candidates: compared with one another, with the card, and with members of committees."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from cuocthi.clock import LOCAL_ZONE
from cuocthi.contributions import Erasure, Person
from cuocthi.errors import Conflict
from cuocthi.security.personal_data import Vault
from cuocthi.testing.factories import Factories
from cuocthi.users.profiles import complete_profile, confirm_identity
from cuocthi_prizes.candidates import conflicts, personal_data
from cuocthi_prizes.candidates.indexing import index_answers
from cuocthi_prizes.candidates.models import Candidacy
from cuocthi_prizes.candidates.queries import states

from .staging import DOCUMENT, NUMBER, Staging, number_of


def test_a_member_with_a_second_account_is_noticed_by_the_id_number_that_is_answered(
    stage: Staging, make: Factories
) -> None:
    staged = stage()
    member = make.member(staged.contest.campaign, user=make.user("Phạm Thị Mận"))
    complete_profile(staged.ctx, user_id=member.id, birth_date=None, citizen_id=NUMBER, vault=staged.vault)
    staged.ask(staged.ctx.now.astimezone(LOCAL_ZONE).date())
    assert staged.obstacles() == []
    staged.answer(0)
    assert len(staged.obstacles()) == 1
    found = states(staged.ctx, award_list=staged.draft, vault=staged.vault)[staged.contest.people[0].id]
    (match,) = found.matches
    assert match.likeness.barred.identity.user_id == member.id
    assert match.likeness.is_certain


def test_one_id_number_of_two_candidates_holds_both_lists_up_until_the_jury_rules(stage: Staging) -> None:
    staged = stage(answer_days=7)
    staged.ask()
    for place in range(16):
        staged.answer(place, number=number_of(30) if place in {2, 9} else "")
    first, second = staged.contest.people[2], staged.contest.people[9]
    (reason,) = staged.obstacles()
    assert reason.endswith("ruled: 2.")
    given = {**staged.who(2), "user_id": second.user_id, "vault": staged.vault}
    with pytest.raises(Conflict):
        conflicts.rule(staged.ctx, **given, same=False, reason="Ghi nhầm số")
    conflicts.rule(staged.ctx, **given, same=True, reason="Cùng người")
    assert len(staged.obstacles()) == 1
    # A ruling on one of the two is one on both.
    given = {**staged.who(9), "user_id": first.user_id, "vault": staged.vault}
    conflicts.rule(staged.ctx, **given, same=False, reason="Ghi nhầm số", document=DOCUMENT)
    assert staged.obstacles() == []
    staged.answer(9, after=timedelta(seconds=1), number=number_of(30))
    assert len(staged.obstacles()) == 1
    staged.answer(9, after=timedelta(seconds=2))
    assert staged.obstacles() == []


def test_an_id_number_is_compared_with_candidates_of_other_lists_and_those_who_gave_it_before(
    stage: Staging, vault: Vault
) -> None:
    staged = stage()
    other = staged.contest.people[5]
    complete_profile(staged.ctx, user_id=other.user.id, birth_date=None, citizen_id=number_of(0), vault=vault)
    staged.ask(staged.ctx.now.astimezone(LOCAL_ZONE).date())
    assert staged.obstacles() == []
    staged.answer(0)
    assert len(staged.obstacles()) == 1
    staged.answer(0, number=number_of(16))
    assert staged.obstacles() == []


def test_a_number_that_is_not_that_of_the_card_needs_a_ruling(stage: Staging, vault: Vault) -> None:
    staged = stage()
    person = staged.contest.people[0]
    complete_profile(staged.ctx, user_id=person.user.id, birth_date=None, citizen_id=number_of(30), vault=vault)
    staged.ask(staged.ctx.now.astimezone(LOCAL_ZONE).date())
    staged.answer(0)
    assert staged.obstacles() == []
    confirm_identity(staged.ctx, user=person.user)
    assert len(staged.obstacles()) == 1
    given = {**staged.who(0), "user_id": person.user_id, "vault": staged.vault}
    conflicts.rule(staged.ctx, **given, same=False, reason="Người khác trả lời")
    assert len(staged.obstacles()) == 1
    conflicts.rule(staged.ctx, **given, same=True, reason="Thẻ cấp lại, có số mới")
    assert staged.obstacles() == []
    staged.adopt()


def test_the_index_of_an_id_number_goes_with_the_number(stage: Staging) -> None:
    staged = stage()
    staged.ask(staged.ctx.now.astimezone(LOCAL_ZONE).date())
    staged.answer(0)
    assert staged.candidacy(0).citizen_id_index
    campaign, person = staged.contest.campaign, staged.contest.people[0]
    people = [Person(person.user_id, person.id)]
    personal_data.erase(staged.ctx, campaign=campaign, people=people, erasure=Erasure.WITHDRAWAL)
    assert (staged.candidacy(0).details, staged.candidacy(0).citizen_id_index) == (None, None)
    found = states(staged.ctx, award_list=staged.draft, vault=staged.vault)
    assert not found[person.id].has_answered


def test_answers_from_before_numbers_were_compared_get_their_index_where_the_keys_open_them(stage: Staging) -> None:
    staged = stage()
    staged.ask(staged.ctx.now.astimezone(LOCAL_ZONE).date())
    for place in (0, 1, 2):
        staged.answer(place)
    indexes = [staged.candidacy(place).citizen_id_index for place in (0, 1)]
    before = sa.update(Candidacy).where(Candidacy.details.is_not(None)).values(citizen_id_index=None)
    staged.ctx.session.execute(before)
    staged.ctx.session.execute(
        sa.update(Candidacy).where(Candidacy.id == staged.candidacy(2).id).values(details=b"v1:lost")
    )
    assert not states(staged.ctx, award_list=staged.draft, vault=staged.vault)[staged.contest.people[0].id].has_answered
    assert index_answers(staged.ctx, vault=staged.vault) == (2, 1)
    assert [staged.candidacy(place).citizen_id_index for place in (0, 1)] == indexes
    assert staged.candidacy(2).citizen_id_index is None
    assert states(staged.ctx, award_list=staged.draft, vault=staged.vault)[staged.contest.people[0].id].has_answered
    assert index_answers(staged.ctx, vault=staged.vault) == (0, 1)
