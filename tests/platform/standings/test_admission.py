"""A round that is only for the best of another one: who is admitted, what the others are told, how it is set."""

from __future__ import annotations

from datetime import timedelta
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from cuocthi.campaigns.lifecycle import readiness
from cuocthi.campaigns.settings import SettingsError, save_settings
from cuocthi.errors import Forbidden
from cuocthi.rules.domain import compose
from cuocthi.standings.admission import admitted_number
from cuocthi.standings.criteria import RULES_OWNER, Admission, RankingRules, Within
from cuocthi.standings.decisions import exclude_entry
from cuocthi.standings.domain import build_ranking, submit_ranking
from cuocthi.testing.lots import draw_lot
from cuocthi.testing.plugins import make_format

from .finals import SCORES, Finals

if TYPE_CHECKING:
    from cuocthi.clock import FixedClock
    from cuocthi.context import Context
    from cuocthi.testing.factories import Factories


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [make_format("sprint")]


@pytest.fixture
def finals(ctx: Context, make: Factories, clock: FixedClock) -> Finals:
    return Finals(ctx, make, clock)


@pytest.mark.parametrize(
    ("limits", "admitted"),
    [
        ({"best": 2}, [0, 1]),
        ({"best": 3}, [0, 1, 2, 3]),  # whoever equals the last one comes too
        ({"share": 250}, [0, 1]),  # a quarter of ten, rounded down
        ({"best": 5, "share": 200}, [0, 1]),
        ({"pass_mark": 600}, [0, 1, 2, 3, 4, 5, 6]),
        ({"best": 7, "pass_mark": 700}, [0, 1, 2, 3, 4]),
        ({"best": 100}, list(range(10))),
    ],
)
def test_the_best_of_the_adopted_ranking_are_admitted(
    finals: Finals, limits: dict[str, Any], admitted: list[int]
) -> None:
    finals.admit(**limits)
    ranking = finals.rank()
    finals.adopt(ranking)
    assert finals.admitted() == admitted
    admission = Admission(finals.first.key, **limits)
    assert admitted_number(finals.ctx, admission=admission, ranking=ranking) == len(admitted)


def test_a_lot_decides_who_of_equals_is_admitted(finals: Finals) -> None:
    finals.admit(best=3)
    ranking = finals.rank()
    draw_lot(finals.staff, ranking=ranking, rank=3)
    finals.adopt(ranking)
    assert len(finals.admitted()) == 3
    assert admitted_number(finals.ctx, admission=Admission(finals.first.key, best=3), ranking=ranking) == 3


def test_whoever_moves_up_in_a_lot_because_somebody_left_is_admitted(finals: Finals) -> None:
    finals.admit(best=2)
    ranking = finals.rank((9, 9, 9, 5))
    draw_lot(finals.staff, ranking=ranking, rank=1)
    finals.adopt(ranking)
    before = finals.admitted()
    assert len(before) == 2
    exclude_entry(finals.staff[0], enrolment=finals.people[before[0]], reason="Thành viên Tổ Giúp việc")
    corrected = build_ranking(finals.staff[0], campaign=finals.campaign, round_=finals.first)
    submit_ranking(finals.staff[0], ranking=corrected)
    finals.adopt(corrected)
    assert finals.admitted() == [number for number in range(3) if number != before[0]]
    assert admitted_number(finals.ctx, admission=Admission(finals.first.key, best=2), ranking=corrected) == 2


@pytest.mark.parametrize(("limits", "admitted"), [({"best": 1}, [0, 1]), ({"share": 400}, [0, 1, 2, 3])])
def test_each_unit_sends_as_many(finals: Finals, limits: dict[str, int], admitted: list[int]) -> None:
    units = [finals.make.unit(name) for name in ("Sở Nội vụ", "Sở Y tế")]
    finals.people = [finals.make.enrolment(finals.campaign, unit=units[number % 2]) for number in range(len(SCORES))]
    finals.admit(within=Within.UNIT, **limits)
    ranking = finals.rank()
    finals.adopt(ranking)
    assert finals.admitted() == admitted
    admission = Admission(finals.first.key, within=Within.UNIT, **limits)
    assert admitted_number(finals.ctx, admission=admission, ranking=ranking) == len(admitted)


def test_nobody_is_admitted_before_the_ranking_is_adopted_and_all_are_where_nothing_is_said(finals: Finals) -> None:
    ranking = finals.rank()
    assert finals.admitted() == list(range(10)), "the final is for everybody"
    finals.admit(best=3)
    assert finals.admitted() == []
    with pytest.raises(Forbidden, match="not adopted yet"):
        finals.check(finals.people[0])
    finals.adopt(ranking)
    stranger = finals.make.enrolment(finals.campaign)
    with pytest.raises(Forbidden, match="you are not in its ranking"):
        finals.check(stranger)


def test_every_format_that_holds_its_round_open_asks_for_it(finals: Finals) -> None:
    finals.admit(best=1)
    finals.adopt(finals.rank())
    first, second = finals.people[:2]
    finals.hold(first)
    with pytest.raises(Forbidden, match="your place there is 2"):
        finals.hold(second)


def test_whoever_has_begun_is_never_stopped_by_a_later_version(finals: Finals) -> None:
    finals.admit(best=1)
    finals.adopt(finals.rank())
    first, second = finals.people[:2]
    finals.adopt(finals.rank((1, *SCORES[1:])))
    finals.hold(first, begun=True)
    finals.check(first, begun=True)
    with pytest.raises(Forbidden, match="your place there is"):
        finals.hold(first)
    finals.hold(second)
    exclude_entry(finals.staff[0], enrolment=first, reason="Thành viên Tổ Giúp việc")
    with pytest.raises(Forbidden, match="excluded"):
        finals.hold(first, begun=True)


def test_a_later_version_admits_others(finals: Finals) -> None:
    finals.admit(best=1)
    finals.adopt(finals.rank())
    finals.adopt(finals.rank((1, *SCORES[1:])))
    assert finals.admitted() == [1]


@pytest.mark.parametrize(
    "values", [{"of": "mot"}, {"best": 3}, {"of": "mot", "share": 1001}, {"of": "mot", "best": -1}]
)
def test_what_admits_nobody_knows_whom_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(SettingsError):
        Admission(**values)  # type: ignore[arg-type]


def test_readiness_names_a_round_that_cannot_say_who_takes_part(finals: Finals) -> None:
    def problems() -> list[str]:
        items = readiness(finals.ctx, campaign=finals.campaign).items
        return [str(item.detail) for item in items if item.key.startswith("admission")]

    finals.admit(best=3)
    assert problems() == []
    rules = RankingRules(admission=Admission("khong-co", best=3))
    save_settings(finals.ctx, owner=RULES_OWNER, campaign=finals.campaign, value=rules, round_=finals.final)
    assert "which is no other round" in problems()[0]
    finals.admit(best=3)
    finals.first.windows[0].closes_at = finals.final.opens_at + timedelta(days=1)
    finals.ctx.session.flush()
    assert "opens before that closes" in problems()[0]


@pytest.mark.parametrize(("hours", "warned"), [(0, False), (24, False), (72, True)])
def test_readiness_warns_of_a_round_that_opens_while_people_may_still_object(
    finals: Finals, hours: int, *, warned: bool
) -> None:
    finals.admit(best=3)
    of_first = RankingRules(objection_hours=hours)
    save_settings(finals.ctx, owner=RULES_OWNER, campaign=finals.campaign, value=of_first, round_=finals.first)
    finals.final.windows[0].opens_at = finals.first.closes_at + timedelta(hours=48)
    items = readiness(finals.ctx, campaign=finals.campaign).items
    found = [item for item in items if item.key.startswith("objections")]
    assert [(item.done, item.required) for item in found] == ([(False, False)] if warned else [])
    assert all(finals.final.title in str(item.detail) and finals.first.title in str(item.detail) for item in found)


def test_the_rules_say_who_may_take_part(finals: Finals) -> None:
    finals.admit(best=100, pass_mark=625, within=Within.DIVISION)
    finals.campaign.language = "vi"
    clauses = compose(finals.ctx, campaign=finals.campaign, write=str)
    conduct = next(clause.text for clause in clauses if clause.key == "conduct")
    assert (
        "Chỉ những người thuộc 100 người xếp hạng cao nhất của mỗi bảng và đạt từ 62,5% số điểm tối đa theo bảng xếp "
        "hạng đã được thông qua của “Vòng 1” được dự thi vòng này; những người bằng nhau ở vị trí cuối cùng đều được "
        "dự thi."
    ) in conduct
