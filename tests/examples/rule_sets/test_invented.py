"""Rule sets that nobody foresaw, entered by a file alone, and held to what was worked out by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from cuocthi.errors import Blocked, Forbidden
from cuocthi.rules.domain import compose
from cuocthi.rules.language import writer

from .held import prizes_of, unit_prizes_of, without_reasons
from .invented import ALL, invented

if TYPE_CHECKING:
    from .conftest import Open

#: What the rules say of what is special in each.
SAID = {
    "final": (
        "thuộc 3 người xếp hạng cao nhất của mỗi bảng theo bảng xếp hạng đã được thông qua của “Kết quả vòng loại”",
        "30 phút",
        "12 câu hỏi",
    ),
    "diligence": ("trong 48 giờ kể từ khi trình", "trung bình", "50%"),
    "fastest": ("Thời điểm bắt đầu làm bài: sớm hơn xếp trên", "không quá 25% số người"),
    "pupils": ("Khối lớp", "từ đủ 11 đến 18 tuổi", "Trung học phổ thông"),
    "two-parts": ("thuộc 60% số người xếp hạng cao nhất và đạt từ 50% số điểm tối đa", "60 phút"),
}


@pytest.mark.parametrize("name", ALL)
def test_a_file_alone_is_enough_to_open_and_the_rules_say_what_is_special(open_by: Open, name: str) -> None:
    held = open_by(invented(name))
    clauses = compose(held.ctx, campaign=held.campaign, write=writer("vi"))
    text = "\n".join(clause.text for clause in clauses)
    for words in SAID[name]:
        assert words in text, text


# --- a final for the best of each division over the two best of three weeks ---

FINALISTS = """
who   | unit | category  | division
An    | so   | officials | a
Bình  | so   | officials | a
Chi   | so   | officials | a
Dũng  | so   | officials | a
Én    | so   | officials | a
Giang | xa   | residents | b
Hà    | xa   | residents | b
"""

WEEKS = {
    "tuan-1": """
who   | right | seconds | predicts | begins
An    | 10    | 100     | -        | 0
Bình  | 9     | 100     | -        | 1
Chi   | 8     | 100     | -        | 2
Dũng  | 8     | 100     | -        | 3
Én    | 10    | 100     | -        | 4
Giang | 5     | 100     | -        | 5
Hà    | 5     | 90      | -        | 6
""",
    "tuan-2": """
who   | right | seconds | predicts | begins
An    | 2     | 100     | -        | 0
Bình  | 6     | 100     | -        | 1
Bình  | 9     | 100     | -        | 20
Chi   | 8     | 100     | -        | 2
Dũng  | 8     | 100     | -        | 3
Giang | 4     | 100     | -        | 5
Hà    | 4     | 100     | -        | 6
""",
    "tuan-3": """
who   | right | seconds | predicts | begins
An    | 10    | 100     | -        | 0
Chi   | 3     | 10      | -        | 2
Dũng  | 2     | 10      | -        | 3
""",
}

PRELIMINARY = """
place | who   | why
1     | An    | 10 and 10; the two of the second week are dropped
2     | Bình  | 9 and 9, the better of two papers in the second week
3=    | Chi   | 8 and 8, as Dũng, and as much time; what was dropped does not tell them apart
3=    | Dũng  | 8 and 8
5     | Hà    | 5 and 4 in 190 seconds
6     | Giang | 5 and 4 in 200 seconds
"""
# Én had 10 once, and took part in fewer than two weeks.


def test_a_final_for_the_best_of_each_division(open_by: Open) -> None:
    held = open_by(invented("final"))
    held.register(FINALISTS)
    for week, papers in WEEKS.items():
        held.play(week, papers)
        held.close(week)
        ranking = held.ranking(week)
        held.adopt(ranking)
    held.close("vong-loai")
    preliminary = held.ranking("vong-loai")
    assert held.places(preliminary) == without_reasons(PRELIMINARY, 0, 1)

    final = held.round("chung-ket")
    begins = final.opens_at + timedelta(minutes=1)
    with pytest.raises(Forbidden, match="not adopted yet"):
        held.write(final, "An", begins, right=1, seconds=60, predicted="-")
    held.adopt(preliminary)
    # The best three of division A are four, since Chi and Dũng are equal; in B there are only two.
    with pytest.raises(Forbidden, match="not in its ranking"):
        held.write(final, "Én", begins, right=12, seconds=60, predicted="-")
    held.play(
        "chung-ket",
        """
who   | right | seconds | predicts | begins
An    | 11    | 60      | -        | 9
Bình  | 11    | 900     | -        | 2
Chi   | 5     | 60      | -        | 3
Dũng  | 12    | 1500    | -        | 4
Giang | 7     | 60      | -        | 5
Hà    | 7     | 60      | -        | 6
""",
    )
    held.close("chung-ket")
    ranking = held.ranking("chung-ket")
    held.adopt(ranking)
    # 12; then 11, of which Bình began first, though An was faster.
    assert prizes_of(held.award("bang-a", "chung-ket")) == [("Dũng", "Giải Nhất"), ("Bình", "Giải Nhì")]
    assert prizes_of(held.award("bang-b", "chung-ket")) == [("Giang", "Giải Nhất"), ("Hà", "Giải Nhì")]


# --- means, passes, diligence, and a cap on how many win ---

MANY = """
who  | unit | category
An   | so   | officials
Bình | so   | officials
Chi  | so   | officials
Dũng | xa   | residents
Én   | xa   | residents
Hà   | phu  | residents
"""

#: A day has 1440 minutes; there is one attempt a day.
PARTS = {
    "dot-1": """
who  | right | seconds | predicts | begins
An   | 10    | 100     | -        | 10
An   | 4     | 100     | -        | 1450
Bình | 7     | 100     | -        | 11
Chi  | 10    | 50      | -        | 12
Dũng | 6     | 100     | -        | 13
Én   | 4     | 100     | -        | 14
Hà   | 6     | 100     | -        | 15
""",
    "dot-2": """
who  | right | seconds | predicts | begins
An   | 7     | 100     | -        | 11
Bình | 7     | 100     | -        | 12
Dũng | 6     | 100     | -        | 13
Én   | 4     | 100     | -        | 14
Hà   | 6     | 100     | -        | 15
""",
}

DILIGENT = """
place | who  | why
1     | An   | (10 + 4)/2 = 7 and 7, as Bình; handed in earlier in the second part
2     | Bình | 7 and 7
3     | Dũng | 6 and 6, handed in earlier than Hà
4     | Hà   | 6 and 6
5     | Chi  | everything right, but in one part of two only
6     | Én   | 4 and 4: below the pass mark of 50 %
"""


def test_diligence_before_points_with_a_pass_mark_and_a_cap(open_by: Open) -> None:
    held = open_by(invented("diligence"))
    held.register(MANY)
    for part, papers in PARTS.items():
        held.play(part, papers)
    held.close("dot-2")
    held.close("chuyen-can")
    rankings = [held.ranking(part) for part in PARTS]
    with pytest.raises(Blocked, match="cannot be adopted yet"):
        held.adopt(rankings[0])
    held.at(held.ctx.now + timedelta(hours=49))
    for ranking in rankings:
        held.adopt(ranking)
    ranking = held.ranking("chuyen-can")
    assert held.places(ranking) == without_reasons(DILIGENT, 0, 1)
    held.adopt(ranking)
    # A half of six may have a certificate beside the first prize, from 60 % on: Bình, Dũng, Hà; Chi stands behind.
    assert prizes_of(held.award("chuyen-can", "chuyen-can")) == [
        ("An", "Giải Nhất"),
        ("Bình", "Giấy chứng nhận"),
        ("Dũng", "Giấy chứng nhận"),
        ("Hà", "Giấy chứng nhận"),
    ]
    # Sở Nội vụ 3 of 20 and Vũ Thư 2 of 40 need 30 %; Phụ Dực has 200 people, needs 1 % and has a half: nobody wins.
    made = held.award("tap-the", "chuyen-can")
    assert unit_prizes_of(made) == []


# --- most right, fastest, first begun ---


def test_the_fastest_of_those_with_most_right_after_two_days_for_objections(open_by: Open) -> None:
    held = open_by(invented("fastest"))
    held.register(MANY)
    held.play(
        "ky-1",
        """
who  | right | seconds | predicts | begins
An   | 10    | 100     | 16.7     | 5
Bình | 9     | 90      | 0        | 2
Bình | 10    | 100     | 0        | 90
Chi  | 10    | 20      | 50       | 3
Chi  | 8     | 300     | 50       | 180
Dũng | 10    | 100     | -        | 5
Én   | 9     | 30      | -        | 6
Hà   | 9     | 30      | -        | 7
""",
    )
    held.close("ky-1")
    ranking = held.ranking("ky-1")
    assert held.places(ranking) == [
        ("1=", "An"),  # all of 10, 100 and the same moment of starting
        ("1=", "Dũng"),
        ("3", "Bình"),  # the last paper counts, which was begun later
        ("4", "Én"),
        ("5", "Hà"),
        ("6", "Chi"),  # the last paper counts, though the first one had everything right
    ]
    held.at(held.ctx.now + timedelta(hours=49))
    lot = held.lot(ranking, 1)
    held.adopt(ranking)
    # A quarter of six is one, beside the first prize.
    assert prizes_of(held.award("main", "ky-1")) == [(lot[0], "Giải Nhất"), (lot[1], "Giải Khuyến khích")]
