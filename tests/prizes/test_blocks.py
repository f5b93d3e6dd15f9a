"""A set of individual prizes may be for the units of one block: who competes, who does not, and who can check it."""

from __future__ import annotations

import io
import json
import runpy
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cuocthi.contributions import Act, Blocker, Browser, CampaignPart, RuleClause
from cuocthi.standings.inspection import write_archive
from cuocthi.standings.models import Ranking
from cuocthi.units.models import Unit
from cuocthi.users.models import User
from cuocthi_prizes import contributed
from cuocthi_prizes.candidates.models import CandidateDecision, DecisionKind
from cuocthi_prizes.domain.allocation import allocate
from cuocthi_prizes.domain.award_lists import adoption_obstacles, draw_up
from cuocthi_prizes.domain.awarded import Awarded, awarded_named
from cuocthi_prizes.domain.clauses import rule_clauses
from cuocthi_prizes.domain.extra_awards import persons_found
from cuocthi_prizes.domain.outlook import outlook
from cuocthi_prizes.domain.proposals import awards_by
from cuocthi_prizes.formula import Formula, UnitMeasure
from cuocthi_prizes.models import AwardList
from cuocthi_prizes.queries import Among, candidates, entrants, load_scheme
from cuocthi_prizes.settings import CollectiveTier, ExtraPrizes, PrizeSet, Tier, Ties

from .conftest import Contest, of_sets

RECOMPUTE = Path(__file__).parents[2] / "examples" / "inspection" / "recompute.py"
OFFICES, PLACES = "Khối cơ quan", "Khối địa phương"
TIERS = (Tier("nhat", "Giải Nhất", 1, 1_000_000), Tier("nhi", "Giải Nhì", 9, 500_000, share=400))
#: Scores by place, and the block of each person's unit: offices and places in turn, somebody in none.
SCORES = (20, 19, 19, 18, 17, 16, 15, 14, 13, 12)
IN_BLOCKS = (OFFICES, PLACES, PLACES, OFFICES, "", OFFICES, PLACES, PLACES, OFFICES, OFFICES)


def of_block(block: str, **more: Any) -> PrizeSet:
    key = "co-quan" if block == OFFICES else "dia-phuong"
    return PrizeSet(key, f"Giải {block}", block=block, **{"tiers": TIERS, **more})


@pytest.fixture
def units(contest: Contest) -> dict[str, Unit]:
    found = {block: contest.make.unit(f"Đơn vị {block or 'khác'}", block=block) for block in (OFFICES, PLACES, "")}
    contest.people += [contest.make.enrolment(contest.campaign, unit=found[block]) for block in IN_BLOCKS]
    return found


@pytest.fixture
def ranked(contest: Contest, units: dict[str, Unit]) -> Ranking:
    contest.save(of_sets(of_block(OFFICES), of_block(PLACES)))
    contest.post(SCORES)
    ranking = contest.provisional()
    contest.lot(ranking, 2)
    return contest.adopt(ranking)


def of(contest: Contest, key: str = "co-quan") -> Awarded:
    return awarded_named(contest.ctx, campaign=contest.campaign, set_key=key)


def drawn(contest: Contest, key: str = "co-quan") -> AwardList:
    return draw_up(contest.staff[0], campaign=contest.campaign, of=of(contest, key))


def winners(contest: Contest, made: AwardList) -> list[tuple[str, int]]:
    """The tier and the place among all persons of each award."""
    places = {person.id: place for place, person in enumerate(contest.people)}
    return [(one.tier, places[one.enrolment_id]) for one in made.by_rank]


def decided(contest: Contest, place: int, unit: Unit, key: str = "co-quan") -> None:
    """Award somebody with another unit, by a decision that was made on a former draft."""
    values: dict[str, Any] = {"campaign_id": contest.campaign.id, "set_key": key, "phase_id": contest.round_.id}
    values |= {"kind": DecisionKind.UNIT, "reason": "Khai nhầm đơn vị", "document_number": "12/BB-BTC"}
    values |= {"document_date": contest.ctx.now.date(), "decided_at": contest.ctx.now}
    person = contest.people[place]
    contest.ctx.session.add(CandidateDecision(enrolment_id=person.id, unit_id=unit.id, unit_name=unit.name, **values))
    contest.ctx.session.flush()


# --- who competes ---------------------------------------------------------------------------------------------------


def test_each_block_has_its_own_prizes_in_the_order_of_the_common_ranking(contest: Contest, ranked: Ranking) -> None:
    offices, places = drawn(contest), drawn(contest, "dia-phuong")
    assert winners(contest, offices) == [("nhat", 0), ("nhi", 3), ("nhi", 5)]
    assert {place for _, place in winners(contest, places)} == {1, 2}
    assert (offices.entrants, places.entrants) == (5, 4), "a share is one of those who compete for these prizes"


def test_a_tie_within_a_block_is_decided_before_the_ranking_is_adopted(contest: Contest, units: object) -> None:
    contest.save(of_sets(of_block(OFFICES), of_block(PLACES)))
    contest.post(SCORES)
    contest.provisional()
    found = contest.ctx.hooks.collect(
        contest.ctx, contest.campaign, "act_blockers", Blocker, act=Act.ADOPT_RANKING, round_=contest.round_
    )
    assert [one.key for one in found if one.key.startswith("tie")] == ["tie-dia-phuong-1"]


def test_who_is_awarded_with_another_unit_by_decision_is_in_the_block_of_that_one(
    contest: Contest, ranked: Ranking, units: dict[str, Unit]
) -> None:
    elsewhere = contest.make.unit("Chi cục mới", block=OFFICES)
    decided(contest, 0, units[PLACES])
    decided(contest, 4, elsewhere)
    made = drawn(contest)
    assert winners(contest, made) == [("nhat", 3), ("nhi", 4), ("nhi", 5)]
    assert [one.unit_id for one in made.by_rank] == [units[OFFICES].id, elsewhere.id, units[OFFICES].id]
    assert made.entrants == 5, "the figures of units rest on the ranking, which is adopted"


def test_a_unit_that_changes_its_block_asks_for_a_new_draft(
    contest: Contest, ranked: Ranking, units: dict[str, Unit]
) -> None:
    made = drawn(contest)
    assert not _others(contest, made)
    units[""].block = OFFICES
    contest.ctx.session.flush()
    assert _others(contest, made)


def _others(contest: Contest, made: AwardList) -> bool:
    reasons = adoption_obstacles(contest.staff[0], campaign=contest.campaign, award_list=made)
    return any("others would be awarded" in str(reason) for reason in reasons)


def test_prizes_by_hand_are_for_the_block_too(contest: Contest, ranked: Ranking, units: dict[str, Unit]) -> None:
    contest.save(of_sets(of_block(OFFICES, extra=ExtraPrizes(1, 100_000)), of_block(PLACES)))
    made = drawn(contest)
    for place, found in ((8, True), (7, False)):
        person = contest.people[place]
        assert [one.enrolment_id for one in _found(contest, made, person.code)] == [person.id] * found
    decided(contest, 7, units[OFFICES])
    assert _found(contest, made, contest.people[7].code)


def _found(contest: Contest, made: AwardList, code: str) -> list[Any]:
    return persons_found(contest.staff[0], award_list=made, search=code, limit=5)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whoever_is_in_no_block_and_whoever_moves_the_blocks_share_out_the_ranking(
    contest: Contest, ranked: Ranking, data: st.DataObject
) -> None:
    """Each block is the ranking without the others, whoever was moved, and its prizes are those of the rest alone."""
    everybody = candidates(contest.ctx, ranking_id=ranked.id, limit=None)
    moved = data.draw(st.dictionaries(st.sampled_from(contest.people), st.sampled_from([OFFICES, PLACES, ""])))
    block_of = dict(zip((one.id for one in contest.people), IN_BLOCKS, strict=True))
    block_of |= {person.id: block for person, block in moved.items()}
    limit = data.draw(st.integers(1, 12))
    for block in (OFFICES, PLACES):
        among = Among(
            block=block,
            moved_in=[person.id for person, to in moved.items() if to == block],
            moved_out=[person.id for person, to in moved.items() if to != block],
        )
        own = [one for one in everybody if block_of[one.enrolment_id] == block]
        assert candidates(contest.ctx, ranking_id=ranked.id, limit=limit, among=among) == own[:limit]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    quantity=st.integers(0, 4),
    threshold=st.sampled_from([0, 600, 850]),
    share=st.sampled_from([100, 400, 1000]),
    block=st.sampled_from([OFFICES, PLACES]),
    ties=st.sampled_from(Ties),
)
def test_the_prizes_of_a_block_are_those_of_a_ranking_of_the_block_alone(
    contest: Contest, ranked: Ranking, quantity: int, threshold: int, share: int, block: str, ties: Ties
) -> None:
    tiers = (Tier("nhat", "Giải Nhất", 1), Tier("nhi", "Giải Nhì", quantity, threshold=threshold, share=share))
    prize_set = of_block(block, tiers=tiers, ties=ties)
    everybody = candidates(contest.ctx, ranking_id=ranked.id, limit=None)
    block_of = dict(zip((one.id for one in contest.people), IN_BLOCKS, strict=True))
    own = [one for one in everybody if block_of[one.enrolment_id] == block]
    of = Awarded(prize_set, contest.round_)
    found = awards_by(contest.ctx, campaign=contest.campaign, scheme=of_sets(prize_set), of=of, ranking=ranked)
    assert found.entrants == len(own) == entrants(contest.ctx, ranking=ranked, block=block)
    assert found.allocation.places == allocate(tiers, own, entrants=len(own), ties=ties).places


# --- who checks it --------------------------------------------------------------------------------------------------


def files_of(contest: Contest, ranking: Ranking) -> dict[str, bytes]:
    written = io.BytesIO()
    write_archive(contest.ctx, campaign=contest.campaign, round_=contest.round_, ranking=ranking, to=written)
    with zipfile.ZipFile(written) as held:
        return {name: held.read(name) for name in held.namelist()}


def recomputed(files: dict[str, bytes], folder: Path) -> int:
    path = folder / "inspection.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    status: int = runpy.run_path(str(RECOMPUTE))["main"](str(path))
    return status


@pytest.fixture
def inspected(contest: Contest, ranked: Ranking, units: dict[str, Unit]) -> dict[str, bytes]:
    """What an inspector gets after a person was moved out of the block, and one into a new unit of it."""
    decided(contest, 0, units[PLACES])
    decided(contest, 4, contest.make.unit("Chi cục mới", block=OFFICES))
    for key in ("co-quan", "dia-phuong"):
        drawn(contest, key)
    # Lists keep the blocks as they were.
    units[OFFICES].block = "Khối khác"
    contest.ctx.session.flush()
    return files_of(contest, ranked)


def test_an_inspector_comes_to_the_same_awards(
    inspected: dict[str, bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert recomputed(inspected, tmp_path) == 0
    said = capsys.readouterr().out
    assert "as decided: 5 entrants" in said
    assert "as decided: 3 awards" in said
    assert "as decided: 4 entrants" in said
    assert "as decided: 2 awards" in said


def _another_block(lists: list[Any]) -> None:
    lists[0]["scheme"]["sets"][0]["block"] = PLACES


def _no_correction(lists: list[Any]) -> None:
    lists[0]["corrected_units"] = []


def _more_entrants(lists: list[Any]) -> None:
    lists[0]["entrants"] = 10


def _another_unit_in_the_block(lists: list[Any]) -> None:
    next(one for one in lists[0]["units"] if one["block"] == PLACES)["block"] = OFFICES


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (_another_block, "DIFFERENT:  3 awards"),
        (_no_correction, "DIFFERENT:  3 awards"),
        (_more_entrants, "DIFFERENT:  10 entrants"),
        (_another_unit_in_the_block, "DIFFERENT:  5 entrants"),
    ],
)
def test_what_was_changed_is_named(
    inspected: dict[str, bytes],
    change: Callable[[list[Any]], None],
    named: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    lists = json.loads(inspected["awards.json"])
    change(lists)
    inspected["awards.json"] = json.dumps(lists).encode()
    assert recomputed(inspected, tmp_path) == 1
    assert named in capsys.readouterr().out


# --- where it is said -----------------------------------------------------------------------------------------------


def test_the_rules_say_for_whom_the_prizes_are(contest: Contest, ranked: Ranking) -> None:
    (clause,) = contest.ctx.hooks.collect(contest.ctx, contest.campaign, "rule_clauses", RuleClause)
    assert "của các đơn vị thuộc Khối cơ quan" in clause.body
    assert "của các đơn vị thuộc Khối địa phương" in clause.body


def test_collective_prizes_alone_are_not_said_to_be_for_the_block(contest: Contest) -> None:
    contest.save(of_sets(of_block(OFFICES, tiers=(), collective=(CollectiveTier("tt", "Giải tập thể"),))))
    (clause,) = contest.ctx.hooks.collect(contest.ctx, contest.campaign, "rule_clauses", RuleClause)
    assert OFFICES not in clause.body


def test_who_would_win_is_seen_before_a_set_is_for_a_block(contest: Contest, ranked: Ranking) -> None:
    present = load_scheme(contest.ctx, campaign=contest.campaign).value
    for_all = replace(present, sets=(replace(present.sets[0], block=""), present.sets[1]))
    (look,) = outlook(contest.ctx, campaign=contest.campaign, present=for_all, changed=present, key="co-quan")
    names = [contest.people[place].name for place in (1, 2)]
    lost = [str(change) for change in look.changes if "no longer has" in str(change)]
    assert [any(name in said for said in lost) for name in names] == [True, True]


def test_a_block_without_units_is_noticed_before_the_campaign_opens(contest: Contest, units: object) -> None:
    contest.save(of_sets(of_block(OFFICES), of_block("Khối trường học")))
    items = {item.key: item for item in contributed.readiness(contest.ctx, contest.campaign)}
    assert (items["blocks"].done, str(items["blocks"].detail)) == (False, "No unit belongs to “Khối trường học”.")
    contest.save(of_sets(of_block(OFFICES), of_block(PLACES)))
    items = {item.key: item for item in contributed.readiness(contest.ctx, contest.campaign)}
    assert items["blocks"].done
    contest.save(of_sets(replace(of_block(OFFICES), block="")))
    assert "blocks" not in {item.key for item in contributed.readiness(contest.ctx, contest.campaign)}


def test_a_block_goes_through_a_campaign_file(contest: Contest, ranked: Ranking) -> None:
    (part,) = contest.ctx.hooks.collect(contest.ctx, contest.campaign, "export_campaign", CampaignPart)
    assert [one["block"] for one in part.values["sets"]] == [OFFICES, PLACES]
    other, tomorrow = contest.make.campaign(plugins=("sprint", "prizes")), contest.ctx.now + timedelta(days=1)
    contest.make.round(other, "sprint", opens_at=tomorrow)
    contest.ctx.hooks.notify(contest.ctx, other, "import_campaign", only="prizes", part=part)
    assert load_scheme(contest.ctx, campaign=other).value == load_scheme(contest.ctx, campaign=contest.campaign).value


def test_a_block_is_chosen_among_those_there_are(
    contest: Contest, ranked: Ranking, sign_in: Callable[[User], Browser]
) -> None:
    contest.round_.windows[0].opens_at = contest.ctx.now + timedelta(hours=1)
    contest.round_.windows[0].closes_at = contest.ctx.now + timedelta(hours=2)
    person = contest.ctx.session.get_one(User, contest.staff[0].actor.user_id)
    contest.ctx.session.commit()
    browser, slug = sign_in(person), contest.campaign.slug
    contest.ctx.session.rollback()  # on SQLite the request may write
    entered = {"title": "Giải", "awarded": "", "ties": "decide", "division": "", "block": PLACES}
    entered |= {"tiers-0-title": "Giải Nhất", "tiers-0-quantity": "1", "tiers-0-value": "1.000"}
    page = browser.get(f"/c/{slug}/prizes/scheme/sets/co-quan")[1]
    assert f'<option selected value="{OFFICES}">' in page
    assert browser.post(f"/c/{slug}/prizes/scheme/sets/co-quan", entered | {"block": "Khối lạ"})[0] == 422
    assert browser.post(f"/c/{slug}/prizes/scheme/sets/co-quan", entered)[0] == 200
    assert PLACES in browser.get(f"/c/{slug}/prizes/scheme")[1]
    contest.ctx.session.expire_all()
    assert load_scheme(contest.ctx, campaign=contest.campaign).value.sets[0].block == PLACES
    contest.ctx.session.rollback()


def test_the_rules_call_a_block_a_block(contest: Contest) -> None:
    tiers = (CollectiveTier("mot", "Giải A", 1, 1_000_000, "Các xã"), CollectiveTier("hai", "Giải B", 1, 1, OFFICES))
    (clause,) = rule_clauses(of_sets(PrizeSet("chung", "Giải", tiers=TIERS, block="Các xã", collective=tiers)), "vi")
    assert "đơn vị thuộc khối Các xã, theo thứ tự" in clause.body
    assert "dành cho các đơn vị thuộc khối Các xã" in clause.body
    assert "dành cho các đơn vị thuộc Khối cơ quan" in clause.body, "its name says so already"


def test_blocks_are_chosen_and_where_they_are_given_is_said(
    contest: Contest, sign_in: Callable[[User], Browser]
) -> None:
    contest.save(of_sets(PrizeSet("chung", "Giải", collective=(CollectiveTier("mot", "Giải A", 1, 1, "Khối cũ"),))))
    organiser = contest.ctx.session.get_one(User, contest.staff[0].actor.user_id)
    address = f"/c/{contest.campaign.slug}/prizes/scheme/sets/chung"
    contest.ctx.session.commit()
    browser = sign_in(organiser)
    page = browser.get(address)[1]
    assert "Đơn vị thuộc khối nào" in page
    assert "Chưa có đơn vị nào thuộc khối" in page
    assert f'href="/c/{contest.campaign.slug}/staff/units/' in page
    assert '<option selected value="Khối cũ">Khối cũ</option>' in page
    contest.make.unit("Sở", block=OFFICES)
    contest.ctx.session.commit()
    page = browser.get(address)[1]
    assert f'<option value="{OFFICES}">' in page
    assert "Chưa có đơn vị nào thuộc khối" not in page


def test_a_formula_that_counts_prizes_a_set_does_not_give_is_warned_of(contest: Contest) -> None:
    formula = Formula((UnitMeasure.WINNERS,))
    collective = (CollectiveTier("mot", "Giải A", 1, 1_000),)
    both = [
        PrizeSet("tap-the", "Giải tập thể", collective=collective, formula=formula),
        PrizeSet("chung", "Giải chung", tiers=TIERS, collective=collective, formula=formula),
    ]
    contest.save(of_sets(*both))
    items = contributed.readiness(contest.ctx, contest.campaign)
    assert [(item.key, item.required) for item in items if item.key.startswith("formula")] == [
        ("formula-tap-the", False)
    ]
