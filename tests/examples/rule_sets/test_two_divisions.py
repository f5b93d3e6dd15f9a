"""``hai-bang``: four weeks, officials and residents apart, a bank each; score, then prediction within the division."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.errors import Blocked
from cuocthi.standings.decisions import exclude_entry
from cuocthi_quiz.models import Attempt, Item, Revision

from .held import by_lot, prizes_of, shipped, unit_prizes_of, with_units, without_reasons

if TYPE_CHECKING:
    from .conftest import Open
    from .held import Held

UNITS = """
code | name         | block  | officials | residents
so   | Sở Nội vụ    | Khối 1 | 4         | -
ban  | Ban Dân vận  | Khối 1 | 2         | -
doan | Tỉnh đoàn    | Khối 2 | -         | -
xa   | Xã Tân Tiến  | Khối 3 | -         | 4
thon | Xã Hồng Minh | Khối 3 | -         | 8
"""

PEOPLE = """
who   | unit | category  | division
An    | so   | officials | officials
Bình  | so   | officials | officials
Chi   | ban  | officials | officials
Dũng  | ban  | officials | officials
Én    | doan | officials | officials
Giang | xa   | residents | residents
Hà    | xa   | residents | residents
Khánh | xa   | residents | residents
Lan   | thon | residents | residents
Minh  | thon | residents | residents
Nga   | thon | residents | residents
Oanh  | thon | residents | residents
Phúc  | thon | residents | residents
"""

# Everything right have 2 of the officials, An and Bình, and 3 of the residents: Giang, Hà, Khánh. Oanh is excluded.
LAST_WEEK = """
who   | right | seconds | predicts | begins
An    | 15    | 800     | 5        | 0
Bình  | 15    | 100     | 3        | 1
Chi   | 14    | 100     | 2        | 2
Dũng  | 14    | 200     | 2        | 3
Én    | 13    | 100     | 2        | 4
Giang | 15    | 300     | 3        | 5
Hà    | 15    | 100     | 2        | 6
Khánh | 15    | 100     | 4        | 7
Lan   | 14    | 100     | 3        | 8
Minh  | 13    | 100     | -        | 9
Nga   | 13    | 100     | 3        | 10
Oanh  | 15    | 100     | 3        | 11
Phúc  | 10    | 100     | 3        | 12
"""

# Both divisions stand in one ranking; each has its own prediction to be near to.
PLACES = """
place | who   | why
1     | Giang | 15, exact: 3 residents have everything right
2=    | Bình  | 15, off by 1 of 2 officials
2=    | Hà    | 15, off by 1 of 3 residents
2=    | Khánh | 15, off by 1 on the other side
5     | An    | 15, off by 3
6=    | Chi   | 14, exact; the time used does not count
6=    | Dũng  | 14, exact
6=    | Lan   | 14, exact
9=    | Én    | 13, exact
9=    | Nga   | 13, exact
11    | Minh  | 13 without a prediction
12    | Phúc  | 10
"""

OFFICIALS = """
who     | prize          | why
Bình    | Giải Nhất tuần | the only official on place 2
An      | Giải Nhì tuần
lot 6 1 | Giải Ba tuần   | Chi or Dũng, whoever the lot puts first; Lan drew too, but is no official
"""

RESIDENTS = """
who     | prize          | why
Giang   | Giải Nhất tuần
lot 2 1 | Giải Nhì tuần  | Hà or Khánh, whoever the lot puts first of the two
lot 2 2 | Giải Ba tuần   | the other one: the lot decides which of two prizes
"""

# 50 × rate + 50 × mean share of the points; Tỉnh đoàn has no headcount, so that nobody wins in its block.
UNIT_PRIZES = """
unit         | prize                  | why
Ban Dân vận  | Giải tập thể khối 1    | 50 × 2/2 + 50 × 28/30 = 96.7; Sở Nội vụ 50 × 2/4 + 50 × 30/30 = 75
Xã Tân Tiến  | Giải tập thể khối 3    | 50 × 3/4 + 50 × 45/45 = 87.5; Hồng Minh 50 × 4/8 + 50 × 50/60 = 66.7
"""


def of_division(held: Held, order: list[str], *names: str) -> list[str]:
    return [who for who in order if who in names]


def test_from_papers_to_awards(open_by: Open) -> None:
    held = open_by(with_units(shipped("hai-bang"), UNITS, "officials", "residents"))
    held.register(PEOPLE)
    held.play("tuan-04", LAST_WEEK)
    held.close("tuan-04")
    exclude_entry(held.two[0], enrolment=held.people["Oanh"], reason="Con của người ra đề")
    ranking = held.ranking("tuan-04")
    assert held.places(ranking) == without_reasons(PLACES, 0, 1)
    with pytest.raises(Blocked):
        held.adopt(ranking)
    second, sixth = held.lot(ranking, 2), held.lot(ranking, 6)
    held.adopt(ranking)

    officials, residents = (held.award(f"tuan-{name}", "tuan-04") for name in ("officials", "residents"))
    lots = {"6": of_division(held, sixth, "Chi", "Dũng"), "2": of_division(held, second, "Hà", "Khánh")}
    assert prizes_of(officials) == without_reasons(by_lot(OFFICIALS, lots), 0, 1)
    assert prizes_of(residents) == without_reasons(by_lot(RESIDENTS, lots), 0, 1)
    assert officials.total_value == residents.total_value == 2_000_000
    assert unit_prizes_of(held.award("tap-the", "tuan-04")) == without_reasons(UNIT_PRIZES, 0, 1)


def test_each_division_is_asked_its_own_questions(open_by: Open) -> None:
    held = open_by(with_units(shipped("hai-bang"), UNITS, "officials", "residents"))
    held.register(PEOPLE)
    held.play("tuan-01", "who\nAn | 15 | 60 | 1 | 0\nGiang | 15 | 60 | 1 | 1")
    asked = held.ctx.session.execute(
        sa.select(Attempt.enrolment_id, Revision.division_id, sa.func.count())
        .join(Item, Item.attempt_id == Attempt.id)
        .join(Revision, Revision.id == Item.revision_id)
        .group_by(Attempt.enrolment_id, Revision.division_id)
        .order_by(Attempt.enrolment_id)
    ).all()
    people = [held.people[who] for who in ("An", "Giang")]
    assert asked == [(person.id, person.division_id, 15) for person in people]
