"""What files are called in a bundle: outputs lead to those of one another."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cuocthi_publishing.domain.cells import Section
    from cuocthi_publishing.domain.snapshot import Snapshot

_NO_WORD = re.compile(r"[^a-z0-9]+")


def page_file(key: str) -> str:
    """Return the name of a page's file."""
    return "index.html" if key == "results" else f"{key}.html"


def picture_file(file: Mapping[str, Any]) -> str:
    """Return the name of one of the files of a picture."""
    return f"pictures/{file['name']}"


def table_files(snapshot: Snapshot) -> list[str]:
    """Return the name of each section's table file; the number in it keeps the order of the pages and names apart."""
    keys = (section["key"] for section in snapshot["sections"])
    return [f"data/{number:02}-{_NO_WORD.sub('-', key.lower())}.csv" for number, key in enumerate(keys, start=1)]


def described_tables(snapshot: Snapshot) -> list[tuple[str, Section]]:
    """Return each table file's name with its section."""
    return list(zip(table_files(snapshot), snapshot["sections"], strict=True))


def list_folders(snapshot: Snapshot) -> dict[str, str]:
    """Return the folder of each section's pages by its key, used by those that are too long; named as its table."""
    return {
        section["key"]: name.replace("data/", "lists/").removesuffix(".csv")
        for name, section in described_tables(snapshot)
    }
