"""Pictures for shared addresses: their size, their colours, and how pages and addresses of a campaign hold them."""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cuocthi.campaigns.models import CampaignState
from cuocthi.config import DEFAULT_ADDRESS
from cuocthi.papers import cards
from cuocthi.papers.cards import Card, draw
from cuocthi.papers.png import with_palette

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from cuocthi.config import Config
    from cuocthi.context import Context
    from cuocthi.testing.factories import Factories

Pixel = tuple[int, int, int]

LONG = "Cuộc thi trực tuyến tìm hiểu Nghị quyết về chuyển đổi số, kỹ năng số và Ngày Chuyển đổi số quốc gia 10/10"
CARD = Card("Hội thi", "Sở Thông tin và Truyền thông", "#0a5f66", "vi")
FULL = replace(
    CARD,
    title=f"{LONG} tỉnh Hưng Yên"[:120],
    parent="Ủy ban nhân dân tỉnh Thái Bình",
    eyebrow="Kết quả đính chính · bản công bố số 12",
    facts=(("17", "giải thưởng"), ("1.248.600", "người có kết quả"), ("1.300.000", "người đăng ký"), ("328", "đơn vị")),
    foot="Số liệu đến 17h00 ngày 09/10/2024",
)


def parts(picture: bytes) -> dict[bytes, bytes]:
    found, at = {}, 8
    while at < len(picture):
        length, kind = struct.unpack_from(">I4s", picture, at)
        content = picture[at + 8 : at + 8 + length]
        assert zlib.crc32(kind + content) == struct.unpack_from(">I", picture, at + 8 + length)[0]
        found[kind] = content
        at += length + 12
    return found


def pixels(picture: bytes) -> list[list[Pixel]]:
    """The colours of a picture with a palette, row by row."""
    found = parts(picture)
    width, height, *form = struct.unpack(">IIBBBBB", found[b"IHDR"])
    assert form == [8, 3, 0, 0, 0]
    palette = [tuple(found[b"PLTE"][at : at + 3]) for at in range(0, len(found[b"PLTE"]), 3)]
    raw = zlib.decompress(found[b"IDAT"])
    assert len(raw) == height * (width + 1)
    rows = [raw[at : at + width + 1] for at in range(0, len(raw), width + 1)]
    assert {row[0] for row in rows} == {0}
    return [[palette[place] for place in row[1:]] for row in rows]  # type: ignore[misc]  # three bytes each


def predicted(kind: int, left: int, up: int, corner: int) -> int:
    """What a byte is expected to be by each way to write a row, as ISO/IEC 15948 says it."""
    guess = left + up - corner
    paeth = min((left, up, corner), key=lambda value: abs(guess - value))
    return (0, left, up, (left + up) // 2, paeth)[kind]


def encoded(rows: list[list[tuple[int, int, int, int]]], kinds: list[int]) -> bytes:
    """A picture of 32 bits a pixel, each row written in its own way."""
    width, above, raw = len(rows[0]), bytes(len(rows[0]) * 4), bytearray()
    for kind, row in zip(kinds, rows, strict=True):
        now = bytes(value for pixel in row for value in pixel)
        raw.append(kind)
        for at, value in enumerate(now):
            left, corner = (now[at - 4], above[at - 4]) if at >= 4 else (0, 0)
            raw.append((value - predicted(kind, left, above[at], corner)) & 255)
        above = now
    head = struct.pack(">IIBBBBB", width, len(rows), 8, 6, 0, 0, 0)
    made = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(raw))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in made
    )


@st.composite
def pictures(draw_from: st.DrawFn) -> tuple[list[list[tuple[int, int, int, int]]], list[int]]:
    width, height = draw_from(st.integers(1, 12)), draw_from(st.integers(1, 12))
    byte = st.integers(0, 255)
    pixel = st.tuples(byte, byte, byte, st.just(255))
    row = st.lists(pixel, min_size=width, max_size=width)
    rows = draw_from(st.lists(row, min_size=height, max_size=height))
    return rows, draw_from(st.lists(st.integers(0, 4), min_size=height, max_size=height))


@given(pictures())
def test_a_palette_changes_no_colour_where_there_are_few(made: tuple[list[list[tuple[int, ...]]], list[int]]) -> None:
    rows, kinds = made
    shown = pixels(with_palette(encoded(rows, kinds)))  # type: ignore[arg-type]  # four bytes each
    assert shown == [[pixel[:3] for pixel in row] for row in rows]


def test_of_many_colours_the_nearest_is_shown() -> None:
    rows = [[(red, green, 7, 255) for red in range(32)] for green in range(0, 64, 2)]
    shown = pixels(with_palette(encoded(rows, [4] * len(rows))))
    assert len({pixel for row in shown for pixel in row}) == 256
    assert shown[0][0] == (0, 0, 7)
    distances = [
        sum((one - other) ** 2 for one, other in zip(was, now, strict=False))
        for row, became in zip(rows, shown, strict=True)
        for was, now in zip(row, became, strict=True)
    ]
    assert max(distances) < 64**2


@pytest.mark.parametrize("content", [b"GIF89a", encoded([[(1, 2, 3, 255)]], [0]).replace(b"\x08\x06", b"\x08\x02")])
def test_what_is_no_such_picture_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="not a"):
        with_palette(content)


@pytest.mark.parametrize("card", [CARD, FULL], ids=["short", "full"])
def test_a_picture_has_the_size_that_is_asked_for_and_is_small(card: Card) -> None:
    made = draw(card)
    rows = pixels(made)
    assert (len(rows[0]), len(rows)) == (cards.WIDTH, cards.HEIGHT)
    assert len(made) < 100_000
    accent, paper = rows[0][0], rows[-1][0]
    assert (accent, paper) == ((0x0A, 0x5F, 0x66), (0xFB, 0xFA, 0xF6))
    margins = {row[at] for row in rows for at in (20, 40, 55)}
    assert margins == {accent, paper}, "nothing is written beyond the margin"


def test_no_letter_is_cut_off_at_the_foot() -> None:
    rows = pixels(draw(FULL))
    paper = rows[-1][0]
    assert {pixel for row in rows[-8:] for pixel in row} == {paper}


def test_what_is_on_a_picture_is_its_name_and_is_said_in_words() -> None:
    assert FULL.name == replace(FULL).name
    assert FULL.name != replace(FULL, foot="").name
    assert FULL.words.startswith("Sở Thông tin và Truyền thông · Cuộc thi trực tuyến")
    assert "17 giải thưởng" in FULL.words


# --- of a campaign ---


def tags(page: str) -> dict[str, str]:
    return dict(re.findall(r'<meta (?:property|name)="((?:og|twitter):[a-z:_]+)" content="([^"]*)">', page))


def test_public_pages_say_how_they_are_shown_where_they_are_shared(
    ctx: Context, make: Factories, client: FlaskClient
) -> None:
    campaign = make.campaign("thi")
    campaign.name = f"{LONG} <&>"
    campaign.summary = 'Hỏi & đáp "số".'
    ctx.session.commit()
    for path in ("", "news/"):
        page = client.get(f"/c/thi/{path}").text
        found = tags(page)
        assert found["og:title"].endswith("Chuyển đổi số quốc gia 10/10 &lt;&amp;&gt;")
        assert found["og:url"] == f"{DEFAULT_ADDRESS.rstrip('/')}/c/thi/{path}"
        assert f'<link rel="canonical" href="{found["og:url"]}">' in page
        assert found["og:image"].startswith(f"{DEFAULT_ADDRESS.rstrip('/')}/c/thi/picture/")
        assert (found["og:image:width"], found["og:image:height"]) == (str(cards.WIDTH), str(cards.HEIGHT))
        assert found["og:image:alt"]
        assert found["og:description"]
        assert found["twitter:card"] == "summary_large_image"
    assert tags(client.get("/c/thi/").text)["og:description"] == "Hỏi &amp; đáp &#34;số&#34;."


def picture_of(client: FlaskClient) -> str:
    return tags(client.get("/c/thi/").text)["og:image"].removeprefix(DEFAULT_ADDRESS.rstrip("/"))


def test_the_picture_is_drawn_once_and_may_be_kept_for_ever(
    ctx: Context, make: Factories, client: FlaskClient, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = make.campaign("thi")
    # Pictures are kept between tests as well.
    campaign.name = f"Hội thi {uuid4()}"
    ctx.session.commit()
    drawn: list[Card] = []

    def drawing(card: Card) -> bytes:
        drawn.append(card)
        return b"\x89PNG"

    monkeypatch.setattr(cards, "draw", drawing)
    address = picture_of(client)
    answers = [client.get(address) for _ in range(3)]
    assert [answer.data for answer in answers] == [b"\x89PNG"] * 3
    assert [card.title for card in drawn] == [campaign.name]
    assert answers[0].content_type == "image/png"
    assert answers[0].headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Set-Cookie" not in answers[0].headers
    assert client.get(address, headers={"If-None-Match": answers[0].headers["ETag"]}).status_code == 304
    assert {path.suffix for path in (config.instance / "pictures").iterdir()} == {".png"}


def test_an_old_address_leads_to_the_picture_of_now(
    ctx: Context, make: Factories, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = make.campaign("thi")
    ctx.session.commit()
    monkeypatch.setattr(cards, "draw", lambda _card: b"\x89PNG")
    before = picture_of(client)
    campaign.name = f"Hội thi {uuid4()}"
    ctx.session.commit()
    after = picture_of(client)
    assert after != before
    answer = client.get(before)
    assert (answer.status_code, answer.headers["Location"]) == (302, DEFAULT_ADDRESS.rstrip("/") + after)
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_draft_has_no_picture_for_anybody(ctx: Context, make: Factories, client: FlaskClient) -> None:
    make.campaign("thi", state=CampaignState.DRAFT)
    ctx.session.commit()
    assert client.get("/c/thi/picture/x.png").status_code == 404
