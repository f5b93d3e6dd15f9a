"""A bundle as somebody sees it who opens it from disk: what it asks for, what it says, whom the search finds."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

AXE = (Path(__file__).parents[1] / "vendor/axe.min.js").read_text("utf-8")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_RUN = """tags => axe.run(document, {runOnly: tags, resultTypes: ["violations"], preload: false}).then(
  found => found.violations.map(one => one.id + ": " + one.nodes[0].html))"""
WIDTHS = {360: 740, 1280: 900}
#: What is typed into the search, and whom it has to find.
WANTED, MEANT = "nguyen thi hoa", "Nguyễn Thị Hoà"


def looked_at(folder: Path) -> dict[str, Any]:
    """Open the first page, the first page of the ranking, and what its search finds, at both widths and in both lights.

    Return, by width and scheme: requests beyond the disk, messages on the console, violations, whom the search found
    and how many seconds it took.
    """
    first = next(folder.glob("lists/*/1.html"))
    found: dict[str, Any] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for width, height in WIDTHS.items():
            for scheme in ("light", "dark"):
                context = browser.new_context(
                    viewport={"width": width, "height": height}, color_scheme=scheme, bypass_csp=True
                )
                found[f"{width} {scheme}"] = _seen(context.new_page(), folder / "index.html", first)
                context.close()
        browser.close()
    return found


def _seen(page: Page, front: Path, ranking: Path) -> dict[str, Any]:
    requests: list[str] = []
    messages: list[str] = []
    violations: list[str] = []
    page.on("request", lambda sent: None if sent.url.startswith(("file:", "data:")) else requests.append(sent.url))
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))

    def check() -> None:
        page.evaluate(AXE)
        violations.extend(page.evaluate(_RUN, WCAG))

    page.goto(front.as_uri())
    check()
    page.goto(ranking.as_uri())
    check()
    begun = time.perf_counter()
    page.fill("[data-list] input", WANTED)
    page.wait_for_function("document.querySelector('#found tbody').rows.length > 0")
    took = time.perf_counter() - begun
    check()
    names = _everybody_found(page)
    return {
        "requests beyond the disk": requests,
        "messages": messages,
        "violations": violations,
        "said": page.inner_text("#said"),
        "found": {name: names.count(name) for name in sorted(set(names))},
        "meant": names.count(MEANT),
        "seconds to find": round(took, 2),
    }


def _everybody_found(page: Page) -> list[str]:
    rows = page.locator("#found tbody tr")
    while page.is_visible("#more"):
        shown = rows.count()
        page.click("#more")
        page.wait_for_function(f"document.querySelector('#found tbody').rows.length > {shown}")
    return rows.locator("td:nth-child(3)").all_inner_texts()
