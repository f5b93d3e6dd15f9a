"""A wheel installs what is in the tree: templates, static files, catalogues and migrations included."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {
    "platform": "cuocthi",
    "plugins/quiz": "cuocthi_quiz",
    "plugins/prizes": "cuocthi_prizes",
    "plugins/publishing": "cuocthi_publishing",
    "plugins/inquiries": "cuocthi_inquiries",
}


def git_files(package: Path) -> set[str]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "."]
    listed = subprocess.run(command, cwd=package, capture_output=True, text=True, check=True).stdout
    return {name for name in listed.split("\0")[:-1] if (package / name).exists()}


@pytest.mark.parametrize(("distribution", "package"), PACKAGES.items())
def test_a_wheel_holds_the_whole_package(distribution: str, package: str, tmp_path: Path) -> None:
    expected = {f"{package}/{name}" for name in git_files(ROOT / distribution / package)}
    compiled = {name.removesuffix(".po") + ".mo" for name in expected if name.endswith(".po")}

    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=ROOT / distribution, capture_output=True, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}

    assert f"{package}/py.typed" in held
    assert held == expected | compiled
