"""Rules of the house that no linter knows. Each rule is tried on a bad example first, so that it cannot sleep."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = (ROOT / "platform" / "cuocthi", *sorted((ROOT / "plugins").glob("*/cuocthi_*")))

#: What may not stand in a template: the content security policy kills it, silently.
IN_TEMPLATES = {
    "inline script": (re.compile(r"<script(?![^>]*\bsrc=)"), "<script>alert(1)</script>"),
    "style attribute": (re.compile(r"\sstyle=\""), '<p style="color:red">'),
    "event attribute": (re.compile(r"\son[a-z]+="), '<p onclick="x()">'),
    "hx-on": (re.compile(r"hx-on"), '<p hx-on:click="x()">'),
    "js: value": (re.compile(r"=[\"']js:"), "<p hx-vals='js:{a: 1}'>"),
    "trigger filter": (re.compile(r"hx-trigger=\"[^\"]*\["), '<p hx-trigger="click[ctrlKey]">'),
    "foreign host": (re.compile(r"(?:src|href)=\"https?://(?!\{)"), '<img src="https://example.org/a.png">'),
}

#: What may not stand in code: (pattern, bad example, files in which it is allowed).
IN_CODE = {
    "SQL clock": (
        re.compile(r"func\.now\(|CURRENT_TIMESTAMP|func\.current_timestamp|datetime\('now'", re.IGNORECASE),
        "sa.func.now()",
        (),
    ),
    "another clock": (
        re.compile(r"datetime\.now\(|datetime\.utcnow\(|time\.time\(|date\.today\("),
        "datetime.now(UTC)",
        ("platform/cuocthi/clock.py",),
    ),
    "create_all": (re.compile(r"\.create_all\("), "Base.metadata.create_all(engine)", ()),
    "db.Model": (re.compile(r"\bdb\.Model\b"), "class User(db.Model):", ()),
    "firstresult": (re.compile(r"firstresult\s*=\s*True"), "@hookspec(firstresult=True)", ()),
}


def _offences(pattern: re.Pattern[str], kind: str, allowed: tuple[str, ...] = ()) -> list[str]:
    found = []
    for package in PACKAGES:
        for path in sorted(package.rglob(f"*.{kind}")):
            name = path.relative_to(ROOT).as_posix()
            if name in allowed:
                continue
            lines = path.read_text("utf-8").splitlines()
            found += [
                f"{name}:{number}: {line.strip()}" for number, line in enumerate(lines, 1) if pattern.search(line)
            ]
    return found


@pytest.mark.parametrize("rule", IN_TEMPLATES)
def test_templates_keep_to_the_content_security_policy(rule: str) -> None:
    pattern, example = IN_TEMPLATES[rule]
    assert pattern.search(example)
    assert _offences(pattern, "html") == []


@pytest.mark.parametrize("rule", IN_CODE)
def test_code_keeps_to_the_rules_of_the_house(rule: str) -> None:
    pattern, example, allowed = IN_CODE[rule]
    assert pattern.search(example)
    assert _offences(pattern, "py", allowed) == []


def test_plugin_modules_are_tables_of_contents() -> None:
    """A ``plugin.py`` names what there is; its only condition is whether a round is the plugin's own."""
    condition = r"if(?! TYPE_CHECKING| phase\.source| round_\.source)"
    logic = re.compile(rf"^\s*(?:for|while|{condition}|try)\b|\bsa\.select\(|session\.")
    assert logic.search("    for row in rows:")
    for package in PACKAGES[1:]:
        lines = (package / "plugin.py").read_text("utf-8").splitlines()
        assert [line for line in lines if logic.search(line)] == [], package.name
