"""The index of a long list finds everybody by every word of their name, without accents."""

from __future__ import annotations

import json
from itertools import accumulate
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cuocthi_publishing.lists.search import BLOCK, file_of, search_files, words_of

COLUMNS = [
    {"key": "rank", "title": "Hạng", "kind": "integer"},
    {"key": "code", "title": "Số báo danh", "kind": "text"},
    {"key": "name", "title": "Họ và tên", "kind": "person"},
    {"key": "score", "title": "Điểm", "kind": "points"},
]
NAMES = ("Nguyễn Thị Hoà", "Nguyễn Thị Hòa", "Đặng Văn Ý", "H'Mông Y Bích", "Lê Thị Thu-Hà", "Trần Ánh")


def index(names: list[str]) -> dict[str, Any]:
    """The content of every file of the index of a list of these names, each with a contest number of its own."""
    rows = [[place, f"CDS-{place:05}", name, 19_500] for place, name in enumerate(names, start=1)]
    files = dict(search_files({"columns": COLUMNS, "rows": rows}, "vi", lambda at: f"{at // 200 + 1}.html"))
    contents = {}
    for file, script in files.items():
        name = file.removesuffix(".js")
        text = script.decode()
        head = f"cuocthiList({json.dumps(name)},"
        assert text.startswith(head)
        assert text.endswith(");\n")
        contents[name] = json.loads(text[len(head) : -3])
    return contents


def rows_of(contents: dict[str, Any], word: str) -> list[list[str]]:
    """The rows that the index names for a whole word."""
    places = accumulate(contents.get(file_of(word), {}).get(word, []))
    return [contents[f"rows-{place // BLOCK}"][place % BLOCK] for place in places]


@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3 * BLOCK))
def test_everybody_is_found_by_every_word_and_nobody_else(names: list[str]) -> None:
    contents = index(names)
    for word in {word for name in names for word in words_of(name)}:
        found = sorted(row[2] for row in rows_of(contents, word))
        assert found == sorted(f"CDS-{place:05}" for place, name in enumerate(names, 1) if word in words_of(name))
    assert sum(len(rows) for file, rows in contents.items() if file.startswith("rows-")) == len(names)


def test_a_name_is_found_without_accents_and_lies_beside_its_like() -> None:
    contents = index(["Trần Ánh"] * BLOCK + ["Nguyễn Thị Hoà", "Nguyễn Văn An", "Nguyễn Thị Hòa"])
    found = rows_of(contents, "hoa")
    assert [row[3] for row in found] == ["Nguyễn Thị Hoà", "Nguyễn Thị Hòa"]
    assert [row[0] for row in found] == ["1.html", "1.html"]
    assert found[0][4] == "19,5"
    places = list(accumulate(contents[file_of("hoa")]["hoa"]))
    assert places[1] == places[0] + 1


def test_a_contest_number_is_one_word_however_it_is_written() -> None:
    assert words_of("CDS-00042") == ["cds00042"] == words_of("cds00042")
    contents = index(list(NAMES))
    assert [row[3] for row in rows_of(contents, "cds00003")] == ["Đặng Văn Ý"]


def test_the_index_names_its_files() -> None:
    contents = index(list(NAMES))
    assert contents["index"]["files"] == sorted(name for name in contents if name.startswith("words-"))
