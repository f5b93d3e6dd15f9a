"""Look through a zipped campaign, in a process of its own: ``python -m cuocthi.campaigns.archive_check <most bytes>``.

A hostile file can ask any reader for gigabytes and minutes: a key with a thousand dots is enough. So somebody else
reads it first, with bounds of memory and of time that the operating system keeps, and may die of them. The archive
comes on standard input; the answer on standard output is one word that says why it is refused, or nothing. What is
merely wrong is not refused here: whoever reads the campaign says where.
"""

from __future__ import annotations

import csv
import io
import resource
import sys
import tomllib

from cuocthi.files.unpacking import Fault, NotUnpacked, unpacked

_MEMORY = 224 * 2**20
_SECONDS = 2
MOST_FILES = 1_000
_FAULTS = {Fault.UNREADABLE: "unreadable", Fault.PARTS: "files", Fault.SIZE: "size"}
#: Thousands of questions need a third of it.
_MOST_VALUES = 100_000
_DEEPEST = 20
_MOST_ROWS = 25_000
_MOST_COLUMNS = 100


class Refused(Exception):
    """The archive is refused; the argument says why, in one word."""


def main() -> None:
    """Answer for the archive on standard input."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    try:
        look_through(sys.stdin.buffer.read(), largest=int(sys.argv[1]))
    except Refused as refused:
        sys.stdout.write(str(refused))


def look_through(raw: bytes, *, largest: int) -> None:
    """Raise Refused for an archive that unpacks to more than ``largest`` bytes, or whose tables are out of bounds."""
    try:
        for name, content in unpacked(raw, most_parts=MOST_FILES, most_bytes=largest):
            _look_at(name, content)
    except NotUnpacked as error:
        raise Refused(_FAULTS[error.fault]) from error


def _look_at(name: str, content: bytes) -> None:
    if name.endswith(".toml"):
        _count(_tables(content))
    elif name.endswith(".csv"):
        rows = csv.reader(io.StringIO(content.decode(errors="replace"), newline=""))
        try:
            for number, row in enumerate(rows):
                if number > _MOST_ROWS or len(row) > _MOST_COLUMNS:
                    raise Refused("rows")
        except csv.Error as error:
            raise Refused("rows") from error


def _tables(content: bytes) -> object:
    try:
        return tomllib.loads(content.decode())
    except (ValueError, RecursionError):
        return {}


def _count(tables: object) -> None:
    level, values = [tables], 0
    for _ in range(_DEEPEST):
        level = [item for value in level if isinstance(value, dict | list) for item in _inside(value)]
        values += len(level)
        if values > _MOST_VALUES:
            raise Refused("values")
        if not level:
            return
    raise Refused("values")


def _inside(value: dict[str, object] | list[object]) -> list[object]:
    return list(value.values()) if isinstance(value, dict) else value


if __name__ == "__main__":
    main()
