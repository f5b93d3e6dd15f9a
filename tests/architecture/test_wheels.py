"""A wheel installs what is in the tree: templates, static files, catalogues and migrations included."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RULE_SETS = ROOT / "examples" / "rule-sets"
PACKAGES = {
    "platform": "cuocthi",
    "plugins/quiz": "cuocthi_quiz",
    "plugins/prizes": "cuocthi_prizes",
    "plugins/publishing": "cuocthi_publishing",
    "plugins/inquiries": "cuocthi_inquiries",
    "plugins/overall": "cuocthi_overall",
}


def git_files(package: Path) -> set[str]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "."]
    listed = subprocess.run(command, cwd=package, capture_output=True, text=True, check=True).stdout
    return {name for name in listed.split("\0")[:-1] if (package / name).exists()}


def built(distribution: str, folder: Path) -> zipfile.ZipFile:
    """Build the wheel of a distribution and open it."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT / distribution, capture_output=True, check=True)
    (wheel,) = folder.glob("*.whl")
    return zipfile.ZipFile(wheel)


@pytest.mark.parametrize(("distribution", "package"), PACKAGES.items())
def test_a_wheel_holds_the_whole_package(distribution: str, package: str, tmp_path: Path) -> None:
    expected = {f"{package}/{name}" for name in git_files(ROOT / distribution / package)}
    compiled = {name.removesuffix(".po") + ".mo" for name in expected if name.endswith(".po")}
    brought = {f"cuocthi/rule-sets/{name}" for name in git_files(RULE_SETS)} if package == "cuocthi" else set()

    held = {name for name in built(distribution, tmp_path).namelist() if ".dist-info/" not in name}

    assert f"{package}/py.typed" in held
    assert held == expected | compiled | brought


def test_an_installation_from_wheels_offers_the_rule_sets_of_the_project(tmp_path: Path) -> None:
    built("platform", tmp_path).extractall(tmp_path / "site")
    asking = (
        "from pathlib import Path; from cuocthi.campaigns.rule_sets import find_rule_sets;"
        "found, problems = find_rule_sets(Path('nowhere'), []);"
        "print(*(one.key for one in found if one.read()), *problems)"
    )
    command = [sys.executable, "-c", asking]
    variables = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    done = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == {folder.name for folder in RULE_SETS.iterdir() if folder.is_dir()}
