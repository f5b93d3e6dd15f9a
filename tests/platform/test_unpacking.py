"""Archives that somebody sends: what is unpacked, and what of them is refused before it fills the memory."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Sequence

import pytest

from cuocthi.files.unpacking import Fault, NotUnpacked, unpacked


def zipped(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


def files_of(raw: bytes, *, parts: int = 5, size: int = 1_000) -> list[tuple[str, bytes]]:
    return list(unpacked(raw, most_parts=parts, most_bytes=size))


def lying(raw: bytes, size: int) -> bytes:
    """An archive whose table of contents and heads tell another size of its first file than it has."""
    changed = bytearray(raw)
    for signature, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = changed.index(signature) + at
        changed[start : start + 4] = struct.pack("<I", size)
    return bytes(changed)


def test_files_come_out_in_their_order_without_folders() -> None:
    inner = zipped(("c", b"3"))
    raw = zipped(("b/", b""), ("b/b.txt", b"2"), ("a.txt", b"1"), ("in.zip", inner))
    assert files_of(raw) == [("b/b.txt", b"2"), ("a.txt", b"1"), ("in.zip", inner)], "archives within stay packed"


def test_names_have_strokes_whatever_wrote_them() -> None:
    assert files_of(zipped(("items\\a.xml", b""), ("/b.xml", b""))) == [("items/a.xml", b""), ("b.xml", b"")]


@pytest.mark.parametrize("names", [["../a"], ["a/../../b"], ["..\\a"], ["a/b", "a\\b"]])
def test_names_that_lead_out_or_are_there_twice_are_refused(names: Sequence[str]) -> None:
    with pytest.raises(NotUnpacked) as refused:
        files_of(zipped(*((name, b"") for name in names)))
    assert refused.value.fault is Fault.UNREADABLE


def test_the_number_of_parts_and_what_they_unpack_to_are_bounded() -> None:
    five = zipped(*((str(at), b"x" * 200) for at in range(5)))
    assert len(files_of(five)) == 5
    for bounds, fault in (({"parts": 4}, Fault.PARTS), ({"size": 999}, Fault.SIZE)):
        with pytest.raises(NotUnpacked) as refused:
            files_of(five, **bounds)
        assert refused.value.fault is fault


def test_a_size_that_is_told_is_not_believed() -> None:
    bomb = zipped(("a", b"\0" * 1_000_000))
    for raw in (bomb, lying(bomb, 10), lying(zipped(("a", b"1")), 2_000)):
        with pytest.raises(NotUnpacked):
            files_of(raw)


@pytest.mark.parametrize(
    "raw",
    [b"", b"PK\x03\x04", zipped(("a", b"x"))[:-10], zipped(("a", b"x"), method=zipfile.ZIP_LZMA)],
    ids=["empty", "head", "cut", "method"],
)
def test_what_is_damaged_or_packed_otherwise_is_refused(raw: bytes) -> None:
    with pytest.raises(NotUnpacked) as refused:
        files_of(raw)
    assert refused.value.fault is Fault.UNREADABLE
