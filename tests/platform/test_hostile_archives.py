"""Zipped campaigns that somebody sends: a hostile one is refused in two seconds, in words, and nothing is written."""

from __future__ import annotations

import io
import resource
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import FileStorage

from cuocthi.campaigns import archive_check
from cuocthi.campaigns.archives import read_archive
from cuocthi.campaigns.files import read_source
from cuocthi.campaigns.models import Campaign
from cuocthi.errors import InvalidData

if TYPE_CHECKING:
    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

MAIN = "campaign.toml"
SECONDS = 2.0


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def damaged() -> bytes:
    """An archive whose packed content is no longer what it was packed to."""
    raw = bytearray(zipped({MAIN: bytes(range(256)) * 40}))
    start = 30 + len(MAIN)
    raw[start : start + 8] = b"\xff" * 8
    return bytes(raw)


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "a zip bomb": (lambda: zipped({MAIN: b"#" * 200_000_000}), "larger than"),
    "too many files": (lambda: zipped({f"f{number}": b"" for number in range(3_000)}), "more files"),
    "a method with a dictionary of its own": (lambda: zipped({MAIN: b""}, zipfile.ZIP_LZMA), "no ZIP file"),
    "a damaged archive": (damaged, "no ZIP file"),
    "a key with twenty thousand dots": (lambda: zipped({MAIN: b"a" + b".a" * 20_000 + b"=1"}), ""),
    "a key with two hundred thousand dots": (lambda: zipped({MAIN: b"a" + b".a" * 200_000 + b"=1"}), "time or memory"),
    "nine million comments": (lambda: zipped({MAIN: b"#\n" * 9_000_000}), "time or memory"),
    "nine million numbers": (lambda: zipped({MAIN: b"a=[" + b"1," * 9_000_000 + b"]"}), "time or memory"),
    "too many values": (lambda: zipped({MAIN: b"a=[" + b"1," * 120_000 + b"]"}), "more, or deeper"),
    "too deep a table": (lambda: zipped({MAIN: b"a=" + b"[" * 50 + b"]" * 50}), "more, or deeper"),
    "hostile questions": (lambda: zipped({MAIN: b"", "questions/a.toml": b"a.b" * 9 + b".c" * 200_000 + b"=1"}), ""),
    "a million units": (
        lambda: zipped({MAIN: b"", "units.csv": b"code,name\n" + b"a,b\n" * 1_000_000}),
        "longer or wider",
    ),
    "a list of one line": (lambda: zipped({MAIN: b"", "units.csv": b"," * 100_000}), "longer or wider"),
}


def used() -> float:
    return sum(
        spent.ru_utime + spent.ru_stime
        for spent in (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_refused_in_time_with_words(name: str) -> None:
    make, said = HOSTILE[name]
    raw, before = make(), used()

    with pytest.raises(InvalidData) as refused:
        read_archive(raw)

    assert used() - before < SECONDS + 0.5
    [problem] = refused.value.problems
    assert said in str(problem)


def test_who_looks_through_it_is_bound_in_memory_by_the_system() -> None:
    assert archive_check._MEMORY < 256 * 2**20
    assert archive_check._SECONDS <= SECONDS


def test_nothing_is_written_and_the_page_says_so(
    ctx: Context, make: Factories, sign_in: Callable[[User], Browser]
) -> None:
    browser = sign_in(make.user(admin=True))
    browser.get("/staff/new")
    file = FileStorage(io.BytesIO(HOSTILE["a key with twenty thousand dots"][0]()), filename="thi.zip")
    status, page = browser.post("/staff/new", {"slug": "thi", "name": "", "host_name": "", "file": file})  # type: ignore[dict-item]  # a form may hold a file
    assert status == 422
    assert "chưa có gì thay đổi" in page
    assert ctx.session.scalar(sa.select(sa.func.count()).select_from(Campaign)) == 0
    ctx.session.rollback()


def test_a_hundred_problems_are_told_and_the_number_of_the_others() -> None:
    with pytest.raises(InvalidData) as refused:
        read_source({MAIN: b"".join(b"k%d=1\n" % number for number in range(5_000))})
    assert len(refused.value.problems) == 101
    assert "further problems" in str(refused.value.problems[-1])
