"""Places, compared with a naive model: the counted entry, the rank over the declared keys, ties, missing values."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cuocthi.campaigns.settings import SettingsError, save_settings, structure, unstructure
from cuocthi.contributions import Direction, Measure, ResultRow
from cuocthi.enrolments.models import EnrolmentState
from cuocthi.errors import InvalidData
from cuocthi.standings.criteria import RULES_OWNER, Counted, Criterion, RankingRules, criteria_of
from cuocthi.standings.domain import build_ranking
from cuocthi.standings.models import Result, ResultMeasure, Standing
from cuocthi.standings.queries import standing_rows
from cuocthi.standings.results import post_results
from cuocthi.testing.plugins import make_format
from cuocthi.text import T

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.standings.models import Ranking
    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase

START = datetime(2024, 9, 15, 1, 0, tzinfo=UTC)
FULL = 3_000


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    error = Measure("error", T("Distance from the right number"), "count", Direction.LOWEST)
    neat = Measure("neat", T("Neat"), "flag", Direction.HIGHEST)
    return [make_format("estimates", measures=(error, neat))]


@dataclass(frozen=True)
class Entry:
    """An entry as the naive model knows it; small numbers, so that many are equal."""

    person: int
    number: int
    score: int
    duration: int
    start: int
    length: int
    error: int | None

    def row(self, enrolments: Sequence[Enrolment]) -> ResultRow:
        started = START + timedelta(microseconds=self.start)
        return ResultRow(
            enrolment_id=enrolments[self.person].id,
            entry_key=str(self.number),
            score=self.score * 1_000,
            max_score=FULL,
            duration_ms=self.duration,
            started_at=started,
            finished_at=started + timedelta(microseconds=self.length),
            measures={} if self.error is None else {"error": self.error},
        )

    def value(self, key: str) -> int | None:
        return {
            "score": self.score,
            "full_marks": int(self.score * 1_000 == FULL),
            "duration_ms": self.duration,
            "started_at": self.start,
            "finished_at": self.start + self.length,
            "error": self.error,
        }[key]


def comparable(entry: Entry, rules: RankingRules) -> tuple[object, ...]:
    """What an entry is compared by; smaller is better, missing values last."""
    qualified = all(entry.value(item.key) == 1 for item in rules.criteria if item.gate)
    keys = []
    for item in rules.criteria:
        value = entry.value(item.key)
        sign = -1 if item.direction is Direction.HIGHEST else 1
        keys.append((1, 0) if value is None else (0, sign * value))
    return (not qualified, *keys)


def counted_entry(entries: list[Entry], rules: RankingRules) -> Entry:
    moment = {entry: (entry.start, entry.start + entry.length, entry.number) for entry in entries}
    if rules.counted is Counted.FIRST:
        return min(entries, key=lambda entry: moment[entry])
    if rules.counted is Counted.LAST:
        return max(entries, key=lambda entry: moment[entry])
    return min(entries, key=lambda entry: (comparable(entry, rules), entry.start + entry.length, moment[entry]))


def naive_places(entries: list[Entry], rules: RankingRules) -> dict[int, tuple[int, int, int, int]]:
    """Return rank, number of equals, counted entry and number of entries by person."""
    own: dict[int, list[Entry]] = {}
    for entry in entries:
        own.setdefault(entry.person, []).append(entry)
    counting = {person: counted_entry(theirs, rules) for person, theirs in own.items()}
    by = {person: comparable(entry, rules) for person, entry in counting.items()}
    return {
        person: (
            1 + sum(other < mine for other in by.values()),
            sum(other == mine for other in by.values()),
            counting[person].number,
            len(own[person]),
        )
        for person, mine in by.items()
    }


PERSONS = 6
_KEYS = ("score", "full_marks", "duration_ms", "started_at", "finished_at", "error")
_small = st.integers(0, 3)


@st.composite
def _entries(draw: st.DrawFn) -> list[Entry]:
    numbers = [0] * PERSONS
    found = []
    drawn = st.tuples(st.integers(0, PERSONS - 1), _small, _small, _small, _small, st.none() | st.integers(-2, 2))
    for person, score, duration, start, length, error in draw(st.lists(drawn, max_size=16)):
        numbers[person] += 1
        found.append(Entry(person, numbers[person], score, duration, start, length, error))
    return found


@st.composite
def _rules(draw: st.DrawFn) -> RankingRules:
    keys = draw(st.lists(st.sampled_from(_KEYS), unique=True, min_size=1))
    directions = draw(st.lists(st.sampled_from(Direction), min_size=len(keys), max_size=len(keys)))
    gated = draw(st.booleans())
    criteria = tuple(
        Criterion(key, Direction.HIGHEST, gate=True) if key == "full_marks" and gated else Criterion(key, direction)
        for key, direction in zip(keys, directions, strict=True)
    )
    return RankingRules(criteria, draw(st.sampled_from([Counted.FIRST, Counted.LAST, Counted.BEST])))


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    return make.campaign(plugins=("estimates",))


@pytest.fixture
def round_(make: Factories, campaign: Campaign) -> Phase:
    return make.round(campaign, "estimates")


@pytest.fixture
def people(make: Factories, campaign: Campaign) -> list[Enrolment]:
    unit = make.unit()
    return [make.enrolment(campaign, unit=unit) for _ in range(PERSONS)]


def rank(
    ctx: Context, campaign: Campaign, round_: Phase, rules: RankingRules, rows: Sequence[ResultRow]
) -> tuple[Ranking, list[Standing]]:
    save_settings(ctx, owner=RULES_OWNER, campaign=campaign, round_=round_, value=rules)
    post_results(ctx, campaign=campaign, round_=round_, source="estimates", rows=rows)
    ranking = build_ranking(ctx, campaign=campaign, round_=round_)
    rows_found, _ = standing_rows(ctx, ranking=ranking)
    return ranking, [row.standing for row in rows_found]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=_entries(), rules=_rules(), seed=st.integers(0, 9))
def test_places_are_those_of_the_naive_model(
    ctx: Context,
    campaign: Campaign,
    round_: Phase,
    people: list[Enrolment],
    entries: list[Entry],
    rules: RankingRules,
    seed: int,
) -> None:
    digests = set()
    for order in (entries, random.Random(seed).sample(entries, len(entries))):
        with ctx.session.begin_nested() as example:
            ranking, standings = rank(ctx, campaign, round_, rules, [entry.row(people) for entry in order])
            person_of = {enrolment.id: person for person, enrolment in enumerate(people)}
            places = {
                person_of[found.enrolment_id]: (found.rank, found.tied, int(found.entry_key), found.entries)
                for found in standings
            }
            assert places == naive_places(entries, rules)
            assert [found.rank for found in standings] == sorted(found.rank for found in standings)
            assert (ranking.persons, ranking.entries) == (len(places), len(entries))
            for found in standings:
                entry = next(
                    e for e in entries if (e.person, e.number) == (person_of[found.enrolment_id], int(found.entry_key))
                )
                assert found.qualified is not comparable(entry, rules)[0]
                assert (found.score, found.duration_ms) == (entry.score * 1_000, entry.duration)
                for index, criterion in enumerate(criteria_of(ranking.criteria), start=1):
                    kept = criterion.value_of(getattr(found, f"key_{index}"))
                    assert kept == _stored(entry, criterion.key)
            digests.add(ranking.digest)
            example.rollback()
    assert len(digests) == 1


def _stored(entry: Entry, key: str) -> int | None:
    value = entry.value(key)
    if value is None:
        return None
    micros = (START - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    return {"score": value * 1_000, "started_at": micros + value, "finished_at": micros + value}.get(key, value)


# --- means ----------------------------------------------------------------------------------------------------------


def mean_of(entries: list[Entry], key: str) -> Fraction | None:
    """What a person's entries come to: moments and flags have no mean."""
    values = [value for entry in entries if (value := entry.value(key)) is not None]
    if len(values) < len(entries):
        return None
    if key in {"started_at", "full_marks"}:
        return Fraction(min(values))
    return Fraction(max(values)) if key == "finished_at" else Fraction(sum(values), len(values))


def comparable_means(entries: list[Entry], rules: RankingRules) -> tuple[object, ...]:
    """What a person's entries are compared by; smaller is better, missing values last."""
    qualified = all(mean_of(entries, item.key) == 1 for item in rules.criteria if item.gate)
    means = ((item, mean_of(entries, item.key)) for item in rules.criteria)
    signed = (
        (None if mean is None else -mean if item.direction is Direction.HIGHEST else mean) for item, mean in means
    )
    return (not qualified, *((1, 0) if mean is None else (0, mean) for mean in signed))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=_entries(), rules=_rules())
def test_means_are_compared_as_exact_fractions(
    ctx: Context,
    campaign: Campaign,
    round_: Phase,
    people: list[Enrolment],
    entries: list[Entry],
    rules: RankingRules,
) -> None:
    rules = replace(rules, counted=Counted.MEAN)
    own: dict[int, list[Entry]] = {}
    for entry in entries:
        own.setdefault(people[entry.person].id, []).append(entry)
    by = {person: comparable_means(theirs, rules) for person, theirs in own.items()}
    with ctx.session.begin_nested() as example:
        ranking, standings = rank(ctx, campaign, round_, rules, [entry.row(people) for entry in entries])
        assert {found.enrolment_id: (found.rank, found.tied, found.entries) for found in standings} == {
            person: (
                1 + sum(other < mine for other in by.values()),
                sum(other == mine for other in by.values()),
                len(own[person]),
            )
            for person, mine in by.items()
        }
        for found in standings:
            theirs = own[found.enrolment_id]
            assert found.score == sum(entry.score for entry in theirs) * 1_000 // len(theirs)
            for index, criterion in enumerate(criteria_of(ranking.criteria), start=1):
                mean = mean_of(theirs, criterion.key)
                if criterion.key in {"duration_ms", "error"}:
                    shown = None if mean is None else math.floor(mean + Fraction(1, 2))
                    assert criterion.value_of(getattr(found, f"key_{index}")) == shown
        example.rollback()


def test_of_many_entries_the_means_stay_apart(
    ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment]
) -> None:
    """997 and 998 entries with one millisecond more than nothing: the means differ by a millionth."""
    rows = [
        ResultRow(people[person].id, str(number), 0, FULL, int(number == 1), START, START)
        for person, entries in ((0, 997), (1, 998))
        for number in range(1, entries + 1)
    ]
    rules = RankingRules((Criterion("duration_ms", Direction.LOWEST),), Counted.MEAN)
    _, standings = rank(ctx, campaign, round_, rules, rows)
    assert [(found.enrolment_id, found.rank) for found in standings] == [(people[1].id, 1), (people[0].id, 2)]


def test_what_cannot_be_averaged_exactly_is_refused(
    ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment]
) -> None:
    rules = RankingRules((Criterion("error", Direction.LOWEST),), Counted.MEAN)
    with pytest.raises(InvalidData) as refused:
        rank(ctx, campaign, round_, rules, [simple(people[0], error=2**61), simple(people[0], entry_key="2", error=1)])
    assert "exact mean" in str(refused.value.problems[0])


def simple(person: Enrolment, score: int = 1_000, *, entry_key: str = "1", **measures: int) -> ResultRow:
    return ResultRow(person.id, entry_key, score, FULL, 10, START, START + timedelta(seconds=1), measures)


def test_nothing_but_the_declared_keys_decides(
    ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment]
) -> None:
    rules = RankingRules((Criterion("score", Direction.HIGHEST),))
    rows = [
        ResultRow(person.id, "1", 2_000, FULL, number, START + timedelta(hours=number), START + timedelta(days=1), {})
        for number, person in enumerate(people)
    ]
    _, standings = rank(ctx, campaign, round_, rules, rows)
    assert {(found.rank, found.tied, found.tie_place) for found in standings} == {(1, PERSONS, None)}


def test_nothing_right_of_nothing_asked_is_not_everything_right(
    ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment]
) -> None:
    rules = RankingRules((Criterion("full_marks", Direction.HIGHEST, gate=True),))
    empty = ResultRow(people[0].id, "1", 0, 0, 0, START, START)
    _, standings = rank(ctx, campaign, round_, rules, [empty, simple(people[1], FULL)])
    assert [(found.enrolment_id, found.qualified) for found in standings] == [
        (people[1].id, True),
        (people[0].id, False),
    ]


def test_whoever_does_not_qualify_ranks_behind_all_who_do_wherever_the_gate_stands(
    ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment]
) -> None:
    criteria = (Criterion("score", Direction.HIGHEST), Criterion("neat", Direction.HIGHEST, gate=True))
    rows = [simple(people[0], 3_000), simple(people[1], 1_000, neat=1), simple(people[2], 2_000, neat=0)]
    _, standings = rank(ctx, campaign, round_, RankingRules(criteria), rows)
    assert [(found.enrolment_id, found.rank) for found in standings] == [
        (people[1].id, 1),
        (people[0].id, 2),
        (people[2].id, 3),
    ]


def test_the_best_entry_is_chosen_by_the_criteria_of_the_ranking(
    ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment]
) -> None:
    rows = [simple(people[0], 3_000, entry_key="1", error=9), simple(people[0], 1_000, entry_key="2", error=0)]
    by_error = RankingRules((Criterion("error", Direction.LOWEST), Criterion("score", Direction.HIGHEST)))
    assert rank(ctx, campaign, round_, by_error, rows)[1][0].entry_key == "2"
    by_score = RankingRules((Criterion("score", Direction.HIGHEST), Criterion("error", Direction.LOWEST)))
    assert rank(ctx, campaign, round_, by_score, rows)[1][0].entry_key == "1"


def test_equal_entries_are_told_apart_by_their_number_not_by_its_spelling(
    ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment]
) -> None:
    rows = [simple(people[0], entry_key=key) for key in ("10", "9", "11")]
    for counted, expected in ((Counted.FIRST, "9"), (Counted.BEST, "9"), (Counted.LAST, "11")):
        rules = RankingRules(counted=counted)
        assert rank(ctx, campaign, round_, rules, rows)[1][0].entry_key == expected


def test_excluded_persons_are_left_out_of_the_next_ranking(
    ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment]
) -> None:
    rows = [simple(person, 1_000 * number) for number, person in enumerate(people[:3])]
    people[2].state, people[2].excluded_reason = EnrolmentState.EXCLUDED, "Thành viên Tổ Giúp việc"
    ranking, standings = rank(ctx, campaign, round_, RankingRules(), rows)
    assert [(found.enrolment_id, found.rank) for found in standings] == [(people[1].id, 1), (people[0].id, 2)]
    assert (ranking.persons, ranking.entries) == (2, 2)


def test_the_digest_does_not_depend_on_ids(ctx: Context, make: Factories, campaign: Campaign, round_: Phase) -> None:
    def digest_of(codes: list[str]) -> str:
        with ctx.session.begin_nested() as trial:
            people = [make.enrolment(campaign) for _ in codes]
            for enrolment, code in zip(people, codes, strict=True):
                enrolment.code = code
            ranking, _ = rank(ctx, campaign, round_, RankingRules(), [simple(p, 100 * int(p.code)) for p in people])
            trial.rollback()
            return ranking.digest

    assert digest_of(["1", "2", "3"]) == digest_of(["3", "1", "2"])
    assert digest_of(["1", "2", "3"]) != digest_of(["1", "2", "4"])


def test_rules_that_cannot_rank_are_refused(ctx: Context, campaign: Campaign, round_: Phase) -> None:
    for criteria in (
        (),
        (Criterion("score", Direction.HIGHEST),) * 2,
        tuple(Criterion(f"k{n}", Direction.LOWEST) for n in range(9)),
    ):
        with pytest.raises(SettingsError):
            RankingRules(criteria)
    with pytest.raises(SettingsError):
        RankingRules(public_places=-1)
    unknown = RankingRules((Criterion("wisdom", Direction.HIGHEST), Criterion("score", Direction.LOWEST, gate=True)))
    with pytest.raises(InvalidData) as refused:
        rank(ctx, campaign, round_, unknown, [])
    assert [str(problem) for problem in refused.value.problems] == [
        "No measure is called “wisdom” in this contest format.",
        "“Score” cannot decide who qualifies.",
    ]


def test_rules_survive_a_file() -> None:
    rules = RankingRules((Criterion("full_marks", Direction.HIGHEST, gate=True),), Counted.LAST, 3)
    plain = unstructure(rules)
    assert plain["counted"] == "last"
    assert structure(RankingRules, plain) == rules


# --- posting --------------------------------------------------------------------------------------------------------


def test_a_new_set_replaces_the_old_one_whole(
    ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment]
) -> None:
    def post(rows: list[ResultRow]) -> str:
        return post_results(ctx, campaign=campaign, round_=round_, source="estimates", rows=rows).digest

    first = post([simple(people[0], error=3), simple(people[1])])
    kept = ctx.session.scalars(sa.select(Result.id).order_by(Result.id)).all()
    assert post([simple(people[1]), simple(people[0], error=3)]) == first
    assert ctx.session.scalars(sa.select(Result.id).order_by(Result.id)).all() == kept, "an equal set changes nothing"
    assert post([simple(people[2], error=1)]) != first
    assert ctx.session.scalars(sa.select(Result.enrolment_id)).all() == [people[2].id]
    assert ctx.session.execute(sa.select(ResultMeasure.key, ResultMeasure.value)).all() == [("error", 1)]


def test_a_set_with_anything_wrong_changes_nothing(
    ctx: Context, make: Factories, campaign: Campaign, round_: Phase, people: list[Enrolment]
) -> None:
    post_results(ctx, campaign=campaign, round_=round_, source="estimates", rows=[simple(people[0], error=3)])
    stranger = make.enrolment(make.campaign())
    late = ResultRow(people[3].id, "1", 5_000, FULL, 0, START, START)
    with pytest.raises(InvalidData) as refused:
        post_results(
            ctx,
            campaign=campaign,
            round_=round_,
            source="estimates",
            rows=[simple(people[1]), simple(people[1]), simple(stranger), late],
        )
    assert [str(problem) for problem in refused.value.problems] == [
        "1 entry stands in the set more than once.",
        "1 result is of nobody in this campaign.",
        "1 result has impossible values.",
    ]
    with pytest.raises(InvalidData) as refused:
        post_results(
            ctx,
            campaign=campaign,
            round_=round_,
            source="estimates",
            rows=[simple(people[0], wisdom=3, error=2**62 + 1)],
        )
    assert [str(problem) for problem in refused.value.problems] == [
        "1 measure is not declared by the contest format.",
        "1 measure has an impossible value.",
    ]
    assert ctx.session.scalars(sa.select(Result.enrolment_id)).all() == [people[0].id]
