"""What ``cuocthi plugins new`` writes: a plugin that keeps every rule from its first minute, or nothing at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from cuocthi.cli import main
from cuocthi.plugins.new import FILES

from .conftest import ROOT, Run

CONFIGURATION = ROOT / "pyproject.toml"


@pytest.fixture(scope="module")
def skeleton(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("new") / "anh"
    done = CliRunner().invoke(main, ["plugins", "new", "photos", "--folder", str(folder)])
    assert done.exit_code == 0, done.output
    assert done.output.splitlines()[-1] == f"Now: pip install --editable {folder} && cuocthi plugins check photos"
    return folder


def test_it_is_whole_and_all_that_is_written_is_said(skeleton: Path) -> None:
    files = {path.relative_to(skeleton).as_posix() for path in skeleton.rglob("*") if path.is_file()}
    assert files == {place.replace("$name", "photos") for place in FILES.values()}
    assert not [path for path in skeleton.rglob("*") if path.is_file() and "$" in path.read_text("utf-8")]


def test_it_passes_the_linters_of_this_repository(skeleton: Path, run: Run) -> None:
    own = 'lint.isort.known-first-party=["cuocthi","cuocthi_photos"]'
    run(None, "-m", "ruff", "check", "--no-cache", "--config", CONFIGURATION, "--config", own, cwd=skeleton)
    run(None, "-m", "ruff", "format", "--no-cache", "--check", "--config", CONFIGURATION, cwd=skeleton)
    run(None, "-m", "djlint", "--lint", "--configuration", CONFIGURATION, ".", cwd=skeleton)


def test_it_is_typed_strictly(skeleton: Path, run: Run) -> None:
    cache = ROOT / ".mypy_cache"  # what mypy knows of the platform already
    run(None, "-m", "mypy", "--config-file", CONFIGURATION, "--cache-dir", cache, skeleton, MYPYPATH=str(skeleton))


def test_installed_it_keeps_the_contract_and_passes_its_tests_on_both_databases(
    skeleton: Path, installed: Callable[[Path], Path], run: Run
) -> None:
    site = installed(skeleton)
    assert run(site, "-m", "cuocthi", "plugins", "check", "photos").stdout == "photos keeps the contract.\n"
    tests = ("-p", "no:cacheprovider", "--rootdir", skeleton, "-c", skeleton / "pyproject.toml", skeleton / "tests")
    said = run(site, "-m", "pytest", "-v", *tests, REQUIRE_ALL="1").stdout
    assert "[sqlite] PASSED" in said
    assert "[postgresql] PASSED" in said


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Photos", "must match [a-z]+"),
        ("photo-album", "must match [a-z]+"),
        ("core", "not be one of"),
        ("quiz", "a plugin named 'quiz' is installed already"),
    ],
)
def test_a_name_that_cannot_be_is_refused_and_nothing_written(name: str, words: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["plugins", "new", name, "--folder", str(tmp_path / "new")])
    assert done.exit_code == 1
    assert words in done.output
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_exists_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    done = CliRunner().invoke(main, ["plugins", "new", "photos", "--folder", str(tmp_path)])
    assert done.exit_code == 1
    assert "exists already" in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
