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

from cuocthi.campaigns.settings import save_settings
from cuocthi.errors import DomainError
from cuocthi_publishing.domain.bundle import build, files
from cuocthi_publishing.domain.cells import plain, written
from cuocthi_publishing.domain.releases import snapshot_of
from cuocthi_publishing.domain.verification import verify
from cuocthi_publishing.settings import OWNER, PublishSettings

from .conftest import NAMES, Contest

OUTSIDE = re.compile(
    rb"(?:src|href)=\"(?:[a-z]+:)?//|url\(\s*['\"]?(?:[a-z]+:)?//|@import|<script|<iframe|<style|\sstyle="
)


def unwatched(_done: int, _total: int) -> None:
    """Nobody watches."""


@pytest.fixture
def content(contest: Contest) -> bytes:
    """A bundle with everything in it."""
    save_settings(contest.ctx, owner=OWNER, campaign=contest.campaign, value=PublishSettings(depth=8))
    contest.adopt()
    release = contest.publish()
    return build(snapshot_of(release), release.digest)


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
    first = build(snapshot_of(release), release.digest, lambda done, total: progress.append((done, total)))
    assert build(snapshot_of(release), release.digest) == first
    assert progress == [(step, 13) for step in range(1, 14)]  # five pages, eight tables
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
        "data/01-awards-list-round-1.csv",
        "data/02-standings-round-1.csv",
        "data/03-participation.csv",
        "data/04-units-round-1.csv",
        "data/05-funnel.csv",
        "data/06-days.csv",
        "data/07-hours.csv",
        "data/08-categories.csv",
        "data/09-sprint-fastest.csv",
        "documents.html",
        "fonts/be-vietnam-pro-400.woff2",
        "fonts/be-vietnam-pro-600.woff2",
        "fonts/be-vietnam-pro.txt",
        "index.html",
        "manifest.json",
        "portal.css",
        "statistics.html",
        "style.css",
        "units.html",
    }


def test_the_digest_of_the_release_is_that_of_its_data(contest: Contest, folder: Path) -> None:
    data = (folder / "data.json").read_bytes()
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert hashlib.sha256(data).hexdigest() == manifest["digest"]
    assert json.loads(data)["schema"] == "cuocthi-release/1"
    assert manifest["digest"] in (folder / "index.html").read_text("utf-8")


def test_every_table_is_a_file_that_spreadsheets_read_and_no_cell_is_a_formula(folder: Path) -> None:
    for path in sorted((folder / "data").iterdir()):
        raw = path.read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
        assert {len(row) for row in rows} == {len(rows[0])}
        assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    fastest = (folder / "data/09-sprint-fastest.csv").read_text("utf-8-sig")
    assert "'=SUM(A1); gọi •••" in fastest
    units = (folder / "data/04-units-round-1.csv").read_text("utf-8-sig").splitlines()
    assert units[1:] == ["Xã Minh Quang,*,*,,*,*", "Sở Thông tin và Truyền thông,*,*,12,*,*"]


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
    page = files(snapshot, release.digest, unwatched)["documents.html"].decode()
    assert f'<a href="{address}" rel="noopener">52/KH-STTTT<span>Kế hoạch · Sở · 16/08/2024</span></a>' in page


def test_what_people_wrote_is_text_not_markup(contest: Contest) -> None:
    contest.campaign.name = "<script>alert(1)</script>"
    contest.people[0].unit_name = '"><img src=x onerror=alert(1)>'
    contest.adopt()
    release = contest.publish()
    made = files(snapshot_of(release), release.digest, unwatched)
    for name, page in made.items():
        if name.endswith(".html"):
            assert b"<script" not in page
            assert b"<img" not in page


def test_a_campaign_in_english_has_an_english_bundle(contest: Contest) -> None:
    contest.campaign.language = "en"
    contest.adopt()
    release = contest.publish()
    made = files(snapshot_of(release), release.digest, unwatched)
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


def faults(path: Path, digest: str = "") -> list[str]:
    return [str(fault) for fault in verify(path, published_digest=digest).faults]


def test_a_whole_bundle_is_found_whole_packed_and_unpacked(content: bytes, folder: Path, tmp_path: Path) -> None:
    packed = tmp_path / "bundle.zip"
    packed.write_bytes(content)
    for path in (packed, folder):
        checked = verify(path)
        assert (checked.faults, checked.campaign, checked.release, checked.files) == ((), "hoi-thi", 1, 22)


def test_a_changed_byte_is_named(folder: Path) -> None:
    page = folder / "awards.html"
    page.write_bytes(page.read_bytes().replace(b"1.000.000", b"9.000.000"))
    assert faults(folder) == ["changed: awards.html"]


def test_every_single_file_is_watched(folder: Path) -> None:
    for path in [found for found in folder.rglob("*") if found.is_file() and found.name != "manifest.json"]:
        former = path.read_bytes()
        path.write_bytes(former[:-1] + bytes([former[-1] ^ 1]))
        assert faults(folder) == [f"changed: {path.relative_to(folder).as_posix()}"]
        path.write_bytes(former)


def test_missing_and_foreign_files_are_named(folder: Path) -> None:
    (folder / "units.html").unlink()
    (folder / "extra.js").write_text("alert(1)")
    assert faults(folder) == ["not of this bundle: extra.js", "missing: units.html"]


def test_data_and_manifest_changed_together_contradict_the_published_digest(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    published = manifest["digest"]
    assert faults(folder, published.upper()) == []
    data = (folder / "data.json").read_bytes().replace(NAMES[0].encode(), b"Somebody Else")
    (folder / "data.json").write_bytes(data)
    manifest["files"]["data.json"] = hashlib.sha256(data).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert faults(folder) == ["the release's digest is not that of data.json"]
    manifest["digest"] = manifest["files"]["data.json"]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert faults(folder) == []
    assert "is not the one given" in faults(folder, published)[0]


@pytest.mark.parametrize("manifest", ["", "[]", "{}", '{"schema": "cuocthi-bundle/9"}', "no json"])
def test_what_is_no_bundle_is_refused_in_words(tmp_path: Path, manifest: str) -> None:
    (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(DomainError, match=r"no bundle|not known"):
        verify(tmp_path)


def test_a_file_that_is_no_archive_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(b"PK\x03\x04 half of it")
    with pytest.raises(DomainError, match="neither a folder nor a ZIP"):
        verify(path)


# --- cells ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "kind", "people", "file"),
    [
        (None, "integer", "–", ""),
        (12_486, "integer", "12.486", "12486"),
        (1_000_000, "money", "1.000.000", "1000000"),
        (16_167, "points", "16,167", "16,167"),
        (12_500, "points", "12,5", "12,5"),
        (20_000, "points", "20", "20"),
        (0, "points", "0", "0"),
        (61_500, "ms", "1 phút 1 giây", "61500"),
        (1_728_090_000_000_000, "moment", "08:00:00 ngày 05/10/2024", "2024-10-05T01:00:00.000Z"),
        ("Xã Minh Quang", "unit", "Xã Minh Quang", "Xã Minh Quang"),
    ],
)
def test_values_are_written_by_their_kind(value: int | str | None, kind: str, people: str, file: str) -> None:
    assert (written(value, kind, "vi"), plain(value, kind, "vi")) == (people, file)
