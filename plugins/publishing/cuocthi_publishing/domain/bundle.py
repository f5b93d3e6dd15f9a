"""The bundle: a release as a folder of files that any portal can take, and anyone can check, in one ZIP file.

The same snapshot gives the same bytes: files are sorted, and their times in the archive are fixed.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cuocthi.digest import canonical
from cuocthi.folders import FONTS
from cuocthi.sheets.csv_text import csv_lines
from cuocthi.web.theme import DARK_PAPER, LIGHT_PAPER, dark_tints, light_tints
from cuocthi_publishing.domain.cells import plain
from cuocthi_publishing.domain.pages import (
    TEMPLATES,
    Links,
    page_keys,
    page_title,
    render_body,
    render_list,
    render_template,
)
from cuocthi_publishing.lists.pages import is_long, page_count, page_of, pages
from cuocthi_publishing.lists.search import search_files

if TYPE_CHECKING:
    from cuocthi_publishing.domain.cells import Section
    from cuocthi_publishing.domain.snapshot import Snapshot
    from cuocthi_publishing.lists.pages import Rows

MANIFEST = "manifest.json"
DATA = "data.json"
#: The version of the manifest's form.
MANIFEST_SCHEMA = "cuocthi-bundle/1"

_VENDORED = {
    "fonts/be-vietnam-pro-400.woff2": "be-vietnam-pro-400.woff2",
    "fonts/be-vietnam-pro-600.woff2": "be-vietnam-pro-600.woff2",
    "fonts/be-vietnam-pro.txt": "licences/be-vietnam-pro.txt",
}
_BUNDLE = "publishing/bundle"
_LANGUAGES = ("vi", "en")
# The earliest moment that a ZIP file can name.
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX, _READABLE = 3, 0o100644 << 16
_NO_WORD = re.compile(r"[^a-z0-9]+")

Progress = Callable[[int, int], None]


def build(snapshot: Snapshot, digest: str, progress: Progress = lambda _done, _total: None) -> bytes:
    """Return the ZIP file of a release. ``digest`` is the release's; ``progress`` is told pages and tables made."""
    return packed(files(snapshot, digest, progress))


def file_name(snapshot: Snapshot) -> str:
    """Return what the ZIP file is called."""
    return f"{snapshot['campaign']['slug']}-{snapshot['release']['number']}.zip"


def files(snapshot: Snapshot, digest: str, progress: Progress) -> dict[str, bytes]:
    """Return the files of the bundle by their names, the manifest included."""
    made: dict[str, bytes] = {DATA: canonical(snapshot), **_fixed_files(snapshot)}
    sections = snapshot["sections"]
    # A long list takes a step for each page, and one for its index.
    total = len(page_keys(snapshot)) + len(sections) + sum(page_count(one) + 1 for one in sections if is_long(one))
    for done, part in enumerate(_parts(snapshot, digest), start=1):
        made.update(part)
        progress(done, total)
    made[MANIFEST] = _manifest(snapshot, digest, made)
    return made


def _parts(snapshot: Snapshot, digest: str) -> Iterator[dict[str, bytes]]:
    language = snapshot["campaign"]["language"]
    for key in page_keys(snapshot):
        yield {page_file(key): _page(snapshot, digest, key)}
    for name, section in _described_tables(snapshot):
        yield {name: _table(section, language)}
    for folder, section in zip(list_folders(snapshot), snapshot["sections"], strict=True):
        if is_long(section):
            for number, rows in pages(section):
                yield {f"{folder}/{number}.html": _list_page(snapshot, digest, section, number, rows)}
            yield {f"{folder}/{name}": content for name, content in search_files(section, language, page_of)}


def packed(content: Mapping[str, bytes]) -> bytes:
    """Return files as a ZIP archive whose bytes depend on nothing but the files."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(content):
            entry = zipfile.ZipInfo(name, _FIXED_TIME)
            entry.create_system, entry.external_attr = _UNIX, _READABLE
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content[name])
    return written.getvalue()


def page_file(key: str) -> str:
    """Return the name of a page's file."""
    return "index.html" if key == "results" else f"{key}.html"


def table_files(snapshot: Snapshot) -> list[str]:
    """Return the name of each section's table file; the number in it keeps the order of the pages and names apart."""
    keys = (section["key"] for section in snapshot["sections"])
    return [f"data/{number:02}-{_NO_WORD.sub('-', key.lower())}.csv" for number, key in enumerate(keys, start=1)]


def list_folders(snapshot: Snapshot) -> list[str]:
    """Return the folder of each section's pages, for those that are too long for one page, named as its table file."""
    return [name.replace("data/", "lists/").removesuffix(".csv") for name in table_files(snapshot)]


def _fixed_files(snapshot: Snapshot) -> dict[str, bytes]:
    accent = snapshot["campaign"]["accent"]
    language = snapshot["campaign"]["language"]
    scripts = ["search.js"] if any(is_long(section) for section in snapshot["sections"]) else []
    readme = f"README.{language if language in _LANGUAGES else 'en'}.txt"
    colours = {
        "portal.css": {"accent": light_tints(accent).accent, "ground": LIGHT_PAPER},
        "dark.css": {"accent": dark_tints(accent).accent, "ground": DARK_PAPER},
    }
    return {
        **{name: (TEMPLATES / _BUNDLE / name).read_bytes() for name in ("style.css", *scripts)},
        "README.txt": render_template(
            snapshot, f"{_BUNDLE}/{readme}", tables=_described_tables(snapshot), page_file=page_file
        ).encode(),
        **{name: render_template(snapshot, f"{_BUNDLE}/{name}", **values).encode() for name, values in colours.items()},
        **{name: (FONTS / source).read_bytes() for name, source in _VENDORED.items()},
    }


def _described_tables(snapshot: Snapshot) -> list[tuple[str, dict[str, Any]]]:
    return list(zip(table_files(snapshot), snapshot["sections"], strict=True))


def _page(snapshot: Snapshot, digest: str, key: str) -> bytes:
    folders = {
        section["key"]: folder for folder, section in zip(list_folders(snapshot), snapshot["sections"], strict=True)
    }
    links = Links(page=page_file, release=lambda _number: "", whole=lambda section: f"{folders[section]}/1.html")
    return render_template(
        snapshot,
        f"{_BUNDLE}/page.html",
        title=page_title(snapshot, key),
        body=render_body(snapshot, digest, key, links),
        tables=_described_tables(snapshot) if key == "documents" else [],
        root="",
        script="",
    ).encode()


def _list_page(snapshot: Snapshot, digest: str, section: Section, number: int, rows: Rows) -> bytes:
    root = "../../"
    return render_template(
        snapshot,
        f"{_BUNDLE}/page.html",
        title=section["title"],
        body=render_list(snapshot, digest, section, number, rows, back=root + page_file(section["page"])),
        tables=[],
        root=root,
        script="search.js",
    ).encode()


def _table(section: dict[str, Any], language: str) -> bytes:
    kinds = [column["kind"] for column in section["columns"]]
    rows = ([plain(value, kind, language) for value, kind in zip(row, kinds, strict=True)] for row in section["rows"])
    return "".join(csv_lines([column["title"] for column in section["columns"]], rows)).encode()


def _manifest(snapshot: Snapshot, digest: str, made: Mapping[str, bytes]) -> bytes:
    values = {
        "schema": MANIFEST_SCHEMA,
        "campaign": snapshot["campaign"]["slug"],
        "release": snapshot["release"]["number"],
        "digest": digest,
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(made.items())},
    }
    return (json.dumps(values, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()
