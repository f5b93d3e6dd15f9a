"""The pages of a bundle: relative links, no script, nothing from another host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi_publishing.domain.pages import Links, page_keys, page_title, render_body, render_template
from cuocthi_publishing.outputs.names import described_tables, list_folders, page_file, picture_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cuocthi_publishing.outputs.published import Published


def build(published: Published) -> Iterator[tuple[str, bytes]]:
    """Yield each page that the release has."""
    for key in page_keys(published.snapshot):
        yield page_file(key), _page(published, key)


def _page(published: Published, key: str) -> bytes:
    snapshot = published.snapshot
    folders = list_folders(snapshot)
    links = Links(
        page=page_file,
        release=lambda _number: "",
        whole=lambda section: f"{folders[section]}/1.html",
        picture=picture_file,
    )
    return render_template(
        snapshot,
        "publishing/bundle/page.html",
        title=page_title(snapshot, key),
        body=render_body(snapshot, published.digest, key, links),
        tables=described_tables(snapshot) if key == "documents" else [],
        root="",
        script="",
    ).encode()
