"""Who that takes part resembles somebody whom the contest bars: what agrees, what is enough, what it costs."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from cuocthi.contributions import Role
from cuocthi.enrolments.models import Enrolment
from cuocthi.enrolments.resemblance import Agreement, Identity, agreement, is_near, resemblances
from cuocthi.errors import ContractError
from cuocthi.users.models import User
from cuocthi.users.names import fold
from cuocthi.users.profiles import citizen_id_index, citizen_id_indexes, complete_profile, confirm_identity

if TYPE_CHECKING:
    from collections.abc import Callable

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.enrolments.resemblance import Resemblance
    from cuocthi.security.personal_data import Vault
    from cuocthi.testing.factories import Factories

BORN = date(1990, 9, 2)


def found_in(ctx: Context, campaign: Campaign, vault: Vault | None) -> list[Resemblance]:
    enrolments = sa.select(Enrolment.id).where(Enrolment.campaign_id == campaign.id)
    return resemblances(ctx, campaign_id=campaign.id, enrolments=enrolments, vault=vault)


def test_the_same_words_are_the_same_name_whatever_their_order_and_accents(
    ctx: Context, make: Factories, vault: Vault
) -> None:
    campaign = make.campaign()
    member = make.member(campaign, Role.JURY, user=make.user("Nguyễn Thị Đào"))
    person = make.enrolment(campaign, user=make.user("Dao nguyen thi"))
    make.enrolment(campaign, user=make.user("Nguyễn Văn Đào"))

    (found,) = found_in(ctx, campaign, vault)

    assert (found.enrolment_id, found.barred.identity.user_id) == (person.id, member.id)
    assert found.agreeing == {Agreement.NAME}
    assert not found.is_certain
    assert len(found.barred.committees) == 1


def test_a_shared_contact_is_certain(ctx: Context, make: Factories, vault: Vault) -> None:
    campaign = make.campaign()
    make.member(campaign, user=make.user("Trần Văn Ấn", contact="0912345678"))
    make.enrolment(campaign, user=make.user("Phạm Đức Anh", contact="0912345678"))

    (found,) = found_in(ctx, campaign, vault)

    assert found.is_certain
    assert found.agreeing == {Agreement.CONTACT}


def test_a_birthday_counts_together_with_the_unit_or_the_given_name(
    ctx: Context, make: Factories, vault: Vault
) -> None:
    campaign, other = make.campaign("mot"), make.campaign("hai")
    unit = make.unit("Sở Nội vụ")
    member = make.member(campaign, user=make.user("Lê Thị Ân"))
    make.enrolment(other, user=member, unit=unit)
    people = [
        make.enrolment(campaign, user=make.user("Lê Thị Hoàng Yến"), unit=unit),
        make.enrolment(campaign, user=make.user("Vũ Ngọc Ẩn")),
        make.enrolment(campaign, user=make.user("Bùi Văn Nam")),
    ]
    for user_id in (member.id, *(person.user_id for person in people)):
        complete_profile(ctx, user_id=user_id, birth_date=BORN, citizen_id="", vault=vault)

    found = {one.enrolment_id: one.agreeing for one in found_in(ctx, campaign, vault)}

    assert found == {
        people[0].id: {Agreement.BIRTH_DATE, Agreement.UNIT},
        people[1].id: {Agreement.BIRTH_DATE, Agreement.GIVEN_NAME},
    }
    with pytest.raises(ContractError):
        found_in(ctx, campaign, None)


def test_coordinators_and_members_of_other_contests_bar_nobody(ctx: Context, make: Factories, vault: Vault) -> None:
    campaign, other = make.campaign("mot"), make.campaign("hai")
    make.member(campaign, Role.COORDINATING, user=make.user("Trần Văn Ấn"))
    make.member(other, user=make.user("Trần Văn Ấn"))
    make.enrolment(campaign, user=make.user("Trần Văn Ấn"))

    assert not found_in(ctx, campaign, vault)


def test_the_number_of_statements_is_the_same_for_many(
    ctx: Context, make: Factories, vault: Vault, statements: Callable[[], int]
) -> None:
    def counted(people: int) -> int:
        campaign = make.campaign(f"thi-{people}")
        for number in range(people):
            make.member(campaign, user=make.user(f"Người {number}"))
            make.enrolment(campaign, user=make.user(f"{number} người"))
        statements()
        assert len(found_in(ctx, campaign, vault)) == people
        return statements()

    assert counted(1) == counted(30)


NAMES = st.sampled_from(["Lê Ân", "Ân Lê", "Lê Ấn Ân", "Trần Ân"])
IDENTITIES = st.builds(
    lambda user, name, contact, born, unit: Identity(
        user,
        name,
        frozenset({fold(name)}),
        frozenset({contact}),
        "",
        born,
        frozenset({unit}),
    ),
    st.integers(1, 3),
    NAMES,
    st.sampled_from("ab"),
    st.sampled_from([None, BORN]),
    st.integers(1, 2),
)


@given(IDENTITIES, IDENTITIES)
def test_agreeing_goes_both_ways_and_everybody_is_certainly_oneself(one: Identity, other: Identity) -> None:
    assert agreement(one, other) == agreement(other, one)
    assert is_near(agreement(one, one))
    assert (Agreement.UNIT in agreement(one, other)) == bool(one.units & other.units)


def test_an_id_number_that_was_given_elsewhere_is_compared_too(ctx: Context, make: Factories, vault: Vault) -> None:
    campaign = make.campaign()
    member, person = make.member(campaign, user=make.user("Trần Văn Ấn")), make.enrolment(campaign)
    number = "034090001234"
    complete_profile(ctx, user_id=member.id, birth_date=None, citizen_id=number, vault=vault)
    own = sa.select(Enrolment.id).where(Enrolment.id == person.id)
    given = {person.id: {citizen_id_index(number, vault), citizen_id_index("034090001235", vault)}}

    assert resemblances(ctx, campaign_id=campaign.id, enrolments=own) == []
    (found,) = resemblances(ctx, campaign_id=campaign.id, enrolments=own, numbers=given)

    assert found.agreeing == {Agreement.CITIZEN_ID}


def test_indexes_of_id_numbers_say_whether_they_were_compared_with_the_card(
    ctx: Context, make: Factories, vault: Vault
) -> None:
    first, second, _third = make.user(), make.user(), make.user()
    for person, number in ((first, "034090001234"), (second, "034090001235")):
        complete_profile(ctx, user_id=person.id, birth_date=None, citizen_id=number, vault=vault)
    confirm_identity(ctx, user=second)

    assert citizen_id_indexes(ctx, users=sa.select(User.id)) == {
        first.id: (citizen_id_index("034090001234", vault), False),
        second.id: (citizen_id_index("034090001235", vault), True),
    }
