"""Whatever is put on record has a word by which the audit log calls it."""

from __future__ import annotations

import ast
import importlib
import importlib.util
from pathlib import Path

import pytest

from cuocthi.audit.words import CORE_KINDS

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {
    "cuocthi": ROOT / "platform" / "cuocthi",
    **{f"cuocthi_{folder.name}": folder / f"cuocthi_{folder.name}" for folder in (ROOT / "plugins").iterdir()},
}


def recorded_kinds(folder: Path) -> set[str]:
    """The kinds of objects that the package names where it records something."""
    calls = (
        node
        for path in folder.rglob("*.py")
        if "testing" not in path.parts
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
    )
    return {
        str(keyword.value.value)
        for call in calls
        for keyword in call.keywords
        if keyword.arg == "object_kind" and isinstance(keyword.value, ast.Constant)
    }


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_every_kind_of_object_has_a_title(package: str) -> None:
    has_words = package != "cuocthi" and importlib.util.find_spec(f"{package}.log_words") is not None
    own = importlib.import_module(f"{package}.log_words").LOG_WORDS.kinds if has_words else {}
    recorded = recorded_kinds(PACKAGES[package])
    assert bool(recorded) == (has_words or package == "cuocthi"), "words exactly where something is recorded"
    assert recorded - set(CORE_KINDS) - set(own) == set()
    assert set(own) - recorded == set(), "words for what is never recorded"
