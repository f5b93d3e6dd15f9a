"""``hang-tuan``: sixteen weeks, any number of attempts; everything right, then the prediction, then who was earlier."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cuocthi.errors import Blocked, DomainError
from cuocthi.standings.decisions import exclude_entry

from .held import by_lot, prizes_of, shipped, with_units, without_reasons

if TYPE_CHECKING:
    from .conftest import Open

UNITS = """
code | name   | block | citizens
tinh | Một tỉnh |     | -
"""

PEOPLE = """
who    | unit | category
An     | tinh | citizens
Bình   | tinh | citizens
Chi    | tinh | citizens
Dũng   | tinh | citizens
Én     | tinh | citizens
Giang  | tinh | citizens
Hà     | tinh | citizens
Khánh  | tinh | citizens
Lan    | tinh | citizens
Minh   | tinh | citizens
Nga    | tinh | citizens
"""

# Eight persons have everything right in a paper that counts: all but Lan, Nga, and Minh, who is excluded.
FIRST_WEEK = """
who    | right | seconds | predicts | begins
An     | 10    | 200     | 3        | 0
An     | 10    | 200     | 8        | 100
Bình   | 10    | 900     | 8        | 50
Chi    | 9     | 60      | 8        | 1
Chi    | 10    | 200     | 2        | 60
Dũng   | 10    | 200     | 9        | 20
Én     | 10    | 200     | 7        | 20
Giang  | 10    | 100     | -        | 2
Hà     | 10    | 300     | 14       | 70
Khánh  | 10    | 300     | 14       | 70
Lan    | 9     | 60      | 8        | 3
Minh   | 10    | 60      | 8        | 4
Nga    | 0     | 10      | 8        | 5
Nga    | 5     | 10      | 7        | 6
"""

PLACES = """
place | who    | why
1     | Bình   | predicted 8 exactly, and handed in after 65 minutes
2     | An     | the second paper counts, which predicted 8, though the first one was earlier and as good in points
3=    | Dũng   | off by 1, handed in at the same moment as Én
3=    | Én     | off by 1 on the other side
5     | Chi    | the paper with everything right counts; its prediction is off by 6, handed in after 63 minutes
6=    | Hà     | off by 6, after 75 minutes
6=    | Khánh  | as Hà
8     | Giang  | everything right first of all, but predicted nothing
9     | Lan    | one wrong: cannot win, however exact and early
10    | Nga    | neither paper has everything right: the exact prediction counts, not the five points
"""

PRIZES = """
who     | prize           | why
Bình    | Giải Nhất tuần  | place 1
An      | Giải Nhì tuần   | place 2
lot 3 1 | Giải Nhì tuần   | the lot decides who of Dũng and Én has place 3, with which the second prizes end
lot 3 2 | Giải Ba tuần    | and the other one is the first of the five third prizes
Chi     | Giải Ba tuần
Hà      | Giải Ba tuần    | Hà and Khánh are equal, and so are their prizes
Khánh   | Giải Ba tuần
Giang   | Giải Ba tuần    | the last who qualifies: the consolation prizes stay unawarded
"""

# Four persons have everything right; nobody predicted.
SECOND_WEEK = """
who    | right | seconds | predicts | begins
An     | 10    | 100     | -        | 10
Bình   | 10    | 100     | -        | 5
Chi    | 10    | 100     | -        | 7
Chi    | 10    | 100     | -        | 2
Lan    | 9     | 100     | -        | 0
Nga    | 10    | 500     | -        | 4
"""

SECOND_PLACES = """
place | who    | why
1     | Chi    | the earlier of two papers, after 3 minutes 40
2     | Bình   | after 6 minutes 40
3     | An     | after 11 minutes 40
4     | Nga    | after 12 minutes 20
5     | Lan    | one wrong
"""


def test_from_papers_to_awards(open_by: Open) -> None:
    held = open_by(with_units(shipped("hang-tuan"), UNITS, "citizens"))
    held.register(PEOPLE)
    held.play("tuan-01", FIRST_WEEK)
    held.close("tuan-01")
    exclude_entry(held.two[0], enrolment=held.people["Minh"], reason="Nhân viên của đơn vị tổ chức")
    ranking = held.ranking("tuan-01")
    assert held.places(ranking) == without_reasons(PLACES, 0, 1)
    with pytest.raises(Blocked):
        held.adopt(ranking)
    lot = held.lot(ranking, 3)
    assert set(lot) == {"Dũng", "Én"}
    held.adopt(ranking)
    made = held.award("tuan", "tuan-01")
    assert prizes_of(made) == without_reasons(by_lot(PRIZES, {"3": lot}), 0, 1)
    assert made.total_value == 4_000_000 + 2 * 2_000_000 + 5 * 1_500_000


def test_a_week_in_which_nobody_predicts_goes_to_the_earliest_and_one_without_winners_needs_a_reason(
    open_by: Open,
) -> None:
    held = open_by(with_units(shipped("hang-tuan"), UNITS, "citizens"))
    held.register(PEOPLE)
    held.play("tuan-01", "who | right\nNga | 9 | 60 | 1 | 0")
    held.close("tuan-01")
    nobody = held.ranking("tuan-01")
    held.adopt(nobody)
    with pytest.raises(DomainError, match="Nobody qualifies"):
        held.draft("tuan", "tuan-01")
    assert prizes_of(held.award("tuan", "tuan-01", "Không có ai trả lời đúng tất cả.")) == []

    held.play("tuan-02", SECOND_WEEK)
    held.close("tuan-02")
    ranking = held.ranking("tuan-02")
    assert held.places(ranking) == without_reasons(SECOND_PLACES, 0, 1)
    held.adopt(ranking)
    assert prizes_of(held.award("tuan", "tuan-02")) == [
        ("Chi", "Giải Nhất tuần"),
        ("Bình", "Giải Nhì tuần"),
        ("An", "Giải Nhì tuần"),
        ("Nga", "Giải Ba tuần"),
    ]


def test_who_has_had_as_many_prizes_as_allowed_is_passed_over(open_by: Open) -> None:
    files = shipped("hang-tuan")
    files["campaign.toml"] = files["campaign.toml"].replace(b"[prizes]\n", b"[prizes]\nmost_a_person = 1\n")
    held = open_by(with_units(files, UNITS, "citizens"))
    held.register(PEOPLE)
    for week, papers in (("tuan-01", SECOND_WEEK), ("tuan-02", SECOND_WEEK.replace("Chi ", "Hà "))):
        held.play(week, papers)
        held.close(week)
        held.adopt(held.ranking(week))
    held.award("tuan", "tuan-01")
    made = held.award("tuan", "tuan-02")
    assert prizes_of(made) == [("Hà", "Giải Nhất tuần")]
    # They have had their prize in the first week, and stand behind Hà in this order.
    assert [one.code for one in made.passed_over] == [held.people[who].code for who in ("Bình", "An", "Nga")]
