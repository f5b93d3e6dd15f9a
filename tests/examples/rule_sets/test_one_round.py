"""``mot-vong``: one round as in plan 52/KH-STTTT, ranked by score, time used, prediction."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from cuocthi.errors import Blocked
from cuocthi.standings.decisions import exclude_entry
from cuocthi_prizes.domain.unit_awards import grant

from .held import by_lot, prizes_of, shipped, unit_prizes_of, with_units, without_reasons

if TYPE_CHECKING:
    from .conftest import Open

UNITS = """
code | name            | block | officials | residents
so   | Sở Nội vụ       | sở    | 10        | -
xa   | Xã Đông Hưng    | xã    | -         | 200
truong | Trường Chính trị | sở | -         | -
"""

PEOPLE = """
who    | unit   | category
An     | so     | officials
Bình   | so     | officials
Chi    | xa     | residents
Dũng   | xa     | residents
Én     | truong | officials
Giang  | truong | officials
Hà     | so     | officials
Khánh  | so     | officials
Lan    | xa     | residents
Minh   | xa     | residents
Nga    | xa     | residents
Oanh   | xa     | residents
Phúc   | so     | officials
Quý    | so     | officials
Sơn    | xa     | residents
Tú     | xa     | residents
Uyên   | xa     | residents
Vân    | so     | officials
"""

# Two persons have everything right and count: An and Bình. Chi has too, but is excluded.
PAPERS = """
who    | right | seconds | predicts | begins
An     | 20    | 300     | 9        | 0
Bình   | 20    | 400     | 2        | 5
Chi    | 20    | 200     | 2        | 6
Dũng   | 19    | 100     | 2        | 7
Én     | 19    | 100     | 3        | 8
Giang  | 19    | 100     | -        | 9
Hà     | 18    | 500     | 0        | 10
Khánh  | 18    | 500     | 4        | 11
Lan    | 17    | 600     | 2        | 12
Minh   | 16    | 600     | 2        | 13
Nga    | 15    | 600     | 2        | 14
Oanh   | 14    | 600     | 2        | 15
Phúc   | 13    | 600     | 2        | 16
Quý    | 12    | 600     | 2        | 17
Sơn    | 11    | 600     | 1        | 18
Tú     | 11    | 600     | 3        | 19
Uyên   | 11    | 600     | 3        | 20
Vân    | 0     | 30      | 2        | 21
"""

PLACES = """
place | who    | why
1     | An     | everything right, faster than Bình; the prediction is looked at last
2     | Bình   | everything right in 400 seconds
3     | Dũng   | 19 in 100 seconds, and the prediction is exact: 2 persons
4     | Én     | as Dũng, but off by 1
5     | Giang  | as Dũng, but predicted nothing, which stands last
6=    | Hà     | as Khánh, off by 2
6=    | Khánh  | as Hà, off by 2 on the other side: equal by every criterion
8     | Lan    | 17
9     | Minh   | 16
10    | Nga    | 15
11    | Oanh   | 14
12    | Phúc   | 13
13    | Quý    | 12
14=   | Sơn    | 11, off by 1
14=   | Tú     | as Sơn
14=   | Uyên   | as Sơn
17    | Vân    | nothing right: all sixteen prizes are given
"""

PRIZES = """
who     | prize             | why
An      | Giải Nhất         | place 1
Bình    | Giải Nhì          | places 2 and 3
Dũng    | Giải Nhì
Én      | Giải Ba           | places 4 to 6
Giang   | Giải Ba
lot 6 1 | Giải Ba           | the lot puts one of Hà and Khánh on place 6, where the third prizes end
lot 6 2 | Giải Khuyến khích | and the other one behind
Lan     | Giải Khuyến khích | the next ten
Minh    | Giải Khuyến khích
Nga     | Giải Khuyến khích
Oanh    | Giải Khuyến khích
Phúc    | Giải Khuyến khích
Quý     | Giải Khuyến khích
Sơn     | Giải Khuyến khích | equals who have the same prize need no lot
Tú      | Giải Khuyến khích
Uyên    | Giải Khuyến khích | the tenth of them
"""


def test_from_papers_to_awards(open_by: Open) -> None:
    held = open_by(with_units(shipped("mot-vong"), UNITS, "officials", "residents"))
    held.register(PEOPLE)
    held.play("thi-truc-tuyen", PAPERS)
    held.close("thi-truc-tuyen")
    exclude_entry(held.two[0], enrolment=held.people["Chi"], reason="Thành viên Ban Tổ chức")

    ranking = held.ranking("thi-truc-tuyen")
    assert held.places(ranking) == without_reasons(PLACES, 0, 1)
    with pytest.raises(Blocked) as refused:
        held.adopt(ranking)
    assert any("Hà, Khánh" in str(reason) for reason in refused.value.reasons)
    lot = held.lot(ranking, 6)
    assert set(lot) == {"Hà", "Khánh"}
    held.adopt(ranking)

    draft = held.draft("main", "thi-truc-tuyen")
    grant(
        held.two[0],
        campaign=held.campaign,
        number=draft.number,
        tier="tap-the",
        unit_id=held.unit("so").id,
        value=2_000_000,
        reason="Tỷ lệ dự thi cao nhất",
        decision_number="152/QĐ-STTTT",
        decision_date=date(2031, 3, 3),
    )
    made = held.confirm(draft)
    assert prizes_of(made) == without_reasons(by_lot(PRIZES, {"6": lot}), 0, 1)
    assert unit_prizes_of(made) == [("Sở Nội vụ", "Giải tập thể")]
    assert made.total_value == 7_100_000 + 2_000_000
