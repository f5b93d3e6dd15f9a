"""A long list in the bundle: opened from disk, with no server, read page by page and searched by name."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from cuocthi_publishing.domain.stored import snapshot_of
from cuocthi_publishing.lists.pages import FIRST_ROWS, ROWS_OF_A_PAGE
from cuocthi_publishing.outputs.bundle import files
from cuocthi_publishing.outputs.published import Published

from .test_search import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page
    from tests.publishing.conftest import Contest

LONG = 3 * ROWS_OF_A_PAGE + 1
FAMILIES, GIVEN = ("Nguyễn", "Trần", "Đặng"), ("An", "Bình", "Chi", "Hà", "Ý")
FOLDER = "lists/01-standings-round-1"


def person(place: int) -> str:
    return f"{FAMILIES[place % 3]} Văn {GIVEN[place % 5]}"


@pytest.fixture
def snapshot(contest: Contest) -> dict[str, Any]:
    """The snapshot of a release whose ranking is long; two of those who stand on it have names of their own."""
    contest.adopt()
    snapshot = snapshot_of(contest.publish())
    rows = [[place, f"CDS-{place:05}", person(place), 20_000 - place] for place in range(1, LONG + 1)]
    rows[4][2], rows[-1][2] = "Nguyễn Thị Hoà", "Nguyễn Thị Hòa"
    section = {"page": "results", "key": "standings-round-1", "title": "Xếp hạng", "note": "", "chart": ""}
    return {**snapshot, "sections": [{**section, "columns": COLUMNS, "rows": rows}]}


@pytest.fixture
def folder(snapshot: dict[str, Any], contest: Contest, tmp_path: Path) -> Path:
    """Its bundle, unpacked."""
    made = files(Published(snapshot, "0" * 64), signer=contest.signer, now=contest.ctx.now)
    for name, content in made.items():
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return tmp_path


@dataclass
class Opened:
    """A page that was opened from disk, and everything that it should not do."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def asked(self, address: str) -> None:
        """Complain of a request that leaves the disk."""
        if not address.startswith(("file:", "data:")):
            self.complaints.append(address)

    def search(self, text: str) -> list[str]:
        """Type a text and return the names that are found."""
        self.page.fill("#wanted", text)
        self.page.wait_for_function("document.getElementById('said').textContent !== ''")
        return self.page.locator("#found tbody tr td:nth-child(3)").all_inner_texts()


@pytest.fixture
def opened(folder: Path, chromium: Browser) -> Iterator[Opened]:
    """The first page of the list."""
    context = chromium.new_context(viewport={"width": 360, "height": 740})
    found = Opened(context.new_page())
    found.page.on("console", lambda message: found.complaints.append(message.text))
    found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
    found.page.on(
        "request", lambda sent: None if sent.url.startswith(("file:", "data:")) else found.complaints.append(sent.url)
    )
    found.page.goto((folder / FOLDER / "1.html").as_uri())
    yield found
    context.close()
    assert not found.complaints


def test_everybody_stands_on_one_page_in_the_order_of_the_ranking(folder: Path) -> None:
    pages = [(folder / FOLDER / f"{number}.html").read_text("utf-8") for number in range(1, 5)]
    codes = re.findall(r"CDS-\d{5}", "".join(pages))
    assert codes == [f"CDS-{place:05}" for place in range(1, LONG + 1)]
    assert "Trang 2/4" in pages[1]
    assert 'href="3.html" rel="next"' in pages[1]
    assert not (folder / FOLDER / "5.html").exists()


def test_the_page_of_the_results_shows_the_first_and_leads_to_all(folder: Path) -> None:
    page = (folder / "index.html").read_text("utf-8")
    assert len(re.findall(r"CDS-\d{5}", page)) == FIRST_ROWS
    assert f'href="{FOLDER}/1.html"' in page


def test_a_name_is_found_without_accents_in_either_spelling(opened: Opened) -> None:
    assert sorted(opened.search("nguyen thi hoa")) == ["Nguyễn Thị Hoà", "Nguyễn Thị Hòa"]
    assert opened.page.inner_text("#said") == "Tìm thấy 2 người, đang hiện 2 người"
    opened.page.click("#found tbody tr:last-child a")
    row = opened.page.locator("tr:target")
    assert re.search("Nguyễn Thị H(oà|òa)", row.inner_text())


@pytest.mark.parametrize(
    ("text", "code"), [("CDS-00005", "CDS-00005"), ("cds00601", "CDS-00601"), ("00300", "CDS-00300")]
)
def test_a_contest_number_is_found_also_by_its_end(opened: Opened, text: str, code: str) -> None:
    opened.search(text)
    assert opened.page.locator("#found tbody td:nth-child(2)").all_inner_texts() == [code]


def test_what_is_still_being_typed_finds_what_it_may_become(opened: Opened) -> None:
    assert sorted(opened.search("thi h")) == ["Nguyễn Thị Hoà", "Nguyễn Thị Hòa"]


def test_many_are_shown_little_by_little(opened: Opened) -> None:
    assert len(opened.search("van y")) == 20
    opened.page.click("#more")
    opened.page.wait_for_function("document.querySelector('#found tbody').rows.length === 40")


def test_nobody_is_said_to_be_nobody(opened: Opened) -> None:
    assert opened.search("quach") == []
    assert opened.page.inner_text("#said").startswith("Không tìm thấy ai.")


def test_without_scripts_the_list_is_read_page_by_page(folder: Path, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((folder / FOLDER / "1.html").as_uri())
    assert not page.is_visible("#wanted")
    page.click("a[rel=next] >> nth=0")
    assert page.locator("#r201").is_visible()
    context.close()
