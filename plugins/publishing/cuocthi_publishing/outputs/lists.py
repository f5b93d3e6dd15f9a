"""Lists of persons that are too long for one page: numbered pages, and the files by which they are searched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi_publishing.domain.pages import TEMPLATES, render_list, render_template
from cuocthi_publishing.lists.pages import is_long, page_of, pages
from cuocthi_publishing.lists.search import search_files
from cuocthi_publishing.outputs.names import list_folders, page_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cuocthi_publishing.domain.cells import Section
    from cuocthi_publishing.lists.pages import Rows
    from cuocthi_publishing.outputs.published import Published

_ROOT = "../../"
_SCRIPT = "search.js"


def build(published: Published) -> Iterator[tuple[str, bytes]]:
    """Yield the pages and the index of each long list, and the script that searches them; nothing without one."""
    folders = list_folders(published.snapshot)
    sections = [section for section in published.snapshot["sections"] if is_long(section)]
    for section in sections:
        folder = folders[section["key"]]
        for number, rows in pages(section):
            yield f"{folder}/{number}.html", _page(published, section, number, rows)
        for name, content in search_files(section, published.language, page_of):
            yield f"{folder}/{name}", content
    if sections:
        yield _SCRIPT, (TEMPLATES / "publishing" / "bundle" / _SCRIPT).read_bytes()


def _page(published: Published, section: Section, number: int, rows: Rows) -> bytes:
    back = _ROOT + page_file(section["page"])
    return render_template(
        published.snapshot,
        "publishing/bundle/page.html",
        title=section["title"],
        body=render_list(published.snapshot, published.digest, section, number, rows, back=back),
        tables=[],
        root=_ROOT,
        script=_SCRIPT,
    ).encode()
