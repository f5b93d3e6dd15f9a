from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from cuocthi.context import Context
from cuocthi.errors import InvalidData
from cuocthi.testing.factories import Factories
from cuocthi.units.domain import import_units
from cuocthi.units.models import Unit
from cuocthi.units.queries import choosable_unit, full_name, full_names, search_units, subtree
from cuocthi.units.rows import UnitRow, check_rows, read_rows, write_rows

TREE = """code,parent,name,kind,block,aliases,official,resident
tb,,Tỉnh Thái Bình,province,,Thái Bình,0,0
so-khcn,tb,Sở Khoa học và Công nghệ,department,so-nganh,Sở KHCN|Sở KH&CN|SKHCN,83,0
so-gddt,tb,Sở Giáo dục và Đào tạo,department,so-nganh,Sở GDĐT,2385,0
h-vu-thu,tb,Huyện Vũ Thư,district,huyen,Vũ Thư,140,0
vt-minh-quang,h-vu-thu,Xã Minh Quang,commune,xa,Minh Quang Vũ Thư,21,4900
vt-hoa-binh,h-vu-thu,Xã Hoà Bình,commune,xa,,20,4100
khac,,Đơn vị khác,other,,,0,0
""".encode()


def _units(ctx: Context) -> dict[str, Unit]:
    return import_units(ctx, rows=read_rows(TREE))


def test_a_list_is_read_with_headcounts_by_category() -> None:
    row = read_rows(TREE)[1]

    assert row.name == "Sở Khoa học và Công nghệ"
    assert row.aliases == ("Sở KHCN", "Sở KH&CN", "SKHCN")
    assert row.headcounts == {"official": 83, "resident": 0}


def test_every_problem_of_a_list_is_reported_at_once() -> None:
    raw = b"code,parent,name,kind,block,aliases,official\na,b,A,,,,x\na,,B,,,,1\nc,d,C,,,,1\nd,c,,,,,1,9\n"

    with pytest.raises(InvalidData) as refused:
        read_rows(raw)

    said = "\n".join(str(problem) for problem in refused.value.problems)
    assert "line 2: “x” is no number of official" in said
    assert "line 5: the number of fields" in said
    assert "“a” stands in the list twice" in said
    assert "“a”: its parent “b” is not in the list" in said
    assert "“c” lies below itself" in said
    assert "code and name are both needed" in said


@pytest.mark.parametrize(
    ("raw", "said"), [(b"name,code\n", "the columns parent, kind"), (b"code\xff", "UTF-8"), (b"", "the columns")]
)
def test_a_file_that_is_no_list_is_refused(raw: bytes, said: str) -> None:
    with pytest.raises(InvalidData) as refused:
        read_rows(raw)

    assert said in str(refused.value.problems[0])


_WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Z"), exclude_characters="|"), min_size=1, max_size=80
)


@given(st.lists(st.tuples(_WORDS, _WORDS, st.integers(0, 10**6)), unique_by=lambda row: row[0]))
def test_what_is_written_is_read_again(rows: list[tuple[str, str, int]]) -> None:
    written = [
        UnitRow(code, rows[0][0] if index else "", name, "k", "b", (name,), {"people": number})
        for index, (code, name, number) in enumerate(rows)
    ]

    assert read_rows(write_rows(written, ["people"])) == written


def test_days_and_successors_are_written_where_there_are_any_and_read_again(ctx: Context) -> None:
    _units(ctx)
    dated = b"""code,parent,name,kind,block,aliases,valid_from,valid_to,successor
so-khcn,tb,S\xe1\xbb\x9f KHCN,,,,,01/03/2025,so-moi
so-moi,tb,S\xe1\xbb\x9f M\xe1\xbb\x9bi,,,,2025-03-01,,
tb,,T\xe1\xbb\x89nh,,,,,,
"""
    rows = read_rows(dated)

    import_units(ctx, rows=rows)

    old = ctx.session.scalars(sa.select(Unit).where(Unit.code == "so-khcn")).one()
    new = ctx.session.scalars(sa.select(Unit).where(Unit.code == "so-moi")).one()
    assert (old.valid_to, old.successor_id, new.valid_from) == (date(2025, 3, 1), new.id, date(2025, 3, 1))
    assert read_rows(write_rows(rows, [])) == rows
    import_units(ctx, rows=[UnitRow("so-khcn", "tb", "Sở KHCN"), UnitRow("tb", "", "Tỉnh")])
    assert old.successor_id == new.id, "a list that says nothing of days leaves them"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("b,,B,,,,2025-02-01,2025-01-01,", "before it begins"),
        ("b,,B,,,,,,a", "no last day"),
        ("b,,B,,,,,2025-01-01,nowhere", "does not exist"),
        ("b,a,B,,,,,,", "would lie below"),
        ("b,,B,,,,,31/02/2025,", "is no day"),
    ],
)
def test_days_and_successors_that_contradict_are_refused(row: str, said: str) -> None:
    header = "code,parent,name,kind,block,aliases,valid_from,valid_to,successor"

    with pytest.raises(InvalidData) as refused:
        read_rows(f"{header}\na,,A,,,,,2025-01-01,\n{row}\n".encode())

    assert said in " ".join(str(problem) for problem in refused.value.problems)


def test_a_list_may_hang_units_below_those_there_are_but_not_in_a_circle(ctx: Context) -> None:
    _units(ctx)
    import_units(ctx, rows=[UnitRow("thon-mot", "vt-minh-quang", "Thôn Một")])

    with pytest.raises(InvalidData):
        import_units(ctx, rows=[UnitRow("tb", "thon-mot", "Tỉnh Thái Bình")])


def test_units_get_the_path_of_those_above_them(ctx: Context) -> None:
    units = _units(ctx)

    district, commune = units["h-vu-thu"], units["vt-minh-quang"]
    assert commune.path == f"/{units['tb'].id}/{district.id}/{commune.id}/"
    below = ctx.session.scalars(sa.select(Unit.code).where(subtree(district))).all()
    assert sorted(below) == ["h-vu-thu", "vt-hoa-binh", "vt-minh-quang"]


def test_importing_again_updates_by_code_and_moves_whole_subtrees(ctx: Context) -> None:
    before = _units(ctx)
    renamed = TREE.decode().replace("Huyện Vũ Thư", "Khu vực Vũ Thư").replace("h-vu-thu,tb,", "h-vu-thu,so-khcn,")

    after = import_units(ctx, rows=read_rows(renamed.encode()))

    assert {code: unit.id for code, unit in after.items()} == {code: unit.id for code, unit in before.items()}
    assert after["h-vu-thu"].name == "Khu vực Vũ Thư"
    assert after["vt-hoa-binh"].path.startswith(after["so-khcn"].path)


def test_a_list_may_leave_out_units_that_exist(ctx: Context) -> None:
    units = _units(ctx)

    import_units(ctx, rows=[UnitRow("so-moi", "", "Sở Mới")])

    assert ctx.session.scalar(sa.select(sa.func.count()).select_from(Unit)) == len(units) + 1


def test_a_list_that_contradicts_itself_changes_nothing(ctx: Context) -> None:
    with pytest.raises(InvalidData):
        import_units(ctx, rows=[UnitRow("a", "nowhere", "A")])

    assert ctx.session.scalar(sa.select(sa.func.count()).select_from(Unit)) == 0
    assert check_rows([UnitRow("a", "a", "A")])


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("so khcn", "so-khcn"),
        ("Sở KH&CN", "so-khcn"),
        ("công nghệ khoa học", "so-khcn"),
        ("hòa bình", "vt-hoa-binh"),
        ("GIAO DUC", "so-gddt"),
        ("xa minh quang vu thu", "vt-minh-quang"),
        ("đơn vị khác", "khac"),
    ],
)
def test_units_are_found_without_accents_by_names_and_aliases(ctx: Context, text: str, first: str) -> None:
    _units(ctx)

    if text == "xa minh quang vu thu":
        assert {unit.code for unit in search_units(ctx, text=text, limit=5)} == {first}
    else:
        assert search_units(ctx, text=text, limit=5)[0].code == first


def test_an_exact_name_comes_before_one_that_only_begins_so(ctx: Context) -> None:
    import_units(ctx, rows=[UnitRow("a", "", "Sở Y tế dự phòng"), UnitRow("b", "", "Sở Y tế")])

    assert [unit.code for unit in search_units(ctx, text="so y te", limit=5)] == ["b", "a"]


@pytest.mark.parametrize("text", ["", "  ", "%", "_", "&&"])
def test_a_search_without_words_finds_nothing(ctx: Context, text: str) -> None:
    _units(ctx)

    assert search_units(ctx, text=text, limit=5) == []


def test_a_unit_that_only_groups_others_cannot_be_chosen(ctx: Context) -> None:
    units = _units(ctx)

    assert [unit.code for unit in search_units(ctx, text="thai binh", limit=5)] == []
    assert choosable_unit(ctx, unit_id=units["tb"].id) is None
    assert choosable_unit(ctx, unit_id=units["khac"].id) is units["khac"]


def test_a_unit_that_has_ended_cannot_be_chosen(ctx: Context) -> None:
    units = _units(ctx)
    units["so-khcn"].valid_to = ctx.now.date()
    ctx.session.flush()

    assert search_units(ctx, text="so khcn", limit=5) == []


def test_a_unit_is_written_with_what_lies_above_but_without_the_root(ctx: Context) -> None:
    units = _units(ctx)

    assert full_name(ctx, unit=units["vt-minh-quang"]) == "Xã Minh Quang, Huyện Vũ Thư"
    assert full_name(ctx, unit=units["so-khcn"]) == "Sở Khoa học và Công nghệ"
    assert full_name(ctx, unit=units["tb"]) == "Tỉnh Thái Bình"


def test_names_of_many_units_take_one_statement(ctx: Context, make: Factories, statements: Callable[[], int]) -> None:
    units = list(_units(ctx).values())
    statements()

    full_names(ctx, units=units[:1])
    one = statements()
    full_names(ctx, units=units)

    assert statements() == one == 1
