from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cuocthi.web.assets import STATIC, Assets, stylesheet

ROOT = Path(__file__).parents[2]
VENDORED = [STATIC / "vendor", ROOT / "tests/vendor", ROOT / "platform/cuocthi/papers/fonts"]


@pytest.fixture
def plugin_files(tmp_path: Path) -> Path:
    (tmp_path / "paper.js").write_text("export const answer = 1;\n" * 40, "utf-8")
    return tmp_path


@pytest.fixture
def assets(plugin_files: Path) -> Assets:
    return Assets({"quiz": plugin_files})


@pytest.fixture
def app(assets: Assets) -> Iterator[Flask]:
    app = Flask("sample", static_folder=None)
    assets.init_app(app)
    with app.test_request_context():
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


# --- vendored files ---


@pytest.mark.parametrize("folder", VENDORED, ids=lambda folder: folder.parent.name)
def test_vendored_files_are_those_of_the_manifest(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    for name, entry in manifest.items():
        digest = hashlib.sha384((folder / name).read_bytes()).digest()
        assert entry["integrity"] == f"sha384-{base64.b64encode(digest).decode()}", name
    present = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} - {"manifest.json"}
    assert present == {name for name in manifest if not name.startswith("../")}


@pytest.mark.parametrize("folder", VENDORED, ids=lambda folder: folder.parent.name)
def test_vendored_files_are_of_the_locked_versions_and_say_their_licence(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    packages = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    wanted = json.loads((ROOT / "package.json").read_text("utf-8"))
    for name, entry in manifest.items():
        assert packages[f"node_modules/{entry['package']}"]["version"] == entry["version"], name
        assert (wanted["dependencies"] | wanted["devDependencies"])[entry["package"]] == entry["version"], name
        assert entry["licence"], name


def test_icons_are_those_listed(assets: Assets) -> None:
    assert list(assets.icons) == (STATIC / "icons.txt").read_text("utf-8").split()


# --- addresses and delivery ---


def test_an_address_is_that_of_the_content(app: Flask, plugin_files: Path, assets: Assets) -> None:
    before = assets.url("quiz/paper.js")
    (plugin_files / "paper.js").write_text("export const answer = 2;\n", "utf-8")
    assert Assets({"quiz": plugin_files}).digest != assets.digest
    assert before == f"/static/{assets.digest}/quiz/paper.js"


def test_addresses_keep_the_path_the_site_is_mounted_at(app: Flask, assets: Assets) -> None:
    with app.test_request_context(base_url="https://example.vn/cuocthi/"):
        assert assets.url("cuocthi.js").startswith("/cuocthi/static/")


def test_an_unknown_file_is_refused_when_the_page_is_made(app: Flask, assets: Assets) -> None:
    with pytest.raises(KeyError):
        assets.url("cuocthi.jss")
    with pytest.raises(KeyError):
        assets.icon("no-such-icon")


@pytest.mark.parametrize("path", ["cuocthi.css", "staff.css", "cuocthi.js", "quiz/paper.js", "vendor/htmx.min.js"])
def test_a_file_is_sent_compressed_and_kept_for_a_year(client: FlaskClient, assets: Assets, path: str) -> None:
    packed = client.get(assets.url(path), headers={"Accept-Encoding": "gzip"})
    plain = client.get(assets.url(path))
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.data) == plain.data == assets.files[path].read_bytes()
    assert packed.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert "Set-Cookie" not in packed.headers


def test_fonts_are_sent_as_they_are(client: FlaskClient, assets: Assets) -> None:
    font = client.get(assets.url("vendor/be-vietnam-pro-400.woff2"), headers={"Accept-Encoding": "gzip"})
    assert font.headers["Content-Type"] == "font/woff2"
    assert "Content-Encoding" not in font.headers


def test_a_page_of_another_release_gets_the_file_but_does_not_keep_it(client: FlaskClient, assets: Assets) -> None:
    reply = client.get("/static/00000000/cuocthi.css")
    assert reply.status_code == 200
    assert reply.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["nothing.css", "../assets.py", "%2e%2e/assets.py", "cuocthi-red.css", "cuocthi-0a5f6g.css", "vendor", ""]
)
def test_nothing_else_is_served(client: FlaskClient, assets: Assets, path: str) -> None:
    assert client.get(f"/static/{assets.digest}/{path}").status_code == 404


def test_a_campaign_has_one_stylesheet_in_its_colour(client: FlaskClient, assets: Assets) -> None:
    plain = assets.stylesheet_url()
    themed = assets.stylesheet_url("#B3121D")
    assert plain == assets.stylesheet_url("#0a5f66") == assets.url("cuocthi.css")
    assert themed.endswith("/cuocthi-b3121d.css")
    sent = client.get(themed).get_data(as_text=True)
    assert sent == stylesheet("#b3121d")
    assert sent.startswith(stylesheet())
    assert "--accent:#b3121d" in sent


def test_what_stylesheets_refer_to_is_there(assets: Assets) -> None:
    for name in ("cuocthi.css", "staff.css"):
        for target in re.findall(r"url\(([^)]+)\)", (STATIC / name).read_text("utf-8")):
            assert target in assets.files, target


def test_the_scripts_of_most_pages_are_one_file(client: FlaskClient, assets: Assets) -> None:
    sent = client.get(assets.url("site.js"))
    parts = [(STATIC / name).read_text("utf-8") for name in ("cuocthi.js", "vendor/htmx.min.js")]
    assert sent.get_data(as_text=True) == "\n".join(parts)
    assert sent.headers["Content-Type"].startswith("text/javascript")


def test_an_icon_is_decoration_or_has_a_name(assets: Assets) -> None:
    assert 'aria-hidden="true"' in assets.icon("check-lg")
    named = assets.icon("check-lg", label='Xong & "gọn"')
    assert 'role="img" aria-label="Xong &amp; &#34;gọn&#34;"' in named
    assert "aria-hidden" not in named


# --- weight ---


def test_the_parts_of_a_first_page_are_light(client: FlaskClient, assets: Assets) -> None:
    parts = {
        "cuocthi.css": 9_500,
        "site.js": 16_000,
        "cuocthi.js": 2_800,
        "vendor/be-vietnam-pro-400.woff2": 12_000,
        "vendor/be-vietnam-pro-600.woff2": 12_800,
    }
    for path, limit in parts.items():
        reply = client.get(assets.url(path), headers={"Accept-Encoding": "gzip"})
        assert len(reply.data) <= limit, path


def test_files_of_our_own_break_no_content_security_policy() -> None:
    script = (STATIC / "cuocthi.js").read_text("utf-8")
    assert not re.search(r"\beval\(|new Function|\.style\b|innerHTML|insertAdjacentHTML|https?://", script)
    for name in ("cuocthi.css", "staff.css"):
        assert not re.search(r"@import|https?://|url\(data:", (STATIC / name).read_text("utf-8"))
