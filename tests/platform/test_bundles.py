"""Signed bundles: whatever is changed in one is named, by the command and by the page, without a network."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cuocthi.bundles.checking import check
from cuocthi.bundles.sealing import MANIFEST, SIGNATURE, packed, seal
from cuocthi.errors import DomainError
from cuocthi.folders import CHECKER
from cuocthi.security.keys import load_or_create_keys, read_keys
from cuocthi.security.signing import Signer, fits, from_pem, key_id, to_pem

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NOW = datetime(2024, 10, 9, 4, 0, tzinfo=UTC)
CONTENT = {
    "data.json": '{"ten":"Nguyễn Thị Hoà"}'.encode(),
    "index.html": b"<p>1.000.000</p>" * 90,
    "data/01-bang.csv": b"a,b\r\n",
    "empty.txt": b"",
}
ABOUT = {"campaign": "hoi-thi", "release": 3, "digest": hashlib.sha256(CONTENT["data.json"]).hexdigest()}


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    load_or_create_keys(tmp_path / "keys.json")
    return Signer(tmp_path / "keys.json")


@pytest.fixture
def sealed(signer: Signer) -> dict[str, bytes]:
    return seal(CONTENT, about=ABOUT, signer=signer, now=NOW)


def unpack(content: dict[str, bytes], folder: Path) -> Path:
    """The files in a folder of their own."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, value in content.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(value)
    return folder


def faults(path: Path, **trusted: object) -> list[str]:
    return [str(fault) for fault in check(path, **trusted).faults]  # type: ignore[arg-type]  # as the test says


# --- keys -----------------------------------------------------------------------------------------------------------


def test_the_first_signature_makes_the_key_beside_the_others_and_keeps_it(signer: Signer, tmp_path: Path) -> None:
    before = read_keys(tmp_path / "keys.json")
    assert signer.public_keys() == []
    first, second = signer.sign(b"one", now=NOW), Signer(tmp_path / "keys.json").sign(b"one", now=NOW)
    assert first == second
    assert [key.public for key in signer.public_keys()] == [first.public]
    assert read_keys(tmp_path / "keys.json") == before
    assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o600


def test_of_a_former_key_only_the_public_half_stays_and_still_checks(signer: Signer, tmp_path: Path) -> None:
    old = signer.sign(b"one", now=NOW)
    later = NOW.replace(year=2025)
    new = signer.renew(now=later)
    assert [(key.since, key.until) for key in signer.public_keys()] == [(NOW, later), (later, None)]
    assert signer.sign(b"one", now=later).public == new.public != old.public
    assert fits(b"one", old.value, signer.public_keys()[0].public)
    stored = json.loads((tmp_path / "keys.json").read_text("utf-8"))["signing"]
    assert [("private" in key) for key in stored] == [False, True]


def test_keys_are_read_by_other_programs(signer: Signer) -> None:
    public = signer.sign(b"", now=NOW).public
    assert from_pem(to_pem(public)) == public
    for other in ("", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", to_pem(public)[:-40]):
        with pytest.raises(ValueError, match=r"."):
            from_pem(other)


# --- bundles --------------------------------------------------------------------------------------------------------


def test_a_whole_bundle_fits_packed_and_unpacked(sealed: dict[str, bytes], signer: Signer, tmp_path: Path) -> None:
    archive = tmp_path / "bundle.zip"
    archive.write_bytes(packed(sealed))
    (key,) = signer.public_keys()
    for path in (archive, unpack(sealed, tmp_path / "folder")):
        found = check(path)
        assert (found.faults, found.campaign, found.release, found.files) == ((), "hoi-thi", 3, 5)
        assert (found.key, found.trusted) == (key.id, False)
        for known in (key.id, key.public.hex()):
            assert check(path, keys=[known]).trusted
        by_digest = check(path, digest=f" {ABOUT['digest'].upper()} ")  # type: ignore[attr-defined]
        assert (by_digest.known_data, by_digest.trusted) == (True, False)
    assert packed(sealed) == archive.read_bytes() == packed(seal(CONTENT, about=ABOUT, signer=signer, now=NOW))


def test_a_changed_byte_is_named_in_every_file(sealed: dict[str, bytes], tmp_path: Path) -> None:
    for name in [name for name, value in sealed.items() if value]:
        for place in (0, len(sealed[name]) // 2, len(sealed[name]) - 1):
            value = bytearray(sealed[name])
            value[place] ^= 1
            folder = unpack({**sealed, name: bytes(value)}, tmp_path / "folder")
            try:
                found = faults(folder)
            except DomainError as error:
                assert name == MANIFEST
                found = [f"changed: {error.message.params['file']}"]
            assert f"changed: {name}" in found
            assert name == MANIFEST or found == [f"changed: {name}"], (name, place, found)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_no_byte_of_a_file_in_an_archive_changes_unnoticed(
    sealed: dict[str, bytes], tmp_path: Path, data: st.DataObject
) -> None:
    raw = bytearray(packed(sealed))
    with zipfile.ZipFile(_written(tmp_path, bytes(raw))) as archive:
        spans = [(entry.header_offset + 30 + len(entry.filename), entry) for entry in archive.infolist()]
    begin, entry = data.draw(st.sampled_from([span for span in spans if span[1].compress_size]))
    raw[begin + data.draw(st.integers(0, entry.compress_size - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        found = faults(_written(tmp_path, bytes(raw)))
    except DomainError:
        assert entry.filename == MANIFEST
    else:
        # A changed bit of packed data may give the same content, in the rest of its last byte.
        with zipfile.ZipFile(_written(tmp_path, bytes(raw))) as archive:
            same = _content(archive, entry.filename) == sealed[entry.filename]
        assert found == [] if same else f"changed: {entry.filename}" in found


def _written(tmp_path: Path, raw: bytes) -> Path:
    (tmp_path / "changed.zip").write_bytes(raw)
    return tmp_path / "changed.zip"


def _content(archive: zipfile.ZipFile, name: str) -> bytes | None:
    try:
        return archive.read(name)
    except Exception:  # noqa: BLE001 - however it does not unpack
        return None


def test_missing_foreign_and_doubled_files_are_named(sealed: dict[str, bytes], tmp_path: Path) -> None:
    content = {name: value for name, value in sealed.items() if name not in {"index.html", SIGNATURE}}
    content["extra.js"] = b"alert(1)"
    folder = unpack(content, tmp_path / "folder")
    assert faults(folder) == ["not of this bundle: extra.js", "missing: index.html", "missing: signature.json"]
    archive = tmp_path / "bundle.zip"
    archive.write_bytes(packed(sealed))
    with zipfile.ZipFile(archive, "a") as opened, pytest.warns(UserWarning, match="Duplicate"):
        opened.writestr("index.html", b"<p>9</p>")
    assert faults(archive) == ["twice in the archive: index.html", "changed: index.html"]


def test_a_bundle_that_somebody_else_signed_is_not_the_sites(
    sealed: dict[str, bytes], signer: Signer, tmp_path: Path
) -> None:
    load_or_create_keys(tmp_path / "other.json")
    forged = {**CONTENT, "index.html": b"<p>9.000.000</p>"}
    other = seal(forged, about=ABOUT, signer=Signer(tmp_path / "other.json"), now=NOW)
    folder = unpack(other, tmp_path / "folder")
    known = key_id(signer.public_keys()[0].public)
    assert faults(folder) == []
    assert not check(folder).trusted
    assert "another key" in faults(folder, keys=[known])[0]
    # The digest is that of the data, which are genuine.
    by_digest = check(folder, digest=str(ABOUT["digest"]))
    assert (by_digest.faults, by_digest.known_data, by_digest.trusted) == ((), True, False)
    mixed = unpack({**other, "public-key.pem": sealed["public-key.pem"]}, tmp_path / "folder")
    assert faults(mixed, keys=[known]) == ["changed: public-key.pem"]


def test_taking_the_signature_away_does_not_pass_for_the_old_form(sealed: dict[str, bytes], tmp_path: Path) -> None:
    manifest = json.loads(sealed[MANIFEST]) | {"schema": "cuocthi-bundle/1"}
    manifest["files"]["index.html"] = hashlib.sha256(b"<p>9</p>").hexdigest()
    content = {**sealed, MANIFEST: json.dumps(manifest).encode(), "index.html": b"<p>9</p>"}
    del content[SIGNATURE]
    folder = unpack(content, tmp_path / "folder")
    assert "not signed" in faults(folder)[0]
    assert "not signed" in faults(folder, keys=["00"])[0]
    # The old form is told by the digest alone, which covers the data.
    by_digest = check(folder, digest=str(ABOUT["digest"]))
    assert (by_digest.faults, by_digest.known_data, by_digest.trusted) == ((), True, False)
    assert "is not the one given" in faults(folder, digest="0" * 64)[0]


@pytest.mark.parametrize("manifest", ["", "[]", "{}", '{"schema": "cuocthi-bundle/9"}', "no json", "\xff"])
def test_what_is_no_bundle_is_refused_in_words(tmp_path: Path, manifest: str) -> None:
    (tmp_path / MANIFEST).write_text(manifest, "latin-1")
    with pytest.raises(DomainError, match=r"no bundle|not known"):
        check(tmp_path)
    (tmp_path / "bundle.zip").write_bytes(b"PK\x03\x04 half of it")
    with pytest.raises(DomainError, match="neither a folder nor a ZIP"):
        check(tmp_path / "bundle.zip")


def test_the_command_says_it_and_exits(sealed: dict[str, bytes], signer: Signer, tmp_path: Path) -> None:
    def verify(*arguments: object) -> tuple[int, str]:
        command = [sys.executable, "-m", "cuocthi", "verify", *map(str, arguments)]
        environment = {"CUOCTHI_INSTANCE": str(tmp_path / "elsewhere"), "PATH": "", "LANG": "C.UTF-8"}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        return done.returncode, done.stdout

    folder = unpack(sealed, tmp_path / "folder")
    pem = tmp_path / "key.pem"
    pem.write_text(signer.public_keys()[0].pem, "utf-8")
    status, said = verify(folder, "--key", pem)
    assert (status, said.splitlines()[-1], signer.public_keys()[0].id in said) == (0, "OK (5)", True)
    for known in ([], ["--digest", ABOUT["digest"]]):
        status, said = verify(folder, *known)
        assert (status, "OK" in said, "data.json" in said) == (2, False, bool(known))
    (folder / "index.html").write_bytes(b"<p>9</p>")
    status, said = verify(folder, "--key", pem)
    assert (status, "index.html" in said) == (1, True)


# --- the page -------------------------------------------------------------------------------------------------------


#: How a browser lends no cryptography: over HTTP without TLS, or an old one that knows no Ed25519.
LENDING = {
    "all": "",
    "no Ed25519": "const own = crypto.subtle.importKey.bind(crypto.subtle);"
    "crypto.subtle.importKey = (...a) => a[2] === 'Ed25519' ? Promise.reject(new Error('no')) : own(...a);",
    "nothing": "Object.defineProperty(globalThis, 'crypto', {value: undefined});",
}


@pytest.mark.browser
@pytest.mark.parametrize("lending", LENDING)
def test_the_page_agrees_with_the_command_from_a_disk_and_asks_no_other_host(
    sealed: dict[str, bytes], signer: Signer, tmp_path: Path, chromium: Browser, lending: str
) -> None:
    page = chromium.new_page()
    page.add_init_script(LENDING[lending])
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((CHECKER / "verify-bundle.html").as_uri())
    numbers = count()

    def says(content: dict[str, bytes], kind: str) -> str:
        # A browser tells of no change where the same file is chosen again.
        archive = tmp_path / f"{next(numbers)}.zip"
        archive.write_bytes(packed(content))
        page.locator("#file").set_input_files(archive)
        page.locator(f"#result p.{kind}").wait_for()
        return page.locator("#result").inner_text()

    assert "5 tệp" in says(sealed, "ok")
    for name in [name for name, value in sealed.items() if value]:
        value = bytearray(sealed[name])
        value[len(value) // 2] ^= 1
        assert name in says({**sealed, name: bytes(value)}, "bad")
        # A changed manifest says otherwise of another file, or cannot be read at all.
        assert name == MANIFEST or page.locator("#result li code").all_inner_texts() == [name]
    without = {name: value for name, value in sealed.items() if name != "index.html"}
    assert "Thiếu tệp (missing) · index.html" in says(without, "bad")
    says(sealed, "ok")
    for known, kind in ((signer.public_keys()[0].id, "ok"), ("0" * 16, "bad"), (str(ABOUT["digest"]), "bad")):
        page.locator("#known").fill(known)
        page.locator(f"#result p.{kind}").wait_for()
    assert "Chỉ dữ liệu" in page.locator("#result").inner_text()
    page.locator("#known").fill("")
    _folder(page, unpack(sealed, tmp_path / "folder"), "ok")
    unpack({**sealed, "extra.js": b"1"}, tmp_path / "folder")
    _folder(page, tmp_path / "folder", "bad")
    assert all(url.startswith("file:") for url in asked)
    page.close()


def _folder(page: Page, folder: Path, kind: str) -> None:
    page.locator("#folder").set_input_files(folder)
    page.locator(f"#result p.{kind}").wait_for()


def test_the_page_breaks_no_content_security_policy() -> None:
    for path in CHECKER.iterdir():
        text = path.read_text("utf-8")
        for banned in ("http://", "https://", "eval(", "innerHTML", " style=", "onclick", "new Function", "@import"):
            assert banned not in text, (path.name, banned)
    assert "<script src=" in (CHECKER / "verify-bundle.html").read_text("utf-8")
