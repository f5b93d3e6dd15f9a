"""What holds for every scheme and every ranking: of persons and of units, whatever ties there are."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from cuocthi_prizes.domain.allocation import Allocation, allocate
from cuocthi_prizes.domain.formulas import Unit, give, give_but_for, place
from cuocthi_prizes.domain.limits import units_with_enough, who_has_enough
from cuocthi_prizes.formula import Band, Formula, UnitMeasure, Weight
from cuocthi_prizes.queries import Held, UnitHeld
from cuocthi_prizes.settings import CollectiveTier, PrizeSet, PrizeSettings, Tier, Ties, excess

FULL = 20_000


@dataclass(frozen=True)
class Person:
    number: int
    rank: int
    tie_place: int | None
    score: int
    max_score: int = FULL


@st.composite
def rankings(draw: st.DrawFn) -> list[Person]:
    """People by their scores: equals share a rank; of some ties a lot has decided the order."""
    scores = sorted(draw(st.lists(st.integers(0, 20), max_size=30)), reverse=True)
    found: list[Person] = []
    for score, equals in groupby(scores):
        together = list(equals)
        ordered = len(together) > 1 and draw(st.booleans())
        rank = len(found) + 1
        found += [Person(rank + at, rank, at + 1 if ordered else None, score * 1000) for at, _ in enumerate(together)]
    return found


@st.composite
def tiers(draw: st.DrawFn) -> list[Tier]:
    found = []
    for number in range(draw(st.integers(0, 4))):
        threshold, share = draw(st.sampled_from([0, 0, 300, 700])), draw(st.sampled_from([0, 0, 100, 350]))
        least = 0 if threshold or share else 1
        value = draw(st.integers(0, 5)) * 100_000
        found.append(Tier(f"t{number}", "Giải", draw(st.integers(least, 5)), value, "", threshold, share))
    return found


def given_to(found: Allocation[Person]) -> dict[str, list[Person]]:
    by_tier: dict[str, list[Person]] = {}
    for tier, person in found.places:
        by_tier.setdefault(tier.key, []).append(person)
    return by_tier


@given(tiers(), rankings())
def test_no_quantity_and_no_share_of_the_entrants_is_exceeded(scheme: list[Tier], persons: list[Person]) -> None:
    given_ = given_to(allocate(scheme, persons, entrants=len(persons)))
    for tier in scheme:
        number = len(given_.get(tier.key, []))
        assert not tier.quantity or number <= tier.quantity
        assert number * 1000 <= (tier.share or 1000) * len(persons)


@given(tiers(), rankings())
def test_sharing_exceeds_a_quantity_by_undecided_equals_of_the_last_alone(
    scheme: list[Tier], persons: list[Person]
) -> None:
    for tier, got in groupby(
        allocate(scheme, persons, entrants=len(persons), ties=Ties.SHARE).places, key=lambda one: one[0]
    ):
        people = [person for _, person in got]
        limit = tier.limit(len(persons))
        if limit is not None and len(people) > limit:
            assert {person.rank for person in people[max(limit - 1, 0) :]} == {people[-1].rank}


@given(tiers(), rankings(), st.sampled_from(Ties))
def test_nobody_has_two_prizes_and_nobody_who_qualifies_is_skipped(
    scheme: list[Tier], persons: list[Person], ties: Ties
) -> None:
    found = allocate(scheme, persons, entrants=len(persons), ties=ties)
    assert max(Counter(person.number for _, person in found.places).values(), default=1) == 1
    place_of = {tier.key: number for number, tier in enumerate(scheme)}
    got = {person.number: place_of[tier.key] for tier, person in found.places}
    for tier, person in found.places:
        assert tier.is_reached(person.score, person.max_score)
        # Whoever stands before has the same prize, or one before it.
        for better in persons[: person.number - 1]:
            assert got.get(better.number, len(scheme)) <= place_of[tier.key]
    for tier in scheme:
        limit = tier.limit(len(persons))
        number = sum(one.key == tier.key for one, _ in found.places)
        if limit is None or number < limit:
            left = [one for one in persons if one.number not in got and tier.is_reached(one.score, one.max_score)]
            assert left == []


@given(tiers(), rankings())
def test_equals_get_the_same_unless_somebody_has_to_decide(scheme: list[Tier], persons: list[Person]) -> None:
    shared = allocate(scheme, persons, entrants=len(persons), ties=Ties.SHARE)
    decided = allocate(scheme, persons, entrants=len(persons))
    assert shared.open_ties == ()
    waiting = {tie.rank for tie in decided.open_ties}
    for found, besides in ((shared, set[int]()), (decided, waiting)):
        got = {person.number: tier.key for tier, person in found.places}
        for rank, equals in groupby(persons, key=lambda one: one.rank):
            together = list(equals)
            if together[0].tie_place is None and rank not in besides:
                assert len({got.get(one.number) for one in together}) == 1


@given(tiers(), rankings(), st.integers(0, 3_000_000))
def test_the_sums_agree_and_stay_within_what_was_planned(
    scheme: list[Tier], persons: list[Person], allotted: int
) -> None:
    found = allocate(scheme, persons, entrants=len(persons))
    total = sum(tier.value for tier, _ in found.places)
    by_tier = given_to(found)
    assert total == sum(tier.value * len(by_tier.get(tier.key, [])) for tier in scheme)
    planned = PrizeSet("s", "Giải", tiers=tuple(scheme)).cost
    if not any(tier.is_open for tier in scheme) and not excess(planned, allotted):
        assert excess(total, allotted) == 0


@given(tiers(), rankings(), st.sampled_from(Ties), st.data())
def test_who_has_enough_is_passed_over_and_nobody_else(
    scheme: list[Tier], persons: list[Person], ties: Ties, data: st.DataObject
) -> None:
    enough = data.draw(st.sets(st.sampled_from([one.number for one in persons])) if persons else st.just(set()))
    rest = [one for one in persons if one.number not in enough]
    found = allocate(scheme, rest, entrants=len(persons), ties=ties)
    assert not enough & {person.number for _, person in found.places}


PRIZES = st.builds(
    Held, st.integers(1, 4), st.sampled_from(["a", "b"]), st.integers(1, 3), st.integers(1, 9), st.just("Giải")
)


@given(st.lists(PRIZES, max_size=15), st.integers(0, 3), st.booleans(), st.integers(0, 2))
def test_a_person_never_has_more_than_the_scheme_allows(
    prizes: list[Held],
    most: int,
    once: object,
    of_set: int,
) -> None:
    prize_set = PrizeSet("a", "Giải", most_a_person=of_set)
    scheme = PrizeSettings(sets=(prize_set,), most_a_person=most, once_a_round=bool(once))
    enough = who_has_enough(scheme, prize_set, 1, prizes)
    for person in {one.enrolment_id for one in prizes} - enough.keys():
        has = [one for one in prizes if one.enrolment_id == person]
        assert not most or len(has) + 1 <= most
        assert not once or all(one.phase_id != 1 for one in has)
        assert not of_set or sum(one.set_key == "a" for one in has) + 1 <= of_set


@given(
    st.lists(
        st.builds(UnitHeld, st.integers(1, 4), st.integers(1, 3), st.integers(1, 9), st.just("Giải")), max_size=15
    ),
    st.integers(0, 3),
    st.booleans(),
)
def test_a_unit_never_has_more_than_the_scheme_allows(
    prizes: list[UnitHeld],
    most: int,
    once: object,
) -> None:
    scheme = PrizeSettings(most_a_unit=most, unit_once_a_round=bool(once))
    enough = units_with_enough(scheme, 1, prizes)
    for unit in {one.unit_id for one in prizes} - enough.keys():
        has = [one for one in prizes if one.unit_id == unit]
        assert not most or len(has) + 1 <= most
        assert not once or all(one.phase_id != 1 for one in has)


# --- units ------------------------------------------------------------------------------------------------------------

BLOCKS = ["", "Khối 1", "Khối 2"]
units = st.lists(
    st.builds(
        lambda number, block, persons, headcount, mean, winners: Unit(
            number, block, persons, headcount, persons * mean, winners
        ),
        st.integers(1, 10_000),
        st.sampled_from(BLOCKS),
        st.integers(0, 4),
        st.none() | st.integers(1, 8),
        st.sampled_from([5_000, 10_000, 15_000]),
        st.integers(0, 2),
    ),
    max_size=20,
    unique_by=lambda one: one.unit_id,
)


@st.composite
def formulas(draw: st.DrawFn) -> Formula:
    """Formulas of all measures, the weighted one included."""
    by = tuple(draw(st.lists(st.sampled_from(UnitMeasure), min_size=1, max_size=3, unique=True)))
    weighed = draw(st.lists(st.sampled_from(list(UnitMeasure)[:4]), min_size=1, max_size=3, unique=True))
    weights = tuple(Weight(measure, draw(st.integers(1, 9))) for measure in weighed)
    return Formula(
        by,
        weights if UnitMeasure.WEIGHTED in by else (),
        draw(st.sampled_from([(), (Band(0, 300),), (Band(0, 500), Band(5, 250))])),
        draw(st.integers(1, 2)),
        draw(st.integers(0, 1)),
    )


collective = st.lists(
    st.builds(
        lambda number, quantity, value, block: CollectiveTier(f"t{number}", "Giải", quantity, value, block),
        st.integers(1, 1_000),
        st.integers(1, 3),
        st.integers(1, 5).map(lambda value: value * 1_000_000),
        st.sampled_from(BLOCKS),
    ),
    max_size=4,
    unique_by=lambda one: one.key,
)


@given(formulas(), units, collective, st.data())
def test_units_are_passed_over_in_their_turn_and_nobody_who_qualifies_is_skipped(
    formula: Formula, found: list[Unit], prizes: list[CollectiveTier], data: st.DataObject
) -> None:
    ids = [one.unit_id for one in found]
    enough = data.draw(st.sets(st.sampled_from(ids)) if ids else st.just(set()))
    placed = place(formula, found, max_score=FULL)
    given_, undecided, passed = give_but_for(prizes, placed, enough)
    assert {one.unit_id for one in passed} <= enough
    assert not enough & {one.unit.unit_id for one in given_}
    assert not enough & {unit.unit_id for one in undecided for unit in one.units}
    number = Counter(one.tier.key for one in given_)
    assert all(number[tier.key] <= tier.quantity for tier in prizes)
    assert max(Counter(one.unit.unit_id for one in given_).values(), default=1) == 1
    assert sum(one.tier.value for one in given_) <= sum(tier.cost for tier in prizes)
    # As if the units that were passed over had not been there: the others stand so far behind that nothing changes.
    assert (given_, undecided) == give(prizes, [one for one in placed if one.unit.unit_id not in enough])
    waiting = {unit.block for one in undecided for unit in one.units}
    served = {one.unit.unit_id for one in given_} | enough
    for tier in prizes:
        if number[tier.key] < tier.quantity:
            left = [
                one.unit
                for one in placed
                if one.rank is not None
                and one.unit.unit_id not in served
                and one.unit.block not in waiting
                and tier.block in {"", one.unit.block}
            ]
            assert left == []


@given(formulas(), units, collective, st.randoms(use_true_random=False))
def test_prizes_of_units_do_not_hang_on_the_order_in_which_they_arrive(
    formula: Formula, found: list[Unit], prizes: list[CollectiveTier], chance: Random
) -> None:
    shuffled = list(found)
    chance.shuffle(shuffled)
    assert give(prizes, place(formula, found, max_score=FULL)) == give(prizes, place(formula, shuffled, max_score=FULL))
