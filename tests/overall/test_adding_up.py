"""What is added up: against a model in plain Python, whatever counts, however it is weighted."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from tests.overall.conftest import FULL, Contest, Entry

from cuocthi.errors import InvalidData
from cuocthi.standings.decisions import exclude_entry
from cuocthi.standings.models import Result, ResultMeasure
from cuocthi_overall.settings import Combine, OverallRanking, Weighted

if TYPE_CHECKING:
    from cuocthi.testing.factories import Factories

CASES = [
    OverallRanking("any", ()),
    OverallRanking("any", (), Combine.MEAN),
    OverallRanking("any", (), best=1),
    OverallRanking("any", (), best=2, pass_mark=600),
    OverallRanking("any", (), Combine.MEAN, best=2, least=2),
    OverallRanking("any", (), least=3, added="error"),
    OverallRanking("any", (Weighted("a", 2_000), Weighted("b", 333)), added="error", pass_mark=500),
]


def played(contest: Contest, seed: int) -> list[dict[str, Entry]]:
    """What thirty people did in three rounds; each stays away from a third of them."""
    chance = random.Random(seed)
    rounds: list[dict[str, Entry]] = []
    for round_ in contest.rounds:
        entries: dict[str, Entry] = {}
        for number in range(30):
            if chance.random() < 0.67:
                error = chance.randrange(50) * 1_000 if chance.random() < 0.9 else None
                entries[f"person-{number}"] = (chance.randrange(0, FULL + 1, 700), chance.randrange(60, 600), error)
        contest.hold(round_, entries)
        rounds.append(entries)
    return rounds


def model(of: OverallRanking, weights: list[int], rounds: list[dict[str, Entry]]) -> dict[str, dict[str, Any]]:
    """Add up by hand."""
    counted = [(weight, entries) for weight, entries in zip(weights, rounds, strict=True) if weight]
    wholes = sorted((FULL * weight // 1_000 for weight, _ in counted), reverse=True)[: of.best or None]
    found = {}
    for name in {name for _, entries in counted for name in entries}:
        own = [
            (entries[name][0] * weight // 1_000, FULL * weight // 1_000, *entries[name][1:], number)
            for number, (weight, entries) in enumerate(counted)
            if name in entries
        ]
        if len(own) < of.least:
            continue
        best = sorted(own, key=lambda one: (-one[0] / one[1], one[2], one[4]))[: of.best or None]
        score, whole, seconds = (sum(one[at] or 0 for one in best) for at in range(3))
        duration = seconds * 1_000
        if of.combine is Combine.SUM:
            whole = sum(wholes)
        else:
            score, whole, duration = (half_up(value, len(best)) for value in (score, whole, duration))
        errors = [one[3] for one in best]
        found[name] = {
            "score": score,
            "max_score": whole,
            "duration_ms": duration,
            "rounds": len(own),
            "passed": int(score * 1_000 >= of.pass_mark * whole),
            "added": None if None in errors or not of.added else sum(error or 0 for error in errors),
        }
    return found


def half_up(total: int, number: int) -> int:
    return (2 * total + number) // (2 * number)


def posted(contest: Contest) -> dict[str, dict[str, Any]]:
    """What was posted to the core."""
    names = {person.id: name for name, person in contest.people.items()}
    found = {}
    session = contest.ctx.session
    for result in session.scalars(sa.select(Result).where(Result.phase_id == contest.overall.id)):
        own = sa.select(ResultMeasure.key, ResultMeasure.value).where(ResultMeasure.result_id == result.id)
        measures = {key: value for key, value in session.execute(own)}  # noqa: C416 - rows are Row objects, not tuples
        found[names[result.enrolment_id]] = {
            "score": result.score,
            "max_score": result.max_score,
            "duration_ms": result.duration_ms,
            "rounds": measures["rounds"],
            "passed": measures["passed"],
            "added": measures.get("added"),
        }
    return found


@pytest.mark.parametrize("case", range(len(CASES)))
def test_results_are_what_adding_up_by_hand_gives(contest: Contest, case: int) -> None:
    of = CASES[case]
    keys = [round_.key for round_ in contest.rounds]
    named = tuple(Weighted(key, one.weight) for key, one in zip(keys, of.rounds, strict=False))
    weights = [one.weight for one in named] + [0] * (3 - len(named)) if named else [1_000] * 3
    contest.set(
        OverallRanking(contest.overall.key, named, of.combine, of.best, of.least, of.division, of.pass_mark, of.added)
    )
    rounds = played(contest, case)
    ranking = contest.build()
    assert posted(contest) == model(of, weights, rounds)
    assert ranking.persons == len(posted(contest))


def test_only_a_division_is_ranked(contest: Contest, make: Factories) -> None:
    division = make.division(contest.campaign, "can-bo", "Cán bộ")
    contest.hold(contest.rounds[0], {"official": (9_000, 60, None), "resident": (8_000, 60, None)})
    contest.people["official"].division_id = division.id
    contest.set(OverallRanking(contest.overall.key, division="can-bo"))
    assert contest.build().persons == 1
    assert set(posted(contest)) == {"official"}


def test_whoever_was_excluded_does_not_count(contest: Contest) -> None:
    entries: dict[str, Entry] = {"one": (9_000, 60, None), "two": (8_000, 60, None)}
    contest.hold(contest.rounds[0], entries)
    contest.set(OverallRanking(contest.overall.key))
    exclude_entry(contest.ctx, enrolment=contest.people["one"], reason="Two accounts")
    contest.hold(contest.rounds[0], entries)
    assert contest.build().persons == 1
    assert set(posted(contest)) == {"two"}


def test_what_nothing_is_said_of_cannot_be_built(contest: Contest) -> None:
    contest.hold(contest.rounds[0], {"one": (9_000, 60, None)})
    with pytest.raises(InvalidData):
        contest.build()


def test_what_has_no_ranking_yet_cannot_be_built(contest: Contest) -> None:
    contest.set(OverallRanking(contest.overall.key))
    with pytest.raises(InvalidData):
        contest.build()
