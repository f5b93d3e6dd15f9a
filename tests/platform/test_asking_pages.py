"""What a campaign asks, through the pages: joining, children, shared phones and devices, and what staff see of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.entrants import Ask, EntrantRules, OwnField, entrant_rules, set_entrant_rules
from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.contributions import Role
from cuocthi.enrolments.answers import answers_of
from cuocthi.enrolments.models import Enrolment
from cuocthi.testing.factories import PASSWORD
from cuocthi.users.models import User

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.security.personal_data import Vault
    from cuocthi.testing.factories import Factories

#: What pages show does not hang on the database; what is stored is tried on both elsewhere.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PHONE, JOIN, STAFF = "0912345645", "/c/thi/join", "/c/thi/staff/"
WOMAN = "034185001234"
ALL = EntrantRules(Ask.REQUIRED, Ask.REQUIRED, (OwnField("lop", "Lớp", ("Lớp 4", "Lớp 5"), required=True),))
DATE = EntrantRules(birth_date=Ask.REQUIRED)
MOTHER = {
    "guardian_name": "Trần Thị Mai",
    "guardian_relation": "mother",
    "guardian_contact": "0987654321",
    "guardian_consent": "y",
}


@pytest.fixture
def campaign(ctx: Context, make: Factories) -> Campaign:
    made = make.campaign("thi")
    make.unit("Xã Minh Quang", code="minh-quang")
    ctx.session.commit()
    return made


def ask(ctx: Context, campaign: Campaign, rules: EntrantRules) -> None:
    set_entrant_rules(ctx, campaign=campaign, rules=rules)
    ctx.session.commit()


def fields(page: str, **changes: str) -> dict[str, str]:
    found = re.search(r'name="csrf_token"[^>]* value="([^"]*)"', page)
    return {
        "csrf_token": found[1] if found else "",
        "unit": "minh-quang",
        "name": "Nguyễn Thị Đào",
        "contact": PHONE,
        "password": PASSWORD,
        "category": "resident",
        "consent": "y",
    } | changes


def join(client: FlaskClient, **changes: str) -> TestResponse:
    return client.post(JOIN, data=fields(client.get(JOIN).text, **changes))


def enrolled(ctx: Context) -> list[Enrolment]:
    ctx.session.rollback()
    found = list(ctx.session.scalars(sa.select(Enrolment).order_by(Enrolment.id)))
    # The next request may write.
    ctx.session.rollback()
    return found


# --- joining ----------------------------------------------------------------------------------------------------------


def test_the_form_asks_what_the_campaign_asks_and_nothing_else(
    client: FlaskClient, ctx: Context, campaign: Campaign
) -> None:
    page = client.get(JOIN).text
    assert not [name for name in ("birth_date", "citizen_id", "guardian_name", "own_lop") if f'name="{name}"' in page]
    ask(ctx, campaign, ALL)
    page = client.get(JOIN).text
    assert all(f'name="{name}"' in page for name in ("birth_date", "citizen_id", "own_lop"))
    assert 'name="guardian_name"' not in page


@pytest.mark.parametrize("written", ["09/05/1985", "9.5.1985", "09051985", " 9-5-1985 "])
def test_a_date_is_written_as_people_write_it(
    client: FlaskClient, ctx: Context, campaign: Campaign, vault: Vault, written: str
) -> None:
    ask(ctx, campaign, ALL)
    assert join(client, birth_date=written, citizen_id=WOMAN, own_lop="Lớp 5").status_code == 302
    [enrolment] = enrolled(ctx)
    answers = answers_of(ctx, enrolment=enrolment, vault=vault)
    assert (str(answers.birth_date), answers.citizen_id, answers.own) == ("1985-05-09", WOMAN, {"lop": "Lớp 5"})


@pytest.mark.parametrize(
    "changes",
    [
        {"birth_date": ""},
        {"birth_date": "31/02/1985"},
        {"birth_date": "1985"},
        {"citizen_id": "034"},
        {"citizen_id": ""},
        {"own_lop": ""},
        {"own_lop": "Lớp 9"},
    ],
)
def test_what_cannot_be_is_said_at_the_field_and_nothing_is_lost(
    client: FlaskClient, ctx: Context, campaign: Campaign, changes: dict[str, str]
) -> None:
    ask(ctx, campaign, ALL)
    right = {"birth_date": "09/05/1985", "citizen_id": WOMAN, "own_lop": "Lớp 5"}
    answer = join(client, **right | changes)
    assert answer.status_code == 422
    assert "Nguyễn Thị Đào" in answer.text
    [field] = changes
    assert f'id="{field}-error"' in answer.text
    assert enrolled(ctx) == []


def test_what_is_wrong_is_listed_in_the_order_of_the_page_the_lost_password_with_it(
    client: FlaskClient, ctx: Context, campaign: Campaign
) -> None:
    ask(ctx, campaign, DATE)
    page = join(client, name="", birth_date="31/02/2014", consent="").text
    assert re.findall(r'<li><a href="#([a-z_]+)"', page) == ["name", "password", "birth_date", "consent"]
    assert "Không có ngày này trong lịch" in page
    page = join(client, birth_date="28/02/2014").text
    assert re.findall(r'<li><a href="#([a-z_]+)"', page) == ["password", "guardian_name"]


def test_who_takes_part_again_confirms_only(
    client: FlaskClient, ctx: Context, campaign: Campaign, make: Factories
) -> None:
    ask(ctx, campaign, ALL)
    join(client, birth_date="09/05/1985", citizen_id=WOMAN, own_lop="Lớp 5")
    set_entrant_rules(ctx, campaign=make.campaign("lan-sau"), rules=EntrantRules(Ask.REQUIRED, Ask.OPTIONAL))
    ctx.session.commit()
    page = client.get("/c/lan-sau/join").text
    assert 'name="birth_date"' not in page
    assert "09/05/1985" in page
    assert "034…34" in page
    assert WOMAN not in page
    sent = client.post("/c/lan-sau/join", data=fields(page))
    assert sent.status_code == 302


# --- children ---------------------------------------------------------------------------------------------------------


def test_a_child_is_shown_the_part_of_the_guardian_and_takes_part_with_it(
    client: FlaskClient, ctx: Context, campaign: Campaign, vault: Vault
) -> None:
    ask(ctx, campaign, DATE)
    first = join(client, birth_date="10/10/2012")
    assert first.status_code == 422
    assert 'name="guardian_name"' in first.text
    assert 'name="child_publishes"' in first.text
    assert "checked" not in first.text.split('id="guardian"')[1].split('name="consent_version"')[0]
    without_consent = join(client, birth_date="10/10/2012", **MOTHER | {"guardian_consent": ""})
    assert 'id="guardian_consent-error"' in without_consent.text
    assert enrolled(ctx) == []
    assert join(client, birth_date="10/10/2012", **MOTHER, guardian_publishes="y").status_code == 302
    [enrolment] = enrolled(ctx)
    assert not enrolment.publishes_name
    guardian = answers_of(ctx, enrolment=enrolment, vault=vault).guardian
    assert guardian is not None
    assert (guardian.name, guardian.publishes, guardian.child_publishes) == ("Trần Thị Mai", True, False)


@pytest.mark.parametrize(
    ("born", "guardian", "child"),
    [("10/10/2012", True, True), ("10/10/2019", True, False), ("10/10/1985", False, False)],
)
def test_with_scripts_the_part_comes_and_goes_with_the_date(
    client: FlaskClient, ctx: Context, campaign: Campaign, born: str, *, guardian: bool, child: bool
) -> None:
    ask(ctx, campaign, DATE)
    page = client.get(JOIN).text
    assert 'hx-post="/c/thi/join/guardian"' in page
    part = client.post(f"{JOIN}/guardian", data=fields(page, birth_date=born, guardian_name="Trần Thị Mai")).text
    assert ('value="Trần Thị Mai"' in part, 'name="child_publishes"' in part) == (guardian, child)


# --- shared phones ----------------------------------------------------------------------------------------------------


def verified(ctx: Context, name: str) -> User:
    user = ctx.session.scalars(sa.select(User).where(User.name == name)).one()
    user.contacts[0].verified_at = ctx.now
    ctx.session.commit()
    return user


@pytest.mark.parametrize(("shared", "status"), [(True, 302), (False, 409)])
def test_a_phone_that_somebody_has_verified_is_shared_where_the_campaign_allows_it(
    app: Flask, ctx: Context, campaign: Campaign, *, shared: bool, status: int
) -> None:
    ask(ctx, campaign, EntrantRules(shared_phones=shared))
    join(app.test_client(), name="Trần Thị Mai")
    verified(ctx, "Trần Thị Mai")
    assert join(app.test_client(), name="Nguyễn Thị Đào").status_code == status
    assert len(enrolled(ctx)) == 1 + shared


def test_who_shares_phone_and_password_is_asked_who_it_is(app: Flask, ctx: Context, campaign: Campaign) -> None:
    ask(ctx, campaign, EntrantRules(Ask.REQUIRED, shared_phones=True, guardian_below=0))
    for name, born in (
        ("Nguyễn Văn An", "01/01/1950"),
        ("Nguyễn Văn An", "02/02/1980"),
        ("Trần Thị Mai", "03/03/1955"),
    ):
        assert join(app.test_client(), name=name, birth_date=born).status_code == 302
    join(app.test_client(), name="Lê Văn Tư", birth_date="04/04/1990", password="mat-khau-khac-2024")
    assert len(enrolled(ctx)) == 4
    client = app.test_client()
    sent = client.post("/sign-in", data=fields(client.get("/sign-in").text, contact=PHONE, password=PASSWORD))
    assert sent.headers["Location"] == "/sign-in/account"
    page = client.get("/sign-in/account").text
    assert "Nguyễn Văn An, sinh năm 1980" in page
    assert "Trần Thị Mai" in page
    # Whose password it is not cannot be chosen.
    assert "Lê Văn Tư" not in page
    son, other = (
        ctx.session.scalars(sa.select(User.id).where(User.name == name).order_by(User.id.desc())).first()
        for name in ("Nguyễn Văn An", "Lê Văn Tư")
    )
    ctx.session.rollback()
    assert client.post("/sign-in/account", data=fields(page, user_id=str(other))).status_code == 422
    assert client.post("/sign-in/account", data=fields(page, user_id=str(son))).status_code == 302
    assert "Nguyễn Văn An" in client.get("/me").text


def test_a_form_sent_twice_still_makes_one_person(app: Flask, ctx: Context, campaign: Campaign) -> None:
    ask(ctx, campaign, EntrantRules(Ask.REQUIRED, shared_phones=True))
    for _ in range(2):
        assert join(app.test_client(), birth_date="09/05/1985").status_code == 302
    assert len(enrolled(ctx)) == 1


# --- shared devices ---------------------------------------------------------------------------------------------------


def test_a_shared_device_goes_from_person_to_person_with_the_unit_kept(
    client: FlaskClient, ctx: Context, campaign: Campaign
) -> None:
    assert client.get("/c/thi/shared-device").status_code == 404
    ask(ctx, campaign, EntrantRules(shared_devices=True))
    page = client.get("/c/thi/shared-device?unit=minh-quang").text
    began = client.post("/c/thi/shared-device", data=fields(page))
    assert began.headers["Location"] == "/c/thi/join?unit=minh-quang"
    assert join(client).status_code == 302
    mine = client.get("/c/thi/personal").text
    assert "Kết thúc, chuyển người khác" in mine
    ended = client.post("/c/thi/next-person", data=fields(mine))
    assert ended.headers["Location"] == "/c/thi/join?unit=minh-quang"
    assert client.get("/me").status_code == 302
    assert 'autocomplete="username"' not in client.get(JOIN).text
    client.post("/c/thi/shared-device", data=fields(client.get("/c/thi/shared-device").text, act="end"))
    assert join(client, name="Trần Thị Mai", contact="0987654321").status_code == 302
    assert "Kết thúc, chuyển người khác" not in client.get("/c/thi/personal").text


# --- for staff --------------------------------------------------------------------------------------------------------


@pytest.fixture
def organiser(make: Factories, ctx: Context, campaign: Campaign, sign_in: Callable[[User], Browser]) -> Browser:
    user = make.member(campaign)
    ctx.session.commit()
    return sign_in(user)


def test_questions_are_added_and_removed_without_storing_and_saved_together(
    organiser: Browser, ctx: Context, campaign: Campaign
) -> None:
    address = f"{STAFF}entrants"
    organiser.get(address)
    values = {"birth_date": "required", "citizen_id": "no", "guardian_below": "14", "min_age": "6"}
    status, page = organiser.post(address, values | {"act": "add-fields"})
    assert (status, 'name="fields-0-label"' in page) == (200, True)
    question = {"fields-0-label": "Lớp đang học", "fields-0-choices": "Lớp 4\nLớp 5", "fields-0-required": "y"}
    status, page = organiser.post(address, values | question)
    assert status == 200
    ctx.session.rollback()
    rules = entrant_rules(ctx, campaign=campaign).value
    assert rules.fields == (OwnField("lop_dang_hoc", "Lớp đang học", ("Lớp 4", "Lớp 5"), required=True),)
    assert (rules.birth_date, rules.min_age, rules.guardian_below) == (Ask.REQUIRED, 6, 14)
    ctx.session.rollback()
    status, page = organiser.post(address, values | question | {"birth_date": "no"})
    assert status == 422
    assert "birth_date" in page


def test_divisions_are_kept_on_one_page(organiser: Browser, ctx: Context, campaign: Campaign) -> None:
    campaign.opened_at, campaign.state = None, CampaignState.DRAFT
    ctx.session.commit()
    address = f"{STAFF}divisions"
    organiser.get(address)
    assert "Bảng A" in organiser.post(address, {"new-name": "Bảng A"})[1]
    ctx.session.rollback()
    [division] = campaign.divisions
    own, at = f"division-{division.id}-", f"{address}/{division.id}"
    ctx.session.rollback()
    assert organiser.post(at, {f"{own}name": "Bảng A", f"{own}min_age": "6"})[0] == 422
    assert "Bảng Thiếu nhi" in organiser.post(at, {f"{own}name": "Bảng Thiếu nhi"})[1]
    assert organiser.post(at, {f"{own}name": "Bảng Thiếu nhi", "act": "remove"})[0] == 200
    ctx.session.rollback()
    assert campaign.divisions == []
    campaign.opened_at, campaign.state = ctx.now, CampaignState.OPEN
    ctx.session.commit()
    page = organiser.get(address)[1]
    assert ("không chia bảng" in page, "new-name" in page) == (True, False)


def test_staff_see_answers_in_part_and_in_full_on_record_and_put_them_right(
    app: Flask, organiser: Browser, ctx: Context, campaign: Campaign, vault: Vault
) -> None:
    ask(ctx, campaign, ALL)
    join(app.test_client(), birth_date="09/05/1985", citizen_id=WOMAN, own_lop="Lớp 5")
    [enrolment] = enrolled(ctx)
    address = f"{STAFF}enrolments/{enrolment.id}"
    ctx.session.rollback()
    _, page = organiser.get(address)
    assert ("034…34" in page, WOMAN in page, "09/05/1985" in page, "Lớp 5" in page) == (True, False, False, False)
    _, page = organiser.get(f"{address}/details")
    assert all(value in page for value in (WOMAN, "09/05/1985", "Lớp 5"))
    last = ctx.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert (last.action, last.object_id) == ("core:profile:view", enrolment.id)
    ctx.session.rollback()
    organiser.get(f"{address}/correct")
    right = {"birth_date": "09/05/1985", "citizen_id": "034185009999", "own_lop": "Lớp 4"}
    assert organiser.post(f"{address}/correct", right)[0] == 200
    ctx.session.expire_all()
    assert answers_of(ctx, enrolment=enrolment, vault=vault).citizen_id == "034185009999"
    ctx.session.rollback()
    assert "Đã đối chiếu thẻ căn cước" in organiser.post(f"{address}/confirm-identity", {})[1]


def test_staff_enter_the_consent_that_is_missing_for_a_child(
    app: Flask, organiser: Browser, ctx: Context, campaign: Campaign, vault: Vault
) -> None:
    ask(ctx, campaign, DATE)
    join(app.test_client(), birth_date="09/05/1985")
    [enrolment] = enrolled(ctx)
    person, consent = f"{STAFF}enrolments/{enrolment.id}", f"{STAFF}enrolments/{enrolment.id}/guardian"
    ctx.session.rollback()
    assert "guardian" not in organiser.get(person)[1]
    assert organiser.get(consent)[0] == 409
    born = ctx.now.date().replace(year=ctx.now.year - 10, day=1)
    organiser.get(f"{person}/correct")
    organiser.post(f"{person}/correct", {"birth_date": f"{born:%d/%m/%Y}"})
    assert consent in organiser.get(person)[1]
    organiser.get(consent)
    status, page = organiser.post(consent, {})
    assert (status, page.count("has-error")) == (422, 6)
    given = MOTHER | {"means": "paper", "given_on": f"{ctx.now:%d/%m/%Y}", "guardian_publishes": "y"}
    status, page = organiser.post(consent, given)
    assert (status, "Trần Thị Mai" in page, consent in page) == (200, True, False)
    ctx.session.expire_all()
    assert answers_of(ctx, enrolment=enrolment, vault=vault).guardian is not None
    assert not enrolment.publishes_name


def test_a_juror_sees_no_more_than_a_part(
    app: Flask, make: Factories, ctx: Context, campaign: Campaign, sign_in: Callable[[User], Browser]
) -> None:
    ask(ctx, campaign, ALL)
    juror = make.member(campaign, Role.JURY)
    ctx.session.commit()
    join(app.test_client(), birth_date="09/05/1985", citizen_id=WOMAN, own_lop="Lớp 5")
    [enrolment] = enrolled(ctx)
    browser, address = sign_in(juror), f"{STAFF}enrolments/{enrolment.id}"
    ctx.session.rollback()
    status, page = browser.get(address)
    assert status == 200
    assert f"{address}/details" not in page
    assert browser.get(f"{address}/details")[0] == 403
