"""Who may be one person is found by number, contact and name with unit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from cuocthi.errors import Conflict, DomainError
from cuocthi.merging.queries import MOST_ALIKE, Crowd, crowds, likely_pairs, with_births
from cuocthi.merging.telling_apart import propose_again, tell_apart
from cuocthi.users.models import User
from cuocthi.users.profiles import complete_profile

from .conftest import World, refused


def found(world: World, **wanted: object) -> list[tuple[set[str], bool, bool, bool]]:
    values = {"campaign_id": world.campaign.id, "limit": 50} | wanted
    pairs, total = likely_pairs(world.ctx, **values)  # type: ignore[arg-type]
    assert total == len(pairs)
    return [({one.low.name, one.high.name}, one.same_number, one.same_contact, one.same_unit) for one in pairs]


def test_likely_duplicates_are_found_by_number_contact_and_name_with_unit(world: World) -> None:
    make, ctx, unit = world.make, world.ctx, world.make.unit()
    pairs = {
        "number": ("Lê Văn Tám", "Lê Văn Tam", ["", ""]),
        "contact": ("Mẹ Phạm Thị Bốn", "Con Phạm Văn Năm", ["0987654321", "0987654321"]),
        "unit": ("Hoàng Thị Sáu", "Hoàng Thi Sau", ["", ""]),
    }
    users: dict[str, list[User]] = {}
    for reason, (one, other, contacts) in pairs.items():
        users[reason] = [make.user(name, contact=contact) for name, contact in zip((one, other), contacts, strict=True)]
        for user in users[reason]:
            make.enrolment(world.campaign, user=user, unit=unit if reason == "unit" else None)
    for user in users["number"]:
        complete_profile(ctx, user_id=user.id, birth_date=None, citizen_id="034170001234", vault=world.vault)
    everybody = found(world)
    assert [(reasons[0], reasons[1], reasons[2]) for _names, *reasons in everybody] == [
        (True, False, False),
        (False, False, True),
        (False, True, False),
    ], "what is most likely stands first"
    assert [names for names, *_ in found(world, reason="contact")] == [set(pairs["contact"][:2])]
    assert [names for names, *_ in found(world, search="hoang sau")] == [set(pairs["unit"][:2])]
    assert found(world, campaign_id=make.campaign().id) == []
    assert len(found(world, campaign_id=None)) == 3


def test_of_likely_duplicates_it_is_said_whether_the_dates_of_birth_are_the_same(
    world: World, statements: Callable[[], int]
) -> None:
    make, ctx, unit = world.make, world.ctx, world.make.unit()
    may, june = date(1962, 5, 4), date(1990, 6, 4)
    wanted = {"Lê Văn Thành": (may, may, True), "Bùi Thị Lan": (may, june, False), "Đỗ Văn Tư": (may, None, None)}
    for name, (*births, _same) in wanted.items():
        for born in births:
            user = make.user(name)
            make.enrolment(world.campaign, user=user, unit=unit)
            complete_profile(ctx, user_id=user.id, birth_date=born, citizen_id="", vault=world.vault)
    pairs, _total = likely_pairs(ctx, campaign_id=world.campaign.id, limit=50)
    statements()
    told = {pair.low.name: pair.same_birth for pair in with_births(ctx, pairs=pairs, vault=world.vault)}
    assert statements() == 1
    assert told == {name: same for name, (*_births, same) in wanted.items()}


def test_two_people_are_told_apart_for_one_contest_or_by_an_administrator_for_all(world: World) -> None:
    ctx, make, other = world.ctx, world.make, world.make.campaign("khac")
    mother, son = (make.user(name, contact="0987654321") for name in ("Phạm Thị Bốn", "Phạm Văn Năm"))
    for campaign in (world.campaign, other):
        for user in (mother, son):
            make.enrolment(campaign, user=user)

    def proposed() -> list[bool]:
        return [bool(found(world, campaign_id=one)) for one in (world.campaign.id, other.id, None)]

    with pytest.raises(DomainError):
        tell_apart(ctx, campaign=other, first_id=mother.id, second_id=son.id, reason=" ", vault=world.vault)
    world.say_apart(son, mother)
    world.say_apart(mother, son)
    assert proposed() == [False, True, True]
    assert len(found(world, apart=True)) == 1
    assert "It was said" in refused(world, mother, son)[-1]
    propose_again(ctx, campaign=world.campaign, first_id=son.id, second_id=mother.id)
    assert proposed() == [True, True, True]
    world.say_apart(mother, son, admin=True)
    assert proposed() == [False, False, False]
    with pytest.raises(Conflict):
        propose_again(ctx, campaign=world.campaign, first_id=mother.id, second_id=son.id)
    propose_again(world.admin(), campaign=None, first_id=mother.id, second_id=son.id)
    assert proposed() == [True, True, True]


def test_what_a_crowd_has_in_common_makes_no_pairs(world: World, statements: Callable[[], int]) -> None:
    make, campaign_id, unit = world.make, world.campaign.id, world.make.unit()

    def join(number: str, *names: str) -> None:
        for name in names:
            user = make.user(name)
            make.enrolment(world.campaign, user=user, unit=unit if name == "Lê Ba" else None)
            if number:
                complete_profile(world.ctx, user_id=user.id, birth_date=None, citizen_id=number, vault=world.vault)

    people = [f"Lê Thị {letter}" for letter in "ABCDEFGHIK"]
    assert len(people) == MOST_ALIKE
    join("034170001234", *people)
    assert len(found(world)) == MOST_ALIKE * (MOST_ALIKE - 1) // 2
    assert crowds(world.ctx, campaign_id=campaign_id) == []
    join("034170001234", "Lê Thị L")
    join("", *["Lê Ba"] * (MOST_ALIKE + 2))
    assert found(world) == []
    expected = [Crowd("unit", MOST_ALIKE + 2, "Lê Ba"), Crowd("number", MOST_ALIKE + 1, "Lê Thị A")]
    statements()
    assert crowds(world.ctx, campaign_id=campaign_id) == expected
    assert statements() == 1
    assert crowds(world.ctx, campaign_id=None) == expected
    assert crowds(world.ctx, campaign_id=make.campaign().id) == []


def test_a_list_of_any_length_takes_two_statements(world: World, statements: Callable[[], int]) -> None:
    campaign_id = world.campaign.id

    def taken(pairs: int) -> int:
        for _ in range(pairs):
            unit = world.make.unit()
            for _ in range(2):
                world.make.enrolment(world.campaign, user=world.make.user("Trần Văn Ba"), unit=unit)
        world.ctx.session.expire_all()
        statements()
        likely_pairs(world.ctx, campaign_id=campaign_id, limit=50)
        return statements()

    assert taken(1) == taken(2) == 2
