"""Around the form: the unit is found, the personal button, people whom staff enter, and speed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.campaigns.models import Campaign
from cuocthi.enrolments.models import Enrolment
from cuocthi.testing.factories import PASSWORD

from .conftest import JOIN, PHONE, fields, hidden, join

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

    from cuocthi.context import Context
    from cuocthi.testing.factories import Factories


def test_a_unit_is_found_without_accents_and_without_script(client: FlaskClient, campaign: Campaign) -> None:
    page = client.get(f"{JOIN}?q=so+khoa+hoc").text
    assert "Sở Khoa học và Công nghệ" in page
    assert f"{JOIN}?unit=so-khcn" in page
    assert f"{JOIN}?unit=khac" in page
    chosen = client.get(f"{JOIN}?unit=so-khcn").text
    assert hidden(chosen, "unit") == "so-khcn"


def test_typing_exchanges_the_list_only(client: FlaskClient, campaign: Campaign) -> None:
    asked = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "div#unit-results"}
    part = client.get(f"{JOIN}?q=minh", headers=asked)
    assert "Xã Minh Quang" in part.text
    assert "Huyện Vũ Thư" in part.text
    assert "<html" not in part.text
    assert 'name="name"' not in part.text
    chosen = client.get(f"{JOIN}?unit=minh-quang", headers=asked | {"HX-Target": "div#unit"})
    assert hidden(chosen.text, "unit") == "minh-quang"
    assert "<html" not in chosen.text


def test_what_nobody_knows_finds_only_the_other_unit(client: FlaskClient, campaign: Campaign) -> None:
    page = client.get(f"{JOIN}?q=%3Cscript%3E").text
    assert "?unit=khac" in page
    assert "<script>" not in page.replace("<script src", "")


def test_the_personal_button_shows_what_is_right_for_the_reader(client: FlaskClient, campaign: Campaign) -> None:
    asked = {"HX-Request": "true", "HX-Request-Type": "partial"}
    anonymous = client.get("/c/thi/personal", headers=asked)
    assert f'href="{JOIN}"' in anonymous.text
    assert "<html" not in anonymous.text
    assert anonymous.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in anonymous.headers
    join(client)
    part = client.get("/c/thi/personal", headers=asked).text
    assert JOIN not in part
    assert "Nguyễn Thị Đào" in part
    whole = client.get("/c/thi/personal").text
    assert "<html" in whole
    assert "Sở Khoa học và Công nghệ" in whole


def test_an_excluded_person_reads_the_reason(client: FlaskClient, ctx: Context, campaign: Campaign) -> None:
    join(client)
    ctx.session.execute(sa.update(Enrolment).values(state="excluded", excluded_reason="Vi phạm thể lệ"))
    ctx.session.commit()
    assert "Vi phạm thể lệ" in client.get("/c/thi/personal").text


@pytest.fixture
def staff(app: Flask, ctx: Context, make: Factories, campaign: Campaign) -> FlaskClient:
    make.member(campaign, user=make.user("Phạm Thị Hoa", contact="0987654321", password=True))
    ctx.session.commit()
    browser = app.test_client()
    page = browser.get("/sign-in").text
    sent = {"csrf_token": hidden(page, "csrf_token"), "contact": "0987654321", "password": PASSWORD}
    assert browser.post("/sign-in", data=sent).status_code == 302
    return browser


def test_participants_do_not_see_the_staff_pages(client: FlaskClient, campaign: Campaign) -> None:
    assert client.get("/c/thi/staff/enrolments/").status_code == 302
    join(client)
    assert client.get("/c/thi/staff/enrolments/").status_code == 403


def test_staff_see_who_takes_part_but_no_whole_contact(
    client: FlaskClient, ctx: Context, staff: FlaskClient, campaign: Campaign
) -> None:
    join(client, unit="khac", unit_note="=Công ty")
    listing = staff.get("/c/thi/staff/enrolments/?q=dao").text
    assert "Nguyễn Thị Đào" in listing
    assert "Nguyễn Thị Đào" not in staff.get("/c/thi/staff/enrolments/?q=binh").text
    [enrolment] = ctx.session.scalars(sa.select(Enrolment))
    ctx.session.commit()
    detail = staff.get(f"/c/thi/staff/enrolments/{enrolment.id}").text
    assert "0912…45" in detail
    assert PHONE not in detail + listing
    assert staff.get("/c/thi/staff/enrolments/999999").status_code == 404


def test_the_list_is_handed_out_as_a_table(client: FlaskClient, staff: FlaskClient, campaign: Campaign) -> None:
    join(client, unit="khac", unit_note="=HYPERLINK()")
    answer = staff.get("/c/thi/staff/enrolments/?export=csv&q=dao")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="thi-enrolments.csv"'
    text = answer.data.decode("utf-8")
    assert text.startswith("\ufeff")
    assert ",'=HYPERLINK()," in text
    assert PHONE not in text
    assert len(staff.get("/c/thi/staff/enrolments/?export=csv&q=nobody").data.decode().splitlines()) == 1


@pytest.mark.parametrize("others", [0, 25])
def test_joining_takes_the_same_statements_among_any_number(
    client: FlaskClient,
    ctx: Context,
    make: Factories,
    campaign: Campaign,
    statements: Callable[[], int],
    others: int,
) -> None:
    for number in range(others):
        make.enrolment(campaign, user=make.user(contact=f"09876543{number:02}"))
    ctx.session.commit()
    statements()
    page = client.get(JOIN).text
    assert statements() <= 7
    client.get(f"{JOIN}?q=don+vi")
    assert statements() <= 9
    assert client.post(JOIN, data=fields(page)).status_code == 302
    assert statements() <= 29
    client.get("/c/thi/personal")
    assert statements() <= 9
