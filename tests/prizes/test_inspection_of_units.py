"""The auditor's program comes to the same collective prizes, with many ties, and names what was changed."""

from __future__ import annotations

import io
import json
import runpy
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cuocthi.standings.inspection import write_archive
from cuocthi.standings.models import Ranking
from cuocthi.units.models import Unit
from cuocthi_prizes.domain.award_lists import adoption_obstacles, draw_up
from cuocthi_prizes.domain.awarded import awarded_named
from cuocthi_prizes.domain.extra import Decided
from cuocthi_prizes.domain.extra_awards import grant_extra
from cuocthi_prizes.domain.proposals import awards_by
from cuocthi_prizes.domain.unit_awards import grant
from cuocthi_prizes.formula import Band, Formula, UnitMeasure, Weight
from cuocthi_prizes.models import AwardList
from cuocthi_prizes.queries import last_numbers, load_scheme
from cuocthi_prizes.settings import CollectiveTier, ExtraPrizes

from .conftest import TIERS, Contest, with_main

RECOMPUTE = Path(__file__).parents[2] / "examples" / "inspection" / "recompute.py"
WEIGHTED = Formula(
    by=(UnitMeasure.WEIGHTED, UnitMeasure.PERSONS),
    weights=(Weight(UnitMeasure.RATE, 60), Weight(UnitMeasure.MEAN, 30), Weight(UnitMeasure.WINNERS, 10)),
    bands=(Band(0, 300), Band(6, 250)),
    least_winners=0,
)
KINDS = (
    CollectiveTier("tt-nhat", "Giải Nhất tập thể", 1, 5_000_000, block="Khối xã"),
    CollectiveTier("tt-nhi", "Giải Nhì tập thể", 2, 3_000_000, block="Khối xã"),
    CollectiveTier("tt-so", "Giải Nhất khối sở", 1, 5_000_000, block="Khối sở"),
    CollectiveTier("tt-dong-vien", "Giải động viên", 3, 500_000),
)
#: Units: their block, how many are entitled, and the scores of their people; several are equal in everything.
UNITS = (
    ("Khối xã", 3, (20, 19)),
    ("Khối xã", 4, (18, 17)),
    ("Khối xã", 4, (18, 17)),
    ("Khối xã", 9, (16, 16, 15)),
    ("Khối xã", 9, (16, 16, 15)),
    ("Khối xã", 40, (14,)),
    ("Khối sở", 2, (13, 12)),
    ("Khối sở", 2, (11, 10)),
    ("", None, (9,)),
)


@pytest.fixture
def units(contest: Contest) -> list[Unit]:
    found = []
    for number, (block, entitled, scores) in enumerate(UNITS):
        unit = contest.make.unit(f"Đơn vị {number}", block=block)
        if entitled is not None:
            contest.make.headcount(contest.campaign, unit, entitled)
        contest.people += [contest.make.enrolment(contest.campaign, unit=unit) for _ in scores]
        found.append(unit)
    return found


@pytest.fixture
def drawn(contest: Contest, units: list[Unit]) -> Callable[..., AwardList]:
    def up(**changed: Any) -> AwardList:
        scheme = {"collective": KINDS, "formula": WEIGHTED, "tiers": TIERS[:2], **changed}
        contest.save(with_main(**scheme))
        contest.post([score for _block, _entitled, scores in UNITS for score in scores])
        ranking = contest.provisional()
        for rank in sorted({tie.rank for tie in _open_ties(contest)}):
            contest.lot(ranking, rank)
        contest.adopt(ranking)
        return draw_up(contest.staff[0], campaign=contest.campaign)

    return up


def _open_ties(contest: Contest) -> list[Any]:

    of = awarded_named(contest.ctx, campaign=contest.campaign)
    ranking = of.newest_ranking(contest.ctx)
    assert ranking is not None
    scheme = load_scheme(contest.ctx, campaign=contest.campaign).value
    found = awards_by(contest.ctx, campaign=contest.campaign, scheme=scheme, of=of, ranking=ranking)
    return list(found.allocation.open_ties)


def files_of(contest: Contest, made: AwardList) -> dict[str, bytes]:

    ranking = contest.ctx.session.get_one(Ranking, made.ranking_id)
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


@pytest.mark.parametrize(
    "formula",
    [
        WEIGHTED,
        Formula((UnitMeasure.RATE,)),
        Formula((UnitMeasure.PERSONS, UnitMeasure.MEAN)),
        Formula((UnitMeasure.WINNERS,), least_winners=1),
        Formula((UnitMeasure.MEAN, UnitMeasure.RATE), bands=(Band(0, 500),), least_persons=2),
    ],
)
def test_it_comes_to_the_same_units(
    contest: Contest,
    drawn: Callable[..., AwardList],
    formula: Formula,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    made = drawn(formula=formula)
    assert recomputed(files_of(contest, made), tmp_path) == 0
    said = capsys.readouterr().out
    assert f"as decided: {len(made.unit_awards)} collective prizes by the formula" in said
    assert "as decided: the figures of 9 units" in said
    assert len(made.remarks) == said.count("left to a decision: ")


def by_hand(contest: Contest, unit: Unit, tier: str) -> None:
    grant(
        contest.staff[0],
        campaign=contest.campaign,
        number=contest_list(contest),
        tier=tier,
        unit_id=unit.id,
        reason="Bằng nhau theo công thức, phong trào tốt hơn",
        decision_number="16/QĐ-BTC",
        decision_date=date(2024, 9, 19),
    )


def contest_list(contest: Contest) -> int:

    return last_numbers(contest.ctx, campaign_id=contest.campaign.id, part=("main", contest.round_.id))[0]


TIED = Formula((UnitMeasure.PERSONS,))


def test_what_was_decided_by_hand_is_told_and_the_rest_goes_by_the_formula(
    contest: Contest,
    drawn: Callable[..., AwardList],
    units: list[Unit],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    made = drawn(formula=TIED)  # two communes have three persons each
    assert not {award.tier for award in made.unit_awards} & {"tt-nhat", "tt-nhi"}
    by_hand(contest, units[3], "tt-nhat")
    reasons = adoption_obstacles(contest.staff[0], campaign=contest.campaign, award_list=made)
    assert ["By the formula, other units" in str(reason) for reason in reasons] == [True]
    again = draw_up(contest.staff[0], campaign=contest.campaign)
    assert recomputed(files_of(contest, again), tmp_path) == 0
    said = capsys.readouterr().out
    assert f"by decision 16/QĐ-BTC: Giải Nhất tập thể, unit {units[3].id}" in said


def test_extra_prizes_are_told_and_held_against_the_scheme(
    contest: Contest, drawn: Callable[..., AwardList], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = drawn(extra=ExtraPrizes(1, 500_000))
    decided = Decided("Người cao tuổi nhất", 500_000, "", "Sinh năm 1941", "15/QĐ-BTC", date(2024, 9, 19))
    person = contest.people[-1]
    grant_extra(contest.staff[0], campaign=contest.campaign, number=1, enrolment_id=person.id, decided=decided)
    files = files_of(contest, made)
    assert "1941" not in files["awards.json"].decode()
    assert recomputed(files, tmp_path) == 0
    said = capsys.readouterr().out
    assert f"by decision 15/QĐ-BTC: Người cao tuổi nhất, contest number {person.code}" in said
    assert "as decided: 1 extra prizes are within the scheme" in said


def _another_unit(lists: list[Any]) -> None:
    lists[0]["unit_awards"][0]["unit"] += 1


def _another_figure(lists: list[Any]) -> None:
    lists[0]["units"][0]["persons"] += 1


def _another_weight(lists: list[Any]) -> None:
    prizes = lists[0]["scheme"]["sets"][0]
    prizes["formula"]["by"], prizes["formula"]["bands"] = ["persons"], []


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (_another_unit, "DIFFERENT:  {count} collective prizes by the formula"),
        (_another_figure, "DIFFERENT:  the figures of 9 units"),
        (_another_weight, "DIFFERENT:  {count} collective prizes by the formula"),
    ],
)
def test_a_changed_file_is_named_and_so_is_what_it_changes(
    contest: Contest,
    drawn: Callable[..., AwardList],
    change: Callable[[list[Any]], None],
    named: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    made = drawn()
    files = files_of(contest, made)
    lists = json.loads(files["awards.json"])
    change(lists)
    files["awards.json"] = json.dumps(lists).encode()
    assert recomputed(files, tmp_path) == 1
    said = capsys.readouterr().out
    assert "DIFFERENT:  awards.json" in said
    assert named.format(count=len(made.unit_awards)) in said
