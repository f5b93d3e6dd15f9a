"""The bundle: the same bytes every time, self-contained, and whatever is changed in it is named."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from cuocthi.bundles.checking import check
from cuocthi.bundles.sealing import packed
from cuocthi.errors import ContractError
from cuocthi_publishing.domain.cells import plain, written
from cuocthi_publishing.domain.stored import snapshot_of
from cuocthi_publishing.outputs.bundle import build, files
from cuocthi_publishing.outputs.published import Published
from cuocthi_publishing.outputs.registry import OUTPUTS
from cuocthi_publishing.settings import PublishSettings

from .conftest import Contest

OUTSIDE = re.compile(
    rb"(?:src|href)=\"(?:[a-z]+:)?//|url\(\s*['\"]?(?:[a-z]+:)?//|@import|<script|<iframe|<style|\sstyle="
)


@pytest.fixture
def content(contest: Contest) -> bytes:
    """A bundle with everything in it."""
    contest.let_out(PublishSettings(depth=8))
    contest.adopt()
    return packed(contest.files(contest.publish()))


@pytest.fixture
def folder(content: bytes, tmp_path: Path) -> Path:
    """The same, unpacked."""
    target = tmp_path / "bundle"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(target)
    return target


def test_the_same_snapshot_gives_the_same_bytes(contest: Contest) -> None:
    contest.adopt()
    release = contest.publish()
    progress: list[tuple[int, int]] = []
    published = Published(snapshot_of(release), release.digest)

    def made() -> bytes:
        told = progress.append
        return build(published, signer=contest.signer, now=contest.ctx.now, progress=lambda *steps: told(steps))

    first = made()
    assert progress == [(step, len(OUTPUTS)) for step in range(1, len(OUTPUTS) + 1)]
    assert made() == first == packed(contest.files(release))
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert names == sorted(names)


def test_what_is_in_it(folder: Path) -> None:
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert found == {
        "README.txt",
        "awards.html",
        "dark.css",
        "data.json",
        "data.schema.json",
        "data/01-awards-list-round-1.csv",
        "data/02-standings-round-1.csv",
        "data/03-participation.csv",
        "data/04-units-round-1.csv",
        "data/05-funnel.csv",
        "data/06-days.csv",
        "data/07-hours.csv",
        "data/08-categories.csv",
        "data/09-sprint-fastest.csv",
        "data/tables.xlsx",
        "documents.html",
        "embed.html",
        "fonts/be-vietnam-pro-400.woff2",
        "fonts/be-vietnam-pro-600.woff2",
        "fonts/be-vietnam-pro.txt",
        "index.html",
        "manifest.json",
        "picture.png",
        "portal.css",
        "press-kit.zip",
        "public-key.pem",
        "signature.json",
        "statistics.html",
        "style.css",
        "units.html",
        "verify/verify-bundle.css",
        "verify/verify-bundle.html",
        "verify/verify-bundle.js",
    }


def test_the_digest_of_the_release_is_that_of_its_data(contest: Contest, folder: Path) -> None:
    data = (folder / "data.json").read_bytes()
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert hashlib.sha256(data).hexdigest() == manifest["digest"]
    assert json.loads(data)["schema"] == "cuocthi-release/4"
    assert set(manifest["sections"]) == {section["key"] for section in json.loads(data)["sections"]}
    assert manifest["digest"] in (folder / "index.html").read_text("utf-8")


def test_every_table_is_a_file_that_spreadsheets_read_and_no_cell_is_a_formula(folder: Path) -> None:
    for path in sorted(folder.glob("data/*.csv")):
        raw = path.read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
        assert {len(row) for row in rows} == {len(rows[0])}
        assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    fastest = (folder / "data/09-sprint-fastest.csv").read_text("utf-8-sig")
    assert "'=SUM(A1); gọi •••" in fastest
    units = (folder / "data/04-units-round-1.csv").read_text("utf-8-sig").splitlines()
    assert units[1:] == ["Xã Minh Quang,*,*,,*,*", "Sở Thông tin và Truyền thông,*,*,12,*,*"]


def test_a_workbook_holds_all_tables_and_says_what_stands_in_which_column(folder: Path) -> None:
    book = CalamineWorkbook.from_path(folder / "data/tables.xlsx")
    dictionary, *tables = book.sheet_names
    assert dictionary == "Từ điển dữ liệu"
    assert len(tables) == len(list(folder.glob("data/*.csv")))
    columns = book.get_sheet_by_name(dictionary).to_python()
    assert columns[0] == ["Trang tính", "Bảng", "Tệp", "Cột", "Khóa", "Kiểu", "Ý nghĩa", "Ghi chú"]
    for name in tables:
        heading, *rows = book.get_sheet_by_name(name).to_python()
        assert [row[3] for row in columns if row[0] == name] == heading
        assert rows
    standings = book.get_sheet_by_name(tables[1]).to_python()
    assert standings[1][4] == 20.0, "points are numbers to count with"
    assert "=SUM(A1); gọi •••" in str(book.get_sheet_by_name(tables[8]).to_python()), "a text stays a text"


class Links(HTMLParser):
    """Collects every address of a page and every id in it."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in {"href", "src"} and value:
                self.addresses.append(value)
            elif name == "id" and value:
                self.ids.append(value)


def test_pages_lead_only_to_files_of_the_bundle_and_ask_no_other_host(folder: Path) -> None:
    for path in sorted(folder.glob("*.html")):
        page = Links()
        page.feed(path.read_text("utf-8"))
        assert len(page.ids) == len(set(page.ids))
        local = [address for address in page.addresses if not address.startswith(("#", "data:"))]
        assert local
        for address in local:
            assert (folder / address).is_file(), f"{path.name}: {address}"
    for path in sorted({*folder.glob("*.html"), *folder.glob("*.css")}):
        assert not OUTSIDE.search(path.read_bytes()), path.name


def test_an_address_of_a_document_is_a_link_and_nothing_is_loaded_from_it(contest: Contest) -> None:
    contest.adopt()
    release = contest.publish()
    snapshot = snapshot_of(release)
    address = "https://congbao.example/52.pdf"
    snapshot["documents"] = [
        {"symbol": "52/KH-STTTT", "title": "Kế hoạch", "issuer": "Sở", "issued_on": "2024-08-16", "url": address}
    ]
    page = files(Published(snapshot, release.digest), signer=contest.signer, now=contest.ctx.now)[
        "documents.html"
    ].decode()
    assert f'<a href="{address}" rel="noopener">52/KH-STTTT<span>Kế hoạch · Sở · 16/08/2024</span></a>' in page


def test_what_people_wrote_is_text_not_markup(contest: Contest) -> None:
    contest.campaign.name = "<script>alert(1)</script>"
    contest.people[0].unit_name = '"><img src=x onerror=alert(1)>'
    contest.adopt()
    release = contest.publish()
    made = contest.files(release)
    for name, page in made.items():
        if name.endswith(".html") and not name.startswith("verify/"):
            assert b"<script" not in page
            assert b"<img" not in page


def test_a_campaign_in_english_has_an_english_bundle(contest: Contest) -> None:
    contest.campaign.language = "en"
    contest.adopt()
    release = contest.publish()
    made = contest.files(release)
    assert '<html lang="en">' in made["index.html"].decode()
    assert "Award list" in made["awards.html"].decode()
    assert made["README.txt"].decode().startswith("Cuộc thi")
    assert "PUTTING IT ON A PORTAL" in made["README.txt"].decode()


def test_the_readme_names_every_table_and_page(folder: Path) -> None:
    text = (folder / "README.txt").read_text("utf-8")
    for path in [*folder.glob("*.html"), *folder.glob("data/*.csv")]:
        assert path.relative_to(folder).as_posix() in text
    assert not re.search(r"\{[{%#]|[}%#]\}", text)


# --- checking -------------------------------------------------------------------------------------------------------


def test_the_verifier_finds_it_whole_and_names_every_file_of_which_a_byte_changes(folder: Path) -> None:
    found = check(folder, keys=[check(folder).key])
    assert (found.faults, found.campaign, found.release, found.trusted) == ((), "hoi-thi", 1, True)
    for path in [found for found in folder.rglob("*") if found.is_file() and found.name != "manifest.json"]:
        former = path.read_bytes()
        path.write_bytes(former[:-1] + bytes([former[-1] ^ 1]))
        name = path.relative_to(folder).as_posix()
        assert [str(fault) for fault in check(folder).faults] == [f"changed: {name}"]
        path.write_bytes(former)


def test_two_outputs_make_no_file_twice(contest: Contest, monkeypatch: pytest.MonkeyPatch) -> None:
    contest.adopt()
    release = contest.publish()
    monkeypatch.setitem(OUTPUTS, "again", OUTPUTS["data"])
    with pytest.raises(ContractError, match=r"'again' makes 'data\.json'"):
        contest.files(release)


# --- cells ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "kind", "people", "file"),
    [
        (None, "integer", "–", ""),
        (12_486, "integer", "12.486", "12486"),
        (1_000_000, "money", "1.000.000", "1000000"),
        (16_167, "points", "16,167", "16,167"),
        (12_500, "points", "12,5", "12,5"),
        (-500, "points", "-0,5", "-0,5"),
        (-1_500, "points", "-1,5", "-1,5"),
        (20_000, "points", "20", "20"),
        (0, "points", "0", "0"),
        (61_500, "ms", "1 phút 1 giây", "61500"),
        (1_728_090_000_000_000, "moment", "08:00:00 ngày 05/10/2024", "2024-10-05T01:00:00.000Z"),
        ("Xã Minh Quang", "unit", "Xã Minh Quang", "Xã Minh Quang"),
    ],
)
def test_values_are_written_by_their_kind(value: int | str | None, kind: str, people: str, file: str) -> None:
    assert (written(value, kind, "vi"), plain(value, kind, "vi")) == (people, file)
