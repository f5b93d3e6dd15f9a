"""Scripts that must run in old Android views and iPhones use nothing that Chrome 69 or Safari 12 does not know."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import cuocthi.web.assets
import cuocthi_quiz

OWN = Path(cuocthi_quiz.__file__).parent / "static"
SCRIPTS = (cuocthi.web.assets.STATIC / "cuocthi.js", OWN / "sending.js", OWN / "paper.js")

#: Syntax and names that came later. What is only there after it was looked for (AbortController, showModal) is not one.
LATER = re.compile(
    r"""
      \?\.(?!\d) | \?\? | \|\|= | &&= | \*\*= | \d_\d | \b\d+n\b       # operators and numbers
    | \bstatic\b | [.{;\s]\#[a-z_] | \bimport\b | \bexport\b | \(\?<     # classes, modules, looking behind
    | \b(?:replaceChildren|toggleAttribute|replaceAll|matchAll|flat|flatMap|at|findLast|toSorted|hasOwn|fromEntries)\(
    | \b(?:allSettled|globalThis|queueMicrotask|structuredClone|requestSubmit|ResizeObserver|randomUUID|WeakRef)\b
    | \bAbortSignal\b | \binert\b | \bformatToParts\b | :(?:is|has|where)\(
    """,
    re.VERBOSE,
)


def code(script: Path) -> str:
    """Return a script without its comments."""
    return re.sub(r"(?m)(?:^|\s)//.*$|/\*.*?\*/", "", script.read_text("utf-8"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_script_of_the_paper_uses_nothing_that_old_browsers_do_not_know(script: Path) -> None:
    found = {match.group().strip() for match in LATER.finditer(code(script))}
    assert found == set()


@pytest.mark.parametrize("words", ["a?.b", "a ?? b", "a ||= b", "class A { #b = 1; }", "x.replaceChildren()", "1_000"])
def test_what_is_newer_would_be_found(words: str) -> None:
    assert LATER.search(words)
