"""Keeping the tree of units by hand: corrections, renamings, mergers and ends, and what may not be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from cuocthi.audit.domain import verify
from cuocthi.audit.models import AuditEvent
from cuocthi.contributions import ResultRow
from cuocthi.enrolments.models import Enrolment
from cuocthi.enrolments.unit_counts import unit_count
from cuocthi.errors import Conflict, DomainError, InvalidData
from cuocthi.standings.current_units import current_unit_figures
from cuocthi.standings.domain import build_ranking, submit_ranking
from cuocthi.standings.queries import unit_figures
from cuocthi.standings.results import post_results
from cuocthi.testing.plugins import make_format
from cuocthi.text import Text
from cuocthi.units.changing import (
    UnitFacts,
    abolish_units,
    add_unit,
    edit_unit,
    facts_of,
    merge_units,
    rename_unit,
    restore_unit,
)
from cuocthi.units.domain import import_units
from cuocthi.units.models import Unit
from cuocthi.units.queries import (
    choosable_unit,
    current_unit_ids,
    current_unit_of,
    full_name,
    predecessors,
    search_units,
    unit_by_link,
)
from cuocthi.units.rows import read_rows
from cuocthi.units.tree import Place, contradictions

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.standings.models import Ranking
    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [make_format("essays")]


TREE = """code,parent,name,kind,block,aliases
tb,,Tỉnh Thái Bình,province,,
vu-thu,tb,Huyện Vũ Thư,district,,
minh-quang,vu-thu,Xã Minh Quang,commune,xa,
hoa-binh,vu-thu,Xã Hoà Bình,commune,xa,
dong-hung,tb,Huyện Đông Hưng,district,,
lien-hoa,dong-hung,Xã Liên Hoa,commune,xa,
so-tttt,tb,Sở Thông tin và Truyền thông,department,so,Sở TTTT
so-khcn,tb,Sở Khoa học và Công nghệ,department,so,
""".encode()


@pytest.fixture
def units(ctx: Context) -> dict[str, Unit]:
    return import_units(ctx, rows=read_rows(TREE))


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    return make.campaign("thi")


@pytest.fixture
def today(ctx: Context) -> date:
    return ctx.now.date()


def events(ctx: Context) -> list[AuditEvent]:
    return list(ctx.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "core:unit:edit")))


def written(error: DomainError) -> str:
    problems: tuple[Text, ...] = getattr(error, "problems", ())
    return " ".join(str(text) for text in (error.message, *problems))


# --- adding and correcting ---


def test_a_unit_is_added_below_another_with_a_code_made_from_its_name(
    ctx: Context, campaign: Campaign, units: dict[str, Unit]
) -> None:
    unit = add_unit(ctx, campaign=campaign, facts=UnitFacts("  Xã  Minh Quang ", parent="dong-hung", kind="commune"))

    assert (unit.code, unit.name) == ("xa-minh-quang", "Xã Minh Quang")
    assert full_name(ctx, unit=unit) == "Xã Minh Quang, Huyện Đông Hưng"
    again = add_unit(ctx, campaign=campaign, facts=UnitFacts("Xã Minh Quang", parent="vu-thu"))
    assert again.code == "xa-minh-quang-2"


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        (UnitFacts("  "), "name"),
        (UnitFacts("Xã Mới", code="minh-quang"), "code"),
        (UnitFacts("Xã Mới", code="a b"), "code"),
        (UnitFacts("Xã Mới", code="a|b"), "code"),
        (UnitFacts("Xã Mới", parent="nowhere"), "parent"),
    ],
)
def test_what_cannot_be_added_is_refused_at_its_field(
    ctx: Context, campaign: Campaign, units: dict[str, Unit], facts: UnitFacts, field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        add_unit(ctx, campaign=campaign, facts=facts)

    assert refused.value.field == field
    assert ctx.session.scalar(sa.select(sa.func.count()).select_from(Unit)) == len(units)
    assert events(ctx) == []


def test_a_corrected_name_stays_an_alias_and_is_on_record(
    ctx: Context, campaign: Campaign, units: dict[str, Unit]
) -> None:
    unit = units["so-khcn"]
    facts = UnitFacts("Sở Khoa học và Công nghệ tỉnh", parent="tb", kind="department", block="so")

    edit_unit(ctx, campaign=campaign, unit=unit, facts=facts)

    assert unit.aliases == ["Sở Khoa học và Công nghệ"]
    [event] = events(ctx)
    assert event.before == {"name": "Sở Khoa học và Công nghệ", "aliases": []}
    assert event.after == {"name": "Sở Khoa học và Công nghệ tỉnh", "aliases": ["Sở Khoa học và Công nghệ"]}
    assert (event.object_kind, event.object_id, event.campaign_id) == ("unit", unit.id, campaign.id)
    edit_unit(ctx, campaign=campaign, unit=unit, facts=facts_of(ctx, unit=unit))
    assert len(events(ctx)) == 1, "the same once more is no change"


def test_a_unit_moves_with_all_below_it(ctx: Context, campaign: Campaign, units: dict[str, Unit]) -> None:
    district = units["vu-thu"]

    edit_unit(ctx, campaign=campaign, unit=district, facts=UnitFacts("Huyện Vũ Thư", parent="dong-hung"))

    assert units["minh-quang"].path == f"{units['dong-hung'].path}{district.id}/{units['minh-quang'].id}/"


@pytest.mark.parametrize("parent", ["vu-thu", "minh-quang"])
def test_a_unit_cannot_lie_below_itself(ctx: Context, campaign: Campaign, units: dict[str, Unit], parent: str) -> None:
    with pytest.raises(InvalidData) as refused:
        edit_unit(ctx, campaign=campaign, unit=units["vu-thu"], facts=UnitFacts("Huyện Vũ Thư", parent=parent))

    assert "lies below itself" in written(refused.value)
    assert units["vu-thu"].parent_id == units["tb"].id


# --- renaming and merging ---


def test_a_renaming_by_decision_keeps_the_former_unit_and_leads_to_the_new_one(
    ctx: Context, campaign: Campaign, units: dict[str, Unit], make: Factories, today: date
) -> None:
    old = units["so-tttt"]
    enrolment = make.enrolment(campaign, unit=old)

    new = rename_unit(ctx, campaign=campaign, unit=old, name="Sở Chuyển đổi số", day=today)

    assert (old.name, old.valid_to, old.successor_id) == ("Sở Thông tin và Truyền thông", today, new.id)
    assert (new.valid_from, new.block, new.parent_id) == (today, "so", units["tb"].id)
    assert (enrolment.unit_id, enrolment.unit_name) == (old.id, "Sở Thông tin và Truyền thông")
    assert search_units(ctx, text="so tttt", limit=5) == [new]
    assert search_units(ctx, text="chuyen doi so", limit=5) == [new]
    assert unit_by_link(ctx, code="so-tttt") is new
    assert choosable_unit(ctx, unit_id=old.id) is None


def test_what_lies_below_merged_units_moves_to_their_successor(
    ctx: Context, campaign: Campaign, units: dict[str, Unit], today: date
) -> None:
    districts = [units["vu-thu"], units["dong-hung"]]

    area = merge_units(
        ctx, campaign=campaign, units=districts, into=UnitFacts("Khu vực Vũ Đông", parent="tb"), day=today
    )

    assert {units[code].parent_id for code in ("minh-quang", "hoa-binh", "lien-hoa")} == {area.id}
    assert full_name(ctx, unit=units["lien-hoa"]) == "Xã Liên Hoa, Khu vực Vũ Đông"
    assert predecessors(ctx, unit=area) == [units["dong-hung"], units["vu-thu"]]
    added, first, _second = events(ctx)
    assert added.after["name"] == "Khu vực Vũ Đông"
    assert first.after == {"valid_to": today.isoformat(), "successor": area.code, "moved_to": {"lien-hoa": area.code}}
    assert first.before == {"valid_to": None, "successor": "", "below": ["lien-hoa"]}
    assert verify(ctx) is None


def test_one_unit_of_several_may_take_in_the_others(
    ctx: Context, campaign: Campaign, units: dict[str, Unit], today: date
) -> None:
    kept = merge_units(ctx, campaign=campaign, units=[units["so-tttt"]], into=units["so-khcn"], day=today)

    assert kept is units["so-khcn"]
    assert current_unit_of(ctx, unit=units["so-tttt"]) is kept
    assert kept.valid_from is None


def test_a_successor_that_lies_below_one_of_the_merged_moves_up(
    ctx: Context, campaign: Campaign, units: dict[str, Unit], today: date
) -> None:
    merge_units(ctx, campaign=campaign, units=[units["vu-thu"]], into=units["minh-quang"], day=today)

    assert units["minh-quang"].parent_id == units["tb"].id
    assert units["hoa-binh"].parent_id == units["minh-quang"].id


@pytest.mark.parametrize("depth", [1, 2, 7])
def test_succession_is_followed_to_any_depth_in_one_statement(
    ctx: Context,
    campaign: Campaign,
    units: dict[str, Unit],
    today: date,
    statements: Callable[[], int],
    depth: int,
) -> None:
    last = units["so-tttt"]
    for number in range(depth):
        last = rename_unit(
            ctx, campaign=campaign, unit=last, name=f"Sở số {number}", day=today + timedelta(number - depth)
        )
    statements()

    assert search_units(ctx, text="truyen thong", limit=5) == [last]
    assert statements() == 1
    assert current_unit_ids(ctx, unit_ids=[unit.id for unit in units.values()])[units["so-tttt"].id] == last.id
    assert statements() == 1
    assert unit_by_link(ctx, code="so-tttt") is last


def test_before_its_day_a_merger_changes_nothing_for_those_who_register(
    ctx: Context, campaign: Campaign, units: dict[str, Unit], today: date
) -> None:
    tomorrow = today + timedelta(days=1)
    new = rename_unit(ctx, campaign=campaign, unit=units["so-tttt"], name="Sở Chuyển đổi số", day=tomorrow)

    assert search_units(ctx, text="so tttt", limit=5) == [units["so-tttt"]]
    assert search_units(ctx, text="chuyen doi", limit=5) == []
    assert current_unit_of(ctx, unit=units["so-tttt"]) is units["so-tttt"]
    assert unit_by_link(ctx, code=new.code) is new


def test_units_with_something_below_are_not_merged_on_a_day_to_come(
    ctx: Context, campaign: Campaign, units: dict[str, Unit], today: date
) -> None:
    with pytest.raises(DomainError) as refused:
        merge_units(
            ctx,
            campaign=campaign,
            units=[units["vu-thu"]],
            into=units["dong-hung"],
            day=today + timedelta(days=30),
        )

    assert refused.value.field == "day"


def test_what_a_merger_may_not_be(ctx: Context, campaign: Campaign, units: dict[str, Unit], today: date) -> None:
    def merge(into: Unit | UnitFacts, *codes: str) -> str:
        with pytest.raises(DomainError) as refused:
            merge_units(ctx, campaign=campaign, units=[units[code] for code in codes], into=into, day=today)
        return written(refused.value)

    assert "cannot take its own place" in merge(units["vu-thu"], "vu-thu", "dong-hung")
    assert "at least one" in merge(units["vu-thu"])
    merge_units(ctx, campaign=campaign, units=[units["so-tttt"]], into=units["so-khcn"], day=today)
    assert "already" in merge(units["so-khcn"], "so-tttt")
    assert "succeed itself" in merge(units["so-tttt"], "so-khcn")
    assert units["so-khcn"].valid_to is None


# --- ending ---


def test_all_districts_are_abolished_at_once_and_their_communes_move_up(
    ctx: Context, campaign: Campaign, units: dict[str, Unit], today: date
) -> None:
    districts = [units["vu-thu"], units["dong-hung"]]

    abolish_units(ctx, campaign=campaign, units=districts, day=today, lift=True)

    assert {units[code].parent_id for code in ("minh-quang", "hoa-binh", "lien-hoa")} == {units["tb"].id}
    assert full_name(ctx, unit=units["minh-quang"]) == "Xã Minh Quang"
    assert search_units(ctx, text="huyen vu thu", limit=5) == []
    assert unit_by_link(ctx, code="vu-thu") is None
    assert len(events(ctx)) == 2


def test_a_unit_with_something_below_does_not_end_by_itself(
    ctx: Context, campaign: Campaign, units: dict[str, Unit], today: date
) -> None:
    with pytest.raises(InvalidData) as refused:
        abolish_units(ctx, campaign=campaign, units=[units["vu-thu"]], day=today)

    assert "2 units still lie below it" in written(refused.value)
    assert units["vu-thu"].valid_to is None
    whole = [units[code] for code in ("vu-thu", "minh-quang", "hoa-binh")]
    abolish_units(ctx, campaign=campaign, units=whole, day=today)
    assert units["vu-thu"].valid_to == today


def test_nothing_can_be_put_below_a_unit_that_ends(
    ctx: Context, campaign: Campaign, units: dict[str, Unit], today: date
) -> None:
    abolish_units(ctx, campaign=campaign, units=[units["lien-hoa"]], day=today)

    with pytest.raises(InvalidData):
        add_unit(ctx, campaign=campaign, facts=UnitFacts("Thôn Một", parent="lien-hoa"))


def test_an_end_by_mistake_is_taken_back(ctx: Context, campaign: Campaign, units: dict[str, Unit], today: date) -> None:
    unit = units["lien-hoa"]
    abolish_units(ctx, campaign=campaign, units=[unit], day=today)
    with pytest.raises(Conflict):
        abolish_units(ctx, campaign=campaign, units=[unit], day=today)

    restore_unit(ctx, campaign=campaign, unit=unit)

    assert choosable_unit(ctx, unit_id=unit.id) is unit
    with pytest.raises(Conflict):
        restore_unit(ctx, campaign=campaign, unit=unit)


# --- in the middle of a campaign ---


def _ranked(ctx: Context, make: Factories, units: dict[str, Unit]) -> tuple[Campaign, Phase, Ranking]:
    """A campaign with a round still open: two people of one department, one of another, ranked provisionally."""
    campaign = make.campaign(plugins=("essays",))
    round_ = make.round(campaign, "essays")
    people = [make.enrolment(campaign, unit=units[code]) for code in ("so-tttt", "so-tttt", "so-khcn")]
    make.headcount(campaign, units["so-tttt"], 58)
    make.headcount(campaign, units["so-khcn"], 83)
    start = ctx.now - timedelta(days=1)
    rows = [
        ResultRow(person.id, "1", score, 3_000, 60_000, start, start + timedelta(minutes=1), {})
        for person, score in zip(people, (3_000, 2_000, 1_000), strict=True)
    ]
    post_results(ctx, campaign=campaign, round_=round_, source="essays", rows=rows)
    ranking = build_ranking(ctx, campaign=campaign, round_=round_)
    submit_ranking(ctx, ranking=ranking)
    return campaign, round_, ranking


def test_a_merger_in_the_middle_of_a_campaign_changes_no_entry_and_no_digest(
    ctx: Context, make: Factories, units: dict[str, Unit], today: date
) -> None:
    campaign, round_, ranking = _ranked(ctx, make, units)
    entries = ctx.session.execute(sa.select(Enrolment.__table__).order_by(Enrolment.id)).all()
    digests = (ranking.digest, ranking.results_digest)
    figures = list(unit_figures(ctx, ranking=ranking))
    both = [units["so-tttt"], units["so-khcn"]]

    new = merge_units(ctx, campaign=campaign, units=both, into=UnitFacts("Sở mới", parent="tb"), day=today)

    assert ctx.session.execute(sa.select(Enrolment.__table__).order_by(Enrolment.id)).all() == entries
    again = build_ranking(ctx, campaign=campaign, round_=round_)
    assert (again.digest, again.results_digest) == digests
    assert list(unit_figures(ctx, ranking=ranking)) == figures, "as it was"
    [now] = current_unit_figures(ctx, ranking=ranking)
    assert (now.unit_id, now.persons, now.headcount) == (new.id, 3, 141), "as it is now"
    assert now.score_sum == sum(row.score_sum for row in figures)
    assert unit_count(ctx, campaign_id=campaign.id, unit_id=new.id).as_now == 3
    former = unit_count(ctx, campaign_id=campaign.id, unit_id=units["so-tttt"].id)
    assert (former.as_registered, former.as_now) == (2, 0)


@pytest.mark.parametrize("count", [1, 3])
def test_figures_as_they_are_now_take_the_same_statements_for_any_number(
    ctx: Context, make: Factories, units: dict[str, Unit], today: date, statements: Callable[[], int], count: int
) -> None:
    campaign, _round, ranking = _ranked(ctx, make, units)
    for number in range(count):
        merge_units(ctx, campaign=campaign, units=[make.unit()], into=UnitFacts(f"Sở {number}", parent="tb"), day=today)
    statements()

    current_unit_figures(ctx, ranking=ranking)

    assert statements() == 3


# --- the rules ---

_CODES = st.sampled_from("abcdef")
_DAYS = st.none() | st.dates(date(2025, 1, 1), date(2025, 1, 5))


@given(st.dictionaries(_CODES, st.tuples(_CODES | st.just(""), _DAYS, _CODES | st.just(""))))
def test_a_tree_without_contradictions_has_an_end_above_and_an_end_in_time(
    drawn: dict[str, tuple[str, date | None, str]],
) -> None:
    tree = {code: Place(code, parent, None, ends, successor) for code, (parent, ends, successor) in drawn.items()}
    if list(contradictions(tree, tree)):
        return
    for code, place in tree.items():
        above, later = code, code
        for _ in tree:
            above, later = tree[above].parent or above, tree[later].successor or later
        assert not tree[above].parent
        assert not tree[later].successor
        parent = tree.get(place.parent)
        assert parent is None or parent.valid_to is None or not place.outlives(parent.valid_to)
