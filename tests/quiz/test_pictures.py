"""Pictures of the bank: their size, what is refused, and where texts name them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cuocthi.errors import DomainError
from cuocthi_quiz.domain.pictures import add_picture, named_in, size_of
from cuocthi_quiz.queries.pictures import known_keys, pictures

from .conftest import Quiz
from .pictures import jpeg, png


@given(st.integers(1, 4000), st.integers(1, 4000))
def test_a_picture_says_its_size(width: int, height: int) -> None:
    assert size_of(jpeg(width, height)) == (width, height)
    assert size_of(png(width, 1)) == (width, 1)


@given(st.binary(max_size=60), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8", b"\xff\xd8\xff\xe1\0\0"]))
def test_what_is_no_picture_says_none_or_something_but_never_fails(content: bytes, head: bytes) -> None:
    found = size_of(head + content)
    assert found is None or len(found) == 2


def test_a_picture_is_added_once(quiz: Quiz, tmp_path: Path) -> None:
    added = add_picture(
        quiz.ctx, folder=tmp_path, campaign=quiz.campaign, key="cong-dvc", name="Cổng.png", content=png(320, 200)
    )
    assert (added.width, added.height) == (320, 200)
    assert known_keys(quiz.ctx, campaign_id=quiz.campaign.id) == ["cong-dvc"]
    with pytest.raises(DomainError):
        add_picture(quiz.ctx, folder=tmp_path, campaign=quiz.campaign, key="cong-dvc", name="a.png", content=png(9, 9))
    other = quiz.make.campaign(plugins=("quiz",))
    assert pictures(quiz.ctx, campaign_id=other.id) == []


@pytest.mark.parametrize(
    ("key", "name", "content", "field"),
    [
        ("Cổng", "a.png", png(9, 9), "key"),
        ("a", "a.exe", png(9, 9), "file"),
        ("a", "a.jpg", png(9, 9), "file"),
        ("a", "a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "file"),
        ("a", "a.png", b"\x89PNG\r\n\x1a\n" + b"x" * 40, "file"),
        ("a", "a.png", b"\x89PNG\r\n\x1a\n" + b"x" * 1_000_001, "file"),
        ("a", "a.jpg", jpeg(4001, 10), "file"),
        ("a", "a.png", b"", "file"),
    ],
)
def test_what_cannot_be_shown_is_refused(
    quiz: Quiz, tmp_path: Path, key: str, name: str, content: bytes, field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        add_picture(quiz.ctx, folder=tmp_path, campaign=quiz.campaign, key=key, name=name, content=content)
    assert refused.value.field == field


def test_texts_name_the_pictures_they_show() -> None:
    texts = ["![Trang chủ](picture:cong-dvc) và ![nút](picture:nut)", "Không có hình", "picture:khong"]
    assert named_in(texts) == {"cong-dvc", "nut"}
