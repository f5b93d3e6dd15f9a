"""How lots are drawn: every order as likely as any other, the same everywhere; and the checks that share no code."""

from __future__ import annotations

import hashlib
import json
import runpy
import subprocess
import sys
from collections import Counter
from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cuocthi.standings.drawing import entrants_digest, head_of, order_of, seal_of, seed_of, written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[3]
STATIC = ROOT / "platform" / "cuocthi" / "web" / "static" / "lots"
VERIFIER = STATIC / "verify_lot.py"

codes = st.lists(
    st.text("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", min_size=8, max_size=8), min_size=2, max_size=40, unique=True
)
texts = st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=60).map(written).filter(bool)


def lot(
    numbers: Sequence[str], first: str, second: str, sources: Sequence[str] = ("Xúc xắc", "Đồng xu")
) -> dict[str, Any]:
    """The published file of a lot among these contest numbers."""
    head = head_of(campaign="hoi-thi", round_="vong-1", number=1, version=2, digest="0" * 64, rank=3, sources=sources)
    digest = entrants_digest(head, numbers)
    seed = seed_of(digest, [first, second])
    return {
        "format": "cuocthi lot 1",
        "contest": "Hội thi",
        "round": "Vòng 1",
        "lot": 1,
        "method": "lot",
        "state": "drawn",
        "persons": len(numbers),
        "head": head,
        "entrants_digest": digest,
        "opened_at": "2024-10-06T00:00:00+00:00",
        "audit_anchor": "7:" + "a" * 64,
        "parts": [
            {"number": at, "nonce": "ab" * 16, "part": part, "seal": seal_of(digest, at, "ab" * 16, part)}
            for at, part in enumerate((first, second), start=1)
        ],
        "entrants": sorted(numbers),
        "order": order_of(seed, numbers),
        "seed": seed,
    }


@given(codes, texts, texts, st.randoms())
def test_everybody_has_one_place_whatever_order_they_came_in(
    numbers: list[str], first: str, second: str, chance: Any
) -> None:
    drawn = lot(numbers, first, second)
    shuffled = list(numbers)
    chance.shuffle(shuffled)
    assert lot(shuffled, first, second) == drawn
    assert sorted(drawn["order"]) == sorted(numbers)


@given(codes, texts, texts, texts, texts)
def test_all_that_is_committed_to_goes_into_the_seed(
    numbers: list[str], first: str, second: str, other: str, source: str
) -> None:
    drawn = lot(numbers, first, second)
    different = [lot([*numbers[1:], "99999999"], first, second), lot(numbers, first, second, (source, f"{source}x"))]
    different += [lot(numbers, other, second)] if other != first else []
    different += [lot(numbers, first, other)] if other != second else []
    different += [lot(numbers, second, first)] if first != second else []
    assert drawn["seed"] not in [one["seed"] for one in different]


@given(st.text(max_size=40))
def test_what_is_typed_stays_on_one_line(text: str) -> None:
    kept = written(text)
    assert "\n" not in kept
    assert written(kept) == kept


def test_it_is_drawn_as_it_is_described() -> None:
    numbers = ["B2", "A1", "C3"]
    drawn = lot(numbers, "6 3 5", "48271")
    told = "".join(f"{line}\n" for line in [*drawn["head"], "A1", "B2", "C3"]).encode()
    assert drawn["entrants_digest"] == hashlib.sha256(told).hexdigest()
    seed = hashlib.sha256(f"cuocthi lot 1: seed\n{drawn['entrants_digest']}\n6 3 5\n48271\n".encode()).hexdigest()
    assert drawn["seed"] == seed


# --- every order is as likely as any other ---


def chi_square(counted: Counter[Any], cells: int, draws: int) -> float:
    expected = draws / cells
    return sum((counted.get(cell, 0) - expected) ** 2 / expected for cell in counted) + expected * (
        cells - len(counted)
    )


def test_all_orders_of_four_come_alike_often() -> None:
    numbers = ["AAAA2222", "AAAA2223", "ZZZZ9999", "MMMM5555"]
    draws = 12_000
    counted = Counter(tuple(lot(numbers, f"phần một {n}", f"phần hai {n}")["order"]) for n in range(draws))
    assert set(counted) == set(permutations(numbers))
    # 23 degrees of freedom: a fair lot is above this once in a thousand times; these draws are always the same.
    assert chi_square(counted, 24, draws) < 49.7


def test_everybody_of_many_comes_first_alike_often() -> None:
    numbers = [f"SBD{n:05}" for n in range(50)]
    draws = 10_000
    for place in (0, 24, 49):
        counted = Counter(order_of(f"{n:064x}", numbers)[place] for n in range(draws))
        # 49 degrees of freedom.
        assert chi_square(counted, 50, draws) < 85.4, place


# --- who shares no code arrives at the same ---


def verified(*files: Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(VERIFIER), *map(str, files)],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout


@given(codes, texts, texts)
def test_the_script_agrees(numbers: list[str], first: str, second: str) -> None:
    script = runpy.run_path(str(VERIFIER))
    drawn = json.loads(json.dumps(lot(numbers, first, second)))
    assert all(agrees for _, agrees in script["checks"](drawn))
    assert script["drawn_order"](drawn["seed"], drawn["entrants"][::-1]) == drawn["order"]


def test_the_script_runs_alone_and_names_the_order(tmp_path: Path) -> None:
    drawn = lot(["B2", "A1", "C3"], "6 3 5 1", "48271")
    file, before = tmp_path / "lot.json", tmp_path / "before.json"
    file.write_text(json.dumps(drawn), "utf-8")
    committed = {**drawn, "state": "open", "parts": [{"number": 1, "seal": drawn["parts"][0]["seal"]}]}
    before.write_text(json.dumps(committed), "utf-8")
    status, said = verified(file, before)
    assert (status, "SAI" in said) == (0, False)
    assert [line.split()[1] for line in said.splitlines()[-3:]] == drawn["order"]
    before.write_text(json.dumps({**committed, "entrants_digest": "0" * 64}), "utf-8")
    assert verified(file, before)[0] == 1
    assert [verified()[0], verified(tmp_path / "missing.json")[0], verified(before)[0]] == [2, 2, 2]


FORGERIES = {
    "order": lambda drawn: drawn["order"].reverse(),
    "seed": lambda drawn: drawn.update(seed="1" * 64),
    "somebody left out": lambda drawn: (drawn["entrants"].pop(), drawn["order"].pop()),
    "somebody twice": lambda drawn: drawn["entrants"].append(drawn["entrants"][0]),
    "another part": lambda drawn: drawn["parts"][0].update(part="6 6 6 6"),
    "a part alone": lambda drawn: drawn["parts"].pop(),
    "another source": lambda drawn: drawn["head"].__setitem__(-1, "Nguồn khác"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_the_script_finds_what_was_changed(tmp_path: Path, forgery: str) -> None:
    drawn = lot(["B2", "A1", "C3"], "6 3 5 1", "48271")
    FORGERIES[forgery](drawn)
    file = tmp_path / "lot.json"
    file.write_text(json.dumps(drawn), "utf-8")
    assert verified(file)[0] in (1, 2)
    assert "KHÔNG KHỚP" in verified(file)[1]


def test_the_script_is_among_the_examples_as_it_is_served() -> None:
    assert (ROOT / "examples" / "lots" / "verify_lot.py").read_bytes() == VERIFIER.read_bytes()


@pytest.mark.browser
def test_the_page_agrees_from_a_disk_and_asks_no_other_host(tmp_path: Path, chromium: Browser) -> None:
    page = chromium.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((STATIC / "verify-lot.html").as_uri())
    numbers = [f"SBD{n:05}" for n in range(130)]
    for change, kind in ((None, "ok"), *((forgery, "bad") for forgery in FORGERIES)):
        drawn = lot(numbers, "6 3 5 1 – ướt", "48271", ("Xúc xắc “đỏ”", "Xổ số \u2028 miền Bắc"))
        if change:
            FORGERIES[change](drawn)
        file = tmp_path / f"{change}.json"
        file.write_text(json.dumps(drawn, ensure_ascii=change is None), "utf-8")
        page.locator("#file").set_input_files(file)
        page.locator(f"#result p.{kind}").wait_for()
        if not change:
            assert page.locator("#result ol li").all_inner_texts() == drawn["order"]
    assert all(url.startswith("file:") for url in asked)
    page.close()


def test_the_page_breaks_no_content_security_policy() -> None:
    texts_of_it = {
        name: (STATIC / name).read_text("utf-8") for name in ("verify-lot.html", "verify-lot.js", "verify-lot.css")
    }
    for name, text in texts_of_it.items():
        for banned in ("http://", "https://", "eval(", "innerHTML", " style=", "onclick", "new Function", "@import"):
            assert banned not in text, (name, banned)
    assert "<script src=" in texts_of_it["verify-lot.html"]
