"""The example format as a stranger's plugin: built, installed, used up to a published bundle, and taken away."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from .conftest import ROOT, Run

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

GUESS = ROOT / "examples" / "plugins" / "guess"
CONTEST = Path(__file__).with_name("guess_contest.py")
NOT_INSTALLED = "“guess” được bật nhưng chưa cài đặt"
#: Pages that refuse for other reasons than that the format is gone: nobody can join any more, no device is shared, the
#: organisers take no part and do not administer the installation, no rules were issued, nobody stands after the last,
#: no prize set is called so; and every page of the quiz, which this contest does not have.
REFUSED = {
    "/join": 409,
    "/shared-device": 404,
    "/me/data/wish/": 404,
    "/me/data/withdraw/": 404,
    "/staff/people/": 403,
    "/rules/1": 404,
    "/rankings/1/1/compare": 404,
    "/rankings/1/mine": 404,
    "/prizes/scheme/sets/": 404,
    "/quiz/": 404,
    "/news/awards": 404,
    "/news/mail/": 404,
    "/reference/awards": 404,
    "/uoc-luong/pictures/": 404,
    "/inquiries/": 404,
}


@pytest.fixture(scope="session")
def guess(installed: Callable[[Path], Path]) -> Path:
    return installed(GUESS)


def test_it_is_short() -> None:
    lines = [line for path in (GUESS / "cuocthi_guess").rglob("*.py") for line in path.read_text("utf-8").splitlines()]
    assert 100 < len(lines) < 240


def test_no_line_of_the_platform_knows_it() -> None:
    code = [path for folder in ("platform", "plugins") for path in (ROOT / folder).rglob("*.py")]
    assert len(code) > 100
    assert [path for path in code if "cuocthi_guess" in path.read_text("utf-8")] == []


def test_its_own_tests_pass_where_it_is_installed(guess: Path, run: Run, tmp_path: Path) -> None:
    configuration = tmp_path / "pytest.toml"
    configuration.write_text('[pytest]\naddopts = ["--import-mode=importlib"]\n', "utf-8")
    done = run(guess, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", configuration, GUESS / "tests")
    assert " passed" in done.stdout
    assert "skipped" not in done.stdout


def test_a_contest_of_it_ends_in_a_published_prize_and_outlives_its_removal(
    guess: Path, run: Run, database_url: str, engine: Engine
) -> None:
    played = json.loads(run(guess, CONTEST, "play", DATABASE_URL=database_url).stdout)
    assert played["listed"].startswith("guess\t1.0.0\tEstimate\tprovides results\trequires -\n")
    assert set(played["entered"]) == {200}
    (awards,) = [section for section in played["bundle"]["sections"] if section["key"] == "awards-prizes"]
    assert [(title, name) for title, name, _, _ in awards["rows"]] == [("Giải Nhất", "Trần Bình")]
    kept = contents(engine)
    assert sum(len(kept[table]) for table in kept if table.startswith("guess_")) == 5 + 1  # estimates and the revision

    seen = json.loads(run(None, CONTEST, "look", DATABASE_URL=database_url).stdout)
    assert "guess" not in seen["listed"]
    answers(seen)
    assert seen["refused"] == ["“guess” is enabled but not installed."]
    assert contents(engine) == kept


def test_a_rehearsal_says_that_the_format_does_not_take_part_in_it(guess: Path, run: Run, tmp_path: Path) -> None:
    folder = shutil.copytree(ROOT / "examples" / "thai-binh-2024", tmp_path / "campaign")
    file = folder / "campaign.toml"
    text = file.read_text("utf-8").replace('source = "quiz"', 'source = "guess"')
    file.write_text(text.replace('"publishing", "quiz"]', '"publishing", "quiz", "guess"]'), "utf-8")
    done = run(guess, "-m", "cuocthi", "rehearse", "--folder", folder, expected=1)
    assert "Hình thức thi “guess” không cho biết cách diễn tập" in done.stderr


def contents(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables but those that visits leave behind: sessions, and the looks that are put on record."""
    metadata = sa.MetaData()
    metadata.reflect(engine)
    with engine.connect() as connection:
        return {
            table.name: sorted(tuple(map(str, row)) for row in connection.execute(sa.select(table)))
            for table in metadata.sorted_tables
            if table.name not in {"core_session", "core_audit_event", "core_audit_head"}
        }


def answers(seen: Mapping[str, Any]) -> None:
    """Every page answers but those of the format, and what is amiss is said to organisers and to entrants."""
    pages: dict[str, tuple[int, str]] = seen["pages"]
    assert len(pages) > 50
    for address, (status, _) in pages.items():
        if address.startswith("entrant"):
            assert status in {200, 403, 404}, address
        elif seen["own"] in address:
            assert status == 404
        else:
            assert status == next((code for part, code in REFUSED.items() if part in address), 200), address
    for page in ("", "health", "readiness"):
        assert NOT_INSTALLED in pages[f"organiser /c/uoc-luong/staff/{page}"][1]
    assert "Hiện không thể vào “Vòng 1”" in pages["entrant /c/uoc-luong/personal"][1]
    for address in (
        "organiser /c/uoc-luong/staff/rankings/1/1/",
        "organiser /c/uoc-luong/prizes/awards/1",
        "entrant /c/uoc-luong/publishing/awards",
    ):
        assert "Trần Bình" in pages[address][1]
