"""What may not be in the repository: hosts of package registries, paths of one machine, misplaced packages."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Put together here, so that this file does not hold what it looks for.
REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"),
        ("npmmirror", "com"),
        ("deb", "debian", "org"),
        ("security", "debian", "org"),
        ("archive", "ubuntu", "com"),
    )
]
REGISTRY = re.compile("|".join(re.escape(host) for host in REGISTRIES), re.IGNORECASE)
HOMES = ("work", "root", "tmp", "home", "Users")
MACHINE_PATH = re.compile(rf"(?<![\w.~>/-])/(?:{'|'.join(HOMES)})/\w")


def git(*arguments: str) -> list[str]:
    result = subprocess.run(["git", *arguments, "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return result.stdout.split("\0")[:-1]


def text_of(name: str) -> str:
    try:
        return (ROOT / name).read_text(encoding="utf-8")
    except (UnicodeDecodeError, FileNotFoundError):
        return ""


@pytest.fixture(scope="module")
def tracked() -> list[str]:
    names = git("ls-files")
    assert "Makefile" in names
    return names


def lines_with(pattern: re.Pattern[str], names: list[str]) -> list[str]:
    return [
        f"{name}:{number}: {found[0]}"
        for name in names
        for number, line in enumerate(text_of(name).splitlines(), 1)
        if (found := pattern.search(line))
    ]


def test_the_patterns_find_what_they_are_for() -> None:
    assert REGISTRY.search(f"https://files.{REGISTRIES[1]}/packages/")
    for home in HOMES:
        assert MACHINE_PATH.search(f'path = "/{home}/someone"')
    assert not MACHINE_PATH.search("https://example.org/home/page")


def test_no_file_names_a_package_registry(tracked: list[str]) -> None:
    assert lines_with(REGISTRY, tracked) == []


def test_no_file_names_a_folder_of_one_machine(tracked: list[str]) -> None:
    assert lines_with(MACHINE_PATH, tracked) == []
    assert lines_with(re.compile(re.escape(str(ROOT))), tracked) == []


def test_the_locks_hold_digests_and_no_places() -> None:
    lock = text_of("requirements.lock")
    entries = [entry for entry in re.split(r"\n(?=\S)", lock.strip()) if not entry.startswith("#")]
    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9][\w.-]*==\d\S* ", entry)
        assert "--hash=sha256:" in entry
    assert not re.search(r"https?:|file:|--(extra-)?index-url|--find-links", lock)
    assert '"resolved"' not in text_of("package-lock.json")
    assert text_of("package-lock.json").count('"integrity": "sha512-') > 0


def test_the_folder_platform_does_not_shadow_the_standard_library(tracked: list[str]) -> None:
    assert "platform/__init__.py" not in tracked
    assert not (ROOT / "platform" / "__init__.py").exists()


def test_tests_are_no_packages(tracked: list[str]) -> None:
    assert [name for name in tracked if name.startswith("tests/") and name.endswith("__init__.py")] == []


def test_nothing_that_git_ignores_is_tracked() -> None:
    assert git("ls-files", "--cached", "--ignored", "--exclude-standard") == []
