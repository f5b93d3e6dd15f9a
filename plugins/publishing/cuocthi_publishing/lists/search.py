"""The index of a long list: small files that its page loads one by one, from a server or from disk.

A page that was opened from disk may fetch nothing, but it may load scripts. So each file of the index is a script that
hands one value to ``cuocthiList``. Rows lie in blocks, in the order of names with the given name first, so that people
of one name lie side by side. For every word of a name a file of words says at which places it stands; it is found by
the first two letters of the word, that of a number by its end. ``search.js`` reads all this and must find words, and
the file of each, as is done here.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from cuocthi.users.names import fold, sort_key
from cuocthi_publishing.domain.cells import written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from cuocthi_publishing.domain.cells import Section

#: How many rows lie in a block: what is loaded for the first page of what was found.
BLOCK = 100

_NUMBER = re.compile(r"[0-9]")
_SIGNS = re.compile(r"[^0-9a-z]+")
_OF_A_FILE = 2


def words_of(text: str) -> list[str]:
    """Return the words by which a name or a contest number is found: no accents, no signs, a number as one word."""
    words: list[str] = []
    for part in fold(text).split():
        if _NUMBER.search(part):
            words.append(_SIGNS.sub("", part))
        else:
            words += [word for word in _SIGNS.split(part) if word]
    return words


def file_of(word: str) -> str:
    """Return the name of the file of words in which a word stands."""
    part = word[-_OF_A_FILE:] if _NUMBER.search(word) else word[:_OF_A_FILE]
    return f"words-{part}"


def search_files(section: Section, language: str, page_of: Callable[[int], str]) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of every file of a section's index.

    ``page_of`` returns the address of the page on which the row at a place of the section stands; the index names it
    with each row.
    """
    kinds = [column["kind"] for column in section["columns"]]
    person, code = _place(section, "person", "kind"), _place(section, "code", "key")
    rows: list[Sequence[Any]] = section["rows"]
    order = sorted(range(len(rows)), key=lambda at: (sort_key(str(rows[at][person])), at))
    places: dict[str, list[int]] = defaultdict(list)
    for place, at in enumerate(order):
        for word in {*words_of(str(rows[at][person])), *words_of(str(rows[at][code]))}:
            places[word].append(place)
    for first in range(0, len(order), BLOCK):
        block = [
            [page_of(at), *(written(value, kind, language) for value, kind in zip(rows[at], kinds, strict=True))]
            for at in order[first : first + BLOCK]
        ]
        yield _script(f"rows-{first // BLOCK}", block)
    files: dict[str, dict[str, list[int]]] = defaultdict(dict)
    for word in sorted(places):
        files[file_of(word)][word] = _distances(places[word])
    for name, words in files.items():
        yield _script(name, words)
    yield _script("index", {"block": BLOCK, "files": sorted(files)})


def _place(section: Section, name: str, of: str) -> int:
    return next(place for place, column in enumerate(section["columns"]) if column[of] == name)


def _distances(places: Sequence[int]) -> list[int]:
    return [places[0], *(later - earlier for earlier, later in pairwise(places))]


def _script(name: str, content: Sequence[Any] | Mapping[str, Any]) -> tuple[str, bytes]:
    written_out = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return f"{name}.js", f"cuocthiList({json.dumps(name)},{written_out});\n".encode()
