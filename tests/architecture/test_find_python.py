"""The search for a Python to make the virtual environment with, on machines that lack this or that."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "tools" / "find_python.sh"


def install(folder: Path, name: str, *, recent: bool = True, venv: bool = True) -> None:
    """Put an interpreter of that name on the machine."""
    program = folder / name
    program.write_text(
        "#!/bin/sh\n"
        'case "$2" in\n'
        f"    *version_info*) exit {0 if recent else 1} ;;\n"
        f"    *ensurepip*) exit {0 if venv else 1} ;;\n"
        f"    *) echo {name} ;;\n"
        "esac\n"
    )
    program.chmod(0o755)


def find(folder: Path) -> subprocess.CompletedProcess[str]:
    shell = shutil.which("sh")
    assert shell
    return subprocess.run([shell, str(SCRIPT)], env={"PATH": str(folder)}, capture_output=True, text=True, check=False)


def test_the_newest_known_version_is_taken(tmp_path: Path) -> None:
    for name in ("git", "python3", "python3.11", "python3.12"):
        install(tmp_path, name)
    assert find(tmp_path).stdout == "python3.12\n"


def test_a_name_that_starts_nothing_is_passed_over(tmp_path: Path) -> None:
    for name in ("git", "python3.11"):
        install(tmp_path, name)
    install(tmp_path, "python3.13", recent=False)
    install(tmp_path, "python3.12", venv=False)
    assert find(tmp_path).stdout == "python3.11\n"


def test_a_missing_venv_module_is_named(tmp_path: Path) -> None:
    install(tmp_path, "git")
    install(tmp_path, "python3.12", venv=False)
    result = find(tmp_path)
    assert result.returncode == 1
    assert "apt-get install python3.12-venv" in result.stderr


def test_an_old_python_is_as_good_as_none(tmp_path: Path) -> None:
    install(tmp_path, "git")
    install(tmp_path, "python3", recent=False)
    result = find(tmp_path)
    assert result.returncode == 1
    assert "Python 3.11 or newer is missing" in result.stderr


def test_missing_git_is_named(tmp_path: Path) -> None:
    install(tmp_path, "python3.12")
    result = find(tmp_path)
    assert result.returncode == 1
    assert "git is missing" in result.stderr
