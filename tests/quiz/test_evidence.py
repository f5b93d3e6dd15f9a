"""What may point to help from others: found in synthetic copyists, not in the innocent, and never a decision."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from cuocthi.contributions import Erasure, Person
from cuocthi.users.domain import start_session
from cuocthi_quiz.domain.bank_files import fill_bank
from cuocthi_quiz.domain.drawing import pack
from cuocthi_quiz.domain.evidence.company import burst, sharing
from cuocthi_quiz.domain.evidence.dossier import dossier
from cuocthi_quiz.domain.evidence.hints import hints
from cuocthi_quiz.domain.evidence.networks import in_network_of, network_of
from cuocthi_quiz.domain.evidence.similarity import Similarity, similarity
from cuocthi_quiz.domain.evidence.speed import pace
from cuocthi_quiz.domain.evidence.statistics import Usual, at_least, corrected, quartiles, times
from cuocthi_quiz.domain.evidence.weight import Weight
from cuocthi_quiz.domain.grading import grade_round
from cuocthi_quiz.domain.personal_data import erase
from cuocthi_quiz.models import Answer, Attempt, HandIn, Item, Revision

from .conftest import Quiz, question

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cuocthi.enrolments.models import Enrolment
    from cuocthi.units.models import Unit

QUESTIONS, OPTIONS, RIGHT = 20, 4, 1
chances = st.lists(st.floats(0.01, 0.99), max_size=8)


# --- the statistics ---


@given(chances, st.integers(0, 9))
def test_the_tail_is_that_of_all_cases_counted_one_by_one(probabilities: list[float], number: int) -> None:
    cases = product([0, 1], repeat=len(probabilities))
    expected = sum(
        prod(chance if happens else 1 - chance for chance, happens in zip(probabilities, case, strict=True))
        for case in cases
        if sum(case) >= number
    )
    assert at_least(number, probabilities) == pytest.approx(expected, abs=1e-9)


@given(chances, st.floats(0.0001, 0.5))
def test_under_independence_no_more_are_suspected_than_was_said(probabilities: list[float], level: float) -> None:
    tails = [at_least(number, probabilities) for number in range(len(probabilities) + 2)]
    suspected = sum(
        tails[number] - tails[number + 1] for number in range(len(probabilities) + 1) if tails[number] <= level
    )
    assert suspected <= level + 1e-9


def test_independent_papers_are_rarely_taken_for_copies() -> None:
    rolled = random.Random(7)
    popular = [[0.6, 0.3, 0.1]] * QUESTIONS
    found = 0
    for _ in range(300):
        papers = [[rolled.choices(range(3), weights)[0] for weights in popular] for _ in range(25)]
        first, others = papers[0], papers[1:]
        likely = [(sum(paper[at] == first[at] for paper in papers) + 1) / (len(papers) + 2) for at in range(QUESTIONS)]
        least = min(at_least(sum(a == b for a, b in zip(first, other, strict=True)), likely) for other in others)
        found += corrected(least, len(others)) < 0.01
    assert found <= 3 * 300 * 0.01


@given(st.lists(st.integers(1, 10**7), min_size=1))
def test_quartiles_are_times_that_occur_and_in_order(values: list[int]) -> None:
    found = quartiles(values)
    assert found is not None
    assert {found.lower, found.median, found.upper} <= set(values)
    assert found.lower <= found.median <= found.upper


@given(st.lists(st.integers(10_000, 10**6), min_size=20), st.integers(1, 10**6), st.integers(2, 100))
def test_the_place_does_not_depend_on_the_unit_of_time(values: list[int], one: int, factor: int) -> None:
    usual, longer = quartiles(values), quartiles([value * factor for value in values])
    assert usual is not None
    assert longer is not None
    place = usual.place(one)
    assert longer.place(one * factor) == (None if place is None else pytest.approx(place, abs=1e-6))


def test_a_time_is_placed_by_its_logarithm() -> None:
    usual = Usual(500, 1000, 2000, 100)
    assert usual.place(1000) == 0
    below, above = usual.place(250), usual.place(4000)
    assert below is not None
    assert above is not None
    assert below == pytest.approx(-above)
    assert Usual(5, 5, 5, 100).place(1) is None


@given(st.dictionaries(st.integers(1, 9), st.lists(st.integers(1, 10**6), min_size=1), min_size=1))
def test_times_never_overlap(changes: dict[int, list[int]]) -> None:
    found = times(changes)
    assert found.keys() == changes.keys()
    assert all(0 <= taken <= min(changes[at]) for at, taken in found.items())


def test_a_time_runs_from_whatever_was_answered_before() -> None:
    assert times({1: [4_000], 2: [10_000, 30_000], 3: [31_000]}) == {1: 4_000, 2: 6_000, 3: 1_000}


# --- synthetic people ---


@dataclass
class Field:
    """A round on which many worked, all on the same twenty questions."""

    quiz: Quiz
    revisions: Sequence[int]
    rolled: random.Random = field(default_factory=lambda: random.Random(1))

    def options(self, skill: float) -> list[int]:
        """The author's places of the options that somebody of this skill chooses; wrong ones are 0, 2 or 3."""
        return [
            RIGHT if self.rolled.random() < skill else self.rolled.choices([0, 2, 3], [5, 3, 2])[0]
            for _ in self.revisions
        ]

    def paper(
        self,
        options: Sequence[int],
        *,
        person: Enrolment | None = None,
        seconds: float = 600,
        after: timedelta = timedelta(),
        address: str = "",
        number: int = 1,
    ) -> Attempt:
        """A paper with these answers, spread evenly over its time."""
        quiz = self.quiz
        person = person or quiz.make.enrolment(quiz.campaign)
        started = quiz.ctx.now + after
        attempt = Attempt(
            campaign_id=quiz.campaign.id,
            phase_id=quiz.round_.id,
            enrolment_id=person.id,
            user_id=person.user_id,
            number=number,
            minutes=15,
            started_at=started,
            deadline=started + timedelta(minutes=15),
            token=f"{self.rolled.random()}"[:32],
            address=address,
            asks_prediction=False,
            submitted_at=started + timedelta(seconds=seconds),
            handed_in_by=HandIn.PARTICIPANT,
        )
        quiz.ctx.session.add(attempt)
        quiz.ctx.session.flush()
        step = round(seconds * 1000 / (len(options) + 1))
        at = [{"attempt_id": attempt.id, "position": position} for position in range(1, len(options) + 1)]
        order = pack(range(OPTIONS))
        items = [
            place | {"revision_id": id_, "option_order": order} for place, id_ in zip(at, self.revisions, strict=True)
        ]
        answers = [
            place | {"response": str(1 << option), "history": f"{1 << option}@{place['position'] * step};"}
            for place, option in zip(at, options, strict=True)
        ]
        quiz.ctx.session.execute(sa.insert(Item), items)
        quiz.ctx.session.execute(sa.insert(Answer), [row | {"sequence": 1, "saved_at": started} for row in answers])
        return attempt

    def crowd(self, number: int = 30, **how: float) -> list[Attempt]:
        """Papers of independent people, who take ten minutes more or less."""
        skills = [self.rolled.uniform(0.3, 0.7) for _ in range(number)]
        return [self.paper(self.options(skill), seconds=self.rolled.uniform(400, 850), **how) for skill in skills]  # type: ignore[arg-type]

    def graded(self) -> None:
        grade_round(self.quiz.ctx, round_id=self.quiz.round_.id)
        self.quiz.ctx.session.commit()


@pytest.fixture
def crowded(quiz: Quiz) -> Field:
    asked = [question(f"bang-chung-{n}", right=(RIGHT,), options=OPTIONS) for n in range(QUESTIONS)]
    fill_bank(quiz.ctx, campaign=quiz.campaign, topics=quiz.topics, questions=asked)
    found = quiz.ctx.session.scalars(
        sa.select(Revision.id).where(Revision.text.contains("bang-chung")).order_by(Revision.id)
    ).all()
    return Field(quiz, found)


def compared(crowded: Field, attempt: Attempt, unit: Unit | None = None) -> Similarity:
    return similarity(crowded.quiz.ctx, attempt=attempt, unit_id=unit.id if unit else 0)


def test_a_copyist_is_found_among_the_innocent(crowded: Field) -> None:
    innocent = crowded.crowd()
    source = crowded.paper(crowded.options(0.4))
    answers = crowded.quiz.ctx.session.scalars(
        sa.select(Answer.response).where(Answer.attempt_id == source.id).order_by(Answer.position)
    )
    copied = [int(response).bit_length() - 1 for response in answers]
    copyist = crowded.paper(copied)
    crowded.graded()
    found = compared(crowded, copyist)
    assert found.likest[0].attempt_id == source.id
    assert found.likest[0].equal == found.likest[0].both_wrong == found.wrong
    assert found.likest[0].expected < found.wrong
    assert found.likest[0].probability < 0.01
    assert found.weight is Weight.SOME
    assert found.compared <= len(innocent) + 1
    assert [compared(crowded, one).weight for one in innocent].count(Weight.NONE) == len(innocent)


def test_with_few_wrong_answers_nothing_is_compared(crowded: Field) -> None:
    crowded.crowd(5)
    best = crowded.paper([RIGHT] * (QUESTIONS - 3) + [0, 0, 0])
    twin = crowded.paper([RIGHT] * (QUESTIONS - 3) + [0, 0, 0])
    crowded.graded()
    assert twin.id
    assert compared(crowded, best) == Similarity(3, 0, [])


def test_equal_right_answers_say_nothing(crowded: Field) -> None:
    crowded.crowd()
    wrong = [0, 2, 3, 0, 2]
    other = [2, 3, 0, 3, 0]
    first = crowded.paper([RIGHT] * (QUESTIONS - 5) + wrong)
    crowded.paper([RIGHT] * (QUESTIONS - 5) + other)
    crowded.graded()
    assert compared(crowded, first).weight is Weight.NONE


def test_own_papers_and_those_set_aside_are_left_out(crowded: Field) -> None:
    person = crowded.quiz.make.enrolment(crowded.quiz.campaign)
    options = crowded.options(0.3)
    first = crowded.paper(options, person=person)
    aside = crowded.paper(options)
    aside.set_aside_reason = "sự cố"
    crowded.graded()
    assert compared(crowded, first).compared == 0


def test_a_paper_faster_than_anybody_reads_stands_out(crowded: Field) -> None:
    usual = crowded.crowd()
    fast = crowded.paper(crowded.options(1), seconds=30)
    slow = crowded.paper(crowded.options(1), seconds=800)
    crowded.graded()
    found = pace(crowded.quiz.ctx, attempt=fast)
    assert found.place is not None
    assert found.place < -3
    assert found.quick_and_right == QUESTIONS
    assert found.weight is Weight.MUCH
    for one in [*usual, slow]:
        assert pace(crowded.quiz.ctx, attempt=one).weight is Weight.NONE


def test_too_few_papers_say_nothing_about_what_is_usual(crowded: Field) -> None:
    crowded.crowd(5)
    fast = crowded.paper(crowded.options(1), seconds=10)
    crowded.graded()
    found = pace(crowded.quiz.ctx, attempt=fast)
    assert (found.usual, found.place, list(found.questions), found.weight) == (None, None, [], Weight.NONE)


def test_quick_wrong_answers_are_no_hint(crowded: Field) -> None:
    crowded.crowd()
    guessed = crowded.paper([0] * QUESTIONS, seconds=30)
    crowded.graded()
    found = pace(crowded.quiz.ctx, attempt=guessed)
    assert found.quick_and_right == 0
    assert found.weight is Weight.SOME, "the whole paper was fast all the same"


def test_answers_that_a_device_kept_and_sent_together_are_not_quick(crowded: Field) -> None:
    crowded.crowd()
    offline = crowded.paper(crowded.options(1), seconds=610)
    for answer in crowded.quiz.ctx.session.scalars(sa.select(Answer).where(Answer.attempt_id == offline.id)):
        answer.history = f"{answer.response}@{600_000 + 60 * answer.position};"
    crowded.graded()
    found = pace(crowded.quiz.ctx, attempt=offline)
    assert (found.quick_and_right, found.weight) == (0, Weight.NONE)


@pytest.mark.parametrize(
    "decided", [{"worth": 0}, {"key": {"right": [RIGHT], "everyone": True}}], ids=["void", "full marks for everybody"]
)
def test_what_is_right_by_a_decision_is_no_sign_of_help(crowded: Field, decided: dict[str, Any]) -> None:
    crowded.crowd()
    guessed = crowded.paper([0] * QUESTIONS, seconds=30)
    crowded.quiz.ctx.session.execute(sa.update(Revision).values(**decided))
    crowded.graded()
    assert pace(crowded.quiz.ctx, attempt=guessed).quick_and_right == 0


def test_of_each_person_the_likest_paper_is_told_of(crowded: Field) -> None:
    innocent = crowded.crowd()
    options, friend = crowded.options(0.4), crowded.quiz.make.enrolment(crowded.quiz.campaign)
    mine = crowded.paper(options)
    for number in range(1, 5):
        crowded.paper(options, person=friend, after=timedelta(minutes=20 * number), number=number)
    crowded.graded()
    likest = compared(crowded, mine).likest
    assert [one.enrolment_id for one in likest].count(friend.id) == 1
    assert {one.enrolment_id for one in likest[1:]} <= {one.enrolment_id for one in innocent}


def test_of_many_papers_those_are_compared_that_may_have_to_do_with_it(
    crowded: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cuocthi_quiz.domain.evidence.similarity.NEAREST", 2)
    quiz, options = crowded.quiz, crowded.options(0.3)
    unit = quiz.make.unit("Sở Nội vụ")
    mine = crowded.paper(options, person=quiz.make.enrolment(quiz.campaign, unit=unit), address="203.0.113.7")
    wrong = [(option + 2) % OPTIONS if option != RIGHT else 0 for option in options]
    for _ in range(4):
        crowded.paper(options)
    colleague = crowded.paper(wrong, person=quiz.make.enrolment(quiz.campaign, unit=unit))
    neighbour = crowded.paper(wrong, address="203.0.113.7")
    for _ in range(4):
        crowded.paper(wrong)
    crowded.graded()
    found = compared(crowded, mine, unit)
    assert found.compared == 4
    assert {colleague.id, neighbour.id} < {one.attempt_id for one in found.likest}


MINUTE = timedelta(minutes=1)


def shared(crowded: Field, attempt: Attempt, unit: Unit) -> Weight:
    return sharing(crowded.quiz.ctx, attempt=attempt, unit_id=unit.id).weight


def test_colleagues_behind_one_line_weigh_little(crowded: Field) -> None:
    make, campaign = crowded.quiz.make, crowded.quiz.campaign
    unit = make.unit("Sở Nội vụ")
    papers = [
        crowded.paper(crowded.options(0.5), person=make.enrolment(campaign, unit=unit), address="203.0.113.7")
        for _ in range(6)
    ]
    alone = crowded.paper(crowded.options(0.5), address="203.0.113.8")
    assert shared(crowded, papers[0], unit) is Weight.LITTLE
    assert shared(crowded, alone, unit) is Weight.NONE


@pytest.mark.parametrize(
    ("gap", "device", "weight"),
    [
        (timedelta(seconds=40), "Chrome, Android", Weight.MUCH),
        (timedelta(seconds=40), "Safari, iPhone", Weight.SOME),
        (timedelta(minutes=40), "Chrome, Android", Weight.LITTLE),
    ],
)
def test_a_device_that_was_handed_on_weighs_much(crowded: Field, gap: timedelta, device: str, weight: Weight) -> None:
    quiz = crowded.quiz
    unit = quiz.make.unit("Sở Nội vụ")
    papers = []
    for name, after in (("Chrome, Android", timedelta()), (device, 10 * MINUTE + gap)):
        person = quiz.make.enrolment(quiz.campaign, unit=unit)
        start_session(quiz.ctx, user_id=person.user_id, device=name, hours=9)
        papers.append(crowded.paper(crowded.options(0.5), person=person, after=after, address="203.0.113.7"))
    found = sharing(quiz.ctx, attempt=papers[0], unit_id=unit.id)
    assert found.weight is weight
    assert (found.nearest[0].follows == gap) is (weight is not Weight.LITTLE)


def test_accounts_that_registered_together_and_play_alike_are_told_of(crowded: Field) -> None:
    quiz = crowded.quiz
    unit = quiz.make.unit("Sở Nội vụ")
    same, own = crowded.options(0.5), crowded.options(0.5)
    people = [quiz.make.enrolment(quiz.campaign, unit=unit) for _ in range(7)]
    papers = [crowded.paper(same if at < 4 else crowded.options(0.5), person=p) for at, p in enumerate(people)]
    elsewhere = quiz.make.enrolment(quiz.campaign, unit=quiz.make.unit("Sở Y tế"))
    crowded.paper(own, person=elsewhere)
    crowded.graded()
    found = burst(quiz.ctx, attempt=papers[0], enrolment=people[0])
    assert (found.persons, found.alike, found.weight) == (6, 3, Weight.SOME)
    assert found.fellows[0].both_wrong == found.fellows[0].equal == sum(option != RIGHT for option in same)
    other = burst(quiz.ctx, attempt=papers[6], enrolment=people[6])
    assert (other.alike, other.weight) == (0, Weight.LITTLE)


def test_one_friend_with_many_papers_is_one_person(crowded: Field) -> None:
    quiz = crowded.quiz
    unit = quiz.make.unit("Sở Nội vụ")
    me, friend = (quiz.make.enrolment(quiz.campaign, unit=unit) for _ in range(2))
    same = crowded.options(0.5)
    mine = crowded.paper(same, person=me)
    for number in (1, 2, 3):
        crowded.paper(same, person=friend, after=timedelta(minutes=20 * number), number=number)
    aside = crowded.paper(same, person=quiz.make.enrolment(quiz.campaign, unit=unit))
    aside.set_aside_reason = "sự cố"
    for _ in range(4):
        crowded.paper(crowded.options(0.3), person=quiz.make.enrolment(quiz.campaign, unit=unit))
    crowded.graded()
    found = burst(quiz.ctx, attempt=mine, enrolment=me)
    assert (found.persons, found.alike, found.weight) == (6, 1, Weight.LITTLE)
    assert [one.code for one in found.fellows].count(friend.code) == 1


def test_an_office_in_which_all_know_everything_is_no_burst(crowded: Field) -> None:
    quiz = crowded.quiz
    unit = quiz.make.unit("Sở Nội vụ")
    people = [quiz.make.enrolment(quiz.campaign, unit=unit) for _ in range(7)]
    papers = [crowded.paper([RIGHT] * QUESTIONS, person=person) for person in people]
    crowded.graded()
    found = burst(quiz.ctx, attempt=papers[0], enrolment=people[0])
    assert (found.persons, found.alike, found.weight) == (6, 0, Weight.LITTLE)


# --- networks ---

HOME, AT_HOME = "2402:800:6105:3a::1", "2402:800:6105:3a:dead:beef:0:7"


def test_devices_of_one_ipv6_network_are_together(crowded: Field) -> None:
    quiz = crowded.quiz
    unit = quiz.make.unit("Sở Nội vụ")
    person = quiz.make.enrolment(quiz.campaign, unit=unit)
    first = crowded.paper(crowded.options(0.5), person=person, address=HOME)
    second = crowded.paper(crowded.options(0.5), after=timedelta(minutes=11), address=AT_HOME)
    crowded.paper(crowded.options(0.5), after=timedelta(minutes=11), address="2402:800:6105:3ab::1")
    found = sharing(quiz.ctx, attempt=first, unit_id=unit.id)
    assert found.address == "2402:800:6105:3a::/64"
    assert [(one.attempt_id, one.follows) for one in found.nearest] == [(second.id, timedelta(minutes=1))]
    told = hints(quiz.ctx, round_id=quiz.round_.id, enrolment_ids=[person.id, second.enrolment_id])
    assert [hint.handed_on for hint in told.values()] == [True, True]


@given(st.integers(0x2000, 0x3FFF), st.lists(st.integers(0, 3), min_size=14, max_size=14))
def test_a_network_is_told_from_its_texts(provider: int, digits: list[int]) -> None:
    addresses = [
        ip_address((provider << 112) + (0x800 << 96) + sum(digit << 16 * place for place, digit in enumerate(part)))
        for part in (digits[:6], digits[6:12], digits[8:14])
    ]
    engine = sa.create_engine("sqlite://")
    texts = sa.table("texts", sa.column("address", sa.String))
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE texts (address TEXT)"))
        connection.execute(sa.insert(texts), [{"address": str(one)} for one in addresses])
        for own in addresses:
            near = set(connection.scalars(sa.select(texts.c.address).where(in_network_of(texts.c.address, str(own)))))
            assert near == {str(one) for one in addresses if network_of(str(one)) == network_of(str(own))}


@pytest.mark.parametrize("address", ["", "203.0.113.7", "::ffff:203.0.113.7", "không rõ"])
def test_other_addresses_stand_for_themselves(address: str) -> None:
    assert network_of(address) == address


def test_hints_beside_a_ranking_cost_the_same_for_few_and_many(crowded: Field, statements: Callable[[], int]) -> None:
    quiz = crowded.quiz
    innocent = crowded.crowd()
    fast = crowded.paper(crowded.options(1), seconds=30, address="203.0.113.7")
    next_one = crowded.paper(crowded.options(1), after=timedelta(seconds=60), address="203.0.113.7")
    crowded.graded()

    round_id = quiz.round_.id
    ids = {one.id: one.enrolment_id for one in [*innocent, fast, next_one]}

    def told(attempts: Sequence[Attempt]) -> Mapping[int, tuple[bool, bool]]:
        found = hints(quiz.ctx, round_id=round_id, enrolment_ids=[ids[one.id] for one in attempts])
        return {id_: (hint.fast is not None, hint.handed_on) for id_, hint in found.items()}

    statements()
    assert told([fast]) == {fast.enrolment_id: (True, True)}
    few = statements()
    everybody = told([*innocent, fast, next_one])
    assert statements() == few
    assert everybody[next_one.enrolment_id] == (False, True)
    assert {everybody[one.enrolment_id] for one in innocent} == {(False, False)}
    assert told([]) == {}


def test_a_dossier_takes_a_constant_number_of_statements(crowded: Field, statements: Callable[[], int]) -> None:
    quiz, counted = crowded.quiz, []
    person = crowded.paper(crowded.options(0.3), address="203.0.113.7").enrolment_id
    campaign = quiz.campaign.id
    for number in (8, 25):
        crowded.crowd(number, address="203.0.113.7")  # type: ignore[arg-type]
        crowded.graded()
        statements()
        found = dossier(quiz.ctx, campaign_id=campaign, enrolment_id=person, round_id=None)
        assert found is not None
        counted.append(statements())
    assert counted[0] == counted[1] == 17


def test_where_a_paper_was_begun_is_forgotten_with_its_person(crowded: Field) -> None:
    quiz = crowded.quiz
    kept, gone = (crowded.paper(crowded.options(0.5), address="203.0.113.7") for _ in range(2))
    erase(quiz.ctx, people=[Person(gone.user_id, gone.enrolment_id)], erasure=Erasure.WITHDRAWAL)
    quiz.ctx.session.expire_all()
    assert (kept.address, gone.address) == ("203.0.113.7", "")


def test_nobody_has_a_dossier_without_a_paper_or_elsewhere(crowded: Field) -> None:
    quiz = crowded.quiz
    one = crowded.paper(crowded.options(0.3))
    idle = quiz.make.enrolment(quiz.campaign)
    other = quiz.make.campaign(plugins=("quiz",))
    ids: dict[str, Any] = {"campaign_id": quiz.campaign.id, "enrolment_id": one.enrolment_id, "round_id": None}
    assert dossier(quiz.ctx, **ids) is not None
    for changed in ({"campaign_id": other.id}, {"enrolment_id": idle.id}, {"round_id": 10**6}):
        assert dossier(quiz.ctx, **(ids | changed)) is None
