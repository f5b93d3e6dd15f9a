"""Pictures are made small, and nothing of them is kept but what is seen."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cuocthi.errors import DomainError
from cuocthi.pictures.domain import copies
from cuocthi.pictures.models import Picture
from cuocthi.pictures.shrinking import MOST_BYTES, WIDTHS

from .conftest import Desk, opened, photograph

GPS = 0x8825


def with_exif(*, turned: int = 1) -> bytes:
    exif = Image.Exif()
    exif[0x0110] = "Máy ảnh của ông An"
    exif[0x0112] = turned
    exif.get_ifd(GPS)[1] = "N"
    exif.get_ifd(GPS)[2] = (20.0, 26.0, 47.0)
    return photograph(2000, 1000, exif=exif, comment="chụp tại nhà riêng".encode())


def test_a_photograph_comes_in_all_widths_without_place_time_and_camera() -> None:
    made = copies(content=with_exif(), name="IMG_0001.JPG")
    assert [(copy.width, copy.height) for copy in made] == [(480, 240), (960, 480), (1440, 720)]
    for copy in made:
        found = opened(copy.content)
        assert (found.format, found.size) == ("JPEG", (copy.width, copy.height))
        assert not found.getexif()
        assert {"exif", "comment", "icc_profile", "xmp"}.isdisjoint(found.info)
        assert "ông An".encode() not in copy.content


def test_a_picture_that_was_held_upright_stands_upright() -> None:
    smallest, *_ = copies(content=with_exif(turned=6), name="a.jpg")
    assert (smallest.width, smallest.height) == (480, 960)


def test_a_drawing_stays_sharp_and_what_can_be_seen_through_stays_so() -> None:
    drawing, glass = io.BytesIO(), io.BytesIO()
    Image.new("RGB", (700, 300), "#0a5c66").save(drawing, "PNG")
    Image.new("RGBA", (300, 200), (255, 0, 0, 90)).save(glass, "WEBP")
    (small, own), (seal,) = (
        copies(content=drawing.getvalue(), name="a.png"),
        copies(content=glass.getvalue(), name="b.webp"),
    )
    assert (small.width, own.width, own.ending) == (480, 700, ".png")
    assert (seal.ending, opened(seal.content).convert("RGBA").getchannel("A").getextrema()) == (".png", (90, 90))


def test_webp_is_taken_and_handed_out_as_jpeg_for_old_phones() -> None:
    made = copies(content=photograph(1000, 500, "WEBP"), name="anh.webp")
    assert {copy.ending for copy in made} == {".jpg"}


def test_what_lies_behind_a_picture_is_left_behind() -> None:
    made = copies(content=photograph(500, 300) + b"<?php echo 1; ?>PK\x03\x04", name="a.jpg")
    assert all(b"<?php" not in copy.content for copy in made)


def bomb(side: int) -> bytes:
    """A PNG file of some kilobytes that says it has ``side`` times ``side`` points."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(100_000))) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bomb.png", bomb(60_000)),
        ("bomb.png", bomb(8_500)),
        ("long.png", bomb(20_000)),
        ("cut.jpg", photograph(800, 600)[:5000]),
        ("another.png", photograph(80, 60)),
        ("a.gif", b"GIF89a"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("empty.png", b""),
        ("head.png", b"\x89PNG\r\n\x1a\n"),
        ("head.webp", b"RIFF\0\0\0\0WEBP"),
        ("large.jpg", b"\xff\xd8\xff" + bytes(MOST_BYTES)),
    ],
)
def test_bombs_and_what_is_no_picture_are_refused_at_their_field(name: str, content: bytes) -> None:
    with pytest.raises(DomainError) as refused:
        copies(content=content, name=name)
    assert refused.value.field == "file"


@settings(max_examples=6, deadline=None)
@given(width=st.integers(1, 2000), height=st.integers(1, 600))
def test_no_copy_is_wider_than_the_picture_and_all_have_its_shape(width: int, height: int) -> None:
    made = copies(content=photograph(width, height), name="a.jpg")
    assert [copy.width for copy in made] == sorted({min(width, most) for most in WIDTHS})
    for copy in made:
        assert abs(copy.height - height * copy.width / width) <= 1
        assert opened(copy.content).size == (copy.width, copy.height)


def test_a_picture_needs_words_and_gets_a_key_of_them(desk: Desk) -> None:
    first, second = desk.picture("Lễ phát động ngày 10/10/2024"), desk.picture("Lễ phát động ngày 10/10/2024")
    assert (first.key, second.key) == ("le-phat-dong-ngay", "le-phat-dong-ngay-2")
    assert desk.picture("0912 345 678").key == "picture"
    with pytest.raises(DomainError) as refused:
        desk.picture("  ")
    assert refused.value.field == "alt"
    assert desk.ctx.session.query(Picture).count() == 3
