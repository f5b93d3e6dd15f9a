"""The pages that keep the tree of units: by the pages alone, a province is merged and its districts are abolished."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from html import unescape
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from cuocthi.audit.domain import verify
from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.models import Headcount
from cuocthi.enrolments.models import Enrolment
from cuocthi.files.models import StoredFile
from cuocthi.sheets.writing import write_workbook
from cuocthi.units.domain import import_units
from cuocthi.units.models import Unit
from cuocthi.units.queries import current_unit_of, search_units
from cuocthi.units.rows import UnitRow

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.testing.factories import Factories

STAFF = "/c/thi/staff/units"
UNCHANGED = "Mọi thông tin đã đúng như danh sách."
HEADER = ["code", "parent", "name", "kind", "block", "aliases"]
on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Upload = Callable[..., "TestResponse"]


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    return make.campaign("thi")


@pytest.fixture
def organiser(ctx: Context, make: Factories, campaign: Campaign, sign_in: Callable[..., Browser]) -> Browser:
    head = make.member(campaign)
    ctx.session.commit()
    return sign_in(head)


@pytest.fixture
def upload(client: FlaskClient, ctx: Context, make: Factories, campaign: Campaign) -> Upload:
    """Hand a list in as an organiser; the answer is not followed."""
    from cuocthi.testing.browsing import browser_over  # noqa: PLC0415
    from cuocthi.users.domain import start_session  # noqa: PLC0415

    token = start_session(ctx, user_id=make.member(campaign).id, device="test", hours=1)
    ctx.session.commit()
    browser_over(client, session_token=token)

    def send(raw: bytes, name: str = "units.xlsx", **fields: str) -> TestResponse:
        found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(f"{STAFF}/import").text)
        assert found
        data = {"csrf_token": found[1], "file": (io.BytesIO(raw), name), **fields}
        return client.post(f"{STAFF}/import", data=data, content_type="multipart/form-data")

    return send


def confirm(client: FlaskClient, preview: TestResponse) -> TestResponse:
    """Open the preview that a list led to, and confirm it."""
    assert preview.status_code == 302, preview.text
    page = client.get(preview.headers["Location"]).text
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    address = preview.headers["Location"].partition("?")[0]
    return client.post(address, data={name: unescape(value) for name, value in hidden.items()}, follow_redirects=True)


def sheet(*rows: list[str | int], header: list[str] | None = None) -> bytes:
    return write_workbook([("Đơn vị", [[*(header or HEADER)], *rows])])


def province(code: str, name: str, *, districts: int, communes: int) -> list[UnitRow]:
    """A province in the size of the real ones: districts of communes, and departments beside them."""
    rows = [UnitRow(code, "", f"Tỉnh {name}", "province")]
    rows += [UnitRow(f"{code}-so-{n}", code, f"Sở {n} {name}", "department", "so") for n in range(59)]
    for n in range(districts):
        rows.append(UnitRow(f"{code}-h{n}", code, f"Huyện {n} {name}", "district"))
        rows += [
            UnitRow(f"{code}-x{n}-{m}", f"{code}-h{n}", f"Xã {n}.{m} {name}", "commune")
            for m in range(communes // districts)
        ]
    return rows


def units(ctx: Context) -> dict[str, Unit]:
    """The units as they are now; no transaction stays open."""
    ctx.session.rollback()
    found = {unit.code: unit for unit in ctx.session.scalars(sa.select(Unit))}
    for unit in found.values():
        ctx.session.expunge(unit)
    ctx.session.rollback()
    return found


def count(ctx: Context, table: type[AuditEvent]) -> int:
    ctx.session.rollback()
    number = ctx.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
    ctx.session.rollback()
    return number


def problems(page: str) -> list[tuple[str, ...]]:
    """The table of problems: sheet, row, column, what is wrong."""
    cell = r"<td[^>]*>(.*?)</td>"
    rows = re.findall(f'<tr role="row">{cell * 4}</tr>', page)
    return [tuple(unescape(cell) for cell in row) for row in rows]


# --- the journey ---


def test_two_provinces_are_merged_and_their_districts_abolished_by_the_pages_alone(
    ctx: Context, make: Factories, campaign: Campaign, organiser: Browser, upload: Upload, client: FlaskClient
) -> None:
    here = province("tb", "Thái Bình", districts=8, communes=260)
    there = province("hy", "Hưng Yên", districts=8, communes=160)
    assert len(here) == 324
    import_units(ctx, rows=here)
    commune = ctx.session.scalars(sa.select(Unit).where(Unit.code == "tb-x0-0")).one()
    enrolment = make.enrolment(campaign, unit=commune)
    ctx.session.commit()
    frozen = (enrolment.unit_id, enrolment.unit_name)

    # The neighbour comes in as a list: looked at first, then confirmed.
    rows: list[list[str | int]] = [[row.code, row.parent, row.name, row.kind, row.block, ""] for row in there]
    preview = upload(sheet(*rows))
    assert len(units(ctx)) == len(here), "a preview changes nothing"
    assert f"{len(there)} đơn vị được thêm" in confirm(client, preview).text
    assert len(units(ctx)) == len(here) + len(there)

    # All districts are abolished at once, and their communes move up.
    status, page = organiser.get(f"{STAFF}/end?all=1&kind=district&q=")
    assert status == 200
    chosen = re.findall(r'name="unit" value="(\d+)"', page)
    assert len(chosen) == 16
    today = ctx.now.date().isoformat()
    assert organiser.post(f"{STAFF}/end", {"unit": chosen, "day": today, "lift": "y"})[0] == 200

    # The two provinces become one that is there already, and the department is renamed by decision.
    old, kept = units(ctx)["tb"].id, units(ctx)["hy"].id
    assert organiser.get(f"{STAFF}/merge?unit={old}")[0] == 200
    assert organiser.post(f"{STAFF}/merge", {"unit": [str(old)], "into": "tinh hung yen", "day": today})[0] == 200
    department = units(ctx)["tb-so-1"].id
    assert organiser.get(f"{STAFF}/{department}/rename")[0] == 200
    renamed = organiser.post(f"{STAFF}/{department}/rename", {"name": "Sở Khoa học và Công nghệ", "day": today})
    assert "Sở Khoa học và Công nghệ" in renamed[1]

    after = units(ctx)
    assert {unit.parent_id for unit in after.values() if unit.kind == "commune"} == {kept}
    assert {unit.valid_to for unit in after.values() if unit.kind == "district"} == {ctx.now.date()}
    assert current_unit_of(ctx, unit=after["tb"]).id == kept
    assert search_units(ctx, text="so 1 thai binh", limit=5)[0].name == "Sở Khoa học và Công nghệ"
    kept_enrolment = ctx.session.get_one(Enrolment, enrolment.id)
    assert (kept_enrolment.unit_id, kept_enrolment.unit_name) == frozen
    assert verify(ctx) is None


# --- lists ---


def test_a_list_is_looked_at_before_it_is_imported_and_twice_is_as_once(
    ctx: Context, make: Factories, campaign: Campaign, upload: Upload, client: FlaskClient
) -> None:
    import_units(ctx, rows=[UnitRow("tb", "", "Tỉnh Thái Bình"), UnitRow("so-ct", "tb", "Sở Công thương")])
    ctx.session.commit()
    raw = sheet(
        ["tb", "", "Tỉnh Thái Bình", "", "", "", 0],
        ["so-ct", "tb", "Sở Công Thương", "department", "", "SCT", 82],
        ["so-tc", "tb", "Sở Tài chính", "department", "", "STC", 76],
        header=[*HEADER, "official"],
    )

    preview = upload(raw, source="Báo cáo 12", as_of="2024-09-01")
    page = client.get(preview.headers["Location"]).text

    assert "Sở Tài chính" in page
    assert "<del>Sở Công thương</del>" in page
    assert set(units(ctx)) == {"tb", "so-ct"}
    confirm(client, preview)
    assert units(ctx)["so-ct"].name == "Sở Công Thương"
    counted = ctx.session.scalars(sa.select(Headcount).order_by(Headcount.number)).all()
    assert [(row.number, row.source, str(row.as_of)) for row in counted] == [
        (76, "Báo cáo 12", "2024-09-01"),
        (82, "Báo cáo 12", "2024-09-01"),
    ]
    on_record = count(ctx, AuditEvent)
    confirm(client, preview)
    again = upload(raw, source="Báo cáo 12", as_of="2024-09-01")
    assert UNCHANGED in client.get(again.headers["Location"]).text
    assert count(ctx, AuditEvent) == on_record


def test_a_list_with_numbers_of_some_units_leaves_those_of_the_others(
    ctx: Context, make: Factories, campaign: Campaign, upload: Upload, client: FlaskClient
) -> None:
    other = make.unit(code="khac")
    make.headcount(campaign, other, 40)
    ctx.session.commit()

    confirm(client, upload(sheet(["so-tc", "", "Sở Tài chính", "", "", "", 76], header=[*HEADER, "official"])))

    ctx.session.rollback()
    assert sorted(ctx.session.scalars(sa.select(Headcount.number))) == [40, 76]


def test_every_problem_is_named_by_sheet_row_and_column_and_nothing_is_written(
    ctx: Context, campaign: Campaign, upload: Upload
) -> None:
    raw = sheet(
        ["a", "nowhere", "A", "", "", "", "viele"],
        ["b", "", "", "", "", "", 5],
        ["", "", "Không mã", "", "", "", 5],
        ["c", "d", "C", "", "", "", 1],
        ["d", "c", "D", "", "", "", 1],
        ["a", "", "A lần nữa", "", "", "", 1],
        header=[*HEADER, "official"],
    )

    answer = upload(raw)

    assert answer.status_code == 422
    found = problems(answer.text)
    assert {cells[0] for cells in found} == {"Đơn vị"}
    places = {(row, column) for _, row, column, _ in found}
    assert (
        places
        == {
            ("2", "G · official"),
            ("3", "C · name"),
            ("4", "A · code"),
            ("5", "B · parent"),
            ("6", "B · parent"),
            ("7", "A · code"),
        }
        | {("2", "B · parent")} & places
    )
    assert units(ctx) == {}


def test_a_tree_that_has_changed_since_the_preview_is_looked_at_again(
    ctx: Context, campaign: Campaign, upload: Upload, client: FlaskClient
) -> None:
    preview = upload(sheet(["a", "", "Sở A", "", "", ""]))
    page = client.get(preview.headers["Location"]).text
    import_units(ctx, rows=[UnitRow("a", "", "Sở Á")])
    ctx.session.commit()
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))

    answer = client.post(preview.headers["Location"], data=hidden)

    assert answer.status_code == 409
    assert "<del>Sở Á</del>" in answer.text
    assert units(ctx)["a"].name == "Sở Á"


def test_a_list_is_kept_only_by_the_ending_of_what_it_is(ctx: Context, upload: Upload) -> None:
    csv, workbook = f"{','.join(HEADER)}\na,,Sở A,,,\n".encode(), sheet(["a", "", "Sở A", "", "", ""])
    for raw, name in ((csv, "units.exe"), (csv, "units.xlsx"), (workbook, "units.csv"), (workbook, "units.xlsm")):
        answer = upload(raw, name)
        assert (answer.status_code, 'href="#file"' in answer.text) == (422, True), name
    assert ctx.session.scalars(sa.select(StoredFile)).all() == []
    ctx.session.rollback()
    for raw, name in ((csv, "units.csv"), (csv.decode().encode("utf-16"), "units.txt"), (workbook, "UNITS.XLSX")):
        assert upload(raw, name).status_code == 302, name


def test_the_list_that_is_handed_out_comes_in_again_unchanged(
    ctx: Context, make: Factories, campaign: Campaign, upload: Upload, client: FlaskClient
) -> None:
    rows = [UnitRow("tb", "", "Tỉnh Thái Bình"), UnitRow("x", "tb", "=HYPERLINK(1)", aliases=("@a", "-b"))]
    import_units(ctx, rows=rows)
    ctx.session.commit()

    answer = client.get(f"{STAFF}/units.xlsx")
    for form in ("xlsx", "csv"):
        answer = client.get(f"{STAFF}/units.{form}")
        assert answer.headers["Content-Disposition"] == f'attachment; filename="thi-units.{form}"'
        preview = upload(answer.data, f"units.{form}")
        assert UNCHANGED in client.get(preview.headers["Location"]).text
    assert "'=HYPERLINK(1)" in answer.text
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"{STAFF}/units.xlsx").data))
    assert book.get_sheet_by_index(0).to_python()[0] == HEADER


# --- a unit's own page ---


def test_a_unit_is_added_corrected_and_moved_by_its_pages(ctx: Context, campaign: Campaign, organiser: Browser) -> None:
    for name in ("Tỉnh Thái Bình", "Sở Tài chính"):
        organiser.get(f"{STAFF}/new")
        status, page = organiser.post(f"{STAFF}/new", {"name": name, "selectable": "y"})
        assert (status, name in page) == (200, True)
    unit = units(ctx)["so-tai-chinh"]
    organiser.get(f"{STAFF}/{unit.id}/edit")

    fields = {"name": "Sở Tài chính", "parent": "tinh thai binh", "aliases": "STC\nSở TC", "selectable": "y"}
    status, page = organiser.post(f"{STAFF}/{unit.id}/edit", fields)

    assert status == 200
    assert "STC; Sở TC" in page
    assert units(ctx)["so-tai-chinh"].parent_id == units(ctx)["tinh-thai-binh"].id


def test_a_refused_form_says_why_and_keeps_what_was_entered(
    ctx: Context, make: Factories, campaign: Campaign, organiser: Browser
) -> None:
    unit = make.unit("Sở Tài chính", code="stc")
    make.unit("Sở Tài nguyên", code="stn")
    ctx.session.commit()
    organiser.get(f"{STAFF}/{unit.id}/edit")

    status, page = organiser.post(f"{STAFF}/{unit.id}/edit", {"name": "Sở Tài chính mới", "parent": "so tai"})

    assert status == 422
    assert "Sở Tài chính mới" in page
    assert "(stn)" in page
    assert organiser.post(f"{STAFF}/{unit.id}/edit", {"name": "Mới", "parent": "stc"})[0] == 422
    assert units(ctx)["stc"].name == "Sở Tài chính"


def test_numbers_of_people_are_kept_with_their_source_on_the_units_page(
    ctx: Context, make: Factories, campaign: Campaign, organiser: Browser
) -> None:
    unit = make.unit("Sở Tài chính")
    ctx.session.commit()
    organiser.get(f"{STAFF}/{unit.id}")
    fields = {"number_0": "76", "number_1": "0", "source": "Báo cáo 12", "as_of": "2024-09-01"}

    status, page = organiser.post(f"{STAFF}/{unit.id}", fields)

    assert (status, 'value="76"' in page) == (200, True)
    assert organiser.post(f"{STAFF}/{unit.id}", {"number_0": "-1", "number_1": "0"})[0] == 422
    ctx.session.rollback()
    assert [(row.number, row.source) for row in ctx.session.scalars(sa.select(Headcount))] == [(76, "Báo cáo 12")]


@on_one_database
def test_a_link_leads_to_the_unit_and_after_its_end_to_what_took_its_place(
    ctx: Context, make: Factories, campaign: Campaign, organiser: Browser, client: FlaskClient
) -> None:
    unit = make.unit("Sở Thông tin", code="so-tt")
    gone = make.unit("Sở Khác", code="so-khac")
    ctx.session.commit()
    page = organiser.get(f"{STAFF}/{unit.id}")[1]
    assert "http://127.0.0.1:8000/c/thi/join?unit=so-tt" in page
    assert "<svg" in page
    today = ctx.now.date().isoformat()
    organiser.get(f"{STAFF}/{unit.id}/rename")
    organiser.post(f"{STAFF}/{unit.id}/rename", {"name": "Sở Chuyển đổi số", "day": today, "code": "so-cds"})
    organiser.get(f"{STAFF}/end?unit={gone.id}")
    organiser.post(f"{STAFF}/end", {"unit": [str(gone.id)], "day": today})

    joining = client.get("/c/thi/join?unit=so-tt").text

    assert 'name="unit" value="so-cds"' in joining
    assert 'name="unit" value' not in client.get("/c/thi/join?unit=so-khac").text
    found = client.get("/c/thi/join?q=so+thong+tin").text
    assert "unit=so-cds" in found
    assert "trước đây là Sở Thông tin" in found
    assert "trước đây" not in client.get("/c/thi/join?q=chuyen+doi").text


# --- sheets to print ---


@on_one_database
def test_every_unit_that_can_be_chosen_has_its_link_and_code_on_a_sheet(
    ctx: Context, make: Factories, campaign: Campaign, organiser: Browser
) -> None:
    root = make.unit("Tỉnh")
    root.selectable = False
    for number in range(9):
        make.unit(f"Xã {number}", parent=root, code=f"x-{number}")
    ctx.session.commit()

    page = organiser.get(f"{STAFF}/links")[1]

    assert page.count('class="qr-card"') == 9
    assert page.count('class="qr-sheet"') == 2, "eight on a page"
    assert "join?unit=x-8" in page
    assert " style=" not in page


@on_one_database
def test_the_pages_take_the_same_statements_for_any_number_of_units(
    ctx: Context, make: Factories, campaign: Campaign, organiser: Browser, statements: Callable[[], int]
) -> None:
    root = make.unit("Tỉnh")

    def taken(more: int) -> list[int]:
        below = [make.unit(parent=root) for _ in range(more)]
        for unit in below:
            make.headcount(campaign, unit, 10)
        ctx.session.commit()
        chosen = "&".join(f"unit={unit.id}" for unit in below)
        found = []
        for path in ("/", "/links", f"/{root.id}", f"/merge?{chosen}", f"/end?{chosen}", "/suggest?parent=don+vi"):
            statements()
            assert organiser.get(f"{STAFF}{path}")[0] == 200
            found.append(statements())
        return found

    assert taken(1) == taken(3)
